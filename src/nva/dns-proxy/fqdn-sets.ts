import type { FqdnSet } from './configuration.ts';
import type { NftShell } from './nft-shell.ts';
import { wireName } from './query.ts';

/** Seconds an element outlives the answer that named it: the client's connection starts after the answer. */
const GRACE_SECONDS = 15;
const EXTENSION_MILLISECONDS = 60_000;
const ELEMENTS_PER_COMMAND = 500;
const UPDATES_PER_TRANSACTION = 200;

interface Waiting {
  readonly updates: readonly Update[];
  readonly done: (isCommitted: boolean) => void;
}

interface Update {
  readonly set: string;
  readonly address: string;
  /** Monotonic milliseconds. */
  readonly until: number;
}

export interface SetContent {
  readonly sets: readonly FqdnSet[];
  readonly table: string;
}

/**
 * Which address is in which set of the kernel, and until when. The rule that keeps first packets: an address is committed before
 * the answer that names it is released; committing after it lost the first packet of every second new name (lab-design 4.4).
 */
export class FqdnSets {
  readonly #shell: Pick<NftShell, 'run'>;
  readonly #retentionMilliseconds: number;
  #table: string;
  /** By name in wire form: the sets it feeds. */
  #setsOfName = new Map<string, readonly string[]>();
  /** By set: address to the end of its life in the kernel. */
  #lives = new Map<string, Map<string, number>>();
  /** By name: address to the end of its life, whatever the sets are called. */
  #seen = new Map<string, Map<string, number>>();
  #waiting: Waiting[] = [];
  /** A transaction is under way, or about to be. */
  #isBusy = false;

  constructor(shell: Pick<NftShell, 'run'>, content: SetContent, retentionSeconds: number) {
    this.#shell = shell;
    this.#retentionMilliseconds = retentionSeconds * 1000;
    this.#table = content.table;
    this.configure(content);
  }

  get table(): string {
    return this.#table;
  }

