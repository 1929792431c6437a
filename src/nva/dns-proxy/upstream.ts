import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { DnsEndpoint } from './configuration.ts';
import { putWord, wordAt } from './octets.ts';
import { Outbox } from './outbox.ts';
import { HEADER_BYTES } from './query.ts';
import { randomWord } from './random-bytes.ts';
import { compareQuestions, mixCase } from './spelling.ts';
import { askByTcp } from './upstream-tcp.ts';

/** What came back, with the question as it was sent; or why nothing did. */
export type UpstreamResult =
  | { readonly kind: 'answer'; readonly bytes: Buffer }
  | { readonly kind: 'failed'; readonly why: string };

interface Pending {
  readonly slot: Slot;
  readonly question: Buffer;
  readonly questionEnd: number;
  readonly deadline: number;
  readonly done: (result: UpstreamResult) => void;
}

interface Slot {
  readonly socket: Socket;
  readonly outbox: Outbox;
  /** Questions from before the socket was connected; absent once it is. */
  early: Buffer[] | undefined;
  /** So many more questions. */
  left: number;
  readonly until: number;
  /** Questions without an answer so far. */
  open: number;
}

const IDS = 0x1_0000;

/**
 * Sockets that ask, each until it has asked so often or so long; then another with another random port takes its place, and it waits
 * for what it is owed. With ports that soon change, random ids and random spelling an answer is not guessed; more of them at a time
 * would each have to be looked at whenever there is something to read.
 */
const ASKING = 4;
const QUESTIONS_PER_SOCKET = 2_000;
const SOCKET_MILLISECONDS = 30_000;
const FAILURES_TO_LEAVE = 3;
const PROBE_MILLISECONDS = 5_000;
const TCP_TIMEOUT_MILLISECONDS = 3_000;

/**
 * One resolver that questions are passed to. Owns its sockets. An upstream that fails is left out and asked for the root every
 * 5 seconds until it answers (azure-firewall 6).
 */
export class Upstream {
  readonly endpoint: DnsEndpoint;
  readonly #asking: (Slot | undefined)[] = Array.from({ length: ASKING });
  /** All that are open. */
  readonly #slots = new Set<Slot>();
  /** By id. */
  readonly #pending: (Pending | undefined)[] = Array.from({ length: IDS });
  readonly #sweep: NodeJS.Timeout;
  readonly #probe: NodeJS.Timeout;
  #failures = 0;
  #isClosed = false;

  constructor(endpoint: DnsEndpoint) {
    this.endpoint = endpoint;
    this.#sweep = setInterval(() => this.#expire(), 50);
    this.#probe = setInterval(() => this.#probeWhenFailed(), PROBE_MILLISECONDS);
    this.#sweep.unref();
    this.#probe.unref();
  }

  get isHealthy(): boolean {
    return this.#failures < FAILURES_TO_LEAVE;
  }

  /**
   * Asks by UDP, and again by TCP where the answer was cut or did not keep the spelling of the name.
   * @param question in any case and with no id; it gets both here, and is nobody else's
   */
  ask(
    question: Buffer,
    questionEnd: number,
    timeoutMilliseconds: number,
    done: (result: UpstreamResult) => void,
  ): void {
    if (this.#isClosed) {
      done({ kind: 'failed', why: 'shutting down' });
      return;
    }
    mixCase(question, questionEnd);
    const now = performance.now();
    const slot = this.#slot(now);
    const id = this.#freeId();
    if (id === undefined) {
      done({ kind: 'failed', why: 'too many questions under way' });
      return;
    }
    putWord(question, 0, id);
    slot.left -= 1;
    slot.open += 1;
    this.#pending[id] = {
      slot,
      question,
      questionEnd,
      deadline: now + timeoutMilliseconds,
      done,
    };
    if (slot.early === undefined) slot.outbox.send(question);
    else slot.early.push(question);
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#sweep);
    clearInterval(this.#probe);
    for (const slot of this.#slots) {
      this.#shut(slot);
      this.#failAll(slot, 'shutting down');
    }
  }

