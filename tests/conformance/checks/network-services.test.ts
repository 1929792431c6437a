import { describe, expect, it } from 'vitest';
import { pinCheck } from '../../support/check-cases.ts';
import { asking, resourcesOf as of, without } from '../../support/outcome-words.ts';
import type { Json } from '../../support/snapshot-of.ts';
import {
  changed,
  net,
  type Perimeter,
  soundPerimeter,
  unknown,
} from '../../support/sound-perimeter.ts';

// Expected outcomes: azure-networking 1.2 (special subnets), 4.3 (NAT gateway), 5.6 (flow logs), 6.1 (service endpoints), 13;
// aks.md 11.1 P8 (logs).

const sound = soundPerimeter();
const withAll = (...changes: readonly (readonly [string, unknown])[]): Perimeter =>
  changes.reduce((perimeter, [path, value]) => changed(perimeter, path, value), sound);
const HUB = (index: number) => `hub/properties/subnets/${index}/properties`;
const NODES = 'spoke/properties/subnets/0/properties';
const resource = (type: string, name: string, properties: Json): Json => ({
  id: net(type, name),
  type: `Microsoft.Network/${type}`,
  name,
  properties,
});
const elsewhere = (type: string) => ({ id: net(type, 'elsewhere') });

describe('special subnets', () => {
  const id = 'network/special-subnet';
  const ask = asking(id);
  const named = (name: string, addressPrefix: unknown, more: Json = {}) =>
    changed(sound, 'hub/properties/subnets/-', { name, properties: { addressPrefix, ...more } });
  const nsg = { networkSecurityGroup: { id: net('networkSecurityGroups', 'nsg') } };
  const table = { routeTable: { id: net('routeTables', 'rt') } };

  // NET-04, 1.2: /26 for the firewall.
  pinCheck('network/special-subnet', {
    pass: of(sound),
    fail: of(changed(sound, `${HUB(0)}/addressPrefix`, '10.0.0.0/27'), {
      says: 'AzureFirewallSubnet has a /27 where a /26 is needed.',
    }),
    unknown: of(changed(sound, `${HUB(0)}/addressPrefix`, unknown('the firewall prefix')), {
      says: 'The size of AzureFirewallSubnet is not known. needs the firewall prefix',
    }),
  });

  it.each<[string, Perimeter, string]>([
    ['a larger one is fine', changed(sound, `${HUB(0)}/addressPrefix`, '10.0.0.0/24'), 'pass'],
    [
      'GatewaySubnet may be a /29',
      changed(sound, `${HUB(2)}/addressPrefix`, '10.0.2.0/29'),
      'pass',
    ],
    [
      'GatewaySubnet takes no group',
      changed(sound, `${HUB(2)}/networkSecurityGroup`, nsg.networkSecurityGroup),
      'fail',
    ],
    [
      'GatewaySubnet takes a table',
      changed(sound, `${HUB(2)}/routeTable`, elsewhere('routeTables')),
      'pass',
    ],
    [
      'a group that is not in the input is one',
      changed(sound, `${HUB(0)}/networkSecurityGroup`, elsewhere('networkSecurityGroups')),
      'fail',
    ],
    [
      'a reference that cannot be read may be one',
      changed(sound, `${HUB(0)}/networkSecurityGroup`, { id: unknown('the group') }),
      'unknown',
    ],
    [
      'the size does not hide a group',
      withAll(
        [`${HUB(0)}/addressPrefix`, unknown('p')],
        [`${HUB(0)}/networkSecurityGroup`, nsg.networkSecurityGroup],
      ),
      'fail',
    ],
    ['Bastion: /26', named('AzureBastionSubnet', '10.0.3.0/26', nsg), 'pass'],
    ['Bastion: /27 is too small for new hosts', named('AzureBastionSubnet', '10.0.3.0/27'), 'fail'],
    ['Bastion takes no table', named('AzureBastionSubnet', '10.0.3.0/26', table), 'fail'],
    ['small letters make no difference', named('azurebastionsubnet', '10.0.3.0/27'), 'fail'],
    ['management subnet: /26', named('AzureFirewallManagementSubnet', '10.0.3.0/27'), 'fail'],
    ['route server: older pages say /27', named('RouteServerSubnet', '10.0.3.0/27'), 'pass'],
    ['route server takes no table', named('RouteServerSubnet', '10.0.3.0/26', table), 'fail'],
    ['a subnet without a prefix', changed(sound, `${HUB(0)}/addressPrefix`, undefined), 'unknown'],
    [
      'an IPv6 prefix beside it does not count',
      withAll(
        [`${HUB(0)}/addressPrefix`, undefined],
        [`${HUB(0)}/addressPrefixes`, ['fd00::/64', '10.0.0.0/26']],
      ),
      'pass',
    ],
  ])(`${id}: %s`, (_, perimeter, kind) => {
    expect(ask.kind(perimeter)).toBe(kind);
  });
});

