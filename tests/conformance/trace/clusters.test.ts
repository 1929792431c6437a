import { describe, expect, it } from 'vitest';
import { cluster, publicIp, routeTable, subnetId } from '../aks-fixture.ts';
import {
  at,
  deployment,
  end,
  expectWalk,
  firewallWith,
  INTERNAL,
  type Json,
  networkOf,
  type Rules,
  service,
  tableOf,
  traceOf,
  vnet,
} from './build.ts';

// aks.md 2.1 (which source each box sees), 5.2.5 (the API server by address), 6 (authorized ranges), 8.2
// (externalTrafficPolicy).

interface Shape {
  readonly network?: Json;
  readonly cluster?: Json;
  readonly pool?: Json;
  readonly rules?: Rules;
  readonly objects?: readonly Json[];
}

/** The cluster in a spoke, the firewall in its hub, a peered network with a server, one more inside the spoke. */
function hubAndSpoke(shape: Shape = {}) {
  return networkOf(
    [
      vnet(
        'hub',
        '10.200.0.0/24',
        { AzureFirewallSubnet: { addressPrefix: '10.200.0.0/26' } },
        { peers: { spoke: {} } },
      ),
      vnet(
        'spoke',
        '10.240.0.0/16',
        {
          nodes: { addressPrefix: '10.240.0.0/22', ...tableOf('t') },
          pods: { addressPrefix: '10.240.16.0/20', ...tableOf('t') },
          vms: { addressPrefix: '10.240.4.0/24' },
        },
        { peers: { hub: {}, other: {} } },
      ),
      vnet(
        'other',
        '10.50.0.0/16',
        { vms: { addressPrefix: '10.50.0.0/24' } },
        { peers: { spoke: {} } },
      ),
      routeTable('t', { '0.0.0.0/0': '10.200.0.4' }),
      publicIp('pip-fw', '198.51.100.10'),
      firewallWith(
        'fw',
        { id: subnetId('hub', 'AzureFirewallSubnet') },
        '10.200.0.4',
        ['pip-fw'],
        shape.rules ?? {},
      ),
      cluster(
        'aks',
        {
          networkProfile: { outboundType: 'userDefinedRouting', ...shape.network },
          ...shape.cluster,
        },
        shape.pool,
      ),
    ],
    shape.objects ?? [deployment('web')],
  );
}

const ANY: Rules = { network: [['*', '*', '*']] };
const NODE = 'a node of nodes';
const POD = 'a pod of shop/web';
const POD_SUBNET = { podSubnetID: subnetId('spoke', 'pods') };

describe('which source each box sees, by network plugin', () => {
  const overlay = {
    networkPlugin: 'azure',
    networkPluginMode: 'overlay',
    podCidr: '10.244.0.0/16',
  };
  const rows: readonly (readonly [
    mode: string,
    network: Json,
    pool: Json,
    insideVnet: string,
    peered: string,
    internet: string,
  ])[] = [
    ['AKS-01 overlay', overlay, {}, NODE, NODE, NODE],
    ['AKS-02 node subnet', { networkPlugin: 'azure' }, {}, POD, NODE, NODE],
    ['AKS-03 pod subnet', { networkPlugin: 'azure' }, POD_SUBNET, POD, POD, POD],
    [
      'AKS-06 kubenet',
      { networkPlugin: 'kubenet', podCidr: '10.244.0.0/16' },
      {},
      NODE,
      NODE,
      NODE,
    ],
  ];
  for (const [mode, network, pool, insideVnet, peered, internet] of rows) {
    it(mode, () => {
      const made = hubAndSpoke({ network, pool, rules: ANY });
      const sent = (to: string) =>
        end(
          traceOf(made, 'deploy:shop/web', to).forward.hops.find((hop) => hop.kind === 'subnet')!
            .flow.source,
        );
      expect(sent('10.240.4.9:443')).toBe(insideVnet);
      expect(sent('10.50.0.9:443')).toBe(peered);
      expect(sent('8.8.8.8:443')).toBe(internet);
    });
  }

  it('AKS-05: a host-network pod always has the address of its node', () => {
    const objects = [deployment('web', {}, 'shop', { hostNetwork: true })];
    const made = hubAndSpoke({
      network: { networkPlugin: 'azure' },
      pool: POD_SUBNET,
      rules: ANY,
      objects,
    });
    const trace = traceOf(made, 'deploy:shop/web', '8.8.8.8:443');
    expect(end(trace.forward.hops.find((hop) => hop.kind === 'subnet')!.flow.source)).toBe(NODE);
  });

  it('AKS-03: a pod subnet without the route table goes around the firewall', () => {
    const made = networkOf(
      [
        vnet('net', '10.240.0.0/16', {
          nodes: { addressPrefix: '10.240.0.0/22', ...tableOf('t') },
          pods: { addressPrefix: '10.240.16.0/20' },
          AzureFirewallSubnet: { addressPrefix: '10.240.8.0/26' },
        }),
        routeTable('t', { '0.0.0.0/0': '10.240.8.4' }),
        publicIp('pip-fw', '198.51.100.10'),
        firewallWith('fw', { id: subnetId('net', 'AzureFirewallSubnet') }, '10.240.8.4', [
          'pip-fw',
        ]),
        cluster(
          'aks',
          { networkProfile: { networkPlugin: 'azure', outboundType: 'userDefinedRouting' } },
          { vnetSubnetID: subnetId('net', 'nodes'), podSubnetID: subnetId('net', 'pods') },
        ),
      ],
      [deployment('web')],
    );
    expectWalk(made, 'deploy:shop/web', '8.8.8.8:443', { answer: 'allowed', around: ['firewall'] });
    expectWalk(made, 'node:nodes', '8.8.8.8:443', { answer: 'denied', through: ['firewall'] });
  });

  it('a pod under a static egress gateway leaves by nodes that no walk can follow', () => {
    const annotated = {
      annotations: { 'kubernetes.azure.com/static-gateway-configuration': 'out' },
      labels: { app: 'web' },
    };
    const made = hubAndSpoke({
      network: overlay,
      rules: ANY,
      objects: [deployment('web', annotated)],
    });
    expectWalk(made, 'deploy:shop/web', '8.8.8.8:443', {
      answer: 'unknown',
      says: /static egress gateway/i,
    });
  });
});

