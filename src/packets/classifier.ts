import type { Box } from './box.ts';
import { type RangeList, rangesMeet } from './range-list.ts';
import type { Space } from './space.ts';

/**
 * Ordered boxes, indexed for points: per field, atoms that lie in the same boxes form a class, and each class has the bitset of
 * those boxes. A point is decided by the first bit that all its classes share, found through summaries that skip empty words.
 */
export class Classifier {
  readonly boxes: readonly Box[];
  readonly #words: number;
  /** Words of a summary: one bit says whether a word has any. */
  readonly #summaries: number;
  readonly #fields: readonly FieldClasses[];

  /** O(Σ over fields of (ranges + atoms + classes · boxes / 32)). */
  constructor({ fields }: Space, boxes: readonly Box[]) {
    this.boxes = boxes;
    this.#words = (boxes.length + 31) >>> 5;
    this.#summaries = (this.#words + 31) >>> 5;
    this.#fields = fields.map((field, index) =>
      fieldClasses(
        field.atoms,
        boxes.map((box) => box[index]),
        this.#words,
      ),
    );
  }

  /** The first box at or after `from` that holds the point, or -1. Measured: see docs/performance.md, point decisions. */
  firstAt(point: readonly number[], from = 0): number {
    const fields = this.#fields;
    const words = this.#words;
    const summaries = this.#summaries;
    const firstWord = from >>> 5;
    for (let group = firstWord >>> 5; group < summaries; group += 1) {
      // A word that is empty in one field's summary need not be read in any.
      let candidates = group === firstWord >>> 5 ? -1 << (firstWord & 31) : -1;
      for (let index = 0; index < fields.length && candidates !== 0; index += 1) {
        const { classOf, summary } = fields[index]!;
        candidates &= summary[classOf[point[index]!]! * summaries + group]!;
      }
      for (; candidates !== 0; candidates &= candidates - 1) {
        const word = (group << 5) + lowestBit(candidates);
        let bits = word === firstWord ? -1 << (from & 31) : -1;
        for (let index = 0; index < fields.length && bits !== 0; index += 1) {
          const { classOf, sets } = fields[index]!;
          bits &= sets[classOf[point[index]!]! * words + word]!;
        }
        if (bits !== 0) return (word << 5) + lowestBit(bits);
      }
    }
    return -1;
  }

  /**
   * The boxes before `end` that share a flow with `box`, ascending. A box with the same list in a field is found in one step;
   * lists are compared once each, so give equal sets the same list.
   */
  meeting(box: Box, end = this.boxes.length): number[] {
    const words = (end + 31) >>> 5;
    const found: number[] = [];
    const sets = box.map((list, index) => this.#meetingField(index, list));
    for (let word = 0; word < words; word += 1) {
      let bits = -1;
      for (const set of sets) if (set !== undefined) bits &= set[word]!;
      for (; bits !== 0; bits &= bits - 1) {
        const at = (word << 5) + lowestBit(bits);
        if (at < end) found.push(at);
      }
    }
    return found;
  }

  readonly #known: Map<RangeList, Int32Array>[] = [];

  /** The boxes whose list in this field meets `list`; undefined: all of them may. */
  #meetingField(index: number, list: RangeList | undefined): Int32Array | undefined {
    const { lists, members } = this.#fields[index]!;
    this.#known[index] ??= new Map();
    const known = list === undefined ? undefined : this.#known[index].get(list);
    if (known !== undefined) return known;
    const set = new Int32Array(this.#words);
    for (const [at, other] of lists.entries()) {
      const meets = fieldsMeet(list, other);
      if (!meets) continue;
      for (const member of members[at]!) set[member >>> 5]! |= 1 << (member & 31);
    }
    if (list !== undefined) this.#known[index].set(list, set);
    return set;
  }
}

/** `undefined` is the whole field, which meets everything but the empty list. */
function fieldsMeet(a: RangeList | undefined, b: RangeList | undefined): boolean {
  if (a === undefined) return b === undefined || b.length > 0;
  return b === undefined ? a.length > 0 : rangesMeet(a, b);
}

interface FieldClasses {
  readonly classOf: Int32Array;
  /** Class `c` owns words `c * words`…. */
  readonly sets: Int32Array;
  readonly summary: Int32Array;
  /** The different lists of this field, and the boxes that use each. */
  readonly lists: readonly (RangeList | undefined)[];
  readonly members: readonly (readonly number[])[];
}

/** One sweep over the atoms, toggling boxes as their ranges begin and end; equal bitsets become one class. */
function fieldClasses(
  atoms: number,
  ranges: readonly (RangeList | undefined)[],
  words: number,
): FieldClasses {
  const byList = new Map<RangeList | undefined, number[]>();
  for (const [box, list] of ranges.entries()) {
    const members = byList.get(list);
    if (members === undefined) byList.set(list, [box]);
    else members.push(box);
  }
  const lists = [...byList.keys()];
  const members = [...byList.values()];
  const toggles = new Map<number, number[]>();
  const toggle = (atom: number, list: number): void => {
    const known = toggles.get(atom);
    if (known === undefined) toggles.set(atom, [list]);
    else known.push(list);
  };
  const active = new Int32Array(words);
  for (const [at, list] of lists.entries()) {
    if (list === undefined) {
      for (const box of members[at]!) active[box >>> 5]! |= 1 << (box & 31);
      continue;
    }
    for (let pair = 0; pair < list.length; pair += 2) {
      toggle(list[pair]!, at);
      const after = list[pair + 1]! + 1;
      if (after < atoms) toggle(after, at);
    }
  }
  const classOf = new Int32Array(atoms);
  const classes: Int32Array[] = [];
  const bySignature = new Map<number, number[]>();
  let current = -1;
  for (let atom = 0; atom < atoms; atom += 1) {
    const here = toggles.get(atom);
    if (here !== undefined) {
      for (const at of here) {
        for (const box of members[at]!) active[box >>> 5]! ^= 1 << (box & 31);
      }
    }
    if (here !== undefined || current < 0) current = intern(active, classes, bySignature);
    classOf[atom] = current;
  }
  const sets = new Int32Array(classes.length * words);
  const summaries = (words + 31) >>> 5;
  const summary = new Int32Array(classes.length * summaries);
  for (const [index, set] of classes.entries()) {
    sets.set(set, index * words);
    for (const [word, bits] of set.entries()) {
      if (bits !== 0) summary[index * summaries + (word >>> 5)]! |= 1 << (word & 31);
    }
  }
  return { classOf, sets, summary, lists, members };
}

function intern(
  set: Int32Array,
  classes: Int32Array[],
  bySignature: Map<number, number[]>,
): number {
  let signature = 0;
  for (const word of set) signature = (Math.imul(signature, 31) + word) | 0;
  const candidates = bySignature.get(signature) ?? [];
  // The signature only narrows; equality is decided by the words.
  const same = candidates.find((candidate) => equalWords(classes[candidate]!, set));
  if (same !== undefined) return same;
  classes.push(set.slice());
  bySignature.set(signature, [...candidates, classes.length - 1]);
  return classes.length - 1;
}

function equalWords(a: Int32Array, b: Int32Array): boolean {
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false;
  return true;
}

/** Position of the lowest set bit; `bits` is not 0. Bit 31 makes the word negative, hence `>>> 0`. */
function lowestBit(bits: number): number {
  return 31 - Math.clz32((bits & -bits) >>> 0);
}
