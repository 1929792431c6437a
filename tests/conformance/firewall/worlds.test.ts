import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AddressTerm } from '../../../src/model/index.ts';
import type { Port } from '../../../src/net/index.ts';
import {
  applicationCollection,
  applicationRule,
  dnatCollection,
  dnatRule,
  exact,
  firewall,
  flow,
  fqdns,
  https,
  networkCollection,
  networkRule,
  PUBLIC_ADDRESS,
  ports,
  terms,
  unknown,
} from './build-firewall.ts';
import { decide } from './summary.ts';

/** A tiny universe: a source list is `*`, one of two subnets, or a parameter without value. */
const SOURCES = ['*', '10.42.1.0/24', '10.43.0.0/16', '?'] as const;
const rule = fc.record({
  type: fc.constantFrom('network', 'application', 'dnat'),
  source: fc.constantFrom(...SOURCES),
  action: fc.constantFrom('Allow', 'Deny', '?'),
  priority: fc.integer({ min: 100, max: 104 }),
  port: fc.constantFrom('443', '80', '*'),
});
type RuleParts = typeof rule extends fc.Arbitrary<infer T> ? T : never;

/** Builds the firewall with every `?` replaced by what `fill` gives, or left open when it gives nothing. */
function build(rules: readonly RuleParts[], fill: (index: number) => boolean | undefined) {
  return firewall({
    collections: rules.map((parts, index) => {
      const filled = fill(index);
      const open = unknown(`parameter ${index}`);
      const action =
        parts.action !== '?'
          ? parts.action
          : filled === undefined
            ? open
            : filled
              ? 'Allow'
              : 'Deny';
      const list: AddressTerm[] =
        parts.source !== '?'
          ? terms(parts.source)
          : terms(filled === undefined ? open : filled ? '0.0.0.0/0' : '203.0.113.0/24');
      const sources = { addresses: list, ipGroups: [], kubeSelectorGroups: [] };
      // Distinct priorities: ties are a doubt of their own.
      const priority = parts.priority * 10 + index;
      const name = `c${index}`;
      switch (parts.type) {
        case 'network':
          return networkCollection(
            name,
            priority,
            action,
            networkRule('r', {
              sources,
              destinationAddresses: terms('*'),
              destinationPorts: ports(parts.port),
            }),
          );
        case 'application':
          return applicationCollection(
            name,
            priority,
            action,
            applicationRule('r', { sources, targetFqdns: fqdns('*.example') }),
          );
        default:
          return dnatCollection(
            name,
            priority,
            dnatRule('r', { sources, destinationPorts: ports(parts.port) }),
          );
      }
    }),
  });
}

const FLOWS = [
  https('a.example'),
  flow({ destination: exact('10.50.0.4') }),
  flow({ destination: exact('10.50.0.4'), destinationPort: 80 as Port }),
  flow({ source: exact('203.0.113.7'), destination: exact(PUBLIC_ADDRESS) }),
];

describe('verdicts over all worlds', () => {
  it('AFW-11: an answer holds in every world that fits what is known, and an unknown has a reason', () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 5 }), fc.constantFrom(...FLOWS), (rules, asked) => {
        const { verdict, after } = decide(
          build(rules, () => undefined),
          asked,
        );
        if (verdict.kind === 'unknown') expect(verdict.why.length).toBeGreaterThan(0);
        if (verdict.kind !== 'deny') expect(after).toBeDefined();
        if (verdict.kind === 'unknown') return;
        for (let world = 0; world < 2 ** rules.length; world += 1) {
          const filled = decide(
            build(rules, (index) => (world & (1 << index)) !== 0),
            asked,
          );
          expect(filled.verdict.kind).toBe(verdict.kind);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('AFW-12: the order in which collections are written changes nothing', () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 6 }), fc.constantFrom(...FLOWS), (rules, asked) => {
        const placement = build(rules, () => undefined);
        const reversed = firewall({ collections: [...placement.firewall.collections].reverse() });
        expect(decide(reversed, asked).verdict).toEqual(decide(placement, asked).verdict);
      }),
      { numRuns: 200 },
    );
  });

  it('5,000 rules are evaluated in a few milliseconds per flow', () => {
    const rules = Array.from({ length: 5000 }, (_, index) =>
      networkRule(`r${index}`, {
        sources: {
          addresses: terms(`10.${index >> 8}.${index & 255}.0/24`),
          ipGroups: [],
          kubeSelectorGroups: [],
        },
        destinationAddresses: terms('AzureCloud.eastus', '198.51.100.0/24'),
      }),
    );
    const placement = firewall({ collections: [networkCollection('c', 100, 'Allow', ...rules)] });
    decide(placement, flow());
    const started = performance.now();
    for (let count = 0; count < 20; count += 1) decide(placement, flow());
    expect((performance.now() - started) / 20).toBeLessThan(100);
  });
});
