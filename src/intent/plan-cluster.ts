import { formatIp, type Ipv4 } from '../net/index.ts';
import { type Ipv4Prefix, lengthFor } from './carve.ts';
import { DEFAULTS } from './defaults.ts';
import type { PagePath } from './places.ts';
import type { ClusterPlan, PoolPlan, SpokePlan } from './plan.ts';
import { rangeAt, type Wanted } from './plan-addresses.ts';
import type { Problem } from './problem.ts';
import type { WrittenCluster, WrittenPool } from './schema/cluster.ts';
import { setting } from './setting.ts';

type Report = (problem: Problem) => void;

/** A cluster before its spoke is laid out: everything but its subnets. */
export type ClusterSettings = Omit<ClusterPlan, 'spoke' | 'nodes' | 'pods' | 'api' | 'fronts'> & {
  readonly spokeName: string;
  readonly podPrefix: Ipv4Prefix | undefined;
  readonly servicePrefix: Ipv4Prefix;
  readonly written: WrittenCluster;
};

/** One cluster, or two where the page says `also`. */
export function clusterSettings(
  written: WrittenCluster,
  path: PagePath,
  spokeName: string,
  report: Report,
): readonly ClusterSettings[] {
  const { network = {}, apiServer = {} } = written;
  const plugin = setting(network.plugin, 'clusters.network.plugin');
  const engine = setting(network.engine, 'clusters.network.engine');
  const canName = engine === 'cilium';
  if (network.namePolicies === true && !canName) {
    report({
      code: 'intent/not-together',
      severity: 'error',
      path: [...path, 'network', 'namePolicies'],
      message: `policies by name need the engine cilium; the cluster has \`${engine}\``,
      hint: 'leave namePolicies out: the firewall then narrows what policies leave open',
    });
  }
  const isPrivate = setting(apiServer.access, 'clusters.apiServer.access') === 'private';
  if (isPrivate && apiServer.authorizedRanges !== undefined) {
    report({
      code: 'intent/not-together',
      severity: 'error',
      path: [...path, 'apiServer', 'authorizedRanges'],
      message: 'a private API server has no authorized ranges',
      hint: 'leave them out, or write `access: public`',
    });
  }
  const pools = (written.pools ?? [{ name: 'system' }]).map((pool, index) =>
    poolPlan(pool, index, [...path, 'pools', index]),
  );
  const podRange =
    plugin === 'overlay' ? setting(network.podRange, 'clusters.network.podRange') : undefined;
  if (plugin !== 'overlay' && network.podRange !== undefined) {
    report({
      code: 'intent/not-together',
      severity: 'error',
      path: [...path, 'network', 'podRange'],
      message: `\`${plugin}\` takes pod addresses from a subnet; only an overlay has a range of its own`,
    });
  }
  const podPrefix =
    podRange === undefined
      ? undefined
      : rangeAt(podRange, [...path, 'network', 'podRange'], report);
  const nodes = pools.reduce((sum, pool) => sum + pool.maxNodes + 1, 0);
  if (podPrefix !== undefined && 2 ** (24 - podPrefix.length) < nodes) {
    report({
      code: 'intent/range-too-small',
      severity: 'error',
      path: [...path, 'network', 'podRange'],
      message: `\`${podRange}\` has no /24 for each of ${nodes} nodes (one of each pool is for upgrades)`,
      hint: `take a /${24 - Math.ceil(Math.log2(nodes))} or larger`,
    });
  }
  const serviceRange = setting(network.serviceRange, 'clusters.network.serviceRange');
  const servicePrefix = rangeAt(serviceRange, [...path, 'network', 'serviceRange'], report);
  if (servicePrefix === undefined) return [];
  const shared = {
    path,
    spokeName,
    written,
    version: setting(written.version, 'clusters.version'),
    tier: setting(written.tier, 'clusters.tier'),
    plugin,
    engine,
    hasNamePolicies: canName && setting(network.namePolicies, 'clusters.network.namePolicies'),
    outbound: setting(network.outbound, 'clusters.network.outbound'),
    podRange,
    podPrefix,
    serviceRange,
    servicePrefix,
    // The first address belongs to the Service `kubernetes`; the tenth is the usual one for DNS (aks 2.2).
    dnsServiceIp: formatIp({ family: 4, value: (servicePrefix.base + 10) as Ipv4 }),
    isPrivate,
    authorizedRanges: apiServer.authorizedRanges ?? [],
    vnetIntegration: setting(apiServer.vnetIntegration, 'clusters.apiServer.vnetIntegration'),
    addOns: new Set(setting(written.addOns, 'clusters.addOns')),
    imagesFrom: written.imagesFrom ?? [],
    pools,
  };
  const { name, also, active = name } = written;
  if (also === undefined) {
    if (active !== name) reportActive(active, [name], path, report);
    return [{ ...shared, name, isActive: true }];
  }
  const second = `${name}-${also}`;
  if (active !== name && active !== also) reportActive(active, [name, also], path, report);
  return [
    { ...shared, name, isActive: active === name },
    { ...shared, name: second, isActive: active === also },
  ];
}

