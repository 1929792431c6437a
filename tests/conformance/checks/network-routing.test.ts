import { describe, expect, it } from 'vitest';
import { type CheckCase, outcomeOf, pinCheck } from '../../support/check-cases.ts';
import type { Json } from '../../support/snapshot-of.ts';
import {
  changed,
  net,
  type Perimeter,
  soundPerimeter,
  unknown,
} from '../../support/sound-perimeter.ts';

// Expected outcomes: azure-networking 3 (routing), 4.1 and 4.2 (ways out), 9.1 (Application Gateway), 13 (NET-05 to NET-11).

const sound = soundPerimeter();
/** The sound perimeter with each path set to its value, in order. */
const withAll = (...changes: readonly (readonly [string, unknown])[]): Perimeter =>
  changes.reduce((perimeter, [path, value]) => changed(perimeter, path, value), sound);
const of = (perimeter: Perimeter, says?: string): CheckCase => ({
  resources: Object.values(perimeter),
  ...(says === undefined ? {} : { says }),
});
const kindOf = (id: string, perimeter: Perimeter) => outcomeOf(id, of(perimeter)).kind;

const route = (name: string, prefix: unknown, type: unknown, hop?: unknown): Json => ({
  name,
  properties: {
    addressPrefix: prefix,
    nextHopType: type,
    ...(hop === undefined ? {} : { nextHopIpAddress: hop }),
  },
});
const table = (name: string, ...routes: readonly Json[]): Json => ({
  id: net('routeTables', name),
  type: 'Microsoft.Network/routeTables',
  name,
  properties: { disableBgpRoutePropagation: true, routes },
});
const NODES = 'spoke/properties/subnets/0/properties';
const HUB = (index: number) => `hub/properties/subnets/${index}/properties`;
const FIREWALL = '10.0.0.4';
const defaultTo = (type: unknown, hop?: unknown) => route('default', '0.0.0.0/0', type, hop);
/** The sound perimeter whose node table holds one more route. */
const routed = (...added: readonly Json[]) =>
  withAll(...added.map((one) => ['rt/properties/routes/-', one] as const));

describe('gateway subnets', () => {
  const attached = (...routes: readonly Json[]) =>
    withAll(
      ['t', table('t', ...routes)],
      [`${HUB(1)}/routeTable`, { id: net('routeTables', 't') }],
    );
  const gatewaySubnet = (...routes: readonly Json[]) =>
    withAll(
      ['t', table('t', ...routes)],
      [`${HUB(2)}/routeTable`, { id: net('routeTables', 't') }],
    );

  // NET-05; 9.1: on a classic Application Gateway subnet a default route is legal only towards the internet.
  pinCheck('network/gateway-subnet-default-route', {
    pass: of(attached(defaultTo('Internet'))),
    fail: of(
      attached(defaultTo('VirtualAppliance', FIREWALL)),
      'gateway sends everything to VirtualAppliance',
    ),
    unknown: of(
      attached(defaultTo(unknown('the next hop'))),
      'default route of gateway leads is not known. needs the next hop',
    ),
  });

  it.each<[string, Perimeter, string]>([
    [
      'specific routes from GatewaySubnet to the firewall are how traffic is inspected (8.2)',
      gatewaySubnet(route('spoke', '10.1.0.0/16', 'VirtualAppliance', FIREWALL)),
      'not-applicable',
    ],
    [
      'GatewaySubnet takes no default route to an appliance',
      gatewaySubnet(defaultTo('VirtualAppliance', FIREWALL)),
      'fail',
    ],
    [
      'a route whose prefix is not known may be the default route',
      attached(route('r', unknown('a prefix'), 'VirtualAppliance', FIREWALL)),
      'unknown',
    ],
    [
      'a table that is not in the input may hold one',
      withAll([`${HUB(1)}/routeTable`, { id: net('routeTables', 'elsewhere') }]),
      'unknown',
    ],
    [
      'network isolation permits it, if the subscription has it (9.1)',
      changed(
        changed(attached(defaultTo('VirtualAppliance', FIREWALL)), `${HUB(1)}/delegations`, [
          { name: 'd', properties: { serviceName: 'Microsoft.Network/applicationGateways' } },
        ]),
        'agw/tags',
        { EnhancedNetworkControl: 'True' },
      ),
      'unknown',
    ],
  ])('network/gateway-subnet-default-route: %s', (_, perimeter, kind) => {
    expect(kindOf('network/gateway-subnet-default-route', perimeter)).toBe(kind);
  });
});

