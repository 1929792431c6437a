import type { LogKind } from '../columns.ts';
import { byteBlock } from './byte-block.ts';
import { messageReader } from './byte-message.ts';
import { newByteSlices } from './byte-slices.ts';
import {
  type ByteReader,
  type ByteTemplate,
  byteTemplateOf,
  RESOURCE_CELL,
  readByTemplate,
} from './byte-template.ts';
import { newMinuteMemory } from './byte-time.ts';
import type { ColumnSink } from './column-sink.ts';
import { decodeLines, type LineMemory } from './decode-lines.ts';
import { type Decoding, noteTime } from './decoding.ts';
import { triedEarlier } from './tried-earlier.ts';

/** Reads whole lines from their bytes into a sink. Mutable, one for a file. */
export interface ByteLines {
  readonly reader: ByteReader;
  readonly templates: ByteTemplate[];
  /** Templates of the memory that were looked at. */
  seen: number;
  /** Blocks to be left to strings, after one of which bytes could say little. */
  skip: number;
}

export function newByteLines(sink: ColumnSink): ByteLines {
  const cells = new Float64Array(RESOURCE_CELL + 1);
  const slices = newByteSlices();
  const head = { time: 0, category: -1, resource: -1, isLegacy: false, line: 0 };
  const reader: ByteReader = {
    ...{
      sink,
      cells,
      head,
      minute: newMinuteMemory(),
      messages: messageReader(sink, cells, slices),
    },
    slices,
    kind: 'network',
    timeLength: 0,
  };
  return { reader, templates: [], seen: 0, skip: 0 };
}

/** So many more lines that are written otherwise, and the rest of the block is read as strings; the blocks behind it as well. */
const OTHERS_MAX = 64;
const SKIP = 8;

/**
 * Decodes whole lines: those that are written as lines before them from their bytes, all others by `decodeLines`, which also learns how
 * they are written.
 * @param block UTF-8
 */
export function decodeByteLines(
  decoding: Decoding,
  memory: LineMemory,
  lines: ByteLines,
  block: Buffer,
): void {
  const { reader } = lines;
  const bytes = byteBlock(block);
  let others = 0;
  let start = 0;
  if (lines.skip > 0) {
    lines.skip -= 1;
    others = OTHERS_MAX;
  }
  while (start < block.length) {
    const next = others < OTHERS_MAX ? readKnown(lines, bytes, start) : -1;
    if (next >= 0) {
      decoding.line += 1;
      if (others > 0) others -= 1;
      take(decoding, reader, reader.kind);
      start = next;
      continue;
    }
    if (others < OTHERS_MAX) {
      others += 1;
      if (others === OTHERS_MAX) lines.skip = SKIP;
    }
    const end = others < OTHERS_MAX ? lineEnd(block, start) : block.length;
    decodeLines(decoding, memory, block.toString('utf8', start, end));
    drain(decoding, reader.sink);
    learn(lines, memory);
    start = end;
  }
}

/** Behind the line end. */
function lineEnd(block: Buffer, start: number): number {
  const found = block.indexOf(10, start);
  return found < 0 ? block.length : found + 1;
}

function readKnown(
  { reader, templates }: ByteLines,
  block: ReturnType<typeof byteBlock>,
  start: number,
): number {
  for (let index = 0; index < templates.length; index += 1) {
    const template = templates[index]!;
    const next = readByTemplate(reader, template, block, start);
    if (next < 0) continue;
    triedEarlier(templates, index);
    return next;
  }
  return -1;
}

function take(decoding: Decoding, { sink, cells, head }: ByteReader, kind: LogKind): void {
  head.line = decoding.line;
  noteTime(decoding, kind, head.time, decoding.line);
  sink.row(kind, cells, head);
  decoding.rows += 1;
}

/** What was decoded as ever follows what was read before it: the order of lines is kept. */
export function drain(decoding: Decoding, sink: ColumnSink): void {
  if (decoding.records.length === 0) return;
  for (const record of decoding.records) sink.record(record);
  decoding.rows += decoding.records.length;
  decoding.records = [];
}

function learn(lines: ByteLines, { templates }: LineMemory): void {
  // They change places; each is looked at once, by its lines.
  if (templates.length === lines.seen) return;
  lines.seen = templates.length;
  for (const template of templates) {
    if (lines.templates.some(({ of }) => of === template)) continue;
    const bytes = byteTemplateOf(template);
    if (bytes !== undefined) lines.templates.push(bytes);
  }
}
