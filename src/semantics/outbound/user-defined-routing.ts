import type { ClusterPlacement, SubnetPlacement } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { type Match, type MissingFact, NO, unknownMatch, YES } from '../verdict.ts';

/** Whether one subnet satisfies the outbound type. */
export interface SubnetRouting {
  readonly subnet: SubnetPlacement;
  readonly match: Match;
  /** For people: what was found. */
  readonly text: string;
}

/**
 * Does every node subnet carry what `userDefinedRouting` demands: a table with 0.0.0.0/0 to an appliance or a
 * gateway? Subnets in the input, once each; empty when none is. The caller asks only for clusters of that type.
 * @see AKS-21
 */
export function acceptsUserDefinedRouting(cluster: ClusterPlacement): readonly SubnetRouting[] {
  const subnets = new Map<string, SubnetPlacement>();
  for (const { nodeSubnet } of cluster.pools) {
    if (nodeSubnet.kind === 'found') subnets.set(nodeSubnet.target.subnet.key, nodeSubnet.target);
  }
  return [...subnets.values()].map((subnet) => ({ subnet, ...judge(subnet) }));
}

function judge(subnet: SubnetPlacement): { readonly match: Match; readonly text: string } {
  const table = subnet.routeTable;
  const { name, at } = subnet.subnet;
  if (table.kind === 'none') return { match: NO, text: `${name} has no route table` };
  if (table.kind !== 'found') {
    const text = `the route table of ${name}`;
    return { match: unknownMatch(text, at), text };
  }
  const doubts: MissingFact[] = [];
  for (const route of table.target.routes) {
    const { destination, nextHopType } = route;
    if (destination.kind === 'unknown') {
      doubts.push({ missing: destination.missing, at: destination.at });
      continue;
    }
    if (destination.kind !== 'prefix' || destination.prefix.length !== 0) continue;
    if (destination.prefix.family !== 4) continue;
    const text = `${name}: route ${route.name} 0.0.0.0/0`;
    if (isUnknown(nextHopType)) {
      return { match: unknownMatch(nextHopType.missing, nextHopType.at), text };
    }
    const isAccepted =
      nextHopType.startsWith('VirtualAppliance') || nextHopType === 'VirtualNetworkGateway';
    return { match: isAccepted ? YES : NO, text: `${text} → ${nextHopType}` };
  }
  if (table.target.isReference === true) {
    doubts.push({ missing: `the routes of ${table.target.name}`, at: table.target.at });
  }
  return doubts.length > 0
    ? { match: { kind: 'unknown', why: doubts }, text: `${name}: a route that cannot be read` }
    : { match: NO, text: `${name} has no route for 0.0.0.0/0` };
}
