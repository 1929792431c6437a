/**
 * A bounded map that forgets what was not used for long: when the young half is full, the old half goes and the young one becomes
 * old. Deleting the oldest entry of one big map instead costs more the longer it runs: its iterator walks over what was deleted.
 */
export class TwoGenerations<T> {
  readonly #youngMax: number;
  #young = new Map<string, T>();
  #old = new Map<string, T>();

  constructor(entriesMax: number) {
    this.#youngMax = Math.max(1, Math.floor(entriesMax / 2));
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(key: string): T | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old === undefined) return undefined;
    this.#old.delete(key);
    this.set(key, old);
    return old;
  }

  /** What the old half may still have of it is never found again. */
  set(key: string, value: T): void {
    if (this.#young.size >= this.#youngMax) this.turn();
    this.#young.set(key, value);
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  /** The old half goes now. */
  turn(): void {
    this.#old = this.#young;
    this.#young = new Map();
  }
}
