import { describe, it } from 'vitest';
import type { Network } from '../../../src/network/index.ts';
import type { ReachVerdict } from '../../../src/reach/index.ts';
import {
  networkOf,
  privateEndpoint,
  publicIp,
  ref,
  resource,
  routeTable,
  subnetId,
  zone,
} from '../aks-fixture.ts';
import { firewallWith, type Rules, tableOf, vnet, vpn } from '../trace/build.ts';
import { expectBoth } from './ask-both.ts';

// Flows whose two directions may take different ways. A hub (10.0) with a firewall, two spokes (10.1, 10.2) that are not peered with
// each other, and a second hub (10.3) with a firewall of its own. Expected by hand: routes by longest prefix (AZN-09), user before
// system (AZN-08), a session needs both halves at one firewall (AFW-E06, azure-firewall.md 3).

const FW = '10.0.0.4';
const FAR = '10.3.0.4';
const PUBLIC = '198.51.100.10';
const LB = '198.51.100.20';
const VM = '198.51.100.50';
const CLIENT = '203.0.113.50';
const A = '10.2.0.10'; // a machine of the spoke `other`
const B = '10.1.0.20'; // a machine of the spoke `spoke`
const S = '10.0.3.10'; // a machine of the hub

type Routes = Record<string, string>;

interface Shape {
  /** Routes of `other`, `spoke`, the hub's `shared`, `GatewaySubnet`, and the two firewalls' subnets. */
  readonly other?: Routes;
  readonly spoke?: Routes;
  readonly shared?: Routes;
  readonly gateway?: Routes;
  readonly hubFirewall?: Routes;
  readonly farFirewall?: Routes;
  readonly rules?: Rules;
  /** The spokes are peered with each other. */
  readonly direct?: true;
  /** The second hub is peered with these. */
  readonly far?: readonly ('hub' | 'spoke' | 'other')[];
  /** The firewall translates every source, also towards private ranges. */
  readonly snat?: true;
  readonly vpn?: true;
  /** Route policies of private endpoints in force: a user route may take the /32 away (AZS-33). */
  readonly endpointRoutes?: true;
}

const EVERYTHING: Rules = { network: [['*', '*', '*', 'Any']] };

