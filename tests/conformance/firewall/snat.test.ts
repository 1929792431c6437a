import { describe, expect, it } from 'vitest';
import published from '../../../data/firewall-limits.json' with { type: 'json' };
import type { Port } from '../../../src/net/index.ts';
import { isFirewallSubnet } from '../../../src/semantics/firewall/index.ts';
import * as limits from '../../../src/semantics/firewall/limits.ts';
import {
  AT,
  applicationCollection,
  applicationRule,
  dnatCollection,
  dnatRule,
  exact,
  type FirewallParts,
  firewall,
  firewallSubnet,
  flow,
  fqdns,
  https,
  networkCollection,
  networkRule,
  publicAddress,
  ranges,
  terms,
  tunnelled,
  unknown,
  within,
} from './build-firewall.ts';
import { decide, leaving } from './summary.ts';

const COLLECTIONS = [
  networkCollection(
    'n',
    100,
    'Allow',
    networkRule('r', {
      protocols: ['Any'],
      destinationAddresses: terms(
        '8.8.8.8',
        '10.0.0.0/8',
        '192.168.0.0/16',
        '100.64.0.0/10',
        '172.16.0.0/12',
      ),
    }),
  ),
  applicationCollection('a', 100, 'Allow', applicationRule('r', { targetFqdns: fqdns('*') })),
];
const one = (parts: FirewallParts = {}) => firewall({ collections: COLLECTIONS, ...parts });
const ranged = (...texts: readonly string[]) =>
  one({ settings: { snatPrivateRanges: terms(...texts) } });

const toInternet = flow();
const toPrivate = (text: string) => flow({ destination: exact(text) });
const INSTANCE = 'an instance of firewall fw';

describe('SNAT', () => {
  it('AFW-70 AFW-75: a network rule keeps the source towards RFC 1918 and 100.64.0.0/10', () => {
    for (const text of ['10.50.0.4', '172.31.0.1', '192.168.1.4', '100.127.0.1']) {
      expect(leaving(one(), toPrivate(text))).toBe(`10.42.1.6 → ${text}:443`);
    }
  });

  it('AFW-71: towards the Internet a network rule puts in a public address of the firewall', () => {
    expect(leaving(one(), toInternet)).toBe('20.51.7.8 → 8.8.8.8:443');
  });

  it('AFW-71 AFW-E12: with several public addresses any of them may be it', () => {
    const placement = one({
      placement: { publicAddresses: ['20.51.7.8', '20.51.7.9', '20.51.7.20'].map(publicAddress) },
    });
    const { after } = decide(placement, toInternet);
    expect(after?.source).toMatchObject({
      kind: 'within',
      addresses: ranges('20.51.7.8', '20.51.7.9', '20.51.7.20'),
    });
  });

  it('AFW-72: an application rule always translates: outside to a public address, inside to an instance', () => {
    expect(leaving(one(), https('a.example'))).toBe('20.51.7.8 → a.example:443');
    const onlyNames = firewall({ collections: [COLLECTIONS[1]!] });
    expect(leaving(onlyNames, https('app.internal', { destination: exact('10.50.0.4') }))).toBe(
      `${INSTANCE} → 10.50.0.4:443`,
    );
  });

  it('AFW-73 AFW-E13: a NAT gateway on the firewall subnet replaces the public address, and only that', () => {
    const gateway = {
      key: 'ng',
      name: 'ng',
      at: AT,
      id: 'ng',
      zones: [],
      tags: {},
      publicIps: [],
      publicIpPrefixes: [],
    };
    const placement = one({ placement: { natGateway: { kind: 'found', target: gateway } } });
    expect(leaving(placement, toInternet)).toBe('NAT gateway ng → 8.8.8.8:443');
    expect(leaving(placement, https('a.example'))).toBe('NAT gateway ng → a.example:443');
    expect(leaving(placement, toPrivate('10.50.0.4'))).toBe('10.42.1.6 → 10.50.0.4:443');
  });

  it('AFW-74: with forced tunnelling an instance address goes out, unless everything is a private range', () => {
    expect(leaving(one(tunnelled('VirtualNetworkGateway')), toInternet)).toBe(
      `${INSTANCE} → 8.8.8.8:443`,
    );
    const everything = { settings: { snatPrivateRanges: terms('0.0.0.0/0') } };
    expect(leaving(one({ ...tunnelled('VirtualNetworkGateway'), ...everything }), toInternet)).toBe(
      '10.42.1.6 → 8.8.8.8:443',
    );
    expect(leaving(one(tunnelled('Internet')), toInternet)).toBe('20.51.7.8 → 8.8.8.8:443');
  });

  it('AFW-05: without a management interface a default route elsewhere is no forced tunnelling', () => {
    const { placement } = tunnelled('VirtualNetworkGateway');
    expect(leaving(one({ placement: placement! }), toInternet)).toBe('20.51.7.8 → 8.8.8.8:443');
  });

  it('AFW-74: a route table that is not in the input leaves both sources open', () => {
    const { firewall: parts } = tunnelled('Internet');
    const subnet = firewallSubnet({ routeTable: { kind: 'dangling', id: 'rt', at: AT } });
    expect(leaving(one({ firewall: parts!, placement: { subnet } }), toInternet)).toBe(
      `${INSTANCE} or 20.51.7.8 → 8.8.8.8:443`,
    );
  });

  it("AFW-75 AFW-E14: a list of one's own replaces the defaults", () => {
    expect(leaving(ranged('10.0.0.0/8'), toPrivate('10.50.0.4'))).toBe('10.42.1.6 → 10.50.0.4:443');
    expect(leaving(ranged('10.0.0.0/8'), toPrivate('192.168.1.4'))).toBe(
      `${INSTANCE} or 20.51.7.8 → 192.168.1.4:443`,
    );
  });

  it('AFW-76: 0.0.0.0/0 never translates network rule flows, 255.255.255.255/32 always; application rules do not care', () => {
    expect(leaving(ranged('0.0.0.0/0'), toInternet)).toBe('10.42.1.6 → 8.8.8.8:443');
    expect(leaving(ranged('0.0.0.0/0'), https('a.example'))).toBe('20.51.7.8 → a.example:443');
    expect(leaving(ranged('255.255.255.255/32'), toInternet)).toBe('20.51.7.8 → 8.8.8.8:443');
    expect(decide(ranged('255.255.255.255/32'), toPrivate('10.50.0.4')).translations).toHaveLength(
      1,
    );
  });

  it('AFW-79: a private destination outside the ranges sees an instance or a public address', () => {
    expect(leaving(ranged('255.255.255.255/32'), toPrivate('10.50.0.4'))).toBe(
      `${INSTANCE} or 20.51.7.8 → 10.50.0.4:443`,
    );
  });

  it('AFW-77: prefixes that Route Server taught may make any destination private', () => {
    const learning = one({ settings: { autoLearnPrivateRanges: true } });
    expect(leaving(learning, toInternet)).toBe('10.42.1.6 or 20.51.7.8 → 8.8.8.8:443');
    expect(leaving(learning, toPrivate('10.50.0.4'))).toBe('10.42.1.6 → 10.50.0.4:443');
  });

  it('AFW-75: a range that is not known leaves both sources open', () => {
    const open = one({
      settings: { snatPrivateRanges: terms(unknown('a value for parameter ranges')) },
    });
    expect(leaving(open, toInternet)).toBe('10.42.1.6 or 20.51.7.8 → 8.8.8.8:443');
  });

  it('AFW-70: a destination that may be inside or outside leaves both sources open', () => {
    const anywhere = firewall({
      collections: [
        networkCollection(
          'n',
          100,
          'Allow',
          networkRule('r', { destinationAddresses: terms('*') }),
        ),
      ],
    });
    const either = flow({ destination: within('somewhere', '9.0.0.0-10.0.0.255') });
    expect(leaving(anywhere, either)).toContain(
      '10.42.1.6 or an instance of firewall fw or 20.51.7.8',
    );
  });

  it('AFW-26: the implicit rule of an open DNAT rule always translates', () => {
    const placement = firewall({
      collections: [
        dnatCollection(
          'in',
          100,
          dnatRule('web', {
            sources: { addresses: terms('*'), ipGroups: [], kubeSelectorGroups: [] },
          }),
        ),
      ],
    });
    const inside = flow({ destination: exact('10.42.1.200'), destinationPort: 80 as Port });
    expect(leaving(placement, inside)).toBe(`${INSTANCE} → 10.42.1.200:80`);
  });
});

