import type { Completeness } from '../logs/questions/completeness.ts';
import { coverageOf, DAY, type Span } from './coverage.ts';
import type { LoggedFlow } from './logged-flows.ts';

/** How far the past of a rule speaks for its future. */
export interface Confidence {
  readonly level: 'high' | 'medium' | 'low';
  /** One sentence: what it rests on. */
  readonly why: string;
}

/** A month holds what happens monthly, a week what happens weekly. */
const [MONTH, WEEK] = [30, 7];
/** New kinds of flows in the last third of the window: more than one in twenty, and there will be others. */
const NEW_MAX = 0.05;

/** By the days seen, by whether the log is complete, and by how many flows appeared only of late. */
export function confidenceIn(
  flows: readonly LoggedFlow[],
  kind: 'network' | 'application',
  span: Span,
  completeness: Completeness,
): Confidence {
  const seen = completeness.span ?? { first: span.from, last: span.to };
  const from = Math.max(span.from, seen.first);
  const days = Math.max(0, Math.min(span.to, seen.last) - from) / DAY;
  const coverage = coverageOf(kind, { from, to: Math.min(span.to, seen.last) }, completeness);
  const late = from + (days * DAY * 2) / 3;
  const fresh = flows.filter(({ first }) => first >= late).length;
  const share = flows.length === 0 ? 0 : fresh / flows.length;
  const told = `${roundedDays(days)} seen, ${fresh} of ${flows.length} kinds of flow new in the last third`;
  if (coverage.kind === 'unknown') return { level: 'low', why: `${told}; ${coverage.why}` };
  if (Math.round(days) >= MONTH && fresh === 0)
    return { level: 'high', why: `${told}; the log is complete` };
  if (Math.round(days) >= WEEK && share <= NEW_MAX) {
    return { level: 'medium', why: `${told}; the log is complete` };
  }
  return { level: 'low', why: told };
}

function roundedDays(days: number): string {
  const rounded = Math.round(days * 10) / 10;
  return rounded === 1 ? '1 day' : `${rounded} days`;
}
