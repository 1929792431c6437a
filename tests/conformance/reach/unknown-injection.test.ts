import { describe, it } from 'vitest';
import type { Network } from '../../../src/network/index.ts';
import type { ReachVerdict } from '../../../src/reach/index.ts';
import {
  cluster,
  networkOf,
  privateEndpoint,
  publicIp,
  ref,
  resource,
  subnetId,
  zone,
} from '../aks-fixture.ts';
import { deployment, type Json, nsgOf, policy, tableOf, vnet } from '../trace/build.ts';
import { expectBoth } from './ask-both.ts';

// One value after the other is taken away from a perimeter in which everything is known. What is not known never becomes an answer; and
// where every value it may have leads to the same end, that end is said all the same.

const FW = '10.0.0.4';
const PUBLIC = '198.51.100.10';
const CLIENT = '203.0.113.50';
const A = '10.2.0.10';
const B = '10.1.0.20';
/** Where DNAT leads: another machine, since a DNAT rule implies a network rule for its target (AFW-26). */
const C = '10.1.0.30';

type Change = (parts: Parts) => void;

/** Unknown, with the words a person would read. */
const U = (what = 'p') => ({ $unknown: `\${${what}}`, missing: `the value of ${what}` });

/** A hub with a firewall between two spokes that route each other to it; A may call B at 443. Cases change one value. */
interface Parts {
  readonly hub: Json;
  readonly spoke: Json;
  readonly other: Json;
  readonly peers: Record<'hub' | 'spoke' | 'other', Json>;
  readonly machines: Json;
  readonly clients: Json;
  readonly routes: { there: Json[]; back: Json[] };
  readonly inbound: Json[];
  readonly network: Json[];
  readonly deny: Json[];
  readonly dnat: Json;
  readonly firewall: Json;
  readonly firewallAddress: Json;
  readonly publicIp: Json;
  readonly endpoint: { address?: unknown; status?: unknown };
  readonly balancer: Json;
  readonly aks: Json;
  readonly objects: Json[];
}

function rule(priority: unknown, access: unknown, from: unknown, port: unknown): Json {
  return {
    name: `r${typeof priority === 'number' ? priority : 'u'}`,
    properties: {
      direction: 'Inbound',
      priority,
      access,
      protocol: '*',
      sourceAddressPrefix: from,
      destinationAddressPrefix: '*',
      sourcePortRange: '*',
      destinationPortRange: port,
    },
  };
}

function passes(name: string, from: unknown, to: unknown, port: unknown): Json {
  return {
    name,
    protocols: ['TCP'],
    sourceAddresses: [from],
    destinationAddresses: [to],
    destinationPorts: [port],
  };
}

const route = (addressPrefix: unknown, nextHopIpAddress: unknown): Json => ({
  name: `to-${typeof addressPrefix === 'string' ? addressPrefix.replaceAll(/\W/g, '-') : 'u'}`,
  properties: { addressPrefix, nextHopType: 'VirtualAppliance', nextHopIpAddress },
});

function known(): Parts {
  return {
    hub: {},
    spoke: {},
    other: {},
    peers: { hub: {}, spoke: {}, other: {} },
    machines: {
      addressPrefix: '10.1.0.0/24',
      ...tableOf('rt-back'),
      ...nsgOf('nsg'),
    },
    clients: { addressPrefix: '10.2.0.0/24', ...tableOf('rt-there') },
    routes: { there: [route('10.1.0.0/16', FW)], back: [route('10.2.0.0/16', FW)] },
    inbound: [
      rule(100, 'Allow', '10.2.0.0/24', '443'),
      rule(110, 'Allow', '10.0.0.0/26', '443'),
      rule(4096, 'Deny', '*', '*'),
    ],
    network: [passes('a-to-b', '10.2.0.0/24', '10.1.0.0/24', '443')],
    deny: [],
    dnat: {
      ...passes('web', '*', PUBLIC, '443'),
      translatedAddress: C,
      translatedPort: '443',
    },
    firewall: {},
    firewallAddress: { privateIPAddress: FW },
    publicIp: { ipAddress: PUBLIC },
    endpoint: { address: '10.1.8.4', status: 'Approved' },
    balancer: { frontendPort: 443, backendPort: 443, protocol: 'Tcp' },
    aks: { networkPolicy: 'calico', networkPlugin: 'azure', networkPluginMode: 'overlay' },
    objects: [],
  };
}

