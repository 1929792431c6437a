interface Entry<T> {
  readonly hash: number;
  readonly key: string;
  readonly value: T;
  next: Entry<T> | undefined;
}

const BUCKETS = 4096;

/**
 * What is under way, by key. Made for entries that come and go some ten thousand times a second: a `Map` makes itself anew all the
 * time then, and what it held before stays reachable from its former selves until the whole heap is collected.
 */
export class InFlight<T> {
  readonly #buckets: (Entry<T> | undefined)[] = Array.from({ length: BUCKETS });
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(hash: number, key: string): T | undefined {
    let entry = this.#buckets[hash & (BUCKETS - 1)];
    while (entry !== undefined && (entry.hash !== hash || entry.key !== key)) entry = entry.next;
    return entry?.value;
  }

  /** Adds what is not there. */
  add(hash: number, key: string, value: T): void {
    const bucket = hash & (BUCKETS - 1);
    this.#buckets[bucket] = { hash, key, value, next: this.#buckets[bucket] };
    this.#size += 1;
  }

  delete(hash: number, key: string): void {
    const bucket = hash & (BUCKETS - 1);
    let previous: Entry<T> | undefined;
    let entry = this.#buckets[bucket];
    while (entry !== undefined && (entry.hash !== hash || entry.key !== key)) {
      previous = entry;
      entry = entry.next;
    }
    if (entry === undefined) return;
    if (previous === undefined) this.#buckets[bucket] = entry.next;
    else previous.next = entry.next;
    entry.next = undefined;
    this.#size -= 1;
  }
}
