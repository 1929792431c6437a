import type { Diagnostic, DiagnosticCode } from '../../diagnostics/index.ts';
import { LOG_COLUMNS, LOG_KINDS, type LogKind } from '../columns.ts';
import type { LogHead, LogRecord, LogSource, Quarantined, Scalar } from '../record.ts';

/** How a name was met: how often, and where first. */
export interface Seen {
  readonly name: string;
  readonly count: number;
  readonly line: number;
}

/**
 * The state of decoding one file; mutable, owned by `decodeLog`. Every unit (a line, an element, a row, a tuple of a flow log) becomes
 * a record, is quarantined, or is of a category that is none of ours: `units = records + quarantined + passedOver`.
 */
export interface Decoding {
  readonly source: LogSource;
  /** Added to times whose text names no zone, in microseconds. `undefined`: read as UTC, and said. */
  zoneMicros: number | undefined;
  /** Where the unit being decoded stands. */
  line: number;
  item: number;
  /** Since the last batch was taken. */
  records: LogRecord[];
  quarantined: Quarantined[];
  /** Records that a sink was given instead. */
  rows: number;
  /** Of the whole file. */
  readonly byKind: Record<LogKind, number>;
  recordCount: number;
  quarantinedCount: number;
  passedOver: number;
  readonly categories: Map<string, { count: number; line: number }>;
  readonly fields: Map<string, { count: number; line: number }>;
  zoneless: number;
  latest: number;
  earliest: number;
  outOfOrder: number;
  jumps: number;
  jumpLine: number;
  readonly diagnostics: Diagnostic[];
}

export function newDecoding(source: LogSource, zoneMicros: number | undefined): Decoding {
  return {
    source,
    zoneMicros,
    line: 0,
    item: 0,
    records: [],
    quarantined: [],
    rows: 0,
    byKind: Object.fromEntries(LOG_KINDS.map((kind) => [kind, 0])) as Record<LogKind, number>,
    recordCount: 0,
    quarantinedCount: 0,
    passedOver: 0,
    categories: new Map(),
    fields: new Map(),
    zoneless: 0,
    latest: Number.NEGATIVE_INFINITY,
    earliest: Number.POSITIVE_INFINITY,
    outOfOrder: 0,
    jumps: 0,
    jumpLine: 0,
    diagnostics: [],
  };
}

/** A record while it is being filled; its columns are the fields beyond the head. */
export type Draft = {
  -readonly [F in Exclude<keyof LogHead, 'extra'>]: LogHead[F];
} & { extra: Record<string, Scalar> | undefined } & Record<string, unknown>;

/** One empty record of each kind, to be copied: a copy has its hidden class at once, and all records of a kind share it. */
const BLANK: Readonly<Record<LogKind, Draft>> = Object.fromEntries(
  LOG_KINDS.map((kind) => {
    const head = { kind, time: 0, category: '', resource: '', form: 'structured' };
    const place = { source: { name: '' }, line: 0, item: 0, extra: undefined };
    const columns = Object.keys(LOG_COLUMNS[kind]).map((field) => [field, undefined]);
    return [kind, { ...head, ...place, ...Object.fromEntries(columns) }];
  }),
) as unknown as Record<LogKind, Draft>;

export function draftOf(decoding: Decoding, kind: LogKind): Draft {
  const draft = { ...BLANK[kind] };
  draft.source = decoding.source;
  draft.line = decoding.line;
  draft.item = decoding.item;
  return draft;
}

/** Clocks of one firewall differ by seconds, deliveries by minutes; an hour back is neither (azure-firewall 8.3: hourly blobs). */
const JUMP_MICROS = 3_600_000_000;

export function keep(decoding: Decoding, draft: Draft): void {
  decoding.records.push(draft as unknown as LogRecord);
  noteTime(decoding, draft.kind, draft.time, draft.line);
}

/** Counts a record, and sees whether the clock goes on. */
export function noteTime(decoding: Decoding, kind: LogKind, time: number, line: number): void {
  decoding.recordCount += 1;
  decoding.byKind[kind] += 1;
  if (time >= decoding.latest) decoding.latest = time;
  else {
    decoding.outOfOrder += 1;
    if (decoding.latest - time > JUMP_MICROS) {
      decoding.jumps += 1;
      if (decoding.jumpLine === 0) decoding.jumpLine = line;
    }
  }
  if (time < decoding.earliest) decoding.earliest = time;
}

/** A unit as text, or as the value it was read from: the text of that is made only when somebody is to see it. */
export type Shown = string | { readonly value: unknown };

/** JSON of any value; what is nested so deep that it cannot be written is named instead. */
export function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return '(nested too deep to be shown)';
  }
}

/** As much of a broken text as is kept. */
export const CLIP = 300;

export function quarantine(
  decoding: Decoding,
  code: DiagnosticCode,
  reason: string,
  shown: Shown,
  length?: number,
): void {
  const text = typeof shown === 'string' ? shown : textOf(shown.value);
  decoding.quarantinedCount += 1;
  decoding.quarantined.push({
    source: decoding.source,
    line: decoding.line,
    item: decoding.item,
    code,
    reason,
    text: text.length > CLIP ? `${text.slice(0, CLIP)}…` : text,
    length: length ?? text.length,
  });
}

/** Well written, and of a category that says nothing we decode: counted and shown by name. */
export function passOver(decoding: Decoding, category: string): void {
  decoding.passedOver += 1;
  count(decoding.categories, category, decoding.line);
}

export function keepExtra(decoding: Decoding, draft: Draft, name: string, value: unknown): void {
  // Without prototype: a field may be called `__proto__`.
  draft.extra ??= Object.create(null) as Record<string, Scalar>;
  draft.extra[name] = typeof value === 'object' ? textOf(value) : (value as Scalar);
  count(decoding.fields, `${draft.category}.${name}`, decoding.line);
}

/** Names come from files: a file of a million names must not fill the memory. */
const NAMES_MAX = 1_000;
export const OTHER_NAMES = '(others)';

function count(
  seen: Map<string, { count: number; line: number }>,
  name: string,
  line: number,
): void {
  const short = name.length > 120 ? `${name.slice(0, 120)}…` : name;
  const known = seen.get(short);
  if (known !== undefined) known.count += 1;
  else if (seen.size < NAMES_MAX) seen.set(short, { count: 1, line });
  else {
    const others = seen.get(OTHER_NAMES);
    if (others !== undefined) others.count += 1;
    else seen.set(OTHER_NAMES, { count: 1, line });
  }
}

/** Most often first. */
export function seenOf(
  counts: ReadonlyMap<string, { readonly count: number; readonly line: number }>,
): readonly Seen[] {
  return [...counts]
    .map(([name, seen]) => ({ name, ...seen }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}
