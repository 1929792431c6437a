/** As long as an interface name may be in Linux: a host's cable in the fabric has the host's own name. */
const LENGTH_MAX = 15;

/** Gives every host a short name of its own, near to what the person calls it. Owns the names given. */
export class HostNames {
  readonly #given = new Set<string>();

  /** [a-z0-9-], starting with a letter, at most 15 characters; the second of two that would be alike gets a number. */
  give(wanted: string): string {
    const clean = wanted
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^[^a-z]+/, '')
      .replace(/-+$/, '');
    const base = clean === '' ? 'host' : clean;
    for (let count = 1; ; count += 1) {
      const tail = count === 1 ? '' : `-${count}`;
      const name = `${base.slice(0, LENGTH_MAX - tail.length).replace(/-+$/, '')}${tail}`;
      if (this.#given.has(name)) continue;
      this.#given.add(name);
      return name;
    }
  }

  /** Somebody else gave these. */
  take(names: Iterable<string>): void {
    for (const name of names) this.#given.add(name);
  }

  get given(): ReadonlySet<string> {
    return this.#given;
  }
}
