import { describe, expect, it } from 'vitest';
import { type Port, parseIp } from '../../net/index.ts';
import type { Trace } from '../../trace/index.ts';
import type { LabEnd } from '../plan/lab-plan.ts';
import { arrivalRules, arrivalsIn, judgeArrival, provenArrival } from './arrival.ts';
import type { Observation } from './attempt.ts';
import type { ProbePlan } from './probe-plan.ts';
import { type ProbeQuestion, sampleOf } from './questions.ts';

const plan: ProbePlan = {
  lab: 'x',
  hosts: [],
  links: [],
  names: [],
  ends: [
    { name: 'pod/shop/web-0', host: 'web-0', addresses: ['10.1.0.4'] },
    { name: 'pod/shop/web-1', host: 'web-1', addresses: ['10.1.0.5'] },
  ],
};

/** To a public front end that the load balancer translates to a pod's port. */
function trace(answer: Trace['answer'], disposition: Trace['forward']['disposition']): Trace {
  const flow: Trace['flow'] = {
    source: { kind: 'exact', ip: parseIp('198.51.100.1')! },
    destination: { kind: 'exact', ip: parseIp('203.0.113.2')! },
    destinationPort: 80 as Port,
    protocol: 'tcp',
    application: { kind: 'none' },
  };
  const arriving = {
    ...flow,
    destination: { kind: 'exact', ip: parseIp('10.1.0.4')! } as const,
    destinationPort: 8080 as Port,
  };
  return {
    question: { from: 'internet', to: '203.0.113.2:80' },
    flow,
    forward: { hops: [{ kind: 'pod', name: 'web', steps: [], flow: arriving }], disposition },
    answer,
    assumptions: [],
    summary: '',
    wouldOpen: [],
  };
}
const broken = trace('broken', { kind: 'delivered', to: 'web' });
const client: LabEnd = { name: 'internet', host: 'internet', addresses: ['198.18.0.10'] };
const silent: Observation = { id: 0, outcome: { kind: 'timeout' }, milliseconds: 1, address: '' };

describe('the first half of a broken connection', () => {
  it('is looked for at the host behind every translation, which may be the one that translates', () => {
    const arrival = provenArrival(plan, [broken], client, silent);
    expect(arrival).toEqual({ hosts: ['web-0'], protocol: 'tcp', ports: [80, 8080] });
    expect(arrivalRules(arrival!)).toContain(
      'tcp flags & (syn | ack) == syn tcp dport { 80, 8080 } counter',
    );
  });

  it('is not looked for where the proof says that nothing arrives, or something came back', () => {
    const denied = trace('denied', { kind: 'delivered', to: 'web' });
    expect(provenArrival(plan, [denied], client, silent)).toBeUndefined();
    expect(provenArrival(plan, [broken, denied], client, silent)).toBeUndefined();
    const answered = { ...silent, outcome: { kind: 'answered' } as const };
    expect(provenArrival(plan, [broken], client, answered)).toBeUndefined();
  });

  it('is not looked for behind a box that opens a connection of its own', () => {
    const [pod] = broken.forward.hops;
    const gateway = { ...pod!, kind: 'application-gateway', name: 'agw' };
    const hops = [gateway, pod!];
    const proxied = { ...broken, forward: { ...broken.forward, hops } };
    expect(provenArrival(plan, [proxied], client, silent)).toBeUndefined();
  });

  it('that does not arrive is a disagreement', () => {
    expect(judgeArrival(true, silent)).toEqual({ kind: 'agree' });
    expect(judgeArrival(false, silent)).toMatchObject({ kind: 'disagree' });
  });

  // `nft -j list counter inet t arrived` of nftables 1.0.6.
  it('is counted by the kernel', () => {
    const listing = (packets: number) =>
      `{"nftables": [{"counter": {"family": "inet", "name": "arrived", "table": "t", "handle": 1, "packets": ${packets}, "bytes": 60}}]}`;
    expect(arrivalsIn(listing(1))).toBe(1);
    expect(arrivalsIn(listing(0))).toBe(0);
    expect(arrivalsIn('')).toBe(0);
  });
});

describe('a sample', () => {
  it('holds what findings and expectations are shown by before anything else', () => {
    const question = (because: ProbeQuestion['because'], port: number): ProbeQuestion => ({
      from: 'internet',
      to: `203.0.113.2:${port}`,
      protocol: 'tcp',
      because,
    });
    const many = Array.from({ length: 90 }, (_, at) => question('query', at + 1));
    const told = [question('check', 800), question('expect', 801)];
    const chosen = sampleOf([...many.slice(0, 45), ...told, ...many.slice(45)], 10);
    expect(chosen).toHaveLength(10);
    expect(chosen).toEqual(expect.arrayContaining(told));
  });
});
