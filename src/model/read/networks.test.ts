import { describe, expect, it } from 'vitest';
import { codesOf, only, perimeterOf, termTexts, told } from '../../../tests/support/read.ts';
import type { Json } from '../../../tests/support/snapshot-of.ts';
import { formatPortSet, formatPrefix } from '../../net/index.ts';
import { isUnknown, publicAddressOf, type Uncertain } from '../../values/index.ts';
import type { PrefixAt } from '../azure/network.ts';

const N = 'Microsoft.Network';
const GROUP = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers';

function read(type: string, properties: Json, more: Json = {}) {
  const perimeter = perimeterOf([{ type: `${N}/${type}`, name: 'x', properties, ...more }]);
  return { perimeter, codes: codesOf(perimeter) };
}

const prefixes = (values: readonly Uncertain<PrefixAt>[]) =>
  values.map((value) => (isUnknown(value) ? told(value) : formatPrefix(value.prefix)));

describe('virtual networks', () => {
  it('ARM-41: subnets take the plural list unless it is empty, else the singular', () => {
    const { perimeter, codes } = read('virtualNetworks', {
      addressSpace: { addressPrefixes: ['10.0.0.0/16', 'fd00::/48'] },
      subnets: [
        { name: 'one', properties: { addressPrefix: '10.0.0.0/24', addressPrefixes: [] } },
        {
          name: 'two',
          properties: { addressPrefix: '', addressPrefixes: ['10.0.1.0/24', 'fd00::/64'] },
        },
        { name: 'none', properties: { addressPrefix: null } },
      ],
    });
    const vnet = only(perimeter.virtualNetworks);
    expect(codes).toEqual([]);
    expect(prefixes(vnet.addressSpace)).toEqual(['10.0.0.0/16', 'fd00::/48']);
    expect(vnet.subnets.map((subnet) => prefixes(subnet.prefixes))).toEqual([
      ['10.0.0.0/24'],
      ['10.0.1.0/24', 'fd00::/64'],
      [],
    ]);
  });

  it('ARM-44: a location is normalised', () => {
    const { perimeter } = read('virtualNetworks', {}, { location: 'East US' });
    expect(only(perimeter.virtualNetworks).location).toBe('eastus');
  });

  it('ARM-51: a prefix that a pool will give is unknown, not absent', () => {
    const pool = { ipamPoolPrefixAllocations: [{ id: '/pool', numberOfIpAddresses: '256' }] };
    const { perimeter } = read('virtualNetworks', {
      addressSpace: pool,
      subnets: [{ name: 's', properties: pool }],
    });
    const vnet = only(perimeter.virtualNetworks);
    expect(vnet.addressSpace.map(isUnknown)).toEqual([true]);
    expect(prefixes(vnet.subnets[0]?.prefixes ?? [])).toEqual([
      '?the prefix that its address pool gives to subnet `s`',
    ]);
  });

  it('reads what is attached to a subnet', () => {
    const { perimeter, codes } = read(
      'virtualNetworks',
      {
        dhcpOptions: { dnsServers: ['10.0.0.4'] },
        subnets: [
          {
            name: 'Nodes',
            properties: {
              addressPrefix: '10.0.0.0/24',
              routeTable: { id: '/Tables/RT/' },
              networkSecurityGroup: null,
              natGateway: {},
              serviceEndpoints: [{ service: 'Microsoft.Storage' }],
              delegations: [
                { name: 'd', properties: { serviceName: 'Microsoft.Web/serverFarms' } },
              ],
              privateEndpointNetworkPolicies: 'Disabled',
              defaultOutboundAccess: 'false',
            },
          },
        ],
      },
      { apiVersion: '2024-05-01' },
    );
    expect(codes).toEqual([]);
    const vnet = only(perimeter.virtualNetworks);
    expect(vnet.dnsServers.map(told)).toEqual(['10.0.0.4']);
    const subnet = only(vnet.subnets);
    expect(subnet).toMatchObject({
      key: `${vnet.key}/subnets/nodes`,
      vnetKey: vnet.key,
      routeTable: { kind: 'reference', key: '/tables/rt' },
      serviceEndpoints: ['Microsoft.Storage'],
      delegations: ['microsoft.web/serverfarms'],
      privateEndpointNetworkPolicies: 'Disabled',
      defaultOutboundAccess: false,
      apiVersion: '2024-05-01',
    });
    expect(subnet.networkSecurityGroup).toBeUndefined();
    expect(subnet.natGateway).toBeUndefined();
  });

  it('a security group written inside a subnet is said, and the subnet has an unknown one', () => {
    const group = { properties: { securityRules: [] } };
    const { perimeter, codes } = read('virtualNetworks', {
      subnets: [{ name: 's', properties: { networkSecurityGroup: group } }],
    });
    expect(codes).toEqual(['model/reference-without-id']);
    expect(isUnknown(only(only(perimeter.virtualNetworks).subnets).networkSecurityGroup)).toBe(
      true,
    );
  });

  it('subnets nobody knows are one subnet whose everything is unknown', () => {
    const { perimeter } = read('virtualNetworks', { subnets: { $unknown: 'subnets' } });
    const subnet = only(only(perimeter.virtualNetworks).subnets);
    expect(isUnknown(subnet.prefixes[0])).toBe(true);
    expect(isUnknown(subnet.routeTable)).toBe(true);
    expect(isUnknown(subnet.networkSecurityGroup)).toBe(true);
  });

  it('a subnet of a network that is not in the input makes the network a reference', () => {
    const perimeter = perimeterOf([
      {
        type: `${N}/virtualNetworks/subnets`,
        name: 'Hub/AzureFirewallSubnet',
        properties: { addressPrefix: '10.0.0.0/26' },
      },
    ]);
    const vnet = only(perimeter.virtualNetworks);
    expect(vnet).toMatchObject({ name: 'Hub', isReference: true, addressSpace: [] });
    expect(vnet.subnets.map((subnet) => subnet.name)).toEqual(['AzureFirewallSubnet']);
    expect(codesOf(perimeter)).toEqual(['model/parent-missing']);
    expect(perimeter.gaps).toEqual([]);
  });

  it('reads peerings; a peering under a condition leads nowhere for certain', () => {
    const perimeter = perimeterOf([
      {
        type: `${N}/virtualNetworks`,
        name: 'x',
        properties: {
          virtualNetworkPeerings: [
            {
              name: 'to-hub',
              properties: {
                remoteVirtualNetwork: { id: '/Hub' },
                allowForwardedTraffic: 'True',
                peeringState: 'Connected',
                remoteAddressSpace: { addressPrefixes: ['10.1.0.0/16'] },
              },
            },
          ],
        },
      },
      {
        type: `${N}/virtualNetworks/virtualNetworkPeerings`,
        name: 'x/maybe',
        $exists: { $unknown: 'peer', missing: 'whether to peer' },
        properties: { remoteVirtualNetwork: { id: '/Other' } },
      },
    ]);
    const [certain, maybe] = only(perimeter.virtualNetworks).peerings;
    expect(certain).toMatchObject({
      remote: { key: '/hub' },
      allowForwardedTraffic: true,
      allowVirtualNetworkAccess: undefined,
      peeringState: 'Connected',
    });
    expect(prefixes(certain?.remoteAddressSpace ?? [])).toEqual(['10.1.0.0/16']);
    expect(told(maybe?.remote)).toBe('?whether to peer');
  });
});

