import { isEmptyAddressSet } from '../../net/index.ts';
import type { Flow } from '../../semantics/flow.ts';
import { sourceOutsidePod } from '../../semantics/masquerade/concrete.ts';
import { clusterInternetOutbound } from '../../semantics/outbound/concrete.ts';
import type { MissingFact } from '../../semantics/verdict.ts';
import { isPlatform } from '../is-private.ts';
import type { DeliverTo, HopResult, Journey, Placed, Position } from '../journey.ts';
import { formatAddress, withRange } from '../step-of.ts';
import type { Hop, Step } from '../trace.ts';
import type { TraceContext } from '../trace-context.ts';
import { betweenNodes, hasOverlay, isUnplaced } from './between-nodes.ts';
import { internetExit } from './internet-exit.ts';
import { nameOfNodes, nodesOfBoth } from './one-node.ts';
import { intoOwnNode, nameOfNode, nodesCalled } from './own-node.ts';
import { platformAnswer } from './platform-answer.ts';

type LeavingNode = Position & { kind: 'leaving-node' };

const STATIC_EGRESS = 'kubernetes.azure.com/static-gateway-configuration';

/** The node: decides whether the network outside sees the pod or the node (aks.md 2.1). */
export function leavingNodeHop(
  context: TraceContext,
  at: LeavingNode,
  flow: Flow,
  journey: Journey,
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
  const stopUnknown = (outside: Flow, why: readonly MissingFact[]): HopResult => ({
    hop: { ...hop, flow: outside },
    next: { kind: 'stop', disposition: { kind: 'unknown', why } },
  });

  const gateway = staticGatewayOf(at, deliverTo);
  if (gateway !== undefined) {
    const missing = `how static egress gateway \`${gateway}\` carries it (a tunnel to gateway nodes that no walk follows)`;
    steps.push({ stage: 'static egress', text: `tunnelled to gateway \`${gateway}\`` });
    return stopUnknown(flow, [{ missing, at: at.pod!.at }]);
  }
  if (at.pod === undefined && deliverTo !== undefined && isInsideOverlay(at, deliverTo)) {
    steps.push({ stage: 'cluster network', text: `→ ${formatAddress(flow.destination)}` });
    return insideOverlay(context, at, flow, journey, deliverTo, { ...hop, flow });
  }
  if (at.pod === undefined && deliverTo !== undefined && journey.direction === 'forward') {
    const on = journey.choose(nodesOfBoth(context.network, at, deliverTo, flow), nameOfNodes);
    if (on === 'one') return intoPodOfOwn(deliverTo, flow, { ...hop, flow });
  }

  if (journey.direction === 'forward' && deliverTo === undefined) {
    const called = journey.choose(nodesCalled(context.network, at, flow), nameOfNode);
    if (called === 'own') return intoOwnNode(hop, flow);
  }
  const left = masquerade(context, at, flow, journey, steps);
  const { outside } = left;
  const said = left.why.length === 0 ? {} : { conditions: left.why };
  const subnetLink = left.isPodSubnet ? at.pool?.podSubnet : at.pool?.nodeSubnet;
  if (subnetLink?.kind === 'found') {
    const pool = at.pool === undefined ? {} : { pool: { cluster: at.cluster, placement: at.pool } };
    const to: Position = {
      kind: 'leaving-subnet',
      subnetKey: subnetLink.target.subnet.key,
      sender: hop.name,
      ...pool,
    };
    const onward = deliverTo === undefined ? {} : { deliverTo };
    return {
      hop: { ...hop, flow: outside },
      next: { kind: 'forward', to: { at: to, flow: outside, ...onward } },
      ...said,
    };
  }
  if (subnetLink?.kind === 'none' && isPlatform(flow.destination)) {
    return platformAnswer(hop, flow, steps);
  }
  if (subnetLink?.kind === 'none' && at.pool !== undefined && isOutsideCluster(context, at, flow)) {
    const choice = clusterInternetOutbound(context.network, at.cluster, at.pool);
    const exit = internetExit(hop, outside, choice);
    return { ...exit, conditions: [...left.why, ...(exit.conditions ?? [])] };
  }
  const missing =
    subnetLink === undefined || subnetLink.kind === 'none'
      ? at.cluster.cluster === undefined
        ? 'the AKS cluster that these objects run in (add its export or template)'
        : `the subnet of ${at.cluster.name}'s nodes`
      : subnetLink.kind === 'dangling'
        ? `subnet \`${subnetLink.id}\` (not in the input)`
        : subnetLink.unknown.missing;
  const fact = { missing, ...(hop.at === undefined ? {} : { at: hop.at }) };
  return stopUnknown(outside, [...left.why, fact]);
}

