import {
  type Condition,
  type FlowBox,
  type FlowRule,
  intersectBoxes,
  intersectNames,
  isCertain,
  isEmptyBox,
  needing,
} from '../../../flows/index.ts';
import {
  type AddressSet,
  ALL_ADDRESSES,
  ALL_PORTS,
  type PortSet,
  portSet,
  subtractAddresses,
} from '../../../net/index.ts';

/**
 * A list that is there under a common need. Its entries are made disjoint: a need says nothing of the entries behind it, so two
 * that overlap would both seem to decide. Boxes that differ by names alone stay as they are, which says too much and never too little.
 * O(boxes²).
 */
export function guarded<Effect, By>(
  rules: readonly FlowRule<Effect, By>[],
  needs: readonly Condition[],
): readonly FlowRule<Effect, By>[] {
  if (needs.length === 0) return rules;
  return apart(rules).map((rule) => ({ ...rule, region: needing(rule.region, needs) }));
}

/** The same list with every flow in no more than one entry that is certainly there. */
export function apart<Effect, By>(
  rules: readonly FlowRule<Effect, By>[],
): readonly FlowRule<Effect, By>[] {
  const taken: FlowBox[] = [];
  return rules.flatMap((rule) => {
    const region = taken.reduce<readonly FlowBox[]>(
      (rest, box) => rest.flatMap((left) => without(left, box)),
      rule.region,
    );
    taken.push(...rule.region.filter(isCertain));
    return region.length === 0 ? [] : [{ ...rule, region }];
  });
}

/** The flows of a box that are not in the other, as disjoint boxes: header by header, what lies outside it. */
function without(box: FlowBox, other: FlowBox): FlowBox[] {
  const common = intersectBoxes(box, { ...other, needs: [] });
  if (common === undefined) return [box];
  if (!holdsNames(other, box)) return [box];
  const pieces: FlowBox[] = [];
  let inside = box;
  const split = <Key extends keyof FlowBox>(key: Key, outside: FlowBox[Key]): void => {
    if (other[key] === undefined) return;
    const piece = { ...inside, [key]: outside };
    if (!isEmptyBox(piece)) pieces.push(piece);
    inside = { ...inside, [key]: common[key] };
  };
  split('protocols', besides(box.protocols ?? ALL_PROTOCOLS, other.protocols));
  split('applications', besides(box.applications ?? ALL_APPLICATIONS, other.applications));
  split('destinationPorts', portsBesides(box.destinationPorts, other.destinationPorts));
  split('sourcePorts', portsBesides(box.sourcePorts, other.sourcePorts));
  split('sources', addressesBesides(box.sources, other.sources));
  split('destinations', addressesBesides(box.destinations, other.destinations));
  return pieces;
}

const ALL_PROTOCOLS = ['tcp', 'udp', 'icmp', 'sctp', 'esp', 'ah', 'other'] as const;
const ALL_APPLICATIONS = ['none', 'http', 'https', 'mssql'] as const;

/** Are all names of the inner box in the outer one? */
function holdsNames({ names: outer }: FlowBox, { names: inner }: FlowBox): boolean {
  if (outer === undefined) return true;
  if (inner === undefined) return false;
  const { patterns } = intersectNames(inner, outer);
  const isHeld = inner.patterns.every((pattern) => patterns.includes(pattern));
  return isHeld && (outer.withoutName || !inner.withoutName);
}

function besides<Word>(all: readonly Word[], others: readonly Word[] = []): readonly Word[] {
  return all.filter((word) => !others.includes(word));
}

function addressesBesides(set = ALL_ADDRESSES, other = ALL_ADDRESSES): AddressSet {
  return subtractAddresses(set, other);
}

function portsBesides(set = ALL_PORTS, other = ALL_PORTS): PortSet {
  let rest = pairsOf(set);
  for (const [low, high] of pairsOf(other)) {
    rest = rest.flatMap(([from, to]) => {
      const parts: [number, number][] = [];
      if (from < low) parts.push([from, Math.min(to, low - 1)]);
      if (to > high) parts.push([Math.max(from, high + 1), to]);
      return parts;
    });
  }
  return portSet(rest);
}

function pairsOf(ports: PortSet): [number, number][] {
  const pairs: [number, number][] = [];
  for (let at = 0; at < ports.length; at += 2) pairs.push([ports[at]!, ports[at + 1]!]);
  return pairs;
}