  /** Names of the rules, in wire form. */
  get names(): readonly string[] {
    return [...this.#setsOfName.keys()];
  }

  get elements(): number {
    return [...this.#lives.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Does this name feed a set? */
  feeds(name: string): boolean {
    return this.#setsOfName.has(name);
  }

  /** Takes new names and sets; what is known of names that stay is kept. */
  configure({ sets, table }: SetContent): void {
    this.#table = table;
    const setsOfName = new Map<string, string[]>();
    for (const { fqdn, set } of sets) {
      const name = wireName(fqdn);
      setsOfName.set(name, [...(setsOfName.get(name) ?? []), set]);
    }
    this.#setsOfName = setsOfName;
    this.#lives = new Map([...new Set(sets.map(({ set }) => set))].map((set) => [set, new Map()]));
    for (const name of [...this.#seen.keys()]) if (!setsOfName.has(name)) this.#seen.delete(name);
  }

  /** The kernel holds this already, from an earlier run: kept until its end, and carried over a reload. */
  adopt(set: string, address: string, secondsLeft: number): void {
    const until = performance.now() + secondsLeft * 1000;
    this.#lives.get(set)?.set(address, until);
    // Who of the set's names it belonged to is not known: any of them may have it.
    for (const [name, sets] of this.#setsOfName) {
      if (sets.includes(set)) this.#remember(name, address, until);
    }
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
    const updates: Update[] = [];
    for (const address of addresses) {
      this.#remember(name, address, until);
      for (const set of sets) {
        const life = this.#lives.get(set)?.get(address) ?? 0;
        if (life < needed) updates.push({ set, address, until: Math.max(until, life) });
      }
    }
    if (updates.length === 0) return true;
    this.#enqueue({ updates, done });
    return false;
  }

  /** Everything that is known as commands, for the transaction that replaces the table. */
  seedCommands(content: SetContent): readonly string[] {
    const now = performance.now();
    const bySet = new Map<string, Map<string, number>>();
    for (const { fqdn, set } of content.sets) {
      const into = bySet.get(set) ?? new Map<string, number>();
      for (const [address, until] of this.#seen.get(wireName(fqdn)) ?? []) {
        if (until > now) into.set(address, Math.max(until, into.get(address) ?? 0));
      }
      bySet.set(set, into);
    }
    return [...bySet].flatMap(([set, lives]) =>
      inChunks([...lives]).map((chunk) => {
        const elements = chunk.map(([address, until]) => elementOf(address, until, now));
        return `add element ${content.table} ${set} { ${elements.join(', ')} }`;
      }),
    );
  }

  /** After a reload with `seedCommands`: the kernel holds exactly what is remembered. */
  seeded(content: SetContent): void {
    this.configure(content);
    const now = performance.now();
    for (const [name, sets] of this.#setsOfName) {
      for (const [address, until] of this.#seen.get(name) ?? []) {
        if (until <= now) continue;
        for (const set of sets) {
          const lives = this.#lives.get(set)!;
          lives.set(address, Math.max(until, lives.get(address) ?? 0));
        }
      }
    }
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
    for (const name of this.names) {
      const updates = [...(this.#seen.get(name) ?? [])]
        .filter(([, until]) => until > now)
        .flatMap(([address, until]) =>
          (this.#setsOfName.get(name) ?? [])
            .filter((set) => isNeeded(until, this.#lives.get(set)?.get(address) ?? 0))
            .map((set) => ({ set, address, until })),
        );
      if (updates.length > 0) this.#enqueue({ updates, done: () => {} });
    }
  }

  /** Forgets what has ended in the kernel too. */
  forget(): void {
    const now = performance.now();
    for (const lives of [...this.#lives.values(), ...this.#seen.values()]) {
      for (const [address, until] of lives) if (until <= now) lives.delete(address);
    }
  }

  #remember(name: string, address: string, until: number): void {
    const seen = this.#seen.get(name) ?? new Map<string, number>();
    seen.set(address, Math.max(until, seen.get(address) ?? 0));
    this.#seen.set(name, seen);
  }

  #enqueue(waiting: Waiting): void {
    this.#waiting.push(waiting);
    if (this.#isBusy) return;
    this.#isBusy = true;
    // What arrives in one turn of the loop shares a transaction, and so does what arrives while one is under way.
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    const waiting = this.#waiting.splice(0, UPDATES_PER_TRANSACTION);
    this.#isBusy = waiting.length > 0;
    if (!this.#isBusy) return;
    this.#write(waiting, (isCommitted) => {
      if (isCommitted || waiting.length === 1) for (const { done } of waiting) done(isCommitted);
      // Tried again one by one: the others must not suffer for one full or missing set.
      else for (const each of waiting) this.#write([each], each.done);
      this.#flush();
    });
  }

  #write(waiting: readonly Waiting[], done: (isCommitted: boolean) => void): void {
    const now = performance.now();
    const bySet = new Map<string, Map<string, number>>();
    for (const { set, address, until } of waiting.flatMap(({ updates }) => updates)) {
      const lives = bySet.get(set) ?? new Map<string, number>();
      bySet.set(set, lives.set(address, Math.max(until, lives.get(address) ?? 0)));
    }
    const commands = [...bySet].flatMap(([set, lives]) =>
      inChunks([...lives]).flatMap((chunk) => this.#commandsFor(set, chunk, now)),
    );
    const table = this.#table;
    this.#shell.run(commands.join('; '), (why) => {
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

  /**
   * New elements are added. Those that are there are taken out and put in again in the same transaction: older kernels do not
   * extend a life otherwise (lab-design 4.4).
   */
  #commandsFor(set: string, chunk: readonly (readonly [string, number])[], now: number): string[] {
    const held = this.#lives.get(set);
    const known = chunk.filter(([address]) => held?.has(address) === true);
    const all = chunk.map(([address, until]) => elementOf(address, until, now)).join(', ');
    const add = `add element ${this.#table} ${set} { ${all} }`;
    if (known.length === 0) return [add];
    const again = known.map(([address]) => address).join(', ');
    const only = `element ${this.#table} ${set} { ${again} }`;
    // Added first: it may have ended since, and deleting what is not there fails.
    return [`add ${only}`, `delete ${only}`, add];
  }
}

const elementOf = (address: string, until: number, now: number): string =>
  `${address} timeout ${Math.max(1, Math.ceil((until - now) / 1000))}s`;

function inChunks<T>(list: readonly T[]): readonly (readonly T[])[] {
  const chunks: (readonly T[])[] = [];
  for (let at = 0; at < list.length; at += ELEMENTS_PER_COMMAND) {
    chunks.push(list.slice(at, at + ELEMENTS_PER_COMMAND));
  }
  return chunks;
}
