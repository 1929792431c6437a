import { type Place, placeless } from '../diagnostics/index.ts';
import {
  type Member,
  member,
  type ObjectValue,
  objectValue,
  path,
  type Value,
} from '../values/index.ts';
import { parameterFileOf } from './arm-template/index.ts';
import { baseNameOf, below, folderOf } from './file-paths.ts';

const PARAMETERS_NAME = /\.(?:parameters?|params?)\.jsonc?$/i;

/**
 * The template a parameter file belongs to by its name: `x.parameters.json` to `x.json` or `x.bicep` beside it, and the
 * `parameters.json` of a portal download to its `template.json`. `undefined` when there is no such template.
 */
export function templateOf(
  parameterFile: string,
  templates: ReadonlyMap<string, unknown>,
): string | undefined {
  const name = baseNameOf(parameterFile);
  const folder = folderOf(parameterFile);
  const isDownload = /^parameters\.json$/i.test(name);
  if (!isDownload && !PARAMETERS_NAME.test(name)) return undefined;
  const base = isDownload ? 'template' : name.replace(PARAMETERS_NAME, '');
  const paths = [...templates.keys()];
  // The compiled form of a source wins: it is asked for first.
  for (const ending of ['json', 'jsonc', 'bicep']) {
    const wanted = below(folder, `${base}.${ending}`).toLowerCase();
    const found = paths.find((path) => path.toLowerCase() === wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Names a parameter file of a template could have, for a template that was named without its folder. */
export function parameterFileNames(template: string): readonly string[] {
  const base = baseNameOf(template).replace(/\.(?:jsonc?|bicep)$/i, '');
  const names = [`${base}.parameters.json`, `${base}.params.json`];
  if (base.toLowerCase() === 'template') names.push('parameters.json');
  return names.map((name) => below(folderOf(template), name));
}

/**
 * ARM-78: downloads from the portal write `null` for every parameter that keeps its default. Where the template
 * takes `null` for a value it stays one.
 */
export function withoutNulls(root: Value, template: Value | undefined): Value {
  const entries = parameterFileOf(root);
  if (entries === undefined || root.kind !== 'object') return root;
  const given = [...entries.members.values()].filter(
    (entry) => member(entry.value, 'value')?.kind !== 'null' || isNullable(template, entry.name),
  );
  if (given.length === entries.members.size) return root;
  const members = new Map(root.members);
  const place = members.get('parameters')!;
  members.set('parameters', { ...place, value: objectValue(entries.at, given) });
  return { ...root, members };
}

function isNullable(template: Value | undefined, parameter: string): boolean {
  const nullable = path(template, 'parameters', parameter, 'nullable');
  return nullable?.kind === 'boolean' && nullable.value;
}

/** Parameters given as texts, `name=value` each, in the form of a parameter file. Values may be JSON. */
export function parametersOf(given: Readonly<Record<string, string>>, parse: Parse): Value {
  const at = placeless('--param');
  const entries = Object.entries(given).map(([name, text]): Member => {
    const value = parse(text) ?? { kind: 'string', value: text, at };
    return { name, value: objectOf(at, 'value', value), at };
  });
  return objectOf(at, 'parameters', objectValue(at, entries));
}

type Parse = (text: string) => Value | undefined;

function objectOf(at: Place, name: string, value: Value): ObjectValue {
  return objectValue(at, [{ name, value, at }]);
}
