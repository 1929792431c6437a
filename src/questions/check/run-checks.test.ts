import { describe, expect, it } from 'vitest';
import {
  check,
  checkContext,
  failing,
  finding,
  placeAt,
  question,
} from '../../../tests/support/sample-report.ts';
import { InvariantError } from '../../diagnostics/index.ts';
import {
  type CheckReport,
  counting,
  holds,
  openQuestions,
  type RunOptions,
  readBaseline,
  runChecks,
  type SuppressionEntry,
  writeBaseline,
} from './index.ts';

const CHECKS = [
  failing('b/note', [finding('b/note', 'n', { severity: 'note' })], 'note'),
  failing('z/error', [finding('z/error', 'one'), finding('z/error', 'two')]),
  failing('a/error', [finding('a/error', 'one')]),
  failing('a/warning', [finding('a/warning', 'w', { severity: 'warning' })], 'warning'),
  check('c/open', { kind: 'unknown', undecided: [question('c/open', 'tag', 'members of Sql')] }),
  check('d/holds', { kind: 'pass', subjects: 3 }),
  check('e/nothing', { kind: 'not-applicable', why: 'no firewall' }),
];

function run(options: RunOptions = {}, asOf?: string): CheckReport {
  return runChecks(CHECKS, checkContext(asOf), options);
}

function suppression(more: Partial<SuppressionEntry> = {}): SuppressionEntry {
  const at = placeAt('sallyport.yaml', 3);
  return { check: 'z/error', reason: 'accepted for now', until: '2026-12-31', at, ...more };
}

const idsOf = (report: CheckReport) => report.groups.map((group) => group.check.id);

describe('a run of the catalogue', () => {
  it('reports errors first, then by id', () => {
    expect(idsOf(run())).toEqual(['a/error', 'z/error', 'a/warning', 'b/note']);
  });

  it('counts every check once, in the kind of its outcome', () => {
    expect(run().outcomes).toEqual({
      passed: ['d/holds'],
      certainty: [{ check: 'd/holds', kind: 'configured' }],
      failed: ['b/note', 'z/error', 'a/error', 'a/warning'],
      undecided: ['c/open'],
      notApplicable: [{ check: 'e/nothing', why: 'no firewall' }],
    });
  });

  it('runs only what is asked for, less what is skipped', () => {
    expect(idsOf(run({ only: ['z/error', 'a/error'], skip: ['a/error'] }))).toEqual(['z/error']);
  });

  it('leaves out what is less severe than asked for, open questions included', () => {
    const report = run({ severity: 'warning', only: ['b/note', 'a/warning', 'c/open'] });
    expect(idsOf(report)).toEqual(['a/warning']);
    expect(report.undecided).toHaveLength(1);
    const open = check(
      'n/open',
      { kind: 'unknown', undecided: [question('n/open', 's', 'x')] },
      'note',
    );
    expect(runChecks([open], checkContext(), { severity: 'error' }).undecided).toEqual([]);
  });

  it('does not hold when something is wrong or cannot be told; a note stops nobody', () => {
    expect(holds(run({ only: ['d/holds', 'e/nothing', 'b/note'] }))).toBe(true);
    expect(holds(run({ only: ['a/warning'] }))).toBe(false);
    expect(holds(run({ only: ['c/open'] }))).toBe(false);
  });

  it('does not survive a broken promise of ours', () => {
    const broken = {
      ...check('x/broken', { kind: 'pass', subjects: 1 }),
      run: () => {
        throw new InvariantError('impossible');
      },
    };
    expect(() => runChecks([broken], checkContext())).toThrow(InvariantError);
  });

  it('tells how far it is', () => {
    const seen: string[] = [];
    runChecks(CHECKS, checkContext(), {}, (done, total) => seen.push(`${done}/${total}`));
    expect(seen).toEqual(['0/7', '1/7', '2/7', '3/7', '4/7', '5/7', '6/7']);
  });
});

