import { describe, expect, it } from 'vitest';
import type { Failure } from './failures.ts';
import { lateWays, netemBatch } from './latency.ts';

const plan = {
  links: [
    {
      ends: [
        { host: 'fw', interface: 'eth0' },
        { host: 'fabric', interface: 'p1' },
      ],
    },
    {
      ends: [
        { host: 'vm', interface: 'eth0' },
        { host: 'fabric', interface: 'p2' },
      ],
    },
  ],
} as const;
const late = (host: string, latencyMilliseconds: number): Failure => ({
  what: `${host}-${latencyMilliseconds}`,
  lossPercent: 0,
  latencyMilliseconds,
  cuts: [{ host }],
});
const ways = (...failures: readonly Failure[]) =>
  lateWays(plan, failures).map(
    (way) =>
      `${way.host} ${way.interface} > ${way.arrives.host} ${way.arrives.interface} ${way.milliseconds}`,
  );

describe('latency', () => {
  it('delays what every interface of the host sends, and no other', () => {
    expect(ways(late('fabric', 50))).toEqual(['fabric p1 > fw eth0 50', 'fabric p2 > vm eth0 50']);
    expect(ways(late('vm', 50))).toEqual(['vm eth0 > fabric p2 50']);
  });

  it('is the longest of what is broken, and nothing where packets are only lost', () => {
    expect(ways(late('fw', 50), late('fw', 80))).toEqual(['fw eth0 > fabric p1 80']);
    expect(ways({ what: 'fw', lossPercent: 30, cuts: [{ host: 'fw' }] })).toEqual([]);
  });

  it('of a cable is that of both directions', () => {
    const cable = { ...late('fabric', 9), cuts: [{ host: 'fabric', interface: 'p2' }] };
    expect(ways(cable)).toEqual(['vm eth0 > fabric p2 9', 'fabric p2 > vm eth0 9']);
  });

  it('of a port is that of its host', () => {
    expect(ways({ ...late('vm', 5), cuts: [{ host: 'vm', port: 53 }] })).toEqual(
      ways(late('vm', 5)),
    );
  });

  it('has a number of its own on every way', () => {
    const numbers = lateWays(plan, [late('fabric', 1), late('fw', 1), late('vm', 1)]).map(
      ({ number }) => number,
    );
    expect([...numbers].sort()).toEqual([1, 2, 3, 4]);
  });
});

// As tc-netem(8) has it.
describe('latency by netem', () => {
  const batch = (host: string, before: readonly Failure[], after: readonly Failure[]) =>
    netemBatch(host, lateWays(plan, before), lateWays(plan, after));

  it('is a discipline of the interface that sends', () => {
    expect(batch('fabric', [], [late('fabric', 50)])).toBe(
      'qdisc replace dev p1 root netem limit 10000 delay 50ms\nqdisc replace dev p2 root netem limit 10000 delay 50ms\n',
    );
    expect(batch('fw', [], [late('vm', 50)])).toBe('');
  });

  it('changes with the longest, and ends with the last', () => {
    const both = [late('fw', 50), late('fw', 80)];
    expect(batch('fw', [late('fw', 50)], both)).toContain('delay 80ms');
    expect(batch('fw', both, [late('fw', 80)])).toBe('');
    expect(batch('fw', [late('fw', 80)], [])).toBe('qdisc del dev eth0 root\n');
  });
});
