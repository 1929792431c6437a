import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compileRules,
  decidersByNumber,
  type FlowBox,
  FlowSets,
  intersectRegions,
  outcomesOf,
  patchRules,
} from '../../src/flows/index.ts';
import {
  addressSet,
  type Ipv4,
  type Prefix,
  type Protocol,
  portSet,
  rangeOfPrefix,
} from '../../src/net/index.ts';
import { type Diagram, NOTHING } from '../../src/packets/index.ts';
import {
  boxesOfRules,
  certainFlowBoxes,
  editedList,
  flowRules,
  listEdits,
  numbered,
  ruleLists,
  type TestRule,
} from '../support/flow-arbitraries.ts';

/** What must stay the same, and what may only grow, when a list is changed in a way whose effect is known beforehand. */

const families = fc.constantFrom(4 as const, 6 as const);
const places = fc.nat(20);

describe('changes that change nothing', () => {
  it('a rule that is there twice: the second decides nothing', () => {
    fc.assert(
      fc.property(families, ruleLists, flowRules, places, places, (family, rules, rule, at, to) => {
        const one = inserted(rules, at, rule);
        const copyAt = one.indexOf(rule) + 1 + (to % (one.length - one.indexOf(rule)));
        const two = one.toSpliced(copyAt, 0, { ...rule, by: 'copy' });
        const sets = over(family, one);
        expect(effects(sets, two)).toEqual(effects(sets, one));
        const ids = numbered(one);
        const copied = { rules: two, ruleIds: ids.ruleIds.toSpliced(copyAt, 0, 999) };
        expect(decidersByNumber(sets, copied)).toBe(decidersByNumber(sets, ids));
      }),
      { numRuns: 300 },
    );
  });

  it('neighbours that have no flow in common change places', () => {
    fc.assert(
      fc.property(
        families,
        ruleLists,
        flowRules,
        flowRules,
        sides,
        places,
        (family, rules, a, b, [left, right], at) => {
          const first = { ...a, region: intersectRegions(a.region, [left]) };
          const second = { ...b, region: intersectRegions(b.region, [right]) };
          const sets = over(family, [...rules, first, second]);
          const place = at % (rules.length + 1);
          const list = numbered(rules.toSpliced(place, 0, first, second));
          const swapped = {
            rules: rules.toSpliced(place, 0, second, first),
            ruleIds: list.ruleIds.toSpliced(place, 2, place + 2, place + 1),
          };
          expect(decidersByNumber(sets, swapped)).toBe(decidersByNumber(sets, list));
          expect(effects(sets, swapped.rules)).toEqual(effects(sets, list.rules));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('rules of one effect change places as they like', () => {
    fc.assert(
      fc.property(
        families,
        ruleLists,
        ruleLists,
        fc.infiniteStream(fc.nat()),
        (family, same, rest, random) => {
          const block = same.map((rule) => ({ ...rule, effect: 'allow' as const }));
          const shuffled = block
            .map((rule) => ({ rule, key: random.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ rule }) => rule);
          const sets = over(family, [...block, ...rest]);
          expect(effects(sets, [...rest, ...shuffled, ...rest])).toEqual(
            effects(sets, [...rest, ...block, ...rest]),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it('the order of boxes in a region, and of words in a box', () => {
    fc.assert(
      fc.property(families, ruleLists, (family, rules) => {
        const turned = rules.map((rule) => ({
          ...rule,
          region: rule.region.map(reversedWords).reverse(),
        }));
        const sets = over(family, [...rules, ...turned]);
        expect(decidersByNumber(sets, numbered(turned))).toBe(
          decidersByNumber(sets, numbered(rules)),
        );
        expect(effects(sets, turned)).toEqual(effects(sets, rules));
      }),
    );
  });

  it('a rule without flows, wherever it stands', () => {
    fc.assert(
      fc.property(families, ruleLists, places, certainFlowBoxes, (family, rules, at, box) => {
        const nobody: TestRule = { region: [{ ...box, protocols: [] }], effect: 'allow', by: '' };
        const sets = over(family, [...rules, nobody]);
        const more = inserted(rules, at, nobody);
        expect(effects(sets, more)).toEqual(effects(sets, rules));
      }),
    );
  });

  it('a prefix split in two halves, as two boxes and as two rules', () => {
    const prefixes = fc
      .tuple(fc.integer({ min: 0, max: 31 }), fc.nat(0xffff_ffff))
      .map(([length, address]): Prefix => ({ family: 4, base: baseOf(address, length), length }));
    const header = fc.constantFrom('sources' as const, 'destinations' as const);
    fc.assert(
      fc.property(
        prefixes,
        header,
        ruleLists,
        flowRules,
        places,
        (prefix, side, rules, rule, at) => {
          const length = prefix.length + 1;
          const halves = [prefix.base as number, (prefix.base as number) + 2 ** (32 - length)].map(
            (base): FlowBox => ({
              [side]: addressSet([rangeOfPrefix({ family: 4, base: base as Ipv4, length })]),
            }),
          );
          const whole: FlowBox = { [side]: addressSet([rangeOfPrefix(prefix)]) };
          const [one, two, both] = [[halves[0]!], [halves[1]!], halves].map((boxes) => ({
            ...rule,
            region: intersectRegions(rule.region, boxes),
          })) as [TestRule, TestRule, TestRule];
          const unsplit = { ...rule, region: intersectRegions(rule.region, [whole]) };
          const sets = over(4, [...rules, one, two, both, unsplit]);
          const place = at % (rules.length + 1);
          const list = numbered(rules.toSpliced(place, 0, unsplit));
          const decides = decidersByNumber(sets, list);
          const asBoxes = { ...list, rules: rules.toSpliced(place, 0, both) };
          expect(decidersByNumber(sets, asBoxes)).toBe(decides);
          const asRules = {
            rules: rules.toSpliced(place, 0, one, two),
            ruleIds: list.ruleIds.toSpliced(place, 0, 999),
          };
          const joined = sets.table.mapTerminals(decidersByNumber(sets, asRules), (terminal) =>
            terminal === 999 ? place + 1 : terminal,
          );
          expect(joined).toBe(decides);
          expect(effects(sets, asRules.rules)).toEqual(effects(sets, list.rules));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('an edit that is undone', () => {
    fc.assert(
      fc.property(families, ruleLists, listEdits, (family, rules, edit) => {
        const list = numbered(rules);
        const edited = editedList(list, edit, 999);
        const sets = over(family, [...list.rules, ...edited.rules]);
        const before = compileRules(sets, list);
        expect(patchRules(patchRules(before, edited), list).decides).toBe(before.decides);
      }),
      { numRuns: 200 },
    );
  });
});

describe('changes of known effect', () => {
  it('under a rule that takes everything, no rule decides', () => {
    fc.assert(
      fc.property(families, ruleLists, ruleLists, (family, above, below) => {
        const all: TestRule = { region: [{}], effect: 'deny', by: 'all' };
        const sets = over(family, [...above, ...below]);
        const last = above.length;
        expect(outcomesOf(sets, [...above, all, ...below]).some(({ index }) => index > last)).toBe(
          false,
        );
        expect(effects(sets, [...above, all, ...below])).toEqual(effects(sets, [...above, all]));
        expect(effects(sets, [...above, all]).undecided).toBe(NOTHING);
      }),
      { numRuns: 200 },
    );
  });

  it('turning every effect round turns the answers round', () => {
    fc.assert(
      fc.property(families, ruleLists, (family, rules) => {
        const turned = rules.map((rule) => ({
          ...rule,
          effect: rule.effect === 'allow' ? ('deny' as const) : ('allow' as const),
        }));
        const sets = over(family, rules);
        const { allow, deny, undecided } = effects(sets, rules);
        expect(effects(sets, turned)).toEqual({ allow: deny, deny: allow, undecided });
      }),
    );
  });

  it('a wider allow allows no less and denies no more', () => {
    const headers = fc.subarray([
      'sources',
      'destinations',
      'protocols',
      'destinationPorts',
      'names',
      'needs',
    ]);
    fc.assert(
      fc.property(
        families,
        ruleLists,
        flowRules,
        certainFlowBoxes,
        headers,
        places,
        (family, rules, rule, more, dropped, at) => {
          const allow = { ...rule, effect: 'allow' as const };
          const wide = {
            ...allow,
            region: [...allow.region.map((box) => without(box, dropped)), more],
          };
          const sets = over(family, [...rules, allow, wide]);
          const place = at % (rules.length + 1);
          const before = effects(sets, rules.toSpliced(place, 0, allow));
          const after = effects(sets, rules.toSpliced(place, 0, wide));
          expect(sets.table.except(before.allow, after.allow)).toBe(NOTHING);
          expect(sets.table.except(after.deny, before.deny)).toBe(NOTHING);
          expect(sets.table.except(after.undecided, before.undecided)).toBe(NOTHING);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('a question about a corner is answered as the question about all, in that corner', () => {
    fc.assert(
      fc.property(families, ruleLists, certainFlowBoxes, (family, rules, corner) => {
        const sets = over(family, [...rules, { region: [corner], effect: 'allow', by: '' }]);
        const within = sets.box(corner);
        const [all, some] = [effects(sets, rules), effects(sets, rules, within)];
        for (const key of ['allow', 'deny', 'undecided'] as const) {
          expect(some[key]).toBe(sets.table.mask(all[key], within));
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** The flows that some rule of this effect may decide, and those that none may: what a reader of the list cares about. */
function effects(
  sets: FlowSets,
  rules: readonly TestRule[],
  within?: Diagram,
): { readonly allow: Diagram; readonly deny: Diagram; readonly undecided: Diagram } {
  const flows = { allow: NOTHING, deny: NOTHING, undecided: NOTHING };
  for (const outcome of outcomesOf(sets, rules, within)) {
    const effect = outcome.rule?.effect ?? 'undecided';
    flows[effect] = sets.table.override(flows[effect], outcome.flows);
  }
  return flows;
}

function over(family: 4 | 6, rules: readonly TestRule[]): FlowSets {
  return FlowSets.over(family, boxesOfRules(rules));
}

function inserted(rules: readonly TestRule[], at: number, rule: TestRule): readonly TestRule[] {
  return rules.toSpliced(at % (rules.length + 1), 0, rule);
}

/** Two boxes without a common flow. */
const sides: fc.Arbitrary<readonly [FlowBox, FlowBox]> = fc.constantFrom<[FlowBox, FlowBox]>(
  [{ protocols: ['tcp'] }, { protocols: ['udp', 'icmp'] }],
  [{ destinationPorts: portSet([[0, 443]]) }, { destinationPorts: portSet([[444, 65535]]) }],
  [{ applications: ['none'] }, { applications: ['http', 'https'] }],
  [
    { names: { patterns: ['*.azure.com'], withoutName: false } },
    { names: { patterns: ['org', 'azure.com'], withoutName: true } },
  ],
);

function baseOf(address: number, length: number): Ipv4 {
  return (length === 0 ? 0 : (address >>> (32 - length)) * 2 ** (32 - length)) as Ipv4;
}

function reversedWords(box: FlowBox): FlowBox {
  return {
    ...box,
    ...(box.protocols && { protocols: box.protocols.toReversed() as Protocol[] }),
    ...(box.applications && { applications: box.applications.toReversed() }),
    ...(box.names && { names: { ...box.names, patterns: box.names.patterns.toReversed() } }),
    ...(box.needs && { needs: box.needs.toReversed() }),
  };
}

function without(box: FlowBox, headers: readonly string[]): FlowBox {
  return Object.fromEntries(Object.entries(box).filter(([header]) => !headers.includes(header)));
}