describe('service endpoints', () => {
  const id = 'network/service-endpoint-bypass';
  const ask = asking(id);
  const storage = [{ service: 'Microsoft.Storage' }];
  // NET-08: on the workload subnet it leads around; on AzureFirewallSubnet it does not (6.1).
  pinCheck('network/service-endpoint-bypass', {
    pass: of(changed(sound, `${HUB(0)}/serviceEndpoints`, storage)),
    fail: of(changed(sound, `${NODES}/serviceEndpoints`, storage), {
      says: 'nodes reaches Microsoft.Storage around the firewall.',
    }),
    unknown: of(
      withAll(
        [`${NODES}/serviceEndpoints`, storage],
        [`${NODES}/routeTable`, elsewhere('routeTables')],
      ),
      { says: 'Whether nodes has a default route is not known.' },
    ),
  });

  it(`${id}: without endpoints the table does not matter; without a firewall there is nothing to bypass`, () => {
    expect(ask.kind(changed(sound, `${NODES}/routeTable`, elsewhere('routeTables')))).toBe('pass');
    const direct = withAll(['rt/properties/routes', []], [`${NODES}/serviceEndpoints`, storage]);
    expect(ask.kind(direct)).toBe('not-applicable');
  });
});

const NAT = { id: net('natGateways', 'nat') };
const natGateway = (...addresses: readonly string[]) =>
  resource('natGateways', 'nat', {
    publicIpAddresses: addresses.map((name) => ({ id: net('publicIPAddresses', name) })),
  });
const address = (name: string, ipAddress: unknown): Json =>
  resource('publicIPAddresses', name, { ipAddress });

describe('NAT gateways', () => {
  const id = 'network/nat-gateway-unused';
  const ask = asking(id);
  const gateway = ['nat', natGateway()] as const;
  // NET-21, 4.3: dead weight under a default route to an appliance.
  pinCheck('network/nat-gateway-unused', {
    pass: of(withAll(gateway, [`${HUB(0)}/natGateway`, NAT])),
    fail: of(withAll(gateway, [`${NODES}/natGateway`, NAT]), {
      says: 'NAT gateway nat on nodes does nothing: the default route leads to an appliance.',
    }),
    unknown: of(
      withAll(
        gateway,
        [`${NODES}/natGateway`, NAT],
        [`${NODES}/routeTable`, elsewhere('routeTables')],
      ),
      { says: 'Whether nodes has a default route is not known.' },
    ),
  });

  const onNodes = withAll(gateway, [`${NODES}/natGateway`, NAT]);
  const route = (nextHopType: unknown) => ({
    name: 'azure',
    properties: { addressPrefix: 'AzureCloud', nextHopType },
  });
  it.each<[string, Perimeter, string]>([
    ['one that is not in the input is idle too', without(onNodes, 'nat'), 'fail'],
    [
      'a route to the internet uses it (4.2)',
      changed(onNodes, 'rt/properties/routes/-', route('Internet')),
      'pass',
    ],
    [
      'a route that may lead to the internet',
      changed(onNodes, 'rt/properties/routes/-', route(unknown('the next hop'))),
      'unknown',
    ],
    ['without a default route it works', changed(onNodes, 'rt/properties/routes', []), 'pass'],
    ['no NAT gateway', sound, 'not-applicable'],
  ])(`${id}: %s`, (_, perimeter, kind) => {
    expect(ask.kind(perimeter)).toBe(kind);
  });
});

describe('authorized ranges', () => {
  const id = 'api-server/ranges-miss-nat-gateway';
  const ask = asking(id);
  const RANGES = 'aks/properties/apiServerAccessProfile';
  const egress = (ranges: readonly unknown[], ipAddress: unknown = '198.51.100.7') =>
    withAll(
      ['nat', natGateway('nat-ip')],
      ['nat-ip', address('nat-ip', ipAddress)],
      [`${HUB(0)}/natGateway`, NAT],
      [RANGES, { authorizedIPRanges: ranges }],
    );
  // NET-21, 4.3: on AzureFirewallSubnet it replaces the firewall's own addresses.
  pinCheck('api-server/ranges-miss-nat-gateway', {
    pass: of(egress(['203.0.113.1/32', '198.51.100.7/32'])),
    fail: of(egress(['203.0.113.1/32']), {
      says: 'Nodes of aks leave by NAT gateway nat, which the authorized ranges leave out.',
    }),
    unknown: of(egress(['203.0.113.1/32'], unknown('the address')), {
      says: 'needs the addresses of NAT gateway nat',
    }),
  });

  it.each<[string, Perimeter, string]>([
    ['a range that holds the address', egress(['198.51.100.0/28']), 'pass'],
    ['a range that ends before it', egress(['198.51.100.0/30']), 'fail'],
    ['a bare address', egress(['198.51.100.7']), 'pass'],
    ['a range that is not known may hold it', egress([unknown('a range')]), 'unknown'],
    ['a gateway that is not in the input', without(egress(['203.0.113.1/32']), 'nat'), 'unknown'],
    ['without ranges everybody is admitted', changed(egress([]), RANGES, {}), 'not-applicable'],
    [
      'every address of its prefix leaves',
      changed(
        changed(egress(['198.51.100.0/29']), 'nat/properties', {
          publicIpPrefixes: [{ id: net('publicIPPrefixes', 'p') }],
        }),
        'p',
        resource('publicIPPrefixes', 'p', { prefixLength: 28, ipPrefix: '198.51.100.0/28' }),
      ),
      'fail',
    ],
    [
      'a cluster that leaves by its load balancer',
      changed(egress(['203.0.113.1/32']), `${NODES}/routeTable`, undefined),
      'not-applicable',
    ],
  ])(`${id}: %s`, (_, perimeter, kind) => {
    expect(ask.kind(perimeter)).toBe(kind);
  });
});

