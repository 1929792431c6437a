import type { Bits } from './box-bits.ts';

/** Numbers what is common to several sets of bits: equal bits under equal heads get one number, the first one 0. */
export interface BitTable {
  /** O(words), and allocates nothing for what was seen before. All sets are as long as the table's. */
  numberOf(head: number, more: number, sets: Sets, within: Bits): number;
  clear(): void;
}

export type Sets = readonly [Bits, Bits, Bits, Bits];

/** Have all the sets a bit in common? */
export function haveCommon([a, b, c, d]: Sets, within: Bits): boolean {
  for (let word = 0; word < within.length; word += 1) {
    if ((a[word]! & b[word]! & c[word]! & d[word]! & within[word]!) !== 0) return true;
  }
  return false;
}

/**
 * A hash table over typed arrays. Keys as texts in a `Map` took 1.5 µs a flow and most of the garbage of a replay; this takes 60 ns for
 * 400 boxes.
 * @param words of every set of bits
 */
export function bitTable(words: number): BitTable {
  const stride = words + 2;
  const key = new Uint32Array(stride);
  let keys = new Uint32Array(stride * 64);
  /** Numbers, one more each; 0 is a free slot. */
  let slots = new Int32Array(256);
  let count = 0;

  const slotOf = (from: Uint32Array, offset: number): number => {
    let hash = 0x811c_9dc5;
    for (let word = 0; word < stride; word += 1) {
      hash = Math.imul(hash ^ from[offset + word]!, 0x0100_0193);
      hash ^= hash >>> 15;
    }
    let slot = hash & (slots.length - 1);
    for (;;) {
      const found = slots[slot]! - 1;
      if (found < 0 || isAt(found * stride, from, offset)) return slot;
      slot = (slot + 1) & (slots.length - 1);
    }
  };
  const isAt = (at: number, from: Uint32Array, offset: number): boolean => {
    for (let word = 0; word < stride; word += 1) {
      if (keys[at + word] !== from[offset + word]) return false;
    }
    return true;
  };
  const grow = () => {
    if ((count + 1) * stride > keys.length) {
      const wider = new Uint32Array(keys.length * 2);
      wider.set(keys);
      keys = wider;
    }
    if (count * 2 < slots.length) return;
    slots = new Int32Array(slots.length * 2);
    for (let number = 0; number < count; number += 1) {
      slots[slotOf(keys, number * stride)] = number + 1;
    }
  };

  return {
    numberOf(head, more, [a, b, c, d], within) {
      key[0] = head;
      key[1] = more;
      for (let word = 0; word < words; word += 1) {
        key[word + 2] = a[word]! & b[word]! & c[word]! & d[word]! & within[word]!;
      }
      const known = slots[slotOf(key, 0)]!;
      if (known > 0) return known - 1;
      grow();
      keys.set(key, count * stride);
      slots[slotOf(key, 0)] = count + 1;
      count += 1;
      return count - 1;
    },
    clear() {
      keys = new Uint32Array(stride * 64);
      slots = new Int32Array(256);
      count = 0;
    },
  };
}
