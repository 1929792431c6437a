import { CONFIGURED, weakest } from './certainty.ts';
import type { Severity } from './finding.ts';
import type {
  CheckReport,
  FindingGroup,
  PassedCertainty,
  ReportedFinding,
  ReportedQuestion,
} from './report-model.ts';

/** What one run said of one cluster. */
export interface ClusterReport {
  readonly cluster: string;
  readonly report: CheckReport;
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

/**
 * The runs over each of several clusters as one report: what all of them say is said once, what only some say names the cluster. A
 * check has failed when it failed for one of them, and has passed when it passed wherever it applies. O(findings).
 */
export function mergeReports(all: readonly ClusterReport[]): CheckReport {
  const [first] = all;
  if (first !== undefined && all.length === 1) return first.report;
  const failed = idsOf(all, 'failed');
  const undecided = idsOf(all, 'undecided', failed);
  const passed = idsOf(all, 'passed', failed, undecided);
  const settled = new Set([...failed, ...undecided, ...passed]);
  const notApplicable = (first?.report.outcomes.notApplicable ?? []).filter(
    ({ check }) => !settled.has(check),
  );
  const proven = all.flatMap(({ report }) => report.proven ?? []);
  const remarks = (first?.report.remarks ?? []).filter(({ message }) =>
    // A suppression that one cluster needs is no stale one.
    all.every(({ report }) => report.remarks.some((one) => one.message === message)),
  );
  return {
    groups: mergeGroups(all),
    undecided: together(
      all,
      ({ undecided: each }) => each,
      questionKey,
      (one, message) => ({
        ...one,
        question: { ...one.question, message },
      }),
    ),
    outcomes: {
      passed: [...passed],
      failed: [...failed],
      undecided: [...undecided],
      notApplicable,
      certainty: [...passed].map((check): PassedCertainty => {
        const each = all.flatMap(
          ({ report }) => report.outcomes.certainty?.filter((one) => one.check === check) ?? [],
        );
        return { check, ...(each.length === 0 ? CONFIGURED : weakest(each)) };
      }),
    },
    ...(proven.length === 0 ? {} : { proven: provenInAll(all, failed, undecided) }),
    remarks,
  };
}

type Outcome = 'passed' | 'failed' | 'undecided';

function idsOf(
  all: readonly ClusterReport[],
  kind: Outcome,
  ...but: readonly ReadonlySet<string>[]
): ReadonlySet<string> {
  const ids = all.flatMap(({ report }) => report.outcomes[kind]);
  return new Set(ids.filter((id) => !but.some((other) => other.has(id))));
}

/** What holds in one cluster and not in another does not hold. */
function provenInAll(
  all: readonly ClusterReport[],
  ...notHeld: readonly ReadonlySet<string>[]
): NonNullable<CheckReport['proven']> {
  const merged = new Map<string, NonNullable<CheckReport['proven']>[number]>();
  const counts = new Map<string, number>();
  for (const { report } of all) {
    for (const one of report.proven ?? []) {
      const key = `${one.check}\n${one.subject}`;
      const known = merged.get(key);
      counts.set(key, (counts.get(key) ?? 0) + 1);
      const assumptions = [...new Set([...(known?.assumptions ?? []), ...one.assumptions])];
      merged.set(key, { ...one, assumptions });
    }
  }
  const isOpen = (check: string): boolean => notHeld.some((ids) => ids.has(check));
  return [...merged].flatMap(([key, one]) =>
    isOpen(one.check) && counts.get(key) !== all.length ? [] : [one],
  );
}

function mergeGroups(all: readonly ClusterReport[]): readonly FindingGroup[] {
  const groups = all.flatMap(({ report }) => report.groups);
  const checks = new Map(groups.map(({ check }) => [check.id, check]));
  return [...checks.values()]
    .map((check): FindingGroup => {
      const own = groups.filter((group) => group.check.id === check.id);
      const findings = together(
        all,
        (report) => report.groups.flatMap((one) => (one.check.id === check.id ? one.findings : [])),
        findingKey,
        (one, message) => ({ ...one, finding: { ...one.finding, message } }),
      );
      const severity = own
        .map((one) => one.severity)
        .reduce((a, b) => (RANK[a] <= RANK[b] ? a : b));
      return { check, severity, findings };
    })
    .sort((a, b) => RANK[a.severity] - RANK[b.severity] || (a.check.id < b.check.id ? -1 : 1));
}

const findingKey = ({ finding }: ReportedFinding) => finding;
const questionKey = ({ question }: ReportedQuestion) => question;

/** Each once; what not every cluster says begins with the cluster. */
function together<T>(
  all: readonly ClusterReport[],
  of: (report: CheckReport) => readonly T[],
  told: (one: T) => { readonly check: string; readonly subject: string; readonly message: string },
  renamed: (one: T, message: string) => T,
): readonly T[] {
  const seen = new Map<string, { readonly one: T; readonly clusters: string[] }>();
  for (const { cluster, report } of all) {
    for (const one of of(report)) {
      const { check, subject, message } = told(one);
      const key = JSON.stringify([check, subject, message]);
      const known = seen.get(key);
      if (known === undefined) seen.set(key, { one, clusters: [cluster] });
      else if (!known.clusters.includes(cluster)) known.clusters.push(cluster);
    }
  }
  return [...seen.values()].map(({ one, clusters }) =>
    clusters.length === all.length
      ? one
      : renamed(one, `In ${clusters.join(' and ')}: ${told(one).message}`),
  );
}
