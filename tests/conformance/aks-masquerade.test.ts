import { describe, expect, it } from 'vitest';
import { addressesOfPrefixes, parseIp, parsePrefix } from '../../src/net/index.ts';
import type { Network } from '../../src/network/index.ts';
import { dnsQuerySource, usesLocalDns } from '../../src/semantics/dns/cluster-dns.ts';
import type { FlowAddress } from '../../src/semantics/flow.ts';
import { sourceOutsidePod } from '../../src/semantics/masquerade/concrete.ts';
import { matchSet } from '../../src/semantics/match.ts';
import { address, cluster, networkOf, subnetId, vnet } from './aks-fixture.ts';

type Json = Record<string, unknown>;

const INTERNET = '8.8.8.8';
const IN_VNET = '10.240.9.9';
const IN_HUB = '10.200.0.9';
const AZURE_DNS = '168.63.129.16';

const NODES = '10.240.0.0/22';
const PODS = '10.240.16.0/20';
const OVERLAY = '10.244.0.0/16';

function podObject(spec: Json = {}): Json {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'app', namespace: 'shop' },
    spec: {
      template: {
        metadata: { labels: { app: 'app' } },
        spec: { containers: [{ name: 'app', image: 'app' }], ...spec },
      },
    },
  };
}

function agentConfig(configName: string, text: string): Json {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: configName, namespace: 'kube-system' },
    data: { 'ip-masq-agent': text },
  };
}

const MODES = {
  overlay: { networkPlugin: 'azure', networkPluginMode: 'overlay', podCidr: OVERLAY },
  nodeSubnet: { networkPlugin: 'azure' },
  podSubnet: { networkPlugin: 'azure' },
  kubenet: { networkPlugin: 'kubenet', podCidr: OVERLAY },
  byo: { networkPlugin: 'none' },
} as const;

function perimeter(
  mode: keyof typeof MODES,
  objects: Json[] = [podObject()],
  more: Json = {},
): Network {
  const pool = mode === 'podSubnet' ? { podSubnetID: subnetId('spoke', 'pods') } : {};
  return networkOf(
    [
      vnet(
        'hub',
        '10.200.0.0/24',
        { AzureFirewallSubnet: { addressPrefix: '10.200.0.0/26' } },
        { peers: ['spoke'] },
      ),
      vnet(
        'spoke',
        '10.240.0.0/16',
        { nodes: { addressPrefix: NODES }, pods: { addressPrefix: PODS } },
        { peers: ['hub'] },
      ),
      cluster('aks', { networkProfile: { ...MODES[mode], ...more } }, pool),
    ],
    objects,
  );
}

function outside(network: Network, destination: string) {
  const placement = network.clusters[0]!;
  const pod = network.perimeter.kubernetes.pods[0]!;
  return sourceOutsidePod(network, placement, placement.pools[0], pod, address(destination));
}

/** Which of the two the source must be: a node, a pod, or either. */
function whose(source: FlowAddress, pods: string): 'node' | 'pod' | 'either' | 'other' {
  const within = (prefix: string) =>
    matchSet(addressesOfPrefixes([parsePrefix(prefix)!]), source).kind === 'yes';
  if (within(NODES) && pods !== NODES) return 'node';
  if (within(pods)) return 'pod';
  return source.kind === 'within' ? 'either' : 'other';
}

describe('what leaves the node, by address mode', () => {
  it.each([
    ['AKS-01', 'overlay', INTERNET, 'yes', 'node', OVERLAY],
    ['AKS-01', 'overlay', IN_VNET, 'yes', 'node', OVERLAY],
    ['AKS-01', 'overlay', IN_HUB, 'yes', 'node', OVERLAY],
    ['AKS-01', 'overlay', '10.244.7.7', 'no', 'pod', OVERLAY],
    ['AKS-03', 'podSubnet', INTERNET, 'no', 'pod', PODS],
    ['AKS-03', 'podSubnet', IN_HUB, 'no', 'pod', PODS],
    ['AKS-04', 'podSubnet', AZURE_DNS, 'yes', 'node', PODS],
    ['AKS-06', 'kubenet', INTERNET, 'yes', 'node', OVERLAY],
    ['AKS-06', 'kubenet', IN_VNET, 'yes', 'node', OVERLAY],
    ['AKS-07', 'byo', INTERNET, 'unknown', 'either', OVERLAY],
  ] as const)(
    '%s: %s to %s is masqueraded: %s, the source is a %s',
    (fact, mode, to, masquerade, who, pods) => {
      const answer = outside(perimeter(mode), to);
      expect(answer.masquerade).toBe(masquerade);
      expect(answer.by.fact).toBe(fact);
      if (who !== 'either') expect(whose(answer.source, pods)).toBe(who);
    },
  );

  // In node subnet mode nodes and pods share one subnet, so the set says nothing: the label and the answer do.
  it.each([
    [IN_VNET, 'no'],
    [IN_HUB, 'yes'],
    [INTERNET, 'yes'],
  ] as const)('AKS-02: node subnet to %s is masqueraded: %s', (to, masquerade) => {
    const answer = outside(perimeter('nodeSubnet'), to);
    expect(answer.masquerade).toBe(masquerade);
    expect(answer.source.label).toContain(masquerade === 'yes' ? 'node' : 'pod');
  });

  it('AKS-02: the firewall’s place does not matter, the destination does', () => {
    // A firewall inside the cluster’s own network still sees the node for Internet flows.
    expect(outside(perimeter('nodeSubnet'), '20.51.7.8').masquerade).toBe('yes');
  });

  it('AKS-05: host-network pods have the node’s address in every mode', () => {
    for (const mode of ['overlay', 'nodeSubnet', 'podSubnet', 'kubenet', 'byo'] as const) {
      const answer = outside(perimeter(mode, [podObject({ hostNetwork: true })]), INTERNET);
      expect(answer.by.fact).toBe('AKS-05');
      expect(answer.source.label).toBe('a node of nodes');
    }
  });

  it('AKS-08: the Cilium dataplane changes none of it', () => {
    const cilium = { networkDataplane: 'cilium', networkPolicy: 'cilium' };
    expect(outside(perimeter('overlay', [podObject()], cilium), INTERNET).masquerade).toBe('yes');
    expect(outside(perimeter('podSubnet', [podObject()], cilium), INTERNET).masquerade).toBe('no');
  });
});

