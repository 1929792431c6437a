import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Diagnostic, locate } from '../../../src/diagnostics/index.ts';
import type { ImportOptions } from '../../../src/importers/index.ts';
import type { AzureResource, Snapshot } from '../../../src/model/index.ts';
import type { Value } from '../../../src/values/index.ts';
import { type Files, importFiles, SAMPLES } from '../import/import-files.ts';

/** Short ways to import Bicep written in a test, and to compare what came out with another form of it. */

/** One file `main.bicep`, and others beside it. */
export function importBicep(
  text: string,
  others: Files = {},
  options: ImportOptions = {},
): Promise<Snapshot> {
  return importFiles({ 'main.bicep': text, ...others }, options);
}

/** The properties of the only resource whose name is given, as plain JSON. */
export function bodyNamed(snapshot: Snapshot, name: string): Record<string, unknown> {
  const found = [...snapshot.resources.values()].filter((resource) => resource.name === name);
  if (found.length !== 1) throw new Error(`${found.length} resources are called ${name}`);
  return comparable(found[0]!.body) as Record<string, unknown>;
}

/** `file:line:column code`, in the order found. */
export function problems(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(({ at, code }) => {
    if (at === undefined) return code;
    const { file, line, column } = locate(at);
    return `${file}:${line}:${column} ${code}`;
  });
}

/** The value of one expression: in the tag of a network, with declarations in front of it. */
export async function evaluated(
  expression: string,
  declarations = '',
  others: Files = {},
): Promise<unknown> {
  const text = `${declarations}
resource probe 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'probe'
  properties: {
    probe: ${expression}
  }
}
`;
  const snapshot = await importBicep(text, others);
  const { properties } = bodyNamed(snapshot, 'probe') as { properties: { probe: unknown } };
  return properties.probe;
}

/**
 * What two ways of writing one network must agree on: the resources that are there, unknowns by why they are unknown
 * and by what they are, not by the words of their language. Names of files are taken out of symbols.
 */
export function content(snapshot: Snapshot): Record<string, unknown> {
  const entries = [...snapshot.resources]
    .filter(([, resource]) => resource.isReference !== true)
    .map(([key, resource]) => [withoutFiles(key), contentOfResource(resource)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}

function contentOfResource({ body, location, exists }: AzureResource): unknown {
  return {
    body: comparable(body),
    location,
    exists: exists === undefined ? undefined : comparable(exists),
  };
}

function comparable(value: Value): unknown {
  switch (value.kind) {
    case 'object': {
      const entries = [...value.members].map(
        ([key, entry]) => [withoutFiles(key), comparable(entry.value)] as const,
      );
      return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
    }
    case 'array':
      return value.items.map(comparable);
    case 'null':
      return null;
    case 'unknown':
      return {
        $unknown: value.reason,
        ...(value.symbol === undefined ? {} : { symbol: withoutFiles(value.symbol) }),
      };
    case 'string':
      return withoutFiles(value.value);
    default:
      return value.value;
  }
}

function withoutFiles(text: string): string {
  return text.replace(/\b[\w./∕-]+\.(?:json|bicep)\b/g, 'FILE');
}

/** Files below a folder outside of the samples, by their path in it. */
export function filesBelow(folder: string): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[relative(folder, path)] = readFileSync(path);
  }
  return files;
}

export const BICEP_SAMPLES = join(SAMPLES, 'bicep');
export const EXAMPLES = join(SAMPLES, '../../examples');