describe('routes to the firewall', () => {
  // NET-07 and E4. The hub is 10.0.0.0/16; the peering route of that length loses only to routes as long or longer.
  pinCheck('network/route-covers-firewall-subnet', {
    pass: of(
      routed(
        route('hub', '10.0.0.0/16', 'VirtualAppliance', FIREWALL),
        route('direct', '10.0.0.0/26', 'VnetLocal'),
      ),
    ),
    fail: of(
      routed(route('hub', '10.0.0.0/16', 'VirtualAppliance', FIREWALL)),
      'Route hub on nodes covers AzureFirewallSubnet',
    ),
    unknown: of(
      routed(route('r', unknown('the hub prefix'), 'VirtualAppliance', FIREWALL)),
      'What route r covers is not known. needs the hub prefix',
    ),
  });

  it.each<[string, Perimeter, string]>([
    [
      'the peering route of the hub is longer than a summary of everything private',
      routed(route('private', '10.0.0.0/8', 'VirtualAppliance', FIREWALL)),
      'pass',
    ],
    [
      'a route to another part of the hub is none of it',
      routed(route('gateway', '10.0.1.0/24', 'VirtualAppliance', FIREWALL)),
      'pass',
    ],
    [
      'half of the firewall subnet is enough for a wrong instance',
      routed(route('half', '10.0.0.0/27', 'VirtualAppliance', FIREWALL)),
      'fail',
    ],
    [
      'where the route leads must be known',
      routed(route('hub', '10.0.0.0/16', unknown('the next hop type'), FIREWALL)),
      'unknown',
    ],
    ['the default route covers nothing that a peering route does not win', sound, 'not-applicable'],
  ])('network/route-covers-firewall-subnet: %s', (_, perimeter, kind) => {
    expect(kindOf('network/route-covers-firewall-subnet', perimeter)).toBe(kind);
  });

  const HOP = 'rt/properties/routes/0/properties/nextHopIpAddress';
  // NET-10; 2.7 and 3.2: the appliance is in the same or a directly peered network.
  pinCheck('network/next-hop-unreachable', {
    pass: of(sound),
    fail: of(changed(sound, HOP, '10.9.0.4'), 'Route default leads to 10.9.0.4, which no network'),
    unknown: of(
      changed(sound, HOP, unknown('the firewall address')),
      'Where route default leads is not known. needs the firewall address',
    ),
  });

  const nic = (address: string, forwards: unknown): Json => ({
    id: net('networkInterfaces', 'nva'),
    type: 'Microsoft.Network/networkInterfaces',
    name: 'nva',
    properties: {
      enableIPForwarding: forwards,
      ipConfigurations: [
        {
          name: 'ip',
          properties: {
            privateIPAddress: address,
            subnet: { id: `${net('virtualNetworks', 'hub')}/subnets/gateway` },
          },
        },
      ],
    },
  });
  const towards = (hop: string, ...more: readonly (readonly [string, unknown])[]) =>
    withAll([HOP, hop], ...more);

  it.each<[string, Perimeter, string, string?]>([
    [
      'an interface that forwards is an appliance',
      towards('10.0.1.9', ['nva', nic('10.0.1.9', true)]),
      'pass',
    ],
    [
      'an interface without IP forwarding drops what is not for it (3.2)',
      towards('10.0.1.9', ['nva', nic('10.0.1.9', false)]),
      'fail',
      'nva',
    ],
    [
      'whether an interface forwards must be known',
      towards('10.0.1.9', ['nva', nic('10.0.1.9', unknown('enableIPForwarding'))]),
      'unknown',
    ],
    ['a private endpoint forwards nothing', towards('10.1.8.4'), 'fail', '10.1.8.4'],
    ['a public address of the firewall is no next hop', towards('203.0.113.1'), 'fail'],
    ['nothing is known at a free address of the hub', towards('10.0.1.77'), 'unknown'],
    [
      'without the peering the firewall is out of reach',
      withAll(
        ['spoke/properties/virtualNetworkPeerings', []],
        ['hub/properties/virtualNetworkPeerings', []],
      ),
      'fail',
      'no network that nodes can reach',
    ],
    [
      'a peer that is not in the input may hold it',
      towards('10.9.0.4', [
        'spoke/properties/virtualNetworkPeerings/-',
        {
          name: 'to-other',
          properties: { remoteVirtualNetwork: { id: net('virtualNetworks', 'other') } },
        },
      ]),
      'unknown',
    ],
    [
      'every address of an equal-cost route must be an appliance',
      routed({
        name: 'both',
        properties: {
          addressPrefix: '10.20.0.0/16',
          nextHopType: 'VirtualApplianceEcmp',
          nextHop: { nextHopIpAddresses: [FIREWALL, '10.9.0.4'] },
        },
      }),
      'fail',
      '10.9.0.4',
    ],
  ])('network/next-hop-unreachable: %s', (_, perimeter, kind, says) => {
    const outcome = outcomeOf('network/next-hop-unreachable', of(perimeter));
    expect(outcome.kind).toBe(kind);
    if (outcome.kind === 'fail') expect(outcome.findings[0]?.message).toContain(says ?? '');
  });
});

