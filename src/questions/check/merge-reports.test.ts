import { describe, expect, it } from 'vitest';
import { placeless } from '../../diagnostics/index.ts';
import type { Check, CheckContext, CheckOutcome } from './finding.ts';
import { mergeReports } from './merge-reports.ts';
import { runChecks } from './run-checks.ts';

const CONTEXT = { asOf: '2026-11-21', profile: 'production' } as CheckContext;

function check(id: string, outcome: CheckOutcome): Check {
  return {
    id,
    severity: 'error',
    title: id,
    explanation: '',
    fix: '',
    facts: [],
    covers: [],
    run: () => outcome,
  };
}

const fails = (id: string, ...subjects: readonly string[]): CheckOutcome => ({
  kind: 'fail',
  findings: subjects.map((subject) => ({
    check: id,
    severity: 'error',
    message: `${subject} is wrong.`,
    evidence: { kind: 'configured', lines: [] },
    places: [],
    fix: '',
    subject,
  })),
  undecided: [],
});
const PASSES: CheckOutcome = { kind: 'pass', subjects: 1 };
const NOTHING: CheckOutcome = { kind: 'not-applicable', why: 'there is none' };

function merged(blue: CheckOutcome, green: CheckOutcome) {
  const reports = [blue, green].map((outcome, index) => ({
    cluster: index === 0 ? 'blue' : 'green',
    report: runChecks([check('area/x', outcome)], CONTEXT),
  }));
  return mergeReports(reports);
}

describe('the reports of several clusters', () => {
  it('say once what both say, and name the cluster of what one says', () => {
    const { groups, outcomes } = merged(fails('area/x', 'a', 'b'), fails('area/x', 'b', 'c'));
    expect(groups).toHaveLength(1);
    expect(groups[0]?.findings.map(({ finding }) => finding.message)).toEqual([
      'In blue: a is wrong.',
      'b is wrong.',
      'In green: c is wrong.',
    ]);
    expect(outcomes.failed).toEqual(['area/x']);
  });

  it.each([
    ['failed', fails('area/x', 'a'), PASSES],
    ['failed', NOTHING, fails('area/x', 'a')],
    ['passed', PASSES, NOTHING],
    ['passed', PASSES, PASSES],
    [
      'undecided',
      PASSES,
      {
        kind: 'unknown',
        undecided: [{ check: 'area/x', subject: 'a', message: 'm', missing: 'n' }],
      },
    ],
  ] as const)('a check has %s', (outcome, blue, green) => {
    const { outcomes } = merged(blue, green);
    for (const kind of ['passed', 'failed', 'undecided'] as const) {
      expect(outcomes[kind], kind).toEqual(kind === outcome ? ['area/x'] : []);
    }
    expect(outcomes.notApplicable).toEqual([]);
  });

  it('what applies to none of them applies to nothing', () => {
    expect(merged(NOTHING, NOTHING).outcomes.notApplicable).toEqual([
      { check: 'area/x', why: 'there is none' },
    ]);
  });

  it('what holds in one of them only is not told as held', () => {
    const one = { subject: 's', message: 'holds', at: placeless('x'), assumptions: ['this'] };
    const other = { ...one, assumptions: ['that'] };
    const holds = (proven: typeof one): CheckOutcome => ({ ...PASSES, proven: [proven] });
    expect(merged(holds(one), holds(other)).proven).toMatchObject([
      { subject: 's', assumptions: ['this', 'that'] },
    ]);
    expect(merged(holds(one), fails('area/x', 's')).proven ?? []).toEqual([]);
  });
});
