import { describe, expect, it } from 'vitest';
import { boxHas, type Condition, type FlowBox, type FlowPoint } from '../../src/flows/index.ts';
import type { AddressSet, Ip, Port, Protocol } from '../../src/net/index.ts';
import {
  type Arriving,
  auditRules,
  type RuleAudit,
  type RuleList,
  type RulesAudit,
  type WrittenRule,
} from '../../src/questions/rules/index.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** The audit against asking a first-match list at every point of a small universe, in every world, with and without a rule. */

interface Written {
  readonly name: string;
}
type List = RuleList<Written>;
type World = ReadonlySet<string>;

const V4 = Array.from({ length: 5 }, (_, index) => index * 0x1000_0000);
const V6 = [0n, 1n << 64n];
const PORTS = [0, 22, 443, 8080];
const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp'];
const NEEDS: readonly Condition[] = ['a', 'b'].map((missing) => ({ missing }));
const WORLDS: readonly World[] = [[], ['a'], ['b'], ['a', 'b']].map((held) => new Set(held));

const POINTS: readonly FlowPoint[] = [
  ...pointsOf(V4.map((value) => ({ family: 4, value }) as Ip)),
  ...pointsOf(V6.map((value) => ({ family: 6, value }) as Ip)),
];

function pointsOf(ips: readonly Ip[]): FlowPoint[] {
  return ips.flatMap((source) =>
    ips.flatMap((destination) =>
      PORTS.flatMap((port) =>
        PROTOCOLS.map((protocol) => ({
          source,
          destination,
          protocol,
          sourcePort: 1 as Port,
          destinationPort: port as Port,
          application: 'none' as const,
        })),
      ),
    ),
  );
}

/** Sets are unions of the cells that the points stand for, so that no flow lies between two points. */
function randomList(seed: number, needs: number): { list: List; arriving: Arriving | undefined } {
  const random = seededRandom(seed);
  const below = (end: number): number => Math.floor(random() * end);
  const cells = <T>(starts: readonly T[], last: T, before: (start: T) => T): T[] => {
    if (random() < 0.03) return [];
    const low = below(starts.length);
    const high = low + below(starts.length - low);
    return [starts[low]!, high + 1 < starts.length ? before(starts[high + 1]!) : last];
  };
  const addresses = (): AddressSet => ({
    v4: cells(V4, 0xffff_ffff, (start) => start - 1),
    v6: random() < 0.4 ? cells(V6, (1n << 128n) - 1n, (start) => start - 1n) : [],
  });
  const box = (mayNeed = true): FlowBox => ({
    ...(random() < 0.6 ? { sources: addresses() } : {}),
    ...(random() < 0.6 ? { destinations: addresses() } : {}),
    ...(random() < 0.4 ? { destinationPorts: cells(PORTS, 65535, (port) => port - 1) } : {}),
    // Of the other protocols the universe has, points stand for none: a box that names any names the two.
    protocols: random() < 0.3 ? [PROTOCOLS[below(2)]!] : PROTOCOLS,
    ...(mayNeed && random() < needs ? { needs: NEEDS.filter(() => random() < 0.6) } : {}),
  });
  const boxes = (most: number, mayNeed = true): FlowBox[] =>
    Array.from({ length: random() < 0.03 ? 0 : 1 + below(most) }, () => box(mayNeed));
  const written: Written[] = [];
  const rules = Array.from({ length: 1 + below(8) }, (_, index) => {
    // Sometimes one more entry of a rule that was there before.
    const again = written.length > 0 && random() < 0.15;
    const by = again ? written[below(written.length)]! : { name: `rule ${index}` };
    written.push(by);
    return { region: boxes(2), effect: random() < 0.5 ? 'allow' : 'deny', by };
  });
  const otherwise = [undefined, 'allow', 'deny'][below(3)];
  const arriving = random() < 0.4 ? { region: boxes(2, false), why: 'only these do' } : undefined;
  return {
    list: {
      name: `list ${seed}`,
      rules,
      ...(otherwise === undefined ? {} : { otherwise }),
      ...(arriving === undefined ? {} : { arriving }),
    },
    arriving,
  };
}

function isThere(box: FlowBox, world: World): boolean {
  return (box.needs ?? []).every(({ missing }) => world.has(missing));
}

