import { invariant } from '../diagnostics/index.ts';
import { type Budget, BudgetExhausted, checkBudget, DEFAULT_BUDGET } from './budget.ts';

/**
 * A diagram: what each flow of a space is mapped to. Two diagrams of one table are equal exactly when their numbers are.
 * Negative: a leaf, `leafOf` and `terminalOf` translate. Otherwise a row of the table.
 */
export type Diagram = number;

/** Terminal 0: nothing is said of these flows. As a set: not in it. */
export const NOTHING: Diagram = -1;
/** Terminal 1: in the set. */
export const EVERYTHING: Diagram = -2;

export function leafOf(terminal: number): Diagram {
  return ~terminal;
}

export function terminalOf(leaf: Diagram): number {
  return ~leaf;
}

export function isLeaf(diagram: Diagram): boolean {
  return diagram < 0;
}

const LEAF_LEVEL = 0x7fff_ffff;
const OVERRIDE = 1;
const MASK = 2;
const EXCEPT = 3;
const DIFFER = 4;
const MEET = 5;
type Operation = typeof OVERRIDE | typeof MASK | typeof EXCEPT | typeof DIFFER;

/** Where the arrays begin and how far the operation cache grows. Tests make them tiny, to grow and forget at every turn. */
export interface Tuning {
  /** A power of two. */
  readonly rowsFirst: number;
  readonly cacheBitsFirst: number;
  /** 2^20 slots serve 10,000 rules; four times as many changed nothing. */
  readonly cacheBitsMax: number;
}

const DEFAULT_TUNING: Tuning = { rowsFirst: 1 << 12, cacheBitsFirst: 14, cacheBitsMax: 20 };
const STEPS_PER_CHECK = 1 << 14;

/**
 * Hash-consed decision diagrams with any number of terminals over binary levels. One array holds the rows (level, low,
 * high, next in bucket: one cache line per probe); children lie before their parents, so a memo indexed by row serves every pass
 * and an ascending loop sees children first. Nothing is counted: `collect` frees what a construction left behind.
 *
 * Cost: 16 bytes a row, 4 a bucket head, 16 a cache slot. About 3 to 6 million steps a second at 10⁶ rows and more: the
 * memory is the limit, a random read costs ten nanoseconds.
 */
export class DiagramTable {
  readonly budget: Budget;
  readonly #tuning: Tuning;
  #rows: Int32Array;
  #count = 0;
  /** Rows before the table must grow, or the budget ends. */
  #limit: number;
  #heads: Int32Array;
  #cache: Int32Array;
  #cacheMask: number;
  #memo = new Int32Array(0);
  #memoRound = new Int32Array(0);
  #round = 0;
  #isMemoTaken = false;
  #stepsToCheck = STEPS_PER_CHECK;
  #made = 0;
  #peak = 0;

  constructor(budget: Budget = DEFAULT_BUDGET, tuning: Tuning = DEFAULT_TUNING) {
    this.budget = budget;
    this.#tuning = tuning;
    this.#limit = Math.min(tuning.rowsFirst, budget.nodesMax);
    this.#rows = new Int32Array(tuning.rowsFirst << 2);
    this.#heads = new Int32Array(tuning.rowsFirst).fill(-1);
    this.#cache = new Int32Array(4 << tuning.cacheBitsFirst);
    this.#cacheMask = (1 << tuning.cacheBitsFirst) - 1;
  }

