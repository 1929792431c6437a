import { LOG_COLUMNS, type LogKind } from '../columns.ts';
import {
  type ByteBlock,
  decimalValue,
  digitsEnd,
  digitsValue,
  isAt,
  literalOf,
} from './byte-block.ts';
import { addSlice, type ByteSlices } from './byte-slices.ts';
import {
  addText,
  type ByteTexts,
  clearTexts,
  findText,
  hashBytes,
  isTextAt,
  newByteTexts,
  plainEnd,
} from './byte-texts.ts';
import type { ColumnSink } from './column-sink.ts';
import { readTail } from './legacy-shapes.ts';

/** The cells of the record that a text is, beside which its kind is returned. */
export interface MessageReader {
  readonly sink: ColumnSink;
  readonly cells: Float64Array;
  /** Texts of the line whose cells are still to be filled. */
  readonly slices: ByteSlices;
  /** What follows the ends of a flow: a decision and a rule, the same few over and over. Six numbers each. */
  readonly tails: ByteTexts;
  readonly tailCells: Int32Array;
  /** Of each entry, whether it follows a translated address: such a text says no action. */
  readonly tailKinds: Uint8Array;
  /** Entries plus one by where the flow goes: what is sent to the same place is mostly decided alike. */
  readonly guesses: Int32Array;
  generation: number;
  /** Behind the text that was read last. */
  end: number;
}

const TAILS_MAX = 8_192;
const GUESSES = 1_024;
const TAIL_BYTES_MAX = 1_000;

export function messageReader(
  sink: ColumnSink,
  cells: Float64Array,
  slices: ByteSlices,
): MessageReader {
  const tailCells = new Int32Array(6 * TAILS_MAX);
  return {
    ...{ sink, cells, slices, tails: newByteTexts(), tailCells, generation: -1, end: 0 },
    ...{ tailKinds: new Uint8Array(TAILS_MAX), guesses: new Int32Array(GUESSES) },
  };
}

const REQUEST = literalOf(' request from ');
const TO = literalOf(' to ');
const TRANSLATED = literalOf(" was DNAT'ed to ");
const DNS = literalOf('DNS Request: ');
const DASH = literalOf(' - ');
const [TRUE, FALSE] = [literalOf('true '), literalOf('false ')];
const [TCP, UDP, HTTP] = ['TCP ', 'UDP ', 'HTTP'].map((text) => literalOf(text).words[0]);

/**
 * Reads the texts that logs are full of from their bytes, as `readCommonMessage` and `readLegacyMessage` do from strings; a test holds
 * them to each other. A text ends where one of JSON does that needs no unescaping: what must stand in it is no quote, so that nothing is
 * read beyond. `undefined`, with `cells` in any state: it is written otherwise.
 */
export function readByteMessage(
  reader: MessageReader,
  block: ByteBlock,
  start: number,
  isApplication: boolean,
): LogKind | undefined {
  if (block.bytes[start] === 68) return dns(reader, block, start);
  const verb = start + protocolLength(block, start);
  const isWeb = verb > start + 3;
  return verb === start || (isApplication && !isWeb)
    ? undefined
    : flow(reader, block, start, verb, isWeb);
}

/** Of `TCP`, `UDP`, `HTTP` or `HTTPS`; 0 where none of them stands. */
function protocolLength({ bytes, view }: ByteBlock, start: number): number {
  if (start + 6 > bytes.length) return 0;
  const word = view.getInt32(start, true);
  if (word === TCP || word === UDP) return 3;
  if (word !== HTTP) return 0;
  return bytes[start + 4] === 83 ? 5 : 4;
}

function columns(kind: LogKind, names: readonly string[]): readonly number[] {
  const fields = Object.keys(LOG_COLUMNS[kind]);
  return names.map((name) => fields.indexOf(name));
}
const NAMES = ['action', 'policy', 'ruleCollectionGroup', 'ruleCollection', 'rule', 'actionReason'];
const ENDS = ['protocol', 'sourceIp', 'sourcePort'];
/** Columns of the ends, then of the tail; -1 where the kind has none. */
const FLOW_COLUMNS = {
  network: columns('network', [...ENDS, 'destinationIp', 'destinationPort', ...NAMES]),
  dnat: columns('dnat', [...ENDS, 'destinationIp', 'destinationPort', ...NAMES]),
  application: columns('application', [...ENDS, 'fqdn', 'destinationPort', ...NAMES]),
};
const [DNAT_IP, DNAT_PORT] = columns('dnat', ['translatedIp', 'translatedPort']) as [
  number,
  number,
];

