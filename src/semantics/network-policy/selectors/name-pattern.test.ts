import { describe, expect, it } from 'vitest';
import { parseDomainName } from '../../../net/index.ts';
import {
  ciliumName,
  ciliumPattern,
  clusterNetworkPolicyName,
  matchesName,
} from './name-pattern.ts';

const name = (text: string) => parseDomainName(text)!;

describe('name patterns', () => {
  // The table of cilium/cilium pkg/fqdn/matchpattern as the reference cites it.
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['*.x.io', ['a.x.io'], ['x.io', 'a.b.x.io']],
    ['**.x.io', ['a.x.io', 'a.b.x.io'], ['x.io']],
    ['x*.io', ['x.io', 'xy.io'], ['x.y.io']],
    ['a*b.io', ['ab.io', 'a-1-b.io'], ['a.b.io']],
    ['*', ['x.io', 'a.b.c'], []],
    ['*.*.svc.cluster.local', ['web.prod.svc.cluster.local'], ['web.svc.cluster.local']],
    ['*.X.io.', ['a.x.io'], ['x.io']],
  ];
  for (const [pattern, matching, others] of rows) {
    it(`K8P-48: Cilium's \`${pattern}\``, () => {
      const parsed = ciliumPattern(pattern)!;
      for (const text of matching)
        expect([text, matchesName(parsed, name(text))]).toEqual([text, true]);
      for (const text of others)
        expect([text, matchesName(parsed, name(text))]).toEqual([text, false]);
    });
  }

  it('K8P-48: an invalid character rejects the pattern; matchName ignores case and the trailing dot', () => {
    expect(ciliumPattern('a b.io')).toBeUndefined();
    expect(ciliumPattern('a(b)*.io')).toBeUndefined();
    expect(matchesName(ciliumName('A.x.io.'), name('a.x.io'))).toBe(true);
  });

  it('K8P-27: ClusterNetworkPolicy *. is one or more whole labels, and nothing else is a wildcard', () => {
    const parsed = clusterNetworkPolicyName('*.x.io')!;
    expect(matchesName(parsed, name('a.x.io'))).toBe(true);
    expect(matchesName(parsed, name('a.b.x.io'))).toBe(true);
    expect(matchesName(parsed, name('x.io'))).toBe(false);
    expect(matchesName(clusterNetworkPolicyName('x.io.')!, name('x.io'))).toBe(true);
    for (const text of ['a*.x.io', '*', 'x.*.io', '**.x.io', 'a_b.io', 'x..io']) {
      expect([text, clusterNetworkPolicyName(text)]).toEqual([text, undefined]);
    }
  });

  it('a pattern of many stars is matched without running away', () => {
    const parsed = ciliumPattern(`${'a*'.repeat(30)}b.io`)!;
    expect(matchesName(parsed, name(`${'a'.repeat(60)}.io`))).toBe(false);
  });
});
