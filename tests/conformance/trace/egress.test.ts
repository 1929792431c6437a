import { describe, expect, it } from 'vitest';
import { answerTrace } from '../../../src/trace/index.ts';
import { cluster, publicIp, ref, resource, routeTable, subnetId } from '../aks-fixture.ts';
import {
  deployment,
  expectTrace,
  expectWalk,
  firewallWith,
  type Json,
  networkOf,
  type Rules,
  tableOf,
  traceOf,
  vnet,
} from './build.ts';

// aks.md 4 (outbound types) and azure-networking.md 4.1, 4.2 (who translates what leaves for the internet), as walks
// from a pod of an overlay cluster; then ways through and around the firewall.

const NAT = 'Microsoft.Network/natGateways';

interface Shape {
  readonly outboundType?: string;
  readonly subnet?: Json;
  readonly cluster?: Json;
  readonly resources?: readonly Json[];
}

/** One network, no firewall: the node subnet's own means of getting out. */
function aks({ outboundType, subnet = {}, cluster: more = {}, resources = [] }: Shape) {
  return networkOf(
    [
      vnet('spoke', '10.240.0.0/16', { nodes: { addressPrefix: '10.240.0.0/22', ...subnet } }),
      cluster('aks', {
        networkProfile: { networkPlugin: 'azure', networkPluginMode: 'overlay', outboundType },
        ...more,
      }),
      ...resources,
    ],
    [deployment('web')],
  );
}

const PRIVATE = { defaultOutboundAccess: false };
const SHARED = { defaultOutboundAccess: true };
const NODES = 'a node of nodes';
const TO = 'api.example.com:443';
const natGateway = [
  publicIp('pip-nat', '203.0.113.80'),
  resource(NAT, 'nat', {
    publicIpAddresses: [ref('Microsoft.Network/publicIPAddresses', 'pip-nat')],
  }),
];

describe('what leaves for the internet without a firewall', () => {
  it('AKS-20: loadBalancer: the cluster’s own public address, also in a private subnet', () => {
    const loadBalancerProfile = {
      effectiveOutboundIPs: [ref('Microsoft.Network/publicIPAddresses', 'pip-out')],
    };
    const networkProfile = {
      networkPlugin: 'azure',
      networkPluginMode: 'overlay',
      outboundType: 'loadBalancer',
      loadBalancerProfile,
    };
    const made = aks({
      subnet: PRIVATE,
      cluster: { networkProfile },
      resources: [publicIp('pip-out', '203.0.113.70')],
    });
    expectWalk(made, 'deploy:web', TO, { answer: 'allowed', source: '203.0.113.70' });
  });

  it('AZS-02: userAssignedNATGateway: the NAT gateway of the subnet', () => {
    const made = aks({
      outboundType: 'userAssignedNATGateway',
      subnet: { ...PRIVATE, natGateway: ref(NAT, 'nat') },
      resources: natGateway,
    });
    const trace = expectWalk(made, 'deploy:web', TO, { answer: 'allowed', source: '203.0.113.80' });
    expectTrace(trace, {
      answer: 'allowed',
      // The platform undoes its own translation: straight back to the node.
      back: [`internet: api.example.com → ${NODES}`, `subnet nodes: api.example.com → ${NODES}`],
    });
  });

  it('AZS-02: a NAT gateway comes before the load balancer that the cluster has', () => {
    const made = aks({
      outboundType: 'loadBalancer',
      subnet: { natGateway: ref(NAT, 'nat') },
      resources: natGateway,
    });
    expectWalk(made, 'deploy:web', TO, { answer: 'allowed', source: '203.0.113.80' });
  });

  it('AZS-05: none: default outbound access gives an address that nobody owns', () => {
    const made = aks({ outboundType: 'none', subnet: SHARED });
    const trace = expectWalk(made, 'deploy:web', TO, { answer: 'allowed' });
    const texts = trace.forward.hops.flatMap(({ steps }) => steps.map(({ text }) => text));
    expect(texts.join('\n')).toMatch(/default outbound access/i);
  });

  it('AZS-07: none in a private subnet: nothing gets out', () => {
    const made = aks({ outboundType: 'none', subnet: PRIVATE });
    expectWalk(made, 'deploy:web', TO, {
      answer: 'denied',
      ends: 'no-route',
      says: /no outbound method/,
    });
  });

  it('AZN-17: the host answers its own nodes, also in a network that AKS manages', () => {
    const managed = networkOf([cluster('aks', {}, { vnetSubnetID: undefined })], []);
    for (const to of ['168.63.129.16:53/udp', '169.254.169.254:80']) {
      expectWalk(managed, 'node:nodes', to, {
        answer: 'allowed',
        ends: 'delivered',
        around: ['internet'],
      });
    }
  });

  it('AKS-22: block denies all egress', () => {
    const made = aks({ outboundType: 'block', subnet: SHARED });
    const { traces } = answerTrace(made, { from: 'deploy:web', to: TO });
    expect(traces.map(({ answer }) => answer)).toEqual(['denied']);
  });
});

