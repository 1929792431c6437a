import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Diagnostic, locate } from '../../../src/diagnostics/index.ts';
import { type ImportOptions, importPaths } from '../../../src/importers/index.ts';
import { type MemoryEntry, memoryFileSystem } from '../../../src/io/index.ts';
import type { AzureResource, Snapshot } from '../../../src/model/index.ts';
import { toJson, type Value } from '../../../src/values/index.ts';
import { emptyDatasets } from '../../support/snapshot-of.ts';

/** Short ways to import files written in a test, and to say what came out. */

export const SAMPLES = join(dirname(fileURLToPath(import.meta.url)), '../../samples');

export type Files = Readonly<Record<string, MemoryEntry>>;

/** Imports files held in memory; `paths` defaults to all of them. */
export function importFiles(
  files: Files,
  options: ImportOptions = {},
  paths: readonly string[] = ['.'],
): Promise<Snapshot> {
  return importPaths(memoryFileSystem(files), paths, options, emptyDatasets);
}

/** Files below a folder of the samples, by their path in it. */
export function sampleFiles(folder: string): Record<string, Uint8Array> {
  const root = join(SAMPLES, folder);
  const files: Record<string, Uint8Array> = {};
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[relative(root, path).replaceAll('\\', '/')] = readFileSync(path);
  }
  return files;
}

export function sampleText(path: string): string {
  return readFileSync(join(SAMPLES, path), 'utf8');
}

export function sampleJson(path: string): Json {
  return JSON.parse(sampleText(path));
}

export type Json = { readonly [name: string]: unknown };

/** The snapshot without places and datasets: what two ways of writing one network must agree on. */
export function contentOf(snapshot: Snapshot): unknown {
  return {
    resources: [...snapshot.resources].map(([key, resource]) => [key, bodyOf(resource)]),
    objects: [...snapshot.objects].map(([key, object]) => [key, toJson(object.body)]),
  };
}

/** Body with lower-case names, as readers see it. */
export function bodyOf(resource: AzureResource | undefined): unknown {
  return resource === undefined ? undefined : plain(resource.body);
}

function plain(value: Value): unknown {
  if (value.kind === 'array') return value.items.map(plain);
  if (value.kind !== 'object') return toJson(value);
  const entries = [...value.members].map(([key, entry]) => [key, plain(entry.value)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `code file:line`, in order. */
export function codes(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(({ code, at }) => {
    if (at === undefined) return code;
    const { file, line } = locate(at);
    return `${code} ${file}:${line}`;
  });
}

/** How many of each kind or type. */
export function tally(names: Iterable<string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

export function kindsOf(snapshot: Snapshot): Record<string, number> {
  return tally([...snapshot.objects.values()].map((object) => object.kind));
}

export function typesOf(snapshot: Snapshot): Record<string, number> {
  return tally([...snapshot.resources.values()].map((resource) => resource.type));
}

/** A manifest of one object, JSON being YAML. */
export function manifest(...objects: readonly Json[]): string {
  return objects.map((object) => `---\n${JSON.stringify(object, undefined, 1)}`).join('\n');
}
