import { isAscii, isUtf8 } from 'node:buffer';
import type { Decoding } from './decoding.ts';

/**
 * Bytes of whole characters as text. Lines that are not UTF-8 are read as Latin-1, in which every byte is a letter, and said once: a
 * stray letter in a URL must not cost the record. ASCII, which nearly all logs are, costs no more than copying.
 */
export function blockText(decoding: Decoding, block: Buffer): string {
  if (isAscii(block)) return block.toString('latin1');
  if (isUtf8(block)) return block.toString('utf8');
  const lines: string[] = [];
  for (let start = 0; start < block.length; ) {
    const found = block.indexOf(10, start);
    const end = found < 0 ? block.length : found + 1;
    const line = block.subarray(start, end);
    if (isUtf8(line)) lines.push(line.toString('utf8'));
    else {
      lines.push(line.toString('latin1'));
      noteEncoding(decoding, decoding.line + lines.length);
    }
    start = end;
  }
  return lines.join('');
}

function noteEncoding(decoding: Decoding, line: number): void {
  if (decoding.diagnostics.some(({ code }) => code === 'logs/encoding')) return;
  decoding.diagnostics.push({
    code: 'logs/encoding',
    severity: 'warning',
    message: `line ${line} of \`${decoding.source.name}\` is not UTF-8; such lines are read as Latin-1`,
    hint: 'export the log as UTF-8',
  });
}

/** How many bytes at the end begin a character that is not whole: 0 to 3. */
export function partialTail(block: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, block.length); back += 1) {
    const byte = block[block.length - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needs > back ? back : 0;
    }
  }
  return 0;
}
