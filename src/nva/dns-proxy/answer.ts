import { wordAt } from './octets.ts';
import {
  type DnsQuery,
  HEADER_BYTES,
  nameOf,
  TYPE_A,
  TYPE_CNAME,
  TYPE_OPT,
  TYPE_SOA,
} from './query.ts';

/** An upstream's answer, checked record by record, without its OPT record. */
export interface DnsAnswer {
  /**
   * As it came, ended before the OPT record; lives above the caps are lowered. As latin-1 text where it is kept: that is one small
   * object for the collector, and no slice of a larger buffer.
   */
  readonly content: Buffer | string;
  /** So much of `content` is the answer. */
  readonly length: number;
  readonly rcode: number;
  readonly questionEnd: number;
  /** Seconds it may be kept; 0: not at all. */
  readonly lifeSeconds: number;
  /** Where the addresses of the name are, at the end of its chain of aliases. Empty for other questions than A. */
  readonly addressOffsets: readonly number[];
}

/** azure-firewall 6: positive answers for their life, at most an hour; negative ones at most half an hour. */
export const POSITIVE_LIFE_MAX = 3600;
export const NEGATIVE_LIFE_MAX = 1800;
const RECORDS_MAX = 2000;
const ALIASES_MAX = 32;
const NONE: readonly number[] = [];

interface Alias {
  readonly from: string;
  readonly to: string;
}

interface Owned {
  readonly owner: string;
  readonly at: number;
}

/**
 * Reads an answer whose header and question the caller has compared with what was sent.
 * @returns `undefined` when any record is cut, overlong, or has a name that does not end
 */
export function readAnswer(
  bytes: Buffer,
  questionEnd: number,
  asked: Pick<DnsQuery, 'key' | 'type'>,
): DnsAnswer | undefined {
  const answers = wordAt(bytes, 6);
  const authorities = wordAt(bytes, 8);
  const records = answers + authorities + wordAt(bytes, 10);
  if (records > RECORDS_MAX) return undefined;
  const isAddress = asked.type === TYPE_A;
  let aliases: Alias[] | undefined;
  /** Addresses of the name that was asked for, as long as no record names another. */
  let own: number[] | undefined;
  let owned: Owned[] | undefined;
  let life = POSITIVE_LIFE_MAX;
  let negativeLife = 0;
  let extended = 0;
  let kept = 0;
  let offset = questionEnd;
  for (let index = 0; index < records; index += 1) {
    const nameEnd = endOfName(bytes, offset);
    if (nameEnd === undefined || nameEnd + 10 > bytes.length) return undefined;
    const type = wordAt(bytes, nameEnd);
    const data = nameEnd + 10;
    const next = data + wordAt(bytes, nameEnd + 8);
    if (next > bytes.length) return undefined;
    if (type === TYPE_OPT) {
      if (index < answers + authorities) return undefined;
      extended = bytes[nameEnd + 4]!;
      // OPT is the last in practice. What follows it is not needed by anybody, and pointers never lead forwards.
      break;
    }
    const seconds = lifeAt(bytes, nameEnd + 4);
    if (index < answers) {
      life = Math.min(life, seconds);
      if (isAddress && type === TYPE_A) {
        if (next - data !== 4) return undefined;
        if (owned === undefined && isTheQuestion(bytes, offset)) {
          if (own === undefined) own = [data];
          else own.push(data);
        } else {
          const owner = nameAt(bytes, offset);
          if (owner === undefined) return undefined;
          owned ??= (own ?? []).map((at) => ({ owner: nameOf(asked), at }));
          owned.push({ owner, at: data });
        }
      } else if (isAddress && type === TYPE_CNAME) {
        const from = nameAt(bytes, offset);
        const to = nameAt(bytes, data);
        if (from === undefined || to === undefined) return undefined;
        aliases ??= [];
        if (aliases.length < ALIASES_MAX) aliases.push({ from, to });
      }
    } else if (type === TYPE_SOA && index < answers + authorities && next - data >= 22) {
      // RFC 2308 5: the lesser of the record's own life and its last field.
      negativeLife = Math.min(seconds, bytes.readUInt32BE(next - 4), NEGATIVE_LIFE_MAX);
    }
    if (index >= answers + authorities) kept += 1;
    offset = next;
  }
  const rcode = (bytes[3]! & 0x0f) + extended * 16;
  bytes.writeUInt16BE(kept, 10);
  const isNegative = rcode === 3 || (rcode === 0 && answers === 0);
  return {
    content: bytes,
    length: offset,
    rcode,
    questionEnd,
    lifeSeconds: isNegative ? negativeLife : rcode === 0 ? life : 0,
    addressOffsets:
      owned === undefined ? (own ?? NONE) : endOfChain(nameOf(asked), aliases ?? [], owned),
  };
}

