import type { Diagnostic } from '../../diagnostics/index.ts';
import { LOG_KINDS, type LogKind } from '../columns.ts';
import type { Quarantined } from '../record.ts';
import { newByteLines } from './byte-lines.ts';
import type { ColumnSink } from './column-sink.ts';
import { decodeBlock } from './decode-block.ts';
import { newLineMemory } from './decode-lines.ts';
import { compareTime, countAll, type Decoding, newDecoding, type Trail } from './decoding.ts';

/** Whole lines out of the middle of a file. */
export interface Stretch {
  /** Of the file. */
  readonly name: string;
  /** Microseconds added to times that name no zone. */
  readonly zoneMicros?: number;
  /** Of the line before the first. */
  readonly line: number;
  /** UTF-8, mostly. */
  readonly bytes: Uint8Array;
}

type Counted = readonly (readonly [
  name: string,
  { readonly count: number; readonly line: number },
])[];

/** What decoding a stretch has to say beside its records and their times. A message between threads: values only. */
export interface StretchReport {
  readonly rows: number;
  readonly records: number;
  readonly byKind: Readonly<Record<LogKind, number>>;
  readonly quarantined: readonly Quarantined[];
  readonly passedOver: number;
  readonly categories: Counted;
  readonly fields: Counted;
  readonly zoneless: number;
  readonly diagnostics: readonly Diagnostic[];
}

const BLOCK_BYTES = 1 << 18;

/**
 * Decodes stretches into the sink. How lines of one file are written is remembered from stretch to stretch.
 * @param trail is given the times of the records of each stretch
 */
export function stretchReader(sink: ColumnSink, trail: Trail): (stretch: Stretch) => StretchReport {
  let name: string | undefined;
  let memory = newLineMemory();
  let lines = newByteLines(sink);
  return (stretch) => {
    if (stretch.name !== name) {
      name = stretch.name;
      memory = newLineMemory();
      lines = newByteLines(sink);
    }
    trail.count = 0;
    const decoding = newDecoding({ name: stretch.name }, stretch.zoneMicros, trail);
    decoding.line = stretch.line;
    const { buffer, byteOffset, length } = stretch.bytes;
    const bytes = Buffer.from(buffer, byteOffset, length);
    for (let start = 0; start < length; ) {
      let end = Math.min(length, start + BLOCK_BYTES);
      if (end < length) {
        const last = bytes.lastIndexOf(10, end - 1);
        end = last < start ? bytes.indexOf(10, end) + 1 : last + 1;
      }
      decodeBlock(decoding, memory, lines, bytes.subarray(start, end));
      start = end;
    }
    return reportOf(decoding);
  };
}

function reportOf(decoding: Decoding): StretchReport {
  const { rows, recordCount, byKind, quarantined, passedOver, zoneless, diagnostics } = decoding;
  return {
    ...{ rows, records: recordCount, byKind, quarantined, passedOver, zoneless, diagnostics },
    categories: [...decoding.categories],
    fields: [...decoding.fields],
  };
}

/**
 * Adds what a stretch said to what was said of the file before it, as if one decoder had read both. Only names we do not know, beyond a thousand
 * of them in one stretch, are counted among the others there.
 */
export function addReport(decoding: Decoding, report: StretchReport, trail: Trail): void {
  decoding.rows += report.rows;
  decoding.recordCount += report.records;
  for (const kind of LOG_KINDS) decoding.byKind[kind] += report.byKind[kind];
  for (const line of report.quarantined) {
    decoding.quarantined.push({ ...line, source: decoding.source });
  }
  decoding.quarantinedCount += report.quarantined.length;
  decoding.passedOver += report.passedOver;
  decoding.zoneless += report.zoneless;
  for (const [name, { count, line }] of report.categories) {
    countAll(decoding.categories, name, line, count);
  }
  for (const [name, { count, line }] of report.fields) {
    countAll(decoding.fields, name, line, count);
  }
  for (let at = 0; at < trail.count; at += 1) {
    compareTime(decoding, trail.times[at]!, trail.lines[at]!);
  }
  for (const diagnostic of report.diagnostics) {
    // Said once of a file.
    if (!decoding.diagnostics.some(({ code }) => code === diagnostic.code))
      decoding.diagnostics.push(diagnostic);
  }
}
