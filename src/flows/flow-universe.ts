import { invariant } from '../diagnostics/index.ts';
import {
  type AddressSet,
  type Family,
  IPV4_LAST,
  IPV6_LAST,
  type Ip,
  type Port,
  type PortSet,
  type Protocol,
} from '../net/index.ts';
import {
  atomAt,
  atomOfName,
  atomsOf,
  atomsOfPattern,
  type Box,
  countNameAtoms,
  type IntervalAtoms,
  intervalAtoms,
  type LineValue,
  lastOfAtom,
  type NameAtoms,
  nameAtoms,
  nameOfAtom,
  type RangeList,
  rangeList,
  type Space,
  space,
} from '../packets/index.ts';
import type { ApplicationKind, FlowBox } from './flow-box.ts';
import type { FlowPoint } from './flow-point.ts';
import type { NameSet } from './name-set.ts';

/**
 * Where each header stands in a space. The order is the one that keeps diagrams small: the header with the largest sets
 * first, the service between the two addresses.
 */
export const FIELD = {
  name: 0,
  destination: 1,
  protocol: 2,
  destinationPort: 3,
  application: 4,
  source: 5,
  sourcePort: 6,
} as const;

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'icmp', 'sctp', 'esp', 'ah', 'other'];
const APPLICATIONS: readonly ApplicationKind[] = ['none', 'http', 'https', 'mssql'];

/**
 * The headers of one address family cut into atoms by the boxes in use. A header that no box constrains is one atom and
 * costs nothing. IPv4 and IPv6 are universes of their own: a flow has one family.
 */
export interface FlowUniverse {
  readonly family: Family;
  readonly space: Space;
  readonly destinations: IntervalAtoms<LineValue>;
  readonly sources: IntervalAtoms<LineValue>;
  readonly destinationPorts: IntervalAtoms<LineValue>;
  readonly sourcePorts: IntervalAtoms<LineValue>;
  /** Ordinal 0: names no pattern takes. After the last pattern comes one ordinal more: no name is shown. */
  readonly names: NameAtoms;
  readonly hasProtocols: boolean;
  readonly hasApplications: boolean;
  readonly hasNames: boolean;
  /** Range lists by field and set, so that equal objects become equal lists (the classifier lives from that). */
  readonly known: readonly Map<object, RangeList>[];
}

/** Cuts the headers by everything these boxes say. O(n log n) in the interval ends of their different sets. */
export function flowUniverse(family: Family, boxes: Iterable<FlowBox>): FlowUniverse {
  const destinations = new Set<AddressSet>();
  const sources = new Set<AddressSet>();
  const destinationPorts = new Set<PortSet>();
  const sourcePorts = new Set<PortSet>();
  const nameSets = new Set<NameSet>();
  let hasProtocols = false;
  let hasApplications = false;
  for (const box of boxes) {
    if (box.destinations !== undefined) destinations.add(box.destinations);
    if (box.sources !== undefined) sources.add(box.sources);
    if (box.destinationPorts !== undefined) destinationPorts.add(box.destinationPorts);
    if (box.sourcePorts !== undefined) sourcePorts.add(box.sourcePorts);
    if (box.names !== undefined) nameSets.add(box.names);
    hasProtocols ||= box.protocols !== undefined;
    hasApplications ||= box.applications !== undefined;
  }
  const names = nameAtoms([...nameSets].flatMap((set) => set.patterns).filter((p) => p !== '*'));
  const cut = {
    destinations: addressAtoms(family, destinations),
    sources: addressAtoms(family, sources),
    destinationPorts: intervalAtoms<LineValue>(0, 65535, destinationPorts),
    sourcePorts: intervalAtoms<LineValue>(0, 65535, sourcePorts),
  };
  const hasNames = nameSets.size > 0;
  return {
    family,
    ...cut,
    names,
    hasNames,
    hasProtocols,
    hasApplications,
    known: Object.values(FIELD).map(() => new Map()),
    space: space([
      { name: 'name', atoms: hasNames ? countNameAtoms(names) + 1 : 1 },
      { name: 'destination', atoms: cut.destinations.starts.length },
      { name: 'protocol', atoms: hasProtocols ? PROTOCOLS.length : 1 },
      { name: 'destination port', atoms: cut.destinationPorts.starts.length },
      { name: 'application', atoms: hasApplications ? APPLICATIONS.length : 1 },
      { name: 'source', atoms: cut.sources.starts.length },
      { name: 'source port', atoms: cut.sourcePorts.starts.length },
    ]),
  };
}

