import { TwoGenerations } from '../two-generations.ts';
import { type DnsAnswer, keptAnswer } from './answer.ts';

export interface CachedAnswer {
  readonly answer: DnsAnswer;
  /** Milliseconds of the monotonic clock. */
  readonly storedAt: number;
}

const ANSWER_BYTES_MAX = 8192;
/** Of each half: however large the answers are, no more is kept. */
const BYTES_MAX = 32 * 1024 * 1024;

/** Answers until their life ends. Bounded in entries and bytes; what was not asked for lately goes first. */
export class AnswerCache {
  readonly #entries: TwoGenerations<CachedAnswer>;
  readonly #isOff: boolean;
  #youngBytes = 0;

  constructor(entriesMax: number) {
    this.#entries = new TwoGenerations(entriesMax);
    this.#isOff = entriesMax === 0;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string, now: number): CachedAnswer | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.storedAt + entry.answer.lifeSeconds * 1000 > now) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  set(key: string, answer: DnsAnswer, now: number): void {
    if (this.#isOff || answer.lifeSeconds === 0 || answer.length > ANSWER_BYTES_MAX) return;
    this.#youngBytes += answer.length;
    if (this.#youngBytes > BYTES_MAX) {
      this.#entries.turn();
      this.#youngBytes = answer.length;
    }
    this.#entries.set(key, { answer: keptAnswer(answer), storedAt: now });
  }
}
