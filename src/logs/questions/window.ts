import { all, atLeast, below, type Expression, time } from '../query/index.ts';

/** The time a question is about: from (included) to (excluded), ISO texts in UTC. Absent ends are open. */
export interface Window {
  readonly from?: string;
  readonly to?: string;
}

/** The condition of a window; absent where it is open at both ends. */
export function within(
  of: Expression<'time'>,
  { from, to }: Window,
): Expression<'truth'> | undefined {
  const parts = [
    ...(from === undefined ? [] : [atLeast(of, time(from))]),
    ...(to === undefined ? [] : [below(of, time(to))]),
  ];
  return parts.length === 0 ? undefined : all(...parts);
}