/** The same to be kept. */
export function keptAnswer(answer: DnsAnswer): DnsAnswer {
  const { content, length } = answer;
  if (typeof content === 'string') return answer;
  return { ...answer, content: content.toString('latin1', 0, length) };
}

/** Addresses of the name that was asked for. */
export function addressesOf({ content, addressOffsets }: DnsAnswer): readonly string[] {
  const byte = (at: number) => (typeof content === 'string' ? content.charCodeAt(at) : content[at]);
  return addressOffsets.map((at) => `${byte(at)}.${byte(at + 1)}.${byte(at + 2)}.${byte(at + 3)}`);
}

/** Takes `seconds` from the lives in a whole answer that was read before. */
export function lowerLives(bytes: Buffer, start: number, end: number, seconds: number): void {
  let offset = start;
  while (offset < end) {
    const nameEnd = endOfName(bytes, offset);
    if (nameEnd === undefined || nameEnd + 10 > end) return;
    const at = nameEnd + 4;
    bytes.writeUInt32BE(Math.max(0, bytes.readUInt32BE(at) - seconds), at);
    offset = nameEnd + 10 + wordAt(bytes, nameEnd + 8);
  }
}

/** Is the name there a pointer to that of the question? That is how nearly every record begins. */
const isTheQuestion = (bytes: Buffer, at: number): boolean =>
  bytes[at] === 0xc0 && bytes[at + 1] === HEADER_BYTES;

/** Offsets of the addresses that the asked name leads to. Records about other names are nobody's. */
function endOfChain(
  asked: string,
  aliases: readonly Alias[],
  addresses: readonly Owned[],
): readonly number[] {
  let name = asked;
  for (let step = 0; step < ALIASES_MAX; step += 1) {
    const found = addresses.filter(({ owner }) => owner === name);
    if (found.length > 0) return found.map(({ at }) => at);
    const alias = aliases.find(({ from }) => from === name);
    if (alias === undefined) return NONE;
    name = alias.to;
  }
  return NONE;
}

/** RFC 2181 8: a life with its highest bit set counts as 0. What is above the cap is lowered in place. */
function lifeAt(bytes: Buffer, at: number): number {
  const seconds = bytes.readUInt32BE(at);
  if (seconds <= POSITIVE_LIFE_MAX) return seconds;
  const lowered = seconds > 0x7fff_ffff ? 0 : POSITIVE_LIFE_MAX;
  bytes.writeUInt32BE(lowered, at);
  return lowered;
}

/** The offset after a name that may end in a pointer; where the pointer leads does not matter here. */
function endOfName(bytes: Buffer, start: number): number | undefined {
  let offset = start;
  while (offset < bytes.length && offset - start <= 255) {
    const length = bytes[offset]!;
    if (length === 0) return offset + 1;
    if (length >= 0xc0) return offset + 2 <= bytes.length ? offset + 2 : undefined;
    if (length > 63) return undefined;
    offset += length + 1;
  }
  return undefined;
}

/**
 * A name with its pointers followed, lower case, in wire form. Pointers lead backwards only (RFC 1035 4.1.4) and the name has at
 * most 255 bytes, so a loop or a bomb of pointers ends at once.
 */
function nameAt(bytes: Buffer, start: number): string | undefined {
  let name = '';
  let offset = start;
  let limit = start;
  while (name.length < 255) {
    if (offset >= bytes.length) return undefined;
    const length = bytes[offset]!;
    if (length === 0) return `${name}\0`;
    if (length >= 0xc0) {
      if (offset + 2 > bytes.length) return undefined;
      const target = wordAt(bytes, offset) & 0x3fff;
      if (target >= limit || target < HEADER_BYTES) return undefined;
      offset = target;
      limit = target;
      continue;
    }
    if (length > 63 || offset + 1 + length > bytes.length) return undefined;
    name +=
      String.fromCharCode(length) +
      lowerCase(bytes.toString('latin1', offset + 1, offset + 1 + length));
    offset += length + 1;
  }
  return undefined;
}

/** Only A to Z: DNS knows no other capitals (RFC 4343). */
const lowerCase = (text: string): string =>
  text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
