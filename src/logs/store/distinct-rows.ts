import type { StagedKind } from './staging.ts';

/** The rows of a batch to be written, in the order of time and each event once: deliveries repeat records, mostly soon after each other. */
export function distinctRows({ columns, keys, count }: StagedKind): Int32Array {
  const times = columns[0] as Float64Array;
  return withoutRepeats(inOrder(times, count), times, keys);
}

/** Of equal times the earlier line stays first. */
function inOrder(times: Float64Array, count: number): Int32Array {
  const rows = new Int32Array(count);
  const late = new Int32Array(count);
  const kept = parted(times, rows, late);
  const lateCount = count - kept;
  if (lateCount === 0) return rows;
  // Sorting typed arrays is stable.
  if (lateCount > count / 8) {
    for (let row = 0; row < count; row += 1) rows[row] = row;
    return rows.sort((a, b) => times[a]! - times[b]!);
  }
  const few = late.subarray(0, lateCount).sort((a, b) => times[a]! - times[b]!);
  mergeFromEnd(times, rows, kept, few);
  return rows;
}

/** Rows that come in order, and those that are late. @returns how many are not */
function parted(times: Float64Array, rows: Int32Array, late: Int32Array): number {
  let kept = 0;
  let latest = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < rows.length; row += 1) {
    const time = times[row]!;
    if (time >= latest) {
      latest = time;
      rows[kept] = row;
      kept += 1;
    } else late[row - kept] = row;
  }
  return kept;
}

/** Puts some rows, in order, among the first `kept`, which are in order too; from the end, where there is room. */
function mergeFromEnd(times: Float64Array, rows: Int32Array, kept: number, late: Int32Array): void {
  let [own, other] = [kept - 1, late.length - 1];
  for (let into = rows.length - 1; other >= 0; into -= 1) {
    const row = late[other]!;
    const isOwn =
      own >= 0 &&
      (times[rows[own]!]! > times[row]! ||
        (times[rows[own]!]! === times[row]! && rows[own]! > row));
    rows[into] = isOwn ? rows[own]! : row;
    if (isOwn) own -= 1;
    else other -= 1;
  }
}

/** Rows of one time that are compared with each other one by one; more are looked up. */
const ALIKE_MAX = 16;

function withoutRepeats(rows: Int32Array, times: Float64Array, keys: Uint32Array): Int32Array {
  let kept = 0;
  for (let from = 0; from < rows.length; ) {
    const time = times[rows[from]!]!;
    let to = from + 1;
    while (to < rows.length && times[rows[to]!] === time) to += 1;
    if (to - from > ALIKE_MAX) kept = keepByTable(rows, from, to, kept, keys);
    else if (to - from > 1) kept = keepByPairs(rows, from, to, kept, keys);
    else {
      rows[kept] = rows[from]!;
      kept += 1;
    }
    from = to;
  }
  return rows.subarray(0, kept);
}

/** @returns how many rows are kept at the front, those from `from` to `to` included as far as none before is the same */
function keepByPairs(
  rows: Int32Array,
  from: number,
  to: number,
  kept: number,
  keys: Uint32Array,
): number {
  const first = kept;
  let end = kept;
  for (let at = from; at < to; at += 1) {
    const row = rows[at]!;
    let other = first;
    while (other < end && !isSame(keys, rows[other]!, row)) other += 1;
    if (other < end) continue;
    rows[end] = row;
    end += 1;
  }
  return end;
}

function keepByTable(
  rows: Int32Array,
  from: number,
  to: number,
  kept: number,
  keys: Uint32Array,
): number {
  let size = 64;
  while (size < (to - from) * 2) size *= 2;
  // Open addressing: row numbers plus one, zero is free.
  const table = new Int32Array(size);
  let end = kept;
  for (let at = from; at < to; at += 1) {
    const row = rows[at]!;
    let slot = keys[2 * row]! & (size - 1);
    while (table[slot] !== 0 && !isSame(keys, table[slot]! - 1, row))
      slot = (slot + 1) & (size - 1);
    if (table[slot] !== 0) continue;
    table[slot] = row + 1;
    rows[end] = row;
    end += 1;
  }
  return end;
}

function isSame(keys: Uint32Array, left: number, right: number): boolean {
  return keys[2 * left] === keys[2 * right] && keys[2 * left + 1] === keys[2 * right + 1];
}