describe('routes to the internet', () => {
  const toAzure = routed(route('azure', 'AzureCloud.westeurope', 'Internet'));
  const natGateway: Json = {
    id: net('natGateways', 'nat'),
    type: 'Microsoft.Network/natGateways',
    name: 'nat',
    properties: {},
  };
  const NAT = { id: net('natGateways', 'nat') };
  const attachedNat = changed(toAzure, `${NODES}/natGateway`, NAT);
  // NET-09 and 4.2: the node subnet of the sound perimeter is private.
  pinCheck('network/internet-route-without-outbound', {
    pass: of(changed(attachedNat, 'nat', natGateway)),
    fail: of(toAzure, 'Route azure sends AzureCloud.westeurope to the internet from a private'),
    unknown: of(
      changed(toAzure, `${NODES}/defaultOutboundAccess`, unknown('defaultOutboundAccess')),
      'Whether nodes has a way out to the internet is not known.',
    ),
  });

  const AKS = 'aks/properties';
  it.each<[string, Perimeter, string]>([
    ['a NAT gateway elsewhere is one all the same', attachedNat, 'pass'],
    [
      'a reference that cannot be read may be one',
      changed(toAzure, `${NODES}/natGateway`, { id: unknown('the NAT gateway') }),
      'unknown',
    ],
    [
      'the outbound rule of the cluster’s load balancer is a way out (4.1)',
      changed(toAzure, `${AKS}/networkProfile/outboundType`, 'loadBalancer'),
      'pass',
    ],
    [
      'public addresses of the nodes are a way out (4.1)',
      changed(toAzure, `${AKS}/agentPoolProfiles/0/enableNodePublicIP`, true),
      'pass',
    ],
    [
      'a subnet that lends addresses needs nothing',
      changed(toAzure, `${NODES}/defaultOutboundAccess`, true),
      'pass',
    ],
    [
      'a next hop that is not known may be the internet',
      routed(route('azure', 'AzureCloud', unknown('the next hop'))),
      'unknown',
    ],
    ['a table without such a route does not matter', sound, 'not-applicable'],
  ])('network/internet-route-without-outbound: %s', (_, perimeter, kind) => {
    expect(kindOf('network/internet-route-without-outbound', perimeter)).toBe(kind);
  });
});

describe('learned routes', () => {
  const OFF = 'rt/properties/disableBgpRoutePropagation';
  const onPremises = (bgp: boolean) =>
    withAll(
      [
        'vpn',
        {
          id: net('virtualNetworkGateways', 'vpn'),
          type: 'Microsoft.Network/virtualNetworkGateways',
          name: 'vpn',
          properties: {
            gatewayType: 'Vpn',
            enableBgp: bgp,
            ipConfigurations: [
              {
                name: 'ip',
                properties: {
                  subnet: { id: `${net('virtualNetworks', 'hub')}/subnets/GatewaySubnet` },
                },
              },
            ],
          },
        },
      ],
      [
        'office',
        {
          id: net('localNetworkGateways', 'office'),
          type: 'Microsoft.Network/localNetworkGateways',
          name: 'office',
          properties: { localNetworkAddressSpace: { addressPrefixes: ['10.10.0.0/16'] } },
        },
      ],
      [
        'tunnel',
        {
          id: net('connections', 'tunnel'),
          type: 'Microsoft.Network/connections',
          name: 'tunnel',
          properties: {
            virtualNetworkGateway1: { id: net('virtualNetworkGateways', 'vpn') },
            localNetworkGateway2: { id: net('localNetworkGateways', 'office') },
          },
        },
      ],
      ['hub/properties/virtualNetworkPeerings/0/properties/allowGatewayTransit', true],
      ['spoke/properties/virtualNetworkPeerings/0/properties/useRemoteGateways', true],
    );
  const office = onPremises(false);
  const propagated = changed(office, OFF, false);

  // E1: a node reaches 10.10.3.3 by the gateway; with propagation off by the appliance.
  pinCheck('network/learned-routes-bypass-firewall', {
    pass: of(office),
    fail: of(propagated, 'nodes reaches 10.10.0.0/16 around the firewall.'),
    unknown: of(
      changed(office, OFF, unknown('the propagation flag')),
      'Whether rt takes learned routes is not known. needs the propagation flag',
    ),
  });

  const toOffice = (prefix: string) =>
    changed(
      propagated,
      'rt/properties/routes/-',
      route('office', prefix, 'VirtualAppliance', FIREWALL),
    );
  it.each<[string, Perimeter, string]>([
    ['a user route of the same prefix wins (3.4)', toOffice('10.10.0.0/16'), 'pass'],
    ['a shorter user route loses', toOffice('10.0.0.0/8'), 'fail'],
    ['a longer user route leaves the rest', toOffice('10.10.0.0/17'), 'fail'],
    ['a flag that is not written leaves propagation on', changed(office, OFF, undefined), 'fail'],
    ['without a gateway nothing is learned', changed(sound, OFF, false), 'pass'],
    [
      'what BGP adds to a known prefix is in no file',
      changed(onPremises(true), OFF, false),
      'fail',
    ],
  ])('network/learned-routes-bypass-firewall: %s', (_, perimeter, kind) => {
    expect(kindOf('network/learned-routes-bypass-firewall', perimeter)).toBe(kind);
  });
});

