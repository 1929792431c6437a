import {
  type AddressSet,
  addressSetHas,
  formatIp,
  formatPrefix,
  type Ip,
  parseIp,
} from '../../net/index.ts';
import type {
  ClusterPlacement,
  Network,
  PoolPlacement,
  SubnetPlacement,
} from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { AddressPool } from './address-pool.ts';
import type { LabOptions } from './lab-options.ts';
import type { NodeSeat } from './node-seat.ts';
import { type Seat, wayOut } from './seat.ts';
import { keysOf, type Making, seatIn } from './seat-making.ts';

export interface NodeSeats {
  readonly seats: readonly Seat[];
  readonly nodes: readonly NodeSeat[];
  readonly clusterOf: ReadonlyMap<string, ClusterPlacement>;
}

/** The nodes of every pool whose subnet is known: live addresses where the input has them, else the next free ones. */
export function nodeSeats(making: Making): NodeSeats {
  const { network, gaps } = making;
  const seats: Seat[] = [];
  const nodes: NodeSeat[] = [];
  const clusterOf = new Map<string, ClusterPlacement>();
  for (const cluster of network.clusters) {
    if (cluster.pools.length === 0) {
      const why = 'there is no node pool for them in the input';
      gaps.push({ what: cluster.name, why });
    }
    for (const pool of cluster.pools) {
      if (pool.nodeSubnet.kind !== 'found') {
        const why = 'its subnet is not in the input, so its nodes are not in the lab';
        gaps.push({ what: `node pool ${pool.pool.name}`, why, at: pool.pool.at });
        continue;
      }
      for (let index = 0; index < nodeCount(pool, making.options); index += 1) {
        const made = nodeSeat(making, cluster, pool, pool.nodeSubnet.target, index);
        if (made === undefined) break;
        seats.push(made.seat);
        nodes.push(made.node);
        clusterOf.set(made.seat.host, cluster);
      }
    }
  }
  return { seats, nodes, clusterOf };
}

function nodeCount({ pool }: PoolPlacement, { nodesPerPool }: LabOptions): number {
  return Math.min(nodesPerPool, Math.max(pool.count ?? pool.minCount ?? nodesPerPool, 0));
}

function nodeSeat(
  making: Making,
  cluster: ClusterPlacement,
  { pool, podSubnet }: PoolPlacement,
  subnet: SubnetPlacement,
  index: number,
): { readonly seat: Seat; readonly node: NodeSeat } | undefined {
  const { network, names, options, gaps } = making;
  const live = liveAddresses(network, pool.name, subnet)[index];
  const address = live ?? making.pool.privateIn(subnet.addresses);
  const isOnly = network.clusters.filter((one) => one.cluster !== undefined).length === 1;
  const endName = isOnly
    ? `node/${pool.name}-${index}`
    : `node/${cluster.name}/${pool.name}-${index}`;
  if (address === undefined) {
    gaps.push({ what: endName, why: 'its subnet has no free address', at: pool.at });
    return undefined;
  }
  const publicAddress = pool.enableNodePublicIp === true ? making.pool.lent() : undefined;
  const seat = seatIn(making, subnet, {
    host: names.give(`${pool.name}-${index}`),
    kind: 'node',
    label: `node ${index} of pool ${pool.name}`,
    endName,
    traceName: isOnly ? `node:${pool.name}` : `node:${cluster.name}/${pool.name}`,
    addresses: [address],
    publicAddresses: publicAddress === undefined ? [] : [formatIp(publicAddress)],
    groups: keysOf(pool.applicationSecurityGroups),
    forwards: true,
  });
  if (seat === undefined) return undefined;
  const home = podSubnet.kind === 'found' ? podSubnet.target : subnet;
  const hasSubnetPods = cluster.addressing === 'node-subnet' || cluster.addressing === 'pod-subnet';
  const podAddresses = hasSubnetPods
    ? takeSome(
        making.pool,
        home.addresses,
        Math.min(pool.maxPods ?? 30, options.podAddressesPerNode),
      )
    : [];
  const node: NodeSeat = {
    host: seat.host,
    endName: seat.endName ?? endName,
    cluster,
    pool,
    index,
    address,
    ...wayOut(subnet, address),
    interfaceName: 'eth0',
    fabricHost: seat.fabric,
    fabricInterface: seat.host,
    resolvers: seat.resolvers,
    nearPrefixes: nearPrefixes(network, subnet.vnet.key),
    podAddresses,
  };
  return { seat, node };
}

/**
 * Addresses of live nodes of the pool, in the order of their names. A node whose labels name no pool is of the first pool in whose
 * subnet it stands.
 */
function liveAddresses(network: Network, poolName: string, subnet: SubnetPlacement): readonly Ip[] {
  const firstThere = network.clusters
    .flatMap(({ pools }) => pools)
    .find(({ nodeSubnet }) => nodeSubnet.kind === 'found' && nodeSubnet.target === subnet);
  return network.perimeter.kubernetes.nodes
    .flatMap(({ name, labels, addresses }) => {
      const ip = addresses.flatMap((text) => parseIp(text) ?? [])[0];
      const own = labels['kubernetes.azure.com/agentpool'] ?? labels['agentpool'];
      const isHere =
        own === undefined
          ? firstThere?.pool.name === poolName &&
            ip !== undefined &&
            addressSetHas(subnet.addresses, ip)
          : own === poolName;
      return ip === undefined || !isHere ? [] : [{ name, ip }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ ip }) => ip);
}

function nearPrefixes(network: Network, vnetKey: string): readonly string[] {
  const vnet = network.vnets.get(vnetKey);
  const own = (vnet?.vnet.addressSpace ?? []).flatMap((entry) =>
    isUnknown(entry) ? [] : [entry.prefix],
  );
  const peers = (vnet?.peers ?? []).flatMap((peer) =>
    peer.state === 'connected' ? [...peer.remotePrefixes] : [],
  );
  const texts = [...own, ...peers].filter(({ family }) => family === 4).map(formatPrefix);
  return [...new Set(texts)].sort();
}

function takeSome(pool: AddressPool, room: AddressSet, count: number): readonly Ip[] {
  const taken: Ip[] = [];
  while (taken.length < count) {
    const ip = pool.privateIn(room);
    if (ip === undefined) break;
    taken.push(ip);
  }
  return taken;
}