  /** Rows now, rows ever made, most rows at once. Deterministic: the same questions make the same rows. */
  get counters(): { readonly rows: number; readonly made: number; readonly peak: number } {
    return { rows: this.#count, made: this.#made, peak: Math.max(this.#peak, this.#count) };
  }

  /** Bytes of the arrays that this table holds. */
  get bytes(): number {
    return (
      this.#rows.byteLength +
      this.#heads.byteLength +
      this.#cache.byteLength +
      this.#memo.byteLength +
      this.#memoRound.byteLength
    );
  }

  level(diagram: Diagram): number {
    return diagram < 0 ? LEAF_LEVEL : this.#rows[diagram << 2]!;
  }

  low(diagram: Diagram): Diagram {
    return this.#rows[(diagram << 2) + 1]!;
  }

  high(diagram: Diagram): Diagram {
    return this.#rows[(diagram << 2) + 2]!;
  }

  /** The diagram that tests `level` first. Both children lie below that level. */
  node(level: number, low: Diagram, high: Diagram): Diagram {
    if (low === high) return low;
    const hash = mix(level, low, high);
    let rows = this.#rows;
    for (
      let at = this.#heads[hash & (this.#heads.length - 1)]!;
      at >= 0;
      at = rows[(at << 2) + 3]!
    ) {
      const base = at << 2;
      if (rows[base] === level && rows[base + 1] === low && rows[base + 2] === high) return at;
    }
    if (this.#count >= this.#limit) this.#grow();
    rows = this.#rows;
    const made = this.#count;
    const base = made << 2;
    const bucket = hash & (this.#heads.length - 1);
    rows[base] = level;
    rows[base + 1] = low;
    rows[base + 2] = high;
    rows[base + 3] = this.#heads[bucket]!;
    this.#heads[bucket] = made;
    this.#count += 1;
    this.#made += 1;
    return made;
  }

  /** `a` where `a` says something, `b` elsewhere. Associative; on sets: the union. */
  override(a: Diagram, b: Diagram): Diagram {
    return this.#apply(OVERRIDE, a, b);
  }

  /** `a` where `region` says something, nothing elsewhere. On sets: the intersection. */
  mask(a: Diagram, region: Diagram): Diagram {
    return this.#apply(MASK, a, region);
  }

  /** `a` where `region` says nothing. On sets: the difference. */
  except(a: Diagram, region: Diagram): Diagram {
    return this.#apply(EXCEPT, a, region);
  }

  /** The set of flows that `a` and `b` map to different terminals. */
  differ(a: Diagram, b: Diagram): Diagram {
    return this.#apply(DIFFER, a, b);
  }

  /** Do both say something of one flow? Makes no row and stops at the first hit. */
  meet(a: Diagram, b: Diagram): boolean {
    if (a === NOTHING || b === NOTHING) return false;
    if (a < 0 || b < 0 || a === b) return true; // a row is never nothing everywhere
    if (a > b) [a, b] = [b, a];
    const slot = (mix(MEET, a, b) & this.#cacheMask) << 2;
    const cache = this.#cache;
    if (cache[slot + 2] === MEET && cache[slot] === a && cache[slot + 1] === b) return false;
    const levelA = this.level(a);
    const levelB = this.level(b);
    const lowA = levelA <= levelB ? this.low(a) : a;
    const highA = levelA <= levelB ? this.high(a) : a;
    const lowB = levelB <= levelA ? this.low(b) : b;
    const highB = levelB <= levelA ? this.high(b) : b;
    if (this.meet(lowA, lowB) || this.meet(highA, highB)) return true;
    this.#remember(slot, MEET, a, b, NOTHING);
    return false;
  }

  /** The same diagram with every terminal translated; terminal 0 as well. O(rows of `diagram`). */
  mapTerminals(diagram: Diagram, translate: (terminal: number) => number): Diagram {
    return this.#memoised(diagram, (memo, round) => {
      const visit = (at: Diagram): Diagram => {
        if (at < 0) return ~translate(~at);
        if (this.#memoRound[at] === round) return memo[at]!;
        const mapped = this.node(this.level(at), visit(this.low(at)), visit(this.high(at)));
        this.#memoRound[at] = round;
        memo[at] = mapped;
        return mapped;
      };
      return visit(diagram);
    });
  }

  /** The flows of which `diagram` says anything, as a set. */
  decided(diagram: Diagram): Diagram {
    return this.mapTerminals(diagram, (terminal) => (terminal === 0 ? 0 : 1));
  }

  /** Calls back once for every row and leaf of the diagram, children first. O(rows of `diagram`). */
  forEach(diagram: Diagram, visitor: (at: Diagram) => void): void {
    const leaves = new Set<Diagram>();
    this.#memoised(diagram, (_memo, round) => {
      const visit = (at: Diagram): void => {
        if (at < 0) {
          if (!leaves.has(at)) visitor(at);
          leaves.add(at);
          return;
        }
        if (this.#memoRound[at] === round) return;
        this.#memoRound[at] = round;
        visit(this.low(at));
        visit(this.high(at));
        visitor(at);
      };
      visit(diagram);
    });
  }

  /** The terminals of a diagram, ascending, 0 among them where nothing is said of some flow. */
  terminals(diagram: Diagram): number[] {
    const found: number[] = [];
    this.forEach(diagram, (at) => {
      if (at < 0) found.push(~at);
    });
    return found.sort((a, b) => a - b);
  }

  /** Rows of one diagram. */
  size(diagram: Diagram): number {
    let rows = 0;
    this.forEach(diagram, (at) => {
      if (at >= 0) rows += 1;
    });
    return rows;
  }

  /** How many rows there are: hand it to `collect` to free what was made since and is not part of the roots. */
  mark(): number {
    return this.#count;
  }

  /**
   * Frees the rows made since `mark` that no root reaches, and slides the rest together. Nothing older can point at a younger
   * row, so the older part need not be looked at. Diagrams made since `mark` and not returned from here are void.
   * @returns the roots, renumbered. O(rows since `mark`).
   */
  collect(mark: number, roots: readonly Diagram[]): Diagram[] {
    const count = this.#count;
    if (count === mark) return [...roots];
    this.#peak = Math.max(this.#peak, count);
    const rows = this.#rows;
    // Youngest first: each is the head of its bucket when its turn comes.
    for (let at = count - 1; at >= mark; at -= 1) {
      const base = at << 2;
      const bucket = mix(rows[base]!, rows[base + 1]!, rows[base + 2]!) & (this.#heads.length - 1);
      this.#heads[bucket] = rows[base + 3]!;
    }
    const moved = new Int32Array(count - mark);
    for (const root of roots) if (root >= mark) moved[root - mark] = 1;
    for (let at = count - 1; at >= mark; at -= 1) {
      if (moved[at - mark] === 0) continue;
      const low = rows[(at << 2) + 1]!;
      const high = rows[(at << 2) + 2]!;
      if (low >= mark) moved[low - mark] = 1;
      if (high >= mark) moved[high - mark] = 1;
    }
    let next = mark;
    for (let at = mark; at < count; at += 1) {
      if (moved[at - mark] === 0) continue;
      const from = at << 2;
      const level = rows[from]!;
      const low = rows[from + 1]! >= mark ? moved[rows[from + 1]! - mark]! : rows[from + 1]!;
      const high = rows[from + 2]! >= mark ? moved[rows[from + 2]! - mark]! : rows[from + 2]!;
      const bucket = mix(level, low, high) & (this.#heads.length - 1);
      const to = next << 2;
      rows[to] = level;
      rows[to + 1] = low;
      rows[to + 2] = high;
      rows[to + 3] = this.#heads[bucket]!;
      this.#heads[bucket] = next;
      moved[at - mark] = next;
      next += 1;
    }
    this.#count = next;
    this.#cache.fill(0);
    return roots.map((root) => (root >= mark ? moved[root - mark]! : root));
  }

  #apply(operation: Operation, a: Diagram, b: Diagram): Diagram {
    switch (operation) {
      case OVERRIDE:
        if (b === NOTHING || a === b) return a;
        if (a < 0) return a === NOTHING ? b : a;
        break;
      case MASK:
        if (a === NOTHING || b === NOTHING) return NOTHING;
        if (b < 0) return a;
        break;
      case EXCEPT:
        if (a === NOTHING || b === NOTHING) return a;
        if (b < 0) return NOTHING;
        break;
      case DIFFER:
        if (a === b) return NOTHING;
        if (a < 0 && b < 0) return EVERYTHING;
        if (a > b) [a, b] = [b, a];
        break;
    }
    const slot = (mix(operation, a, b) & this.#cacheMask) << 2;
    const cache = this.#cache;
    if (cache[slot + 2] === operation && cache[slot] === a && cache[slot + 1] === b) {
      return cache[slot + 3]!;
    }
    this.#stepsToCheck -= 1;
    if (this.#stepsToCheck === 0) {
      this.#stepsToCheck = STEPS_PER_CHECK;
      checkBudget(this.budget);
    }
    const rows = this.#rows;
    const levelA = a < 0 ? LEAF_LEVEL : rows[a << 2]!;
    const levelB = b < 0 ? LEAF_LEVEL : rows[b << 2]!;
    let lowA = a;
    let highA = a;
    let lowB = b;
    let highB = b;
    if (levelA <= levelB) {
      lowA = rows[(a << 2) + 1]!;
      highA = rows[(a << 2) + 2]!;
    }
    if (levelB <= levelA) {
      lowB = rows[(b << 2) + 1]!;
      highB = rows[(b << 2) + 2]!;
    }
    const low = this.#apply(operation, lowA, lowB);
    const high = this.#apply(operation, highA, highB);
    const result = this.node(levelA < levelB ? levelA : levelB, low, high);
    // The cache may have grown below: the slot is looked up again.
    this.#remember((mix(operation, a, b) & this.#cacheMask) << 2, operation, a, b, result);
    return result;
  }

  #remember(slot: number, operation: number, a: Diagram, b: Diagram, result: Diagram): void {
    const cache = this.#cache;
    cache[slot] = a;
    cache[slot + 1] = b;
    cache[slot + 2] = operation;
    cache[slot + 3] = result;
  }

  /** Lends the memo arrays to one pass; a pass within a pass would overwrite them. */
  #memoised<T>(diagram: Diagram, pass: (memo: Int32Array, round: number) => T): T {
    invariant(!this.#isMemoTaken, 'one pass over a diagram at a time');
    if (diagram >= this.#memo.length) {
      const length = Math.max(diagram + 1, 1 << 12);
      this.#memo = new Int32Array(length + (length >>> 1));
      this.#memoRound = new Int32Array(this.#memo.length);
      this.#round = 0;
    }
    this.#round += 1;
    this.#isMemoTaken = true;
    try {
      return pass(this.#memo, this.#round);
    } finally {
      this.#isMemoTaken = false;
    }
  }

  #grow(): void {
    const capacity = this.#rows.length >>> 1; // in rows: twice what there is
    // Before growing: the copy needs half as much again as what it copies.
    if (this.#count >= this.budget.nodesMax) throw new BudgetExhausted('nodes');
    const rows = new Int32Array(capacity << 2);
    rows.set(this.#rows);
    this.#rows = rows;
    const heads = new Int32Array(capacity).fill(-1);
    for (let at = 0; at < this.#count; at += 1) {
      const base = at << 2;
      const bucket = mix(rows[base]!, rows[base + 1]!, rows[base + 2]!) & (capacity - 1);
      rows[base + 3] = heads[bucket]!;
      heads[bucket] = at;
    }
    this.#heads = heads;
    this.#limit = Math.min(capacity, this.budget.nodesMax);
    const slots = Math.min(capacity, 1 << this.#tuning.cacheBitsMax);
    if (slots > this.#cacheMask + 1) {
      this.#cache = new Int32Array(slots << 2);
      this.#cacheMask = slots - 1;
    }
  }
}

/** Spreads three small integers over 32 bits; the callers take the low ones. */
function mix(a: number, b: number, c: number): number {
  let hash = Math.imul(a, 0x9e37_79b1) ^ Math.imul(b, 0x85eb_ca6b) ^ Math.imul(c, 0xc2b2_ae35);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b_3c6d);
  return hash ^ (hash >>> 13);
}
