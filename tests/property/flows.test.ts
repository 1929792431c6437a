import { describe, expect, it } from 'vitest';
import {
  boxHas,
  type Condition,
  certainDeciders,
  decidersAt,
  type FlowBox,
  type FlowPoint,
  type FlowRule,
  FlowSets,
  intersectBoxes,
  intersectRegions,
  outcomesOf,
  rebase,
  refined,
} from '../../src/flows/index.ts';
import {
  type AddressSet,
  addressSet,
  type Family,
  type Ip,
  type Port,
  type Protocol,
  parseIpRange,
  portSet,
} from '../../src/net/index.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** The diagrams of `flows` against looking at one rule after the other, on random rules and points of both families. */

const RANGES = [
  '0.0.0.0/0',
  '10.0.0.0/8',
  '10.1.0.0/16',
  '10.1.2.0-10.1.2.9',
  '255.255.255.255',
  '0.0.0.0',
  '::/0',
  '2001:db8::/32',
  '2001:db8::1',
  'fd00::/8',
].map((text) => parseIpRange(text)!);
const NAMES = [
  '*',
  '*.azure.com',
  'login.azure.com',
  '*.blob.azure.com',
  '*azure.com',
  'example.org',
];
const ASKED = [
  'azure.com',
  'notazure.com',
  'a.azure.com',
  'x.blob.azure.com',
  'login.azure.com',
  'example.org',
  'org',
];
const PORTS = [0, 1, 22, 80, 443, 444, 65534, 65535];
const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'icmp', 'sctp', 'esp', 'ah', 'other'];
const APPLICATIONS = ['none', 'http', 'https', 'mssql'] as const;
const NEEDS: readonly Condition[] = ['a', 'b', 'c'].map((missing) => ({ missing }));

type Rule = FlowRule<'allow' | 'deny', string>;

function world(seed: number) {
  const random = seededRandom(seed);
  const below = (end: number): number => Math.floor(random() * end);
  const one = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const some = <T>(list: readonly T[], most: number): T[] =>
    Array.from({ length: random() < 0.02 ? 0 : 1 + below(most) }, () => one(list));
  const maybe = <T>(share: number, make: () => T): T | undefined =>
    random() < share ? make() : undefined;
  const addresses = (): AddressSet => addressSet(some(RANGES, 3));
  const ports = () =>
    portSet(some(PORTS, 3).map((low) => [low, Math.min(65535, low + below(3))] as const));
  const box = (): FlowBox => {
    const values = {
      sources: maybe(0.5, addresses),
      destinations: maybe(0.7, addresses),
      protocols: maybe(0.5, () => [...new Set(some(PROTOCOLS, 3))]),
      destinationPorts: maybe(0.6, ports),
      sourcePorts: maybe(0.1, ports),
      applications: maybe(0.2, () => [...new Set(some(APPLICATIONS, 2))]),
      names: maybe(0.3, () => ({
        patterns: [...new Set(some(NAMES, 3))],
        withoutName: random() < 0.2,
      })),
      needs: maybe(0.25, () => [...new Set(some(NEEDS, 2))]),
    };
    return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  };
  const rules: Rule[] = Array.from({ length: 1 + below(9) }, (_, index) => ({
    region: Array.from({ length: 1 + below(3) }, box),
    effect: random() < 0.5 ? 'allow' : 'deny',
    by: `rule ${index}`,
  }));
  const point = (family: Family): FlowPoint => {
    const address = (): Ip => {
      const range = one(RANGES.filter((candidate) => candidate.family === family));
      const value = random() < 0.5 ? range.low : range.high;
      return { family, value } as Ip;
    };
    const name = maybe(0.7, () => one(ASKED));
    return {
      source: address(),
      destination: address(),
      protocol: one(PROTOCOLS),
      sourcePort: one(PORTS) as Port,
      destinationPort: one(PORTS) as Port,
      application: one(APPLICATIONS),
      ...(name === undefined ? {} : { name }),
    };
  };
  return { rules, box, point };
}

describe('flows', () => {
  it('outcomes are what a linear scan finds, at 200,000 points', () => {
    let compared = 0;
    for (let seed = 1; seed <= 500; seed += 1) {
      const { rules, box, point } = world(seed);
      const within = box();
      const needless: FlowBox = { ...within, needs: [] };
      for (const family of [4, 6] as const) {
        const sets = FlowSets.over(family, [...rules.flatMap((rule) => rule.region), needless]);
        const region = sets.box(needless);
        const outcomes = outcomesOf(sets, rules, region);
        for (let count = 0; count < 200; count += 1) {
          const flow = point(family);
          const found = outcomes
            .filter((outcome) => sets.has(outcome.flows, flow))
            .map(({ index, needs }) => `${index} ${needs.map((need) => need.missing).join()}`);
          const expected = boxHas(needless, flow) ? expectedAt(rules, flow) : [];
          expect(new Set(found), `seed ${seed}`).toEqual(new Set(expected));
          compared += 1;
        }
      }
    }
    expect(compared).toBe(200_000);
  });

  it('the flows of two boxes are those of both', () => {
    for (let seed = 1; seed <= 2000; seed += 1) {
      const { box, point } = world(seed);
      const [a, b] = [box(), box()];
      const both = intersectBoxes(a, b);
      for (let count = 0; count < 20; count += 1) {
        const flow = point(count % 2 === 0 ? 4 : 6);
        const expected = boxHas(a, flow) && boxHas(b, flow);
        expect(both !== undefined && boxHas(both, flow), `seed ${seed}`).toBe(expected);
        expect(intersectRegions([a], [b]).some((each) => boxHas(each, flow))).toBe(expected);
      }
    }
  });

  it('a diagram says the same in a finer universe', () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const { rules, box, point } = world(seed);
      for (const family of [4, 6] as const) {
        const coarse = FlowSets.over(
          family,
          rules.flatMap((rule) => rule.region),
        );
        const fine = new FlowSets(refined([coarse.universe], [box(), box(), box()]));
        const before = certainDeciders(coarse, rules);
        const after = rebase(coarse, fine, before);
        // The same set has one diagram, however it came about.
        expect(certainDeciders(fine, rules), `seed ${seed}`).toBe(after);
        for (let count = 0; count < 100; count += 1) {
          const flow = point(family);
          expect(fine.terminalAt(after, flow)).toBe(coarse.terminalAt(before, flow));
        }
      }
    }
  });

  it('a witness lies in its set, and there is one unless the set is empty', () => {
    for (let seed = 1; seed <= 500; seed += 1) {
      const { rules, point } = world(seed);
      const sets = FlowSets.over(
        4,
        rules.flatMap((rule) => rule.region),
      );
      for (const rule of rules) {
        const set = sets.region(rule.region);
        const witness = sets.witness(set);
        if (witness === undefined) {
          for (let count = 0; count < 50; count += 1) expect(sets.has(set, point(4))).toBe(false);
        } else
          expect(
            rule.region.some((box) => boxHas(box, witness)),
            `seed ${seed}`,
          ).toBe(true);
      }
    }
  });
});

/** Every possible decider with its own box's needs, as the list of outcomes spells them. */
function expectedAt(rules: readonly Rule[], flow: FlowPoint): string[] {
  const possible = decidersAt(rules, flow);
  const found = possible.flatMap(({ rule, index, needs }) => {
    if (needs.length === 0) return [`${index} `];
    return rule.region
      .filter((box) => boxHas(box, flow))
      .map((box) => `${index} ${(box.needs ?? []).map((need) => need.missing).join()}`);
  });
  return possible.at(-1)?.needs.length === 0 ? found : [...found, `${rules.length} `];
}
