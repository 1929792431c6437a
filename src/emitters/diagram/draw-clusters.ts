import type { ManagedCluster } from '../../model/index.ts';
import { type ClusterPlacement, type Network, targetOf } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { internet, namespaceId, regionOf } from './places.ts';
import { compare, type Sketch } from './sketch.ts';
import { counted, settingText, termText } from './words.ts';

/** Clusters with their pools, namespaces and API server. */
export function drawClusters(network: Network, sketch: Sketch): void {
  const sorted = [...network.clusters].sort((a, b) => compare(idOf(a), idOf(b)));
  for (const placed of sorted) {
    const id = idOf(placed);
    sketch.put(homeOf(network, placed, sketch), {
      id,
      kind: 'cluster',
      name: placed.cluster === undefined ? 'Kubernetes objects' : placed.name,
      lines: clusterLines(network, placed),
      tooltip: clusterTooltip(placed),
      layer: 'network',
    });
    drawPools(placed, id, sketch);
    if (placed.cluster === undefined) continue;
    drawApiServer(network, placed, placed.cluster, sketch);
    drawIngressController(placed.cluster, sketch);
  }
  const owner = sorted.find(({ cluster }) => cluster === undefined) ?? sorted[0];
  if (owner !== undefined) drawNamespaces(network, owner, idOf(owner), sketch);
}

function idOf({ cluster, name }: ClusterPlacement): string {
  return cluster?.key ?? `cluster/${name}`;
}

/** In the subnet of its pools when they share one, in their network when they share that. */
function homeOf(network: Network, placed: ClusterPlacement, sketch: Sketch): string | undefined {
  const subnets = new Set(placed.pools.map(({ nodeSubnet }) => targetOf(nodeSubnet)?.subnet.key));
  const [only] = subnets;
  if (subnets.size === 1 && only !== undefined && sketch.has(only)) return only;
  const vnets = new Set(placed.pools.map(({ nodeSubnet }) => targetOf(nodeSubnet)?.vnet.key));
  const [vnet] = vnets;
  if (vnets.size === 1 && vnet !== undefined && sketch.has(vnet)) return vnet;
  const { cluster } = placed;
  return cluster === undefined
    ? undefined
    : regionOf(network, cluster.key, cluster.location, sketch);
}

const ADDRESSING: Readonly<Record<ClusterPlacement['addressing'], string>> = {
  overlay: 'overlay',
  'node-subnet': 'pods in the node subnet',
  'pod-subnet': 'pods in a subnet of their own',
  kubenet: 'kubenet',
  byo: 'network plugin of its own',
  unknown: 'network plugin not known',
};

export const ENGINES: Readonly<Record<ClusterPlacement['policyEngine'], string>> = {
  none: 'no policy engine',
  generic: 'policy engine as Kubernetes says',
  'azure-npm': 'Azure NPM',
  calico: 'Calico',
  cilium: 'Cilium',
  unknown: 'policy engine not known',
};

function clusterLines(network: Network, placed: ClusterPlacement): readonly string[] {
  const { policies } = network.perimeter.kubernetes;
  const wide = policies.filter(({ namespace }) => namespace === '').length;
  const others = network.clusters.length - 1;
  return [
    placed.cluster === undefined
      ? others > 0
        ? `of one of ${others} clusters, which is not known`
        : 'the cluster is not in the input'
      : `${ADDRESSING[placed.addressing]}, ${ENGINES[placed.policyEngine]}`,
    ...(wide > 0 && network.clusters.length === 1
      ? [counted(wide, 'cluster-wide policy', 'cluster-wide policies')]
      : []),
  ];
}

function clusterTooltip({ cluster, policyEngineWhy }: ClusterPlacement): readonly string[] {
  if (cluster === undefined) return [policyEngineWhy];
  return [
    `Kubernetes ${cluster.kubernetesVersion ?? 'version not written'}`,
    // AKS-20: absent means loadBalancer.
    `outbound type ${settingText(cluster.network.outboundType, 'loadBalancer')}`,
    policyEngineWhy,
  ];
}

function drawPools({ pools }: ClusterPlacement, clusterId: string, sketch: Sketch): void {
  for (const { pool, nodeSubnet } of pools) {
    const subnet = targetOf(nodeSubnet)?.subnet.key;
    const nodes =
      pool.autoscaling && pool.minCount !== undefined && pool.maxCount !== undefined
        ? `${pool.minCount} to ${pool.maxCount} nodes`
        : pool.count === undefined
          ? 'number of nodes not known'
          : counted(pool.count, 'node');
    sketch.put(clusterId, {
      id: poolId(clusterId, pool.name),
      kind: 'node-pool',
      name: pool.name,
      lines: [
        pool.osType === 'Windows' ? `${nodes}, Windows` : nodes,
        ...(pool.enableNodePublicIp === true ? ['nodes have public addresses'] : []),
        ...(nodeSubnet.kind === 'found' || nodeSubnet.kind === 'none' ? [] : ['subnet not known']),
      ],
      tooltip: [
        `size ${pool.vmSize ?? 'not written'}`,
        subnet === undefined ? 'subnet not known' : `subnet ${subnet.split('/').at(-1)}`,
        pool.zones.length === 0 ? 'no zones written' : `zones ${pool.zones.join(', ')}`,
      ],
      ...(pool.count === undefined
        ? {}
        : { amounts: [{ number: pool.count, one: 'node', many: 'nodes' }] }),
      layer: 'workloads',
    });
  }
}