describe('route tables', () => {
  const table = (routes: unknown, more: Json = {}) => {
    const { perimeter, codes } = read('routeTables', { routes, ...more });
    return { table: only(perimeter.routeTables), codes };
  };
  const route = (properties: Json) => table([{ name: 'r', properties }]);

  it('reads prefixes, next hops and the switches', () => {
    const { table: read, codes } = table(
      [
        {
          name: 'egress',
          properties: {
            addressPrefix: '0.0.0.0/0',
            nextHopType: 'virtualappliance',
            nextHopIpAddress: '10.0.0.4',
          },
        },
      ],
      { disableBgpRoutePropagation: true, disablePeeringRoute: 'All' },
    );
    expect(codes).toEqual([]);
    expect(read).toMatchObject({ disableBgpRoutePropagation: true, disablePeeringRoute: 'All' });
    const entry = only(read.routes);
    expect(entry).toMatchObject({ destinationText: '0.0.0.0/0', nextHopType: 'VirtualAppliance' });
    expect(entry.nextHopAddresses.map(told)).toEqual(['10.0.0.4']);
  });

  it('AZN-16: a destination may be a service tag', () => {
    const { table: read } = route({ addressPrefix: 'AzureCloud.eastus', nextHopType: 'Internet' });
    expect(only(read.routes).destination).toEqual({
      kind: 'service-tag',
      tag: 'AzureCloud.eastus',
    });
  });

  it('a next hop that is a symbol keeps it', () => {
    const symbol = 'private-address:/fw';
    const hop = { $unknown: 'reference(fw)', symbol };
    const { table: read } = route({
      addressPrefix: '0.0.0.0/0',
      nextHopType: 'VirtualAppliance',
      nextHopIpAddress: hop,
    });
    expect(only(read.routes).nextHopAddresses[0]).toMatchObject({ kind: 'unknown', symbol });
  });

  it.each([
    [
      'an appliance without address',
      { addressPrefix: '0.0.0.0/0', nextHopType: 'VirtualAppliance' },
      'model/missing',
    ],
    ['no destination', { nextHopType: 'None' }, 'model/missing'],
    [
      'a malformed destination',
      { addressPrefix: '10.0.0.0/40', nextHopType: 'None' },
      'model/malformed-address',
    ],
    [
      'a type nobody knows',
      { addressPrefix: '10.0.0.0/8', nextHopType: 'Elsewhere' },
      'model/not-a-choice',
    ],
  ])('%s is said and stays unknown', (_, properties, code) => {
    const { table: read, codes } = route(properties);
    const { destination, nextHopType, nextHopAddresses } = only(read.routes);
    expect(codes).toEqual([code]);
    expect([destination, nextHopType, ...nextHopAddresses].some(isUnknown)).toBe(true);
  });

  it('routes nobody knows are a route that may cover anything', () => {
    const { destination, nextHopType } = only(table({ $unknown: 'routes' }).table.routes);
    expect([destination, nextHopType].map(isUnknown)).toEqual([true, true]);
  });

  it('a route without a name is a route', () => {
    const { table: read } = table([
      { properties: { addressPrefix: '10.0.0.0/8', nextHopType: 'None' } },
    ]);
    expect(only(read.routes)).toMatchObject({ name: '#1', destination: { kind: 'prefix' } });
  });
});

