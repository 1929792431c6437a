import { addressSetsOverlap } from '../../net/index.ts';
import type { ClusterPlacement, Network } from '../../network/index.ts';
import type { Flow } from '../../semantics/flow.ts';
import { podAddressOf } from '../../semantics/masquerade/own-address.ts';
import { addressesOfFlowAddress } from '../../semantics/match.ts';
import type { DeliverTo, Position } from '../journey.ts';
import { mayRunOn } from '../origin.ts';
import { areCertainlyTwo, isCertainlyOneNode, poolsOfSender } from './between-nodes.ts';

/** Do both ends of a flow run on one node, or on two? */
export type OnNodes = 'one' | 'two';

type Sender = Pick<Position & { kind: 'leaving-node' }, 'cluster' | 'pool' | 'pod'>;

/**
 * A pod or a node that sends to a pod of its cluster by the network: on one node the packet stays there, and neither security groups nor
 * routes of a subnet see it (AKS-61). Nobody writes down on which node a pod runs, so that it is mostly either. Where nothing stands
 * between two nodes there is nothing to tell apart: two.
 */
export function nodesOfBoth(
  network: Network,
  sender: Sender,
  { cluster, pod: to }: DeliverTo,
  { destination }: Flow,
): readonly OnNodes[] {
  const { pool, pod } = sender;
  const isElsewhere = cluster.addressing === 'byo' || cluster.addressing === 'unknown';
  if (sender.cluster !== cluster || pool === undefined || isElsewhere) return ['two'];
  if (!isGuarded(cluster)) return ['two'];
  if (pod !== undefined && isCertainlyOneNode(pod, to)) return ['one'];
  if (areCertainlyTwo(pod, to)) return ['two'];
  const at = addressesOfFlowAddress(destination);
  const mayShare = poolsOfSender({ ...sender, pool }).some((one) => {
    const there = addressesOfFlowAddress(podAddressOf(network, cluster, one, to));
    return mayRunOn(to, one) && addressSetsOverlap(there, at);
  });
  return mayShare ? ['two', 'one'] : ['two'];
}

const NAMES: Readonly<Record<OnNodes, string>> = { one: 'both on one node', two: 'on two nodes' };

export function nameOfNodes(which: OnNodes): string {
  return NAMES[which];
}

/** Is there a group or a table that may keep two nodes apart? */
function isGuarded({ pools }: ClusterPlacement): boolean {
  const subnets = pools.flatMap(({ nodeSubnet, podSubnet }) => [nodeSubnet, podSubnet]);
  return subnets.some(
    (link) =>
      link.kind === 'found' &&
      (link.target.networkSecurityGroup.kind !== 'none' || link.target.routeTable.kind !== 'none'),
  );
}
