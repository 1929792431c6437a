/**
 * Octets of short messages, moved one by one: for some dozens of them a call into the runtime costs more than the loop.
 */

const SHORT = 200;

/** `from[start…end)` to the same places of `to`. */
export function copyOctets(from: Buffer, to: Buffer, start: number, end: number): void {
  if (end - start > SHORT) {
    from.copy(to, start, start, end);
    return;
  }
  for (let at = start; at < end; at += 1) to[at] = from[at]!;
}

export function putWord(bytes: Buffer, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value & 0xff;
}

export const wordAt = (bytes: Buffer, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;
