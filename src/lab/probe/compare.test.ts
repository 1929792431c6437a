import { describe, expect, it } from 'vitest';
import { parseDomainName, parseIp } from '../../net/index.ts';
import type { Trace } from '../../trace/index.ts';
import type { Observation, Outcome } from './attempt.ts';
import { compare } from './compare.ts';

function traceOf(answer: Trace['answer'], leavesAs = '10.1.0.4'): Trace {
  const flow: Trace['flow'] = {
    source: { kind: 'exact', ip: parseIp(leavesAs)! },
    destination: { kind: 'exact', ip: parseIp('198.18.0.1')! },
    protocol: 'tcp',
    application: { kind: 'none' },
  };
  return {
    question: { from: 'a', to: 'b' },
    flow,
    forward: {
      hops: [{ kind: 'firewall', name: 'fw', steps: [], flow }],
      disposition: { kind: 'delivered', to: 'b' },
    },
    answer,
    assumptions: [],
    summary: '',
    wouldOpen: [],
  };
}
const seen = (outcome: Outcome): Observation => ({
  id: 0,
  outcome,
  milliseconds: 1,
  address: '198.18.0.1',
});
const answered = seen({ kind: 'answered', seenSource: '10.1.0.4' });
const silent = seen({ kind: 'timeout' });

describe('what the proof says and what happened', () => {
  it('an answer agrees with allowed only', () => {
    expect(compare([traceOf('allowed')], answered)).toEqual({ kind: 'agree' });
    expect(compare([traceOf('denied')], answered).kind).toBe('disagree');
    expect(compare([traceOf('broken')], answered).kind).toBe('disagree');
  });

  it('no answer agrees with denied and with broken', () => {
    expect(compare([traceOf('denied')], silent)).toEqual({ kind: 'agree' });
    expect(compare([traceOf('broken')], seen({ kind: 'closed' }))).toEqual({ kind: 'agree' });
    expect(compare([traceOf('allowed')], seen({ kind: 'blocked', status: 470 }))).toEqual({
      kind: 'disagree',
      why: 'proof: allowed; lab: blocked with 470',
    });
  });

  it('what the proof leaves open is neither', () => {
    expect(compare([traceOf('unknown')], answered)).toEqual({ kind: 'open' });
    expect(compare([traceOf('unknown')], silent)).toEqual({ kind: 'open' });
  });

  it('of ways that end differently the kernel took one', () => {
    expect(compare([traceOf('allowed'), traceOf('broken')], silent)).toEqual({ kind: 'agree' });
    expect(compare([traceOf('denied'), traceOf('broken')], answered).kind).toBe('disagree');
  });

  it('a name that the proof says does not resolve must not resolve', () => {
    const ends = traceOf('denied');
    const nameless: Trace = {
      ...ends,
      flow: { ...ends.flow, destinationName: parseDomainName('nobody.example')! },
      forward: { ...ends.forward, hops: [{ ...ends.forward.hops[0]!, kind: 'name' }] },
    };
    expect(compare([nameless], { ...answered, isNameless: true })).toEqual({ kind: 'agree' });
    expect(compare([nameless], answered).kind).toBe('disagree');
  });

  it('a port that a Service does not have is no name', () => {
    const ends = traceOf('denied');
    const portless: Trace = {
      ...ends,
      forward: { ...ends.forward, hops: [{ ...ends.forward.hops[0]!, kind: 'name' }] },
    };
    expect(compare([portless], silent)).toEqual({ kind: 'agree' });
  });

  it('without an address nothing was sent, and nothing is held against the proof', () => {
    expect(compare([traceOf('allowed')], seen({ kind: 'no-name' }))).toEqual({ kind: 'open' });
  });

  it('the source that the other end saw is the one the proof translated to', () => {
    expect(compare([traceOf('allowed', '203.0.113.4')], answered)).toEqual({
      kind: 'disagree',
      why: 'proof: the other end sees 203.0.113.4; lab: it saw 10.1.0.4',
    });
    expect(compare([traceOf('allowed')], seen({ kind: 'answered' }))).toEqual({ kind: 'agree' });
  });
});
