import { describe, expect, it } from 'vitest';
import { answerTrace } from '../../../src/trace/index.ts';
import { cluster, publicIp, resource, routeTable, subnetId } from '../aks-fixture.ts';
import {
  at,
  deployment,
  type Expected,
  expectWalk,
  firewallWith,
  INTERNAL,
  type Json,
  networkOf,
  service,
  tableOf,
  vnet,
  vpn,
} from './build.ts';

// azure-networking.md 3.5: where routing shows in a whole walk. The firewall allows what the rows need, so that a walk
// ends for a reason of its routes.

const SERVICE_TAGS = {
  info: { origin: 'test', version: '1' },
  isComplete: false,
  prefixes: new Map([
    ['storage.westeurope', ['20.60.0.0/24']],
    ['storage', ['20.60.0.0/24']],
  ]),
};

interface Shape {
  readonly table?: Record<string, string>;
  readonly isPropagationOff?: boolean;
  readonly nodes?: Json;
}

/** Setup E1: hub 10.200.0.0/24 with firewall and gateway, spoke 10.240.0.0/16 by peering with gateway transit. */
function setupE1({ table = {}, isPropagationOff = false, nodes = {} }: Shape = {}) {
  const routes = routeTable('T', { '0.0.0.0/0': '10.200.0.4', ...table });
  const propagation = { disableBgpRoutePropagation: isPropagationOff };
  return networkOf(
    [
      vnet(
        'hub',
        '10.200.0.0/24',
        {
          AzureFirewallSubnet: { addressPrefix: '10.200.0.0/26' },
          GatewaySubnet: { addressPrefix: '10.200.0.64/27' },
        },
        { peers: { spoke: { allowGatewayTransit: true } } },
      ),
      vnet(
        'spoke',
        '10.240.0.0/16',
        {
          nodes: { addressPrefix: '10.240.0.0/22', ...tableOf('T'), ...nodes },
          ingress: { addressPrefix: '10.240.4.0/28', ...tableOf('T') },
          appgw: { addressPrefix: '10.240.5.0/24' },
        },
        { peers: { hub: { useRemoteGateways: true } } },
      ),
      { ...routes, properties: { ...(routes['properties'] as Json), ...propagation } },
      publicIp('pip-fw', '203.0.113.10'),
      firewallWith('fw', { id: subnetId('hub', 'AzureFirewallSubnet') }, '10.200.0.4', ['pip-fw'], {
        network: [['10.240.0.0/16', '*', '*']],
      }),
      ...vpn('hub', ['10.10.0.0/16', '172.20.0.0/14']),
    ],
    [],
    { serviceTags: SERVICE_TAGS },
  );
}

const NODE = '10.240.0.9';
const DIRECT = { answer: 'allowed', around: ['firewall'] } as const;

describe('setup E1: hub, spoke and a gateway', () => {
  const rows: readonly (readonly [
    title: string,
    from: string,
    to: string,
    shape: Shape,
    expected: Expected,
  ])[] = [
    ['AZN-09: the VNet /16 is longer than 0/0', NODE, '10.240.4.9', {}, DIRECT],
    [
      'AZN-08: the user 0/0 leads to the firewall',
      NODE,
      '8.8.8.8',
      {},
      { answer: 'allowed', through: ['firewall'], source: '203.0.113.10' },
    ],
    [
      'AZN-05: a gateway route longer than 0/0 goes around the firewall',
      NODE,
      '10.10.3.3',
      {},
      { ...DIRECT, ends: 'left-network' },
    ],
    [
      'AZN-07: the None routes are gone behind a user 0/0, and stand in the hub',
      NODE,
      '10.99.1.1',
      {},
      { answer: 'denied', through: ['firewall'], ends: 'no-route' },
    ],
    [
      'a subnet without a table drops private destinations of nobody',
      '10.240.5.9',
      '10.99.1.1',
      {},
      { answer: 'denied', around: ['firewall'], ends: 'no-route' },
    ],
    [
      'a subnet without a table leaves for the internet itself',
      '10.240.5.9',
      '8.8.8.8',
      {},
      DIRECT,
    ],
    // 8.2: the gateway's subnet has no route to the firewall, so the answer takes the short way.
    [
      'AZN-11: without propagation on-premises is behind the firewall, and the answer comes around it',
      NODE,
      '10.10.3.3',
      { isPropagationOff: true },
      { answer: 'broken', through: ['firewall'], says: 'fw' },
    ],
    [
      'AZN-12: a service endpoint goes around the firewall',
      NODE,
      '20.60.0.5',
      { nodes: { serviceEndpoints: [{ service: 'Microsoft.Storage' }] } },
      { ...DIRECT, ends: 'left-network' },
    ],
    // The other subnet has no such route: its answer comes straight back.
    [
      'a user route longer than the VNet diverts one way only',
      NODE,
      '10.240.5.7',
      { table: { '10.240.5.0/24': '10.200.0.4' } },
      { answer: 'broken', through: ['firewall'], says: 'fw' },
    ],
    [
      'a user route for the same prefix as the VNet diverts both ways',
      NODE,
      '10.240.4.9',
      { table: { '10.240.0.0/16': '10.200.0.4' } },
      { answer: 'allowed', through: ['firewall'], source: NODE },
    ],
  ];
  for (const [title, from, to, shape, expected] of rows) {
    it(title, () => {
      expectWalk(setupE1(shape), from, `${to}:443`, expected);
    });
  }
});

interface AksShape {
  readonly routes?: Record<string, string>;
  readonly aks?: Json;
  readonly firewall?: Json;
}