interface Left {
  readonly outside: Flow;
  readonly why: readonly MissingFact[];
  /** A pod subnet is routed by its own table unless the node's address was taken (aks.md 2.1). */
  readonly isPodSubnet: boolean;
}

function masquerade(
  { network }: TraceContext,
  at: LeavingNode,
  flow: Flow,
  journey: Journey,
  steps: Step[],
): Left {
  const { pod, pool } = at;
  const hasPodSubnet = pool?.podSubnet.kind === 'found';
  if (pod === undefined) return { outside: flow, why: [], isPodSubnet: false };
  if (journey.direction === 'return') {
    // The node translates connections, not packets: an answer leaves as its session came.
    return { outside: flow, why: [], isPodSubnet: hasPodSubnet && !pod.hostNetwork };
  }
  const source = sourceOutsidePod(network, at.cluster, pool, pod, flow.destination);
  // The same address stays the same object: later boxes know the sender by it.
  const isKept = source.masquerade === 'no';
  const outside = isKept ? flow : { ...flow, source: source.source };
  steps.push({
    stage: 'masquerade',
    by: source.by,
    text: isKept
      ? `none: ${formatAddress(flow.source)} stays`
      : `${formatAddress(flow.source)} → ${withRange(source.source)}`,
    facts: source.facts,
  });
  if (source.warning !== undefined) steps.push({ stage: 'warning', text: source.warning });
  const isPodSubnet = isKept && !pod.hostNetwork && hasPodSubnet;
  // The host answers whichever of the two addresses asks.
  return { outside, why: isPlatform(flow.destination) ? [] : source.why, isPodSubnet };
}

/** aks.md 10: the annotation takes what leaves the cluster; what stays in it goes as ever. */
function staticGatewayOf(
  { pod, cluster }: LeavingNode,
  deliverTo: DeliverTo | undefined,
): string | undefined {
  if (pod === undefined || pod.hostNetwork || deliverTo?.cluster === cluster) return undefined;
  return pod.annotations[STATIC_EGRESS];
}

function isInsideOverlay(at: LeavingNode, { cluster, pod }: DeliverTo): boolean {
  if (cluster !== at.cluster) return false;
  return isUnplaced(cluster, at.pool) || (!pod.hostNetwork && hasOverlay(cluster));
}

/** From a node to a pod: security groups, should the pod be on another node, and no box for the answer. */
function insideOverlay(
  { network }: TraceContext,
  { cluster, pool }: LeavingNode,
  flow: Flow,
  { direction }: Journey,
  deliverTo: DeliverTo,
  hop: Hop & { readonly steps: Step[] },
): HopResult {
  const onward = { kind: 'forward', to: intoOverlay(deliverTo, flow) } as const;
  if (pool === undefined || direction === 'return') return { hop, next: onward };
  const between = betweenNodes(network, { cluster, pool }, deliverTo.pod, flow, hop.steps);
  const { denied, open, assumptions } = between;
  if (denied !== undefined) {
    return { hop, next: { kind: 'stop', disposition: { kind: 'denied', by: denied } } };
  }
  return { hop, next: onward, assumptions, ...(open.length === 0 ? {} : { conditions: open }) };
}

/** From a node to a pod that runs on it: no box stands between them (AKS-61). */
function intoPodOfOwn(
  { cluster, pod }: DeliverTo,
  flow: Flow,
  hop: Hop & { readonly steps: Step[] },
): HopResult {
  const text = `→ ${formatAddress(flow.destination)}, on the node itself`;
  hop.steps.push({ stage: 'cluster network', text, facts: ['AKS-61'] });
  const from = { kind: 'address', address: flow.source, isNode: 'own-node' } as const;
  const at: Position = { kind: 'entering-pod', cluster, pod, from, arrival: 'direct' };
  return { hop, next: { kind: 'forward', to: { at, flow } } };
}

/** At the pod, which knows that a node of its cluster sends. */
function intoOverlay(deliverTo: DeliverTo, flow: Flow): Placed {
  return {
    at: {
      kind: 'entering-pod',
      cluster: deliverTo.cluster,
      pod: deliverTo.pod,
      from: { kind: 'address', address: flow.source, isNode: 'some-node' },
      arrival: 'direct',
    },
    flow,
  };
}

/** A network that AKS manages: all we know is how it gets out, not what else is inside. */
function isOutsideCluster({ network }: TraceContext, at: LeavingNode, flow: Flow): boolean {
  return (
    flow.destinationName !== undefined ||
    isEmptyAddressSet(at.cluster.nodeAddresses) ||
    network.vnets.size === 0
  );
}
