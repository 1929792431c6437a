import { isAscii, isUtf8 } from 'node:buffer';
import type { Diagnostic } from '../../diagnostics/index.ts';
import type { LogKind } from '../columns.ts';
import type { LogRecord, LogSource, Quarantined } from '../record.ts';
import { blockText, partialTail } from './block-text.ts';
import { type ByteLines, decodeByteLines, drain, newByteLines } from './byte-lines.ts';
import type { ColumnSink } from './column-sink.ts';
import { documentDecoding, noteCutOff, type TextDecoding } from './decode-document.ts';
import { decodeLines, type LineMemory, newLineMemory } from './decode-lines.ts';
import { tableDecoding } from './decode-table.ts';
import { type Decoding, newDecoding, quarantine, type Seen, seenOf } from './decoding.ts';
import { lineBlocks } from './line-blocks.ts';
import { asUtf8, type GunzipEnd, gunzipped, withHead, wrappingOf } from './plain-bytes.ts';
import { type Layout, layoutOf } from './recognise-layout.ts';
import { remarksOn } from './remarks.ts';

export interface DecodeOptions {
  /** Minutes east of UTC of times that name no zone. Absent: read as UTC, and said. */
  readonly zoneMinutes?: number;
  /** Longer lines, elements and rows are quarantined. */
  readonly lineBytesMax?: number;
  /** A log of lines that was read before: the chunks begin behind `bytes`, the first line is `line + 1`. */
  readonly from?: LogPosition;
  /** The file is still written: a last line without its end is left for the next time. */
  readonly isGrowing?: boolean;
  /** Is given the records of lines instead of the batches, column by column. */
  readonly sink?: ColumnSink;
}

/** How far a file has been read, behind a line end. */
export interface LogPosition {
  readonly bytes: number;
  readonly line: number;
}

export interface LogBatch {
  readonly records: readonly LogRecord[];
  readonly quarantined: readonly Quarantined[];
  /** How many records the sink was given since the batch before. */
  readonly rows: number;
  /** Bytes of the input read so far, as they lie on disk: for a progress bar. */
  readonly bytes: number;
  /** What was read up to and with this batch, until the next is asked for; only of plain lines, where one can go on behind it. */
  readonly reached?: () => Reached;
}

/** How far a log of lines was read, and what was seen on the way. */
export type Reached = Pick<
  DecodeReport,
  'records' | 'passedOver' | 'unknownCategories' | 'unknownFields' | 'span' | 'layout'
> & { readonly position: LogPosition };

/** Of the whole file. `units = records + quarantined + passedOver`: nothing is lost. */
export interface DecodeReport {
  readonly source: LogSource;
  readonly layout: Layout['kind'];
  readonly isGzip: boolean;
  readonly bytes: number;
  readonly units: number;
  readonly records: number;
  readonly quarantined: number;
  /** Of categories that are none of ours. */
  readonly passedOver: number;
  readonly byKind: Readonly<Record<LogKind, number>>;
  readonly unknownCategories: readonly Seen[];
  /** `AZFWNetworkRule.NewColumn`. */
  readonly unknownFields: readonly Seen[];
  /** Of the records; absent where there are none. */
  readonly span?: { readonly earliest: number; readonly latest: number };
  /** Records older than one before them. */
  readonly outOfOrder: number;
  readonly diagnostics: readonly Diagnostic[];
  /** Where to go on; only of plain lines. */
  readonly position?: LogPosition;
}

const LINE_BYTES_MAX = 16 << 20;
/** A block is given when it holds as many records, or with the next. */
const BATCH = 256;

/**
 * Decodes one file, blob or answer, of any size and any layout we know, recognised by content: lines, envelopes and arrays of JSON,
 * results of Log Analytics and Data Explorer, CSV, each also gzipped or in UTF-16. Gives batches as it reads and the report at the end;
 * holds no more than one chunk, the longest line and the batch; 130 MB in all for a file of 350. Touches nothing but `chunks`, whose errors pass through.
 */