describe('network security groups', () => {
  const RULE = {
    priority: 100,
    direction: 'Inbound',
    access: 'Allow',
    protocol: 'Tcp',
    sourcePortRange: '*',
    destinationPortRange: '443',
    sourceAddressPrefix: 'Internet',
    destinationAddressPrefix: '*',
  };
  const group = (...rules: Json[]) => {
    const securityRules = rules.map((properties, index) => ({ name: `r${index}`, properties }));
    const { perimeter, codes } = read('networkSecurityGroups', { securityRules });
    return { rules: only(perimeter.networkSecurityGroups).rules, codes };
  };

  it('ARM-41: the empty plural lists of an export give way to the singular', () => {
    const { rules, codes } = group({
      ...RULE,
      sourceAddressPrefixes: [],
      destinationAddressPrefixes: ['10.0.0.0/24', '10.0.1.4'],
      destinationPortRanges: [],
      sourcePortRanges: [],
    });
    expect(codes).toEqual([]);
    const rule = only(rules);
    expect(rule).toMatchObject({
      direction: 'Inbound',
      access: 'Allow',
      protocol: 'tcp',
      priority: 100,
    });
    expect(termTexts(rule.sources)).toEqual(['tag Internet']);
    expect(termTexts(rule.destinations)).toEqual(['10.0.0.0/24', '10.0.1.4/32']);
    expect(isUnknown(rule.destinationPorts) || formatPortSet(rule.destinationPorts)).toBe('443');
    expect(isUnknown(rule.sourcePorts) || formatPortSet(rule.sourcePorts)).toBe('*');
  });

  it('ARM-53: priorities are 100 to 4096 and unique per direction', () => {
    expect(group({ ...RULE, priority: 99 }).codes).toEqual(['nsg/priority-out-of-range']);
    expect(group({ ...RULE, priority: 4097 }).codes).toEqual(['nsg/priority-out-of-range']);
    expect(group(RULE, RULE).codes).toEqual(['nsg/priority-duplicate']);
    expect(group(RULE, { ...RULE, direction: 'Outbound' }).codes).toEqual([]);
  });

  it('an end without any address is said', () => {
    expect(group({ ...RULE, sourceAddressPrefix: '' }).codes).toEqual(['model/missing']);
    const members = [{ id: '/asg' }];
    const { codes, rules } = group({
      ...RULE,
      sourceAddressPrefix: undefined,
      sourceApplicationSecurityGroups: members,
    });
    expect(codes).toEqual([]);
    expect(only(rules).sourceApplicationSecurityGroups).toMatchObject([{ key: '/asg' }]);
  });

  it('rules nobody knows are a rule that may match anything', () => {
    const { perimeter } = read('networkSecurityGroups', { securityRules: { $unknown: 'rules' } });
    const rule = only(only(perimeter.networkSecurityGroups).rules);
    expect([rule.direction, rule.priority, rule.access, rule.protocol].every(isUnknown)).toBe(true);
  });

  it('a rule under a condition matches nothing for certain', () => {
    const perimeter = perimeterOf([
      { type: `${N}/networkSecurityGroups`, name: 'x', properties: {} },
      {
        type: `${N}/networkSecurityGroups/securityRules`,
        name: 'x/r',
        properties: RULE,
        $exists: { $unknown: 'ssh', missing: 'whether to admit SSH' },
      },
    ]);
    const rule = only(only(perimeter.networkSecurityGroups).rules);
    expect(termTexts(rule.sources)).toEqual(['?whether to admit SSH']);
  });
});

