import { afterAll, describe, expect, it } from 'vitest';
import {
  compileRules,
  decidersAt,
  FlowSets,
  intersectBoxes,
  patchRules,
} from '../../src/flows/index.ts';
import {
  addressSet,
  type Family,
  type IpRange,
  type PortSet,
  portSet,
} from '../../src/net/index.ts';
import { type Diagram, NOTHING } from '../../src/packets/index.ts';
import {
  boxesOfRules,
  type NumberedList,
  numbered,
  type TestRule,
} from '../support/flow-arbitraries.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { SolverFlows } from '../support/solver.ts';

/** Policies of 20 to 50 rules over whole addresses and ports, answered by diagrams and by an SMT solver. */

const z3 = await import('z3-solver').then(
  async ({ init, killThreads }) => ({ ...(await init()), killThreads }),
  (error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  },
);
const title =
  z3 === undefined
    ? 'left out: the development dependency z3-solver is not installed'
    : 'diagrams and an SMT solver agree';
// Its threads would keep the run from ending.
afterAll(() => z3?.killThreads(z3.em));

const CASES: readonly (readonly [Family, number])[] = [
  ...Array.from({ length: 12 }, (_, index) => [4, index + 1] as const),
  ...Array.from({ length: 4 }, (_, index) => [6, index + 101] as const),
];

describe.skipIf(z3 === undefined)(title, () => {
  const solverFor = (family: Family) => new SolverFlows(new z3!.Context('flows'), family);

  it('on which rules of a list decide any flow, and each other’s examples hold', async () => {
    const verdicts = { decides: 0, never: 0 };
    for (const [family, seed] of CASES) {
      const solver = solverFor(family);
      const list = randomList(family, seed);
      const sets = FlowSets.over(family, boxesOfRules(list.rules));
      const { decides } = compileRules(sets, list);
      const deciding = new Set(sets.table.terminals(decides));
      for (const [index, rule] of list.rules.entries()) {
        const why = `family ${family}, seed ${seed}, rule ${index}`;
        const holds = solver.holds(rule);
        const found = await solver.find(holds);
        const isDeciding = deciding.has(list.ruleIds[index]!);
        expect(found !== undefined, why).toBe(isDeciding);
        verdicts[isDeciding ? 'decides' : 'never'] += 1;
        if (found !== undefined) {
          expect(sets.terminalAt(decides, found), why).toBe(list.ruleIds[index]);
          expect(decidersAt(list.rules, found)[0]?.index, why).toBe(index);
          const witness = sets.witness(sets.where(decides, (id) => id === list.ruleIds[index]))!;
          expect(await solver.find(solver.is(witness), holds), why).toEqual(witness);
        }
        // What is left for the rules behind it.
        solver.assume(solver.not(holds));
      }
    }
    // Both answers were put to the test.
    expect(verdicts.decides).toBeGreaterThan(100);
    expect(verdicts.never).toBeGreaterThan(30);
  });

  it('on whether two lists allow the same, and on where they do not', async () => {
    const verdicts = { same: 0, different: 0 };
    for (const [family, seed] of CASES) {
      const solver = solverFor(family);
      const before = randomList(family, seed);
      for (const after of variants(family, before, seed)) {
        const why = `family ${family}, seed ${seed}`;
        const sets = FlowSets.over(family, boxesOfRules(before.rules, after.rules));
        const compiled = compileRules(sets, before);
        const allowed = (list: NumberedList, decides: Diagram): Diagram =>
          sets.where(decides, (id) => list.rules[list.ruleIds.indexOf(id)]!.effect === 'allow');
        const difference = sets.table.differ(
          allowed(before, compiled.decides),
          allowed(after, patchRules(compiled, after).decides),
        );
        const differs = solver.differ(
          solver.withEffect(before.rules, 'allow'),
          solver.withEffect(after.rules, 'allow'),
        );
        const found = await solver.find(differs);
        expect(found === undefined, why).toBe(difference === NOTHING);
        verdicts[found === undefined ? 'same' : 'different'] += 1;
        if (found === undefined) continue;
        expect(sets.has(difference, found), why).toBe(true);
        const witness = sets.witness(difference)!;
        expect(await solver.find(solver.is(witness), differs), why).toEqual(witness);
      }
    }
    expect(verdicts.same).toBeGreaterThan(10);
    expect(verdicts.different).toBeGreaterThan(10);
  });
});