describe('suppressions', () => {
  it('silence every finding of a check, or the one of a subject', () => {
    expect(counting(run({ only: ['z/error'], suppressions: [suppression()] }))).toEqual([]);
    const one = run({ only: ['z/error'], suppressions: [suppression({ subject: 'two' })] });
    expect(counting(one).map(({ subject }) => subject)).toEqual(['one']);
    expect(one.groups[0]?.findings[1]?.suppression).toEqual({
      kind: 'suppressed',
      reason: 'accepted for now',
      until: '2026-12-31',
    });
  });

  it('accept an open question too', () => {
    const report = run({ only: ['c/open'], suppressions: [suppression({ check: 'c/open' })] });
    expect(openQuestions(report)).toEqual([]);
    expect(holds(report)).toBe(true);
  });

  it('hold on their last day, and the finding comes back with its history on the next', () => {
    const options = { only: ['z/error'], suppressions: [suppression()] };
    expect(counting(run(options, '2026-12-31'))).toEqual([]);
    const after = run(options, '2027-01-01');
    expect(counting(after)).toHaveLength(2);
    expect(after.groups[0]?.findings[0]?.expired?.until).toBe('2026-12-31');
    expect(after.remarks).toEqual([]);
  });

  it('that match nothing are told with their place', () => {
    const stale = suppression({ subject: 'three' });
    expect(run({ suppressions: [stale] }).remarks).toEqual([
      {
        message: 'suppression of `z/error` for `three` matches nothing any more: delete it',
        at: stale.at,
      },
    ]);
  });

  it('of a check that did not run, or whose findings are too small to be reported, are left alone', () => {
    expect(run({ only: ['a/error'], suppressions: [suppression()] }).remarks).toEqual([]);
    const small = suppression({ check: 'b/note' });
    expect(run({ severity: 'error', suppressions: [small] }).remarks).toEqual([]);
  });

  it('of a check there is not are told', () => {
    const [remark] = run({ suppressions: [suppression({ check: 'z/eror' })] }).remarks;
    expect(remark?.message).toBe('suppression of `z/eror`: there is no such check');
  });
});

describe('a baseline', () => {
  const written = writeBaseline(run());
  const baseline = readBaseline(written);

  it('holds what is found and what is open, sorted', () => {
    expect(JSON.parse(written)).toEqual({
      sallyportBaseline: 1,
      findings: ['a/error one', 'a/warning w', 'b/note n', 'z/error one', 'z/error two'],
      undecided: ['c/open tag'],
    });
  });

  it('makes only what is new count', () => {
    const options = baseline === undefined ? {} : { baseline };
    expect(holds(run(options))).toBe(true);
    const more = failing('a/error', [finding('a/error', 'one'), finding('a/error', 'new')]);
    const report = runChecks([more], checkContext(), options);
    expect(counting(report).map(({ subject }) => subject)).toEqual(['new']);
  });

  it('tells entries that are fixed, of the checks that ran', () => {
    const fixed = failing('z/error', [finding('z/error', 'two')]);
    const options = baseline === undefined ? {} : { baseline };
    expect(runChecks([fixed], checkContext(), options).remarks).toEqual([
      {
        message: 'baseline entry `z/error one` is no longer found: run with --update-baseline',
      },
    ]);
  });

  it('keeps the entries of checks that did not run, and no suppressed finding', () => {
    const report = run({ only: ['z/error'], suppressions: [suppression({ subject: 'one' })] });
    expect(JSON.parse(writeBaseline(report, baseline)).findings).toEqual([
      'a/error one',
      'a/warning w',
      'b/note n',
      'z/error two',
    ]);
  });

  it('is not any JSON', () => {
    for (const text of ['', '[]', '{"findings": []}', '{"sallyportBaseline": 2, "findings": []}']) {
      expect(readBaseline(text)).toBeUndefined();
    }
  });
});
