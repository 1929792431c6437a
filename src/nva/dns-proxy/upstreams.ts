import { type DnsAnswer, readAnswer } from './answer.ts';
import type { DnsEndpoint } from './configuration.ts';
import { InFlight } from './in-flight.ts';
import { type DnsQuery, SERVFAIL } from './query.ts';
import { randomWord } from './random-bytes.ts';
import { upstreamQuery } from './reply.ts';
import { Upstream } from './upstream.ts';

export type Resolved =
  | { readonly kind: 'answer'; readonly answer: DnsAnswer }
  /** Nobody answered in time, or not with an answer. `server`: who was asked last. */
  | { readonly kind: 'failed'; readonly why: string; readonly server?: DnsEndpoint };

type Waiter = (resolved: Resolved) => void;

const WAITERS_MAX = 2_000;
/**
 * How much patience each attempt gets, one after the other. With a second for the first it is in all below the 5 seconds after
 * which clients ask again.
 */
const ATTEMPTS = [1, 1.5, 2];
const REFUSED = 5;

/**
 * All resolvers as one: a random healthy one is asked, then another (azure-firewall 6). Equal questions under way are asked once.
 * Where every upstream failed there is no other to turn to: they are asked all the same, so that the first answer ends the outage.
 */
export class Upstreams {
  readonly #upstreams: readonly Upstream[];
  readonly #outstandingMax: number;
  readonly #patience: number;
  readonly #waiting = new InFlight<Waiter[]>();

  constructor(
    endpoints: readonly DnsEndpoint[],
    outstandingMax: number,
    patienceMilliseconds: number,
  ) {
    this.#upstreams = endpoints.map((endpoint) => new Upstream(endpoint));
    this.#outstandingMax = outstandingMax;
    this.#patience = patienceMilliseconds;
  }

  get outstanding(): number {
    return this.#waiting.size;
  }

  get health(): readonly { readonly address: string; readonly isHealthy: boolean }[] {
    return this.#upstreams.map(({ endpoint, isHealthy }) => ({
      address: `${endpoint.address}:${endpoint.port}`,
      isHealthy,
    }));
  }

  /** @param key equal ones share an answer */
  resolve(key: string, query: DnsQuery, message: Buffer, waiter: Waiter): void {
    const waiting = this.#waiting.get(query.hash, key);
    if (waiting !== undefined) {
      if (waiting.length < WAITERS_MAX) waiting.push(waiter);
      else waiter({ kind: 'failed', why: 'too many clients wait for this answer' });
      return;
    }
    if (this.#waiting.size >= this.#outstandingMax) {
      waiter({ kind: 'failed', why: 'too many questions under way' });
      return;
    }
    const waiters: Waiter[] = [waiter];
    this.#waiting.add(query.hash, key, waiters);
    this.#attempt(query, message, 0, undefined, (resolved) => {
      this.#waiting.delete(query.hash, key);
      for (const each of waiters) each(resolved);
    });
  }

  close(): void {
    for (const upstream of this.#upstreams) upstream.close();
  }

  #attempt(
    query: DnsQuery,
    message: Buffer,
    attempt: number,
    previous: Upstream | undefined,
    done: Waiter,
  ): void {
    const upstream = this.#choose(previous);
    const question = upstreamQuery(query, message);
    const patience = ATTEMPTS[attempt]! * this.#patience;
    upstream.ask(question, query.questionEnd, patience, (result) => {
      const last = attempt + 1 >= ATTEMPTS.length;
      const server = upstream.endpoint;
      const again = () => this.#attempt(query, message, attempt + 1, upstream, done);
      if (result.kind === 'failed') {
        if (last) done({ kind: 'failed', why: result.why, server });
        else again();
        return;
      }
      const answer = readAnswer(result.bytes, query.questionEnd, query);
      if (answer === undefined) {
        if (last) done({ kind: 'failed', why: 'the answer is malformed', server });
        else again();
        return;
      }
      // A resolver that cannot or will not: another may, and with only one it is the answer.
      const isUnable = answer.rcode === SERVFAIL || answer.rcode === REFUSED;
      if (isUnable && !last && this.#upstreams.length > 1) again();
      else done({ kind: 'answer', answer });
    });
  }

  #choose(previous: Upstream | undefined): Upstream {
    if (this.#upstreams.length === 1) return this.#upstreams[0]!;
    const others = this.#upstreams.filter((each) => each !== previous);
    const healthy = others.filter(({ isHealthy }) => isHealthy);
    const list = healthy.length > 0 ? healthy : others.length > 0 ? others : this.#upstreams;
    return list[list.length === 1 ? 0 : randomWord() % list.length]!;
  }
}
