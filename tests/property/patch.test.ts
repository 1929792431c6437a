import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  certainDeciders,
  compileRules,
  deciderAt,
  decidersAt,
  decidersByNumber,
  FlowSets,
  isCertain,
  patchRules,
} from '../../src/flows/index.ts';
import { ruleEdits } from '../../src/flows/rule-edits.ts';
import { leafOf, NOTHING } from '../../src/packets/index.ts';
import {
  boxesOfRules,
  editedList,
  flowPoints,
  listEdits,
  type NumberedList,
  numbered,
  ruleLists,
} from '../support/flow-arbitraries.ts';

/** A patched list must have the very diagram that compiling all of it makes: the same number in the same table. */

const FRESH = 1000;
const families = fc.constantFrom(4 as const, 6 as const);

describe('edits of a list', () => {
  it('one after the other, each patched, find the diagram of a full compilation', () => {
    fc.assert(
      fc.property(
        families,
        ruleLists,
        fc.array(listEdits, { maxLength: 8 }),
        (family, rules, edits) => {
          const versions = versionsOf(numbered(rules), edits);
          const sets = over(family, versions);
          let current = compileRules(sets, versions[0]!);
          for (const version of versions.slice(1)) {
            current = patchRules(current, version);
            expect(current.decides).toBe(decidersByNumber(sets, version));
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it('many at once, and all undone at once, as well', () => {
    fc.assert(
      fc.property(
        families,
        ruleLists,
        fc.array(listEdits, { maxLength: 12 }),
        (family, rules, edits) => {
          const versions = versionsOf(numbered(rules), edits);
          const [first, last] = [versions[0]!, versions.at(-1)!];
          const sets = over(family, [first, last]);
          const before = compileRules(sets, first);
          const after = patchRules(before, last);
          expect(after.decides).toBe(decidersByNumber(sets, last));
          expect(patchRules(after, first).decides).toBe(before.decides);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('numbers are stable where positions are not: both say the same rule', () => {
    fc.assert(
      fc.property(ruleLists, (rules) => {
        const list = numbered([...rules], 10);
        const sets = over(4, [list]);
        const byPosition = sets.table.mapTerminals(certainDeciders(sets, rules), (terminal) =>
          terminal === 0 ? 0 : list.ruleIds[terminal - 1]!,
        );
        expect(decidersByNumber(sets, list)).toBe(byPosition);
      }),
    );
  });

  it('the leaf of a flow names the rule that a linear scan finds first', () => {
    fc.assert(
      fc.property(ruleLists, fc.array(flowPoints(4), { minLength: 1 }), (rules, points) => {
        const sure = rules.map((rule) => ({ ...rule, region: rule.region.filter(isCertain) }));
        const sets = over(4, [numbered(rules)]);
        const decides = certainDeciders(sets, rules);
        for (const point of points) {
          const first = decidersAt(sure, point)[0];
          const rule = deciderAt(rules, leafOf(sets.terminalAt(decides, point)));
          expect(rule).toBe(first === undefined ? undefined : rules[first.index]);
        }
      }),
    );
  });

  it('one edit concerns one rule, however far it moved', () => {
    fc.assert(
      fc.property(ruleLists, listEdits, (rules, edit) => {
        const list = numbered(rules);
        const edited = editedList(list, edit, FRESH);
        const { gone, come } = ruleEdits(over(4, [list, edited]).universe, list, edited);
        expect(gone.length).toBe(list.rules.length - edited.rules.length + come.length);
        expect(come.length).toBeLessThanOrEqual(
          edit.kind === 'rewrite' && rules.length > 0 ? 0 : 1,
        );
        expect(gone.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  it('an effect that changes, or a rule written anew with the same flows, costs no row', () => {
    fc.assert(
      fc.property(ruleLists, (rules) => {
        const list = numbered(rules);
        const rewritten = rules.map((rule) => ({
          ...rule,
          effect: 'deny' as const,
          region: rule.region.map((box) => ({ ...box })),
        }));
        const sets = over(4, [list]);
        const before = compileRules(sets, list);
        const { made } = sets.table.counters;
        const after = patchRules(before, { ...list, rules: rewritten });
        expect(after.decides).toBe(before.decides);
        expect(after.rules).toBe(rewritten);
        expect(sets.table.counters.made).toBe(made);
      }),
    );
  });

  it('two rules of one number are a broken promise', () => {
    const sets = over(4, []);
    const rule = { region: [{}], effect: 'allow', by: 'a rule' } as const;
    expect(() => compileRules(sets, { rules: [rule, rule], ruleIds: [1, 1] })).toThrow('number');
    expect(() => compileRules(sets, { rules: [rule], ruleIds: [0] })).toThrow('number');
    expect(() => compileRules(sets, { rules: [rule], ruleIds: [1, 2] })).toThrow('number');
    expect(patchRules(compileRules(sets, numbered([rule])), numbered([])).decides).toBe(NOTHING);
  });
});

function versionsOf(list: NumberedList, edits: readonly Parameters<typeof editedList>[1][]) {
  const versions = [list];
  for (const [index, edit] of edits.entries()) {
    versions.push(editedList(versions.at(-1)!, edit, FRESH + index));
  }
  return versions;
}

function over(family: 4 | 6, versions: readonly NumberedList[]): FlowSets {
  return FlowSets.over(family, boxesOfRules(...versions.map(({ rules }) => rules)));
}
