import { invariant } from '../diagnostics/index.ts';
import {
  atomAt,
  type Diagram,
  fieldDiagram,
  type IntervalAtoms,
  isLeaf,
  type LineValue,
  lastOfAtom,
  leafOf,
  type NameAtoms,
  NOTHING,
  nameAtoms,
  orderedRangeList,
  type RangeList,
  space,
  terminalOf,
} from '../packets/index.ts';
import type { FlowBox } from './flow-box.ts';
import type { FlowSets } from './flow-sets.ts';
import { FIELD, type FlowUniverse, flowUniverse } from './flow-universe.ts';

/**
 * A universe that tells apart everything any of these tells apart, and these boxes as well. Diagrams move into it with `rebase`.
 * The first universe itself when the others add nothing: diagrams then stay where they are. O(n log n) in the atoms that are new.
 */
export function refined(
  universes: readonly [FlowUniverse, ...FlowUniverse[]],
  boxes: Iterable<FlowBox> = [],
): FlowUniverse {
  const [first] = universes;
  const { family } = first;
  invariant(
    universes.every((universe) => universe.family === family),
    'one family, one universe',
  );
  const others = [...universes.slice(1), flowUniverse(family, boxes)];
  const line = (of: (universe: FlowUniverse) => IntervalAtoms<LineValue>) =>
    mergedLines(of(first), others.map(of));
  const cut = {
    destinations: line((universe) => universe.destinations),
    sources: line((universe) => universe.sources),
    destinationPorts: line((universe) => universe.destinationPorts),
    sourcePorts: line((universe) => universe.sourcePorts),
  };
  const all = [first, ...others];
  const names = mergedNames(
    first.names,
    others.map((other) => other.names),
  );
  const hasNames = all.some((universe) => universe.hasNames);
  const hasProtocols = all.some((universe) => universe.hasProtocols);
  const hasApplications = all.some((universe) => universe.hasApplications);
  const isSame =
    cut.destinations === first.destinations &&
    cut.sources === first.sources &&
    cut.destinationPorts === first.destinationPorts &&
    cut.sourcePorts === first.sourcePorts &&
    names === first.names &&
    hasNames === first.hasNames &&
    hasProtocols === first.hasProtocols &&
    hasApplications === first.hasApplications;
  if (isSame) return first;
  const widest = (field: number): number =>
    Math.max(...all.map((universe) => universe.space.fields[field]!.atoms));
  const atoms = (field: number): number => {
    switch (field) {
      case FIELD.name:
        return hasNames ? names.patterns.length + 2 : 1;
      case FIELD.destination:
        return cut.destinations.starts.length;
      case FIELD.destinationPort:
        return cut.destinationPorts.starts.length;
      case FIELD.source:
        return cut.sources.starts.length;
      case FIELD.sourcePort:
        return cut.sourcePorts.starts.length;
      default:
        return widest(field);
    }
  };
  return {
    family,
    ...cut,
    names,
    hasNames,
    hasProtocols,
    hasApplications,
    known: first.known.map(() => new Map()),
    space: space(first.space.fields.map(({ name }, field) => ({ name, atoms: atoms(field) }))),
  };
}

/** The line cut by all; the same object when the others cut nowhere else. Most filters cut nothing that was whole. */
function mergedLines(
  first: IntervalAtoms<LineValue>,
  others: readonly IntervalAtoms<LineValue>[],
): IntervalAtoms<LineValue> {
  const cuts = new Set<LineValue>();
  for (const { starts } of others) {
    for (const start of starts) {
      if (first.starts[atomAt(first, start)] !== start) cuts.add(start);
    }
  }
  if (cuts.size === 0) return first;
  const extra = [...cuts].sort((a, b) => (a < b ? -1 : 1));
  const starts: LineValue[] = [];
  let next = 0;
  for (const start of first.starts) {
    while (next < extra.length && extra[next]! < start) starts.push(extra[next++]!);
    starts.push(start);
  }
  while (next < extra.length) starts.push(extra[next++]!);
  return { starts, last: first.last };
}

function mergedNames(first: NameAtoms, others: readonly NameAtoms[]): NameAtoms {
  const extra = others
    .flatMap(({ patterns }) => patterns)
    .filter((text) => !first.ordinals.has(text));
  return extra.length === 0 ? first : nameAtoms([...first.patterns, ...extra]);
}

