import { describe, expect, it } from 'vitest';
import { decidersAt, type FlowBox, type FlowPoint, type FlowRule } from '../../src/flows/index.ts';
import { addressSet, type Ip, type Port, parseIpRange, portSet } from '../../src/net/index.ts';
import { compareLists, type OrderedList } from '../../src/questions/diff/index.ts';
import { editedRules } from '../../src/questions/diff/rule-key.ts';
import type { Decider } from '../../src/semantics/verdict.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** Two versions of a list, compared flow by flow with looking at one rule after the other in each. */

const RANGES = [
  '10.0.0.0/9',
  '10.0.0.0/8',
  '10.128.0.0/9',
  '10.1.0.0/16',
  '0.0.0.0/0',
  '10.1.2.3',
].map((text) => addressSet([parseIpRange(text)!]));
const PORTS = [
  [80, 80],
  [443, 443],
  [80, 443],
  [0, 65535],
] as const;
type Rule = FlowRule<string, Decider>;

function world(seed: number) {
  const random = seededRandom(seed);
  const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  let names = 0;
  const box = (): FlowBox => ({
    destinations: one(RANGES),
    ...(random() < 0.5 ? { sources: one(RANGES) } : {}),
    destinationPorts: portSet([one(PORTS)]),
    ...(random() < 0.4 ? { protocols: [random() < 0.5 ? 'tcp' : 'udp'] as const } : {}),
    ...(random() < 0.2 ? { needs: [{ missing: one(['a', 'b']) }] } : {}),
  });
  const rule = (): Rule => {
    names += 1;
    return {
      region: Array.from({ length: 1 + Math.floor(random() * 2) }, box),
      effect: random() < 0.5 ? 'allow' : 'deny',
      by: { kind: 'rule', name: `rule ${names}` },
    };
  };
  const before: Rule[] = Array.from({ length: Math.floor(random() * 9) }, rule);
  const after = [...before];
  for (let edits = Math.floor(random() * 4); edits > 0; edits -= 1) {
    const at = Math.floor(random() * (after.length + 1));
    const kind = random();
    if (kind < 0.3) after.splice(at, 0, rule());
    else if (after.length === 0) continue;
    else if (kind < 0.5) after.splice(at % after.length, 1);
    else if (kind < 0.7)
      after.splice(at % after.length, 1, { ...rule(), by: after[at % after.length]!.by });
    else if (kind < 0.8) {
      // An object was edited: one address set of a rule is another.
      const old = after[at % after.length]!;
      const region = old.region.map((each) => ({ ...each, destinations: one(RANGES) }));
      after.splice(at % after.length, 1, { ...old, region });
    } else if (kind < 0.9) {
      const [moved] = after.splice(at % after.length, 1);
      after.splice(Math.floor(random() * (after.length + 1)), 0, moved!);
    } else {
      const old = after[at % after.length]!;
      after.splice(at % after.length, 1, {
        ...old,
        effect: old.effect === 'allow' ? 'deny' : 'allow',
      });
    }
  }
  const otherwise = random() < 0.9 ? 'deny' : 'allow';
  const lists: readonly [OrderedList, OrderedList] = [
    { rules: before, otherwise: 'deny' },
    { rules: after, otherwise },
  ];
  const address = (): Ip => {
    const { v4 } = one(RANGES);
    return { family: 4, value: random() < 0.5 ? v4[0]! : v4[1]! } as Ip;
  };
  const point = (): FlowPoint => ({
    source: address(),
    destination: address(),
    protocol: random() < 0.5 ? 'tcp' : 'udp',
    sourcePort: 0 as Port,
    destinationPort: one([79, 80, 81, 443, 444]) as Port,
    application: 'none',
  });
  return { lists, point };
}

/** Action, or `open` when it may be either. */
function verdictAt({ rules, otherwise }: OrderedList, point: FlowPoint): string {
  const deciders = decidersAt(rules, point);
  const actions = new Set(deciders.map(({ rule }) => rule.effect));
  if (deciders.at(-1)?.needs.length !== 0) actions.add(otherwise);
  return actions.size === 1 ? [...actions][0]! : 'open';
}

describe('diff of two lists', () => {
  it('tells every flow that is decided differently, once, and no other', () => {
    let changed = 0;
    for (let seed = 1; seed <= 1500; seed += 1) {
      const { lists, point } = world(seed);
      const changes = compareLists(...lists);
      for (const { example, before, after } of changes) {
        expect(verdictAt(lists[0], example!), `seed ${seed}`).toBe(before.action);
        expect(verdictAt(lists[1], example!), `seed ${seed}`).toBe(after.action);
      }
      for (let count = 0; count < 60; count += 1) {
        const flow = point();
        const [old, now] = lists.map((list) => verdictAt(list, flow));
        const found = changes.filter(
          ({ sets, flows }) => sets.universe.family === 4 && sets.has(flows, flow),
        );
        expect(
          found.map(({ before, after }) => `${before.action} ${after.action}`),
          `seed ${seed}`,
        ).toEqual(old === now ? [] : [`${old} ${now}`]);
        if (old !== now) changed += 1;
      }
    }
    expect(changed).toBeGreaterThan(1000);
  });

  it('a list is not different from itself, and moving a rule is one edit', () => {
    expect(editedRules(['a', 'b', 'c'], ['a', 'b', 'c'])).toEqual({ gone: [], come: [] });
    expect(editedRules(['a', 'b', 'c', 'd'], ['a', 'c', 'd', 'b'])).toEqual({
      gone: [1],
      come: [3],
    });
    expect(editedRules(['a', 'a'], ['a'])).toEqual({ gone: [1], come: [] });
    expect(editedRules([], ['a'])).toEqual({ gone: [], come: [0] });
  });
});