describe('addresses and what holds them', () => {
  it('a public IP without address goes by its own symbol', () => {
    const address = (properties: Json) => {
      const publicIp = only(read('publicIPAddresses', properties).perimeter.publicIps);
      return { publicIp, address: publicIp.address };
    };
    const planned = address({ publicIPAllocationMethod: 'Static' });
    expect(isUnknown(planned.address) && planned.address.symbol).toBe(
      publicAddressOf(planned.publicIp.key),
    );
    expect(told(address({ ipAddress: '192.0.2.1' }).address)).toBe('192.0.2.1');
  });

  it('a prefix is read once Azure has given it', () => {
    const live = only(
      read('publicIPPrefixes', { prefixLength: '31', ipPrefix: '192.0.2.0/31' }).perimeter
        .publicIpPrefixes,
    );
    expect(live.length).toBe(31);
    expect(live.prefix === undefined ? '' : formatPrefix(live.prefix)).toBe('192.0.2.0/31');
    expect(only(read('publicIPPrefixes', {}).perimeter.publicIpPrefixes).prefix).toBeUndefined();
  });

  it('parts of a load balancer have the ids of ARM, so that references among them resolve', () => {
    const own = `${GROUP}/${N}/loadBalancers/x`;
    const { perimeter, codes } = read(
      'loadBalancers',
      {
        frontendIPConfigurations: [
          { name: 'In', properties: { privateIPAddress: '10.0.0.8', subnet: { id: '/s' } } },
        ],
        backendAddressPools: [
          {
            name: 'pool',
            properties: {
              loadBalancerBackendAddresses: [{ name: 'a', properties: { ipAddress: '10.0.0.9' } }],
            },
          },
        ],
        loadBalancingRules: [
          {
            name: 'web',
            properties: {
              frontendIPConfiguration: { id: `${own}/frontendIPConfigurations/In` },
              backendAddressPool: { id: `${own}/backendAddressPools/pool` },
              protocol: 'Tcp',
              frontendPort: 443,
              backendPort: '8443',
              enableFloatingIP: true,
            },
          },
        ],
      },
      { sku: { name: 'Standard' } },
    );
    const balancer = only(perimeter.loadBalancers);
    const rule = only(balancer.rules);
    expect(codes).toEqual([]);
    expect(balancer.sku).toBe('Standard');
    expect(rule.frontend).toMatchObject({ key: only(balancer.frontends).key });
    expect(rule.backendPool).toMatchObject({ key: only(balancer.backendPools).key });
    expect(rule).toMatchObject({ frontendPort: 443, backendPort: 8443, enableFloatingIp: true });
    expect(only(balancer.backendPools).addresses.map(told)).toEqual(['10.0.0.9']);
  });

  it('a private endpoint has the addresses asked for, else those reported, else one by its symbol', () => {
    const connection = {
      name: 'c',
      properties: {
        privateLinkServiceId: '/Vaults/KV',
        groupIds: ['vault'],
        privateLinkServiceConnectionState: { status: 'Approved' },
      },
    };
    const endpoint = (more: Json) =>
      only(
        read('privateEndpoints', {
          subnet: { id: '/s' },
          privateLinkServiceConnections: [connection],
          ...more,
        }).perimeter.privateEndpoints,
      );
    const asked = endpoint({
      ipConfigurations: [{ properties: { privateIPAddress: '10.0.0.5' } }],
    });
    expect(asked.connections).toMatchObject([
      { service: { key: '/vaults/kv' }, groupIds: ['vault'], status: 'Approved', isManual: false },
    ]);
    expect(asked.addresses.map(told)).toEqual(['10.0.0.5']);
    const fqdn = 'kv.vault.azure.net';
    const reported = endpoint({ customDnsConfigs: [{ fqdn, ipAddresses: ['10.0.0.6'] }] });
    expect(reported.addresses.map(told)).toEqual(['10.0.0.6']);
    expect(reported.dnsConfigs.map((config) => config.fqdn)).toEqual([fqdn]);
    expect(endpoint({}).addresses).toMatchObject([{ symbol: `private-address:${asked.key}` }]);
  });

  it('a private zone has its links and its A records', () => {
    const type = `${N}/privateDnsZones`;
    const perimeter = perimeterOf([
      { type, name: 'privatelink.vaultcore.azure.net', location: 'global', properties: {} },
      {
        type: `${type}/virtualNetworkLinks`,
        name: 'privatelink.vaultcore.azure.net/hub',
        properties: { virtualNetwork: { id: '/Hub' }, registrationEnabled: false },
      },
      {
        type: `${type}/A`,
        name: 'privatelink.vaultcore.azure.net/kv',
        properties: { aRecords: [{ ipv4Address: '10.0.0.5' }] },
      },
    ]);
    const zone = only(perimeter.privateDnsZones);
    expect(zone.zone).toBe('privatelink.vaultcore.azure.net');
    expect(zone.links).toMatchObject([
      { virtualNetwork: { key: '/hub' }, registrationEnabled: false },
    ]);
    expect(zone.aRecords.map((record) => [record.name, record.addresses.map(told)])).toEqual([
      ['kv', ['10.0.0.5']],
    ]);
  });

  it('accounts show whom they admit', () => {
    const account = (type: string, properties: Json) =>
      only(perimeterOf([{ type, name: 'x', properties }]).platformServices);
    expect(
      account('Microsoft.KeyVault/vaults', {
        publicNetworkAccess: 'Disabled',
        networkAcls: { defaultAction: 'Deny' },
      }),
    ).toMatchObject({ publicNetworkAccess: 'Disabled', networkDefaultAction: 'Deny' });
    expect(
      account('Microsoft.ContainerRegistry/registries', {
        networkRuleSet: { defaultAction: 'Allow' },
      }),
    ).toMatchObject({ networkDefaultAction: 'Allow' });
  });

  it('extension resources know what they extend', () => {
    const scope = `${GROUP}/${N}/azureFirewalls/fw`;
    const perimeter = perimeterOf([
      {
        id: `${scope}/providers/Microsoft.Insights/diagnosticSettings/logs`,
        type: 'Microsoft.Insights/diagnosticSettings',
        name: 'logs',
        properties: {
          workspaceId: '/law',
          logs: [{ categoryGroup: 'allLogs', enabled: true }],
          logAnalyticsDestinationType: 'Dedicated',
        },
      },
    ]);
    expect(perimeter.diagnosticSettings).toMatchObject([
      {
        scopeKey: scope.toLowerCase(),
        logs: [{ categoryGroup: 'allLogs', enabled: true }],
        hasDestination: true,
      },
    ]);
  });
});
