import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseResourceTypes } from '../../src/emitters/index.ts';
import type { Shape } from '../../src/emitters/resource-types/resource-types.ts';
import {
  ANY,
  itemShape,
  otherShape,
  propertiesIn,
} from '../../src/emitters/resource-types/shape-of-member.ts';
import { inlineProperties } from '../../src/importers/snapshot/explode-children.ts';
import type { AzureResource, Snapshot } from '../../src/model/index.ts';
import { isAbsent, toJson, type Unknown, type Value } from '../../src/values/index.ts';
import { projectRoot } from './source-tree.ts';

/**
 * When a snapshot that was written out and read back is the same (iac-formats 9.1). Everything deployed must be there
 * and nothing more, with the same values, where
 *
 * - only Azure's own writing is left out: read-only properties and what it adds to exports;
 * - Azure's equalities hold: case of names and enumerations, `"200"` and `200`, `East US` and `eastus`, nothing and
 *   `[]`, order of named items; the order of rules counts;
 * - an attribute that only Azure knows must be the same attribute of the same resource;
 * - any other unknown must be unknown again, and *one* unknown one unknown: what was told apart stays apart, what was
 *   one fact stays one.
 *
 * @returns the first difference in words; `undefined` when there is none
 */
export function firstDifferenceOfSnapshots(before: Snapshot, after: Snapshot): string | undefined {
  const world: World = { there: new Map(), back: new Map() };
  const pairs = pairResources(before, after, world);
  if (typeof pairs === 'string') return pairs;
  for (const [left, right] of pairs) {
    if ((left.exists === undefined) !== (right.exists === undefined)) {
      return `${left.id}: it is conditional on one side only`;
    }
    const difference = compareBodies(left, right, world);
    if (difference !== undefined) return `${left.id}: ${difference}`;
  }
  return undefined;
}

/**
 * The same of Kubernetes objects: values and types exactly, apart from what the API server writes. The namespace may be
 * written out. What is unknown is, when it comes back, a text in angle brackets that says what is missing.
 */
export function firstDifferenceOfObjects(
  before: Snapshot,
  after: Snapshot,
  isLeftOut: (key: string) => boolean = () => false,
): string | undefined {
  for (const key of new Set([...before.objects.keys(), ...after.objects.keys()])) {
    if (isLeftOut(key)) continue;
    const [a, b] = [before.objects.get(key), after.objects.get(key)];
    if (a === undefined || b === undefined) return `${key} is on one side only`;
    const difference = differenceOfManifests(a.body, b.body, '');
    if (difference !== undefined) return `${key}: ${difference}`;
  }
  return undefined;
}

const SERVER_SIDE =
  /^\/(?:status|metadata\/(?:namespace|uid|resourceVersion|creationTimestamp|generation|managedFields|selfLink)|metadata\/annotations\/(?:kubectl\.kubernetes\.io\/last-applied-configuration|deployment\.kubernetes\.io\/revision))$/;

function differenceOfManifests(a: Value, b: Value | undefined, path: string): string | undefined {
  if (b === undefined) return `${path} is missing`;
  if (a.kind === 'unknown') {
    // A secret is not read the second time either.
    const isSaid = b.kind === 'unknown' || (b.kind === 'string' && /^<[^<>]+>$/.test(b.value));
    return isSaid ? undefined : `${path} was unknown and is ${told(b)}`;
  }
  if (a.kind === 'array' && b.kind === 'array') {
    if (a.items.length !== b.items.length) return `${path} has another length`;
    return firstOf(a.items, (item, index) =>
      differenceOfManifests(item, b.items[index], `${path}/${index}`),
    );
  }
  if (a.kind === 'object' && b.kind === 'object') {
    const own = (object: typeof a) =>
      new Map(
        [...object.members.values()]
          .filter(({ name }) => !SERVER_SIDE.test(`${path}/${name}`))
          .map(({ name, value }) => [name, value]),
      );
    const [left, right] = [own(a), own(b)];
    for (const name of right.keys()) if (!left.has(name)) return `${path}/${name} is new`;
    return firstOf([...left], ([name, value]) =>
      differenceOfManifests(value, right.get(name), `${path}/${name}`),
    );
  }
  const same = a.kind === b.kind && JSON.stringify(toJson(a)) === JSON.stringify(toJson(b));
  return same ? undefined : `${path} is ${told(a)}, then ${told(b)}`;
}

