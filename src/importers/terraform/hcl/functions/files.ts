import { sourceText } from '../../../../diagnostics/index.ts';
import { unknownAt } from '../../../arm-template/unknowns.ts';
import { resolvePath } from '../../../import-templates.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { type Call, type FunctionTable, plain } from '../evaluate/hcl-function.ts';
import { type LocalName, report, type Scope } from '../evaluate/run.ts';
import { undecided, writtenText } from '../evaluate/unknowns.ts';
import { SyntaxProblem } from '../syntax/cursor.ts';
import { parseExpression } from '../syntax/parse-expression.ts';
import { diagnosticOf } from '../syntax/parse-hcl.ts';
import { parseBareTemplate } from '../syntax/parse-template.ts';
import { membersOf, textOf } from '../values/convert.ts';
import {
  booleanValue,
  type HclUnknown,
  type HclValue,
  type Known,
  placed,
  sequence,
  sortedNames,
  textValue,
} from '../values/hcl-value.ts';
import { Refusal, Undecided } from '../values/refusal.ts';

/** Templates inside templates. */
const TEMPLATES_MAX = 10;

/** Functions of files: those below what the person named, and no other. */
export const FILE_FUNCTIONS: FunctionTable = {
  file: plain(1, 1, ([path], call) => textValue(readText(path!, call), call.at)),
  filebase64: plain(1, 1, ([path], call) => {
    readText(path!, call);
    throw new Undecided(notAtHand(call, 'the bytes of the file, which are not read'));
  }),
  fileexists: plain(1, 1, ([path], call) => {
    if (call.scope.run.files.text(pathOf(path!, call)) !== undefined)
      return booleanValue(true, call.at);
    throw new Undecided(notAtHand(call, 'whether the file is there'));
  }),
  fileset: plain(2, 2, ([folder, pattern], call) => {
    const base = pathOf(folder!, call);
    const prefix = base === '.' || base === '' ? '' : `${base}/`;
    const wanted = globOf(textOf(pattern!));
    const names = call.scope.run.files
      .below(base)
      .map((path) => path.slice(prefix.length))
      .filter((name) => wanted.test(name));
    return sequence(
      'set',
      sortedNames(names).map((name) => textValue(name, call.at)),
      call.at,
    );
  }),
  templatefile: plain(2, 2, ([path, values], call) => {
    const file = pathOf(path!, call);
    return template(readText(path!, call), file, values!, call);
  }),
  templatestring: plain(2, 2, ([text, values], call) =>
    template(textOf(text!), 'template', values!, call),
  ),
  basename: plain(1, 1, ([path], call) =>
    textValue(textOf(path!).replace(/\/+$/, '').split('/').at(-1) ?? '', call.at),
  ),
  dirname: plain(1, 1, ([path], call) => {
    const parts = textOf(path!).replace(/\/+$/, '').split('/');
    return textValue(parts.length === 1 ? '.' : parts.slice(0, -1).join('/') || '/', call.at);
  }),
  abspath: plain(1, 1, (_, call) => {
    throw new Undecided(
      notAtHand(call, 'where the configuration lies on the machine that applies it'),
    );
  }),
  pathexpand: plain(1, 1, ([path], call) => {
    const text = textOf(path!);
    if (!text.startsWith('~')) return textValue(text, call.at);
    throw new Undecided(notAtHand(call, 'the home folder of who applies it'));
  }),
};

/** Relative paths start at the root module. */
function pathOf(path: Known, call: Call): string {
  const text = textOf(path);
  return resolvePath(text.startsWith('/') ? '/' : call.scope.run.rootFolder, text);
}

function readText(path: Known, call: Call): string {
  const { run } = call.scope;
  const file = pathOf(path, call);
  const text = run.files.text(file);
  if (text !== undefined) return text;
  if (run.trying === 0) {
    const message = `\`${file}\` is not among the files given, or not text; its content is unknown`;
    report(run, 'terraform/file-not-found', 'warning', message, call.at);
  }
  throw new Undecided(notAtHand(call, `the content of ${file}`));
}

function notAtHand(call: Call, missing: string): HclUnknown {
  const text = writtenText(call.expression, call.scope);
  return unknownAt(call.at, 'external-link', text, missing);
}

/** A text as a template of its own: it knows the values it is given and nothing of the module. */
function template(text: string, file: string, values: Known, call: Call): HclValue {
  const { run, via } = call.scope;
  const depth = via.filter((step) => step.startsWith('template ')).length;
  if (depth >= TEMPLATES_MAX) throw new Refusal('templates are inside each other too deeply');
  let local: LocalName | undefined;
  for (const [name, value] of membersOf(values, 'an object of values')) {
    local = { name, value, outer: local };
  }
  const source = sourceText(file, text);
  const scope: Scope = {
    run,
    file: { source, text },
    names: undefined,
    local,
    via: [...via, `template ${file}`],
  };
  try {
    const value = evaluate(parseBareTemplate(text, parseExpression), scope);
    return value.kind === 'unknown'
      ? undecided(value, call.expression, call.scope, value.symbol)
      : placed(value, call.at);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    const { code, severity, message, at } = diagnosticOf(error, source);
    report(run, code, severity, message, at ?? call.at);
    throw new Refusal(`${file} cannot be read as a template`);
  }
}

/** `*` within a name, `**` across folders, `?`, `{a,b}`. */
function globOf(pattern: string): RegExp {
  if (pattern.length > 200) throw new Refusal('the pattern is too long');
  const source = pattern.replace(/\*\*\/|\*+|\?|\{[^{}]*\}|[.+^$()|[\]\\{}]/g, (part) => {
    if (part === '**/') return '(?:[^/]+/)*';
    if (part.startsWith('*')) return part.length > 1 ? '.*' : '[^/]*';
    if (part === '?') return '[^/]';
    if (part.length < 2) return `\\${part}`;
    const choices = part.slice(1, -1).split(',');
    return `(?:${choices.map((one) => one.replace(/[.+^$()|[\]\\{}*?]/g, '\\$&')).join('|')})`;
  });
  return new RegExp(`^${source}$`);
}
