import { describe, expect, it } from 'vitest';
import { type Json, snapshotOf } from '../../../tests/support/snapshot-of.ts';
import { readPerimeter } from '../../model/index.ts';
import {
  addressSetHas,
  formatAddressSet,
  type PortSet,
  parseIp,
  singleAddress,
} from '../../net/index.ts';
import { deriveNetwork } from '../../network/index.ts';
import { AddressSets } from './address-sets.ts';
import { securityChain } from './security-chains.ts';
import { type ReadyRule, readyRules } from './security-rules.ts';
import { tagsOfSubnet } from './security-tags.ts';

const GROUP =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network';
const ref = (path: string) => ({ id: `${GROUP}/${path}` });

function networkWith(rules: readonly Json[], routes: readonly Json[] = [], peerAccess = true) {
  const vnet = (name: string, space: string) => ({
    type: 'Microsoft.Network/virtualNetworks',
    name,
    properties: {
      addressSpace: { addressPrefixes: [space] },
      subnets: [
        {
          name: 's',
          properties: {
            addressPrefix: space.replace('/16', '/24'),
            routeTable: ref('routeTables/t'),
          },
        },
      ],
    },
  });
  const peering = (from: string, to: string) => ({
    type: 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings',
    name: `${from}/p`,
    properties: {
      remoteVirtualNetwork: ref(`virtualNetworks/${to}`),
      allowVirtualNetworkAccess: peerAccess,
      peeringState: 'Connected',
    },
  });
  const snapshot = snapshotOf([
    vnet('a', '10.1.0.0/16'),
    vnet('b', '10.2.0.0/16'),
    peering('a', 'b'),
    peering('b', 'a'),
    { type: 'Microsoft.Network/routeTables', name: 't', properties: { routes } },
    {
      type: 'Microsoft.Network/networkSecurityGroups',
      name: 'n',
      properties: { securityRules: rules },
    },
  ]);
  const network = deriveNetwork(readPerimeter(snapshot));
  const subnet = network.subnets.get(`${GROUP}/virtualNetworks/a/subnets/s`.toLowerCase())!;
  return { network, subnet, group: [...network.perimeter.networkSecurityGroups.values()][0]! };
}

function rule(name: string, properties: Json): Json {
  return {
    name,
    properties: {
      priority: 100,
      direction: 'Inbound',
      access: 'Allow',
      protocol: '*',
      sourceAddressPrefix: '*',
      destinationAddressPrefix: '*',
      sourcePortRange: '*',
      destinationPortRange: '*',
      ...properties,
    },
  };
}

function inbound(rules: readonly Json[], routes: readonly Json[] = []) {
  const { network, subnet, group } = networkWith(rules, routes);
  return readyRules(group, 'Inbound', tagsOfSubnet(network, subnet), network, () =>
    singleAddress(parseIp('10.1.0.9')!),
  );
}

/** First match by hand over the ready rules. */
function verdict(rules: readonly ReadyRule[], source: string, destination: string): string {
  const found = rules.find(
    (one) =>
      addressSetHas(one.sources, parseIp(source)!) &&
      addressSetHas(one.destinations, parseIp(destination)!),
  );
  return `${found?.access} ${found?.name}`;
}