export async function* decodeLog(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  options: DecodeOptions = {},
): AsyncGenerator<LogBatch, DecodeReport> {
  const { zoneMinutes, lineBytesMax = LINE_BYTES_MAX, from, isGrowing = false, sink } = options;
  const zone = zoneMinutes === undefined ? undefined : zoneMinutes * 60e6;
  const decoding = newDecoding({ name }, zone);
  const counted = { bytes: from?.bytes ?? 0 };
  const outer = await withHead(counting(chunks, counted));
  const wrapping = wrappingOf(outer.head);
  const end: GunzipEnd = {};
  let inner = outer;
  if (wrapping.isGzip) inner = await withHead(gunzipped(outer.chunks, end));
  const { charset } = wrapping.isGzip ? wrappingOf(inner.head) : wrapping;
  if (charset !== 'utf-8') {
    inner = await withHead(asUtf8(inner.chunks, charset));
    noteCharset(decoding, charset);
  }
  const layout: Layout = from === undefined ? layoutOf(headText(inner.head)) : { kind: 'lines' };
  const isPlain = !wrapping.isGzip && charset === 'utf-8' && layout.kind === 'lines';
  let position = from ?? { bytes: 0, line: 0 };
  const waiting = () => decoding.records.length + decoding.quarantined.length + decoding.rows;
  const batch = (): LogBatch => {
    const { records, quarantined, rows } = decoding;
    decoding.records = [];
    decoding.quarantined = [];
    decoding.rows = 0;
    const reached = () => ({ ...reportOf(decoding), layout: layout.kind, position });
    return { records, quarantined, rows, bytes: counted.bytes, ...(isPlain ? { reached } : {}) };
  };

  if (wrapping.otherThan !== undefined) {
    await closeOf(inner.chunks);
  } else if (layout.kind === 'lines') {
    decoding.line = position.line;
    const memory = newLineMemory();
    const lines = sink === undefined ? undefined : newByteLines(sink);
    let isFirst = from === undefined;
    for await (const block of lineBlocks(inner.chunks, lineBytesMax)) {
      if (block.kind === 'too-long') {
        decoding.line += 1;
        decoding.item = 0;
        const start = blockText(decoding, block.start);
        const reason = `the line is longer than ${lineBytesMax} bytes`;
        quarantine(decoding, 'logs/line-too-long', reason, start, block.length);
        position = { bytes: position.bytes + block.length + 1, line: decoding.line };
      } else {
        if (block.kind === 'unfinished' && isGrowing) break;
        decodeBlock(decoding, memory, lines, isFirst ? withoutMark(block.bytes) : block.bytes);
        position = { bytes: position.bytes + block.bytes.length, line: decoding.line };
        isFirst = false;
      }
      if (waiting() >= BATCH) yield batch();
    }
  } else {
    const text: TextDecoding =
      layout.kind === 'json'
        ? documentDecoding(decoding, lineBytesMax)
        : tableDecoding(decoding, layout.delimiter, lineBytesMax);
    const partBytes = Math.min(PART_BYTES, lineBytesMax);
    for await (const part of textParts(decoding, inner.chunks, partBytes)) {
      text.push(part);
      if (waiting() > 0) yield batch();
    }
    text.end();
  }
  if (end.error !== undefined) noteCutOff(decoding);
  if (waiting() > 0) yield batch();
  return {
    ...reportOf(decoding),
    layout: layout.kind,
    isGzip: wrapping.isGzip,
    bytes: counted.bytes,
    diagnostics: remarksOn(decoding, wrapping.otherThan),
    ...(isPlain ? { position } : {}),
  };
}

function decodeBlock(
  decoding: Decoding,
  memory: LineMemory,
  lines: ByteLines | undefined,
  block: Buffer,
): void {
  if (lines !== undefined && (isAscii(block) || isUtf8(block))) {
    decodeByteLines(decoding, memory, lines, block);
    return;
  }
  decodeLines(decoding, memory, blockText(decoding, block));
  if (lines !== undefined) drain(decoding, lines.reader.sink);
}

/** Without the mark of UTF-8 that some editors begin a file with. */
function withoutMark(block: Buffer): Buffer {
  return block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf ? block.subarray(3) : block;
}

function reportOf(decoding: Decoding) {
  const { source, recordCount, quarantinedCount, passedOver, byKind, outOfOrder } = decoding;
  const { earliest, latest } = decoding;
  return {
    source,
    units: recordCount + quarantinedCount + passedOver,
    records: recordCount,
    quarantined: quarantinedCount,
    passedOver,
    byKind,
    unknownCategories: seenOf(decoding.categories),
    unknownFields: seenOf(decoding.fields),
    outOfOrder,
    ...(recordCount > 0 ? { span: { earliest, latest } } : {}),
  };
}

async function* counting(
  chunks: AsyncIterable<Uint8Array>,
  counted: { bytes: number },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    counted.bytes += chunk.length;
    yield chunk;
  }
}

/** Text in pieces of whole characters. */
async function* textParts(
  decoding: Decoding,
  chunks: AsyncIterable<Buffer>,
  partBytes: number,
): AsyncGenerator<string> {
  let held: Buffer = Buffer.alloc(0);
  let isFirst = true;
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; from += partBytes) {
      const part = chunk.subarray(from, from + partBytes);
      const whole = held.length === 0 ? part : Buffer.concat([held, part]);
      const end = whole.length - partialTail(whole);
      held = Buffer.from(whole.subarray(end));
      const text = blockText(decoding, whole.subarray(0, end));
      yield isFirst ? text.replace(/^\uFEFF/, '') : text;
      isFirst = false;
    }
  }
  if (held.length > 0) yield blockText(decoding, held);
}
const PART_BYTES = 1 << 20;

function headText(head: Buffer): string {
  return head.subarray(0, head.length - partialTail(head)).toString('utf8');
}

async function closeOf(chunks: AsyncIterable<Buffer>): Promise<void> {
  await chunks[Symbol.asyncIterator]().return?.();
}

function noteCharset(decoding: Decoding, charset: 'utf-16le' | 'utf-16be'): void {
  const end = charset === 'utf-16le' ? 'little' : 'big';
  decoding.diagnostics.push({
    code: 'logs/encoding',
    severity: 'note',
    message: `\`${decoding.source.name}\` is UTF-16 (${end} endian); it was decoded as such`,
  });
}
