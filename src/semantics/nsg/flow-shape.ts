import type { AddressTerm, Reference, SecurityRule } from '../../model/index.ts';
import {
  type AddressSet,
  ALL_ADDRESSES,
  ALL_PORTS,
  addressSet,
  addressSetsOverlap,
  equalAddressSets,
  type IpRange,
  intersectAddresses,
  isEmptyAddressSet,
  type PortSet,
  portSet,
  portSetsOverlap,
  subtractAddresses,
} from '../../net/index.ts';
import { isUnknown, type Uncertain } from '../../values/index.ts';

/** More pieces than this and a subtraction gives up: rules that fall apart so far are not worth the time. */
const PIECES_MAX = 200;

/** Address sets and the names of tags and groups, which are opaque: a name covers itself, everything covers it. */
interface Side {
  readonly addresses: AddressSet;
  readonly names: ReadonlySet<string>;
  /** Holds every address of both families. */
  readonly isEverything: boolean;
}

/** A product of sets: flows of one protocol. */
interface Box {
  readonly protocol: string;
  readonly sourcePorts: PortSet;
  readonly destinationPorts: PortSet;
  readonly source: Side;
  readonly destination: Side;
}

/** The flows a rule matches, as disjoint boxes. */
export type Shape = readonly Box[];

const PROTOCOLS = ['tcp', 'udp', 'icmp', 'esp', 'ah', 'other'] as const;

/** @param bound `most`: at least all the rule may match; `least`: nothing it may not match */
export function shapeOf(rule: SecurityRule, bound: 'most' | 'least'): Shape {
  const source = sideOf(rule.sources, rule.sourceApplicationSecurityGroups, bound);
  const destination = sideOf(rule.destinations, rule.destinationApplicationSecurityGroups, bound);
  const sourcePorts = portsOf(rule.sourcePorts, bound);
  const destinationPorts = portsOf(rule.destinationPorts, bound);
  return protocolsOf(rule, bound)
    .map((protocol) => {
      const hasPorts = protocol === 'tcp' || protocol === 'udp' || protocol === 'other';
      return {
        protocol,
        sourcePorts: hasPorts ? sourcePorts : ALL_PORTS,
        destinationPorts: hasPorts ? destinationPorts : ALL_PORTS,
        source,
        destination,
      };
    })
    .filter((box) => !isEmptyBox(box));
}

function protocolsOf(rule: SecurityRule, bound: 'most' | 'least'): readonly string[] {
  if (isUnknown(rule.protocol)) return bound === 'most' ? PROTOCOLS : [];
  return rule.protocol === '*' ? PROTOCOLS : [rule.protocol];
}

function portsOf(ports: Uncertain<PortSet>, bound: 'most' | 'least'): PortSet {
  if (isUnknown(ports)) return bound === 'most' ? ALL_PORTS : [];
  return ports;
}

function sideOf(
  terms: readonly AddressTerm[],
  groups: readonly Reference[],
  bound: 'most' | 'least',
): Side {
  const ranges: IpRange[] = [];
  const names = new Set<string>();
  for (const [index, term] of terms.entries()) {
    if (term.kind === 'any') {
      return { addresses: ALL_ADDRESSES, names: new Set(), isEverything: true };
    }
    if (term.kind === 'range') ranges.push(term.range);
    else if (term.kind === 'service-tag') names.add(`tag ${term.tag.toLowerCase()}`);
    else if (bound === 'most') names.add(`unknown ${index} ${term.text}`);
  }
  for (const [index, group] of groups.entries()) {
    if (!isUnknown(group)) names.add(`group ${group.key}`);
    else if (bound === 'most') names.add(`unknown group ${index}`);
  }
  // No term at all: the rule is malformed, so it may match anything and surely matches nothing.
  if (terms.length + groups.length === 0 && bound === 'most') names.add('unknown end');
  return side(addressSet(ranges), names);
}

/** `undefined` when it takes too many pieces; `boxes` itself when nothing was taken. */
export function subtractShape(boxes: readonly Box[], shape: Shape): readonly Box[] | undefined {
  let left = boxes;
  for (const taken of shape) {
    if (!left.some((box) => overlaps(box, taken))) continue;
    left = left.flatMap((box) => (overlaps(box, taken) ? subtractBox(box, taken) : [box]));
    if (left.length > PIECES_MAX) return undefined;
  }
  return left;
}

