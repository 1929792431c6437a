import type { Failed } from './arm-client.ts';

/** A part that was asked for and not had. Whoever judges what was read must know of it. */
export interface NotRead {
  /** `rule collection groups`, `NetworkPolicy`. */
  readonly what: string;
  /** Of which resource, subscription or cluster. */
  readonly of: string;
  readonly why: string;
}

/** Not asked for: what was read leads to a subscription that was not named. */
export interface Elsewhere {
  readonly subscription: string;
  /** A resource that leads there. */
  readonly by: string;
}

export function notRead(what: string, of: string, { why }: Pick<Failed, 'why'>): NotRead {
  return { what, of, why };
}