/** Setups E3 to E5: one VNet, a DNAT rule to the internal front end 10.42.1.200. */
function setupE3({ routes = {}, aks = {}, firewall = {} }: AksShape = {}) {
  return networkOf(
    [
      vnet('net', '10.42.0.0/16', {
        aks: { addressPrefix: '10.42.1.0/24', ...tableOf('aks'), ...aks },
        AzureFirewallSubnet: { addressPrefix: '10.42.2.0/24', ...firewall },
      }),
      routeTable('aks', { '0.0.0.0/0': '10.42.2.4', ...routes }),
      routeTable('loop', { '0.0.0.0/0': '10.42.2.4' }),
      publicIp('pip-fw', '203.0.113.32'),
      firewallWith('fw', { id: subnetId('net', 'AzureFirewallSubnet') }, '10.42.2.4', ['pip-fw'], {
        network: [['*', '8.8.8.8', '443']],
        dnat: [['203.0.113.32', '80', '10.42.1.200', '80']],
      }),
      cluster(
        'aks',
        {
          networkProfile: {
            networkPlugin: 'azure',
            networkPluginMode: 'overlay',
            outboundType: 'userDefinedRouting',
          },
        },
        { vnetSubnetID: subnetId('net', 'aks') },
      ),
    ],
    [
      deployment('web'),
      service('web', { type: 'LoadBalancer' }, { ...INTERNAL, ...at('10.42.1.200') }),
    ],
  );
}

const CLIENT = '198.51.100.7';
const HAIRPIN = { '203.0.113.32/32': 'Internet' };

describe('setups E3 to E5', () => {
  it('E3: a /32 to Internet lets a node call the firewall’s public address from outside', () => {
    expectWalk(setupE3({ routes: HAIRPIN }), '10.42.1.9', '203.0.113.32:80', {
      answer: 'allowed',
      through: ['internet', 'firewall', 'load-balancer', 'pod'],
    });
  });

  it('E3, AZS-07: in a private subnet the /32 fails for lack of an outbound method', () => {
    expectWalk(
      setupE3({ routes: HAIRPIN, aks: { defaultOutboundAccess: false } }),
      '10.42.1.9',
      '203.0.113.32:80',
      { answer: 'denied', ends: 'no-route', around: ['firewall'] },
    );
  });

  it('E4, AFW-66: the answer to a DNAT flow returns to the instance that has its state', () => {
    expectWalk(setupE3(), CLIENT, '203.0.113.32:80', {
      answer: 'allowed',
      there: [
        'internet: 198.51.100.7 → 203.0.113.32:80',
        'firewall fw: an instance of firewall fw → 10.42.1.200:80',
        'subnet AzureFirewallSubnet: an instance of firewall fw → 10.42.1.200:80',
        'subnet aks: an instance of firewall fw → 10.42.1.200:80',
        'load-balancer shop/web: a node of aks → a pod of shop/web:8080',
        'pod shop/web: a node of aks → a pod of shop/web:8080',
      ],
      back: [
        'subnet aks: 10.42.1.200 → an instance of firewall fw',
        'subnet AzureFirewallSubnet: 10.42.1.200 → an instance of firewall fw',
        'firewall fw: 203.0.113.32 → 198.51.100.7',
        'subnet AzureFirewallSubnet: 203.0.113.32 → 198.51.100.7',
        'internet: 203.0.113.32 → 198.51.100.7',
      ],
    });
  });

  it('E4: a user route over AzureFirewallSubnet may lead the answer to another instance', () => {
    const network = setupE3({ routes: { '10.42.2.0/24': '10.42.2.4' } });
    expectWalk(network, CLIENT, '203.0.113.32:80', {
      answer: 'unknown',
      backEnds: 'unknown',
      says: /instance/,
    });
  });

  it('E5: a default route of AzureFirewallSubnet to the firewall itself is a loop', () => {
    expectWalk(setupE3({ firewall: tableOf('loop') }), '10.42.1.9', '8.8.8.8:443', {
      answer: 'denied',
      ends: 'loop',
      says: /fw/,
    });
  });
});

describe('appliances', () => {
  it('an address where nothing is cannot be told', () => {
    const network = networkOf([
      vnet('net', '10.42.0.0/16', {
        aks: { addressPrefix: '10.42.1.0/24', ...tableOf('t') },
        nva: { addressPrefix: '10.42.3.0/24' },
      }),
      routeTable('t', { '0.0.0.0/0': '10.42.3.4' }),
      resource('Microsoft.Network/networkInterfaces', 'nic', {
        enableIPForwarding: true,
        ipConfigurations: [
          {
            name: 'ip',
            properties: { privateIPAddress: '10.42.3.4', subnet: { id: subnetId('net', 'nva') } },
          },
        ],
      }),
    ]);
    expectWalk(network, '10.42.1.9', '8.8.8.8:443', {
      answer: 'unknown',
      ends: 'unknown',
      says: '10.42.3.4',
    });
  });
});

// azure-networking.md 3.3: service endpoint routes hold the addresses of the service; a name may resolve into them or not.
describe('AZN-12: a name whose address nobody knows, beside a service endpoint', () => {
  const endpoint = { nodes: { serviceEndpoints: [{ service: 'Microsoft.Storage' }] } };

  it('is allowed where both ways lead there', () => {
    const { traces } = answerTrace(setupE1(endpoint), { from: NODE, to: 'api.example.com:5000' });
    expect(traces.map(({ answer }) => answer)).toEqual(['allowed']);
    expect(traces[0]!.summary).toMatch(/alike for route .*; service endpoint Microsoft\.Storage/);
  });

  it('is told once per way where they differ', () => {
    const blackHole = setupE1({ ...endpoint, table: { '0.0.0.0/0': 'None' } });
    const { traces } = answerTrace(blackHole, { from: NODE, to: 'api.example.com:5000' });
    expect(traces.map(({ answer }) => answer)).toEqual(['denied', 'allowed']);
  });
});
