import type { ByteBlock } from './byte-block.ts';
import { isoMicros } from './timestamp.ts';

/** The minute that was read last: records follow each other within one. Mutable, owned by who reads. */
export interface MinuteMemory {
  readonly words: Int32Array;
  /** Microseconds of its beginning; -1 before there is one. */
  micros: number;
}

export function newMinuteMemory(): MinuteMemory {
  return { words: new Int32Array(4), micros: -1 };
}

/** `2026-11-01T10:15:` */
const MINUTE_BYTES = 17;

/** `isoMicros` of bytes: -1 where the time is written otherwise. */
export function byteMicros(
  memory: MinuteMemory,
  { bytes, view }: ByteBlock,
  start: number,
  end: number,
): number {
  const length = end - start;
  if (length < 20 || length > 30 || bytes[end - 1] !== 90) return -1;
  const { words } = memory;
  if (
    memory.micros < 0 ||
    view.getInt32(start, true) !== words[0] ||
    view.getInt32(start + 4, true) !== words[1] ||
    view.getInt32(start + 8, true) !== words[2] ||
    view.getInt32(start + 12, true) !== words[3] ||
    bytes[start + 16] !== 58
  ) {
    return remembered(memory, { bytes, view }, start, end);
  }
  const tens = bytes[start + MINUTE_BYTES]! - 48;
  const ones = bytes[start + MINUTE_BYTES + 1]! - 48;
  // Whole digits, and no second beyond a leap second's 60.
  if (tens >>> 0 > 5 || ones >>> 0 > 9) return remembered(memory, { bytes, view }, start, end);
  const micros = memory.micros + (tens * 10 + ones) * 1e6;
  if (length === 20) return micros;
  if (bytes[start + 19] !== 46 || length < 22) return -1;
  // Digits beyond the sixth are cut.
  const last = Math.min(end - 1, start + 26);
  let fraction = 0;
  let at = start + 20;
  for (; at < last; at += 1) {
    const digit = bytes[at]! - 48;
    if (digit >>> 0 > 9) return -1;
    fraction = fraction * 10 + digit;
  }
  for (let digits = at - start - 20; digits < 6; digits += 1) fraction *= 10;
  for (; at < end - 1; at += 1) if ((bytes[at]! - 48) >>> 0 > 9) return -1;
  return micros + fraction;
}

function remembered(
  memory: MinuteMemory,
  { bytes, view }: ByteBlock,
  start: number,
  end: number,
): number {
  const text = String.fromCharCode(...bytes.subarray(start, end));
  const micros = isoMicros(text, 0, text.length);
  if (micros < 0) return -1;
  for (let word = 0; word < 4; word += 1) {
    memory.words[word] = view.getInt32(start + 4 * word, true);
  }
  memory.micros = isoMicros(`${text.slice(0, MINUTE_BYTES)}00Z`, 0, MINUTE_BYTES + 3);
  return micros;
}
