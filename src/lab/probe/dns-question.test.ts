import { expect, it } from 'vitest';
import { answerOfDns, DNS_QUESTION, overStream } from './dns-question.ts';

it('is a question as RFC 1035 4.1 writes it', () => {
  const header = '53500100000100000000'.concat('0000');
  const name = '0570726f6265'.concat('0973616c6c79706f7274', '076578616d706c65', '00');
  expect(DNS_QUESTION.toString('hex')).toBe(`${header}${name}00010001`);
  expect(overStream(DNS_QUESTION).subarray(0, 2).toString('hex')).toBe('0029');
});

it('any answer to it counts, and nothing else', () => {
  const answer = Buffer.from(DNS_QUESTION);
  answer.writeUInt16BE(0x8183, 2); // RFC 1035 4.1.1: an answer, NXDOMAIN
  expect(answerOfDns(answer)).toEqual({ kind: 'answered' });
  expect(answerOfDns(DNS_QUESTION)).toEqual({ kind: 'closed' });
  expect(answerOfDns(Buffer.from('HTTP/1.1 400'))).toEqual({ kind: 'closed' });
  expect(answerOfDns(Buffer.alloc(0))).toEqual({ kind: 'closed' });
});
