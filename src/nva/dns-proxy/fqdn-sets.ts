import type { FqdnSet } from './configuration.ts';
import { KnownAddresses, type Lives, type SetsOfName } from './known-addresses.ts';
import { wireName } from './query.ts';
import type { SetChange, SetWriter } from './set-changes.ts';
import { Transactions, type Waiting } from './transactions.ts';

/** Seconds an element outlives the answer that named it: the client's connection starts after the answer. */
const GRACE_SECONDS = 15;
const EXTENSION_MILLISECONDS = 60_000;
const ELEMENTS_PER_COMMAND = 500;

export interface SetContent {
  readonly sets: readonly FqdnSet[];
  readonly table: string;
}

/**
 * Which address is in which set of the kernel, and until when. The rule that keeps first packets: an address is committed before
 * the answer that names it is released; committing after it lost the first packet of every second new name (lab-design 4.4).
 */
export class FqdnSets {
  readonly #writer: SetWriter;
  readonly #retentionMilliseconds: number;
  #table: string;
  #setsOfName: SetsOfName = new Map();
  /** By set: what is in the kernel. */
  #lives = new Map<string, Lives>();
  readonly #known = new KnownAddresses();
  readonly #transactions = new Transactions((waiting, done) => this.#write(waiting, done));

  constructor(writer: SetWriter, content: SetContent, retentionSeconds: number) {
    this.#writer = writer;
    this.#retentionMilliseconds = retentionSeconds * 1000;
    this.#table = content.table;
    this.#configure(content);
  }

  get table(): string {
    return this.#table;
  }

  /** Names of the rules, in wire form, and the sets that each feeds. */
  get names(): SetsOfName {
    return this.#setsOfName;
  }

