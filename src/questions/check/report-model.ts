import type { Place } from '../../diagnostics/index.ts';
import type { Check, Finding, Undecided } from './finding.ts';

/** Why a finding does not count. */
export interface Suppression {
  readonly kind: 'suppressed' | 'baseline';
  readonly reason: string;
  /** ISO date after which it counts again; absent for a baseline. */
  readonly until?: string;
}

/** A finding, and whether somebody decided to live with it. */
export interface ReportedFinding {
  readonly finding: Finding;
  readonly suppression?: Suppression;
}

/** Everything one run of the catalogue said. Grouped by check, in the order people read: errors first. */
export interface CheckReport {
  readonly groups: readonly FindingGroup[];
  readonly undecided: readonly Undecided[];
  readonly outcomes: {
    readonly passed: readonly string[];
    readonly failed: readonly string[];
    readonly undecided: readonly string[];
    readonly notApplicable: readonly { readonly check: string; readonly why: string }[];
  };
  /** About the configuration: an expired suppression, one that matches nothing, a stale baseline entry. */
  readonly remarks: readonly Remark[];
}

export interface FindingGroup {
  readonly check: Check;
  /** The worst severity among those that count. */
  readonly severity: Finding['severity'];
  readonly findings: readonly ReportedFinding[];
}

export interface Remark {
  readonly message: string;
  readonly at?: Place;
}

/** Findings that count: neither suppressed nor in the baseline. */
export function counting(report: CheckReport): readonly Finding[] {
  return report.groups.flatMap(({ findings }) =>
    findings.flatMap(({ finding, suppression }) => (suppression === undefined ? [finding] : [])),
  );
}

/** Stable identity of a finding for baselines and code scanning: what is wrong with what. */
export function fingerprintText(finding: Finding): string {
  return `${finding.check} ${finding.subject}`;
}
