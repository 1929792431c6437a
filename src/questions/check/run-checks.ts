import type { SuppressionEntry } from './configuration.ts';
import type { Check, CheckContext, Finding, Severity, Undecided } from './finding.ts';
import {
  type CheckReport,
  type FindingGroup,
  fingerprintText,
  type Remark,
  type ReportedFinding,
  type Suppression,
} from './report-model.ts';

export interface RunOptions {
  /** Ids to run; absent: all. */
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  /** The least severity that is reported. */
  readonly severity?: Severity;
  readonly suppressions?: readonly SuppressionEntry[];
  /** Fingerprint texts accepted when the baseline was written. */
  readonly baseline?: ReadonlySet<string>;
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
    ({ id }) => (options.only?.includes(id) ?? true) && !(options.skip?.includes(id) ?? false),
  );
  const used = new Set<SuppressionEntry>();
  const seen = new Set<string>();
  const groups: FindingGroup[] = [];
  const undecided: Undecided[] = [];
  const passed: string[] = [];
  const failed: string[] = [];
  const open: string[] = [];
  const notApplicable: { check: string; why: string }[] = [];

  for (const [index, check] of chosen.entries()) {
    progress(index, chosen.length);
    const outcome = check.run(context);
    switch (outcome.kind) {
      case 'pass':
        passed.push(check.id);
        break;
      case 'not-applicable':
        notApplicable.push({ check: check.id, why: outcome.why });
        break;
      case 'unknown':
        open.push(check.id);
        undecided.push(...outcome.undecided);
        break;
      case 'fail': {
        failed.push(check.id);
        undecided.push(...outcome.undecided);
        for (const finding of outcome.findings) seen.add(fingerprintText(finding));
        const reported = outcome.findings
          .filter(({ severity }) => RANK[severity] <= RANK[options.severity ?? 'note'])
          .map((finding) => withSuppression(finding, context.asOf, options, used));
        if (reported.length > 0)
          groups.push({ check, severity: worst(reported), findings: reported });
      }
    }
  }
  groups.sort((a, b) => RANK[a.severity] - RANK[b.severity] || (a.check.id < b.check.id ? -1 : 1));
  return {
    groups,
    undecided,
    outcomes: { passed, failed, undecided: open, notApplicable },
    remarks: remarks(context.asOf, options, used, seen),
  };
}

function withSuppression(
  finding: Finding,
  asOf: string,
  options: RunOptions,
  used: Set<SuppressionEntry>,
): ReportedFinding {
  const entry = options.suppressions?.find(
    (one) =>
      one.check === finding.check && (one.subject === undefined || one.subject === finding.subject),
  );
  if (entry !== undefined) {
    used.add(entry);
    if (entry.until >= asOf) {
      const suppression: Suppression = {
        kind: 'suppressed',
        reason: entry.reason,
        until: entry.until,
      };
      return { finding, suppression };
    }
  }
  if (options.baseline?.has(fingerprintText(finding)) === true) {
    return {
      finding,
      suppression: { kind: 'baseline', reason: 'known when the baseline was written' },
    };
  }
  return { finding };
}

function worst(findings: readonly ReportedFinding[]): Severity {
  const counted = findings.filter(({ suppression }) => suppression === undefined);
  const among = counted.length > 0 ? counted : findings;
  return among
    .map(({ finding }) => finding.severity)
    .reduce((a, b) => (RANK[a] <= RANK[b] ? a : b));
}

function remarks(
  asOf: string,
  options: RunOptions,
  used: ReadonlySet<SuppressionEntry>,
  seen: ReadonlySet<string>,
): Remark[] {
  const list: Remark[] = [];
  for (const entry of options.suppressions ?? []) {
    const what = `suppression of \`${entry.check}\`${entry.subject === undefined ? '' : ` for \`${entry.subject}\``}`;
    if (entry.until < asOf)
      list.push({
        message: `${what} expired on ${entry.until}: its findings count again`,
        at: entry.at,
      });
    else if (!used.has(entry))
      list.push({ message: `${what} matches nothing any more: delete it`, at: entry.at });
  }
  const stale = [...(options.baseline ?? [])].filter((fingerprint) => !seen.has(fingerprint));
  if (stale.length > 0) {
    list.push({
      message: `${stale.length} baseline ${stale.length === 1 ? 'entry is' : 'entries are'} fixed: run with --update-baseline`,
    });
  }
  return list;
}