function perimeter(shape: Shape): Network {
  const tables: [string, Routes][] = [];
  const routed = (name: string, routes: Routes | undefined) => {
    if (routes === undefined) return {};
    tables.push([`rt-${name}`, routes]);
    return tableOf(`rt-${name}`);
  };
  const transit = shape.vpn ? { allowGatewayTransit: true } : {};
  const remote = shape.vpn ? { useRemoteGateways: true } : {};
  const far = shape.far ?? [];
  const farPeer = (name: 'hub' | 'spoke' | 'other') => (far.includes(name) ? { far: {} } : {});
  const direct = shape.direct === true;
  const vnets = [
    vnet(
      'hub',
      '10.0.0.0/16',
      {
        AzureFirewallSubnet: {
          addressPrefix: '10.0.0.0/26',
          ...routed('fw', shape.hubFirewall),
        },
        GatewaySubnet: { addressPrefix: '10.0.2.0/27', ...routed('gateway', shape.gateway) },
        shared: { addressPrefix: '10.0.3.0/24', ...routed('shared', shape.shared) },
      },
      { peers: { spoke: transit, other: transit, ...farPeer('hub') } },
    ),
    vnet(
      'spoke',
      '10.1.0.0/16',
      {
        machines: { addressPrefix: '10.1.0.0/24', ...routed('spoke', shape.spoke) },
        endpoints: {
          addressPrefix: '10.1.8.0/24',
          ...(shape.endpointRoutes ? { privateEndpointNetworkPolicies: 'Enabled' } : {}),
        },
      },
      { peers: { hub: remote, ...(direct ? { other: {} } : {}), ...farPeer('spoke') } },
    ),
    vnet(
      'other',
      '10.2.0.0/16',
      { clients: { addressPrefix: '10.2.0.0/24', ...routed('other', shape.other) } },
      { peers: { hub: remote, ...(direct ? { spoke: {} } : {}), ...farPeer('other') } },
    ),
    vnet(
      'far',
      '10.3.0.0/16',
      {
        AzureFirewallSubnet: { addressPrefix: '10.3.0.0/26', ...routed('far', shape.farFirewall) },
      },
      { peers: Object.fromEntries(far.map((name) => [name, {}])) },
    ),
  ];
  const ranges = { 'Network.SNAT.PrivateRanges': '255.255.255.255/32' };
  return networkOf([
    ...vnets,
    ...tables.map(([name, routes]) => routeTable(name, routes)),
    publicIp('pip-fw', PUBLIC),
    publicIp('pip-far', '198.51.100.60'),
    firewallWith(
      'fw',
      { id: subnetId('hub', 'AzureFirewallSubnet') },
      FW,
      ['pip-fw'],
      shape.rules ?? EVERYTHING,
      shape.snat ? { additionalProperties: ranges } : {},
    ),
    firewallWith(
      'far',
      { id: subnetId('far', 'AzureFirewallSubnet') },
      FAR,
      ['pip-far'],
      EVERYTHING,
    ),
    ...privateEndpoint(
      'pe',
      { id: subnetId('spoke', 'endpoints') },
      { id: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv' },
      'vault',
      { address: '10.1.8.4', status: 'Approved' },
    ),
    ...zone('corp.example', ['hub', 'spoke', 'other'], { b: B, pe: '10.1.8.4' }),
    publicIp('pip-lb', LB),
    balancer('lb', 'pip-lb', B),
    publicIp('pip-vm', VM),
    networkInterface('vm', subnetId('other', 'clients'), '10.2.0.77', 'pip-vm'),
    ...(shape.vpn ? vpn('hub', ['192.168.0.0/16']) : []),
  ]);
}

function balancer(name: string, pip: string, backend: string) {
  const base = ref('Microsoft.Network/loadBalancers', name).id;
  const frontend = { id: `${base}/frontendIPConfigurations/front` };
  const pool = { id: `${base}/backendAddressPools/pool` };
  const member = { name: 'm', properties: { ipAddress: backend } };
  return resource(
    'Microsoft.Network/loadBalancers',
    name,
    {
      frontendIPConfigurations: [
        {
          ...frontend,
          name: 'front',
          properties: { publicIPAddress: ref('Microsoft.Network/publicIPAddresses', pip) },
        },
      ],
      backendAddressPools: [
        { ...pool, name: 'pool', properties: { loadBalancerBackendAddresses: [member] } },
      ],
      loadBalancingRules: [
        {
          id: `${base}/loadBalancingRules/web`,
          name: 'web',
          properties: {
            frontendIPConfiguration: frontend,
            backendAddressPool: pool,
            protocol: 'Tcp',
            frontendPort: 443,
            backendPort: 8443,
          },
        },
      ],
    },
    { sku: { name: 'Standard' } },
  );
}

function networkInterface(name: string, subnet: string, address: string, pip: string) {
  const publicIPAddress = ref('Microsoft.Network/publicIPAddresses', pip);
  const properties = { subnet: { id: subnet }, privateIPAddress: address, publicIPAddress };
  return resource('Microsoft.Network/networkInterfaces', name, {
    ipConfigurations: [{ name: 'ip', properties }],
  });
}

const BY_NAME: Rules = { application: [['*', '*.corp.example', 'Https:443']] };
const DNAT = (to: string): Rules => ({ dnat: [[PUBLIC, '443', to, '443']] });

type Case = readonly [
  title: string,
  shape: Shape,
  from: string,
  to: string,
  expected: ReachVerdict,
];

const CASES: readonly Case[] = [
  [
    // There 10.1/16 → fw, back 10.2/16 → the same fw: it sees both halves.
    'both spokes route each other to the hub firewall',
    { other: { '10.1.0.0/16': FW }, spoke: { '10.2.0.0/16': FW } },
    A,
    `${B}:443`,
    'allowed',
  ],
  [
    // AZN-07: a user route 0/0 takes the None routes of the private ranges away, so 0/0 alone leads to the firewall.
    'a default route alone does it in both directions',
    { other: { '0.0.0.0/0': FW }, spoke: { '0.0.0.0/0': FW } },
    A,
    `${B}:443`,
    'allowed',
  ],
  [
    // Back: the spokes are not peered (AZN-03) and no user route is there: 10.0.0.0/8 goes nowhere (AZN-07).
    'a one-way route: the answer has no way',
    { other: { '10.1.0.0/16': FW } },
    A,
    `${B}:443`,
    'broken',
  ],
  [
    // The answer takes the peering, and the firewall waits for it in vain.
    'a one-way route beside a direct peering: the firewall never sees the answer',
    { direct: true, other: { '10.1.0.0/16': FW } },
    A,
    `${B}:443`,
    'broken',
  ],
  [
    // The request takes the peering; the answer meets a firewall without a session.
    'the same the other way round: the firewall sees only the answer',
    { direct: true, spoke: { '10.2.0.0/16': FW } },
    A,
    `${B}:443`,
    'broken',
  ],
  ['a direct peering and no table', { direct: true }, A, `${B}:443`, 'allowed'],
  [
    // AZN-08: of equal prefixes the user route wins over the peering, here in both directions.
    'tables on both sides beat the direct peering',
    { direct: true, other: { '10.1.0.0/16': FW }, spoke: { '10.2.0.0/16': FW } },
    A,
    `${B}:443`,
    'allowed',
  ],
  [
    // AZN-09: 0/0 is shorter than the peering's 10.1/16 on both sides, so no half meets the firewall.
    'default routes do not beat the direct peering',
    { direct: true, other: { '0.0.0.0/0': FW }, spoke: { '0.0.0.0/0': FW } },
    A,
    `${B}:443`,
    'allowed',
  ],
  [
    // Back from the spoke: 10.0/16 is peered, straight to the machine; the firewall is left waiting.
    'from the hub through the firewall, back over the peering',
    { shared: { '10.1.0.0/16': FW }, spoke: { '0.0.0.0/0': FW } },
    S,
    `${B}:443`,
    'broken',
  ],
  [
    // With the prefix of the hub in the table of the spoke the answer comes by the firewall as well.
    'from the hub through the firewall, with the hub prefix routed back',
    { shared: { '10.1.0.0/16': FW }, spoke: { '10.0.0.0/16': FW } },
    S,
    `${B}:443`,
    'allowed',
  ],
  [
    // There over the peering, back to a firewall that never saw the request.
    'the hub prefix routed back, and nothing there',
    { spoke: { '10.0.0.0/16': FW } },
    S,
    `${B}:443`,
    'broken',
  ],
  [
    // AFW-72: the destination sees an instance of AzureFirewallSubnet, and answers it over the peering.
    'an application rule repairs the way back over the peering',
    { rules: BY_NAME, shared: { '10.1.0.0/16': FW }, spoke: { '0.0.0.0/0': FW } },
    S,
    'b.corp.example:443',
    'allowed',
  ],
  [
    // AFW-71 says a public address of the firewall, the documents on private ranges an instance: the answer may go either way.
    'a network rule that translates everything: whose address a private destination sees is disputed',
    { snat: true, shared: { '10.1.0.0/16': FW }, spoke: { '0.0.0.0/0': FW } },
    S,
    `${B}:443`,
    'open',
  ],
  [
    // The answer is for an instance, and the route leads to the address that all instances share (azure-firewall.md 3).
    'SNAT and the hub prefix routed back: which instance gets it is chance',
    { rules: BY_NAME, shared: { '10.1.0.0/16': FW }, spoke: { '10.0.0.0/16': FW } },
    S,
    'b.corp.example:443',
    'open',
  ],
  [
    // As the one-way route above; but the answer goes to the firewall's own subnet, which is peered.
    'an application rule repairs a one-way route between spokes',
    { rules: BY_NAME, other: { '10.1.0.0/16': FW } },
    A,
    'b.corp.example:443',
    'allowed',
  ],
  [
    // There by the hub's firewall, back by the far one, which never saw the request.
    'two firewalls, one for each direction',
    { far: ['spoke', 'other'], other: { '10.1.0.0/16': FW }, spoke: { '10.2.0.0/16': FAR } },
    A,
    `${B}:443`,
    'broken',
  ],
  [
    // other → fw → far → spoke, and back spoke → far → fw → other.
    'two firewalls in a row, both ways',
    {
      far: ['hub', 'spoke'],
      other: { '10.1.0.0/16': FW },
      hubFirewall: { '10.1.0.0/16': FAR },
      farFirewall: { '10.2.0.0/16': FW },
      spoke: { '10.2.0.0/16': FAR },
    },
    A,
    `${B}:443`,
    'allowed',
  ],
  [
    // far undoes nothing and routes to 10.2, which it is not peered with: nowhere (AZN-07).
    'two firewalls in a row, and the second does not know the way back',
    {
      far: ['hub', 'spoke'],
      other: { '10.1.0.0/16': FW },
      hubFirewall: { '10.1.0.0/16': FAR },
      spoke: { '10.2.0.0/16': FAR },
    },
    A,
    `${B}:443`,
    'broken',
  ],
  [
    // The answer skips the second firewall of the way there: it waits.
    'two firewalls there, one back',
    {
      far: ['hub', 'spoke'],
      other: { '10.1.0.0/16': FW },
      hubFirewall: { '10.1.0.0/16': FAR },
      spoke: { '10.2.0.0/16': FW },
    },
    A,
    `${B}:443`,
    'broken',
  ],
  [
    // The subnet of the firewall sends the packet to the firewall again: it never gets anywhere.
    'a firewall routed to itself is a loop',
    {
      other: { '10.1.0.0/16': FW },
      spoke: { '10.2.0.0/16': FW },
      hubFirewall: { '10.1.0.0/16': FW },
    },
    A,
    `${B}:443`,
    'denied',
  ],
  [
    'a firewall routed to itself on the way back',
    {
      other: { '10.1.0.0/16': FW },
      spoke: { '10.2.0.0/16': FW },
      hubFirewall: { '10.2.0.0/16': FW },
    },
    A,
    `${B}:443`,
    'broken',
  ],
  [
    // AFW-E06, azure-networking.md 10.6.
    'a public load balancer behind a default route to the firewall',
    { spoke: { '0.0.0.0/0': FW } },
    CLIENT,
    `${LB}:443`,
    'broken',
  ],
  ['a public load balancer without a table', {}, CLIENT, `${LB}:443`, 'allowed'],
  [
    // The longer prefix keeps the answers to these clients off the firewall.
    'a public load balancer with an exception for its clients',
    { spoke: { '0.0.0.0/0': FW, '203.0.113.0/24': 'Internet' } },
    CLIENT,
    `${LB}:443`,
    'allowed',
  ],
  [
    // AFW-66: the backend sees an instance, 10.0/16 is peered: longer than 0/0.
    'DNAT to a private address, under a default route to the firewall',
    { rules: DNAT(B), spoke: { '0.0.0.0/0': FW } },
    CLIENT,
    `${PUBLIC}:443`,
    'allowed',
  ],
  [
    'DNAT to a private address without a table',
    { rules: DNAT(B) },
    CLIENT,
    `${PUBLIC}:443`,
    'allowed',
  ],
  [
    // The instance's answer is led to the shared address: chance.
    'DNAT to a private address whose subnet routes the hub to the firewall',
    { rules: DNAT(B), spoke: { '10.0.0.0/16': FW } },
    CLIENT,
    `${PUBLIC}:443`,
    'open',
  ],
  [
    // AZN-03: `far` is not peered with the hub, so the firewall's subnet has no way to 10.3 (AZN-07).
    'DNAT to a network the firewall cannot reach',
    { rules: DNAT('10.3.0.50') },
    CLIENT,
    `${PUBLIC}:443`,
    'denied',
  ],
  [
    // AFW-67: the load balancer's backend sees the firewall's public address; /32 Internet brings the answer there from outside.
    'DNAT to a public front end, with a /32 for the public address of the firewall',
    { rules: DNAT(LB), spoke: { '0.0.0.0/0': FW, [`${PUBLIC}/32`]: 'Internet' } },
    CLIENT,
    `${PUBLIC}:443`,
    'allowed',
  ],
  [
    // Without it the answer enters the firewall from inside, where no such session is.
    'DNAT to a public front end, without the /32',
    { rules: DNAT(LB), spoke: { '0.0.0.0/0': FW } },
    CLIENT,
    `${PUBLIC}:443`,
    'broken',
  ],
  [
    // The machine answers its client by 0/0: the firewall never saw the request.
    'the public address of an interface under a default route to the firewall',
    { other: { '0.0.0.0/0': FW } },
    CLIENT,
    `${VM}:443`,
    'broken',
  ],
  ['the public address of an interface without a table', {}, CLIENT, `${VM}:443`, 'allowed'],
  [
    // AZS-31: the /32 of the endpoint beats 0/0, and it answers straight.
    'a private endpoint beside a default route to the firewall',
    { shared: { '0.0.0.0/0': FW } },
    S,
    '10.1.8.4:443',
    'allowed',
  ],
  [
    // AZS-33 takes the /32 away; AZS-34: without SNAT the reply returns directly and the firewall sees half a flow.
    'a private endpoint behind the firewall without SNAT',
    { endpointRoutes: true, shared: { '10.1.0.0/16': FW } },
    S,
    '10.1.8.4:443',
    'broken',
  ],
  [
    // AZS-34: translated to an instance (AFW-72), the endpoint answers the firewall.
    'a private endpoint behind the firewall, by an application rule',
    { rules: BY_NAME, endpointRoutes: true, shared: { '10.1.0.0/16': FW } },
    S,
    'pe.corp.example:443',
    'allowed',
  ],
  [
    // The gateway's subnet leads 10.1 to the firewall, and the spoke leads 192.168 there.
    'from on-premises through the firewall, both ways',
    { vpn: true, gateway: { '10.1.0.0/16': FW }, spoke: { '192.168.0.0/16': FW } },
    'onprem:192.168.0.0/16',
    `${B}:443`,
    'allowed',
  ],
  [
    'from on-premises past the firewall, and back through it',
    { vpn: true, spoke: { '192.168.0.0/16': FW } },
    'onprem:192.168.0.0/16',
    `${B}:443`,
    'broken',
  ],
  [
    // Back: the spoke uses the hub's gateway and learned 192.168/16 from it.
    'from on-premises through the firewall, and back past it',
    { vpn: true, gateway: { '10.1.0.0/16': FW } },
    'onprem:192.168.0.0/16',
    `${B}:443`,
    'broken',
  ],
  [
    // AFW-71: the answer comes to the firewall's public address.
    'to the internet through the firewall',
    { spoke: { '0.0.0.0/0': FW } },
    B,
    '203.0.113.9:443',
    'allowed',
  ],
  [
    // The firewall has its answer from the internet and no way to the spoke.
    'to the internet through a firewall that routes the spoke nowhere',
    { spoke: { '0.0.0.0/0': FW }, hubFirewall: { '10.1.0.0/16': 'None' } },
    B,
    '203.0.113.9:443',
    'broken',
  ],
];

describe('two directions of one flow', () => {
  it.each(CASES)('%s', (_title, shape, from, to, expected) => {
    expectBoth(perimeter(shape), from, to, expected);
  });
});