describe('AzureFirewallSubnet', () => {
  const own = (perimeter: Perimeter, ...routes: readonly Json[]) =>
    changed(changed(perimeter, 't', table('t', ...routes)), `${HUB(0)}/routeTable`, {
      id: net('routeTables', 't'),
    });
  // E5 and 1.2.
  pinCheck('network/firewall-subnet-default-route', {
    pass: of(own(sound, defaultTo('Internet'))),
    fail: of(own(sound, defaultTo('VirtualAppliance', FIREWALL)), 'The firewall routes to itself'),
    unknown: of(
      own(sound, defaultTo(unknown('the next hop'))),
      'default route leads is not known. needs the next hop',
    ),
  });

  const managed = changed(sound, 'fw/properties/managementIpConfiguration', {
    name: 'm',
    properties: {
      subnet: { id: `${net('virtualNetworks', 'hub')}/subnets/AzureFirewallManagementSubnet` },
    },
  });
  const withoutDnat = changed(managed, 'rules/properties/ruleCollections', []);
  const elsewhere = defaultTo('VirtualAppliance', '10.1.0.9');
  it.each<[string, Perimeter, string, string?]>([
    [
      'forced tunnelling needs a management interface',
      own(sound, elsewhere),
      'fail',
      'no management interface',
    ],
    ['with one it works', own(withoutDnat, elsewhere), 'pass'],
    ['forced tunnelling ends DNAT (AFW-E29)', own(managed, elsewhere), 'fail', 'DNAT'],
    [
      'a loop stays one with a management interface',
      own(withoutDnat, defaultTo('VirtualAppliance', FIREWALL)),
      'fail',
      'to itself',
    ],
    [
      'DNAT of another firewall does not matter',
      changed(own(withoutDnat, elsewhere), 'other', {
        id: net('azureFirewalls', 'other'),
        type: 'Microsoft.Network/azureFirewalls',
        name: 'other',
        properties: {
          natRuleCollections: [
            {
              name: 'nat',
              properties: {
                priority: 100,
                action: { type: 'Dnat' },
                rules: [
                  {
                    name: 'r',
                    protocols: ['TCP'],
                    sourceAddresses: ['*'],
                    destinationAddresses: ['203.0.113.99'],
                    destinationPorts: ['80'],
                    translatedAddress: '10.50.0.4',
                    translatedPort: '80',
                  },
                ],
              },
            },
          ],
        },
      }),
      'pass',
    ],
    [
      'a next hop that is not known may be the firewall itself',
      own(withoutDnat, defaultTo('VirtualAppliance', unknown('an address'))),
      'unknown',
    ],
    [
      'a route whose prefix is not known may be the default route',
      own(sound, route('r', unknown('a prefix'), 'VirtualAppliance', FIREWALL)),
      'unknown',
    ],
  ])('network/firewall-subnet-default-route: %s', (_, perimeter, kind, says) => {
    const outcome = outcomeOf('network/firewall-subnet-default-route', of(perimeter));
    expect(outcome.kind).toBe(kind);
    if (outcome.kind === 'fail') expect(outcome.findings[0]?.message).toContain(says ?? '');
  });
});
