import { describe, expect, it } from 'vitest';
import type { DnatRule, NetworkRule } from '../../../src/model/index.ts';
import type { Protocol } from '../../../src/net/index.ts';
import {
  collectionsInOrder,
  DNAT_MAX,
  dnatDestinations,
  evaluateFirewall,
  isValidPrescaling,
  matchesFqdn,
  matchUrl,
  networkRulePairs,
  parseFqdnPattern,
  parseUrlPattern,
  snatPorts,
} from '../../../src/semantics/firewall/index.ts';
import { natGatewayPorts } from '../../../src/semantics/outbound/snat-capacity.ts';
import vectors from '../data/rule-processing-vectors.json' with { type: 'json' };
import {
  applicationCollection,
  context,
  dnatCollection,
  dnatRule,
  exact,
  firewall,
  flow,
  group,
  networkCollection,
  networkRule,
  policy,
  ports,
  reference,
  sources,
  terms,
} from './build-firewall.ts';

describe('published examples of rule processing', () => {
  describe('where the asterisk of a target FQDN may stand and what it covers', () => {
    for (const vector of vectors.fqdnWildcard) {
      it(`AFW-51: ${vector.pattern} ${vector.host ?? ''}`, () => {
        const pattern = parseFqdnPattern(vector.pattern);
        if (vector.host === undefined) expect(pattern).toBeUndefined();
        else expect(matchesFqdn(pattern!, vector.host)).toBe(vector.match);
      });
    }
  });

  describe('how target URLs are written and what they cover', () => {
    for (const vector of vectors.urlWildcard) {
      it(`AFW-52: ${vector.pattern} ${vector.url ?? ''}`, () => {
        const pattern = parseUrlPattern(vector.pattern);
        if (vector.url === undefined) {
          expect(pattern).toBeUndefined();
          return;
        }
        const slash = vector.url.indexOf('/');
        const host = slash < 0 ? vector.url : vector.url.slice(0, slash);
        const path = slash < 0 ? '/' : vector.url.slice(slash);
        expect(matchUrl(pattern!, host, path)).toBe(vector.match ? 'yes' : 'no');
      });
    }
  });

  it('AFW-10 AFW-13: type beats inheritance, inheritance beats group priority, which beats collection priority', () => {
    const makeGroup = (entry: (typeof vectors.policyOrder.groups)[number]) =>
      group(
        entry.policy,
        entry.name,
        entry.priority,
        ...entry.collections.map(({ name, type, priority }) => {
          if (type === 'dnat') return dnatCollection(name, priority);
          return type === 'network'
            ? networkCollection(name, priority, 'Allow')
            : applicationCollection(name, priority, 'Allow');
        }),
      );
    // Written in reverse, so that only priorities can bring them into order.
    const of = (which: string) =>
      vectors.policyOrder.groups
        .filter((entry) => entry.policy === which)
        .map(makeGroup)
        .reverse();
    const placement = firewall({
      policies: [policy('parent', of('parent')), policy('child', of('child'))],
    });
    const order = (['dnat', 'network', 'application'] as const).flatMap((type) =>
      collectionsInOrder(placement, type).map((entry) => entry.name.split('/').at(-1)),
    );
    expect(order).toEqual(vectors.policyOrder.expected);
  });

  describe('SNAT ports', () => {
    for (const vector of vectors.snatPorts) {
      it(`AFW-78 AFW-E11 AZS-08: ${JSON.stringify(vector)}`, () => {
        const ports =
          vector.natGatewayIps === undefined
            ? snatPorts(vector.publicIps!, vector.instances!)
            : natGatewayPorts(vector.natGatewayIps);
        expect(ports).toBe(vector.ports);
      });
    }
  });

  describe('prescaling bounds are equal or differ by more than one', () => {
    for (const { min, max, valid } of vectors.prescaling) {
      it(`AFW-91: ${min} to ${max}`, () => expect(isValidPrescaling(min, max)).toBe(valid));
    }
  });

  describe('unique pairs of source and destination', () => {
    for (const vector of vectors.networkPairs) {
      it(`AFW-90: ${JSON.stringify(vector.rules)}`, () => {
        const rules = vector.rules.map((rule, index) => ruleWithPairs(index, rule));
        expect(networkRulePairs(rules)).toBe(vector.pairs);
      });
    }
  });

  describe('public addresses plus unique DNAT destinations', () => {
    for (const vector of vectors.dnatLimit) {
      it(`AFW-92: ${JSON.stringify(vector)}`, () => {
        const count = vector.rules ?? vector.uniqueDestinations;
        const rules = Array.from({ length: count }, (_, index): DnatRule => {
          const port = 1000 + (index % vector.uniqueDestinations);
          return dnatRule(`r${index}`, { destinationPorts: ports(`${port}`) });
        });
        expect(vector.publicIps + dnatDestinations(rules) <= DNAT_MAX).toBe(vector.ok);
      });
    }
  });

  describe('what Any means hangs on the port', () => {
    for (const vector of vectors.anyProtocol) {
      const placement = firewall({
        collections: [
          networkCollection(
            'c',
            100,
            'Allow',
            networkRule('r', {
              protocols: ['Any'],
              destinationAddresses: terms('*'),
              destinationPorts: ports(...vector.ports),
            }),
          ),
        ],
      });
      const verdict = (protocol: string) => {
        const kind = PROTOCOLS[protocol]!;
        const hasPorts = kind === 'tcp' || kind === 'udp';
        const { destinationPort, ...rest } = flow({
          destination: exact('10.50.0.4'),
          protocol: kind,
        });
        const asked = hasPorts ? { ...rest, destinationPort: destinationPort! } : rest;
        return evaluateFirewall(placement, asked, context()).verdict.kind;
      };
      for (const protocol of vector.matches) {
        it(`AFW-31: Any:${vector.ports} matches ${protocol}`, () =>
          expect(verdict(protocol)).toBe('allow'));
      }
      for (const protocol of vector.notMatches ?? []) {
        it(`AFW-31: Any:${vector.ports} leaves ${protocol}`, () =>
          expect(verdict(protocol)).toBe('deny'));
      }
    }
  });
});

const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  TCP: 'tcp',
  UDP: 'udp',
  ICMP: 'icmp',
  'ESP(50)': 'esp',
  'GRE(47)': 'other',
};

function ruleWithPairs(
  index: number,
  rule: { readonly sources: number | string; readonly destinations: number },
): NetworkRule {
  const list = (base: string, count: number) =>
    terms(...Array.from({ length: count }, (_, last) => `${base}.${last}`));
  const from =
    typeof rule.sources === 'string'
      ? { ...sources(), ipGroups: [reference('group')] }
      : { ...sources(), addresses: list('10.0.0', rule.sources) };
  return networkRule(`r${index}`, {
    sources: from,
    destinationAddresses: list('10.1.0', rule.destinations),
  });
}
