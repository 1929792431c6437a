import type { Place } from '../../diagnostics/index.ts';

/**
 * A change to what the input says: a step of the repair of a finding. In the words of ARM and Kubernetes, so that every format that has the
 * thing written down in them can be patched (`patches`).
 */
export interface Change {
  /** Where an object, a list or a value of the input is written. */
  readonly at: Place;
  /** From there inwards. */
  readonly path: readonly PathStep[];
  /** What stands there afterwards; absent: the member, the item or the value itself goes. */
  readonly to?: PlainJson;
}

/** A member, or the place behind the last item of a list. */
export type PathStep = string | { readonly append: true };

export type PlainJson =
  | string
  | number
  | boolean
  | null
  | readonly PlainJson[]
  | { readonly [name: string]: PlainJson };
