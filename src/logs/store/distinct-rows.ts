import type { StagedKind } from './staging.ts';

/** The rows of a batch to be written, in the order of time and each event once: deliveries repeat records, mostly soon after each other. */
export function distinctRows({ columns, keys, count }: StagedKind): Int32Array {
  const times = columns[0] as Float64Array;
  const rows = new Int32Array(count);
  let isInOrder = true;
  for (let row = 0; row < count; row += 1) {
    rows[row] = row;
    isInOrder &&= row === 0 || times[row - 1]! <= times[row]!;
  }
  // Of equal times the earlier line stays first: sorting typed arrays is stable.
  if (!isInOrder) rows.sort((a, b) => times[a]! - times[b]!);
  return withoutRepeats(rows, times, keys);
}

function withoutRepeats(rows: Int32Array, times: Float64Array, keys: Uint32Array): Int32Array {
  let size = 1024;
  while (size < rows.length * 2) size *= 2;
  // Open addressing: row numbers plus one, zero is free.
  const table = new Int32Array(size);
  let kept = 0;
  for (const row of rows) {
    let slot = keys[2 * row]! & (size - 1);
    let isKnown = false;
    for (let other = table[slot]!; other !== 0; other = table[slot]!) {
      const known = other - 1;
      isKnown =
        keys[2 * known] === keys[2 * row] &&
        keys[2 * known + 1] === keys[2 * row + 1] &&
        times[known] === times[row];
      if (isKnown) break;
      slot = (slot + 1) & (size - 1);
    }
    if (isKnown) continue;
    table[slot] = row + 1;
    rows[kept] = row;
    kept += 1;
  }
  return rows.subarray(0, kept);
}
