import { addressesOf } from './answer.ts';
import { resolveFailure } from './dns-event.ts';
import type { EventLog } from './event-log.ts';
import type { FqdnSets } from './fqdn-sets.ts';
import { HEADER_BYTES, readQuery, TYPE_A } from './query.ts';
import type { Upstreams } from './upstreams.ts';

const AT_ONCE = 32;

/**
 * Resolves every name of a network rule again and again, whether anybody asks or not (azure-firewall 2.4: every 15 seconds), and
 * keeps the lives in the kernel in step. Sets of a table that somebody made anew are filled again within a round.
 */
export class Refresh {
  readonly #upstreams: Upstreams;
  readonly #sets: FqdnSets;
  readonly #events: EventLog | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #readTable: () => Promise<number | undefined>;
  #table: number | undefined | 'not read' = 'not read';
  #isRunning = false;

  /** @param readTable tells tables of one name apart */
  constructor(
    upstreams: Upstreams,
    sets: FqdnSets,
    seconds: number,
    events: EventLog | undefined,
    readTable: () => Promise<number | undefined>,
  ) {
    this.#readTable = readTable;
    this.#upstreams = upstreams;
    this.#sets = sets;
    this.#events = events;
    this.#timer = setInterval(() => void this.round(), seconds * 1000);
    void this.round();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** One round; a slow one is not overtaken by the next. */
  async round(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#sets.forget();
    const names = [...this.#sets.names.keys()];
    const worker = async () => {
      for (let name = names.pop(); name !== undefined; name = names.pop()) await this.#one(name);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    const table = await this.#readTable();
    if (table === this.#table || this.#table === 'not read') this.#sets.extend();
    else this.#sets.restore();
    this.#table = table;
    this.#isRunning = false;
  }

  #one(name: string): Promise<void> {
    const message = questionFor(name);
    const query = readQuery(message);
    if ('kind' in query) return Promise.resolve();
    return new Promise((resolve) => {
      this.#upstreams.resolve(`refresh ${query.key}`, query, message, (resolved) => {
        const isAnswer = resolved.kind === 'answer';
        const addresses = isAnswer ? addressesOf(resolved.answer) : [];
        if (addresses.length === 0) {
          const why = isAnswer ? 'the answer has no address' : resolved.why;
          const server = isAnswer ? undefined : resolved.server;
          this.#events?.append(resolveFailure(name, why, server));
          resolve();
        } else if (this.#sets.commit(name, addresses, 0, () => resolve())) {
          // Seen again: it lives on from now (azure-firewall 2.4: 15 minutes after it was last seen).
          resolve();
        }
      });
    });
  }
}

function questionFor(name: string): Buffer {
  const message = Buffer.alloc(HEADER_BYTES + name.length + 4);
  message.writeUInt16BE(0x0100, 2);
  message.writeUInt16BE(1, 4);
  message.write(name, HEADER_BYTES, 'latin1');
  message.writeUInt16BE(TYPE_A, HEADER_BYTES + name.length);
  message.writeUInt16BE(1, HEADER_BYTES + name.length + 2);
  return message;
}
