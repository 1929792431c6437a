import {
  decodePoint,
  FIELD,
  type FlowBox,
  type FlowPoint,
  type FlowSets,
  type FlowUniverse,
} from '../../flows/index.ts';
import type { Ip } from '../../net/index.ts';
import {
  atomAt,
  type Diagram,
  type IntervalAtoms,
  type LineValue,
  lastOfAtom,
  rangeList,
  type Wishes,
} from '../../packets/index.ts';

const PRIVATE_SOURCE = 0x0a00_0004; // 10.0.0.4
const PUBLIC_DESTINATION = 0xcb00_710a; // 203.0.113.10, documentation
const HTTPS = 443;

/** Cuts out the addresses and the port one would rather see in an example. */
export const SAMPLE_BOX: FlowBox = {
  sources: { v4: [PRIVATE_SOURCE, PRIVATE_SOURCE], v6: [] },
  destinations: { v4: [PUBLIC_DESTINATION, PUBLIC_DESTINATION], v6: [] },
  destinationPorts: [HTTPS, HTTPS],
};

/** The flow of these atoms, as people can read it. */
export function flowAt(universe: FlowUniverse, atoms: readonly number[]): FlowPoint | undefined {
  const point = decodePoint(universe, atoms);
  return point === undefined ? undefined : readable(universe, point);
}

function readable({ sources, destinations }: FlowUniverse, point: FlowPoint): FlowPoint {
  return {
    ...point,
    source: hostLike(sources, point.source),
    destination: hostLike(destinations, point.destination),
  };
}

/** One flow of the set that people can read; `undefined` when there is none that can be written down. */
export function sampleFlow(sets: FlowSets, set: Diagram): FlowPoint | undefined {
  const point = sets.witness(set, wishesFor(sets.universe));
  return point === undefined ? undefined : readable(sets.universe, point);
}

const wishesOf = new WeakMap<FlowUniverse, Wishes>();

function wishesFor(universe: FlowUniverse): Wishes {
  const known = wishesOf.get(universe);
  if (known !== undefined) return known;
  const isV4 = universe.family === 4;
  const exactly = (line: IntervalAtoms<LineValue>, value: LineValue) => {
    const atom = atomAt(line, value);
    return rangeList([[atom, atom]]);
  };
  // Not the first atom: it begins with 0.0.0.0, or port 0.
  const later = (line: IntervalAtoms<LineValue>) => rangeList([[1, line.starts.length - 1]]);
  const wishes = universe.space.fields.map((_, field) => {
    switch (field) {
      case FIELD.destination:
        return [
          ...(isV4 ? [exactly(universe.destinations, PUBLIC_DESTINATION)] : []),
          later(universe.destinations),
        ];
      case FIELD.source:
        return [
          ...(isV4 ? [exactly(universe.sources, PRIVATE_SOURCE)] : []),
          later(universe.sources),
        ];
      case FIELD.destinationPort:
        return [exactly(universe.destinationPorts, HTTPS), later(universe.destinationPorts)];
      default:
        return [];
    }
  });
  wishesOf.set(universe, wishes);
  return wishes;
}

/** An atom is told apart by nothing: where it begins with the address of a network, its fifth address is as good. */
function hostLike(line: IntervalAtoms<LineValue>, ip: Ip): Ip {
  const isNetwork = ip.family === 4 ? ip.value % 256 === 0 : ip.value % 256n === 0n;
  const last = lastOfAtom(line, atomAt(line, ip.value));
  if (ip.family === 4) {
    return isNetwork && Number(last) - ip.value >= 8
      ? ({ family: 4, value: ip.value + 4 } as Ip)
      : ip;
  }
  return isNetwork && (last as bigint) - ip.value >= 8n
    ? ({ family: 6, value: ip.value + 4n } as Ip)
    : ip;
}