/** Asked for every pair of rules, so it allocates nothing. */
function overlaps(a: Box, b: Box): boolean {
  return (
    a.protocol === b.protocol &&
    portSetsOverlap(a.destinationPorts, b.destinationPorts) &&
    sidesOverlap(a.source, b.source) &&
    sidesOverlap(a.destination, b.destination) &&
    portSetsOverlap(a.sourcePorts, b.sourcePorts)
  );
}

function sidesOverlap(a: Side, b: Side): boolean {
  if (addressSetsOverlap(a.addresses, b.addresses)) return true;
  for (const name of a.names) if (coversName(b, name)) return true;
  return false;
}

function intersectBox(a: Box, b: Box): Box {
  return {
    protocol: a.protocol,
    sourcePorts: intersectPorts(a.sourcePorts, b.sourcePorts),
    destinationPorts: intersectPorts(a.destinationPorts, b.destinationPorts),
    source: intersectSides(a.source, b.source),
    destination: intersectSides(a.destination, b.destination),
  };
}

/**
 * What is left of `box`, one dimension at a time: outside `taken` there, inside it before. Since names are opaque the
 * rest may be larger than the truth, never smaller.
 */
function subtractBox(box: Box, taken: Box): Box[] {
  const inside = intersectBox(box, taken);
  const { protocol } = box;
  const pieces: Box[] = [
    { ...box, destinationPorts: subtractPorts(box.destinationPorts, taken.destinationPorts) },
    {
      ...box,
      destinationPorts: inside.destinationPorts,
      sourcePorts: subtractPorts(box.sourcePorts, taken.sourcePorts),
    },
    {
      ...box,
      destinationPorts: inside.destinationPorts,
      sourcePorts: inside.sourcePorts,
      source: subtractSides(box.source, taken.source),
    },
    {
      protocol,
      destinationPorts: inside.destinationPorts,
      sourcePorts: inside.sourcePorts,
      source: inside.source,
      destination: subtractSides(box.destination, taken.destination),
    },
  ];
  return pieces.filter((piece) => !isEmptyBox(piece));
}

function isEmptyBox(box: Box): boolean {
  return (
    box.sourcePorts.length === 0 ||
    box.destinationPorts.length === 0 ||
    isEmptySide(box.source) ||
    isEmptySide(box.destination)
  );
}

function isEmptySide(side: Side): boolean {
  return side.names.size === 0 && isEmptyAddressSet(side.addresses);
}

function side(addresses: AddressSet, names: ReadonlySet<string>): Side {
  return { addresses, names, isEverything: equalAddressSets(addresses, ALL_ADDRESSES) };
}

function subtractSides(a: Side, b: Side): Side {
  const names = [...a.names].filter((name) => !coversName(b, name));
  return side(subtractAddresses(a.addresses, b.addresses), new Set(names));
}

function intersectSides(a: Side, b: Side): Side {
  const names = [...a.names].filter((name) => coversName(b, name));
  return side(intersectAddresses(a.addresses, b.addresses), new Set(names));
}

/** AZN-36: flows to host services ask only the rules that name them, so a rule for everything does not take those. */
function coversName(side: Side, name: string): boolean {
  if (side.names.has(name)) return true;
  return side.isEverything && !name.startsWith('tag azureplatform');
}

function intersectPorts(a: PortSet, b: PortSet): PortSet {
  const ranges: [number, number][] = [];
  for (let i = 0; i < a.length; i += 2) {
    for (let j = 0; j < b.length; j += 2) {
      const low = Math.max(a[i]!, b[j]!);
      const high = Math.min(a[i + 1]!, b[j + 1]!);
      if (low <= high) ranges.push([low, high]);
    }
  }
  return portSet(ranges);
}

function subtractPorts(a: PortSet, b: PortSet): PortSet {
  const outside: [number, number][] = [];
  let next = 0;
  for (let index = 0; index < b.length; index += 2) {
    if (b[index]! > next) outside.push([next, b[index]! - 1]);
    next = b[index + 1]! + 1;
  }
  if (next <= 65535) outside.push([next, 65535]);
  return intersectPorts(a, portSet(outside));
}
