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

  it('that a name has no answer may be one of its ways', () => {
    const named = traceOf('denied');
    const name = parseDomainName('aks-1.privatelink.westeurope.azmk8s.io')!;
    const flow = { ...named.flow, destinationName: name };
    const hops = [{ kind: 'name' as const, name, steps: [], flow }];
    const nobody: Trace = { ...named, flow, forward: { ...named.forward, hops } };
    const nameless: Observation = { ...answered, isNameless: true };
    expect(compare([nobody, traceOf('allowed', '10.9.9.9')], nameless)).toEqual({ kind: 'agree' });
    expect(compare([nobody, traceOf('allowed')], silent)).toEqual({ kind: 'agree' });
    expect(compare([traceOf('denied')], nameless).kind).toBe('disagree');
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

  it('AFW-03: the firewall of the lab stands for its instances, with the private address that none of them has', () => {
    const proven = traceOf('allowed');
    // 10.0.0.0/26 without 10.0.0.4.
    const addresses = { v4: [0x0a000000, 0x0a000003, 0x0a000005, 0x0a00003f], v6: [] };
    const instance = { kind: 'within', addresses, label: 'an instance of firewall fw' } as const;
    const flow = { ...proven.flow, source: { ...instance, symbol: 'x/fw.instance-address' } };
    const sent = (one: typeof proven.flow): Trace => ({
      ...proven,
      flow: one,
      forward: { ...proven.forward, hops: [{ ...proven.forward.hops[0]!, flow: one }] },
    });
    const saw = (seenSource: string) => seen({ kind: 'answered', seenSource });
    expect(compare([sent(flow)], saw('10.0.0.4'))).toEqual({ kind: 'agree' });
    expect(compare([sent(flow)], saw('10.0.0.64')).kind).toBe('disagree');
    expect(compare([sent({ ...flow, source: instance })], saw('10.0.0.4')).kind).toBe('disagree');
  });
});