const SPOKE = subnetId('spoke', 'nodes');
const FIREWALL = { id: subnetId('hub', 'AzureFirewallSubnet') };

interface HubShape {
  readonly rules?: Rules;
  readonly nodes?: Json;
  readonly spoke?: string;
  readonly routes?: Record<string, string>;
  readonly otherRoutes?: Record<string, string>;
}

/** A hub with the firewall, the cluster's spoke and a second spoke; spokes peer with the hub only. */
function hub(shape: HubShape = {}) {
  const { rules = {}, nodes = {}, spoke = '10.240.0.0/16' } = shape;
  return networkOf(
    [
      vnet(
        'hub',
        '10.200.0.0/24',
        { AzureFirewallSubnet: { addressPrefix: '10.200.0.0/26' } },
        { peers: { spoke: {}, other: {} } },
      ),
      vnet(
        'spoke',
        spoke,
        { nodes: { addressPrefix: '10.240.0.0/22', ...tableOf('rt'), ...PRIVATE, ...nodes } },
        { peers: { hub: {} } },
      ),
      vnet(
        'other',
        '10.50.0.0/16',
        { vms: { addressPrefix: '10.50.1.0/24', ...tableOf('rt-other') } },
        { peers: { hub: {} } },
      ),
      routeTable('rt', { '0.0.0.0/0': '10.200.0.4', ...shape.routes }),
      routeTable('rt-other', shape.otherRoutes ?? { '0.0.0.0/0': '10.200.0.4' }),
      publicIp('pip-fw', '203.0.113.10'),
      firewallWith('fw', FIREWALL, '10.200.0.4', ['pip-fw'], rules),
      cluster(
        'aks',
        {
          networkProfile: {
            networkPlugin: 'azure',
            networkPluginMode: 'overlay',
            outboundType: 'userDefinedRouting',
          },
        },
        { vnetSubnetID: SPOKE },
      ),
    ],
    [deployment('web')],
  );
}

