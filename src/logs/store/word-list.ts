/**
 * The different texts of a batch, numbered. A log says the same few rules and addresses again and again: numbers are handed to DuckDB,
 * which looks the texts up, several times as quickly as the texts themselves (0.5 µs a row and 0.8 µs for the lookup, against 7 µs).
 */
export interface WordList {
  readonly words: string[];
  /** Two words of 32 bits for each: what a text puts into the key of its row. */
  hashes: Uint32Array;
  readonly codes: Map<string, number>;
  /** Characters held. */
  length: number;
}

export function newWordList(): WordList {
  return { words: [], hashes: new Uint32Array(1 << 14), codes: new Map(), length: 0 };
}

export function codeOf(list: WordList, text: string): number {
  const known = list.codes.get(text);
  return known ?? added(list, text);
}

export function clearWords(list: WordList): void {
  list.words.length = 0;
  list.codes.clear();
  list.length = 0;
}

function added(list: WordList, text: string): number {
  const code = list.words.length;
  // A copy: the text was cut from a block of a megabyte, which it would keep.
  const word = Buffer.from(text, 'utf8').toString('utf8');
  list.words.push(word);
  list.codes.set(word, code);
  // Half a character is no text; what it became is found under its own name, and a new number is harmless.
  if (word !== text) list.codes.set(text, code);
  list.length += word.length;
  if (list.hashes.length < 2 * code + 2) {
    const wider = new Uint32Array(list.hashes.length * 2);
    wider.set(list.hashes);
    list.hashes = wider;
  }
  hashText(text, list.hashes, 2 * code);
  return code;
}

/** 64 bits of a text, as two words at `at`: MurmurHash3's mixing with two seeds; not made to withstand who forges collisions. */
export function hashText(text: string, into: Uint32Array, at: number): void {
  let first = 0x9e3779b9 ^ text.length;
  let second = 0x243f6a88 ^ text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    first = Math.imul(first ^ unit, 0x85ebca6b);
    first ^= first >>> 15;
    second = Math.imul(second ^ unit, 0xc2b2ae35);
    second ^= second >>> 13;
  }
  into[at] = Math.imul(first, 0xcc9e2d51) ^ (first >>> 16);
  into[at + 1] = Math.imul(second, 0x1b873593) ^ (second >>> 15);
}
