/** Whole lines as bytes, to be read in place. */
export interface ByteBlock {
  readonly bytes: Uint8Array;
  /** The same bytes, four at a time. */
  readonly view: DataView;
}

export function byteBlock(bytes: Uint8Array): ByteBlock {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

/** A text that is the same in many lines, cut into words of four bytes. */
export interface Literal {
  readonly length: number;
  readonly words: Int32Array;
  readonly rest: Uint8Array;
}

export function literalOf(text: string): Literal {
  const block = byteBlock(Buffer.from(text, 'utf8'));
  const { length } = block.bytes;
  const words = Int32Array.from({ length: length >> 2 }, (_, word) =>
    block.view.getInt32(4 * word, true),
  );
  return { length, words, rest: block.bytes.slice(length & ~3) };
}

/** Whether the bytes from `at` are those of the text. */
export function isAt({ bytes, view }: ByteBlock, at: number, literal: Literal): boolean {
  const { words, rest } = literal;
  if (at + literal.length > bytes.length) return false;
  let place = at;
  for (let word = 0; word < words.length; word += 1) {
    if (view.getInt32(place, true) !== words[word]) return false;
    place += 4;
  }
  for (let byte = 0; byte < rest.length; byte += 1) {
    if (bytes[place + byte] !== rest[byte]) return false;
  }
  return true;
}

/** Behind the digits that begin at `at`. */
export function digitsEnd(bytes: Uint8Array, at: number): number {
  let end = at;
  while (end < bytes.length && (bytes[end]! - 48) >>> 0 <= 9) end += 1;
  return end;
}

/** The number that digits say; exact up to fifteen of them. */
export function digitsValue(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at += 1) value = value * 10 + bytes[at]! - 48;
  return value;
}

/**
 * A number with a fraction, as `Number` reads it: a whole number of at most fifteen digits divided by a power of ten, both of which are
 * exact, is rounded once. NaN when it has more digits or none.
 */
export function decimalValue(bytes: Uint8Array, start: number, end: number): number {
  const isNegative = bytes[start] === 45;
  let value = 0;
  let digits = 0;
  let scale = 0;
  let hasPoint = false;
  for (let at = isNegative ? start + 1 : start; at < end; at += 1) {
    const digit = bytes[at]! - 48;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digits += 1;
      if (hasPoint) scale += 1;
    } else if (digit === -2 && !hasPoint) hasPoint = true;
    else return Number.NaN;
  }
  if (digits === 0 || digits > 15) return Number.NaN;
  const size = value / POWERS[scale]!;
  return isNegative ? -size : size;
}

const POWERS = Array.from({ length: 16 }, (_, power) => 10 ** power);