function perimeter(change: Change): Network {
  const parts = known();
  change(parts);
  const table = (name: string, routes: readonly Json[]) =>
    resource('Microsoft.Network/routeTables', name, { routes });
  const named = (kind: string, action: string, priority: number, rules: readonly Json[]) =>
    rules.length === 0
      ? []
      : [{ name: kind, properties: { priority, action: { type: action }, rules } }];
  return networkOf(
    [
      vnet(
        'hub',
        '10.0.0.0/16',
        {
          AzureFirewallSubnet: { addressPrefix: '10.0.0.0/26' },
          shared: { addressPrefix: '10.0.3.0/24' },
        },
        { ...parts.hub, peers: { spoke: {}, other: {} } },
      ),
      vnet(
        'spoke',
        '10.1.0.0/16',
        {
          machines: parts.machines,
          nodes: { addressPrefix: '10.1.1.0/24' },
          endpoints: { addressPrefix: '10.1.8.0/24' },
        },
        { ...parts.spoke, peers: { hub: parts.peers.spoke } },
      ),
      vnet(
        'other',
        '10.2.0.0/16',
        { clients: parts.clients },
        { ...parts.other, peers: { hub: parts.peers.other } },
      ),
      table('rt-there', parts.routes.there),
      table('rt-back', parts.routes.back),
      resource('Microsoft.Network/networkSecurityGroups', 'nsg', { securityRules: parts.inbound }),
      publicIp('pip-lb', '198.51.100.20'),
      resource(
        'Microsoft.Network/publicIPAddresses',
        'pip-fw',
        { publicIPAllocationMethod: 'Static', ...parts.publicIp },
        { sku: { name: 'Standard' } },
      ),
      resource('Microsoft.Network/azureFirewalls', 'fw', {
        sku: { name: 'AZFW_VNet', tier: 'Standard' },
        threatIntelMode: 'Off',
        ipConfigurations: [
          {
            name: 'ip',
            properties: {
              ...parts.firewallAddress,
              subnet: { id: subnetId('hub', 'AzureFirewallSubnet') },
              publicIPAddress: ref('Microsoft.Network/publicIPAddresses', 'pip-fw'),
            },
          },
        ],
        natRuleCollections: named('nat', 'Dnat', 100, [parts.dnat]),
        networkRuleCollections: [
          ...named('deny', 'Deny', 150, parts.deny),
          ...named('net', 'Allow', 200, parts.network),
        ],
        ...parts.firewall,
      }),
      ...privateEndpoint(
        'pe',
        { id: subnetId('spoke', 'endpoints') },
        { id: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv' },
        'vault',
        parts.endpoint as { address?: string; status?: string },
      ),
      ...zone('corp.example', ['hub', 'spoke', 'other'], { b: B }),
      balancer(parts.balancer),
      cluster(
        'aks',
        { networkProfile: { ...parts.aks, outboundType: 'loadBalancer' } },
        { vnetSubnetID: subnetId('spoke', 'nodes') },
      ),
    ],
    [deployment('web'), deployment('job'), ...parts.objects],
  );
}

function balancer(properties: Json): Json {
  const base = ref('Microsoft.Network/loadBalancers', 'lb').id;
  const frontend = { id: `${base}/frontendIPConfigurations/front` };
  const pool = { id: `${base}/backendAddressPools/pool` };
  return resource(
    'Microsoft.Network/loadBalancers',
    'lb',
    {
      frontendIPConfigurations: [
        {
          ...frontend,
          name: 'front',
          properties: { privateIPAddress: '10.0.3.20', subnet: { id: subnetId('hub', 'shared') } },
        },
      ],
      backendAddressPools: [
        {
          ...pool,
          name: 'pool',
          properties: {
            loadBalancerBackendAddresses: [{ name: 'm', properties: { ipAddress: '10.0.3.30' } }],
          },
        },
      ],
      loadBalancingRules: [
        {
          id: `${base}/loadBalancingRules/web`,
          name: 'web',
          properties: {
            frontendIPConfiguration: frontend,
            backendAddressPool: pool,
            ...properties,
          },
        },
      ],
    },
    { sku: { name: 'Standard' } },
  );
}

const web = { matchLabels: { app: 'web' } };
const ingress = (more: Json): Json => policy('p', { podSelector: web, ...more });

type Case = readonly [
  title: string,
  change: Change,
  from: string,
  to: string,
  expected: ReachVerdict,
];

const set = (target: Json, values: Json): void => void Object.assign(target, values);

const CASES: readonly Case[] = [
  ['everything is known', () => {}, A, `${B}:443`, 'allowed'],
  ['everything is known, and nothing allows it', () => {}, A, `${B}:80`, 'denied'],
  [
    // The only rule that may allow it: it does, or the default denies.
    'the source of the firewall rule',
    ({ network }) => network.splice(0, 1, passes('a', U(), '10.1.0.0/24', '443')),
    A,
    `${B}:443`,
    'open',
  ],
  [
    // Its port is known and is another one: whoever it is for, it does not allow this.
    'the source of a firewall rule for another port',
    ({ network }) => network.splice(0, 1, passes('a', U(), '10.1.0.0/24', '80')),
    A,
    `${B}:443`,
    'denied',
  ],
  [
    // AFW-11: the first match decides, and that is known.
    'a firewall rule behind the one that allows',
    ({ network }) => network.push(passes('b', U(), U(), '443')),
    A,
    `${B}:443`,
    'allowed',
  ],
  [
    'the source of a firewall deny before the rule that allows',
    ({ deny }) => deny.push(passes('d', U(), '*', '443')),
    A,
    `${B}:443`,
    'open',
  ],
  [
    'the source of a firewall deny for another port',
    ({ deny }) => deny.push(passes('d', U(), '*', '80')),
    A,
    `${B}:443`,
    'allowed',
  ],
  [
    'the destination of a firewall deny whose source is somebody else',
    ({ deny }) => deny.push(passes('d', '10.9.0.0/16', U(), '443')),
    A,
    `${B}:443`,
    'allowed',
  ],
  [
    'the ports of the firewall rule',
    ({ network }) => network.splice(0, 1, passes('a', '10.2.0.0/24', '10.1.0.0/24', U())),
    A,
    `${B}:443`,
    'open',
  ],
  [
    'the next hop of the way there',
    ({ routes }) => routes.there.splice(0, 1, route('10.1.0.0/16', U())),
    A,
    `${B}:443`,
    'open',
  ],
  [
    // The request arrives; whether the answer meets the firewall hangs on it.
    'the next hop of the way back',
    ({ routes }) => routes.back.splice(0, 1, route('10.2.0.0/16', U())),
    A,
    `${B}:443`,
    'open',
  ],
  [
    // AZN-09: it may be longer than the /16, and leads to an appliance nobody knows.
    'the prefix of a further route',
    ({ routes }) => routes.there.push(route(U(), '10.0.3.9')),
    A,
    `${B}:443`,
    'open',
  ],
  [
    'the next hop of a route for somebody else',
    ({ routes }) => routes.there.push(route('192.168.0.0/16', U())),
    A,
    `${B}:443`,
    'allowed',
  ],
  [
    // AZN-09: a shorter prefix never decides, whatever it leads to.
    'the next hop of a shorter route',
    ({ routes }) => routes.there.push(route('0.0.0.0/0', U())),
    A,
    `${B}:443`,
    'allowed',
  ],
  [
    'the type of the next hop',
    ({ routes }) =>
      routes.there.splice(0, 1, {
        name: 'r',
        properties: { addressPrefix: '10.1.0.0/16', nextHopType: U() },
      }),
    A,
    `${B}:443`,
    'open',
  ],
  [
    'the route table of the sender',
    ({ clients }) => set(clients, { routeTable: { id: U() } }),
    A,
    `${B}:443`,
    'open',
  ],
  [
    'the security group of the receiver',
    ({ machines }) => set(machines, { networkSecurityGroup: { id: U() } }),
    A,
    `${B}:443`,
    'open',
  ],
  [
    // The firewall denies port 80 whatever the group says.
    'the security group of the receiver, and the firewall denies',
    ({ machines }) => set(machines, { networkSecurityGroup: { id: U() } }),
    A,
    `${B}:80`,
    'denied',
  ],
  [
    'the action of the security rule',
    ({ inbound }) => inbound.splice(0, 1, rule(100, U(), '10.2.0.0/24', '443')),
    A,
    `${B}:443`,
    'open',
  ],
  [
    // Whether or not it takes the flow, the next one allows it as well.
    'the source of an allow before the allow',
    ({ inbound }) => inbound.unshift(rule(90, 'Allow', U(), '443')),
    A,
    `${B}:443`,
    'allowed',
  ],
  [
    'the source of a deny before the allow',
    ({ inbound }) => inbound.unshift(rule(90, 'Deny', U(), '443')),
    A,
    `${B}:443`,
    'open',
  ],
  [
    'the source of a deny for another port',
    ({ inbound }) => inbound.unshift(rule(90, 'Deny', U(), '80')),
    A,
    `${B}:443`,
    'allowed',
  ],
  [
    'the port of a deny before the allow',
    ({ inbound }) => inbound.unshift(rule(90, 'Deny', '10.2.0.0/24', U())),
    A,
    `${B}:443`,
    'open',
  ],
  [
    // azure-networking.md 2.5: what a firewall forwards needs it, as documented; measured otherwise.
    'allowForwardedTraffic on the receiving side of the peering',
    ({ peers }) => set(peers.spoke, { allowForwardedTraffic: U() }),
    A,
    `${B}:443`,
    'open',
  ],
  [
    // The answer crosses it, and answers are taken not to need it.
    'allowForwardedTraffic on the side of the sender',
    ({ peers }) => set(peers.other, { allowForwardedTraffic: U() }),
    A,
    `${B}:443`,
    'allowed',
  ],
  [
    // AZN-21: 10.0.0.4 is the first usable address of the subnet; taken for the firewall's, and said.
    'the private address of the firewall',
    ({ firewallAddress }) => set(firewallAddress, { privateIPAddress: undefined }),
    A,
    `${B}:443`,
    'allowed',
  ],
  [
    'the private address of the firewall, and the routes name another',
    ({ firewallAddress, routes }) => {
      set(firewallAddress, { privateIPAddress: undefined });
      routes.there.splice(0, 1, route('10.1.0.0/16', '10.0.0.5'));
    },
    A,
    `${B}:443`,
    'open',
  ],
  ['DNAT with everything known', () => {}, CLIENT, `${PUBLIC}:443`, 'allowed'],
  [
    'the address DNAT leads to',
    ({ dnat }) => set(dnat, { translatedAddress: U() }),
    CLIENT,
    `${PUBLIC}:443`,
    'open',
  ],
  [
    // The group of the receiver lets 443 in and nothing else.
    'the port DNAT leads to',
    ({ dnat }) => set(dnat, { translatedPort: U() }),
    CLIENT,
    `${PUBLIC}:443`,
    'open',
  ],
  [
    'the sources of the DNAT rule',
    ({ dnat }) => set(dnat, { sourceAddresses: [U()] }),
    CLIENT,
    `${PUBLIC}:443`,
    'open',
  ],
  [
    // Its port is known: another one is denied, whoever may use it (AFW-25).
    'the sources of the DNAT rule, asked for another port',
    ({ dnat }) => set(dnat, { sourceAddresses: [U()] }),
    CLIENT,
    `${PUBLIC}:8443`,
    'denied',
  ],
  [
    // Nobody in the input has the number, and nothing says whose it is.
    'the public address of the firewall',
    ({ publicIp: pip }) => set(pip, { ipAddress: undefined }),
    CLIENT,
    `${PUBLIC}:443`,
    'open',
  ],
  [
    'the port of the load balancer',
    ({ balancer: lb }) => set(lb, { frontendPort: U() }),
    '10.0.3.10',
    '10.0.3.20:443',
    'open',
  ],
  [
    // No group looks at the backend, so its port is of no matter.
    'the port of the backend, where nothing filters',
    ({ balancer: lb }) => set(lb, { frontendPort: 443 }),
    '10.0.3.10',
    '10.0.3.20:443',
    'allowed',
  ],
  [
    'the state of a private endpoint',
    ({ endpoint }) => set(endpoint as Json, { status: U() }),
    '10.0.3.10',
    '10.1.8.4:443',
    'open',
  ],
  [
    // AZS-31: the /32 is that of the address, whichever it is.
    'the address of a private endpoint, asked for by its name',
    ({ endpoint }) => set(endpoint as Json, { address: undefined }),
    '10.0.3.10',
    'private-endpoint:pe:443',
    'allowed',
  ],
  [
    // AZS-20: whoever answers may know the zone, or not.
    'the DNS servers of the sender, for a name of a private zone',
    ({ other }) => set(other, { dns: [U()] }),
    A,
    'b.corp.example:443',
    'open',
  ],
  ['the same with Azure’s own servers', () => {}, A, 'b.corp.example:443', 'allowed'],
  [
    // The zone is linked and has no such record (AZS-21).
    'a name the zone does not hold',
    () => {},
    A,
    'nobody.corp.example:443',
    'denied',
  ],
  [
    'the port of a network policy',
    ({ objects }) => objects.push(ingress({ ingress: [{ ports: [{ port: U() }] }] })),
    'deploy:shop/job',
    'deploy:shop/web:8080',
    'open',
  ],
  [
    // No rule at all: whoever is asked, nothing allows (K8P-05).
    'the port of a policy beside one that allows the port',
    ({ objects }) => {
      objects.push(ingress({ ingress: [{ ports: [{ port: U() }] }, { ports: [{ port: 8080 }] }] }));
    },
    'deploy:shop/job',
    'deploy:shop/web:8080',
    'allowed',
  ],
  [
    // With an engine the policy denies; without one it is ignored (K8P-70).
    'the network policy engine',
    ({ aks, objects }) => {
      set(aks, { networkPolicy: U() });
      objects.push(ingress({ policyTypes: ['Ingress'] }));
    },
    'deploy:shop/job',
    'deploy:shop/web:8080',
    'open',
  ],
  [
    'the network policy engine, where no policy says anything',
    ({ aks }) => set(aks, { networkPolicy: U() }),
    'deploy:shop/job',
    'deploy:shop/web:8080',
    'allowed',
  ],
];

describe('one value is not known', () => {
  it.each(CASES)('%s', (_title, change, from, to, expected) => {
    expectBoth(perimeter(change), from, to, expected);
  });
});
