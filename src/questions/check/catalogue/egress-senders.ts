import type { RequiredEgress } from '../../../facts/index.ts';
import { firstAddress, formatIp } from '../../../net/index.ts';
import type {
  ClusterPlacement,
  Link,
  PoolPlacement,
  SubnetPlacement,
} from '../../../network/index.ts';
import { type Origin, originsOf } from '../../../reach/index.ts';
import { nodeEndpoint } from '../../../trace/index.ts';
import type { CheckContext } from '../finding.ts';
import { proofWorld } from '../proof/conclusion.ts';

/** Who must reach what AKS needs: the nodes of a pool, and its pods where they leave with addresses of their own (aks.md 2.1). */
export interface Sender {
  readonly who: 'Nodes' | 'Pods';
  readonly cluster: ClusterPlacement;
  readonly pool: PoolPlacement;
  readonly subnet: Link<SubnetPlacement>;
  /** As `trace --from` takes one of them. */
  readonly from: string;
}

/** One per node subnet and one per pod subnet. */
export function egressSenders(context: CheckContext, cluster: ClusterPlacement): readonly Sender[] {
  const nodes = distinct(cluster.pools, ({ nodeSubnet }) => nodeSubnet).map(
    (pool): Sender => ({
      who: 'Nodes',
      cluster,
      pool,
      subnet: pool.nodeSubnet,
      from: nodeEndpoint(context.network, cluster, pool),
    }),
  );
  if (cluster.addressing !== 'pod-subnet') return nodes;
  const pods = distinct(cluster.pools, ({ podSubnet }) => podSubnet).flatMap(
    (pool): readonly Sender[] => {
      const { podSubnet } = pool;
      const first =
        podSubnet.kind === 'found' ? firstAddress(podSubnet.target.addresses) : undefined;
      return first === undefined
        ? []
        : [{ who: 'Pods', cluster, pool, subnet: podSubnet, from: formatIp(first) }];
    },
  );
  return [...nodes, ...pods];
}

/**
 * Which of what is needed is called by pods that are not on the host network: add-ons, extensions, the tunnel to the API server, and
 * CoreDNS where it asks servers of the network. Images and packages are fetched by nodes.
 */
export function isCalledByPods({ id, scope }: RequiredEgress): boolean {
  return (
    id === 'app-hcp' ||
    scope.some((token) => token === 'custom-dns' || /^(addon|extension)\b/.test(token))
  );
}

/** Where all of them stand; `undefined` when their subnet is not known. */
export function originOf({ network }: CheckContext, sender: Sender): Origin | undefined {
  const world = proofWorld(network);
  const { cluster, pool, subnet, who } = sender;
  if (who === 'Nodes') {
    const found = originsOf(world, {
      kind: 'nodes',
      cluster: cluster.name,
      pool: pool.pool.name,
      text: sender.from,
    });
    if (found.kind === 'problem') return undefined;
    return found.found.find((one) => one.pool === pool && one.cluster === cluster);
  }
  if (subnet.kind !== 'found') return undefined;
  const { addresses } = subnet.target;
  const found = originsOf(world, { kind: 'addresses', addresses, text: sender.from });
  if (found.kind === 'problem') return undefined;
  return found.found.find(
    ({ home }) => home?.kind === 'subnet' && home.subnetKey === subnet.target.subnet.key,
  );
}

function distinct(
  pools: readonly PoolPlacement[],
  linkOf: (pool: PoolPlacement) => Link<SubnetPlacement>,
): readonly PoolPlacement[] {
  const seen = new Map<string, PoolPlacement>();
  for (const pool of pools) {
    const link = linkOf(pool);
    const key = link.kind === 'found' ? link.target.subnet.key : `${link.kind} ${pool.pool.key}`;
    if (!seen.has(key)) seen.set(key, pool);
  }
  return [...seen.values()];
}