function reportActive(
  active: string,
  names: readonly string[],
  path: PagePath,
  report: Report,
): void {
  report({
    code: 'intent/unknown-name',
    severity: 'error',
    path: [...path, 'active'],
    message: `\`${active}\` is none of the clusters of this entry`,
    hint: `write ${names.join(' or ')}`,
  });
}

function poolPlan(written: WrittenPool, index: number, path: PagePath): PoolPlan {
  const nodes = setting(written.nodes, 'clusters.pools.nodes');
  return {
    name: written.name,
    path,
    // A cluster has at least one pool for its own system pods.
    mode: written.mode ?? (index === 0 ? 'System' : 'User'),
    size: setting(written.size, 'clusters.pools.size'),
    nodes,
    maxNodes: written.maxNodes ?? Math.max(nodes, DEFAULTS['clusters.pools.maxNodes'].value),
    maxPods: setting(written.maxPods, 'clusters.pools.maxPods'),
    os: setting(written.os, 'clusters.pools.os'),
    zones: setting(written.zones, 'clusters.pools.zones'),
    labels: written.labels ?? {},
  };
}

export const subnetNames = {
  nodes: (cluster: string) => `snet-${cluster}-nodes`,
  pods: (cluster: string) => `snet-${cluster}-pods`,
  api: (cluster: string) => `snet-${cluster}-api`,
  fronts: (cluster: string) => `snet-${cluster}-ingress`,
};

/** What a cluster needs of its spoke (aks 2.3), one node of each pool for upgrades included. */
export function subnetsOf(cluster: ClusterSettings, hasFronts: boolean): readonly Wanted[] {
  const { name, plugin, pools, vnetIntegration } = cluster;
  const nodes = pools.reduce((sum, pool) => sum + pool.maxNodes + 1, 0);
  const flat = pools.reduce((sum, pool) => sum + (pool.maxNodes + 1) * (pool.maxPods + 1), 0);
  // In batches of 16, a new one when fewer than eight are free.
  const pods = pools.reduce(
    (sum, pool) => sum + (pool.maxNodes + 1) * 16 * Math.ceil((pool.maxPods + 8) / 16),
    0,
  );
  const nodeLength = Math.min(24, lengthFor(plugin === 'nodeSubnet' ? flat : nodes));
  return [
    { name: subnetNames.nodes(name), length: nodeLength },
    ...(plugin === 'podSubnet' ? [{ name: subnetNames.pods(name), length: lengthFor(pods) }] : []),
    ...(vnetIntegration ? [{ name: subnetNames.api(name), length: 28 }] : []),
    ...(hasFronts ? [{ name: subnetNames.fronts(name), length: 27 }] : []),
  ];
}

export function placedCluster(
  settings: ClusterSettings,
  spoke: SpokePlan,
): ClusterPlan | undefined {
  const { spokeName: _, podPrefix: __, servicePrefix: ___, written: ____, ...rest } = settings;
  const nodes = spoke.subnets.get(subnetNames.nodes(settings.name));
  if (nodes === undefined) return undefined;
  return {
    ...rest,
    spoke,
    nodes,
    pods: spoke.subnets.get(subnetNames.pods(settings.name)),
    api: spoke.subnets.get(subnetNames.api(settings.name)),
    fronts: spoke.subnets.get(subnetNames.fronts(settings.name)),
  };
}
