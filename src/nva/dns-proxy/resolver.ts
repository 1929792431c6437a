import { addressesOf, type DnsAnswer } from './answer.ts';
import { AnswerCache } from './answer-cache.ts';
import { type DnsClient, dnsEvent } from './dns-event.ts';
import type { EventLog } from './event-log.ts';
import type { FqdnSets } from './fqdn-sets.ts';
import { BADVERS, type DnsQuery, nameOf, readQuery, SERVFAIL } from './query.ts';
import { refusalOf, refusalOfMessage, replyWith } from './reply.ts';
import type { Upstreams } from './upstreams.ts';

export interface ResolverParts {
  readonly upstreams: Upstreams;
  readonly sets: FqdnSets;
  readonly cacheEntriesMax: number;
  readonly events?: EventLog;
}

/** A question to its answer: cache, upstream, the sets of the kernel, then the client. In this order, always. */
export class Resolver {
  readonly #upstreams: Upstreams;
  readonly #sets: FqdnSets;
  readonly #events: EventLog | undefined;
  readonly cache: AnswerCache;
  answered = 0;

  constructor(parts: ResolverParts) {
    this.#upstreams = parts.upstreams;
    this.#sets = parts.sets;
    this.#events = parts.events;
    this.cache = new AnswerCache(parts.cacheEntriesMax);
  }

  /** Calls `respond` once, or never when the message is not worth an answer. Never throws, whatever the message. */
  handle(message: Buffer, client: DnsClient, respond: (reply: Buffer) => void): void {
    const query = readQuery(message);
    if ('kind' in query) {
      if (query.kind === 'refuse') respond(refusalOfMessage(message, query));
      return;
    }
    const started = performance.now();
    const finish = (reply: Buffer, rcode: number, error?: string) => {
      this.answered += 1;
      respond(reply);
      if (this.#events === undefined) return;
      const seconds = Math.round((performance.now() - started) * 1e6) / 1e9;
      this.#events.append(dnsEvent(query, message.length, client, reply, rcode, seconds, error));
    };
    const refuse = (rcode: number, error?: string) =>
      finish(refusalOf(query, message, rcode), rcode, error);
    if (query.edns !== undefined && query.edns.version !== 0) {
      refuse(BADVERS);
      return;
    }
    const isUdp = client.protocol === 'udp';
    const cached = this.cache.get(query.key, started);
    if (cached !== undefined) {
      const age = Math.floor((started - cached.storedAt) / 1000);
      this.#release(query, cached.answer, cached.answer.lifeSeconds - age, (isCommitted) => {
        if (!isCommitted) {
          refuse(SERVFAIL, 'the address could not be written to its set');
          return;
        }
        finish(replyWith(cached.answer, query, message, age, isUdp), cached.answer.rcode);
      });
      return;
    }
    this.#upstreams.resolve(query.key, query, message, (resolved) => {
      if (resolved.kind === 'failed') {
        refuse(SERVFAIL, resolved.why);
        return;
      }
      const { answer } = resolved;
      this.cache.set(query.key, answer, performance.now());
      this.#release(query, answer, answer.lifeSeconds, (isCommitted) => {
        if (!isCommitted) {
          refuse(SERVFAIL, 'the address could not be written to its set');
          return;
        }
        finish(replyWith(answer, query, message, 0, isUdp), answer.rcode);
      });
    });
  }

  /** The addresses are in the sets of the kernel before the client hears of them. */
  #release(
    query: DnsQuery,
    answer: DnsAnswer,
    lifeSeconds: number,
    done: (isCommitted: boolean) => void,
  ): void {
    const { names } = this.#sets;
    if (answer.addressOffsets.length === 0 || names.size === 0) {
      done(true);
      return;
    }
    const name = nameOf(query);
    if (!names.has(name) || this.#sets.commit(name, addressesOf(answer), lifeSeconds, done)) {
      done(true);
    }
  }
}
