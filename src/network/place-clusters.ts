import type { ClusterObjects, ManagedCluster, Perimeter } from '../model/index.ts';
import {
  type AddressSet,
  addressSet,
  NO_ADDRESSES,
  parseIpRange,
  unionAddresses,
} from '../net/index.ts';
import {
  addressingOf,
  podAddressesOf,
  policyEngineOf,
  serviceAddressesOf,
  subnetAddresses,
} from './addressing.ts';
import { follow } from './links.ts';
import type { ClusterPlacement, PoolPlacement, SubnetPlacement } from './network.ts';
import { OWN, type Publisher, placeServiceFrontends } from './service-frontends.ts';

/**
 * One placement per managed cluster. Kubernetes objects do not say which cluster they belong to: they are attached
 * to the only one, or to the one whose view this is; with none, or several and no view, they form a nameless placement of
 * their own, whose name says so.
 */
export function placeClusters(
  perimeter: Perimeter,
  subnets: ReadonlyMap<string, SubnetPlacement>,
): readonly ClusterPlacement[] {
  const clusters = [...perimeter.clusters.values()];
  const { home } = perimeter.snapshot;
  const owner = home ?? (clusters.length === 1 ? clusters[0]?.key : undefined);
  const placed = clusters.map((cluster) =>
    placeCluster(cluster, perimeter, subnets, cluster.key === owner),
  );
  if (owner !== undefined || !hasObjects(perimeter.kubernetes)) return placed;
  return [...placed, placeObjects(perimeter, subnets, clusters.length)];
}

function placeCluster(
  cluster: ManagedCluster,
  perimeter: Perimeter,
  subnets: ReadonlyMap<string, SubnetPlacement>,
  ownsObjects: boolean,
): ClusterPlacement {
  const pools = cluster.pools.map(
    (pool): PoolPlacement => ({
      pool,
      nodeSubnet: follow(pool.subnet, subnets),
      podSubnet: follow(pool.podSubnet, subnets),
    }),
  );
  const addressing = addressingOf(cluster, pools);
  const { engine, why } = policyEngineOf(cluster);
  const ofSubnets = subnetAddresses(pools.map((pool) => pool.nodeSubnet));
  return {
    cluster,
    name: cluster.name,
    addressing,
    pools,
    podAddresses: podAddressesOf(cluster, addressing, pools),
    nodeAddresses: ownsObjects
      ? unionAddresses(ofSubnets, liveNodes(perimeter.kubernetes))
      : ofSubnets,
    serviceAddresses: serviceAddressesOf(cluster),
    policyEngine: engine,
    policyEngineWhy: why,
    loadBalancerServices: placeServiceFrontends(
      perimeter,
      pools,
      subnets,
      ownsObjects ? OWN : publishedElsewhere(perimeter, cluster),
    ),
  };
}

/** What another cluster publishes, in the view of one: front ends that stand in the same networks. */
function publishedElsewhere({ servicesElsewhere }: Perimeter, cluster: ManagedCluster): Publisher {
  const services = servicesElsewhere?.get(cluster.key) ?? [];
  return { services, name: cluster.name, key: cluster.key };
}

function placeObjects(
  perimeter: Perimeter,
  subnets: ReadonlyMap<string, SubnetPlacement>,
  clusters: number,
): ClusterPlacement {
  const nodes = perimeter.kubernetes.nodes;
  const isAlone = clusters === 0;
  return {
    name: isAlone
      ? 'Kubernetes objects without a cluster resource'
      : `Kubernetes objects of one of ${clusters} clusters, which one is not known`,
    addressing: 'unknown',
    pools: [],
    podAddresses: ranges(nodes.flatMap((node) => node.podCidrs)),
    nodeAddresses: liveNodes(perimeter.kubernetes),
    serviceAddresses: NO_ADDRESSES,
    policyEngine: isAlone ? 'generic' : 'unknown',
    policyEngineWhy: isAlone
      ? 'there is no cluster resource, so an engine that follows the Kubernetes API is assumed'
      : 'the cluster of these objects is not known',
    loadBalancerServices: placeServiceFrontends(perimeter, [], subnets, OWN),
  };
}

function hasObjects(objects: ClusterObjects): boolean {
  return (
    objects.pods.length > 0 ||
    objects.services.length > 0 ||
    objects.policies.length > 0 ||
    objects.ingresses.length > 0 ||
    objects.gateways.length > 0 ||
    objects.nodes.length > 0
  );
}

function liveNodes(objects: ClusterObjects): AddressSet {
  return ranges(objects.nodes.flatMap((node) => node.addresses));
}

/** Texts that are no address (host names of a node) are left out. */
function ranges(texts: readonly string[]): AddressSet {
  return addressSet(texts.map((text) => parseIpRange(text)).filter((range) => range !== undefined));
}