/** By hand: the index of the entry that decides a point in a world, or -1. */
function decider({ rules }: List, point: FlowPoint, world: World, gone?: ReadonlySet<Written>) {
  return rules.findIndex(
    ({ region, by }) =>
      gone?.has(by) !== true && region.some((box) => isThere(box, world) && boxHas(box, point)),
  );
}

function actionAt(list: List, point: FlowPoint, world: World, gone?: ReadonlySet<Written>) {
  const index = decider(list, point, world, gone);
  return index < 0 ? (list.otherwise ?? 'somebody else') : list.rules[index]!.effect;
}

function changesNothing(list: List, gone: ReadonlySet<Written>, worlds: readonly World[]) {
  return worlds.every((world) =>
    POINTS.every((point) => actionAt(list, point, world) === actionAt(list, point, world, gone)),
  );
}

const OPTIONS = { ruleOf: (by: Written) => by };

function holds(list: List, rule: WrittenRule<Written>, point: FlowPoint): boolean {
  return rule.entries.some((entry) => list.rules[entry]!.region.some((box) => boxHas(box, point)));
}

/** Every point of the rule, where it would have its turn, is taken before by one of these. */
function takesAll(
  list: List,
  rule: WrittenRule<Written>,
  covers: readonly WrittenRule<Written>[],
  arrives: (point: FlowPoint) => boolean,
): boolean {
  const by = new Set(covers.map((cover) => cover.by));
  return rule.entries.every((entry) =>
    POINTS.every((point) => {
      const has = list.rules[entry]!.region.some((box) => boxHas(box, point));
      if (!has || !arrives(point)) return true;
      return list.rules
        .slice(0, entry)
        .some(
          (other) =>
            by.has(other.by) &&
            other.region.some((box) => (box.needs ?? []).length === 0 && boxHas(box, point)),
        );
    }),
  );
}

function expectIrredundant(
  list: List,
  { rule }: RuleAudit<Written>,
  covers: readonly WrittenRule<Written>[],
  arrives: (point: FlowPoint) => boolean = () => true,
) {
  expect(takesAll(list, rule, covers, arrives)).toBe(true);
  for (const cover of covers) {
    const others = covers.filter((other) => other !== cover);
    expect(takesAll(list, rule, others, arrives)).toBe(false);
  }
}

function expectContradiction(list: List, { rule, contradiction }: RuleAudit<Written>) {
  const world = WORLDS[0]!;
  const arrives = arrivesIn(list);
  const held = POINTS.filter(
    (point) => holds(list, rule, point) && arrives(point) && rule.action !== undefined,
  );
  const against = new Set(
    held.flatMap((point) => {
      const index = decider(list, point, world);
      const entry = list.rules[index];
      const first = rule.entries.find((own) =>
        list.rules[own]!.region.some((box) => boxHas(box, point)),
      )!;
      if (entry === undefined || index >= first) return [];
      const other = list.rules.filter(({ by }) => by === entry.by);
      const isKnown = other.every(({ effect }) => effect === entry.effect);
      return isKnown && entry.effect !== rule.action ? [entry.by.name] : [];
    }),
  );
  expect(new Set(contradiction?.by.map(({ by }) => by.name) ?? [])).toEqual(against);
  if (contradiction === undefined) return;
  expect(contradiction.share).toBeGreaterThan(0);
  expect(contradiction.share).toBeLessThanOrEqual(1 + 1e-9);
  const { inside, outside } = contradiction;
  expect(list.rules[decider(list, inside!.flow, world)]?.by).toBe(inside!.by.by);
  expect(holds(list, rule, inside!.flow)).toBe(true);
  if (outside !== undefined) expect(list.rules[decider(list, outside, world)]?.by).toBe(rule.by);
}

function arrivesIn(list: List): (point: FlowPoint) => boolean {
  return (point) =>
    list.arriving === undefined || list.arriving.region.some((box) => boxHas(box, point));
}

function audited(list: List): RulesAudit<Written> {
  const audit = auditRules(list, OPTIONS);
  expect(audit.inconclusive).toEqual([]);
  return audit;
}

