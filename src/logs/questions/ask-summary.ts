import type { LogKind } from '../columns.ts';
import { askDenied, type DeniedAnswer } from './ask-denied.ts';
import { type AnswerRow, askRows } from './ask-rows.ts';
import { askSnat, type SnatAnswer } from './ask-snat.ts';
import { askThreats, type ThreatsAnswer } from './ask-threats.ts';
import { askTimeline, type TimelineAnswer } from './ask-timeline.ts';
import type { Asking } from './asking.ts';
import { askCompleteness, type Completeness } from './completeness.ts';
import { actions, newNames, top } from './questions.ts';
import { dnsAnswers } from './threat-questions.ts';

/** What somebody who was just called wants to know first. */
export interface SummaryAnswer {
  readonly completeness: Completeness;
  /** Absent where no log decides anything. */
  readonly timeline?: TimelineAnswer;
  readonly actions: readonly {
    readonly stage: string;
    readonly action: string;
    readonly records: number;
  }[];
  readonly denied: DeniedAnswer;
  readonly threats: ThreatsAnswer;
  readonly snat?: SnatAnswer;
  readonly dns: { readonly records: number; readonly failed: number };
  /** Names first asked for at the end of the window; absent where it is too short to call anything new. */
  readonly newcomers?: { readonly since: number; readonly names: readonly AnswerRow[] };
  readonly talkers: readonly AnswerRow[];
  readonly names: readonly AnswerRow[];
}

/** A day at least must be known before something is new; then the last tenth of the time is. */
const KNOWN_MIN = 86_400e6;
const NEW_SHARE = 0.1;

const DECISIONS: readonly LogKind[] = ['network', 'application', 'dnat', 'threat', 'idps'];

export async function askSummary(asking: Asking, count: number): Promise<SummaryAnswer> {
  const { engine, window, said } = asking;
  const completeness = await askCompleteness(engine, window);
  const { span, logs } = completeness;
  const decides = logs.some(({ kind }) => DECISIONS.includes(kind));
  const answers = await askRows(engine, dnsAnswers(window), said);
  const records = answers.reduce((sum, row) => sum + row.number('Records'), 0);
  const good = answers.filter((row) => row.text('ResponseCode') === 'NOERROR');
  const timeline =
    span === undefined || !decides ? undefined : await askTimeline(asking, span, 'action', 0, 60);
  const snat = span === undefined || !decides ? undefined : await askSnat(asking, span, 3);
  const denied = await askDenied(asking);
  const newcomers = span === undefined ? undefined : await askNewcomers(asking, span, count);
  return {
    completeness,
    ...(newcomers === undefined ? {} : { newcomers }),
    ...(timeline === undefined ? {} : { timeline }),
    actions: (await askRows(engine, actions(window), said)).map((row) => ({
      stage: row.text('Stage'),
      action: row.text('Action'),
      records: row.number('Records'),
    })),
    denied,
    threats: await askThreats(asking, count, denied.scans),
    ...(snat === undefined ? {} : { snat }),
    dns: {
      records,
      failed: records - good.reduce((sum, row) => sum + row.number('Records'), 0),
    },
    talkers: await askRows(engine, top('talkers', window, count), said),
    names: await askRows(engine, top('names', window, count), said),
  };
}

async function askNewcomers(
  { engine, window, said }: Asking,
  { first, last }: { readonly first: number; readonly last: number },
  count: number,
): Promise<SummaryAnswer['newcomers']> {
  if (last - first < KNOWN_MIN) return undefined;
  const since = last - (last - first) * NEW_SHARE;
  const names = await askRows(
    engine,
    newNames(window, new Date(Math.floor(since / 1000)).toISOString(), count),
    said,
  );
  return { since, names };
}
