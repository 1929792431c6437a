import type { Place } from '../diagnostics/index.ts';
import type { FactId } from '../facts/index.ts';
import type { Flow } from '../semantics/flow.ts';
import type { Decider, MissingFact, Verdict } from '../semantics/verdict.ts';

/** One thing that happened in a box. */
export interface Step {
  /** Which stage of the box: `egress policy`, `route`, `nsg`, `network rules`, `snat`. */
  readonly stage: string;
  /** What became of the flow there, when the stage decides: otherwise absent. */
  readonly verdict?: Verdict;
  /** What decided or applied, when it is not in the verdict (a route, a translation). */
  readonly by?: Decider;
  /** One line for people: `no match`, `10.42.1.6 → 20.51.7.8`, `→ 10.42.2.4 firewall`. */
  readonly text: string;
  readonly facts?: readonly FactId[];
}

/** A box on the way. */
export interface Hop {
  /** `pod`, `node`, `subnet`, `firewall`, `load-balancer`, `application-gateway`, `private-endpoint`, `internet`… */
  readonly kind: string;
  /** The person's own name for it. */
  readonly name: string;
  readonly at?: Place;
  readonly steps: readonly Step[];
  /** The flow as it leaves this box (after its translations), or as it was when it stopped. */
  readonly flow: Flow;
}

/** Where a flow ended. */
export type Disposition =
  | { readonly kind: 'delivered'; readonly to: string }
  | { readonly kind: 'denied'; readonly by: Decider }
  | { readonly kind: 'no-route'; readonly by: Decider }
  /** Left the modelled network towards the internet, on-premises or a platform service. */
  | { readonly kind: 'left-network'; readonly to: string }
  | { readonly kind: 'loop'; readonly through: readonly string[] }
  /** A stateful box saw only one half of the connection and drops it. */
  | {
      readonly kind: 'no-session';
      readonly at: string;
      readonly why: string;
      readonly fact?: FactId;
    }
  | { readonly kind: 'unknown'; readonly why: readonly MissingFact[] };

/** One direction of a connection. */
export interface Walk {
  readonly hops: readonly Hop[];
  readonly disposition: Disposition;
}

/** What happens to one connection: there and, when it arrived, back. */
export interface Trace {
  readonly question: { readonly from: string; readonly to: string };
  readonly flow: Flow;
  readonly forward: Walk;
  /** Absent when the forward half did not arrive. */
  readonly back?: Walk;
  /** `allowed` only when both halves arrive. */
  readonly answer: 'allowed' | 'denied' | 'broken' | 'unknown';
  /** Taken as true without a file saying so; the answer is conditional on them. Empty mostly. */
  readonly assumptions: readonly string[];
  /** One sentence a person can repeat. */
  readonly summary: string;
  /** For a denial: what would have to change. */
  readonly wouldOpen: readonly string[];
}
