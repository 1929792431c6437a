import type { Place } from '../../diagnostics/index.ts';
import type { Trace } from '../../trace/trace.ts';
import { type Certainty, given, weakest } from './certainty.ts';
import type { Change } from './change.ts';
import type {
  Check,
  CheckContext,
  CheckOutcome,
  Evidence,
  Finding,
  NamedPlace,
  Proof,
  Severity,
  Undecided,
} from './finding.ts';

/** What a check says of one subject. */
export type Judgement =
  | {
      readonly kind: 'holds';
      /** How that is known; absent: it is written. */
      readonly certainty?: Certainty;
    }
  | {
      readonly kind: 'fails';
      /** What it means for them, one sentence. */
      readonly message: string;
      readonly places: readonly NamedPlace[];
      /** What is written, line by line; or a walked flow, alone or as the witness of a proof. */
      readonly evidence:
        | readonly string[]
        | { readonly trace: Trace; readonly replay: string; readonly proof?: Proof }
        | { readonly lines: readonly string[]; readonly proof: Proof };
      /** This subject's own repair; the check's general one when absent. */
      readonly fix?: string;
      /** The repair as changes of the input, where it is only that and needs no decision. */
      readonly changes?: readonly Change[];
      readonly severity?: Severity;
    }
  | {
      readonly kind: 'undecided';
      readonly message: string;
      /** Fits after "needs: ". */
      readonly missing: string;
      readonly at?: Place;
    };

/** A check before its `run`: everything a person reads about it. */
export type CheckText = Omit<Check, 'run'>;

/**
 * Judges every subject. No subject at all means the check does not apply, and `whyNot` says so; that is never
 * a pass. A subject may give several judgements (one per place).
 */
export function judgeEach<Subject>(
  check: CheckText,
  subjects: readonly Subject[],
  whyNot: string,
  subjectKey: (subject: Subject) => string,
  judge: (subject: Subject) => Judgement | readonly Judgement[],
): CheckOutcome {
  if (subjects.length === 0) return { kind: 'not-applicable', why: whyNot };
  const findings: Finding[] = [];
  const undecided: Undecided[] = [];
  const certainties: Certainty[] = [];
  for (const subject of subjects) {
    const key = subjectKey(subject);
    const judgements = judge(subject);
    for (const judgement of Array.isArray(judgements) ? judgements : [judgements as Judgement]) {
      if (judgement.kind === 'fails') findings.push(findingOf(check, key, judgement));
      else if (judgement.kind === 'undecided') undecided.push(undecidedOf(check, key, judgement));
      else if (judgement.certainty !== undefined) certainties.push(judgement.certainty);
    }
  }
  if (findings.length > 0) return { kind: 'fail', findings, undecided };
  return undecided.length > 0
    ? { kind: 'unknown', undecided }
    : {
        kind: 'pass',
        subjects: subjects.length,
        ...(certainties.length === 0 ? {} : { certainty: weakest(certainties) }),
      };
}

function findingOf(
  check: CheckText,
  subject: string,
  judgement: Judgement & { kind: 'fails' },
): Finding {
  return {
    check: check.id,
    severity: judgement.severity ?? check.severity,
    message: judgement.message,
    evidence: evidenceOf(judgement.evidence),
    places: judgement.places,
    fix: judgement.fix ?? check.fix,
    ...(judgement.changes === undefined ? {} : { changes: judgement.changes }),
    subject,
  };
}

function evidenceOf(evidence: (Judgement & { kind: 'fails' })['evidence']): Evidence {
  if ('trace' in evidence) return { kind: 'walked', ...evidence };
  return 'lines' in evidence
    ? { kind: 'configured', ...evidence }
    : { kind: 'configured', lines: evidence };
}

function undecidedOf(
  check: CheckText,
  subject: string,
  judgement: Judgement & { kind: 'undecided' },
): Undecided {
  return {
    check: check.id,
    subject,
    message: judgement.message,
    missing: judgement.missing,
    ...(judgement.at === undefined ? {} : { at: judgement.at }),
  };
}

/** Everything about a check that asks the same of every subject of one kind. */
export interface SubjectCheck<Subject> extends CheckText {
  readonly subjects: (context: CheckContext) => readonly Subject[];
  /** Why the check does not apply when there is no subject. */
  readonly none: string;
  readonly key: (subject: Subject) => string;
  readonly judge: (subject: Subject, context: CheckContext) => Judgement | readonly Judgement[];
}

/** A catalogue entry that judges each subject. */
export function eachSubject<Subject>(definition: SubjectCheck<Subject>): Check {
  const { subjects, none, key, judge, ...text } = definition;
  return {
    ...text,
    run: (context) =>
      judgeEach(text, subjects(context), none, key, (subject) => judge(subject, context)),
  };
}

export const HOLDS: Judgement = { kind: 'holds' };

/** Holds for every flow of a set, as far as the conditions are true. */
export function holdsProven(on: readonly string[]): Judgement {
  return { kind: 'holds', certainty: given('proven', on) };
}

/** Holds for flows that were walked, each of them. */
export function holdsWalked(...traces: readonly Trace[]): Judgement {
  const certainty = weakest(traces.map(({ assumptions }) => given('walked', assumptions)));
  return traces.length === 0 ? HOLDS : { kind: 'holds', certainty };
}
