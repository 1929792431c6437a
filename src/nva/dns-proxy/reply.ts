import type { DnsAnswer } from './answer.ts';
import { type DnsQuery, HEADER_BYTES, type QueryProblem } from './query.ts';

/** Largest UDP answer: what fits any path without fragments (RFC 9715), and at most what the client takes. */
export const UDP_ANSWER_MAX = 1232;
const OPT_BYTES = 11;
const RESPONSE = 0x8000;
const TRUNCATED = 0x0200;
const RECURSION_DESIRED = 0x0100;
const RECURSION_AVAILABLE = 0x0080;
const AUTHENTIC = 0x0020;
const CHECKING_DISABLED = 0x0010;

/** The question as it goes upstream: nothing of the client's message but name, type, class and two wishes. */
export function upstreamQuery(query: DnsQuery, message: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(query.questionEnd + OPT_BYTES);
  bytes.fill(0, 0, HEADER_BYTES);
  bytes.writeUInt16BE(RECURSION_DESIRED | (query.flags & CHECKING_DISABLED), 2);
  bytes.writeUInt16BE(1, 4);
  bytes.writeUInt16BE(1, 10);
  message.copy(bytes, HEADER_BYTES, HEADER_BYTES, query.questionEnd);
  writeOpt(bytes, query.questionEnd, query.edns?.isDnssecOk === true, 0);
  return bytes;
}

/**
 * The answer for one client: its id, its spelling of the name, its flags; lives as they are after `ageSeconds` in the cache; cut
 * to the header (TC) when it does not fit a datagram.
 */
export function replyWith(
  answer: DnsAnswer,
  query: DnsQuery,
  message: Buffer,
  ageSeconds: number,
  isUdp: boolean,
): Buffer {
  const optBytes = query.edns === undefined ? 0 : OPT_BYTES;
  const sizeMax = isUdp ? Math.min(query.edns?.size ?? 512, UDP_ANSWER_MAX) : 0xffff;
  const isCut = answer.bytes.length + optBytes > sizeMax;
  const length = isCut ? answer.questionEnd : answer.bytes.length;
  const bytes = Buffer.allocUnsafe(length + optBytes);
  answer.bytes.copy(bytes, 0, 0, length);
  bytes.writeUInt16BE(query.id, 0);
  bytes.writeUInt16BE(
    RESPONSE |
      (isCut ? TRUNCATED : 0) |
      (query.flags & (RECURSION_DESIRED | CHECKING_DISABLED)) |
      RECURSION_AVAILABLE |
      (answer.bytes.readUInt16BE(2) & (wantsAuthentic(query) ? AUTHENTIC : 0)) |
      (answer.rcode & 0x0f),
    2,
  );
  message.copy(bytes, HEADER_BYTES, HEADER_BYTES, query.questionEnd);
  if (isCut) {
    bytes.fill(0, 6, HEADER_BYTES);
  } else if (ageSeconds > 0) {
    for (const at of answer.lifeOffsets) {
      bytes.writeUInt32BE(Math.max(0, bytes.readUInt32BE(at) - ageSeconds), at);
    }
  }
  if (optBytes > 0) {
    writeOpt(bytes, length, query.edns?.isDnssecOk === true, answer.rcode >> 4);
    bytes.writeUInt16BE(bytes.readUInt16BE(10) + 1, 10);
  }
  return bytes;
}

/** A refusal: header, question where it could be read, and OPT where the client sent one. */
export function refusalOf(query: DnsQuery, message: Buffer, rcode: number): Buffer {
  const optBytes = query.edns === undefined ? 0 : OPT_BYTES;
  const bytes = Buffer.allocUnsafe(query.questionEnd + optBytes);
  message.copy(bytes, 0, 0, query.questionEnd);
  writeHeader(bytes, query.flags, rcode, 1, optBytes === 0 ? 0 : 1);
  if (optBytes > 0) writeOpt(bytes, query.questionEnd, false, rcode >> 4);
  return bytes;
}

/** The same for a message that could not be read as a question. */
export function refusalOfMessage(
  message: Buffer,
  problem: Extract<QueryProblem, { kind: 'refuse' }>,
): Buffer {
  const bytes = Buffer.from(message.subarray(0, problem.questionEnd));
  const hasQuestion = problem.questionEnd > HEADER_BYTES;
  writeHeader(bytes, message.readUInt16BE(2), problem.rcode, hasQuestion ? 1 : 0, 0);
  return bytes;
}

/** `qr,rd,ra` as the firewall's own log spells it (azure-firewall 8.4). */
export function flagWords(bytes: Buffer): string {
  const flags = bytes.readUInt16BE(2);
  return [
    [RESPONSE, 'qr'],
    [0x0400, 'aa'],
    [TRUNCATED, 'tc'],
    [RECURSION_DESIRED, 'rd'],
    [RECURSION_AVAILABLE, 'ra'],
    [AUTHENTIC, 'ad'],
    [CHECKING_DISABLED, 'cd'],
  ]
    .flatMap(([bit, word]) => ((flags & (bit as number)) === 0 ? [] : [word as string]))
    .join(',');
}

const wantsAuthentic = (query: DnsQuery): boolean =>
  query.edns?.isDnssecOk === true || (query.flags & AUTHENTIC) !== 0;

function writeHeader(
  bytes: Buffer,
  flags: number,
  rcode: number,
  questions: number,
  additionals: number,
): void {
  bytes.writeUInt16BE(
    RESPONSE |
      (flags & 0x7800) |
      (flags & (RECURSION_DESIRED | CHECKING_DISABLED)) |
      RECURSION_AVAILABLE |
      (rcode & 0x0f),
    2,
  );
  bytes.writeUInt16BE(questions, 4);
  bytes.writeUInt16BE(0, 6);
  bytes.writeUInt16BE(0, 8);
  bytes.writeUInt16BE(additionals, 10);
}

function writeOpt(bytes: Buffer, at: number, isDnssecOk: boolean, extended: number): void {
  bytes[at] = 0;
  bytes.writeUInt16BE(41, at + 1);
  bytes.writeUInt16BE(UDP_ANSWER_MAX, at + 3);
  bytes[at + 5] = extended;
  bytes[at + 6] = 0;
  bytes.writeUInt16BE(isDnssecOk ? 0x8000 : 0, at + 7);
  bytes.writeUInt16BE(0, at + 9);
}
