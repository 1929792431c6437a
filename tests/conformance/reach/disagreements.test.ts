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
  routeTable,
  subnetId,
  zone,
} from '../aks-fixture.ts';
import {
  at,
  deployment,
  firewallWith,
  INTERNAL,
  type Json,
  nsg,
  nsgOf,
  policy,
  type Rules,
  service,
  tableOf,
  vnet,
  vpn,
} from '../trace/build.ts';
import { expectBoth } from './ask-both.ts';

// Flows of random perimeters about which the sets and the walk once disagreed, made small. The answer is worked out by hand.

const FW = '10.0.0.4';
const FRONT = '10.1.0.200';

interface Shape {
  readonly plugin?: Json;
  readonly routes?: Record<string, string>;
  readonly rules?: Rules;
  readonly dns?: readonly string[];
  readonly hubDns?: readonly string[];
  /** Written on the firewall itself. */
  readonly firewall?: Json;
  readonly hubPeer?: Json;
  readonly spokePeer?: Json;
  readonly objects?: readonly Json[];
  readonly more?: readonly Json[];
  /** The prefix of the subnet with the private endpoint. */
  readonly endpoints?: unknown;
  readonly nodes?: Json;
}

const OVERLAY = { networkPlugin: 'azure', networkPluginMode: 'overlay' };
const FLAT = { networkPlugin: 'azure' };

function perimeter(shape: Shape): Network {
  const dns = shape.dns === undefined ? {} : { dns: shape.dns };
  const table = shape.routes === undefined ? {} : tableOf('rt');
  return networkOf(
    [
      vnet(
        'hub',
        '10.0.0.0/16',
        {
          AzureFirewallSubnet: { addressPrefix: '10.0.0.0/26' },
          GatewaySubnet: { addressPrefix: '10.0.2.0/27' },
        },
        {
          peers: { spoke: { ...shape.hubPeer } },
          ...(shape.hubDns === undefined ? {} : { dns: shape.hubDns }),
        },
      ),
      vnet(
        'spoke',
        '10.1.0.0/16',
        {
          nodes: { addressPrefix: '10.1.0.0/22', ...table, ...shape.nodes },
          machines: { addressPrefix: '10.1.7.0/24' },
          endpoints: { addressPrefix: shape.endpoints ?? '10.1.8.0/24' },
        },
        { ...dns, peers: { hub: { ...shape.spokePeer } } },
      ),
      ...(shape.routes === undefined ? [] : [routeTable('rt', shape.routes)]),
      publicIp('pip-fw', '198.51.100.10'),
      firewallWith(
        'fw',
        { id: subnetId('hub', 'AzureFirewallSubnet') },
        FW,
        ['pip-fw'],
        shape.rules ?? {},
        shape.firewall ?? {},
      ),
      cluster(
        'aks',
        {
          networkProfile: {
            ...(shape.plugin ?? OVERLAY),
            networkPolicy: 'calico',
            serviceCidr: '10.100.0.0/16',
            outboundType: 'userDefinedRouting',
          },
        },
        { vnetSubnetID: subnetId('spoke', 'nodes') },
      ),
      ...(shape.more ?? []),
    ],
    [
      deployment('web'),
      deployment('job'),
      service('web', { type: 'LoadBalancer' }, { ...INTERNAL, ...at(FRONT) }),
      service('inner', { clusterIP: '10.100.0.20', selector: { app: 'web' } }),
      ...(shape.objects ?? []),
    ],
  );
}

