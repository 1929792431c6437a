import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LayerBounds, layersOf } from '../../src/appliance/network/layers.ts';
import type { Region } from '../../src/appliance/network/region.ts';
import { type AddressSet, addressSet, type Ipv4 } from '../../src/net/index.ts';

/**
 * First-match lists against the layers they are compiled to. The layers are looked up as the kernel does: layer by layer, rules
 * of sets first, then the one box that holds the flow. A universe of 12 sources, 12 destinations and 6 ports for two protocols,
 * spread over the numbers so that wide ranges and the ends of the address space occur.
 */

const ADDRESSES = [
  0, 1, 0x0a00_0000, 0x0a00_0001, 0x0a00_00ff, 0x0a00_0100, 0x0a01_0000, 0x0aff_ffff, 0x0b00_0000,
  0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
];
const PORTS = [0, 1, 79, 80, 443, 65535];
const PROTOCOLS = [6, 17];

const range = (values: readonly number[]) =>
  fc
    .tuple(fc.nat(values.length - 1), fc.nat(values.length - 1))
    .map(([a, b]) => [values[Math.min(a, b)]!, values[Math.max(a, b)]!] as const);

const addresses: fc.Arbitrary<AddressSet> = fc
  .array(range(ADDRESSES), { minLength: 1, maxLength: 3 })
  .map((ranges) =>
    addressSet(ranges.map(([low, high]) => ({ family: 4, low: low as Ipv4, high: high as Ipv4 }))),
  );

const region: fc.Arbitrary<Omit<Region, 'mark'>> = fc.record({
  sources: addresses,
  destinations: fc.oneof(
    {
      weight: 8,
      arbitrary: addresses.map((set) => ({ kind: 'addresses' as const, addresses: set })),
    },
    {
      weight: 1,
      arbitrary: fc.nat(2).map((set) => ({ kind: 'names' as const, set: `fq_${set}` })),
    },
  ),
  services: fc
    .tuple(range(PROTOCOLS), range(PORTS))
    .map(([protocols, ports]) => [{ protocols, ports }]),
});

const regions = fc
  .array(region, { maxLength: 40 })
  .map((list) => list.map((entry, at): Region => ({ ...entry, mark: at + 1 })));

/** What each set of names holds at the moment. */
const NAMES: Readonly<Record<string, readonly number[]>> = {
  fq_0: [],
  fq_1: [0x0a00_0001],
  fq_2: [0x0a00_0001, 0x0b00_0000],
};

interface Point {
  readonly source: number;
  readonly destination: number;
  readonly protocol: number;
  readonly port: number;
}

const POINTS: readonly Point[] = ADDRESSES.flatMap((source) =>
  ADDRESSES.flatMap((destination) =>
    PROTOCOLS.flatMap((protocol) => PORTS.map((port) => ({ source, destination, protocol, port }))),
  ),
);

function setHas({ v4 }: AddressSet, value: number): boolean {
  for (let at = 0; at < v4.length; at += 2)
    if (v4[at]! <= value && value <= v4[at + 1]!) return true;
  return false;
}

function regionHas({ sources, destinations, services }: Region, point: Point): boolean {
  const isTarget =
    destinations.kind === 'names'
      ? NAMES[destinations.set]!.includes(point.destination)
      : setHas(destinations.addresses, point.destination);
  return (
    setHas(sources, point.source) &&
    isTarget &&
    services.some(
      ({ protocols, ports }) =>
        protocols[0] <= point.protocol &&
        point.protocol <= protocols[1] &&
        ports[0] <= point.port &&
        point.port <= ports[1],
    )
  );
}

function boxHas(box: readonly number[], point: Point): boolean {
  const values = [point.source, point.destination, point.protocol, point.port];
  return values.every((value, at) => box[2 * at]! <= value && value <= box[2 * at + 1]!);
}

type Layers = ReturnType<typeof layersOf>['layers'];

/** As the chain does it. More than one box of a layer at a point is what the kernel refuses to load. */
function lookUp(layers: Layers, point: Point): number | 'refused' {
  for (const { boxes, setRules } of layers) {
    for (const rule of setRules) if (regionHas(rule, point)) return rule.mark;
    const found = boxes.filter(({ box }) => boxHas(box, point));
    if (found.length > 1) return 'refused';
    if (found[0] !== undefined) return found[0].mark;
  }
  return 0;
}

function firstMatch(list: readonly Region[], point: Point): number {
  return list.find((entry) => regionHas(entry, point))?.mark ?? 0;
}

const ROOMY: LayerBounds = {
  layersPreferred: 16,
  layersMax: 64,
  piecesMax: 256,
  regionBoxesMax: 20_000,
  boxesMax: 500_000,
  setRulesMax: 2_000,
};
/** Everything is cut into pieces at once, and large regions become sets. */
const TIGHT: LayerBounds = { ...ROOMY, layersPreferred: 1, layersMax: 40, regionBoxesMax: 4 };
/** So tight that lists do not fit. */
const STARVED: LayerBounds = { ...ROOMY, layersPreferred: 1, layersMax: 2, piecesMax: 2 };

describe('layers of disjoint boxes', () => {
  for (const [name, bounds] of [
    ['with room', ROOMY],
    ['cut into pieces', TIGHT],
  ] as const) {
    it(`decide every flow as the first matching rule does (${name})`, () => {
      fc.assert(
        fc.property(regions, (list) => {
          const { layers, placed } = layersOf(list, bounds);
          expect(placed).toBe(list.length);
          const wrong = POINTS.find((point) => lookUp(layers, point) !== firstMatch(list, point));
          expect(wrong).toBeUndefined();
        }),
        { numRuns: 60 },
      );
    });
  }

  it('that do not hold the whole list decide as its placed part does, or not at all', () => {
    fc.assert(
      fc.property(regions, (list) => {
        const { layers, placed } = layersOf(list, STARVED);
        expect(layers.length).toBeLessThanOrEqual(STARVED.layersMax);
        const wrong = POINTS.find((point) => {
          const decided = lookUp(layers, point);
          const first = firstMatch(list, point);
          // Pieces of the region that did not fit may be there: they are right where they are.
          return decided === 0 ? first !== 0 && first <= placed : decided !== first;
        });
        expect(wrong).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });
});