describe('the masquerade agent’s ConfigMaps', () => {
  it('AKS-09: an added range is seen with pod addresses', () => {
    const added = agentConfig(
      'azure-ip-masq-agent-config',
      'nonMasqueradeCIDRs:\n  - 10.200.0.0/24',
    );
    const network = perimeter('nodeSubnet', [podObject(), added]);
    const answer = outside(network, IN_HUB);
    expect([answer.masquerade, answer.by.fact]).toEqual(['no', 'AKS-09']);
    expect(outside(network, INTERNET).masquerade).toBe('yes');
  });

  it('AKS-09: link-local has a switch of its own', () => {
    const on = agentConfig('azure-ip-masq-agent-config-reconciled', 'masqLinkLocal: true');
    const off = agentConfig('azure-ip-masq-agent-config-reconciled', 'masqLinkLocal: false');
    const imds = '169.254.169.254';
    expect(outside(perimeter('overlay', [podObject(), on]), imds).masquerade).toBe('yes');
    expect(outside(perimeter('overlay', [podObject(), off]), imds).masquerade).toBe('no');
    expect(outside(perimeter('overlay'), imds).masquerade).toBe('unknown');
  });

  it('AKS-09: a ConfigMap that cannot be read leaves open what it may exempt', () => {
    const broken = agentConfig('azure-ip-masq-agent-config', 'nonMasqueradeCIDRs:\n  - nonsense');
    expect(outside(perimeter('nodeSubnet', [podObject(), broken]), IN_HUB).masquerade).toBe(
      'unknown',
    );
    expect(outside(perimeter('nodeSubnet', [podObject(), broken]), IN_VNET).masquerade).toBe('no');
  });

  it('AKS-09: with two clusters nobody knows whose ConfigMap it is', () => {
    const added = agentConfig(
      'azure-ip-masq-agent-config',
      'nonMasqueradeCIDRs:\n  - 10.200.0.0/24',
    );
    const pods = [podObject(), added];
    const two = networkOf(
      [
        vnet('spoke', '10.240.0.0/16', { nodes: { addressPrefix: NODES } }),
        cluster('aks', { networkProfile: MODES.nodeSubnet }),
        cluster('other', { networkProfile: MODES.nodeSubnet }),
      ],
      pods,
    );
    expect(outside(two, IN_HUB).masquerade).toBe('unknown');
    expect(outside(two, IN_VNET).masquerade).toBe('no');
  });

  it('AKS-10: in overlay an added range is a fault and says so', () => {
    const added = agentConfig(
      'azure-ip-masq-agent-config',
      'nonMasqueradeCIDRs:\n  - 10.200.0.0/24',
    );
    const answer = outside(perimeter('overlay', [podObject(), added]), IN_HUB);
    expect(answer.masquerade).toBe('no');
    expect(answer.warning).toContain('unreachable');
    expect(answer.facts).toContain('AKS-10');
  });
});

describe('DNS of a cluster', () => {
  it('AKS-80: servers outside see CoreDNS: a node in overlay, a pod in pod subnet mode', () => {
    const server = { kind: 'exact', ip: parseIp('10.200.0.4')! } as const;
    const source = (mode: keyof typeof MODES) => {
      const network = perimeter(mode);
      return dnsQuerySource(network, network.clusters[0]!, server).source;
    };
    expect(whose(source('overlay'), OVERLAY)).toBe('node');
    expect(whose(source('podSubnet'), PODS)).toBe('pod');
    expect(source('podSubnet').label).toContain('kube-system/coredns');
  });

  it('AKS-81: LocalDNS is on by default from 1.36, and where it is written', () => {
    const local = (version: string | undefined, pool: Json = {}, sku?: string) => {
      const network = networkOf([
        {
          ...cluster('aks', version === undefined ? {} : { kubernetesVersion: version }, pool),
          ...(sku === undefined ? {} : { sku: { name: sku } }),
        },
      ]);
      const placement = network.clusters[0]!;
      return usesLocalDns(placement, placement.pools[0]!.pool);
    };
    expect(local('1.35.2')).toBe('no');
    expect(local('1.36.0')).toBe('yes');
    expect(local('1.35.2', { localDNSProfile: { mode: 'Required' } })).toBe('yes');
    expect(local('1.36.0', { localDNSProfile: { mode: 'Disabled' } })).toBe('no');
    expect(local('1.35.2', {}, 'Automatic')).toBe('yes');
    expect(local(undefined)).toBe('unknown');
  });
});
