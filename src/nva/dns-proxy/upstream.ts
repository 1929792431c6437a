import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { DnsEndpoint } from './configuration.ts';
import { HEADER_BYTES } from './query.ts';
import { randomWord } from './random-bytes.ts';
import { askByTcp } from './upstream-tcp.ts';

/** What came back, with the question as it was sent; or why nothing did. */
export type UpstreamResult =
  | { readonly kind: 'answer'; readonly bytes: Buffer }
  | { readonly kind: 'failed'; readonly why: string };

interface Pending {
  readonly question: Buffer;
  readonly questionEnd: number;
  readonly deadline: number;
  readonly done: (result: UpstreamResult) => void;
}

interface Slot {
  readonly socket: Socket;
  readonly pending: Map<number, Pending>;
  /** Questions from before the socket was connected; absent once it is. */
  early: Buffer[] | undefined;
  asked: number;
}

/** Sockets in use at once: with random ports, random ids and random spelling an answer is not guessed. More of them cost wake-ups. */
const SOCKETS = 4;
/** A socket takes a new random port after so many questions. */
const QUESTIONS_PER_SOCKET = 20_000;
const FAILURES_TO_LEAVE = 3;
const PROBE_MILLISECONDS = 5_000;
const TCP_TIMEOUT_MILLISECONDS = 3_000;

/**
 * One resolver that questions are passed to. Owns its sockets. An upstream that fails is left out and asked for the root every
 * 5 seconds until it answers (azure-firewall 6).
 */
export class Upstream {
  readonly endpoint: DnsEndpoint;
  readonly #slots = new Map<number, Slot>();
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

  /** Asks by UDP, and again by TCP where the answer was cut or did not keep the spelling of the name. */
  ask(
    template: Buffer,
    questionEnd: number,
    timeoutMilliseconds: number,
    done: (result: UpstreamResult) => void,
  ): void {
    if (this.#isClosed) {
      done({ kind: 'failed', why: 'shutting down' });
      return;
    }
    const question = Buffer.from(template);
    mixCase(question, questionEnd);
    const slot = this.#slot();
    const id = freeId(slot.pending);
    if (id === undefined) {
      done({ kind: 'failed', why: 'too many questions under way' });
      return;
    }
    question.writeUInt16BE(id, 0);
    slot.asked += 1;
    slot.pending.set(id, {
      question,
      questionEnd,
      deadline: performance.now() + timeoutMilliseconds,
      done,
    });
    if (slot.early === undefined) slot.socket.send(question);
    else slot.early.push(question);
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#sweep);
    clearInterval(this.#probe);
    for (const { socket, pending } of this.#slots.values()) {
      socket.close();
      const all = [...pending.values()];
      pending.clear();
      for (const { done } of all) done({ kind: 'failed', why: 'shutting down' });
    }
  }

  #slot(): Slot {
    const index = randomWord() % SOCKETS;
    const slot = this.#slots.get(index);
    const isWorn =
      slot !== undefined && slot.asked > QUESTIONS_PER_SOCKET && slot.pending.size === 0;
    if (slot !== undefined && !isWorn) return slot;
    slot?.socket.close();
    const fresh: Slot = { socket: this.#open(), pending: new Map(), early: [], asked: 0 };
    fresh.socket.on('message', (bytes) => this.#receive(fresh.pending, bytes));
    fresh.socket.on('error', (error) => this.#failAll(fresh.pending, error.message));
    // Connected: the kernel drops what others send, and tells at once when nobody listens there.
    fresh.socket.connect(this.endpoint.port, this.endpoint.address, () => {
      if (this.#isClosed) return;
      for (const question of fresh.early ?? []) fresh.socket.send(question);
      fresh.early = undefined;
    });
    this.#slots.set(index, fresh);
    return fresh;
  }

  #open(): Socket {
    const { address } = this.endpoint;
    return createSocket({
      type: isIPv6(address) ? 'udp6' : 'udp4',
      recvBufferSize: 1024 * 1024,
      // It is an address already: no resolver of the system is asked.
      lookup: (host, _options, callback) => callback(null, host, isIPv6(host) ? 6 : 4),
    });
  }

  #receive(pendings: Map<number, Pending>, bytes: Buffer): void {
    if (bytes.length < HEADER_BYTES || (bytes[2]! & 0x80) === 0) return;
    const id = bytes.readUInt16BE(0);
    const pending = pendings.get(id);
    if (pending === undefined) return;
    const match = compareQuestions(pending, bytes);
    // Somebody's guess, or an answer to something else: the true one may still come.
    if (match === 'other') return;
    pendings.delete(id);
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
      const again = compareQuestions(pending, result.bytes);
      // Nobody else can answer on this connection, so the spelling proves nothing more.
      pending.done(
        again === 'other' ? { kind: 'failed', why: 'answered another question' } : result,
      );
    });
  }

  #expire(): void {
    const now = performance.now();
    for (const { pending } of this.#slots.values()) {
      for (const [id, entry] of pending) {
        if (entry.deadline > now) continue;
        pending.delete(id);
        this.#failures += 1;
        const { address, port } = this.endpoint;
        entry.done({ kind: 'failed', why: `read udp ${address}:${port}: i/o timeout` });
      }
    }
  }

  #failAll(pendings: Map<number, Pending>, why: string): void {
    this.#failures += 1;
    const all = [...pendings.values()];
    pendings.clear();
    for (const { done } of all) done({ kind: 'failed', why });
  }

  #probeWhenFailed(): void {
    if (this.#isClosed || this.isHealthy) return;
    // `. NS IN` with recursion desired.
    const root = Buffer.from([0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1]);
    this.ask(root, root.length, 2_000, () => {});
  }
}

function freeId(pending: ReadonlyMap<number, Pending>): number | undefined {
  for (let attempt = 0; attempt < 16; attempt += 1) {
    const id = randomWord();
    if (!pending.has(id)) return id;
  }
  return undefined;
}

/** Draws the case of each letter (draft-vixie-dnsext-dns0x20): an answer must repeat it. */
function mixCase(question: Buffer, questionEnd: number): void {
  let bits = 0;
  let left = 0;
  for (let at = HEADER_BYTES; at < questionEnd - 4; at += 1) {
    const byte = question[at]! | 0x20;
    if (byte < 0x61 || byte > 0x7a) continue;
    if (left === 0) {
      bits = randomWord();
      left = 16;
    }
    question[at] = (bits & 1) === 0 ? byte : byte - 0x20;
    bits >>= 1;
    left -= 1;
  }
}

/** `same`: letter for letter. `spelling`: the same question with other capitals. */
function compareQuestions(pending: Pending, bytes: Buffer): 'same' | 'spelling' | 'other' {
  const { question, questionEnd } = pending;
  if (bytes.length < questionEnd || bytes.readUInt16BE(4) !== 1) return 'other';
  let isSame = true;
  for (let at = HEADER_BYTES; at < questionEnd; at += 1) {
    const [sent, got] = [question[at]!, bytes[at]!];
    if (sent === got) continue;
    const letter = sent | 0x20;
    if (at >= questionEnd - 4 || letter !== (got | 0x20) || letter < 0x61 || letter > 0x7a) {
      return 'other';
    }
    isSame = false;
  }
  return isSame ? 'same' : 'spelling';
}
