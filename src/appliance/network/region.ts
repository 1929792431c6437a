import type { AddressSet } from '../../net/index.ts';
import type { Box } from './box.ts';

/** Flows that one rule takes: every source with every destination with every service. */
export interface Region {
  /** What a matching connection is marked with. */
  readonly mark: number;
  readonly sources: AddressSet;
  readonly destinations: RegionDestinations;
  /** Disjoint. */
  readonly services: readonly Service[];
}

export type RegionDestinations =
  | { readonly kind: 'addresses'; readonly addresses: AddressSet }
  /** Whatever addresses the DNS proxy has put into this nftables set. */
  | { readonly kind: 'names'; readonly set: string };

/** Inclusive ranges of protocol numbers and destination ports. Protocols without ports have the port 0. */
export interface Service {
  readonly protocols: readonly [low: number, high: number];
  readonly ports: readonly [low: number, high: number];
}

/** How many boxes the region falls into; only its hull when its destinations are names. */
export function boxCount({ sources, destinations, services }: Region): number {
  const targets = destinations.kind === 'names' ? 2 : destinations.addresses.v4.length;
  return (sources.v4.length / 2) * (targets / 2) * services.length;
}

/** The region as disjoint boxes. */
export function* boxesOf(region: Region): Generator<Box> {
  const { sources, destinations, services } = region;
  if (destinations.kind === 'names') return;
  for (const [sourceLow, sourceHigh] of pairs(sources)) {
    for (const [low, high] of pairs(destinations.addresses)) {
      for (const { protocols, ports } of services) {
        yield [sourceLow, sourceHigh, low, high, ...protocols, ...ports];
      }
    }
  }
}

/** Is any flow in both? */
export function regionMeets({ sources, destinations, services }: Region, box: Box): boolean {
  return (
    setMeets(sources, box[0]!, box[1]!) &&
    (destinations.kind === 'names' || setMeets(destinations.addresses, box[2]!, box[3]!)) &&
    services.some(
      ({ protocols, ports }) =>
        protocols[0] <= box[5]! &&
        box[4]! <= protocols[1] &&
        ports[0] <= box[7]! &&
        box[6]! <= ports[1],
    )
  );
}

/** O(log ranges). */
function setMeets({ v4 }: AddressSet, low: number, high: number): boolean {
  let first = 0;
  let last = v4.length >>> 1; // in pairs, not in numbers
  while (first < last) {
    const middle = (first + last) >>> 1;
    if (v4[2 * middle + 1]! < low) first = middle + 1;
    else last = middle;
  }
  return first < v4.length >>> 1 && v4[2 * first]! <= high;
}

/** Boxes that hold the region and perhaps more, one for each service. */
export function hullOf({ sources, destinations, services }: Region): readonly Box[] {
  const [sourceLow, sourceHigh] = hullOfSet(sources);
  const [low, high] =
    destinations.kind === 'names' ? [0, 0xffff_ffff] : hullOfSet(destinations.addresses);
  return services.map(({ protocols, ports }) => [
    sourceLow,
    sourceHigh,
    low,
    high,
    ...protocols,
    ...ports,
  ]);
}

function hullOfSet({ v4 }: AddressSet): readonly [number, number] {
  return [v4[0] ?? 0, v4.at(-1) ?? 0];
}

function* pairs({ v4 }: AddressSet): Generator<readonly [number, number]> {
  for (let at = 0; at < v4.length; at += 2) yield [v4[at]!, v4[at + 1]!];
}
