/**
 * A box of headers: inclusive pairs of low and high for source address, destination address, protocol number and destination
 * port, in this order. Plain numbers in one array: thousands of boxes are compared with each other.
 */
export type Box = readonly number[];

/** Numbers in a box: two for each of four headers. */
const BOX_LENGTH = 8;

export function boxesOverlap(a: Box, b: Box): boolean {
  for (let at = 0; at < BOX_LENGTH; at += 2) {
    if (a[at]! > b[at + 1]! || b[at]! > a[at + 1]!) return false;
  }
  return true;
}

export function boxCovers(outer: Box, inner: Box): boolean {
  for (let at = 0; at < BOX_LENGTH; at += 2) {
    if (outer[at]! > inner[at]! || outer[at + 1]! < inner[at + 1]!) return false;
  }
  return true;
}

/** `from` without `hole`, as disjoint boxes; `from` itself when they do not overlap. At most eight. */
export function subtractBox(from: Box, hole: Box): readonly Box[] {
  if (!boxesOverlap(from, hole)) return [from];
  const pieces: Box[] = [];
  const rest = [...from];
  for (let at = 0; at < BOX_LENGTH; at += 2) {
    if (rest[at]! < hole[at]!) {
      const below = [...rest];
      below[at + 1] = hole[at]! - 1;
      pieces.push(below);
      rest[at] = hole[at]!;
    }
    if (rest[at + 1]! > hole[at + 1]!) {
      const above = [...rest];
      above[at] = hole[at + 1]! + 1;
      pieces.push(above);
      rest[at + 1] = hole[at + 1]!;
    }
  }
  return pieces;
}
