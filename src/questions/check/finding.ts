import type { Place } from '../../diagnostics/index.ts';
import type { FactId } from '../../facts/index.ts';
import type { Perimeter } from '../../model/index.ts';
import type { Network } from '../../network/index.ts';
import type { Trace } from '../../trace/trace.ts';
import type { Certainty } from './certainty.ts';
import type { Change } from './change.ts';

export type Severity = 'error' | 'warning' | 'note';

/** One place where a check does not hold. The report groups findings of one check. */
export interface Finding {
  readonly check: string;
  readonly severity: Severity;
  /**
   * What it means for *them*, in one sentence: "Clients of store-front never get an answer."
   */
  readonly message: string;
  /** How we know: a flow that was walked, or what is written. */
  readonly evidence: Evidence;
  /** Where in their files, most useful first. */
  readonly places: readonly NamedPlace[];
  readonly fix: string;
  /** The repair as changes of the input; absent: it takes a decision, or more than the input. */
  readonly changes?: readonly Change[];
  /** What the finding is about (resource key, `namespace/kind/name`): stable, used by baselines. */
  readonly subject: string;
}

export type Evidence =
  | {
      readonly kind: 'walked';
      readonly trace: Trace;
      readonly replay: string;
      /** Present: the walk is the witness of a proof. */
      readonly proof?: Proof;
    }
  | {
      readonly kind: 'configured';
      readonly lines: readonly string[];
      /** Present: the lines say what every flow of a set meets. */
      readonly proof?: Proof;
    }
  /** Every flow was looked at. */
  | {
      readonly kind: 'proved';
      readonly certainty: 'proven' | 'refuted' | 'conditional';
      readonly lines: readonly string[];
      /** Commands that walk the flows which decide, as a person types them. */
      readonly replays: readonly string[];
    };

/** What was shown of every flow of a set. */
export interface Proof {
  /** The set, as a phrase after "holds for": `every client that the rule admits, ports 80 and 443`. */
  readonly flows: string;
  /** Taken as true without a file that says so. */
  readonly on: readonly string[];
  /** The part of the set that is meant, where it is not all of it. */
  readonly part?: readonly string[];
}

export interface NamedPlace {
  readonly at: Place;
  /** What stands there: `spec.type: LoadBalancer`, `route fwrn`. */
  readonly what: string;
}

/** The result of one check on one perimeter. */
export type CheckOutcome =
  | {
      readonly kind: 'pass';
      readonly subjects: number;
      readonly proven?: readonly Proven[];
      /** How it is known of all subjects together; absent: it is written. */
      readonly certainty?: Certainty;
    }
  | {
      readonly kind: 'fail';
      readonly findings: readonly Finding[];
      readonly undecided: readonly Undecided[];
      readonly proven?: readonly Proven[];
    }
  | {
      readonly kind: 'unknown';
      readonly undecided: readonly Undecided[];
      readonly proven?: readonly Proven[];
    }
  /** Nothing in this perimeter for it to judge; the reason is said. */
  | { readonly kind: 'not-applicable'; readonly why: string };

/** A subject that somebody asked about by name, and that holds. */
export interface Proven {
  readonly subject: string;
  readonly message: string;
  readonly at: Place;
  /** Taken as true without a file that says so. */
  readonly assumptions: readonly string[];
}

export interface Undecided {
  readonly check: string;
  readonly subject: string;
  readonly message: string;
  /** What would settle it, a phrase that fits after "needs: ". */
  readonly missing: string;
  readonly at?: Place;
}

/** One entry of the catalogue. */
export interface Check {
  /** In words, `area/what-is-wrong`: `ingress/asymmetric-return`. Never reused. */
  readonly id: string;
  readonly severity: Severity;
  /** What passes: one sentence. */
  readonly title: string;
  /** For `--explain`: why it matters, what happens in production. A few sentences of Markdown. */
  readonly explanation: string;
  /** How to repair it, in general. */
  readonly fix: string;
  readonly facts: readonly FactId[];
  /** Reference predicates it covers: `A10`, `NET-12`, `P4`; `KP-7` and `KP-E16` are sections and rows of Kubernetes policy. */
  readonly covers: readonly string[];
  readonly run: (context: CheckContext) => CheckOutcome;
}

export interface CheckContext {
  readonly perimeter: Perimeter;
  readonly network: Network;
  /** The date the answer is for (retirements, expiry). ISO date. */
  readonly asOf: string;
  readonly profile: Profile;
}

/** "When not to use this" (aks.md 11.4 X1): which demands make sense for this cluster. */
export type Profile = 'production' | 'dev' | 'ephemeral' | 'internal-only' | 'central-hub';
