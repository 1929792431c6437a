import type { Perimeter as Page } from '../../intent/index.ts';
import type { AgentPool, ManagedCluster } from '../../model/index.ts';
import type { ClusterPlacement, Network, PolicyEngine } from '../../network/index.ts';
import { known } from './known.ts';
import { pageName, type Remark } from './page-draft.ts';

type Cluster = Page['clusters'][number];

export function deriveClusters(
  network: Network,
  spokes: ReadonlyMap<string, string>,
  remarks: Remark[],
): Page['clusters'] {
  const taken = new Set<string>();
  return network.clusters.flatMap((placement): Cluster[] => {
    const { cluster } = placement;
    if (cluster === undefined) return [];
    const subnet = placement.pools[0]?.nodeSubnet;
    const spoke = subnet?.kind === 'found' ? spokes.get(subnet.target.vnet.key) : undefined;
    const version = /^\d+\.\d+(?:\.\d+)?$/.exec(cluster.kubernetesVersion ?? '')?.[0];
    const tier = (['Free', 'Standard', 'Premium'] as const).find((one) => one === cluster.skuTier);
    return [
      {
        name: pageName(cluster.name.replace(/^aks-/, ''), taken),
        ...(spoke === undefined ? {} : { spoke }),
        ...(version === undefined ? {} : { version }),
        ...(tier === undefined ? {} : { tier }),
        network: networkOf(placement, cluster, remarks),
        apiServer: apiServerOf(cluster, remarks),
        ...poolsOf(cluster, remarks),
        addOns: addOnsOf(cluster),
      },
    ];
  });
}

const ENGINES: Readonly<Record<PolicyEngine, 'cilium' | 'calico' | 'azure' | 'none'>> = {
  cilium: 'cilium',
  calico: 'calico',
  'azure-npm': 'azure',
  none: 'none',
  generic: 'none',
  unknown: 'none',
};

function networkOf(
  { addressing, policyEngine }: ClusterPlacement,
  { name, network }: ManagedCluster,
  remarks: Remark[],
): NonNullable<Cluster['network']> {
  const at = network.at;
  const plugin = { overlay: 'overlay', 'pod-subnet': 'podSubnet', 'node-subnet': 'nodeSubnet' }[
    addressing as 'overlay' | 'pod-subnet' | 'node-subnet'
  ] as 'overlay' | 'podSubnet' | 'nodeSubnet' | undefined;
  if (plugin === undefined) {
    remarks.push({
      what: `cluster ${name}`,
      why: `a page does not say ${addressing} networks: overlay is written`,
      at,
    });
  }
  if (policyEngine === 'unknown' || policyEngine === 'generic') {
    remarks.push({
      what: `cluster ${name}`,
      why: 'its policy engine is not known: none is written',
      at,
    });
  }
  const outbound = known(network.outboundType) ?? 'loadbalancer';
  if (outbound !== 'userdefinedrouting' && outbound !== 'none') {
    remarks.push({
      what: `cluster ${name}`,
      why: `it leaves by ${outbound}; a page leaves through the firewall (userDefinedRouting)`,
      at,
    });
  }
  const podRange = network.podCidrs[0]?.text;
  const serviceRange = network.serviceCidrs[0]?.text;
  return {
    plugin: plugin ?? 'overlay',
    engine: ENGINES[policyEngine],
    ...(policyEngine === 'cilium' ? { namePolicies: network.advancedNetworking.enabled } : {}),
    outbound: outbound === 'none' ? 'none' : 'userDefinedRouting',
    ...(podRange === undefined || addressing !== 'overlay' ? {} : { podRange }),
    ...(serviceRange === undefined ? {} : { serviceRange }),
  };
}

function apiServerOf(
  { name, apiServer }: ManagedCluster,
  remarks: Remark[],
): NonNullable<Cluster['apiServer']> {
  const isPrivate = known(apiServer.isPrivate) ?? false;
  const ranges = apiServer.authorizedRanges.flatMap((one) =>
    one.kind === 'range' ? [one.text.includes('/') ? one.text : `${one.text}/32`] : [],
  );
  if (!isPrivate && ranges.length < apiServer.authorizedRanges.length) {
    remarks.push({
      what: `cluster ${name}`,
      why: 'some of its authorized ranges are not known',
      at: apiServer.at,
    });
  }
  return {
    access: isPrivate ? 'private' : 'public',
    ...(isPrivate || ranges.length === 0 ? {} : { authorizedRanges: ranges }),
    ...(known(apiServer.vnetIntegration) === true ? { vnetIntegration: true } : {}),
  };
}

function poolsOf({ pools }: ManagedCluster, remarks: Remark[]): Pick<Cluster, 'pools'> {
  if (pools.length === 0) return {};
  const taken = new Set<string>();
  return { pools: pools.map((pool) => poolOf(pool, taken, remarks)) };
}

function poolOf(
  pool: AgentPool,
  taken: Set<string>,
  remarks: Remark[],
): NonNullable<Cluster['pools']>[number] {
  const name = pageName(pool.name.replaceAll('-', ''), taken).replaceAll('-', '').slice(0, 12);
  if (known(pool.enableNodePublicIp) === true) {
    remarks.push({
      what: `pool ${pool.name}`,
      why: 'a page gives nodes no public addresses',
      at: pool.at,
    });
  }
  const nodes = pool.autoscaling ? pool.minCount : pool.count;
  const sku = known(pool.osSku);
  const os = (['AzureLinux3', 'Ubuntu2404', 'Windows2025'] as const).find((one) => one === sku);
  const zones = pool.zones.filter((zone): zone is '1' | '2' | '3' => /^[123]$/.test(zone));
  return {
    name,
    mode: pool.mode === 'User' ? 'User' : 'System',
    ...(pool.vmSize === undefined ? {} : { size: pool.vmSize }),
    ...(nodes === undefined ? {} : { nodes }),
    ...(pool.maxCount === undefined ? {} : { maxNodes: pool.maxCount }),
    ...(pool.maxPods === undefined ? {} : { maxPods: pool.maxPods }),
    ...(os === undefined ? {} : { os }),
    zones,
  };
}

function addOnsOf({ addons }: ManagedCluster): NonNullable<Cluster['addOns']> {
  const on = [
    [addons.azurePolicy && addons.unknownAzurePolicy === undefined, 'azure-policy'],
    [addons.containerInsights, 'container-insights'],
    [addons.costAnalysis, 'cost-analysis'],
    [addons.defender, 'defender'],
    [addons.keyVaultCsi, 'key-vault'],
    [addons.monitorMetrics, 'managed-prometheus'],
    [addons.workloadIdentity, 'workload-identity'],
  ] as const;
  return on.flatMap(([isOn, name]) => (isOn ? [name] : []));
}
