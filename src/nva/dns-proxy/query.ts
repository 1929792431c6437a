import { wordAt } from './octets.ts';
import { randomWord } from './random-bytes.ts';

/**
 * A client's question, read by hand and bounded: names are at most 255 bytes, no pointer is followed (RFC 1035 4.1.2: a question
 * needs none), and nothing is allocated but the key. About 1 microsecond.
 */
export interface DnsQuery {
  readonly id: number;
  /** The second word of the header as the client sent it. */
  readonly flags: number;
  /**
   * What tells two questions apart, as latin-1 text: the name in wire form and lower case, type, class, and whether signatures are
   * wanted or checking is off.
   */
  readonly key: string;
  /** Of the name: equal keys have equal ones. */
  readonly hash: number;
  readonly type: number;
  readonly class: number;
  /** Offset after the question. */
  readonly questionEnd: number;
  /** What the client said by EDNS (RFC 6891); absent: it did not. */
  readonly edns?: { readonly size: number; readonly isDnssecOk: boolean; readonly version: number };
}

/** `drop`: not answered at all. A number: the response code that answers it. */
export type QueryProblem =
  | { readonly kind: 'drop' }
  | { readonly kind: 'refuse'; readonly rcode: number; readonly questionEnd: number };

export const FORMERR = 1;
export const SERVFAIL = 2;
export const NXDOMAIN = 3;
export const NOTIMP = 4;
/** Extended: its upper bits are in the OPT record. */
export const BADVERS = 16;

export const TYPE_A = 1;
export const TYPE_CNAME = 5;
export const TYPE_SOA = 6;
export const TYPE_OPT = 41;
export const HEADER_BYTES = 12;

/** Type, class and wishes behind the name of a key. */
const KEY_TAIL = 5;
const keyBytes = Buffer.alloc(256 + KEY_TAIL);
/** Nobody outside can tell which names share a hash. */
const HASH_SEED = (randomWord() << 16) | randomWord();

export function readQuery(message: Buffer): DnsQuery | QueryProblem {
  // Without a whole header there is no id to answer to; answers that arrive as questions are never answered, or two servers
  // could keep each other busy for ever.
  if (message.length < HEADER_BYTES || (message[2]! & 0x80) !== 0) return { kind: 'drop' };
  const flags = wordAt(message, 2);
  if ((flags & 0x7800) !== 0) return refuse(NOTIMP, HEADER_BYTES);
  if (wordAt(message, 4) !== 1) return refuse(FORMERR, HEADER_BYTES);
  const nameEnd = endOfPlainName(message, HEADER_BYTES);
  if (nameEnd === undefined || nameEnd + 4 > message.length) return refuse(FORMERR, HEADER_BYTES);
  if (wordAt(message, 6) !== 0 || wordAt(message, 8) !== 0) return refuse(FORMERR, nameEnd + 4);
  const questionEnd = nameEnd + 4;
  const additional = wordAt(message, 10);
  const edns = additional === 0 ? undefined : readOpt(message, questionEnd, additional);
  if (edns === 'malformed') return refuse(FORMERR, questionEnd);
  const length = nameEnd - HEADER_BYTES;
  let hash = HASH_SEED;
  for (let index = 0; index < length; index += 1) {
    const byte = message[HEADER_BYTES + index]!;
    // Lengths are below 64, so only letters are in this range.
    const lower = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
    keyBytes[index] = lower;
    hash = Math.imul(hash ^ lower, 0x0100_0193);
  }
  for (let index = 0; index < 4; index += 1) keyBytes[length + index] = message[nameEnd + index]!;
  keyBytes[length + 4] = (edns?.isDnssecOk === true ? 1 : 0) + ((flags & 0x10) === 0 ? 0 : 2);
  const query = {
    id: wordAt(message, 0),
    flags,
    hash: hash ^ (hash >>> 15),
    key: keyBytes.toString('latin1', 0, length + KEY_TAIL),
    type: wordAt(message, nameEnd),
    class: wordAt(message, nameEnd + 2),
    questionEnd,
  };
  return edns === undefined ? query : { ...query, edns };
}

/** The offset after a name without pointers, or `undefined` when it is none. */
export function endOfPlainName(message: Buffer, start: number): number | undefined {
  let offset = start;
  while (offset < message.length) {
    const length = message[offset]!;
    if (length === 0) return offset + 1 - start > 255 ? undefined : offset + 1;
    if (length > 63) return undefined;
    offset += length + 1;
    if (offset - start > 254) return undefined;
  }
  return undefined;
}

/** The OPT record among the additional ones of a question. Signatures and the like are not passed on. */
function readOpt(message: Buffer, start: number, records: number): DnsQuery['edns'] | 'malformed' {
  if (records > 8) return 'malformed';
  let offset = start;
  let found: DnsQuery['edns'];
  for (let index = 0; index < records; index += 1) {
    const nameEnd = endOfPlainName(message, offset);
    if (nameEnd === undefined || nameEnd + 10 > message.length) return 'malformed';
    const end = nameEnd + 10 + message.readUInt16BE(nameEnd + 8);
    if (end > message.length) return 'malformed';
    if (message.readUInt16BE(nameEnd) === TYPE_OPT) {
      // RFC 6891 6.1.1: one at most, at the root.
      if (found !== undefined || nameEnd !== offset + 1) return 'malformed';
      found = {
        size: Math.max(512, message.readUInt16BE(nameEnd + 2)),
        isDnssecOk: (message[nameEnd + 6]! & 0x80) !== 0,
        version: message[nameEnd + 5]!,
      };
    }
    offset = end;
  }
  return found;
}

const refuse = (rcode: number, questionEnd: number): QueryProblem => ({
  kind: 'refuse',
  rcode,
  questionEnd,
});

/** The name of a question in wire form, lower case. */
export const nameOf = ({ key }: { readonly key: string }): string => key.slice(0, -KEY_TAIL);

/** A name in wire form, lower case, as `nameOf` gives it. For names that were checked before. */
export function wireName(fqdn: string): string {
  const labels = fqdn.toLowerCase().split('.');
  return `${labels.map((label) => String.fromCharCode(label.length) + label).join('')}\0`;
}

/** The other way, for logs: `mcr.microsoft.com.`, with anything unusual escaped as zone files do. */
export function nameText(wire: string): string {
  let text = '';
  let offset = 0;
  while (offset < wire.length) {
    const length = wire.charCodeAt(offset);
    if (length === 0) break;
    const label = wire.slice(offset + 1, offset + 1 + length);
    text += isPlain(label) ? label : escaped(label);
    text += '.';
    offset += length + 1;
  }
  return text === '' ? '.' : text;
}

/** Letters, digits, hyphens, underscores: nothing that zone files write otherwise. Nearly every label is. */
function isPlain(label: string): boolean {
  for (let at = 0; at < label.length; at += 1) {
    const code = label.charCodeAt(at);
    const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
    if (!isLetter && (code < 0x30 || code > 0x39) && code !== 0x2d && code !== 0x5f) return false;
  }
  return true;
}

function escaped(label: string): string {
  let text = '';
  for (const letter of label) {
    const code = letter.charCodeAt(0);
    if (letter === '.' || letter === '\\') text += `\\${letter}`;
    else if (code < 0x21 || code > 0x7e) text += `\\${String(code).padStart(3, '0')}`;
    else text += letter;
  }
  return text;
}
