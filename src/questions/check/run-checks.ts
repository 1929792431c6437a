import { AcceptedList } from './accepted.ts';
import type { Baseline } from './baseline.ts';
import { type Certainty, given, weakest } from './certainty.ts';
import type { SuppressionEntry } from './configuration.ts';
import type { Check, CheckContext, CheckOutcome, Severity } from './finding.ts';
import type {
  CheckReport,
  FindingGroup,
  PassedCertainty,
  ReportedFinding,
  ReportedProof,
  ReportedQuestion,
} from './report-model.ts';

export interface RunOptions {
  /** Ids to run; absent: all. */
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  /** The least severity that is reported; open questions have the severity of their check. */
  readonly severity?: Severity;
  readonly suppressions?: readonly SuppressionEntry[];
  readonly baseline?: Baseline;
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

/**
 * Runs the catalogue. Checks are independent; a broken promise inside one (`InvariantError`) is ours and ends the run.
 * Cost: the sum of the checks; walked ones dominate.
 */
export function runChecks(
  checks: readonly Check[],
  context: CheckContext,
  options: RunOptions = {},
  progress: (done: number, total: number) => void = () => {},
): CheckReport {
  const chosen = checks.filter(
    ({ id }) => (options.only?.includes(id) ?? true) && options.skip?.includes(id) !== true,
  );
  const accepted = new AcceptedList(options.suppressions ?? [], options.baseline, context.asOf);
  const isReported = (severity: Severity) => RANK[severity] <= RANK[options.severity ?? 'note'];
  const groups: FindingGroup[] = [];
  const undecided: ReportedQuestion[] = [];
  const passed: string[] = [];
  const failed: string[] = [];
  const open: string[] = [];
  const certainty: PassedCertainty[] = [];
  const proven: ReportedProof[] = [];
  const notApplicable: { check: string; why: string }[] = [];

  for (const [index, check] of chosen.entries()) {
    progress(index, chosen.length);
    const outcome = check.run(context);
    if (outcome.kind !== 'not-applicable') {
      proven.push(...(outcome.proven ?? []).map((one) => ({ check: check.id, ...one })));
    }
    if (outcome.kind === 'pass') {
      passed.push(check.id);
      certainty.push({ check: check.id, ...certaintyOfPass(outcome) });
    } else if (outcome.kind === 'not-applicable') {
      notApplicable.push({ check: check.id, why: outcome.why });
    } else {
      (outcome.kind === 'fail' ? failed : open).push(check.id);
      // Every finding is looked up, reported or not: what matches an unreported one is still of use.
      const findings = (outcome.kind === 'fail' ? outcome.findings : [])
        .map((finding) => ({
          finding,
          ...accepted.of('findings', finding.check, finding.subject),
        }))
        .filter(({ finding }) => isReported(finding.severity));
      if (findings.length > 0) groups.push({ check, severity: worst(findings), findings });
      const questions = outcome.undecided.map((question) => ({
        question,
        ...accepted.of('undecided', question.check, question.subject),
      }));
      if (isReported(check.severity)) undecided.push(...questions);
    }
  }
  groups.sort((a, b) => RANK[a.severity] - RANK[b.severity] || (a.check.id < b.check.id ? -1 : 1));
  return {
    groups,
    undecided,
    outcomes: { passed, failed, undecided: open, notApplicable, certainty },
    ...(proven.length === 0 ? {} : { proven }),
    remarks: accepted.remarks(
      new Set(chosen.map(({ id }) => id)),
      new Set(checks.map(({ id }) => id)),
    ),
  };
}

/** What somebody expects by name and holds is proven, on what it takes as true. */
function certaintyOfPass(outcome: CheckOutcome & { kind: 'pass' }): Certainty {
  const { certainty, proven = [] } = outcome;
  return certainty ?? weakest(proven.map(({ assumptions }) => given('proven', assumptions)));
}

/** Of the findings that count; of all when none does. */
function worst(findings: readonly ReportedFinding[]): Severity {
  const counted = findings.filter(({ suppression }) => suppression === undefined);
  const among = counted.length > 0 ? counted : findings;
  return among
    .map(({ finding }) => finding.severity)
    .reduce((a, b) => (RANK[a] <= RANK[b] ? a : b));
}