describe('limits', () => {
  it('AFW-04: the subnets have fixed names and are at least a /26', () => {
    expect(isFirewallSubnet('AzureFirewallSubnet', 26)).toBe(true);
    expect(isFirewallSubnet('AzureFirewallSubnet', 24)).toBe(true);
    expect(isFirewallSubnet('AzureFirewallSubnet', 27)).toBe(false);
    expect(isFirewallSubnet('azurefirewallsubnet', 26)).toBe(false);
    expect(isFirewallSubnet('AzureFirewallManagementSubnet', 26, 'management')).toBe(true);
  });

  it('AFW-95 AFW-E19: the numbers are those of the published table', () => {
    expect(limits.PUBLIC_ADDRESSES_MAX).toBe(published.publicIpsMax);
    expect(limits.RULE_COLLECTION_GROUPS_MAX).toBe(published.ruleCollectionGroup.maxPerPolicy);
    expect(limits.IP_GROUPS_MAX).toBe(published.ipGroups.perFirewall);
    expect(limits.IP_GROUP_ENTRIES_MAX).toBe(published.ipGroups.addressesPerGroup);
    expect(limits.CUSTOM_DNS_SERVERS_MAX).toBe(published.customDnsServersMax);
    expect([limits.PRIORITY_MIN, limits.PRIORITY_MAX]).toEqual([
      published.priorities.min,
      published.priorities.max,
    ]);
    expect(limits.DNAT_PORT_MAX).toBe(published.ports.natRule[1]);
    expect(limits.DNAT_MAX).toBe(published.dnatLimit.max);
    expect(limits.NETWORK_RULE_PAIRS_MAX).toBe(published.networkRuleUniquePairs.max);
  });
});