function addressAtoms(family: Family, sets: Iterable<AddressSet>): IntervalAtoms<LineValue> {
  return family === 4
    ? intervalAtoms<LineValue>(0, IPV4_LAST, pairsOf(sets, 4))
    : intervalAtoms<LineValue>(0n, IPV6_LAST, pairsOf(sets, 6));
}

function* pairsOf(sets: Iterable<AddressSet>, family: Family): Generator<readonly LineValue[]> {
  for (const set of sets) yield family === 4 ? set.v4 : set.v6;
}

/** The box in ordinals, or `undefined` when it holds no flow of this family. What it needs is the caller's business. */
export function encodeBox(universe: FlowUniverse, box: FlowBox): Box | undefined {
  if (box.sourceIs !== undefined || box.destinationIs !== undefined) return undefined;
  const fields: (RangeList | undefined)[] = [
    encoded(universe, FIELD.name, box.names, (set) => namesOf(universe, set)),
    encoded(universe, FIELD.destination, box.destinations, (set) =>
      atomsOf(universe.destinations, lineOf(universe.family, set)),
    ),
    encoded(universe, FIELD.protocol, box.protocols, (words) => indexesOf(PROTOCOLS, words)),
    encoded(universe, FIELD.destinationPort, box.destinationPorts, (set) =>
      atomsOf(universe.destinationPorts, set),
    ),
    encoded(universe, FIELD.application, box.applications, (words) =>
      indexesOf(APPLICATIONS, words),
    ),
    encoded(universe, FIELD.source, box.sources, (set) =>
      atomsOf(universe.sources, lineOf(universe.family, set)),
    ),
    encoded(universe, FIELD.sourcePort, box.sourcePorts, (set) =>
      atomsOf(universe.sourcePorts, set),
    ),
  ];
  return fields.some((list) => list?.length === 0) ? undefined : fields;
}

function encoded<T extends object>(
  { known, space: { fields } }: FlowUniverse,
  field: number,
  set: T | undefined,
  make: (set: T) => RangeList,
): RangeList | undefined {
  if (set === undefined) return undefined;
  const lists = known[field]!;
  let list = lists.get(set);
  if (list === undefined) {
    list = make(set);
    lists.set(set, list);
  }
  // Equal to the whole field: says nothing, and a box that says nothing costs nothing.
  return list.length === 2 && list[0] === 0 && list[1] === fields[field]!.atoms - 1
    ? undefined
    : list;
}

function lineOf(family: Family, set: AddressSet): readonly LineValue[] {
  return family === 4 ? set.v4 : set.v6;
}

function indexesOf<Word>(all: readonly Word[], words: readonly Word[]): RangeList {
  return rangeList(words.map((word) => [all.indexOf(word), all.indexOf(word)]));
}

function namesOf({ names }: FlowUniverse, set: NameSet): RangeList {
  const pairs: [number, number][] = set.patterns.map((pattern) => {
    if (pattern === '*') return [0, names.patterns.length];
    const [low, high] = atomsOfPattern(names, pattern);
    return [low!, high!];
  });
  const none = names.patterns.length + 1;
  if (set.withoutName) pairs.push([none, none]);
  return rangeList(pairs);
}

/** The atoms of one flow. O(log atoms). */
export function encodePoint(universe: FlowUniverse, point: FlowPoint): number[] {
  const { names, hasNames, hasProtocols, hasApplications } = universe;
  invariant(point.destination.family === universe.family, 'a flow of this family');
  const none = names.patterns.length + 1;
  const name = point.name === undefined ? none : atomOfName(names, point.name);
  return [
    hasNames ? name : 0,
    atomAt(universe.destinations, point.destination.value),
    hasProtocols ? PROTOCOLS.indexOf(point.protocol) : 0,
    atomAt(universe.destinationPorts, point.destinationPort),
    hasApplications ? APPLICATIONS.indexOf(point.application) : 0,
    atomAt(universe.sources, point.source.value),
    atomAt(universe.sourcePorts, point.sourcePort),
  ];
}

/** Values one would rather see in an example, most wanted first. */
export interface Preferred {
  readonly sources?: readonly LineValue[];
  readonly destinations?: readonly LineValue[];
}

/**
 * A flow of these atoms: of each the wanted value that lies in it, else an early one. A header that nobody constrained takes the everyday value: TCP, no name.
 * `undefined` when the names of the atom cannot be written as a host name.
 */
