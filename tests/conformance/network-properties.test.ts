import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ipv4, parsePrefix, prefixHas } from '../../src/net/index.ts';
import { evaluateNsg } from '../../src/semantics/nsg/concrete.ts';
import { coveredRules } from '../../src/semantics/nsg/covered-rules.ts';
import { selectRoute, splitByRoute } from '../../src/semantics/routes/concrete.ts';
import {
  flow,
  networkOf,
  nsg,
  type RouteWords,
  type RuleWords,
  routeTable,
  vnet,
} from './network-fixture.ts';

const SUBNET = 'v/subnets/s';

/** Prefixes that nest and collide: everything, an eighth, the VNet, its halves, single addresses. */
const prefix = fc.constantFrom(
  '0.0.0.0/0',
  '10.0.0.0/8',
  '10.1.0.0/16',
  '10.1.0.0/17',
  '10.1.128.0/17',
  '10.1.0.4/32',
  '172.16.0.0/12',
  '20.0.0.0/8',
);
const address = fc.constantFrom(
  '10.1.0.4',
  '10.1.0.5',
  '10.1.200.1',
  '10.9.9.9',
  '172.16.5.5',
  '20.1.1.1',
  '8.8.8.8',
  '192.168.1.1',
);

function networkWith(prefixes: readonly string[]) {
  const routes = prefixes.map(
    (text, index): RouteWords => [text, 'VirtualAppliance', `10.1.255.${index}`],
  );
  return networkOf({
    vnets: [
      vnet('v', { space: ['10.1.0.0/16'], subnets: { s: { prefix: '10.1.0.0/24', table: 't' } } }),
    ],
    tables: [routeTable('t', routes)],
  });
}

describe('routes', () => {
  it('AZN-09: a brute-force longest prefix over user and system routes agrees', () => {
    fc.assert(
      fc.property(fc.uniqueArray(prefix, { maxLength: 6 }), address, (prefixes, to) => {
        const system = ['10.1.0.0/16', '0.0.0.0/0'];
        if (!prefixes.includes('0.0.0.0/0')) {
          system.push('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10');
        }
        const { destination } = flow(to, to);
        if (destination.kind !== 'exact') throw new Error('exact by construction');
        const all = [
          ...prefixes.map((text) => ({ text, source: 'User' })),
          ...system.map((text) => ({ text, source: 'Default' })),
        ];
        // User routes come first, so that a stable sort by length keeps them ahead of system ones.
        const best = all
          .map((route) => ({ ...route, prefix: parsePrefix(route.text)! }))
          .filter((route) => prefixHas(route.prefix, destination.ip))
          .sort((a, b) => b.prefix.length - a.prefix.length)[0]!;
        const choice = selectRoute(networkWith(prefixes), SUBNET, destination);
        expect(choice.kind).toBe('route');
        if (choice.kind !== 'route') return;
        expect([choice.route.prefixText, choice.route.source]).toEqual([best.text, best.source]);
      }),
      { numRuns: 150 },
    );
  });

  it('the shares of a split are disjoint, complete and agree with single look-ups', () => {
    fc.assert(
      fc.property(fc.uniqueArray(prefix, { maxLength: 6 }), address, (prefixes, to) => {
        const network = networkWith(prefixes);
        const everything = { v4: [0, 0xffff_ffff], v6: [] };
        const shares = splitByRoute(network, SUBNET, everything);
        const size = shares
          .flatMap((share) => share.addresses.v4)
          .reduce((sum, value, at) => sum + (at % 2 ? value + 1 : -value), 0);
        expect(size).toBe(2 ** 32);
        const { destination } = flow(to, to);
        if (destination.kind !== 'exact') return;
        const value = destination.ip.value as Ipv4;
        const holding = shares.filter(({ addresses: { v4 } }) =>
          v4.some((low, at) => at % 2 === 0 && low <= value && value <= v4[at + 1]!),
        );
        expect(holding).toHaveLength(1);
        const single = selectRoute(network, SUBNET, destination);
        const share = holding[0]!.choice;
        expect(share.kind === 'route' && single.kind === 'route' && share.route).toBe(
          single.kind === 'route' && single.route,
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('network security groups', () => {
  const rule = fc.record({
    access: fc.constantFrom('Allow' as const, 'Deny' as const),
    protocol: fc.constantFrom('tcp' as const, 'udp' as const, '*' as const),
    from: fc.subarray(['10.1.0.0/17', '10.1.128.0/17', '20.0.0.0/8', 'VirtualNetwork'], {
      minLength: 1,
    }),
    to: fc.constantFrom(['*'], ['10.1.0.4'], ['10.1.0.0/16']),
    ports: fc.constantFrom(['*'], ['80'], ['0-1023'], ['1024-65535'], ['80', '443']),
  });

  it('a rule that is said to be covered never decides', () => {
    fc.assert(
      fc.property(fc.array(rule, { minLength: 2, maxLength: 7 }), (rules) => {
        const words = rules.map(
          (one, index): RuleWords => ({
            ...one,
            name: `r${index}`,
            priority: 100 + index,
            direction: 'Inbound',
          }),
        );
        const group = nsg('g', words);
        const covered = new Set(coveredRules(group).map((one) => `g: ${one.rule.name}`));
        if (covered.size === 0) return;
        const network = networkWith([]);
        for (const from of ['10.1.0.5', '10.1.200.1', '20.1.1.1', '168.63.129.16', '8.8.8.8']) {
          for (const to of ['10.1.0.4', '10.1.0.6']) {
            for (const port of [80, 443, 500, 5000]) {
              for (const protocol of ['tcp', 'udp'] as const) {
                const asked = flow(from, to, port, { protocol });
                const at = { subnetKey: SUBNET };
                const verdict = evaluateNsg(network, group, 'Inbound', asked, at);
                const name = verdict.by.name.replace(/ \d+$/, '');
                expect(covered.has(name), `${name} decides ${from} ${to} ${port}`).toBe(false);
              }
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
