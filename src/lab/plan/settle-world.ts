import { type Gap, placeless } from '../../diagnostics/index.ts';
import { type Perimeter, readPerimeter, type Snapshot } from '../../model/index.ts';
import { deriveNetwork, type Network } from '../../network/index.ts';
import { type Member, objectValue, type Value } from '../../values/index.ts';
import { type Pin, pinWorld } from './pin-world.ts';

/** A perimeter in which every address is a number, and what was assumed to make it so. */
export interface PinnedPerimeter {
  readonly snapshot: Snapshot;
  readonly perimeter: Perimeter;
  readonly network: Network;
  readonly assumed: readonly { readonly name: string; readonly value: string }[];
  readonly gaps: readonly Gap[];
  /** How it was done. */
  readonly pins: readonly Pin[];
}

/** A pinned address may make another one visible (a front end whose subnet was named by it); more rounds would be a cycle. */
const ROUNDS_MAX = 4;

/**
 * Settles what only Azure knows, as `lab up` and the prover must both see it: pins, writes the pins into the snapshot, reads it again.
 * The prover is asked about this perimeter, or about the input with `assumed` given to `--assume`.
 */
export function pinnedPerimeter(snapshot: Snapshot): PinnedPerimeter {
  let here = snapshot;
  let perimeter = readPerimeter(here);
  let network = deriveNetwork(perimeter);
  const assumed = new Map<string, string>();
  const pins: Pin[] = [];
  let gaps: readonly Gap[] = [];
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const world = pinWorld(perimeter, network);
    gaps = world.gaps;
    const news = world.pins.filter(({ name }) => !assumed.has(name));
    if (news.length === 0) break;
    for (const { name, value } of news) assumed.set(name, value);
    pins.push(...news);
    here = settleWorld(here, news);
    perimeter = readPerimeter(here);
    network = deriveNetwork(perimeter);
  }
  return {
    snapshot: here,
    perimeter,
    network,
    assumed: listed(assumed),
    gaps,
    pins,
  };
}

/**
 * The same for input that can be read again: expressions over what was pinned (`concat(reference(…).ipAddress, '/32')`) then have values
 * too, which no substitution could give them.
 * @param readAgain the input with these assumptions, as `--assume` takes them
 */
export async function pinnedInput(
  snapshot: Snapshot,
  readAgain: (assumptions: Readonly<Record<string, string>>) => Promise<Snapshot>,
): Promise<PinnedPerimeter> {
  const first = pinnedPerimeter(snapshot);
  if (first.assumed.length === 0) return first;
  const known = first.assumed.filter(({ name }) => name.includes('.'));
  const again = await readAgain(Object.fromEntries(known.map(({ name, value }) => [name, value])));
  // An assumption is about one attribute; whoever mentions it by its symbol (a page's route to its firewall) means it too.
  const told = first.pins.filter(({ name }) => name.includes('.'));
  const second = pinnedPerimeter(settleWorld(again, told));
  const assumed = new Map(known.map(({ name, value }) => [name, value]));
  for (const { name, value } of second.assumed) assumed.set(name, value);
  return { ...second, assumed: listed(assumed) };
}

function listed(assumed: ReadonlyMap<string, string>): PinnedPerimeter['assumed'] {
  return [...assumed]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value }));
}

/** Writes pins: wherever an unknown carries the symbol, and at the attribute itself. What the input says is never overwritten. */
export function settleWorld(snapshot: Snapshot, pins: readonly Pin[]): Snapshot {
  const bySymbol = new Map<string, string>();
  for (const { symbol, value } of pins) if (symbol !== undefined) bySymbol.set(symbol, value);
  const resources = new Map(snapshot.resources);
  for (const [key, resource] of resources) {
    const body = substituted(resource.body, bySymbol);
    if (body !== resource.body && body.kind === 'object') resources.set(key, { ...resource, body });
  }
  const objects = new Map(snapshot.objects);
  for (const { owner, name, value } of pins) {
    const text: Value = { kind: 'string', value, at: placeless(`lab: ${name}`) };
    if (owner.kind === 'resource') {
      const resource = resources.get(owner.key);
      const body = resource === undefined ? undefined : written(resource.body, owner.path, text);
      if (resource !== undefined && body?.kind === 'object') {
        resources.set(owner.key, { ...resource, body });
      }
      continue;
    }
    for (const [key, object] of objects) {
      const isIt =
        object.kind === 'Service' &&
        object.name === owner.name &&
        (object.namespace || 'default') === owner.namespace;
      const body = isIt ? written(object.body, owner.path, text) : undefined;
      if (body?.kind === 'object') objects.set(key, { ...object, body });
    }
  }
  return { ...snapshot, resources, objects };
}

/** The same value when nothing in it changes, so that untouched resources keep their identity. */
function substituted(value: Value, bySymbol: ReadonlyMap<string, string>): Value {
  switch (value.kind) {
    case 'unknown': {
      const text = value.symbol === undefined ? undefined : bySymbol.get(value.symbol);
      return text === undefined ? value : { kind: 'string', value: text, at: value.at };
    }
    case 'array': {
      const items = value.items.map((item) => substituted(item, bySymbol));
      return items.some((item, index) => item !== value.items[index]) ? { ...value, items } : value;
    }
    case 'object': {
      let hasChanged = false;
      const members: Member[] = [];
      for (const member of value.members.values()) {
        const next = substituted(member.value, bySymbol);
        if (next !== member.value) hasChanged = true;
        members.push(next === member.value ? member : { ...member, value: next });
      }
      return hasChanged ? objectValue(value.at, members) : value;
    }
    default:
      return value;
  }
}

/** With the text at the end of the path; structure that is missing is built. `undefined` when something is written there. */
function written(
  here: Value | undefined,
  path: readonly (string | number)[],
  text: Value,
): Value | undefined {
  const [step, ...rest] = path;
  const isOpen = here === undefined || here.kind === 'null' || here.kind === 'unknown';
  if (step === undefined) return isOpen ? text : undefined;
  if (typeof step === 'number') {
    const items = here?.kind === 'array' ? [...here.items] : isOpen ? [] : undefined;
    if (items === undefined || step > items.length) return undefined;
    const next = written(items[step], rest, text);
    if (next === undefined) return undefined;
    items[step] = next;
    return { kind: 'array', items, at: here?.at ?? text.at };
  }
  if (!isOpen && here.kind !== 'object') return undefined;
  const members = here?.kind === 'object' ? here.members : new Map<string, Member>();
  const old = members.get(step.toLowerCase());
  const next = written(old?.value, rest, text);
  if (next === undefined) return undefined;
  const others = [...members.values()].filter((member) => member !== old);
  const entry: Member = { name: old?.name ?? step, value: next, at: text.at };
  return objectValue(here?.at ?? text.at, [...others, entry]);
}
