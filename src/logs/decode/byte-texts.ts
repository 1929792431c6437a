import type { ByteBlock } from './byte-block.ts';

/**
 * Texts met before, found by their bytes: the same few addresses, names and rules stand in every line, and a text that is known is
 * neither cut out nor hashed as a string. A table with open addressing; the texts lie one behind the other in `arena`.
 */
export interface ByteTexts {
  /** Entry numbers plus one by hash; zero is free. */
  table: Int32Array;
  count: number;
  hashes: Int32Array;
  starts: Int32Array;
  lengths: Int32Array;
  arena: Uint8Array;
  view: DataView;
  used: number;
}

export function newByteTexts(): ByteTexts {
  const arena = new Uint8Array(1 << 16);
  return {
    table: new Int32Array(1 << 11),
    count: 0,
    hashes: new Int32Array(1 << 10),
    starts: new Int32Array(1 << 10),
    lengths: new Int32Array(1 << 10),
    arena,
    view: new DataView(arena.buffer),
    used: 0,
  };
}

export function clearTexts(texts: ByteTexts): void {
  texts.table.fill(0);
  texts.count = 0;
  texts.used = 0;
}

export function hashBytes({ bytes, view }: ByteBlock, start: number, end: number): number {
  let hash = 0x2545f491;
  let at = start;
  for (; at + 4 <= end; at += 4) hash = mixed(hash, view.getInt32(at, true));
  for (; at < end; at += 1) hash = mixed(hash, bytes[at]!);
  return hash ^ (end - start);
}

/**
 * Where a text of JSON ends that needs no unescaping: at the first quote, backslash or control character. Four bytes at a time; the
 * highest bit of a byte says that it is one of them (https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord).
 */
export function plainEnd({ bytes, view }: ByteBlock, start: number): number {
  let at = start;
  for (const last = bytes.length - 4; at <= last; at += 4) {
    const word = view.getInt32(at, true);
    const quote = word ^ 0x22222222;
    const slash = word ^ 0x5c5c5c5c;
    const isOne =
      (((quote - 0x01010101) & ~quote) |
        ((slash - 0x01010101) & ~slash) |
        ((word - 0x20202020) & ~word)) &
      0x80808080;
    if (isOne !== 0) break;
  }
  while (at < bytes.length && PLAIN[bytes[at]!] === 1) at += 1;
  return at;
}

function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1);
  return product ^ (product >>> 15);
}

/** `[^"\\\x00-\x1f]` */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 32 || byte === 34 || byte === 92 ? 0 : 1,
);

/** The entry of the bytes; -1 when they were not added yet. */
export function findText(
  texts: ByteTexts,
  block: ByteBlock,
  start: number,
  end: number,
  hash: number,
): number {
  const { table, hashes, lengths } = texts;
  const mask = table.length - 1;
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const entry = table[slot]! - 1;
    if (entry < 0) return -1;
    if (hashes[entry] === hash && lengths[entry] === end - start) {
      if (isSame(texts, texts.starts[entry]!, block, start, end)) return entry;
    }
  }
}

/** Whether the text of an entry stands at `start`, with a quote behind it. */
export function isTextAt(
  texts: ByteTexts,
  entry: number,
  block: ByteBlock,
  start: number,
): boolean {
  const end = start + texts.lengths[entry]!;
  return block.bytes[end] === 34 && isSame(texts, texts.starts[entry]!, block, start, end);
}

function isSame(
  { arena, view }: ByteTexts,
  from: number,
  block: ByteBlock,
  start: number,
  end: number,
): boolean {
  const shift = from - start;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    if (block.view.getInt32(at, true) !== view.getInt32(at + shift, true)) return false;
  }
  for (; at < end; at += 1) if (block.bytes[at] !== arena[at + shift]) return false;
  return true;
}

/** @returns the number of the new entry: 0, 1, 2… */
export function addText(
  texts: ByteTexts,
  { bytes }: ByteBlock,
  start: number,
  end: number,
  hash: number,
): number {
  const entry = texts.count;
  if (entry === texts.hashes.length) widenEntries(texts);
  if (texts.used + end - start > texts.arena.length) widenArena(texts, end - start);
  texts.arena.set(bytes.subarray(start, end), texts.used);
  texts.hashes[entry] = hash;
  texts.starts[entry] = texts.used;
  texts.lengths[entry] = end - start;
  texts.used += end - start;
  texts.count += 1;
  place(texts.table, hash, entry);
  return entry;
}

function place(table: Int32Array, hash: number, entry: number): void {
  const mask = table.length - 1;
  let slot = hash & mask;
  while (table[slot] !== 0) slot = (slot + 1) & mask;
  table[slot] = entry + 1;
}

function widenEntries(texts: ByteTexts): void {
  const size = texts.hashes.length * 2;
  const widened = (from: Int32Array) => {
    const to = new Int32Array(size);
    to.set(from);
    return to;
  };
  texts.hashes = widened(texts.hashes);
  texts.starts = widened(texts.starts);
  texts.lengths = widened(texts.lengths);
  texts.table = new Int32Array(2 * size);
  for (let entry = 0; entry < texts.count; entry += 1) {
    place(texts.table, texts.hashes[entry]!, entry);
  }
}

function widenArena(texts: ByteTexts, more: number): void {
  const arena = new Uint8Array(Math.max(texts.arena.length * 2, texts.used + more));
  arena.set(texts.arena.subarray(0, texts.used));
  texts.arena = arena;
  texts.view = new DataView(arena.buffer);
}