describe('an audit of rules without needs', () => {
  const seen: Record<string, number> = {};
  const saw = (what: string) => {
    seen[what] = (seen[what] ?? 0) + 1;
  };

  it('agrees with every point of 1,500 lists', () => {
    for (let seed = 0; seed < 1500; seed += 1) {
      const { list } = randomList(seed, 0);
      const world = WORLDS[0]!;
      const audit = audited(list);
      const arrives = arrivesIn(list);
      for (const one of audit.rules) {
        const { rule, verdict, redundancy } = one;
        saw(verdict.kind);
        const own = POINTS.filter(
          (point) => list.rules[decider(list, point, world)]?.by === rule.by,
        );
        const expected = !POINTS.some((point) => holds(list, rule, point))
          ? 'empty'
          : own.length === 0
            ? 'never-hit'
            : own.some(arrives)
              ? 'live'
              : 'unreached';
        expect(`${list.name} ${rule.by.name} ${verdict.kind}`).toBe(
          `${list.name} ${rule.by.name} ${expected}`,
        );
        if (verdict.kind === 'never-hit') expectIrredundant(list, one, verdict.covers);
        if (verdict.kind === 'unreached') expectIrredundant(list, one, verdict.covers, arrives);
        if (verdict.kind !== 'live') continue;
        const isRedundant = changesNothing(list, new Set([rule.by]), [world]);
        expect(`${list.name} ${rule.by.name} ${redundancy !== undefined}`).toBe(
          `${list.name} ${rule.by.name} ${isRedundant}`,
        );
        if (redundancy !== undefined) saw('redundant');
        if (rule.entries.length === 1) expectContradiction(list, one);
        if (one.contradiction !== undefined) saw('contradiction');
      }
      const gone = new Set(audit.removable.map(({ by }) => by));
      expect(changesNothing(list, gone, [world])).toBe(true);
      if (gone.size > 1) saw('several removable');
    }
  });

  it('met every answer often enough to mean something', () => {
    for (const what of ['live', 'never-hit', 'empty', 'unreached', 'redundant', 'contradiction']) {
      expect([what, (seen[what] ?? 0) > 50]).toEqual([what, true]);
    }
    expect(seen['several removable']).toBeGreaterThan(50);
  });
});

describe('an audit of rules that may not be there', () => {
  const seen: Record<string, number> = {};

  it('is right in every world of 1,500 lists', () => {
    for (let seed = 5000; seed < 6500; seed += 1) {
      const { list } = randomList(seed, 0.4);
      const audit = audited(list);
      const arrives = arrivesIn(list);
      for (const { rule, verdict, redundancy } of audit.rules) {
        const kind = verdict.kind === 'conditional' ? `only ${verdict.hit}` : verdict.kind;
        seen[kind] = (seen[kind] ?? 0) + 1;
        const hits = WORLDS.map((world) =>
          POINTS.filter((point) => list.rules[decider(list, point, world)]?.by === rule.by),
        );
        const label = `${list.name} ${rule.by.name} ${kind}`;
        const isHit = hits.map((points) => points.length > 0);
        if (kind === 'live') expect([label, ...isHit]).toEqual([label, true, true, true, true]);
        if (kind === 'never-hit' || kind === 'empty') {
          expect([label, ...isHit]).toEqual([label, false, false, false, false]);
        }
        if (kind === 'unreached')
          expect([label, hits.flat().some(arrives)]).toEqual([label, false]);
        // In the world without anything that has needs, one decides and the other does not.
        if (kind === 'only if') expect([label, isHit[0]]).toEqual([label, true]);
        if (kind === 'only unless') expect([label, isHit[0]]).toEqual([label, false]);
        if (redundancy !== undefined) {
          seen['redundant'] = (seen['redundant'] ?? 0) + 1;
          const stays = changesNothing(list, new Set([rule.by]), WORLDS);
          expect([label, stays]).toEqual([label, true]);
        }
      }
      const gone = new Set(audit.removable.map(({ by }) => by));
      expect([list.name, changesNothing(list, gone, WORLDS)]).toEqual([list.name, true]);
    }
  });

  it('met every answer often enough to mean something', () => {
    for (const what of ['live', 'never-hit', 'only if', 'only unless', 'redundant']) {
      expect([what, (seen[what] ?? 0) > 50]).toEqual([what, true]);
    }
  });
});

describe('a budget that runs out', () => {
  it('is told, with the name of what was worked on, and nothing is claimed', () => {
    const { list } = randomList(7, 0);
    const audit = auditRules(list, {
      ...OPTIONS,
      budget: { nodesMax: 1 << 20, now: () => 1, until: 0 },
    });
    expect(audit.rules).toEqual([]);
    expect(audit.inconclusive.map(({ exhausted }) => exhausted)).toEqual(['time']);
    expect(audit.inconclusive[0]!.artefact).toContain('list 7');
  });
});
