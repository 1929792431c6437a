import type { Place } from '../../diagnostics/index.ts';
import type { Baseline } from './baseline.ts';
import type { SuppressionEntry } from './configuration.ts';
import { checkOf, fingerprintText, type Remark, type Suppression } from './report-model.ts';

/** Whether somebody decided to live with one finding or one open question. */
export interface Acceptance {
  readonly suppression?: Suppression;
  /** It was accepted until a day that has passed: it counts again. */
  readonly expired?: Suppression;
}

/** What the team lives with: suppressions and the baseline. Remembers which of them were of use. */
export class AcceptedList {
  private readonly suppressions: readonly SuppressionEntry[];
  private readonly baseline: Baseline | undefined;
  private readonly asOf: string;
  private readonly used = new Set<SuppressionEntry>();
  private readonly met = new Set<string>();

  constructor(
    suppressions: readonly SuppressionEntry[],
    baseline: Baseline | undefined,
    /** ISO date; a suppression is in force up to and including its day. */
    asOf: string,
  ) {
    this.suppressions = suppressions;
    this.baseline = baseline;
    this.asOf = asOf;
  }

  /** A suppression in force wins over the baseline, which wins over one that expired. */
  of(kind: 'findings' | 'undecided', check: string, subject: string): Acceptance {
    const matching = this.suppressions.filter(
      (entry) => entry.check === check && (entry.subject ?? subject) === subject,
    );
    for (const entry of matching) this.used.add(entry);
    const inForce = matching.find(({ until }) => until >= this.asOf);
    if (inForce !== undefined) return { suppression: suppressed(inForce) };
    const fingerprint = fingerprintText({ check, subject });
    if (this.baseline?.[kind].has(fingerprint) === true) {
      this.met.add(`${kind} ${fingerprint}`);
      const reason = 'known when the baseline was written';
      return { suppression: { kind: 'baseline', reason } };
    }
    const past = matching[0];
    return past === undefined ? {} : { expired: suppressed(past) };
  }

  /** What is listed and of no use. Only the checks that ran can tell. */
  remarks(ran: ReadonlySet<string>, known: ReadonlySet<string>): readonly Remark[] {
    const remarks = this.suppressions.flatMap((entry): readonly Remark[] => {
      const about =
        entry.subject === undefined
          ? `suppression of \`${entry.check}\``
          : `suppression of \`${entry.check}\` for \`${entry.subject}\``;
      if (!known.has(entry.check)) return [remark(`${about}: there is no such check`, entry.at)];
      if (!ran.has(entry.check) || this.used.has(entry)) return [];
      return [remark(`${about} matches nothing any more: delete it`, entry.at)];
    });
    const stale = this.staleEntries(ran);
    if (stale.length === 0) return remarks;
    const [first] = stale;
    const what =
      stale.length === 1
        ? `baseline entry \`${first}\` is`
        : `${stale.length} baseline entries (\`${first}\`…) are`;
    return [...remarks, { message: `${what} no longer found: run with --update-baseline` }];
  }

  private staleEntries(ran: ReadonlySet<string>): readonly string[] {
    const kinds = ['findings', 'undecided'] as const;
    return kinds.flatMap((kind) =>
      [...(this.baseline?.[kind] ?? [])].filter(
        (entry) => ran.has(checkOf(entry)) && !this.met.has(`${kind} ${entry}`),
      ),
    );
  }
}

function suppressed({ reason, until }: SuppressionEntry): Suppression {
  return { kind: 'suppressed', reason, until };
}

function remark(message: string, at: Place): Remark {
  return { message, at };
}