/** 20 to 50 rules over prefixes and ranges that nest, touch and repeat; some rules inside what two earlier ones hold together. */
function randomList(family: Family, seed: number): NumberedList {
  const { rule, below } = generator(family, seed);
  const rules: TestRule[] = [];
  const count = 20 + below(31);
  while (rules.length < count) {
    const earlier = rules[below(Math.max(1, rules.length))];
    const inside =
      below(5) === 0 && earlier ? intersectBoxes(earlier.region[0]!, rule().region[0]!) : undefined;
    rules.push(inside === undefined ? rule() : { ...rule(), region: [inside] });
  }
  return numbered(rules);
}

/** One that allows the same, and two with an edit that may matter. */
function variants(family: Family, list: NumberedList, seed: number): NumberedList[] {
  const { rule, below } = generator(family, seed + 1000);
  const { rules, ruleIds } = list;
  const at = below(rules.length);
  const copyAt = at + 1 + below(rules.length - at);
  const turned: TestRule = {
    ...rules[at]!,
    effect: rules[at]!.effect === 'allow' ? 'deny' : 'allow',
  };
  return [
    {
      rules: rules.toSpliced(copyAt, 0, { ...turned, region: rules[at]!.region }),
      ruleIds: ruleIds.toSpliced(copyAt, 0, 999),
    },
    { rules: rules.with(at, turned), ruleIds },
    { rules: rules.toSpliced(at, 0, rule()), ruleIds: ruleIds.toSpliced(at, 0, 999) },
  ];
}

function generator(family: Family, seed: number) {
  const random = seededRandom(seed);
  const below = (end: number): number => Math.floor(random() * end);
  const bits = family === 4 ? 32 : 128;
  const stems = Array.from({ length: 4 }, () =>
    Array.from({ length: bits }, () => below(2)).reduce((sum, bit) => sum * 2n + BigInt(bit), 0n),
  );
  const range = (): IpRange => {
    const size = 1n << BigInt(below(4) === 0 ? below(bits + 1) : bits - 8 * below(4));
    const low = (stems[below(stems.length)]! / size) * size;
    const ends = [low, low + size - 1n].map((value) => (family === 4 ? Number(value) : value));
    return { family, low: ends[0], high: ends[1] } as IpRange;
  };
  const ports = (): PortSet => {
    const ranges = Array.from({ length: 1 + below(2) }, () => {
      const low = [0, 22, 80, 443, 1024, below(65_536)][below(6)]!;
      return [low, Math.min(65_535, low + [0, 1, 363, 65_535][below(4)]!)] as const;
    });
    return portSet(ranges);
  };
  const protocols = [['tcp'], ['udp'], ['tcp', 'udp'], ['icmp', 'other']] as const;
  const maybe = <T>(value: () => T, key: string) => (random() < 0.7 ? { [key]: value() } : {});
  const addresses = () => addressSet(Array.from({ length: 1 + below(2) }, range));
  const rule = (): TestRule => ({
    region: Array.from({ length: 1 + below(2) }, () => ({
      ...maybe(addresses, 'sources'),
      ...maybe(addresses, 'destinations'),
      ...maybe(() => protocols[below(protocols.length)]!, 'protocols'),
      ...maybe(ports, 'destinationPorts'),
      ...(below(8) === 0 ? { sourcePorts: ports() } : {}),
    })),
    effect: below(3) === 0 ? 'deny' : 'allow',
    by: 'a rule',
  });
  return { rule, below };
}