describe('the API server', () => {
  const HCP: Rules = { application: [['*', '*.hcp.westeurope.azmk8s.io', 'Https:443']] };
  const overlay = { networkPlugin: 'azure', networkPluginMode: 'overlay' };

  it('AKS-32: a pod of the user calls the address, without a name for an application rule', () => {
    const made = hubAndSpoke({ network: overlay, rules: HCP });
    expectWalk(made, 'deploy:shop/web', 'apiserver', { answer: 'denied', says: /SNI/ });
  });

  it('AKS-32: kube-system and annotated pods call it by name', () => {
    const annotated = {
      labels: { app: 'web' },
      annotations: { 'kubernetes.azure.com/set-kube-service-host-fqdn': 'true' },
    };
    const objects = [deployment('web', annotated), deployment('dns', {}, 'kube-system')];
    const made = hubAndSpoke({ network: overlay, rules: HCP, objects });
    for (const from of ['deploy:shop/web', 'deploy:kube-system/dns', 'node:nodes']) {
      expectWalk(made, from, 'apiserver', {
        answer: 'allowed',
        through: ['firewall', 'api-server'],
      });
    }
  });

  const ranges = (...list: string[]) => ({ apiServerAccessProfile: { authorizedIPRanges: list } });

  it('AKS-50, AKS-56: with authorized ranges the last box asks for the firewall’s public address', () => {
    const open = hubAndSpoke({ network: overlay, rules: HCP, cluster: ranges('198.51.100.10/32') });
    expectWalk(open, 'node:nodes', 'apiserver', { answer: 'allowed', source: '198.51.100.10' });
    const shut = hubAndSpoke({ network: overlay, rules: HCP, cluster: ranges('192.0.2.0/24') });
    expectWalk(shut, 'node:nodes', 'apiserver', {
      answer: 'denied',
      through: ['firewall', 'api-server'],
      says: /authorized ranges of aks/,
    });
    expectWalk(shut, '192.0.2.7', 'apiserver', { answer: 'allowed' });
    expectWalk(shut, '203.0.113.50', 'apiserver', { answer: 'denied' });
  });

  it('AKS-52: a private API server is out of the internet’s reach', () => {
    const made = hubAndSpoke({
      network: overlay,
      cluster: { apiServerAccessProfile: { enablePrivateCluster: true } },
    });
    expectWalk(made, 'internet', 'apiserver', { answer: 'denied' });
    expectWalk(made, 'node:nodes', 'apiserver', { answer: 'allowed', around: ['firewall'] });
  });
});

describe('externalTrafficPolicy', () => {
  const objects = (policy: string) => [
    deployment('web'),
    service(
      'web',
      { type: 'LoadBalancer', externalTrafficPolicy: policy },
      { ...INTERNAL, ...at('10.240.0.200') },
    ),
  ];
  const overlay = { networkPlugin: 'azure', networkPluginMode: 'overlay' };
  const dnat: Rules = { dnat: [['198.51.100.10', '80', '10.240.0.200', '80']] };

  it('AKS-75: Cluster: the pod sees a node', () => {
    const made = hubAndSpoke({ network: overlay, objects: objects('Cluster') });
    expectWalk(made, '10.50.0.9', '10.240.0.200:80', {
      answer: 'allowed',
      source: 'a node of aks',
    });
  });

  it('AKS-76: Local: the pod sees the client, which behind a DNAT is an instance of the firewall', () => {
    const made = hubAndSpoke({ network: overlay, objects: objects('Local'), rules: dnat });
    expectWalk(made, '10.50.0.9', '10.240.0.200:80', { answer: 'allowed', source: '10.50.0.9' });
    expectWalk(made, '203.0.113.50', '198.51.100.10:80', {
      answer: 'allowed',
      source: 'an instance of firewall fw',
    });
  });
});
