import { askRows } from './ask-rows.ts';
import type { Asking } from './asking.ts';
import { ruleHits, timeline, timelineOfRules } from './questions.ts';
import { intervalsOf, stepFor } from './time-steps.ts';

/** Records per interval of one action or rule. */
export interface Series {
  readonly name: string;
  readonly values: readonly number[];
  readonly total: number;
}

export interface TimelineAnswer {
  /** Starts of the intervals, microseconds. */
  readonly starts: readonly number[];
  readonly seconds: number;
  readonly series: readonly Series[];
}

interface Span {
  readonly first: number;
  readonly last: number;
}

export async function askTimeline(
  asking: Asking,
  span: Span,
  by: 'action' | 'rule',
  count: number,
  width = 72,
): Promise<TimelineAnswer> {
  const { engine, window, said } = asking;
  const seconds = stepFor(span.first, span.last, width);
  const starts = intervalsOf(span.first, span.last, seconds);
  const at = new Map(starts.map((start, index) => [start, index]));
  const found = new Map<string, number[]>();
  const put = (name: string, start: number, records: number) => {
    let values = found.get(name);
    if (values === undefined) {
      values = starts.map(() => 0);
      found.set(name, values);
    }
    const index = at.get(start);
    if (index !== undefined) values[index]! += records;
  };
  if (by === 'action') {
    for (const row of await askRows(engine, timeline(window, seconds), said)) {
      put(row.text('Action') || '(none)', row.number('Start'), row.number('Records'));
    }
  } else {
    const top = await askRows(engine, ruleHits(window, count), said);
    const names = [...new Set(top.map((row) => row.text('Rule')).filter((name) => name !== ''))];
    for (const row of await askRows(engine, timelineOfRules(window, seconds, names), said)) {
      const name = row.text('Rule');
      put(
        name === '' ? 'no rule (default action)' : `${row.text('RuleCollection')}/${name}`,
        row.number('Start'),
        row.number('Records'),
      );
    }
  }
  const series = [...found]
    .map(([name, values]) => ({ name, values, total: values.reduce((sum, one) => sum + one, 0) }))
    .sort((a, b) => b.total - a.total || (a.name < b.name ? -1 : 1));
  return { starts, seconds, series };
}