const DENY_INGRESS = policy('deny', { podSelector: {}, policyTypes: ['Ingress'] });
const DENY_EGRESS = policy('deny', {
  podSelector: { matchLabels: { app: 'job' } },
  policyTypes: ['Egress'],
});
const VAULT = { id: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv' };
/** Names that the network of the firewall keeps to itself, and nobody has written one. */
const KEPT = zone('corp.example', ['hub']);
const balancer = (member: string) => {
  const base = ref('Microsoft.Network/loadBalancers', 'lb').id;
  const frontend = { id: `${base}/frontendIPConfigurations/front` };
  const pool = { id: `${base}/backendAddressPools/pool` };
  const rule = { protocol: 'Tcp', frontendPort: 443, backendPort: 8443 };
  return resource('Microsoft.Network/loadBalancers', 'lb', {
    frontendIPConfigurations: [
      {
        ...frontend,
        name: 'front',
        properties: {
          privateIPAddress: '10.1.7.30',
          subnet: { id: subnetId('spoke', 'machines') },
        },
      },
    ],
    backendAddressPools: [
      {
        ...pool,
        name: 'pool',
        properties: {
          loadBalancerBackendAddresses: [{ name: 'm', properties: { ipAddress: member } }],
        },
      },
    ],
    loadBalancingRules: [
      {
        id: `${base}/loadBalancingRules/rule`,
        name: 'rule',
        properties: { frontendIPConfiguration: frontend, backendAddressPool: pool, ...rule },
      },
    ],
  });
};
const vm = (group: string) =>
  resource('Microsoft.Network/networkInterfaces', 'vm', {
    ipConfigurations: [
      {
        name: 'ip',
        properties: {
          subnet: { id: subnetId('spoke', 'machines') },
          privateIPAddress: '10.1.7.10',
        },
      },
    ],
    networkSecurityGroup: ref('Microsoft.Network/networkSecurityGroups', group),
  });

type Case = readonly [
  title: string,
  shape: Shape,
  from: string,
  to: string,
  expected: ReachVerdict,
];

const CASES: readonly Case[] = [
  [
    // K8P-05: the pod is reached by the gateway and the peering, and its policies deny. The walk forgot whom it was going to.
    'on-premises to a pod whose ingress policy denies',
    {
      plugin: FLAT,
      objects: [DENY_INGRESS],
      hubPeer: { allowGatewayTransit: true },
      spokePeer: { useRemoteGateways: true },
      more: vpn('hub', ['192.168.0.0/16']),
    },
    'onprem:192.168.0.0/16',
    'deploy:shop/web:8080',
    'denied',
  ],
  [
    'on-premises to a pod without a policy',
    {
      plugin: FLAT,
      hubPeer: { allowGatewayTransit: true },
      spokePeer: { useRemoteGateways: true },
      more: vpn('hub', ['192.168.0.0/16']),
    },
    'onprem:192.168.0.0/16',
    'deploy:shop/web:8080',
    'allowed',
  ],
  [
    // K8P-19: the node picks a pod; the load balancer is never met.
    'a pod calls the front end of a Service of its cluster',
    {},
    'deploy:shop/job',
    `${FRONT}:80`,
    'allowed',
  ],
  [
    // Not a port of the Service, so no node takes it; the load balancer forwards nothing else (AKS-78). The walk gave no answer.
    'a pod calls the front end at a port the Service does not have',
    {},
    'deploy:shop/job',
    `${FRONT}:81`,
    'denied',
  ],
  [
    // K8P-81: at a cluster address nothing listens but the ports of the Service.
    'a pod calls a cluster address at a port the Service does not have',
    {},
    'deploy:shop/job',
    '10.100.0.20:81',
    'denied',
  ],
  ['a pod calls a cluster address', {}, 'deploy:shop/job', '10.100.0.20:80', 'allowed'],
  ['a pod calls a Service by its name', {}, 'deploy:shop/job', 'service:shop/inner:80', 'allowed'],
  [
    // K8P-19: policies see the pod behind the Service.
    'a pod whose egress policy denies calls a Service',
    { objects: [DENY_EGRESS] },
    'deploy:shop/job',
    'service:shop/inner:80',
    'denied',
  ],
  [
    // AKS-71: from outside the cluster by the front end.
    'a machine calls a Service by its name',
    {},
    '10.1.7.20',
    'service:shop/web:80',
    'allowed',
  ],
  [
    // AZS-21: the zone is linked and holds no such name. The sets took every name for public.
    'a name that a linked zone does not hold',
    { more: zone('corp.example', ['spoke'], { db: '10.1.7.10' }) },
    '10.1.7.20',
    'nobody.corp.example:443',
    'denied',
  ],
  [
    'a name that leads to a private address',
    { more: zone('corp.example', ['spoke'], { db: '10.1.7.10' }) },
    '10.1.7.20',
    'db.corp.example:443',
    'allowed',
  ],
  [
    // A server nobody knows may answer with the private address of an endpoint, which no firewall denies. The walk denied for certain.
    'a name that may be private, and its public way is denied',
    { dns: ['10.0.9.9'], routes: { '0.0.0.0/0': FW } },
    'node:nodes',
    'kv.vault.azure.net:443',
    'open',
  ],
  [
    // Any rule that may let it through reads the name, which the firewall cannot resolve (AFW-E35); else the default denies.
    'an FQDN tag that may hold a name the firewall cannot resolve',
    {
      routes: { '0.0.0.0/0': FW },
      rules: { application: [['*', 'tag:Any', 'Https:443']] },
      more: zone('corp.example', ['hub']),
    },
    'node:nodes',
    'nobody.corp.example:443',
    'denied',
  ],
  [
    // AZN-24: without a gateway nobody knows how the answer comes back. The sets called it allowed.
    'a route to a virtual network gateway that is not there',
    { routes: { '192.168.0.0/16': 'VirtualNetworkGateway' } },
    'node:nodes',
    '192.168.0.9:443',
    'open',
  ],
  [
    // Without a number nobody knows which routes may be longer than the endpoint's; the walk fell over a set without members.
    'a private endpoint in a subnet whose prefix is not known',
    {
      endpoints: { $unknown: 'prefix', missing: 'the value of prefix' },
      more: privateEndpoint('pe', { id: subnetId('spoke', 'endpoints') }, VAULT, 'vault', {
        status: 'Approved',
      }),
    },
    'node:nodes',
    'private-endpoint:pe:443',
    'open',
  ],
  [
    // AZN-42: the group of the interface looks first. The sets knew subnets only.
    'an interface whose own group denies what its subnet allows',
    { more: [nsg('own', [['Out', 100, 'Deny', '*', '*', '*']]), vm('own')] },
    '10.1.7.10',
    '10.1.0.30:443',
    'denied',
  ],
  [
    'its neighbour',
    { more: [nsg('own', [['Out', 100, 'Deny', '*', '*', '*']]), vm('own')] },
    '10.1.7.11',
    '10.1.0.30:443',
    'allowed',
  ],
  [
    // The node or the pod is the sender (aks.md 2.1); an endpoint takes either, and the answer finds the one that asked.
    'the network plugin is not known',
    {
      plugin: {
        networkPlugin: 'azure',
        networkPluginMode: { $unknown: 'mode', missing: 'the value of mode' },
      },
    },
    'deploy:shop/job',
    '10.1.7.20:443',
    'open',
  ],
  [
    // AZN-37: the group of the nodes' subnet sees the front end and the port of the Service.
    'a machine calls a Service that the group of the nodes does not admit',
    {
      nodes: nsgOf('nodes'),
      more: [nsg('nodes', [['In', 100, 'Deny', '10.1.7.0/24', '*', '80']])],
    },
    '10.1.7.20',
    `${FRONT}:80`,
    'denied',
  ],
  [
    // Real packets: both tellings took the machine for one behind the gateway, which hands nothing back that is not for the other side.
    'an answer to a machine of the network that a route leads to the gateway',
    { routes: { '10.1.7.0/24': 'VirtualNetworkGateway' } },
    '10.1.7.20',
    '10.1.0.20:22',
    'open',
  ],
  [
    'an answer to on-premises that a route leads to the gateway',
    {
      routes: { '192.168.0.0/16': 'VirtualNetworkGateway' },
      hubPeer: { allowGatewayTransit: true },
      spokePeer: { useRemoteGateways: true },
      more: vpn('hub', ['192.168.0.0/16']),
    },
    'onprem:192.168.0.0/16',
    '10.1.0.20:22',
    'allowed',
  ],
  [
    // Real packets: on-premises has no address of the network, and of what a gateway does with one nothing is documented.
    'a route leads to the gateway what the network itself holds',
    {
      routes: { '10.1.7.0/24': 'VirtualNetworkGateway' },
      hubPeer: { allowGatewayTransit: true },
      spokePeer: { useRemoteGateways: true },
      more: vpn('hub', ['192.168.0.0/16']),
    },
    'node:nodes',
    '10.1.7.20:443',
    'open',
  ],
  [
    'a route leads back to the gateway what comes from behind it, for a network that is not connected',
    {
      more: [
        vnet('near', '10.4.0.0/16', {
          GatewaySubnet: { addressPrefix: '10.4.9.0/27', ...tableOf('rt-back') },
        }),
        vnet('far', '10.5.0.0/16', { there: { addressPrefix: '10.5.0.0/24' } }),
        routeTable('rt-back', { '10.5.0.0/16': 'VirtualNetworkGateway' }),
        ...vpn('near', ['192.168.0.0/16']),
      ],
    },
    'onprem:192.168.0.4/32',
    '10.5.0.20:443',
    'open',
  ],
  [
    'a route leads to the gateway a pod of an overlay',
    {
      routes: { '10.0.0.0/8': 'VirtualNetworkGateway' },
      more: [
        vnet('near', '10.4.0.0/16', {
          GatewaySubnet: { addressPrefix: '10.4.9.0/27' },
          there: { addressPrefix: '10.4.0.0/24', ...tableOf('rt') },
        }),
        ...vpn('near', ['192.168.0.0/16']),
      ],
    },
    '10.4.0.20',
    'deploy:shop/web:8080',
    'open',
  ],
  [
    // azure-firewall 6: a firewall asks Azure unless servers are written for it; those of its network are for machines.
    'a firewall whose network has DNS servers of its own asks none of them',
    {
      routes: { '0.0.0.0/0': FW },
      rules: { application: [['*', '*', 'Https:443']] },
      hubDns: ['10.0.3.53'],
      more: KEPT,
    },
    'deploy:shop/job',
    'gone.corp.example:443',
    'denied',
  ],
  [
    'a firewall asks the servers that are written for it, and nobody knows what they say',
    {
      routes: { '0.0.0.0/0': FW },
      rules: { application: [['*', '*', 'Https:443']] },
      firewall: { additionalProperties: { 'Network.DNS.Servers': '10.0.3.53' } },
    },
    'deploy:shop/job',
    'ghcr.io:443',
    'open',
  ],
  [
    // AFW-72: with 0.0.0.0/0 as private range nothing is translated. The sets sent it out, and lost the answer instead.
    'a firewall that translates nobody sends a private address to the internet',
    {
      routes: { '0.0.0.0/0': FW },
      rules: { network: [['10.0.0.0/8', '203.0.113.0/24', '443', 'TCP']] },
      firewall: { additionalProperties: { 'Network.SNAT.PrivateRanges': '0.0.0.0/0' } },
    },
    '10.1.0.20',
    '203.0.113.9:443',
    'denied',
  ],
  [
    // Real packets: nothing leads from the front end to a network that its own does not reach.
    'AZS-44: a load balancer with a member in another network',
    {
      more: [
        vnet('far', '10.3.0.0/16', { there: { addressPrefix: '10.3.0.0/24' } }),
        balancer('10.3.0.20'),
      ],
    },
    '10.1.7.20',
    '10.1.7.30:443',
    'open',
  ],
  [
    'AZS-44: a load balancer with a member in its own network',
    { more: [balancer('10.1.7.21')] },
    '10.1.7.20',
    '10.1.7.30:443',
    'allowed',
  ],
];

describe('once a disagreement', () => {
  it.each(CASES)('%s', (_title, shape, from, to, expected) => {
    expectBoth(perimeter(shape), from, to, expected);
  });
});
