import { LOG_COLUMNS, type LogKind } from '../columns.ts';
import {
  type ByteBlock,
  decimalValue,
  digitsEnd,
  digitsValue,
  isAt,
  type Literal,
  literalOf,
} from './byte-block.ts';
import { blankCells, type MessageReader, readByteMessage } from './byte-message.ts';
import { addSlice, type ByteSlices, lookUp } from './byte-slices.ts';
import { plainEnd } from './byte-texts.ts';
import { byteMicros, type MinuteMemory } from './byte-time.ts';
import type { ColumnSink, RowHead } from './column-sink.ts';
import type { LineTemplate, Slot } from './line-template.ts';

/** What stands between two literals. */
type Part = 'text' | 'int' | 'real' | 'bool' | 'time' | 'resource' | 'message' | 'empty' | 'number';

interface Step {
  readonly before: Literal;
  readonly to: Part | 'passed';
  readonly column: number;
}

/** A line template for bytes: the same lines, read in place. */
export interface ByteTemplate {
  readonly of: LineTemplate;
  readonly kind: LogKind | 'legacy';
  readonly isApplication: boolean;
  readonly steps: readonly Step[];
  readonly end: Literal;
  readonly blank: Float64Array;
  readonly protocol: number;
  readonly category: string;
  readonly resource: string;
  categoryCode: number;
  resourceCode: number;
  generation: number;
}

/** `undefined`: a line of this template is not read from its bytes. */
export function byteTemplateOf(template: LineTemplate): ByteTemplate | undefined {
  const { kind, category, resource, pieces, end } = template;
  // Whether two of these are one event depends on where they stand, which the record says.
  if (kind === 'gateway-access' || kind === 'waf') return undefined;
  const steps: Step[] = [];
  for (const { before, slot, isQuoted } of pieces) {
    const to = slot === 'skipped' ? (isQuoted ? 'passed' : 'number') : partOf(slot);
    if (to === undefined) return undefined;
    steps.push({ before: literalOf(before), to, column: slot === 'skipped' ? -1 : slot.column });
  }
  return {
    of: template,
    kind,
    isApplication: /application/i.test(category),
    steps,
    end: literalOf(end),
    blank: kind === 'legacy' ? new Float64Array() : blankCells(kind),
    protocol: kind === 'network' ? Object.keys(LOG_COLUMNS.network).indexOf('protocol') : -1,
    category,
    resource,
    categoryCode: -1,
    resourceCode: -1,
    generation: -1,
  };
}

/** A field we do not know is kept with its record: only empty ones pass. */
function partOf({ to, isQuoted }: Slot): Part | undefined {
  if (to === 'extra') return isQuoted ? 'empty' : undefined;
  return to;
}

/** Behind the cells of any kind. */
export const RESOURCE_CELL = 63;

/** What the lines of a file are read with. */
export interface ByteReader {
  readonly sink: ColumnSink;
  readonly cells: Float64Array;
  readonly minute: MinuteMemory;
  readonly messages: MessageReader;
  readonly slices: ByteSlices;
  readonly head: RowHead;
  /** Of the record read last. */
  kind: LogKind;
  timeLength: number;
}

/**
 * Reads the line at `start` into `cells`, `head` and `kind` if it is written as the template; says where the next one begins, or -1.
 * Decides as `decodeByTemplate` does, whose expression this is by hand; a test holds the two to each other.
 */
export function readByTemplate(
  reader: ByteReader,
  template: ByteTemplate,
  block: ByteBlock,
  start: number,
): number {
  const { sink, cells, head, slices } = reader;
  const { bytes } = block;
  const { steps, blank } = template;
  if (template.generation !== sink.generation()) {
    template.categoryCode = sink.textCode(template.category);
    template.resourceCode = sink.textCode(template.resource);
    template.generation = sink.generation();
  }
  slices.count = 0;
  for (let column = 0; column < blank.length; column += 1) cells[column] = blank[column]!;
  let at = start;
  for (let index = 0; index < steps.length; index += 1) {
    const { before, to, column } = steps[index]!;
    if (!isAt(block, at, before)) return -1;
    at += before.length;
    let end = at;
    switch (to) {
      case 'int':
        end = digitsEnd(bytes, at);
        // Of digits at most fifteen, and none before others that is zero.
        if (end === at || end > at + 15 || (bytes[at] === 48 && end > at + 1)) return -1;
        cells[column] = digitsValue(bytes, at, end);
        break;
      case 'real':
      case 'number':
        end = numberEnd(bytes, at);
        if (end < 0) return -1;
        if (to === 'real') {
          const value = decimalValue(bytes, at, end);
          if (Number.isNaN(value)) return -1;
          cells[column] = value;
        }
        break;
      case 'bool':
        end = wordEnd(bytes, at);
        if (end < 0) return -1;
        cells[column] = bytes[at] === 116 ? 1 : 0;
        break;
      case 'empty':
        break;
      case 'message': {
        const kind = readByteMessage(reader.messages, block, at, template.isApplication);
        if (kind === undefined) return -1;
        reader.kind = kind;
        end = reader.messages.end;
        break;
      }
      default:
        if (to === 'time') {
          // Of the length of the one before, unless it is written otherwise.
          const last = at + reader.timeLength;
          if (bytes[last] === 34 && bytes[last - 1] === 90) {
            head.time = byteMicros(reader.minute, block, at, last);
            if (head.time >= 0) {
              end = last;
              break;
            }
          }
        }
        end = plainEnd(block, at);
        if (to === 'text') addSlice(slices, column, at, end);
        else if (to === 'resource') addSlice(slices, RESOURCE_CELL, at, end);
        else if (to === 'time') {
          head.time = byteMicros(reader.minute, block, at, end);
          if (head.time < 0) return -1;
          reader.timeLength = end - at;
        }
    }
    at = end;
  }
  if (!isAt(block, at, template.end)) return -1;
  at += template.end.length;
  if (bytes[at] === 13) at += 1;
  if (bytes[at] !== 10) return -1;
  cells[RESOURCE_CELL] = template.resourceCode;
  lookUp(slices, sink, block, cells);
  head.category = template.categoryCode;
  head.resource = cells[RESOURCE_CELL]!;
  head.isLegacy = template.kind === 'legacy';
  if (template.kind !== 'legacy') reader.kind = template.kind;
  if (template.protocol >= 0 && !hasPlainProtocol(sink, cells[template.protocol]!)) return -1;
  return at + 1;
}

/** Behind a number as JSON writes it without exponent; -1 where there is none. */
function numberEnd(bytes: Uint8Array, start: number): number {
  const first = bytes[start] === 45 ? start + 1 : start;
  let end = digitsEnd(bytes, first);
  if (end === first || (bytes[first] === 48 && end > first + 1)) return -1;
  if (bytes[end] !== 46) return end;
  const point = end;
  end = digitsEnd(bytes, point + 1);
  return end === point + 1 ? -1 : end;
}

/** Behind `true` or `false`. */
function wordEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] === 116 && bytes[at + 1] === 114 && bytes[at + 2] === 117 && bytes[at + 3] === 101)
    return at + 4;
  return bytes[at] === 102 &&
    bytes[at + 1] === 97 &&
    bytes[at + 2] === 108 &&
    bytes[at + 3] === 115 &&
    bytes[at + 4] === 101
    ? at + 5
    : -1;
}

/** `ICMP Type=8` is two columns, which `finish` makes. */
function hasPlainProtocol(sink: ColumnSink, code: number): boolean {
  if (code < 0) return true;
  const text = sink.text(code);
  return text.length < 6 || !text.startsWith('ICMP');
}
