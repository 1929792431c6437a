import { wordAt } from './octets.ts';
import { HEADER_BYTES } from './query.ts';
import { randomWord } from './random-bytes.ts';

/** Draws the case of each letter (draft-vixie-dnsext-dns0x20): an answer must repeat it. */
export function mixCase(question: Buffer, questionEnd: number): void {
  let bits = 0;
  let left = 0;
  for (let at = HEADER_BYTES; at < questionEnd - 4; at += 1) {
    const byte = question[at]! | 0x20;
    if (byte < 0x61 || byte > 0x7a) continue;
    if (left === 0) {
      bits = randomWord();
      left = 16;
    }
    question[at] = (bits & 1) === 0 ? byte : byte - 0x20;
    bits >>= 1;
    left -= 1;
  }
}

/** `same`: letter for letter. `spelling`: the same question with other capitals. */
export function compareQuestions(
  question: Buffer,
  questionEnd: number,
  bytes: Buffer,
): 'same' | 'spelling' | 'other' {
  if (bytes.length < questionEnd || wordAt(bytes, 4) !== 1) return 'other';
  let isSame = true;
  for (let at = HEADER_BYTES; at < questionEnd; at += 1) {
    const sent = question[at]!;
    const got = bytes[at]!;
    if (sent === got) continue;
    const letter = sent | 0x20;
    if (at >= questionEnd - 4 || letter !== (got | 0x20) || letter < 0x61 || letter > 0x7a) {
      return 'other';
    }
    isSame = false;
  }
  return isSame ? 'same' : 'spelling';
}
