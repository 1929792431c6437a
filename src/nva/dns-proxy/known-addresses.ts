/** Address to the end of its life, in monotonic milliseconds. */
export type Lives = Map<string, number>;

/** By name in wire form: the sets it feeds. */
export type SetsOfName = ReadonlyMap<string, readonly string[]>;

/**
 * Addresses and how long they stay, by the name that led there. Of what an earlier run left in the kernel the name is not known:
 * each of the set's names may have it.
 */
export class KnownAddresses {
  readonly #seen = new Map<string, Lives>();
  #adopted = new Map<string, Lives>();

  remember(name: string, address: string, until: number): void {
    put(this.#seen, name, address, until);
  }

  adopt(set: string, address: string, until: number): void {
    put(this.#adopted, set, address, until);
  }

  /** Of one name, without what was adopted. */
  of(name: string): ReadonlyMap<string, number> | undefined {
    return this.#seen.get(name);
  }

  get adopted(): ReadonlyMap<string, ReadonlyMap<string, number>> {
    return this.#adopted;
  }

  /** What each set holds when these names feed it, which fed others `before`. */
  bySet(before: SetsOfName, next: SetsOfName, now: number): ReadonlyMap<string, Lives> {
    const lives = new Map<string, Lives>([...next.values()].flat().map((set) => [set, new Map()]));
    for (const [name, sets] of next) {
      for (const [address, until] of this.#seen.get(name) ?? []) {
        if (until > now) for (const set of sets) put(lives, set, address, until);
      }
    }
    for (const [set, old] of this.#inherited(before, next)) {
      for (const each of old) {
        for (const [address, until] of this.#adopted.get(each) ?? []) {
          if (until > now) put(lives, set, address, until);
        }
      }
    }
    return lives;
  }

  /** The names feed other sets from now on; what is known of names that stay is kept. */
  move(before: SetsOfName, next: SetsOfName): void {
    for (const name of this.#seen.keys()) if (!next.has(name)) this.#seen.delete(name);
    const adopted = new Map<string, Lives>();
    for (const [set, old] of this.#inherited(before, next)) {
      for (const each of old) {
        for (const [address, until] of this.#adopted.get(each) ?? []) {
          put(adopted, set, address, until);
        }
      }
    }
    this.#adopted = adopted;
  }

  /** Forgets what has ended. */
  forget(now: number): void {
    for (const lives of [...this.#seen.values(), ...this.#adopted.values()]) {
      for (const [address, until] of lives) if (until <= now) lives.delete(address);
    }
  }

  /** Of each set, the former sets with adopted addresses that share a name with it. */
  #inherited(before: SetsOfName, next: SetsOfName): ReadonlyMap<string, ReadonlySet<string>> {
    const heirs = new Map<string, Set<string>>();
    if (this.#adopted.size === 0) return heirs;
    for (const [name, sets] of next) {
      for (const old of before.get(name) ?? []) {
        if (!this.#adopted.has(old)) continue;
        for (const set of sets) heirs.set(set, (heirs.get(set) ?? new Set<string>()).add(old));
      }
    }
    return heirs;
  }
}

function put(into: Map<string, Lives>, key: string, address: string, until: number): void {
  let lives = into.get(key);
  if (lives === undefined) {
    lives = new Map();
    into.set(key, lives);
  }
  const known = lives.get(address);
  if (known === undefined || known < until) lives.set(address, until);
}
