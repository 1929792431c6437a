import { type Box, boxesOverlap } from './box.ts';

/** Finds boxes that overlap another without looking at all of them. */
export interface BoxIndex {
  readonly add: (box: Box) => void;
  /** Calls `see` with every box that overlaps; stops as soon as it returns true, and says so. */
  readonly find: (box: Box, see: (found: Box) => boolean) => boolean;
}

/** A range that touches more buckets than this is kept apart, with all others that wide. */
const BUCKETS_MAX = 64;

/**
 * Boxes by the /16s of their source, once more by those of their destination, and by their ports in sixteens; a search takes
 * whichever has the fewest to look at. Boxes that are wide in everything overlap what they are compared with anyway.
 */
export function boxIndex(): BoxIndex {
  const sides = [bucketed(0, 16), bucketed(2, 16), bucketed(6, 4)];
  const all: Box[] = [];
  return {
    add: (box) => {
      all.push(box);
      for (const side of sides) side.add(box);
    },
    find: (box, see) => {
      let best: readonly (readonly Box[])[] = [all];
      let fewest = all.length;
      for (const side of sides) {
        const lists = side.near(box);
        if (lists === undefined) continue;
        const count = lists.reduce((sum, list) => sum + list.length, 0);
        if (count < fewest) [best, fewest] = [lists, count];
      }
      for (const list of best) {
        for (const found of list) if (boxesOverlap(found, box) && see(found)) return true;
      }
      return false;
    },
  };
}

/** @param at where the low end stands in a box. @param shift bits that a bucket leaves out */
function bucketed(at: number, shift: number) {
  const buckets = new Map<number, Box[]>();
  const wide: Box[] = [];
  const span = (box: Box): readonly [number, number] => [
    box[at]! >>> shift,
    box[at + 1]! >>> shift,
  ];
  return {
    add: (box: Box) => {
      const [first, last] = span(box);
      if (last - first >= BUCKETS_MAX) {
        wide.push(box);
        return;
      }
      for (let bucket = first; bucket <= last; bucket += 1) {
        const list = buckets.get(bucket);
        if (list === undefined) buckets.set(bucket, [box]);
        else list.push(box);
      }
    },
    /** Lists that together hold every overlapping box, perhaps twice; `undefined` when the box is too wide to say. */
    near: (box: Box): readonly (readonly Box[])[] | undefined => {
      const [first, last] = span(box);
      if (last - first >= BUCKETS_MAX) return undefined;
      const lists: (readonly Box[])[] = [wide];
      for (let bucket = first; bucket <= last; bucket += 1) {
        const list = buckets.get(bucket);
        if (list !== undefined) lists.push(list);
      }
      return lists;
    },
  };
}
