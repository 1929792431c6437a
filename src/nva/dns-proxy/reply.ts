import { type DnsAnswer, lowerLives } from './answer.ts';
import { copyOctets, putWord, wordAt } from './octets.ts';
import { type DnsQuery, HEADER_BYTES, type QueryProblem, TYPE_OPT } from './query.ts';

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
  const { questionEnd } = query;
  const bytes = Buffer.allocUnsafe(questionEnd + OPT_BYTES);
  putWord(bytes, 0, 0);
  putWord(bytes, 2, RECURSION_DESIRED | (query.flags & CHECKING_DISABLED));
  putWord(bytes, 4, 1);
  putWord(bytes, 6, 0);
  putWord(bytes, 8, 0);
  putWord(bytes, 10, 1);
  copyOctets(message, bytes, HEADER_BYTES, questionEnd);
  writeOpt(bytes, questionEnd, query.edns?.isDnssecOk === true, 0);
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
  const { content, questionEnd } = answer;
  const optBytes = query.edns === undefined ? 0 : OPT_BYTES;
  const sizeMax = isUdp ? Math.min(query.edns?.size ?? 512, UDP_ANSWER_MAX) : 0xffff;
  const isCut = answer.length + optBytes > sizeMax;
  const length = isCut ? questionEnd : answer.length;
  const bytes = Buffer.allocUnsafe(length + optBytes);
  if (typeof content === 'string') bytes.write(content, 0, length, 'latin1');
  else copyOctets(content, bytes, 0, length);
  putWord(bytes, 0, query.id);
  putWord(
    bytes,
    2,
    RESPONSE |
      (isCut ? TRUNCATED : 0) |
      (query.flags & (RECURSION_DESIRED | CHECKING_DISABLED)) |
      RECURSION_AVAILABLE |
      (wordAt(bytes, 2) & (wantsAuthentic(query) ? AUTHENTIC : 0)) |
      (answer.rcode & 0x0f),
  );
  copyOctets(message, bytes, HEADER_BYTES, query.questionEnd);
  if (isCut) bytes.fill(0, 6, HEADER_BYTES);
  else if (ageSeconds > 0) lowerLives(bytes, questionEnd, length, ageSeconds);
  if (optBytes > 0) {
    writeOpt(bytes, length, query.edns?.isDnssecOk === true, answer.rcode >> 4);
    putWord(bytes, 10, wordAt(bytes, 10) + 1);
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
  const flags = wordAt(bytes, 2) & NAMED_FLAGS;
  let words = knownWords.get(flags);
  if (words === undefined) {
    words = FLAG_WORDS.flatMap(([bit, word]) => ((flags & bit) === 0 ? [] : [word])).join(',');
    knownWords.set(flags, words);
  }
  return words;
}

const FLAG_WORDS: readonly (readonly [bit: number, word: string])[] = [
  [RESPONSE, 'qr'],
  [0x0400, 'aa'],
  [TRUNCATED, 'tc'],
  [RECURSION_DESIRED, 'rd'],
  [RECURSION_AVAILABLE, 'ra'],
  [AUTHENTIC, 'ad'],
  [CHECKING_DISABLED, 'cd'],
];
const NAMED_FLAGS = FLAG_WORDS.reduce((all, [bit]) => all | bit, 0);
/** At most as many as there are combinations of seven flags. */
const knownWords = new Map<number, string>();

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
  putWord(bytes, at + 1, TYPE_OPT);
  putWord(bytes, at + 3, UDP_ANSWER_MAX);
  bytes[at + 5] = extended;
  bytes[at + 6] = 0;
  putWord(bytes, at + 7, isDnssecOk ? 0x8000 : 0);
  putWord(bytes, at + 9, 0);
}
