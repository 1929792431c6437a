import { isEmptyAddressSet } from '../../net/index.ts';
import type { Flow } from '../../semantics/flow.ts';
import { sourceOutsidePod } from '../../semantics/masquerade/concrete.ts';
import { clusterInternetOutbound } from '../../semantics/outbound/concrete.ts';
import type { DeliverTo, HopResult, Position } from '../journey.ts';
import { sameAddress } from '../session.ts';
import { formatAddress } from '../step-of.ts';
import type { Step } from '../trace.ts';
import type { TraceContext } from '../trace-context.ts';
import { internetExit } from './internet-exit.ts';

/** The node: decides whether the network outside sees the pod or the node (aks.md 2.1). */
export function leavingNodeHop(
  context: TraceContext,
  at: Position & { kind: 'leaving-node' },
  flow: Flow,
  deliverTo: DeliverTo | undefined,
): HopResult {
  const steps: Step[] = [];
  const poolName = at.pool?.pool.name;
  const hop = {
    kind: 'node',
    name: poolName === undefined ? `node of ${at.cluster.name}` : `node of pool ${poolName}`,
    ...(at.pool === undefined ? {} : { at: at.pool.pool.at }),
    steps,
  };
  let outside = flow;
  let conditions: HopResult['conditions'];
  let subnetLink = at.pool?.nodeSubnet;

  if (at.pod !== undefined) {
    const source = sourceOutsidePod(context.network, at.cluster, at.pool, at.pod, flow.destination);
    outside = { ...flow, source: source.source };
    const changed = !sameAddress(source.source, flow.source);
    steps.push({
      stage: 'masquerade',
      by: source.by,
      text: changed
        ? `${formatAddress(flow.source)} → ${formatAddress(source.source)}`
        : `none: ${formatAddress(flow.source)} stays`,
      facts: source.facts,
    });
    if (source.warning !== undefined) steps.push({ stage: 'warning', text: source.warning });
    if (source.why.length > 0) conditions = source.why;
    // A pod subnet is routed by its own table unless the node's address was taken (aks.md 2.1).
    if (source.masquerade === 'no' && !at.pod.hostNetwork && at.pool?.podSubnet.kind === 'found') {
      subnetLink = at.pool.podSubnet;
    }
  }
  const said = conditions === undefined ? {} : { conditions };

  if (subnetLink?.kind === 'found') {
    return {
      hop: { ...hop, flow: outside },
      next: {
        kind: 'forward',
        to: {
          at: {
            kind: 'leaving-subnet',
            subnetKey: subnetLink.target.subnet.key,
            sender: hop.name,
            ...(at.pool === undefined ? {} : { pool: { cluster: at.cluster, placement: at.pool } }),
          },
          flow: outside,
          ...(deliverTo === undefined ? {} : { deliverTo }),
        },
      },
      ...said,
    };
  }
  if (subnetLink?.kind === 'none' && at.pool !== undefined && isOutsideCluster(context, at, flow)) {
    const choice = clusterInternetOutbound(context.network, at.cluster, at.pool);
    return { ...internetExit(hop, outside, choice), ...said };
  }
  const missing =
    subnetLink === undefined || subnetLink.kind === 'none'
      ? `the subnet of ${at.cluster.name}'s nodes`
      : subnetLink.kind === 'dangling'
        ? `subnet \`${subnetLink.id}\` (not in the input)`
        : subnetLink.unknown.missing;
  const why = [...(conditions ?? []), { missing, ...(hop.at === undefined ? {} : { at: hop.at }) }];
  return {
    hop: { ...hop, flow: outside },
    next: { kind: 'stop', disposition: { kind: 'unknown', why } },
  };
}

/** A network that AKS manages: all we know is how it gets out, not what else is inside. */
function isOutsideCluster(
  context: TraceContext,
  at: Position & { kind: 'leaving-node' },
  flow: Flow,
): boolean {
  return (
    flow.destinationName !== undefined ||
    isEmptyAddressSet(at.cluster.nodeAddresses) ||
    context.network.vnets.size === 0
  );
}
