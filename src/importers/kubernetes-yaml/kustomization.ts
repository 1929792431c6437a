import { isAbsent, itemsOf, member, stringOf, type Value } from '../../values/index.ts';

const FILE_NAME = /^(?:kustomization\.ya?ml|Kustomization)$/;

export function isKustomizationName(baseName: string): boolean {
  return FILE_NAME.test(baseName);
}

/** A kustomization or one of its components, by its own words. */
export function isKustomization(value: Value): boolean {
  return /^kustomize\.config\.k8s\.io\//.test(stringOf(member(value, 'apiVersion')) ?? '');
}

export interface Kustomization {
  /** Files that change other objects and are no objects themselves, relative to the kustomization. */
  readonly patches: readonly string[];
  /** Members that change what is deployed, and that are not applied. */
  readonly notApplied: readonly string[];
}

/** Members that only say which files belong together. */
const HARMLESS: ReadonlySet<string> = new Set([
  'apiversion',
  'kind',
  'metadata',
  'resources',
  'bases',
  'components',
  'crds',
  'openapi',
  'buildmetadata',
  'sortoptions',
]);

/** What a kustomization would do to the files beside it. None of it is done here. */
export function readKustomization(value: Value): Kustomization {
  const notApplied: string[] = [];
  if (value.kind === 'object') {
    for (const [key, entry] of value.members) {
      if (!HARMLESS.has(key) && !isAbsent(entry.value)) notApplied.push(entry.name);
    }
  }
  const patches: string[] = [];
  const add = (text: string | undefined) => {
    // A patch may be written inline instead of as a file.
    if (text !== undefined && !text.includes('\n')) patches.push(text);
  };
  for (const item of itemsOf(member(value, 'patchesStrategicMerge'))) add(stringOf(item));
  for (const name of ['patches', 'patchesJson6902']) {
    for (const item of itemsOf(member(value, name))) add(stringOf(member(item, 'path')));
  }
  return { patches, notApplied };
}