describe('security rules made ready', () => {
  it('AZN-31: default rules alone let the VNet and its peers in, and nobody else (N1)', () => {
    const { rules } = inbound([]);
    expect(verdict(rules, '10.2.0.4', '10.1.0.4')).toBe('Allow AllowVnetInBound');
    expect(verdict(rules, '168.63.129.16', '10.1.0.4')).toBe('Allow AllowVnetInBound');
    expect(verdict(rules, '198.51.100.7', '20.1.1.1')).toBe('Deny DenyAllInBound');
  });

  it('AZN-34: a rule for AzureLoadBalancer admits probes and no client (N2)', () => {
    const { rules } = inbound([rule('web', { sourceAddressPrefix: 'AzureLoadBalancer' })]);
    expect(verdict(rules, '168.63.129.16', '20.1.1.1')).toBe('Allow web');
    expect(verdict(rules, '198.51.100.7', '20.1.1.1')).toBe('Deny DenyAllInBound');
  });

  it('AZN-33: a user route 0.0.0.0/0 makes VirtualNetwork every address', () => {
    const route = {
      name: 'all',
      properties: {
        addressPrefix: '0.0.0.0/0',
        nextHopType: 'VirtualAppliance',
        nextHopIpAddress: '10.1.9.4',
      },
    };
    const { rules } = inbound([], [route]);
    expect(verdict(rules, '198.51.100.7', '20.1.1.1')).toBe('Allow AllowVnetInBound');
  });

  it('AZN-39: without allowVirtualNetworkAccess a peer is not in the tag', () => {
    const { network, subnet } = networkWith([], [], false);
    expect(formatAddressSet(tagsOfSubnet(network, subnet).virtualNetwork)).toBe(
      '10.1.0.0/16, 168.63.129.16',
    );
  });

  it('AZN-35: Internet is public space, without the connected networks', () => {
    const { network, subnet } = networkWith([]);
    const { internet } = tagsOfSubnet(network, subnet);
    for (const address of ['8.8.8.8', '20.1.1.1', '198.18.0.10']) {
      expect(addressSetHas(internet, parseIp(address)!)).toBe(true);
    }
    for (const address of ['10.2.0.4', '192.168.1.1', '100.64.0.1', '168.63.129.16', '224.0.0.1']) {
      expect(addressSetHas(internet, parseIp(address)!)).toBe(false);
    }
  });

  it('AZN-30: tries lower numbers first, whatever the order in the file', () => {
    const { rules } = inbound([
      rule('late', { priority: 300 }),
      rule('early', { priority: 200, access: 'Deny' }),
    ]);
    expect(rules.slice(0, 2).map(({ name }) => name)).toEqual(['early', 'late']);
  });

  it('AZN-41: a group stands for the addresses of its members', () => {
    const group = rule('group', {
      destinationAddressPrefix: undefined,
      destinationApplicationSecurityGroups: [ref('applicationSecurityGroups/web')],
    });
    const { rules } = inbound([group]);
    expect(formatAddressSet(rules[0]!.destinations)).toBe('10.1.0.9');
  });

  it('fails closed where a tag is not known: an allow matches nothing, a deny all public addresses', () => {
    const { rules, gaps } = inbound([
      rule('allowed', { priority: 100, sourceAddressPrefix: 'GatewayManager' }),
      rule('denied', { priority: 110, access: 'Deny', sourceAddressPrefix: 'Nonsense.Tag' }),
    ]);
    expect(formatAddressSet(rules[0]!.sources)).toBe('no address');
    expect(verdict(rules, '198.51.100.7', '10.1.0.4')).toBe('Deny denied');
    // Service tags stand for published prefixes (azure-networking 5.4): private addresses are in none.
    expect(verdict(rules, '10.2.0.4', '10.1.0.4')).toBe('Allow AllowVnetInBound');
    expect(gaps.map(({ what }) => what)).toEqual(['rule n/allowed', 'rule n/denied']);
  });
});

describe('rules as nftables', () => {
  const ready = (further: Partial<ReadyRule>): ReadyRule => ({
    name: 'r',
    access: 'Allow',
    protocol: '*',
    sources: { v4: [0, 0xffff_ffff], v6: [] },
    destinations: { v4: [0x0a000004, 0x0a000004], v6: [] },
    sourcePorts: [0, 65535],
    destinationPorts: [0, 65535],
    namesPlatform: false,
    ...further,
  });
  const lines = (one: ReadyRule) =>
    securityChain('c', 'g', [one], new AddressSets('s'))
      .slice(1, -1)
      .map((line) => line.trim());

  it('AZN-40: ports of a rule for every protocol say nothing about ICMP', () => {
    const ports: PortSet = [80, 80, 443, 445];
    expect(lines(ready({ destinationPorts: ports }))).toEqual([
      'ip daddr 10.0.0.4 meta l4proto { tcp, udp, sctp } th dport { 80, 443-445 } counter return',
      'ip daddr 10.0.0.4 meta l4proto != { tcp, udp, sctp } counter return',
    ]);
    expect(lines(ready({ protocol: 'icmp', destinationPorts: ports }))).toEqual([
      'ip daddr 10.0.0.4 meta l4proto icmp counter return',
    ]);
  });

  it('a rule without addresses, or without ports, matches nothing', () => {
    expect(lines(ready({ sources: { v4: [], v6: [] } }))).toEqual([]);
    expect(lines(ready({ destinationPorts: [] }))).toEqual([]);
  });

  it('a denial is logged with names that nobody can break out of', () => {
    const [line] = lines(ready({ access: 'Deny', name: 'a" drop; }\n#' }));
    expect(line).toBe(
      'ip daddr 10.0.0.4 log prefix "nsg=g;rule=a__drop_____ " group 6 snaplen 64 counter drop',
    );
  });

  it('many addresses become a set with a name, shared by rules that mean the same', () => {
    const sets = new AddressSets('s');
    const many = { v4: [0, 2, 4, 6, 8, 10, 12, 14].flatMap((value) => [value, value]), v6: [] };
    expect(sets.expression(many)).toBe('@s0');
    expect(sets.expression(many)).toBe('@s0');
    expect(sets.declarations).toHaveLength(4);
  });
});
