import { encode } from 'dns-packet';
import type { Outcome } from './attempt.ts';

const ID = 0x5350;

/** A question that every DNS server answers, if only to say that there is no such name (RFC 2606: nobody has `.example`). */
export const DNS_QUESTION: Buffer = encode({
  type: 'query',
  id: ID,
  flags: 0x0100,
  questions: [{ type: 'A', class: 'IN', name: 'probe.sallyport.example' }],
});

/** RFC 1035 4.2.2: over a stream the length comes first. */
export function overStream(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** The server has answered whatever it says of the name; anything that is no answer to the question is none. */
export function answerOfDns(message: Buffer): Outcome {
  const isAnswer = message.length >= 12 && message.readUInt16BE(0) === ID && message[2]! >= 0x80;
  return isAnswer ? { kind: 'answered' } : { kind: 'closed' };
}
