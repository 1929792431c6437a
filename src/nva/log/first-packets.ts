import { TwoGenerations } from '../two-generations.ts';
import type { VerdictEvent } from './event.ts';

/** A client repeats its first packet for about a minute; a UDP client goes on within the kernel's half minute. */
const REMEMBERED_MICROSECONDS = 64 * 1e6;
const REMEMBERED_MAX = 50_000;

/**
 * One record a connection: a denied client sends its first packet again and again, and each is logged by the kernel. A repeated
 * TCP packet has the same sequence number, a new connection from the same port has another. Bounded: the oldest are forgotten.
 */
export class FirstPackets {
  readonly #seen = new TwoGenerations<number>(REMEMBERED_MAX);

  isFirst(event: VerdictEvent): boolean {
    const key = `${event.verdict} ${event.rule} ${event.protocol} ${event.source} ${event.sourcePort} ${event.destination} ${event.destinationPort} ${event.sequence ?? event.icmpType ?? ''}`;
    const before = this.#seen.get(key);
    this.#seen.set(key, event.microseconds);
    return before === undefined || event.microseconds - before > REMEMBERED_MICROSECONDS;
  }
}
