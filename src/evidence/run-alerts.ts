import type { Diagnostic } from '../diagnostics/index.ts';
import type { LogEngine, LogRow } from '../logs/engine.ts';
import { time } from '../logs/query/index.ts';
import { askCompleteness } from '../logs/questions/completeness.ts';
import type { AlertRule } from './alert-rules.ts';
import { isoTime } from './coverage.ts';

/** What became of one rule. */
export interface AlertOutcome {
  readonly rule: AlertRule;
  readonly state: 'fired' | 'quiet' | 'unknown';
  readonly rows: readonly LogRow[];
  /** Of an unknown one. */
  readonly why?: string;
}

export interface AlertsAnswer {
  /** The moment it was asked for, microseconds; absent: nothing was logged. */
  readonly at?: number;
  readonly outcomes: readonly AlertOutcome[];
}

const MINUTE = 60e6;

/**
 * Asks every rule as of a moment: given, or that of the last record. A rule that compares with what was before is unknown where the log
 * does not reach back so far: on the first day everything is new.
 */
export async function runAlerts(
  engine: LogEngine,
  rules: readonly AlertRule[],
  at?: number,
  said?: Diagnostic[],
): Promise<AlertsAnswer> {
  const { span } = await askCompleteness(engine, {}, ['network', 'application', 'threat', 'idps']);
  if (span === undefined) {
    const why = 'nothing was logged';
    return { outcomes: rules.map((rule) => ({ rule, state: 'unknown', rows: [], why })) };
  }
  const now = at ?? span.last + 1;
  const outcomes: AlertOutcome[] = [];
  for (const rule of rules) {
    const isComparing = rule.historyMinutes > rule.recentMinutes;
    const since = now - rule.historyMinutes * MINUTE;
    // An hour less than asked is let go: the bar is a mean.
    if (isComparing && span.first > since + 60 * MINUTE) {
      const why = `the log reaches back to ${isoTime(span.first)}; it compares with what was from ${isoTime(since)} on`;
      outcomes.push({ rule, state: 'unknown', rows: [], why });
      continue;
    }
    const pipeline = rule.ask({
      since: time(new Date(since / 1000).toISOString()),
      recent: time(new Date((now - rule.recentMinutes * MINUTE) / 1000).toISOString()),
    });
    const { rows, diagnostics } = await engine.run(pipeline);
    for (const one of diagnostics) said?.push(one);
    outcomes.push({ rule, state: rows.length > 0 ? 'fired' : 'quiet', rows });
  }
  return { at: now, outcomes };
}
