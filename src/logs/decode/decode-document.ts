import { decodeLines, newLineMemory } from './decode-lines.ts';
import { type Decoding, quarantine } from './decoding.ts';
import { type JsonPiece, jsonPieces, withoutComma } from './json-pieces.ts';
import {
  decodeJsonText,
  decodeTableRow,
  decodeValue,
  noteIncomplete,
  type TableHead,
  tableHeadOf,
} from './json-value.ts';
import { isObject, type JsonObject } from './stream-record.ts';

/** Decodes text that arrives in pieces. */
export interface TextDecoding {
  push(text: string): void;
  end(): void;
}

/** A JSON text that is no list of lines: an Event Hub body, the answer to a query, an array, pretty-printed records. */
export function documentDecoding(decoding: Decoding, valueMax: number): TextDecoding {
  const pieces = jsonPieces(valueMax);
  const heads = new WeakMap<JsonObject, TableHead>();
  // Progressive answers of Data Explorer say the columns once, before fragments of rows.
  const fragments = new Map<unknown, TableHead>();
  const filled = new Set<unknown>();
  let items = 0;

  const take = (piece: JsonPiece) => {
    decoding.line = piece.line;
    items = piece.isElement ? items : 0;
    decoding.item = items;
    switch (piece.kind) {
      case 'row':
        takeRow(piece);
        break;
      case 'value':
        takeValue(piece);
        break;
      case 'rest':
        takeRest(piece.text);
        break;
      case 'broken':
        quarantine(decoding, 'logs/broken-line', 'the value is no JSON object', piece.text);
        break;
      case 'too-long':
      case 'unfinished':
        rescue(piece);
        break;
    }
    items = decoding.item;
  };

  const takeRow = ({ head, text }: JsonPiece) => {
    const table = head === undefined ? undefined : headOf(head);
    if (table === undefined) {
      decoding.item += 1;
      quarantine(decoding, 'logs/broken-line', 'the columns of the table are not known', text);
      return;
    }
    let row: unknown;
    try {
      row = JSON.parse(text);
    } catch {
      decoding.item += 1;
      quarantine(decoding, 'logs/broken-line', 'the row is not JSON', text);
      return;
    }
    decodeTableRow(decoding, table, row, text);
  };

  const headOf = (head: JsonObject): TableHead => {
    if (!heads.has(head) && head['FrameType'] === 'TableFragment') {
      const { TableId: id, TableFragmentType: kind } = head;
      if (kind === 'DataReplace' && filled.has(id)) noteReplaced(decoding);
      filled.add(id);
    }
    const known = heads.get(head) ?? fragments.get(fragmentKey(head)) ?? tableHeadOf(head);
    heads.set(head, known);
    return known;
  };

  const takeValue = (piece: JsonPiece) => {
    const { text, isElement } = piece;
    if (text.includes('"FrameType"') && takeFrame(text)) return;
    if (isElement) decoding.item += 1;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      // A bracket that is missing makes one value of many.
      if (WHOLE_LINE.test(text)) rescue(piece);
      else decodeJsonText(decoding, text);
      return;
    }
    decodeValue(decoding, value, text, 0);
  };

  /** A frame without rows of its own: what it says concerns others. */
  const takeFrame = (text: string): boolean => {
    let frame: unknown;
    try {
      frame = JSON.parse(text);
    } catch {
      return false;
    }
    if (!isObject(frame) || typeof frame['FrameType'] !== 'string') return false;
    if (frame['FrameType'] === 'TableHeader') fragments.set(frame['TableId'], tableHeadOf(frame));
    noteIncomplete(decoding, frame);
    return true;
  };

  const takeRest = (text: string) => {
    try {
      const rest: unknown = JSON.parse(withoutComma(text));
      if (isObject(rest)) noteIncomplete(decoding, rest);
    } catch {
      quarantine(decoding, 'logs/broken-line', 'the end of the list is not JSON', text);
    }
  };

  /** A bracket that never closes has swallowed what follows; whole records on lines of their own are read out of it. */
  const rescue = ({ kind, text, line }: JsonPiece) => {
    if (WHOLE_LINE.test(text)) {
      decoding.line = line - 1;
      return decodeLines(decoding, newLineMemory(), text);
    }
    if (decoding.item > 0) decoding.item += 1;
    quarantine(
      decoding,
      kind === 'too-long' ? 'logs/line-too-long' : 'logs/cut-off',
      kind === 'too-long' ? 'the value is longer than the limit' : 'the value is cut off',
      text,
    );
  };

  return {
    push: (text) => pieces.push(text).forEach(take),
    end: () => {
      const open = pieces.openLists();
      pieces.end().forEach(take);
      if (open > 0 || pieces.openLists() > 0) noteCutOff(decoding);
    },
  };
}

/** An object on a line of its own. */
const WHOLE_LINE = /\n[ \t]*\{[^\n]*\}[ \t]*,?[ \t\r]*\n/;

function fragmentKey(head: JsonObject): unknown {
  return head['FrameType'] === 'TableFragment' ? head['TableId'] : undefined;
}

/** What was read is given already: the record of an earlier fragment cannot be taken back. */
function noteReplaced(decoding: Decoding): void {
  if (decoding.diagnostics.some(({ code }) => code === 'logs/partial-result')) return;
  decoding.diagnostics.push({
    code: 'logs/partial-result',
    severity: 'warning',
    message: `\`${decoding.source.name}\` is a progressive answer: rows that it later replaced were read too`,
    hint: 'export it again without `results_progressive_enabled`',
  });
}

export function noteCutOff(decoding: Decoding): void {
  decoding.diagnostics.push({
    code: 'logs/cut-off',
    severity: 'warning',
    message: `\`${decoding.source.name}\` ends in the middle; what came before was read`,
    hint: 'copy it again once it is written, or read the original',
  });
}
