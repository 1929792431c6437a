import { CLIP } from './decoding.ts';

/** Whole lines, or a line that is too long to be held: its start, its length, and whether it ended. */
export type LineBlock =
  | { readonly kind: 'lines'; readonly bytes: Buffer }
  | { readonly kind: 'too-long'; readonly start: Buffer; readonly length: number }
  | { readonly kind: 'unfinished'; readonly bytes: Buffer };

/** Lines are cut out of the file in blocks of about this size; a smaller one has more ends, a larger one leaves the processor's cache. */
const BLOCK_BYTES = 1 << 18;

/**
 * Cuts a stream of bytes at line ends. Holds at most `lineBytesMax` and one chunk, whatever the stream does: a line of ten gigabytes
 * passes by with its first bytes kept. The rest behind the last line end comes last, as `unfinished`.
 */
export async function* lineBlocks(
  chunks: AsyncIterable<Buffer>,
  lineBytesMax: number,
): AsyncGenerator<LineBlock> {
  // No line within a block is beyond the limit; only one that is put together can be.
  const blockBytes = Math.min(BLOCK_BYTES, lineBytesMax);
  let held: Buffer[] = [];
  let heldBytes = 0;
  // Of a line beyond the limit: what was kept, and how long it is so far.
  let long: { readonly start: Buffer; length: number } | undefined;
  for await (const whole of chunks) {
    for (let from = 0; from < whole.length; from += blockBytes) {
      let chunk = whole.subarray(from, from + blockBytes);
      if (long !== undefined) {
        const end = chunk.indexOf(10);
        long.length += end < 0 ? chunk.length : end;
        if (end < 0) continue;
        yield { kind: 'too-long', ...long };
        long = undefined;
        chunk = chunk.subarray(end + 1);
      }
      const first = heldBytes === 0 ? -1 : chunk.indexOf(10);
      if (first >= 0) {
        held.push(chunk.subarray(0, first + 1));
        const length = heldBytes + first;
        // Only the line that was cut is put together; the ones after it lie in one piece.
        if (length <= lineBytesMax) yield { kind: 'lines', bytes: Buffer.concat(held) };
        else yield { kind: 'too-long', start: startOf(held), length };
        held = [];
        heldBytes = 0;
        chunk = chunk.subarray(first + 1);
      }
      const last = chunk.lastIndexOf(10);
      if (last >= 0) {
        yield { kind: 'lines', bytes: chunk.subarray(0, last + 1) };
        chunk = chunk.subarray(last + 1);
      }
      if (chunk.length === 0) continue;
      // A copy: the reader may fill its buffer anew.
      held.push(Buffer.from(chunk));
      heldBytes += chunk.length;
      if (heldBytes > lineBytesMax) {
        long = { start: startOf(held), length: heldBytes };
        held = [];
        heldBytes = 0;
      }
    }
  }
  if (long !== undefined) yield { kind: 'too-long', ...long };
  else if (heldBytes > 0) yield { kind: 'unfinished', bytes: Buffer.concat(held) };
}

function startOf(parts: readonly Buffer[]): Buffer {
  const start: Buffer[] = [];
  let bytes = 0;
  for (const part of parts) {
    if (bytes >= CLIP * 4) break;
    start.push(part.subarray(0, CLIP * 4));
    bytes += part.length;
  }
  return Buffer.from(Buffer.concat(start).subarray(0, CLIP * 4));
}
