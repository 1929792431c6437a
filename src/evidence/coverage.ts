import type { LogKind } from '../logs/columns.ts';
import type { LogEngine } from '../logs/engine.ts';
import { askCompleteness, type Completeness } from '../logs/questions/completeness.ts';

/** A stretch of time, in microseconds; the end is excluded. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Whether a log says everything that happened in a span: only then does its silence mean anything. */
export type Coverage =
  | { readonly kind: 'complete' }
  | { readonly kind: 'unknown'; readonly why: string };

export const DAY = 86_400e6;
const HOUR = 3600e6;

/** As `Date.toISOString`, to the second. */
export function isoTime(micros: number): string {
  return `${new Date(Math.floor(micros / 1e6) * 1000).toISOString().slice(0, 19)}Z`;
}

/** Which part of a log is meant: the last days of it, or those before a moment; or from a moment on. */
export interface Asked {
  readonly days: number;
  readonly until?: string;
  /** Instead of days. */
  readonly from?: string;
  /** Of several whose logs lie together: the others' records do not make its log complete. */
  readonly firewall?: string;
}

/** The span that is meant, and how complete it is. `undefined`: nothing was logged at all. */
export async function spanOf(
  engine: LogEngine,
  kinds: readonly LogKind[],
  { days, until, from, firewall }: Asked,
): Promise<{ readonly span: Span; readonly completeness: Completeness } | undefined> {
  const window = until === undefined ? {} : { to: until };
  // Until when anybody logged: one firewall that fell silent before that is a gap.
  const whole = await askCompleteness(engine, window, kinds);
  if (whole.span === undefined) return undefined;
  const to = until === undefined ? whole.span.last + 1 : Date.parse(until) * 1000;
  const span = { from: from === undefined ? to - days * DAY : Date.parse(from) * 1000, to };
  const completeness = await askCompleteness(
    engine,
    { from: new Date(span.from / 1000).toISOString(), ...window },
    kinds,
    firewall,
  );
  return { span, completeness };
}

/** Does one log cover the span? An hour at either end is let go: records come late, and hours are what gaps are told by. */
export function coverageOf(
  kind: LogKind,
  { from, to }: Span,
  { logs, span, gaps, sparse }: Completeness,
): Coverage {
  const presence = logs.find((log) => log.kind === kind);
  if (presence === undefined || span === undefined) {
    return unknown(`the ${kind} log has no record in this window: it may not be switched on`);
  }
  if (span.first > from + HOUR) {
    return unknown(`logs reach back to ${isoTime(span.first)}, and no further`);
  }
  if (span.last < to - HOUR) return unknown(`logs end at ${isoTime(span.last)}`);
  const gap = gaps.find((one) => one.kind === kind || one.kind === 'all');
  if (gap !== undefined) {
    return unknown(`the ${kind} log is silent from ${isoTime(gap.from)} to ${isoTime(gap.to)}`);
  }
  return sparse.includes(kind)
    ? unknown(`the ${kind} log is so sparse that a gap would not show`)
    : { kind: 'complete' };
}

function unknown(why: string): Coverage {
  return { kind: 'unknown', why };
}
