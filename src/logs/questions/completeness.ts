import { LOG_KINDS, type LogKind } from '../columns.ts';
import type { LogEngine } from '../engine.ts';
import { askRows } from './ask-rows.ts';
import { ofFirewall } from './of-firewall.ts';
import { recordsByKind, recordsOverTime } from './questions.ts';
import { intervalsOf } from './time-steps.ts';
import type { Window } from './window.ts';

/** One log in a window: how much of it there is. Times in microseconds. */
export interface LogPresence {
  readonly kind: LogKind;
  readonly records: number;
  readonly first: number;
  readonly last: number;
}

/** A stretch in which a log should have said something and did not. */
export interface LogGap {
  /** `all`: nothing at all was recorded, by any log. */
  readonly kind: LogKind | 'all';
  readonly from: number;
  /** Excluded. */
  readonly to: number;
  /** Records that stretches of this length hold as a rule, at quiet times. */
  readonly expected: number;
}

export interface Completeness {
  readonly logs: readonly LogPresence[];
  /** First and last record of all logs; absent: there is none. */
  readonly span?: { readonly first: number; readonly last: number };
  /** In the order of time. */
  readonly gaps: readonly LogGap[];
  /** Logs too rare for their silence to mean anything: whether they are complete cannot be told. */
  readonly sparse: readonly LogKind[];
}

const HOUR = 3600e6;

/**
 * Which logs there are and where they fell silent. An hour without a record is a gap of the log and no calm when the log is never that
 * quiet: by chance it would be empty once in a million such hours (a Poisson process at the rate of its quieter hours).
 * @param firewall the one whose logs are meant, where several lie together: the others' records do not fill its silence
 */
export async function askCompleteness(
  engine: LogEngine,
  window: Window,
  kinds: readonly LogKind[] = LOG_KINDS,
  firewall?: string,
): Promise<Completeness> {
  const byKind = ofFirewall(recordsByKind(kinds, window), firewall);
  const logs = (await askRows(engine, byKind)).map(
    (row): LogPresence => ({
      kind: row.text('Log') as LogKind,
      records: row.number('Records'),
      first: row.number('First'),
      last: row.number('Last'),
    }),
  );
  if (logs.length === 0) return { logs, gaps: [], sparse: [] };
  const span = {
    first: Math.min(...logs.map(({ first }) => first)),
    last: Math.max(...logs.map(({ last }) => last)),
  };
  const present = logs.map(({ kind }) => kind);
  const counts = new Map<LogKind, Map<number, number>>();
  const overTime = ofFirewall(recordsOverTime(present, window, 3600), firewall);
  for (const row of await askRows(engine, overTime)) {
    const kind = row.text('Log') as LogKind;
    const hours = counts.get(kind) ?? new Map<number, number>();
    counts.set(kind, hours.set(row.number('Start'), row.number('Records')));
  }
  return { logs, span, ...gapsIn(counts, span) };
}

/** The pure part: hours of each log to its gaps. */
export function gapsIn(
  counts: ReadonlyMap<LogKind, ReadonlyMap<number, number>>,
  span: { readonly first: number; readonly last: number },
): Pick<Completeness, 'gaps' | 'sparse'> {
  const hours = intervalsOf(span.first, span.last, 3600);
  const isSilent = (hour: number) => [...counts.values()].every((log) => !log.has(hour));
  const gaps: LogGap[] = [];
  const sparse: LogKind[] = [];
  let all = 0;
  for (const [kind, log] of counts) {
    const rate = quietRate([...log.values()]);
    all += rate;
    if (log.size * 2 < hours.length || rate < RATE_MIN) sparse.push(kind);
    else {
      const runs = runsOf(hours, (hour) => !log.has(hour) && !isSilent(hour));
      gaps.push(...runs.map((run) => gapOf(kind, run, rate)).filter(isTelling));
    }
  }
  const nothing = runsOf(hours, isSilent).map((run) => gapOf('all', run, all));
  gaps.push(...nothing.filter(isTelling));
  return { gaps: gaps.sort((a, b) => a.from - b.from || a.kind.localeCompare(b.kind)), sparse };
}

/** Below, a stretch of hours would have to be long to tell anything. */
const RATE_MIN = 1;
/** −ln of one in a million. */
const TELLING = -Math.log(1e-6);
const isTelling = ({ expected }: LogGap) => expected >= TELLING;

/** Records of an hour that only one in ten falls below: nights count, bursts do not. The first and last hour may be cut. */
function quietRate(hours: readonly number[]): number {
  const sorted = [...hours].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * 0.1)] ?? 0;
}

function runsOf(hours: readonly number[], belongs: (hour: number) => boolean) {
  const runs: { from: number; to: number }[] = [];
  for (const hour of hours) {
    const last = runs.at(-1);
    if (!belongs(hour)) continue;
    if (last !== undefined && last.to === hour) last.to = hour + HOUR;
    else runs.push({ from: hour, to: hour + HOUR });
  }
  return runs;
}

function gapOf(
  kind: LogGap['kind'],
  { from, to }: { readonly from: number; readonly to: number },
  rate: number,
): LogGap {
  return { kind, from, to, expected: (rate * (to - from)) / HOUR };
}
