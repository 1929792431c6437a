import { HEADER_BYTES, TYPE_A, TYPE_CNAME, TYPE_OPT, TYPE_SOA } from './query.ts';

/** An upstream's answer, checked record by record, without its OPT record. */
export interface DnsAnswer {
  /** As it came, ended before the OPT record; lives above the caps are lowered. */
  readonly bytes: Buffer;
  readonly rcode: number;
  readonly questionEnd: number;
  /** Where the lives of the records are. */
  readonly lifeOffsets: readonly number[];
  /** Seconds it may be kept; 0: not at all. */
  readonly lifeSeconds: number;
  /** Addresses of the name that was asked for, at the end of its chain of aliases. Empty for other questions than A. */
  readonly addresses: readonly string[];
}

/** azure-firewall 6: positive answers for their life, at most an hour; negative ones at most half an hour. */
export const POSITIVE_LIFE_MAX = 3600;
export const NEGATIVE_LIFE_MAX = 1800;
const RECORDS_MAX = 2000;
const ALIASES_MAX = 32;

interface Alias {
  readonly from: string;
  readonly to: string;
}

/**
 * Reads an answer whose header and question the caller has compared with what was sent.
 * @returns `undefined` when any record is cut, overlong, or has a name that does not end
 */
export function readAnswer(
  bytes: Buffer,
  questionEnd: number,
  asked: { readonly name: string; readonly type: number },
): DnsAnswer | undefined {
  const answers = bytes.readUInt16BE(6);
  const authorities = bytes.readUInt16BE(8);
  const additionals = bytes.readUInt16BE(10);
  const records = answers + authorities + additionals;
  if (records > RECORDS_MAX) return undefined;
  const lifeOffsets: number[] = [];
  const aliases: Alias[] = [];
  const addressOffsets: { readonly owner: string; readonly at: number }[] = [];
  let life = POSITIVE_LIFE_MAX;
  let negativeLife = 0;
  let extended = 0;
  let end: number | undefined;
  let kept = 0;
  let offset = questionEnd;
  for (let index = 0; index < records; index += 1) {
    const nameEnd = endOfName(bytes, offset);
    if (nameEnd === undefined || nameEnd + 10 > bytes.length) return undefined;
    const type = bytes.readUInt16BE(nameEnd);
    const data = nameEnd + 10;
    const next = data + bytes.readUInt16BE(nameEnd + 8);
    if (next > bytes.length) return undefined;
    if (type === TYPE_OPT) {
      if (index < answers + authorities) return undefined;
      extended = bytes[nameEnd + 4]!;
      // OPT is the last in practice. What follows it is not needed by anybody, and pointers never lead forwards.
      end = offset;
      break;
    }
    const seconds = lifeAt(bytes, nameEnd + 4);
    lifeOffsets.push(nameEnd + 4);
    if (index < answers) {
      life = Math.min(life, seconds);
      if (asked.type === TYPE_A && type === TYPE_CNAME) {
        const [from, to] = [nameAt(bytes, offset), nameAt(bytes, data)];
        if (from === undefined || to === undefined) return undefined;
        if (aliases.length < ALIASES_MAX) aliases.push({ from, to });
      } else if (asked.type === TYPE_A && type === TYPE_A) {
        if (next - data !== 4) return undefined;
        const owner = nameAt(bytes, offset);
        if (owner === undefined) return undefined;
        addressOffsets.push({ owner, at: data });
      }
    } else if (type === TYPE_SOA && index < answers + authorities && next - data >= 22) {
      // RFC 2308 5: the lesser of the record's own life and its last field.
      negativeLife = Math.min(seconds, bytes.readUInt32BE(next - 4), NEGATIVE_LIFE_MAX);
    }
    if (index >= answers + authorities) kept += 1;
    offset = next;
  }
  const rcode = (bytes[3]! & 0x0f) + extended * 16;
  const whole = bytes.subarray(0, end ?? offset);
  whole.writeUInt16BE(kept, 10);
  const isNegative = rcode === 3 || (rcode === 0 && answers === 0);
  return {
    bytes: whole,
    rcode,
    questionEnd,
    lifeOffsets,
    lifeSeconds: isNegative ? negativeLife : rcode === 0 ? life : 0,
    addresses: endOfChain(asked.name, aliases, addressOffsets).map((at) => addressAt(bytes, at)),
  };
}

/** Offsets of the addresses that the asked name leads to. Records about other names are nobody's. */
function endOfChain(
  asked: string,
  aliases: readonly Alias[],
  addresses: readonly { readonly owner: string; readonly at: number }[],
): readonly number[] {
  let name = asked;
  for (let step = 0; step < ALIASES_MAX; step += 1) {
    const found = addresses.filter(({ owner }) => owner === name);
    if (found.length > 0) return found.map(({ at }) => at);
    const alias = aliases.find(({ from }) => from === name);
    if (alias === undefined) return [];
    name = alias.to;
  }
  return [];
}

/** RFC 2181 8: a life with its highest bit set counts as 0. What is above the cap is lowered in place. */
function lifeAt(bytes: Buffer, at: number): number {
  const seconds = bytes.readUInt32BE(at);
  if (seconds <= POSITIVE_LIFE_MAX) return seconds;
  const lowered = seconds > 0x7fff_ffff ? 0 : POSITIVE_LIFE_MAX;
  bytes.writeUInt32BE(lowered, at);
  return lowered;
}

const addressAt = (bytes: Buffer, at: number): string =>
  `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;

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
      const target = bytes.readUInt16BE(offset) & 0x3fff;
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