describe('logs', () => {
  const firewallLogs = asking('logs/firewall-not-logged');
  const LOGS = 'logs/properties/logs';
  const categories = (...names: readonly string[]) =>
    changed(
      sound,
      LOGS,
      names.map((category) => ({ category, enabled: true })),
    );
  const four = [
    'AZFWNetworkRule',
    'AZFWApplicationRule',
    'AZFWNatRule',
    'AZFWThreatIntel',
  ] as const;
  const five = [...four, 'AZFWDnsQuery'] as const;
  // P8.
  pinCheck('logs/firewall-not-logged', {
    pass: of(categories(...five)),
    fail: of(without(sound, 'logs'), { says: 'fw sends no logs.' }),
    unknown: of(
      changed(sound, LOGS, [{ categoryGroup: 'allLogs', enabled: unknown('whether logs are on') }]),
      { says: 'Which logs fw sends is not known. needs whether logs are on' },
    ),
  });

  const noProxy = (perimeter: Perimeter) =>
    changed(perimeter, 'policy/properties/dnsSettings/enableProxy', false);
  const premium = (perimeter: Perimeter) => changed(perimeter, 'fw/properties/sku/tier', 'Premium');
  it.each<[string, Perimeter, readonly string[]]>([
    ['one category is missing', categories(...four), ['fw does not send AZFWDnsQuery.']],
    ['no DNS proxy, no DNS queries', noProxy(categories(...four)), ['pass']],
    [
      'Premium detects intrusions',
      premium(categories(...five)),
      ['fw does not send AZFWIdpsSignature.'],
    ],
    ['all logs hold them all', premium(sound), ['pass']],
    [
      'the categories of before count',
      categories(
        'AzureFirewallNetworkRule',
        'AzureFirewallApplicationRule',
        'AzureFirewallDnsProxy',
      ),
      ['pass'],
    ],
    [
      'a setting that leads nowhere',
      changed(sound, 'logs/properties/workspaceId', undefined),
      ['fw sends no logs.'],
    ],
    [
      'a category that is off',
      changed(categories(...five), `${LOGS}/0/enabled`, false),
      ['fw does not send AZFWNetworkRule.'],
    ],
  ])('logs/firewall-not-logged: %s', (_, perimeter, messages) => {
    expect(firewallLogs.messages(perimeter)).toEqual(messages);
  });

  const flows = asking('logs/no-flow-log');
  const TARGET = 'flows/properties/targetResourceId';
  // NET-22, 5.6.
  pinCheck('logs/no-flow-log', {
    pass: of(sound),
    fail: of(without(sound, 'flows'), { says: 'Flows of spoke/nodes are logged nowhere.' }),
    unknown: of(changed(sound, TARGET, unknown('the target')), {
      says: 'Whether flows of nodes are logged is not known.',
    }),
  });

  it.each<[string, Perimeter, string]>([
    [
      'a log on the subnet',
      changed(sound, TARGET, `${net('virtualNetworks', 'spoke')}/subnets/nodes`),
      'pass',
    ],
    ['a log on another network', changed(sound, TARGET, net('virtualNetworks', 'hub')), 'fail'],
    [
      'letters in the id',
      changed(sound, TARGET, net('virtualNetworks', 'spoke').toUpperCase()),
      'pass',
    ],
    ['a log that is off', changed(sound, 'flows/properties/enabled', false), 'fail'],
    [
      'a log that may be off',
      changed(sound, 'flows/properties/enabled', unknown('enabled')),
      'unknown',
    ],
    [
      'a log on the security group, until it retires',
      changed(sound, TARGET, net('networkSecurityGroups', 'nsg')),
      'pass',
    ],
  ])('logs/no-flow-log: %s', (_, perimeter, kind) => {
    expect(flows.kind(perimeter)).toBe(kind);
  });
});
