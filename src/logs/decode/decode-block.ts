import { isAscii, isUtf8 } from 'node:buffer';
import { blockText } from './block-text.ts';
import { type ByteLines, decodeByteLines, drain } from './byte-lines.ts';
import { decodeLines, type LineMemory } from './decode-lines.ts';
import type { Decoding } from './decoding.ts';

/** Decodes whole lines: from their bytes into a sink where there is one, else as strings. */
export function decodeBlock(
  decoding: Decoding,
  memory: LineMemory,
  lines: ByteLines | undefined,
  block: Buffer,
): void {
  if (lines !== undefined && (isAscii(block) || isUtf8(block))) {
    decodeByteLines(decoding, memory, lines, block);
    return;
  }
  decodeLines(decoding, memory, blockText(decoding, block));
  if (lines !== undefined) drain(decoding, lines.reader.sink);
}

/** Without the mark of UTF-8 that some editors begin a file with. */
export function withoutMark(block: Buffer): Buffer {
  return block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf ? block.subarray(3) : block;
}