/** `TCP request from A:P to B:P`, with a name in place of B where it is of the web, and what becomes of it. */
function flow(
  reader: MessageReader,
  block: ByteBlock,
  start: number,
  verb: number,
  isWeb: boolean,
): LogKind | undefined {
  if (!isAt(block, verb, REQUEST)) return undefined;
  const from = verb + REQUEST.length;
  const source = addressEnd(block, from);
  if (source < 0 || !isAt(block, source, TO)) return undefined;
  const to = source + TO.length;
  const target = isWeb ? nameEnd(block, to) : addressEnd(block, to);
  if (target < 0) return undefined;
  const isTranslated = !isWeb && isAt(block, target, TRANSLATED);
  const translated = target + TRANSLATED.length;
  const end = isTranslated ? addressEnd(block, translated) : target;
  if (end < 0) return undefined;
  const kind = isWeb ? 'application' : isTranslated ? 'dnat' : 'network';
  const into = FLOW_COLUMNS[kind];
  blank(reader.cells, kind);
  if (!tail(reader, block, end, into, isTranslated)) return undefined;
  addSlice(reader.slices, into[0]!, start, verb);
  address(reader, block, from, source, into[1]!, into[2]!);
  address(reader, block, to, target, into[3]!, into[4]!);
  if (isTranslated) address(reader, block, translated, end, DNAT_IP, DNAT_PORT);
  return kind;
}

/** `[^ :[\]]` of what may stand in a text. */
const HOST = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 32 || [32, 34, 58, 91, 92, 93].includes(byte) ? 0 : 1,
);

/** Behind `name.example:443`; -1 where there is none. */
function nameEnd({ bytes }: ByteBlock, start: number): number {
  let at = start;
  while (HOST[bytes[at]!] === 1) at += 1;
  return at === start ? -1 : portEnd(bytes, at);
}

/** Behind `10.42.0.4:443`, seven to fifteen digits and dots and at most five digits; -1 where there is none. */
function addressEnd({ bytes }: ByteBlock, start: number): number {
  let at = start;
  while (bytes[at] === 46 || (bytes[at]! - 48) >>> 0 <= 9) at += 1;
  return at - start < 7 || at - start > 15 ? -1 : portEnd(bytes, at);
}

function portEnd(bytes: Uint8Array, colon: number): number {
  if (bytes[colon] !== 58) return -1;
  const end = digitsEnd(bytes, colon + 1);
  return end === colon + 1 || end > colon + 6 ? -1 : end;
}

function address(
  reader: MessageReader,
  block: ByteBlock,
  start: number,
  end: number,
  host: number,
  port: number,
): void {
  let colon = end - 2;
  while (block.bytes[colon] !== 58) colon -= 1;
  addSlice(reader.slices, host, start, colon);
  reader.cells[port] = digitsValue(block.bytes, colon + 1, end);
}

/** Where the columns of the tail begin. */
const TAIL = ENDS.length + 2;

/** What follows the ends, looked up as one text; read once by the expression that strings are read by. */
function tail(
  reader: MessageReader,
  block: ByteBlock,
  start: number,
  into: readonly number[],
  isTranslated: boolean,
): boolean {
  const { sink, tails, tailCells, tailKinds, cells, guesses } = reader;
  if (reader.generation !== sink.generation() || tails.count >= TAILS_MAX - 1) {
    clearTexts(tails);
    guesses.fill(0);
    reader.generation = sink.generation();
  }
  const kind = isTranslated ? 1 : 0;
  // The end of the name or address, and the port.
  const { view } = block;
  const place =
    Math.imul(view.getInt32(start - 8, true), 0x9e3779b1) ^ view.getInt32(start - 4, true);
  const guess = Math.imul(place, 0x85ebca6b) >>> 22;
  let entry = guesses[guess]! - 1;
  if (entry >= 0 && tailKinds[entry] === kind && isTextAt(tails, entry, block, start)) {
    reader.end = start + tails.lengths[entry]!;
  } else {
    const end = plainEnd(block, start);
    if (end - start > TAIL_BYTES_MAX) return false;
    reader.end = end;
    const hash = hashBytes(block, start, end) ^ kind;
    entry = findText(tails, block, start, end, hash);
    if (entry < 0) {
      const text = Buffer.from(block.bytes.subarray(start, end)).toString('utf8');
      const read = readTail(text, isTranslated);
      if (read === undefined) return false;
      entry = addText(tails, block, start, end, hash);
      tailKinds[entry] = kind;
      for (let name = 0; name < 6; name += 1) {
        const value = read[name];
        tailCells[6 * entry + name] = value === undefined ? -1 : sink.textCode(value);
      }
    }
    guesses[guess] = entry + 1;
  }
  for (let name = 0; name < 6; name += 1) {
    const column = into[TAIL + name]!;
    if (column >= 0) cells[column] = tailCells[6 * entry + name]!;
  }
  return true;
}