describe('through the firewall', () => {
  it('AKS-20: userDefinedRouting: node, firewall, its public address, and the same way back', () => {
    const made = hub({
      rules: { application: [['10.240.0.0/22', 'api.example.com', 'Https:443']] },
    });
    expectWalk(made, 'deploy:web', TO, {
      answer: 'allowed',
      there: [
        'pod shop/web: a pod of shop/web → api.example.com:443',
        `node node of pool nodes: ${NODES} → api.example.com:443`,
        `subnet nodes: ${NODES} → api.example.com:443`,
        'firewall fw: 203.0.113.10 → api.example.com:443',
        'subnet AzureFirewallSubnet: 203.0.113.10 → api.example.com:443',
        'internet: 203.0.113.10 → api.example.com:443',
      ],
      back: [
        'internet: api.example.com → 203.0.113.10',
        `firewall fw: api.example.com → ${NODES}`,
        `subnet AzureFirewallSubnet: api.example.com → ${NODES}`,
        `subnet nodes: api.example.com → ${NODES}`,
      ],
    });
  });

  it('azure-networking 2: spokes that are not peered talk through the firewall, with their own addresses', () => {
    const made = hub({ rules: { network: [['10.240.0.0/22', '10.50.1.0/24', '5432']] } });
    expectWalk(made, 'deploy:web', '10.50.1.9:5432', {
      answer: 'allowed',
      source: NODES,
      there: [
        'pod shop/web: a pod of shop/web → 10.50.1.9:5432',
        `node node of pool nodes: ${NODES} → 10.50.1.9:5432`,
        `subnet nodes: ${NODES} → 10.50.1.9:5432`,
        `firewall fw: ${NODES} → 10.50.1.9:5432`,
        `subnet AzureFirewallSubnet: ${NODES} → 10.50.1.9:5432`,
        `subnet vms: ${NODES} → 10.50.1.9:5432`,
      ],
      back: [
        `subnet vms: 10.50.1.9 → ${NODES}`,
        `firewall fw: 10.50.1.9 → ${NODES}`,
        `subnet AzureFirewallSubnet: 10.50.1.9 → ${NODES}`,
        `subnet nodes: 10.50.1.9 → ${NODES}`,
      ],
    });
  });

  it('azure-networking 2: without a table in the other spoke the answer finds no way: peering is not transitive', () => {
    const made = hub({
      rules: { network: [['10.240.0.0/22', '10.50.1.0/24', '5432']] },
      otherRoutes: {},
    });
    expectWalk(made, 'deploy:web', '10.50.1.9:5432', { answer: 'broken', backEnds: 'no-route' });
  });

  it('ADR 0004: a rule that may match is followed both ways: the end is open, the walk goes on', () => {
    const made = hub({ rules: { network: [['*', 'NoSuchTag', '443']] } });
    expectWalk(made, 'deploy:web', '20.30.40.50:443', {
      answer: 'unknown',
      ends: 'unknown',
      through: ['firewall', 'internet'],
      says: /NoSuchTag/,
    });
  });

  it('a rule that may match keeps no denial open that a later box makes for certain', () => {
    const made = hub({
      rules: { network: [['*', 'NoSuchTag', '5432']] },
      otherRoutes: { '0.0.0.0/0': '10.200.0.4', '10.240.0.0/22': 'None' },
    });
    // The request may arrive; its answer certainly does not.
    expectWalk(made, 'deploy:web', '10.50.1.9:5432', { answer: 'broken', backEnds: 'no-route' });
  });

  it('AZS-01: what is routed to the firewall is not translated by the subnet’s NAT gateway', () => {
    const made = hub({
      rules: { network: [['*', '*', '*']] },
      nodes: { natGateway: ref(NAT, 'nat') },
    });
    expectWalk(made, '10.240.0.9', '20.30.40.50:443', {
      answer: 'allowed',
      source: '203.0.113.10',
    });
  });

  it('azure-networking 13, NET-11: two firewalls that route to each other are a loop', () => {
    const other = { id: subnetId('spoke2', 'AzureFirewallSubnet') };
    const rules: Rules = { network: [['*', '10.99.0.0/16', '*']] };
    const made = networkOf([
      vnet(
        'hub',
        '10.200.0.0/24',
        {
          AzureFirewallSubnet: { addressPrefix: '10.200.0.0/26', ...tableOf('rt-a') },
          vms: { addressPrefix: '10.200.0.128/26', ...tableOf('rt-a') },
        },
        { peers: { spoke2: {} } },
      ),
      vnet(
        'spoke2',
        '10.201.0.0/24',
        { AzureFirewallSubnet: { addressPrefix: '10.201.0.0/26', ...tableOf('rt-b') } },
        { peers: { hub: {} } },
      ),
      routeTable('rt-a', { '10.99.0.0/16': '10.201.0.4' }),
      routeTable('rt-b', { '10.99.0.0/16': '10.200.0.4' }),
      publicIp('pip-a', '203.0.113.10'),
      publicIp('pip-b', '203.0.113.11'),
      firewallWith('fw-a', FIREWALL, '10.200.0.4', ['pip-a'], rules),
      firewallWith('fw-b', other, '10.201.0.4', ['pip-b'], rules),
    ]);
    const trace = expectWalk(made, '10.200.0.133', '10.99.0.1:443', {
      answer: 'denied',
      ends: 'loop',
      says: /circles through .*fw-/,
    });
    expect(trace.wouldOpen.join()).toContain('take away the route');
  });
});

describe('around the firewall', () => {
  it('aks.md 10: IPv6 is outside 0.0.0.0/0: a dual-stack node does not meet the firewall', () => {
    const made = hub({
      spoke: '10.240.0.0/16,fd00:240::/48',
      nodes: {
        addressPrefix: undefined,
        addressPrefixes: ['10.240.0.0/22', 'fd00:240::/64'],
        defaultOutboundAccess: true,
      },
    });
    const trace = traceOf(made, 'fd00:240::9', '[2606:4700::1111]:443');
    expect(trace.forward.hops.map(({ kind }) => kind)).not.toContain('firewall');
    // What azure-networking 4.1 says of outbound methods is about IPv4.
    expectTrace(trace, { answer: 'unknown', through: ['internet'], says: /IPv6/ });
  });

  it('AZN-09: a longer prefix to Internet goes around it, with the NAT gateway as its source', () => {
    const made = networkOf([
      vnet('spoke', '10.240.0.0/16', {
        nodes: { addressPrefix: '10.240.0.0/22', ...tableOf('rt'), natGateway: ref(NAT, 'nat') },
        AzureFirewallSubnet: { addressPrefix: '10.240.200.0/26' },
      }),
      routeTable('rt', { '0.0.0.0/0': '10.240.200.4', '20.30.0.0/16': 'Internet' }),
      publicIp('pip-fw', '203.0.113.10'),
      firewallWith('fw', { id: subnetId('spoke', 'AzureFirewallSubnet') }, '10.240.200.4', [
        'pip-fw',
      ]),
      ...natGateway,
    ]);
    expectWalk(made, '10.240.0.9', '20.30.40.50:443', {
      answer: 'allowed',
      around: ['firewall'],
      source: '203.0.113.80',
    });
  });
});
