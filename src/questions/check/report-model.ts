import type { Place } from '../../diagnostics/index.ts';
import { type Certainty, CONFIGURED } from './certainty.ts';
import type { Check, Finding, Proven, Severity, Undecided } from './finding.ts';

/** Why something does not count. */
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
  /** It was accepted until a day that has passed. It counts. */
  readonly expired?: Suppression;
}

/** An open question, and whether somebody decided to live with it. */
export interface ReportedQuestion {
  readonly question: Undecided;
  readonly suppression?: Suppression;
  readonly expired?: Suppression;
}

/** Everything one run of the catalogue said. Grouped by check, in the order people read: errors first. */
export interface CheckReport {
  readonly groups: readonly FindingGroup[];
  readonly undecided: readonly ReportedQuestion[];
  readonly outcomes: {
    readonly passed: readonly string[];
    readonly failed: readonly string[];
    readonly undecided: readonly string[];
    readonly notApplicable: readonly { readonly check: string; readonly why: string }[];
    /** How each check that passed is known to hold. Absent: all of them by what is written. */
    readonly certainty?: readonly PassedCertainty[];
  };
  /** What somebody expects and what holds. Absent: nothing of that kind. */
  readonly proven?: readonly ReportedProof[];
  /** About the configuration: a suppression that matches nothing, a stale baseline entry. */
  readonly remarks: readonly Remark[];
}

export type PassedCertainty = { readonly check: string } & Certainty;

/** How a check that passed is known to hold. */
export function certaintyOfPassed({ outcomes }: CheckReport, id: string): Certainty {
  return outcomes.certainty?.find(({ check }) => check === id) ?? CONFIGURED;
}

export interface ReportedProof extends Proven {
  readonly check: string;
}

export interface FindingGroup {
  readonly check: Check;
  /** The worst severity among those that count. */
  readonly severity: Severity;
  /** At least one. */
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

/** Open questions that count. */
export function openQuestions(report: CheckReport): readonly Undecided[] {
  return report.undecided.flatMap(({ question, suppression }) =>
    suppression === undefined ? [question] : [],
  );
}

/** Does it hold? A note is worth reading and no reason to stop; what cannot be told does not hold. */
export function holds(report: CheckReport): boolean {
  return (
    counting(report).every(({ severity }) => severity === 'note') &&
    openQuestions(report).length === 0
  );
}

/** Stable identity of a finding for baselines and code scanning: what is wrong with what. */
export function fingerprintText(finding: Pick<Finding, 'check' | 'subject'>): string {
  return `${finding.check} ${finding.subject}`;
}

/** The check of a fingerprint text. */
export function checkOf(fingerprint: string): string {
  return fingerprint.split(' ', 1)[0] ?? '';
}
