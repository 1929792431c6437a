/** Addresses that wait for their sets. */
export interface Waiting {
  /** As they are when it is written: a reload may come before. */
  readonly sets: () => readonly string[];
  readonly lives: readonly (readonly [address: string, until: number])[];
  readonly done: (isCommitted: boolean) => void;
}

const WAITING_PER_TRANSACTION = 200;
const ADDRESSES_PER_TRANSACTION = 2_000;

/**
 * Who shares a transaction with whom, one after the other: what arrives in one turn of the event loop, and what arrives while one is
 * under way.
 */
export class Transactions {
  readonly #write: (waiting: readonly Waiting[], done: (isCommitted: boolean) => void) => void;
  #waiting: Waiting[] = [];
  /** Parts of a transaction that failed, each tried by itself. */
  readonly #alone: Waiting[] = [];
  readonly #exclusive: (() => Promise<void>)[] = [];
  /** One is under way, or about to be. */
  #isBusy = false;

  /** @param write calls `done` once, and never before it returns */
  constructor(write: (waiting: readonly Waiting[], done: (isCommitted: boolean) => void) => void) {
    this.#write = write;
  }

  add(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#wake();
  }

  /** Does it when no transaction is under way, and begins none before it is done. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#exclusive.push(() => work().then(resolve, reject));
      this.#wake();
    });
  }

  #wake(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    const exclusive = this.#exclusive.shift();
    if (exclusive !== undefined) {
      void exclusive().then(() => this.#flush());
      return;
    }
    const alone = this.#alone.pop();
    const waiting = alone === undefined ? this.#next() : [alone];
    this.#isBusy = waiting.length > 0;
    if (!this.#isBusy) return;
    this.#write(waiting, (isCommitted) => {
      // One by one: the others must not suffer for one full or missing set.
      if (!isCommitted && waiting.length > 1) this.#alone.push(...[...waiting].reverse());
      else for (const { done } of waiting) done(isCommitted);
      this.#flush();
    });
  }

  #next(): readonly Waiting[] {
    let count = 0;
    let addresses = 0;
    for (const each of this.#waiting) {
      if (count === WAITING_PER_TRANSACTION || addresses >= ADDRESSES_PER_TRANSACTION) break;
      count += 1;
      addresses += each.lives.length;
    }
    return this.#waiting.splice(0, count);
  }
}
