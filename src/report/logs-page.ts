/**
 * What a question about logs answers, before it has a format: a few sentences, charts and tables. Every format shows the same; values
 * come from logs and are hostile, so each format makes them harmless in its own way.
 */
export interface LogsPage {
  /** The command that asks it: `denied`. */
  readonly question: string;
  readonly title: string;
  /** What it was asked of: files, window. */
  readonly scope: readonly string[];
  /** The answer in sentences, what matters most first. */
  readonly lead: readonly Sentence[];
  readonly parts: readonly (LogsTable | LogsChart)[];
  /** What the answer does not cover, and why. */
  readonly remarks: readonly string[];
}

export interface Sentence {
  readonly mark: 'bad' | 'warn' | 'good' | 'plain';
  readonly text: string;
}

export interface LogsTable {
  readonly kind: 'table';
  /** For machines: the key in JSON. */
  readonly name: string;
  readonly title: string;
  /** A sentence below the title. */
  readonly note?: string;
  readonly columns: readonly LogsColumn[];
  readonly rows: readonly (readonly Cell[])[];
  /** Rows there are beyond these. */
  readonly more?: number;
}

export interface LogsColumn {
  readonly name: string;
  readonly title: string;
  /**
   * Times are microseconds, told to the minute, of a `moment` to the second, and of a `clock` without the day; shares are of one, spans
   * are seconds. A `detail` stands below its row.
   */
  readonly kind:
    | 'text'
    | 'count'
    | 'time'
    | 'moment'
    | 'clock'
    | 'share'
    | 'bytes'
    | 'seconds'
    | 'detail';
}

/** `undefined`: there is none. */
export type Cell = string | number | undefined;

export interface LogsChart {
  readonly kind: 'chart';
  readonly name: string;
  readonly title: string;
  readonly note?: string;
  /** Starts of the intervals, microseconds. */
  readonly starts: readonly number[];
  readonly seconds: number;
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
  /** Stretches in which the log is missing: no calm. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
}

/** Columns that say something in some row, with their places. */
export function filledColumns({ columns, rows }: Pick<LogsTable, 'columns' | 'rows'>) {
  return columns
    .map((column, index) => ({ column, index }))
    .filter(({ index }) => rows.some((row) => row[index] !== undefined && row[index] !== ''));
}

/** A cell for people; what is unsafe in it stays so. */
export function cellWords(cell: Cell, kind: LogsColumn['kind']): string {
  if (cell === undefined) return '';
  if (typeof cell === 'string') return clippedWords(cell);
  switch (kind) {
    case 'time':
      return timeWords(cell);
    case 'moment':
      return momentWords(cell).slice(0, 19);
    case 'clock':
      return momentWords(cell).slice(11);
    case 'count':
      return countWords(cell);
    case 'bytes':
      return bytesWords(cell);
    case 'share':
      return `${(cell * 100).toFixed(cell < 0.1 ? 1 : 0)} %`;
    case 'seconds':
      return secondsWords(cell);
    default:
      return String(cell);
  }
}

/** No name is longer than 253 characters, no line of ours than this: what is, was made to be a nuisance. */
const WORDS_MAX = 600;

export function clippedWords(text: string): string {
  if (text.length <= WORDS_MAX) return text;
  return `${text.slice(0, WORDS_MAX - 40)}… (${countWords(text.length)} characters)`;
}

/** `2026-11-03 14:05`: minutes are what people compare. */
export function timeWords(micros: number): string {
  return isoTime(micros).slice(0, 16).replace('T', ' ');
}

/** `2026-11-03 14:05:07.123`. */
export function momentWords(micros: number): string {
  return isoMoment(micros).slice(0, 23).replace('T', ' ');
}

/** ISO in UTC, to the second; of a time that no calendar has, the number. */
export function isoTime(micros: number): string {
  return isoMoment(micros).replace(/\.\d+Z$/, 'Z');
}

/** The same to the millisecond. */
export function isoMoment(micros: number): string {
  const millis = micros / 1000;
  if (!Number.isFinite(millis) || Math.abs(millis) > 8.64e15) return String(micros);
  return new Date(Math.floor(millis)).toISOString();
}

/** `1,234,567`. */
export function countWords(number: number): string {
  const [whole = '', part] = String(Math.round(number * 100) / 100).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return part === undefined ? grouped : `${grouped}.${part}`;
}

/** `1 record`, `1,234 records`. */
export function counted(number: number, one: string, more = `${one}s`): string {
  return `${countWords(number)} ${number === 1 ? one : more}`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Decimal units, as Azure bills: `1.4 GB`. */
export function bytesWords(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${UNITS[unit]}`;
}

/** `40 ms`, `12 s`, `4 min`, `6 h`, `3 d`. */
export function secondsWords(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 120) return `${Math.round(seconds * 10) / 10} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}
