import type { Diagnostic } from '../../diagnostics/index.ts';
import { type Member, member, type Value } from '../../values/index.ts';
import type { Expression } from '../arm-template/expression.ts';
import { parseJson } from '../json/index.ts';
import { parseYaml } from '../kubernetes-yaml/index.ts';
import type { CallSyntax } from './syntax.ts';
import { call, notAtHand } from './translate-expression.ts';
import { escapeText } from './translate-value.ts';
import {
  type LoadedText,
  pathFrom,
  problem,
  type Scope,
  type Translation,
  unknownExpression,
} from './translation.ts';
import { textIn } from './unit.ts';

/** In UTF-16 code units: Bicep takes JSON and YAML up to this size, and less of plain text. */
const LOADED_MAX = 1_048_576;

const LOAD_FUNCTIONS: ReadonlySet<string> = new Set([
  'loadTextContent',
  'loadJsonContent',
  'loadYamlContent',
  'loadFileAsBase64',
  'loadDirectoryFileInfo',
]);

export function isLoadFunction(name: string): boolean {
  return LOAD_FUNCTIONS.has(name);
}

/** Content of a file beside this one, within the folder that is read. Its parts are placed in that file. */
export function loadContent(
  syntax: CallSyntax,
  scope: Scope,
  translation: Translation,
): Expression {
  const [path, within] = syntax.arguments;
  if (path?.kind !== 'text' || syntax.name === 'loadDirectoryFileInfo') {
    return unknownExpression(scope.unit, syntax, 'unsupported', `what ${syntax.name} loads`);
  }
  const fullPath = pathFrom(scope.unit, path.value);
  const loaded = translation.files.text(fullPath);
  if (loaded === undefined) return notAtHand(fullPath, syntax, scope, translation);
  if (loaded.text.length > LOADED_MAX) {
    const message = `\`${fullPath}\` is longer than ${LOADED_MAX} characters; it was not loaded`;
    const hint = 'Bicep does not load it either';
    problem(translation, scope.unit, 'bicep/file-not-read', message, path.start, hint);
    return unknownExpression(scope.unit, syntax, 'unsupported', `a smaller file ${fullPath}`);
  }
  const text = textIn(scope.unit, syntax);
  const plain: Expression = { kind: 'text', value: loaded.text, text };
  if (syntax.name === 'loadTextContent') return plain;
  if (syntax.name === 'loadFileAsBase64') return call('base64', [plain], text);
  const { value, diagnostics } = parsed(loaded, syntax.name);
  const fault = diagnostics.find((diagnostic) => diagnostic.severity === 'error');
  if (value === undefined || fault !== undefined) {
    if (fault !== undefined) translation.diagnostics.push(fault);
    return unknownExpression(
      scope.unit,
      syntax,
      'malformed',
      `${fullPath} in a form that can be read`,
    );
  }
  const part =
    within === undefined ? value : partOf(value, within.kind === 'text' ? within.value : '');
  if (part === undefined) {
    return unknownExpression(
      scope.unit,
      syntax,
      'unsupported',
      `what ${syntax.name} picks from ${fullPath}`,
    );
  }
  return { kind: 'value', value: literal(part), text };
}

function parsed(
  { text, source }: LoadedText,
  name: string,
): { readonly value: Value | undefined; readonly diagnostics: readonly Diagnostic[] } {
  if (name === 'loadJsonContent') return parseJson(text, source);
  const { documents, diagnostics } = parseYaml(text, source);
  return { value: documents[0]?.value, diagnostics };
}

/** `$.a.b[0]`, `.a`; other queries are not followed. */
function partOf(value: Value, query: string): Value | undefined {
  if (!/^\$?(?:\.?[A-Za-z_][\w-]*|\.[A-Za-z_][\w-]*|\[\d+\])*$/.test(query)) return undefined;
  let here: Value | undefined = value;
  for (const [, index, name] of query.matchAll(/\[(\d+)\]|([A-Za-z_][\w-]*)/g)) {
    if (index === undefined) here = member(here, name!);
    else here = here?.kind === 'array' ? here.items[Number(index)] : undefined;
  }
  return here;
}

/** Texts of a file are never expressions. */
function literal(value: Value): Value {
  switch (value.kind) {
    case 'string':
      return { ...value, value: escapeText(value.value) };
    case 'array':
      return { ...value, items: value.items.map(literal) };
    case 'object': {
      const members = new Map<string, Member>();
      for (const [key, entry] of value.members) {
        members.set(key, { ...entry, value: literal(entry.value) });
      }
      return { ...value, members };
    }
    default:
      return value;
  }
}