/** The same diagram over a finer universe. O(rows · runs). */
export function rebase(from: FlowSets, to: FlowSets, diagram: Diagram): Diagram {
  if (from === to || isLeaf(diagram)) return diagram;
  const fields = to.universe.space.fields;
  const spread = spreads(from.universe, to.universe);
  const memo = fields.map(() => new Map<Diagram, Diagram>());
  const visit = (field: number, at: Diagram): Diagram => {
    if (at === NOTHING) return NOTHING;
    if (field === fields.length) return leafOf(terminalOf(at));
    const known = memo[field]!.get(at);
    if (known !== undefined) return known;
    let result = NOTHING;
    for (const { atoms, rest } of from.cells(field, at)) {
      if (rest === NOTHING) continue;
      const inside = visit(field + 1, rest);
      const here = fieldDiagram(to.table, fields[field]!, spread[field]!(atoms), inside, NOTHING);
      result = to.table.override(result, here);
    }
    memo[field]!.set(at, result);
    return result;
  };
  return visit(0, diagram);
}

type Spread = (atoms: RangeList) => RangeList;

const known = new WeakMap<FlowUniverse, WeakMap<FlowUniverse, readonly Spread[]>>();

/** Made once for two universes: many diagrams move the same way, and names are read one by one. */
function spreads(from: FlowUniverse, to: FlowUniverse): readonly Spread[] {
  const into = known.get(from) ?? new WeakMap<FlowUniverse, readonly Spread[]>();
  known.set(from, into);
  const made = into.get(to) ?? to.space.fields.map((_, field) => spreadOf(from, to, field));
  into.set(to, made);
  return made;
}

/** What the atoms of one header become. */
function spreadOf(
  from: FlowUniverse,
  to: FlowUniverse,
  field: number,
): (atoms: RangeList) => RangeList {
  const newAtoms = to.space.fields[field]!.atoms;
  if (from.space.fields[field]!.atoms === 1) return () => orderedRangeList([0, newAtoms - 1]);
  switch (field) {
    case FIELD.destination:
      return alongLine(from.destinations, to.destinations);
    case FIELD.source:
      return alongLine(from.sources, to.sources);
    case FIELD.destinationPort:
      return alongLine(from.destinationPorts, to.destinationPorts);
    case FIELD.sourcePort:
      return alongLine(from.sourcePorts, to.sourcePorts);
    case FIELD.name:
      return amongNames(from, to);
    default:
      return (atoms) => atoms;
  }
}

function alongLine(from: IntervalAtoms<LineValue>, to: IntervalAtoms<LineValue>) {
  return (atoms: RangeList): RangeList => {
    const pairs: number[] = [];
    for (let index = 0; index < atoms.length; index += 2) {
      const low = from.starts[atoms[index]!]!;
      pairs.push(atomAt(to, low), atomAt(to, lastOfAtom(from, atoms[index + 1]!)));
    }
    return orderedRangeList(pairs);
  };
}

/** A new name atom belongs to the old pattern that is itself or the closest around it. */
function amongNames(from: FlowUniverse, to: FlowUniverse) {
  const none = to.names.patterns.length + 1;
  const oldOf = new Int32Array(none + 1);
  for (const [index, pattern] of to.names.patterns.entries()) {
    // Pre-order: the pattern around this one has its old atom already.
    oldOf[index + 1] = from.names.ordinals.get(pattern) ?? oldOf[to.names.parents[index]!]!;
  }
  oldOf[none] = from.names.patterns.length + 1;
  return (atoms: RangeList): RangeList => {
    const isIn = new Uint8Array(from.names.patterns.length + 2);
    for (let index = 0; index < atoms.length; index += 2) {
      isIn.fill(1, atoms[index]!, atoms[index + 1]! + 1);
    }
    const pairs: number[] = [];
    for (let atom = 0; atom <= none; atom += 1) {
      if (isIn[oldOf[atom]!] !== 1) continue;
      if (pairs.length > 0 && pairs.at(-1) === atom - 1) pairs[pairs.length - 1] = atom;
      else pairs.push(atom, atom);
    }
    return orderedRangeList(pairs);
  };
}