  get elements(): number {
    return [...this.#lives.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Takes new names and sets; what is known of names that stay is kept. */
  #configure(content: SetContent): void {
    const setsOfName = setsByName(content);
    this.#known.move(this.#setsOfName, setsOfName);
    this.#table = content.table;
    this.#setsOfName = setsOfName;
    this.#lives = new Map([...setsOfName.values()].flat().map((set) => [set, new Map()]));
  }

  /** The kernel holds this already, from an earlier run: kept until its end, and carried over a reload. */
  adopt(set: string, address: string, secondsLeft: number): void {
    const until = performance.now() + secondsLeft * 1000;
    this.#lives.get(set)?.set(address, until);
    this.#known.adopt(set, address, until);
  }

  /**
   * Sees to it that the sets of a name hold its addresses for longer than the answer may be used.
   * @returns true when they do already; else `done` tells once they do, or cannot
   */
  commit(
    name: string,
    addresses: readonly string[],
    lifeSeconds: number,
    done: (isCommitted: boolean) => void,
  ): boolean {
    const sets = this.#setsOfName.get(name);
    if (sets === undefined || addresses.length === 0) return true;
    const now = performance.now();
    const needed = now + (lifeSeconds + GRACE_SECONDS) * 1000;
    const until = Math.max(needed, now + this.#retentionMilliseconds + GRACE_SECONDS * 1000);
    const lives: (readonly [string, number])[] = [];
    for (const address of addresses) {
      this.#known.remember(name, address, until);
      for (const set of sets) {
        if ((this.#lives.get(set)?.get(address) ?? 0) >= needed) continue;
        lives.push([address, until]);
        break;
      }
    }
    if (lives.length === 0) return true;
    this.#transactions.add({ sets: () => this.#setsOfName.get(name) ?? [], lives, done });
    return false;
  }

  /** Everything that is known as commands, for the transaction that replaces the table. */
  seedCommands(content: SetContent): readonly string[] {
    const now = performance.now();
    const bySet = this.#known.bySet(this.#setsOfName, setsByName(content), now);
    return [...bySet].flatMap(([set, lives]) =>
      inChunks([...lives]).map((chunk) => {
        const elements = chunk.map(([address, until]) => elementOf(address, until, now));
        return `add element ${content.table} ${set} { ${elements.join(', ')} }`;
      }),
    );
  }

  /** After a reload with `seedCommands`: the kernel holds exactly what is remembered. */
  seeded(content: SetContent): void {
    this.#configure(content);
    const lives = this.#known.bySet(this.#setsOfName, this.#setsOfName, performance.now());
    this.#lives = new Map(lives);
  }

  /** Writes all that is remembered again: nft was started anew, or somebody made the table anew. */
  restore(): void {
    this.#renew(() => true);
  }

  /**
   * Writes the lives of what was seen again since it was written. Not each time: an address that is asked for every second is
   * written once a minute.
   */
  extend(): void {
    this.#renew((until, held) => until - held > EXTENSION_MILLISECONDS);
  }

  #renew(isNeeded: (until: number, held: number) => boolean): void {
    const now = performance.now();
    const write = (known: Iterable<readonly [string, number]>, sets: () => readonly string[]) => {
      const lives = [...known].filter(
        ([address, until]) =>
          until > now &&
          sets().some((set) => isNeeded(until, this.#lives.get(set)?.get(address) ?? 0)),
      );
      if (lives.length > 0) this.#transactions.add({ sets, lives, done: () => {} });
    };
    for (const name of this.#setsOfName.keys()) {
      write(this.#known.of(name) ?? [], () => this.#setsOfName.get(name) ?? []);
    }
    for (const [set, lives] of this.#known.adopted) {
      for (const chunk of inChunks([...lives])) {
        write(chunk, () => (this.#lives.has(set) ? [set] : []));
      }
    }
  }

  /** Forgets what has ended in the kernel too. */
  forget(): void {
    const now = performance.now();
    this.#known.forget(now);
    for (const lives of this.#lives.values()) {
      for (const [address, until] of lives) if (until <= now) lives.delete(address);
    }
  }

  /**
   * Does what must not meet a change of the sets: none is under way then, and what comes meanwhile is written afterwards. Else an
   * address could be written to the old table and be missing from the new one.
   */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.#transactions.exclusively(work);
  }

  #write(waiting: readonly Waiting[], done: (isCommitted: boolean) => void): void {
    const now = performance.now();
    const bySet = new Map<string, Lives>();
    for (const { sets, lives } of waiting) {
      for (const set of sets()) {
        const held = this.#lives.get(set);
        let into = bySet.get(set);
        if (into === undefined) {
          into = new Map();
          bySet.set(set, into);
        }
        for (const [address, until] of lives) {
          const longest = Math.max(until, into.get(address) ?? 0, held?.get(address) ?? 0);
          into.set(address, longest);
        }
      }
    }
    if (bySet.size === 0) {
      setImmediate(done, true);
      return;
    }
    const table = this.#table;
    const changes = [...bySet].map(([set, lives]) => this.#change(set, lives, now));
    this.#writer.write(table, changes, (why) => {
      const isCommitted = why === undefined && table === this.#table;
      for (const [set, lives] of bySet) {
        const known = this.#lives.get(set);
        for (const [address, until] of lives) {
          if (isCommitted) known?.set(address, until);
          // The set may be gone, and everything in it: nothing is taken for granted any more.
          else known?.delete(address);
        }
      }
      done(isCommitted);
    });
  }

  #change(set: string, lives: ReadonlyMap<string, number>, now: number): SetChange {
    const known = this.#lives.get(set);
    const addresses = [...lives.keys()];
    return {
      set,
      addresses,
      seconds: [...lives.values()].map((until) => secondsLeft(until, now)),
      held: addresses.filter((address) => known?.has(address) === true),
    };
  }
}

function setsByName({ sets }: SetContent): SetsOfName {
  const byName = new Map<string, string[]>();
  for (const { fqdn, set } of sets) {
    const name = wireName(fqdn);
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [set]);
    else if (!known.includes(set)) known.push(set);
  }
  return byName;
}

const secondsLeft = (until: number, now: number): number =>
  Math.max(1, Math.ceil((until - now) / 1000));

const elementOf = (address: string, until: number, now: number): string =>
  `${address} timeout ${secondsLeft(until, now)}s`;

function inChunks<T>(list: readonly T[]): readonly (readonly T[])[] {
  const chunks: (readonly T[])[] = [];
  for (let at = 0; at < list.length; at += ELEMENTS_PER_COMMAND) {
    chunks.push(list.slice(at, at + ELEMENTS_PER_COMMAND));
  }
  return chunks;
}