  #slot(now: number): Slot {
    const index = randomWord() % ASKING;
    const slot = this.#asking[index];
    if (slot !== undefined && slot.left > 0 && slot.until > now) return slot;
    const socket = this.#open();
    const outbox = new Outbox(socket);
    const left = QUESTIONS_PER_SOCKET / 2 + (randomWord() % (QUESTIONS_PER_SOCKET / 2));
    const until = now + SOCKET_MILLISECONDS;
    const fresh: Slot = { socket, outbox, early: [], left, until, open: 0 };
    socket.on('message', (bytes) => this.#receive(fresh, bytes));
    socket.on('error', (error) => {
      this.#failures += 1;
      this.#failAll(fresh, error.message);
    });
    // Connected: the kernel drops what others send, and tells at once when nobody listens there.
    socket.connect(this.endpoint.port, this.endpoint.address, () => {
      if (!this.#slots.has(fresh)) return;
      for (const question of fresh.early ?? []) outbox.send(question);
      fresh.early = undefined;
    });
    this.#slots.add(fresh);
    this.#asking[index] = fresh;
    if (slot?.open === 0) this.#shut(slot);
    return fresh;
  }

  #shut(slot: Slot): void {
    this.#slots.delete(slot);
    slot.outbox.close();
    slot.socket.close();
  }

  #open(): Socket {
    const family = isIPv6(this.endpoint.address) ? 6 : 4;
    return createSocket({
      type: `udp${family}`,
      recvBufferSize: 1024 * 1024,
      // It is an address already: no resolver of the system is asked.
      lookup: (host, _options, callback) => callback(null, host, family),
    });
  }

  #receive(slot: Slot, bytes: Buffer): void {
    if (bytes.length < HEADER_BYTES || (bytes[2]! & 0x80) === 0) return;
    const id = wordAt(bytes, 0);
    const pending = this.#pending[id];
    if (pending === undefined || pending.slot !== slot) return;
    const match = compareQuestions(pending.question, pending.questionEnd, bytes);
    // Somebody's guess, or an answer to something else: the true one may still come.
    if (match === 'other') return;
    this.#settle(id, pending);
    this.#failures = 0;
    const isCut = (bytes[2]! & 0x02) !== 0;
    if (match === 'same' && !isCut) {
      pending.done({ kind: 'answer', bytes });
      return;
    }
    askByTcp(this.endpoint, pending.question, TCP_TIMEOUT_MILLISECONDS, (result) => {
      if (result.kind === 'failed') {
        pending.done(result);
        return;
      }
      const again = compareQuestions(pending.question, pending.questionEnd, result.bytes);
      // Nobody else can answer on this connection, so the spelling proves nothing more.
      pending.done(
        again === 'other' ? { kind: 'failed', why: 'answered another question' } : result,
      );
    });
  }

  #expire(): void {
    if ([...this.#slots].every(({ open }) => open === 0)) return;
    const now = performance.now();
    const { address, port } = this.endpoint;
    for (let id = 0; id < IDS; id += 1) {
      const pending = this.#pending[id];
      if (pending === undefined || pending.deadline > now) continue;
      this.#settle(id, pending);
      this.#failures += 1;
      pending.done({ kind: 'failed', why: `read udp ${address}:${port}: i/o timeout` });
    }
  }

  /** What fails may be asked again at once: that is another question, and not failed here. */
  #failAll(slot: Slot, why: string): void {
    const failed: Pending[] = [];
    for (let id = 0; id < IDS && slot.open > 0; id += 1) {
      const pending = this.#pending[id];
      if (pending?.slot !== slot) continue;
      this.#settle(id, pending);
      failed.push(pending);
    }
    for (const { done } of failed) done({ kind: 'failed', why });
  }

  #settle(id: number, { slot }: Pending): void {
    this.#pending[id] = undefined;
    slot.open -= 1;
    if (slot.open > 0 || this.#asking.includes(slot)) return;
    if (this.#slots.has(slot)) this.#shut(slot);
  }

  #freeId(): number | undefined {
    for (let attempt = 0; attempt < 64; attempt += 1) {
      const id = randomWord();
      if (this.#pending[id] === undefined) return id;
    }
    return undefined;
  }

  #probeWhenFailed(): void {
    if (this.#isClosed || this.isHealthy) return;
    // `. NS IN` with recursion desired.
    const root = Buffer.from([0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1]);
    this.ask(root, root.length, 2_000, () => {});
  }
}