export function decodePoint(
  universe: FlowUniverse,
  atoms: readonly number[],
  preferred: Preferred = {},
): FlowPoint | undefined {
  const { family, names, hasNames, hasProtocols, hasApplications } = universe;
  const nameAtom = atoms[FIELD.name]!;
  const showsName = hasNames && nameAtom <= names.patterns.length;
  const name = showsName ? nameOfAtom(names, nameAtom) : undefined;
  if (showsName && name === undefined) return undefined;
  const address = (
    line: IntervalAtoms<LineValue>,
    atom: number,
    wanted: readonly LineValue[] = [],
  ): Ip => ({ family, value: exampleOf(line, atom, wanted) }) as Ip;
  return {
    source: address(universe.sources, atoms[FIELD.source]!, preferred.sources),
    destination: address(universe.destinations, atoms[FIELD.destination]!, preferred.destinations),
    protocol: hasProtocols ? PROTOCOLS[atoms[FIELD.protocol]!]! : 'tcp',
    destinationPort: universe.destinationPorts.starts[atoms[FIELD.destinationPort]!] as Port,
    sourcePort: universe.sourcePorts.starts[atoms[FIELD.sourcePort]!] as Port,
    application: hasApplications ? APPLICATIONS[atoms[FIELD.application]!]! : 'none',
    ...(name === undefined ? {} : { name }),
  };
}

/** The first four addresses of a block are nobody's machine: its own name, and in Azure the platform's. */
const FIRST_USUAL = 4;

function exampleOf(
  line: IntervalAtoms<LineValue>,
  atom: number,
  wanted: readonly LineValue[],
): LineValue {
  const start = line.starts[atom]!;
  const last = lastOfAtom(line, atom);
  const liked = wanted.find((value) => start <= value && value <= last);
  if (liked !== undefined) return liked;
  if (typeof start === 'bigint') return start;
  const usual = start + FIRST_USUAL;
  return start % 256 === 0 && usual <= last ? usual : start;
}

/** Names of some atoms: of all patterns of both lists that take a name, the innermost decides. None takes it: it is out. */
export interface NamesCell extends NameSet {
  readonly except: readonly string[];
}

/** The sets behind a box in ordinals. Headers that are whole are absent. */
export function decodeBox(
  universe: FlowUniverse,
  box: Box,
): Omit<FlowBox, 'names' | 'needs'> & { readonly names?: NamesCell } {
  const addresses = (field: number, line: IntervalAtoms<LineValue>): AddressSet | undefined => {
    const list = box[field];
    if (list === undefined) return undefined;
    const values = valuesIn(line, list);
    return universe.family === 4
      ? { v4: values as number[], v6: [] }
      : { v4: [], v6: values as bigint[] };
  };
  const ports = (field: number, line: IntervalAtoms<LineValue>): PortSet | undefined => {
    const list = box[field];
    return list === undefined ? undefined : (valuesIn(line, list) as number[]);
  };
  return withoutAbsent({
    destinations: addresses(FIELD.destination, universe.destinations),
    sources: addresses(FIELD.source, universe.sources),
    destinationPorts: ports(FIELD.destinationPort, universe.destinationPorts),
    sourcePorts: ports(FIELD.sourcePort, universe.sourcePorts),
    protocols: wordsIn(PROTOCOLS, box[FIELD.protocol]),
    applications: wordsIn(APPLICATIONS, box[FIELD.application]),
    names: namesIn(universe.names, box[FIELD.name]),
  });
}

function valuesIn(line: IntervalAtoms<LineValue>, list: RangeList): LineValue[] {
  const values: LineValue[] = [];
  for (let index = 0; index < list.length; index += 2) {
    values.push(line.starts[list[index]!]!, lastOfAtom(line, list[index + 1]!));
  }
  return values;
}

function wordsIn<Word>(all: readonly Word[], list: RangeList | undefined): Word[] | undefined {
  if (list === undefined) return undefined;
  return all.filter((_, index) => rangesHaveAny(list, index, index));
}

/** Outermost patterns whose cone lies in the list, and what inside them does not. */
function namesIn(names: NameAtoms, list: RangeList | undefined): NamesCell | undefined {
  if (list === undefined) return undefined;
  const none = names.patterns.length + 1;
  const has = (atom: number): boolean => rangesHaveAny(list, atom, atom);
  const patterns: string[] = [];
  const except: string[] = [];
  for (let atom = 0; atom < none; atom += 1) {
    const isInParent = atom > 0 && has(names.parents[atom - 1]!);
    const text = atom === 0 ? '*' : names.patterns[atom - 1]!;
    if (has(atom) && !isInParent) patterns.push(text);
    if (!has(atom) && isInParent) except.push(text);
  }
  return { patterns, except, withoutName: has(none) };
}

function rangesHaveAny(list: RangeList, low: number, high: number): boolean {
  for (let index = 0; index < list.length; index += 2) {
    if (list[index]! <= high && list[index + 1]! >= low) return true;
  }
  return false;
}

type Absentless<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutAbsent<T extends object>(values: T): Absentless<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Absentless<T>;
}
