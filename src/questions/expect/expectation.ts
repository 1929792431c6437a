import type { Place } from '../../diagnostics/index.ts';

/** What somebody wrote down that must be so, whatever the rest of the input becomes. */
export type Expectation = {
  /** Tells it apart from the others: the name somebody gave it, or what it says. Stable when lines move. */
  readonly name: string;
  /** What it says, on one line: `never internet → pods`. */
  readonly text: string;
  /** Why somebody wants it. */
  readonly why?: string;
  readonly at: Place;
} & Claim;

export type Claim =
  /** No flow arrives. */
  | (Sides & { readonly kind: 'never'; readonly unless: Unless })
  /** Every flow arrives, and its answer comes back. */
  | (Sides & { readonly kind: 'always' })
  | { readonly kind: 'always'; readonly dependencies: true }
  /** No flow arrives but these. */
  | (Sides & { readonly kind: 'only'; readonly flows: readonly string[]; readonly unless: Unless })
  /** Of every flow that arrives the answer comes back by the same stateful boxes. */
  | (Sides & { readonly kind: 'symmetric' })
  | { readonly kind: 'symmetric'; readonly everything: true }
  /** No flow between the pods of a namespace and those of the others, but these. */
  | {
      readonly kind: 'isolated';
      readonly namespace: string;
      readonly except: readonly Exception[];
    };

export type ExpectationKind = Claim['kind'];

export const EXPECTATION_KINDS = ['only', 'never', 'always', 'symmetric', 'isolated'] as const;

export interface Sides {
  readonly from: readonly End[];
  readonly to: readonly End[];
}

/** One set of ends, as a question takes it, or as labels of pods in one namespace. */
export type End =
  | { readonly kind: 'selector'; readonly text: string }
  | {
      readonly kind: 'labels';
      readonly namespace: string;
      /** All of them must be there. */
      readonly labels: readonly (readonly [key: string, value: string])[];
      /** `:8080`, `:53/udp`, or nothing. */
      readonly ports: string;
      readonly text: string;
    };

/** Flows that pass one of these boxes are left out. Lower case. */
export interface Unless {
  readonly via: readonly string[];
}

export interface Exception {
  readonly from: readonly End[];
  readonly to: readonly End[];
}