/** `A:P - id type class name protocol size do buffer rcode flags size 0.005s` */
function dns(reader: MessageReader, block: ByteBlock, start: number): LogKind | undefined {
  const { cells } = reader;
  const { bytes } = block;
  if (!isAt(block, start, DNS)) return undefined;
  const client = addressEnd(block, start + 13);
  if (client < 0 || !isAt(block, client, DASH)) return undefined;
  blank(cells, 'dns');
  let at = client + 3;
  for (let part = 0; part < DNS_PARTS.length; part += 1) {
    const { column, to } = DNS_PARTS[part]!;
    let next = at;
    switch (to) {
      case 'number':
        next = digitsEnd(bytes, at);
        if (next === at || next > at + 10) return undefined;
        cells[column] = digitsValue(bytes, at, next);
        break;
      case 'text':
        // Of ASCII alone: other letters may be spaces.
        while (WORD[bytes[next]!] === 1) next += 1;
        if (next === at) return undefined;
        addSlice(reader.slices, column, at, next);
        break;
      case 'truth': {
        const isTrue = isAt(block, at, TRUE);
        if (!isTrue && !isAt(block, at, FALSE)) return undefined;
        cells[column] = isTrue ? 1 : 0;
        next = at + (isTrue ? 4 : 5);
      }
    }
    if (bytes[next] !== 32) return undefined;
    at = next + 1;
  }
  // `0.005s` is the end of it.
  let end = digitsEnd(bytes, at);
  if (end === at) return undefined;
  if (bytes[end] === 46) end = digitsEnd(bytes, end + 1);
  if (bytes[end] !== 115 || bytes[end + 1] !== 34) return undefined;
  reader.end = end + 1;
  const duration = decimalValue(bytes, at, end);
  if (Number.isNaN(duration)) return undefined;
  cells[DNS_DURATION] = duration;
  address(reader, block, start + 13, client, DNS_IP, DNS_PORT);
  return 'dns';
}

/** `\S` as far as it is ASCII: other letters may be spaces. */
const WORD = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte > 32 && byte < 127 && byte !== 34 && byte !== 92 ? 1 : 0,
);

const DNS_PARTS = (
  [
    ['queryId', 'number'],
    ['queryType', 'text'],
    ['queryClass', 'text'],
    ['queryName', 'text'],
    ['protocol', 'text'],
    ['requestSize', 'number'],
    ['dnssecOkBit', 'truth'],
    ['edns0BufferSize', 'number'],
    ['responseCode', 'text'],
    ['responseFlags', 'text'],
    ['responseSize', 'number'],
  ] as const
).map(([name, to]) => ({ column: columns('dns', [name])[0]!, to }));
const [DNS_IP, DNS_PORT, DNS_DURATION] = columns('dns', [
  'sourceIp',
  'sourcePort',
  'requestDurationSecs',
]) as [number, number, number];

/** A record that says nothing yet. */
const BLANKS: Readonly<Partial<Record<LogKind, Float64Array>>> = Object.fromEntries(
  (['network', 'application', 'dnat', 'dns'] as const).map((kind) => [kind, blankCells(kind)]),
);

export function blankCells(kind: LogKind): Float64Array {
  return Float64Array.from(Object.values(LOG_COLUMNS[kind]), ({ type }) =>
    type === 'text' ? -1 : Number.NaN,
  );
}

function blank(cells: Float64Array, kind: LogKind): void {
  const from = BLANKS[kind]!;
  for (let column = 0; column < from.length; column += 1) cells[column] = from[column]!;
}