function firstOf<T>(items: readonly T[], find: (item: T, index: number) => string | undefined) {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

export const TYPES = parseResourceTypes(
  readFileSync(join(projectRoot, 'data/resource-types/resource-types.json'), 'utf8'),
);

/** Which unknown of one side is which of the other. */
interface World {
  readonly there: Map<string, string>;
  readonly back: Map<string, string>;
}

type Pair = readonly [AzureResource, AzureResource];

function pairResources(before: Snapshot, after: Snapshot, world: World): readonly Pair[] | string {
  const deployed = (snapshot: Snapshot) =>
    [...snapshot.resources.values()].filter((each) => each.isReference !== true);
  const right = new Map<string, AzureResource[]>();
  for (const each of deployed(after)) {
    const key = bare(each.key);
    right.set(key, [...(right.get(key) ?? []), each]);
  }
  const pairs: Pair[] = [];
  for (const left of deployed(before)) {
    const candidates = right.get(bare(left.key)) ?? [];
    const index = candidates.findIndex((each) => sameText(left.key, each.key, world, false));
    if (index < 0) return `${left.id} is missing`;
    pairs.push([left, candidates[index]!]);
    candidates.splice(index, 1);
  }
  const extra = [...right.values()].flat()[0];
  return extra === undefined ? pairs : `${extra.id} is new`;
}

/** A key without what its tokens say. */
function bare(key: string): string {
  return key.replace(/«[^«»]*»/g, '«»');
}

function compareBodies(left: AzureResource, right: AzureResource, world: World) {
  const shape = TYPES.resources.get(left.type)?.body ?? ANY;
  const leaveOut = inlineProperties(left.type);
  return compare(left.body, right.body, { world, shape, path: '', key: '', leaveOut });
}

interface Comparing {
  readonly world: World;
  readonly shape: Shape;
  readonly path: string;
  readonly key: string;
  readonly leaveOut: ReadonlySet<string>;
}

function compare(a: Value | undefined, b: Value | undefined, at: Comparing): string | undefined {
  const [nothingA, nothingB] = [isNothing(a, at), isNothing(b, at)];
  if (nothingA && nothingB) return undefined;
  if (nothingA || nothingB || a === undefined || b === undefined) {
    return `${at.path} is ${nothingA ? 'new' : 'missing'}: ${told(nothingA ? b : a)}`;
  }
  if (a.kind === 'unknown' || b.kind === 'unknown') {
    const isSame = a.kind === 'unknown' && b.kind === 'unknown' && sameUnknown(a, b, at.world);
    return isSame ? undefined : differ(a, b, at);
  }
  if (a.kind === 'object' && b.kind === 'object') {
    const properties = propertiesIn(TYPES, at.shape, a);
    const keyed = byBareKey(b);
    const seen = new Set<string>();
    for (const [key, entry] of a.members) {
      seen.add(bare(key));
      const property = properties?.get(key);
      if (property?.isReadOnly === true || isNoise(key, a, at)) continue;
      const shape =
        property === undefined ? otherShape(TYPES, at.shape) : TYPES.shapeAt(property.shape);
      const inner = { ...at, shape, key, path: `${at.path}/${entry.name}` };
      const found = compare(entry.value, keyed.get(bare(key)), inner);
      if (found !== undefined) return found;
    }
    for (const [key, entry] of b.members) {
      if (seen.has(bare(key)) || isNoise(key, b, at)) continue;
      const inner = { ...at, key, path: `${at.path}/${entry.name}` };
      if (!isNothing(entry.value, inner)) return `${inner.path} is new: ${told(entry.value)}`;
    }
    return undefined;
  }
  if (a.kind === 'array' && b.kind === 'array') return compareItems(a.items, b.items, at);
  if (!('value' in a) || !('value' in b)) return differ(a, b, at);
  return sameText(String(a.value), String(b.value), at.world, CASE_MATTERS.has(at.key), at.key)
    ? undefined
    : differ(a, b, at);
}

const CASE_MATTERS = new Set(['targeturls', 'path', 'paths', 'description']);

function byBareKey(object: Value & { kind: 'object' }): Map<string, Value> {
  return new Map([...object.members].map(([key, entry]) => [bare(key), entry.value]));
}

function compareItems(a: readonly Value[], b: readonly Value[], at: Comparing) {
  if (a.length !== b.length) return `${at.path} has ${a.length} items, then ${b.length}`;
  const shape = itemShape(TYPES, at.shape);
  const names = at.key === 'rules' ? undefined : namesOf(b);
  for (const [index, item] of a.entries()) {
    const name = names === undefined ? undefined : nameOf(item);
    const other = name === undefined ? b[index] : (names?.get(name) ?? b[index]);
    const found = compare(item, other, { ...at, shape, path: `${at.path}/${index}` });
    if (found !== undefined) return found;
  }
  return undefined;
}

function namesOf(items: readonly Value[]): Map<string, Value> | undefined {
  const named = new Map(items.map((item) => [nameOf(item) ?? '', item]));
  return named.has('') || named.size !== items.length ? undefined : named;
}

function nameOf(item: Value): string | undefined {
  const name = item.kind === 'object' ? item.members.get('name')?.value : undefined;
  return name?.kind === 'string' ? name.value.toLowerCase() : undefined;
}

/** What Azure adds, and what names a resource or a part rather than being in it. */
function isNoise(key: string, object: Value & { kind: 'object' }, at: Comparing): boolean {
  if (ADDED.has(key) || key.startsWith('$')) return true;
  if (at.path === '') return ENVELOPE.has(key) || (key === 'location' && !hasLocation(at.shape));
  if (at.path.toLowerCase() === '/properties' && at.leaveOut.has(key)) return true;
  if (key === 'size') return object.members.has('rulecollections');
  const isPart = object.members.has('properties') || object.members.has('name');
  return isPart && (key === 'id' || (key === 'type' && object.members.has('id')));
}

function hasLocation(shape: Shape): boolean {
  return shape.kind !== 'object' || shape.properties.has('location');
}

const ADDED = new Set([
  ...['etag', 'provisioningstate', 'resourceguid', 'systemdata', 'resourcegroup', 'ipv6rule'],
  ...['hasbgpoverride', 'changenumber'],
]);
const ENVELOPE = new Set([
  ...['id', 'name', 'type', 'apiversion', 'resources', 'dependson', 'managedby', 'comments'],
]);

function isNothing(value: Value | undefined, at: Comparing): boolean {
  if (isAbsent(value)) return true;
  if (value.kind === 'array') return value.items.length === 0;
  if (value.kind !== 'object') return false;
  const properties = propertiesIn(TYPES, at.shape, value);
  return [...value.members].every(([key, entry]) => {
    const property = properties?.get(key);
    if (property?.isReadOnly === true || isNoise(key, value, at)) return true;
    const shape = property === undefined ? ANY : TYPES.shapeAt(property.shape);
    return isNothing(entry.value, { ...at, shape, key, path: `${at.path}/${entry.name}` });
  });
}

function sameUnknown(a: Unknown, b: Unknown, world: World): boolean {
  if (isRunTime(a.symbol) || isRunTime(b.symbol)) {
    return sameText(a.symbol ?? '', b.symbol ?? '', world, false);
  }
  const [left, right] = [a.symbol, b.symbol];
  if (left === undefined) return true; // it has no identity that could be lost
  if (right === undefined) return false;
  if (left.startsWith('text:') && right.startsWith('text:')) {
    return sameText(left, right, world, false);
  }
  return paired(left, right, world);
}

function isRunTime(symbol: string | undefined): boolean {
  return /^(?:private-address|public-address|attribute):/.test(symbol ?? '');
}

/** Known parts must be equal; what stands in tokens must always stand for the same. */
function sameText(a: string, b: string, world: World, isExact: boolean, key = ''): boolean {
  const plain = (text: string) => {
    if (isExact) return text;
    const lower = text.toLowerCase();
    return key === 'location' ? lower.replaceAll(' ', '') : lower;
  };
  if (!a.includes('«') && !b.includes('«')) return plain(a) === plain(b);
  if (plain(bare(a)) !== plain(bare(b))) return false;
  const [left, right] = [tokensOf(a), tokensOf(b)];
  return left.every((token, index) => {
    const other = right[index] ?? '';
    const isKnown = isRunTime(token.replaceAll('∕', '/'));
    return isKnown ? token.toLowerCase() === other.toLowerCase() : paired(token, other, world);
  });
}

function tokensOf(text: string): readonly string[] {
  return [...text.matchAll(/«([^«»]*)»/g)].map((match) => match[1]!.toLowerCase());
}

function paired(left: string, right: string, { there, back }: World): boolean {
  const [a, b] = [
    left.replaceAll('∕', '/').toLowerCase(),
    right.replaceAll('∕', '/').toLowerCase(),
  ];
  if (!there.has(a) && !back.has(b)) {
    there.set(a, b);
    back.set(b, a);
  }
  return there.get(a) === b && back.get(b) === a;
}

function differ(a: Value, b: Value, at: Comparing): string {
  return `${at.path} is ${told(a)}, then ${told(b)}`;
}

function told(value: Value | undefined): string {
  if (value === undefined) return 'nothing';
  if (value.kind === 'unknown') return `unknown ${value.symbol ?? value.text} (${value.missing})`;
  return JSON.stringify(toJson(value)).slice(0, 200);
}
