import { itemsOf, member, type ObjectValue, stringOf, type Value } from '../../../values/index.ts';

/** A resource as `terraform show -json` lists it, of a plan or a state. */
export interface ShownResource {
  readonly address: string;
  /** `module.hub["weu"]`; empty for the root. */
  readonly module: string;
  readonly mode: 'managed' | 'data';
  readonly type: string;
  readonly name: string;
  readonly index: string | number | undefined;
  readonly values: ObjectValue;
  /** The whole entry, with what stands beside the values. */
  readonly entry: ObjectValue;
}

/** Entries that are not written as resources are. */
export type Malformed = (entry: Value) => void;

/** Modules in modules: nobody nests deeper, and the text may. */
const DEPTH_MAX = 60;

/** All resources of `{ root_module: … }`, modules included, in the order written. O(resources). */
export function resourcesOfModules(
  values: Value | undefined,
  malformed: Malformed,
): readonly ShownResource[] {
  const found: ShownResource[] = [];
  collect(member(values, 'root_module'), '', found, malformed, 0);
  return found;
}

function collect(
  module: Value | undefined,
  address: string,
  found: ShownResource[],
  malformed: Malformed,
  depth: number,
): void {
  if (module?.kind !== 'object') return;
  if (depth > DEPTH_MAX) {
    malformed(module);
    return;
  }
  for (const entry of itemsOf(member(module, 'resources'))) {
    const resource = shownResource(entry, address);
    if (resource === undefined) malformed(entry);
    // A deposed object is on its way out: the one that replaces it is listed too.
    else if (member(entry, 'deposed_key') === undefined) found.push(resource);
  }
  for (const child of itemsOf(member(module, 'child_modules'))) {
    collect(child, stringOf(member(child, 'address')) ?? address, found, malformed, depth + 1);
  }
}

function shownResource(entry: Value, module: string): ShownResource | undefined {
  if (entry.kind !== 'object') return undefined;
  const type = stringOf(member(entry, 'type'));
  const name = stringOf(member(entry, 'name'));
  const address = stringOf(member(entry, 'address'));
  if (type === undefined || name === undefined || address === undefined) return undefined;
  const values = member(entry, 'values');
  return {
    address,
    module,
    mode: stringOf(member(entry, 'mode')) === 'data' ? 'data' : 'managed',
    type,
    name,
    index: indexOf(member(entry, 'index')),
    values:
      values?.kind === 'object' ? values : { kind: 'object', members: new Map(), at: entry.at },
    entry,
  };
}

export function indexOf(value: Value | undefined): string | number | undefined {
  return value?.kind === 'string' || value?.kind === 'number' ? value.value : undefined;
}

/** Place of a resource: where it is written, and its address. */
export function placeOf(value: Value, address: string): Value['at'] {
  return { source: value.at.source, offset: value.at.offset, via: [address] };
}