export function poolId(clusterId: string, pool: string): string {
  return `${clusterId}/pool/${pool.toLowerCase()}`;
}

/** Namespaces that run something or publish something. */
function drawNamespaces(
  { perimeter }: Network,
  { policyEngine }: ClusterPlacement,
  clusterId: string,
  sketch: Sketch,
): void {
  const { pods, services, policies, ingresses } = perimeter.kubernetes;
  const tally = new Map<string, { pods: number; policies: number; ingresses: number }>();
  const at = (name: string) => {
    const known = tally.get(name) ?? { pods: 0, policies: 0, ingresses: 0 };
    tally.set(name, known);
    return known;
  };
  for (const { namespace } of pods) at(namespace).pods += 1;
  for (const { namespace } of services) at(namespace);
  for (const { namespace } of policies) {
    const known = tally.get(namespace);
    if (known !== undefined) known.policies += 1;
  }
  for (const { namespace } of ingresses) {
    const known = tally.get(namespace);
    if (known !== undefined) known.ingresses += 1;
  }
  for (const [name, { pods: workloads, policies: own, ingresses: rules }] of tally) {
    sketch.put(clusterId, {
      id: namespaceId(name),
      kind: 'namespace',
      name,
      lines: [
        counted(workloads, 'workload'),
        own === 0
          ? 'no policy of its own'
          : // AZN-52: without an engine policy objects do nothing.
            `${counted(own, 'policy', 'policies')}${policyEngine === 'none' ? ', not enforced' : ''}`,
        ...(rules === 0 ? [] : [counted(rules, 'Ingress', 'Ingresses')]),
      ],
      amounts: [
        { number: workloads, one: 'workload', many: 'workloads' },
        { number: own, one: 'policy', many: 'policies' },
      ],
      layer: 'workloads',
    });
  }
}

/** AZS-72: the add-on sends from the gateway straight to pods. */
function drawIngressController({ key, addons }: ManagedCluster, sketch: Sketch): void {
  const gateway = addons.applicationGateway?.gateway;
  if (gateway === undefined || isUnknown(gateway)) return;
  sketch.link({ from: gateway.key, to: key, meaning: 'ingress', label: 'to pods (AGIC)' });
}

/** AKS-50 … AKS-55: who reaches it depends on where it stands. */
function drawApiServer(
  network: Network,
  placed: ClusterPlacement,
  cluster: ManagedCluster,
  sketch: Sketch,
): void {
  const { isPrivate, authorizedRanges, vnetIntegration, publicNetworkAccess } = cluster.apiServer;
  const id = `api-server/${cluster.key}`;
  const clusterId = idOf(placed);
  const home = apiServerHome(network, cluster, clusterId, sketch);
  const isClosed = isPrivate === true || publicNetworkAccess?.toLowerCase() === 'disabled';
  const state = isUnknown(isPrivate)
    ? 'public or private: not known'
    : isClosed
      ? 'private, no public address'
      : authorizedRanges.length === 0
        ? 'public, open to every address'
        : `public, ${counted(authorizedRanges.length, 'authorized range')}`;
  sketch.put(home, {
    id,
    kind: 'api-server',
    name: cluster.name,
    lines: [state, ...(vnetIntegration === true ? ['in the virtual network'] : [])],
    tooltip: authorizedRanges.slice(0, 20).map((term) => `authorized ${termText(term)}`),
    layer: 'management',
  });
  if (isUnknown(isPrivate)) {
    sketch.link({
      from: internet(sketch),
      to: id,
      meaning: 'api-access',
      standing: 'unknown',
      label: 'perhaps',
    });
  } else if (!isClosed && authorizedRanges.length === 0) {
    sketch.link({ from: internet(sketch), to: id, meaning: 'api-access', label: 'anybody' });
  } else if (!isClosed) {
    const callers = `administrators/${cluster.key}`;
    sketch.put(undefined, {
      id: callers,
      kind: 'administrators',
      name: counted(authorizedRanges.length, 'authorized range'),
      lines: authorizedRanges.slice(0, 3).map(termText),
      layer: 'management',
    });
    sketch.link({ from: callers, to: id, meaning: 'api-access', label: '' });
  }
}

/** With VNet integration in its subnet; private by an endpoint in the subnet of the first pool (AKS-52); else outside. */
function apiServerHome(
  network: Network,
  cluster: ManagedCluster,
  clusterId: string,
  sketch: Sketch,
): string {
  const { subnet, vnetIntegration, isPrivate } = cluster.apiServer;
  if (
    vnetIntegration === true &&
    subnet !== undefined &&
    !isUnknown(subnet) &&
    sketch.has(subnet.key)
  ) {
    return subnet.key;
  }
  if (isPrivate === true && sketch.has(clusterId)) return clusterId;
  return regionOf(network, cluster.key, cluster.location, sketch);
}
