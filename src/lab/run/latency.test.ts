import { describe, expect, it } from 'vitest';
import type { Failure } from './failures.ts';
import { latencyBatch } from './latency.ts';

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

// As tc-netem(8) has it.
describe('latency', () => {
  it('delays what every interface of the host sends, and no other', () => {
    expect(latencyBatch(plan, 'fabric', [], [late('fabric', 50)])).toBe(
      'qdisc replace dev p1 root netem delay 50ms\nqdisc replace dev p2 root netem delay 50ms\n',
    );
    expect(latencyBatch(plan, 'fw', [], [late('vm', 50)])).toBe('');
  });

  it('is the longest of what is broken, and ends with the last', () => {
    const both = [late('fw', 50), late('fw', 80)];
    expect(latencyBatch(plan, 'fw', [late('fw', 50)], both)).toContain('delay 80ms');
    expect(latencyBatch(plan, 'fw', both, [late('fw', 80)])).toBe('');
    expect(latencyBatch(plan, 'fw', [late('fw', 80)], [])).toBe('qdisc del dev eth0 root\n');
  });

  it('of a cable is that of its interface', () => {
    const cable = { ...late('fabric', 9), cuts: [{ host: 'fabric', interface: 'p2' }] };
    expect(latencyBatch(plan, 'fabric', [], [cable])).toBe(
      'qdisc replace dev p2 root netem delay 9ms\n',
    );
  });
});
