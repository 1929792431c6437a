import type { Flow } from '../../semantics/flow.ts';
import { evaluatePolicies, type PolicyEnd } from '../../semantics/network-policy/index.ts';
import type { DeliverTo, HopResult, Journey, Placed, Position } from '../journey.ts';
import { podName } from '../pod-name.ts';
import { replyTo } from '../session.ts';
import { formatAddress, stepOf } from '../step-of.ts';
import type { Step } from '../trace.ts';
import type { TraceContext } from '../trace-context.ts';
import {
  type BetweenNodes,
  betweenNodes,
  hasOverlay,
  isCarried,
  isUnplaced,
} from './between-nodes.ts';
import { nameOfNodes, nodesOfBoth } from './one-node.ts';

type LeavingPod = Position & { kind: 'leaving-pod' };

/**
 * A pod sends: its egress policies look first. `flow.destination` is already a backend's address when the pod
 * called a Service (K8P-19: the rewrite comes before enforcement). An answer passes: policies are stateful.
 */
export function leavingPodHop(
  context: TraceContext,
  at: LeavingPod,
  flow: Flow,
  journey: Journey,
  deliverTo: DeliverTo | undefined,
): HopResult {
  const steps: Step[] = [];
  const hop = { kind: 'pod', name: podName(at.pod), at: at.pod.at, flow, steps };
  let conditions: HopResult['conditions'];

  if (journey.direction === 'forward') {
    const decision = egressDecision(context, at, flow, deliverTo);
    const { verdict } = decision;
    steps.push(stepOf('egress policy', verdict, decision.facts));
    if (verdict.kind === 'deny') {
      return { hop, next: { kind: 'stop', disposition: { kind: 'denied', by: verdict.by } } };
    }
    if (verdict.kind === 'unknown') conditions = verdict.why;
  } else {
    steps.push({ stage: 'egress policy', text: 'an answer: policies are stateful' });
  }
  const isInCluster = deliverTo !== undefined && staysInside(at, deliverTo);
  const isHome =
    deliverTo !== undefined &&
    !isInCluster &&
    journey.direction === 'forward' &&
    journey.choose(nodesOfBoth(context.network, at, deliverTo, flow), nameOfNodes) === 'one';
  const isInside = deliverTo !== undefined && (isInCluster || isHome);
  let between: BetweenNodes | undefined;
  if (isInside) {
    if (deliverTo.pod !== at.pod) {
      const carried = hasOverlay(at.cluster) ? 'inside the overlay' : 'inside the cluster';
      const where = isHome ? 'on the same node' : carried;
      const text = `→ ${formatAddress(flow.destination)}, ${where}`;
      steps.push({ stage: 'cluster network', text });
    }
    const { cluster, pool, pod } = at;
    const asks = isInCluster && journey.direction === 'forward';
    if (pool !== undefined && isCarried(cluster, pool) && asks) {
      between = betweenNodes(context.network, { cluster, pool, pod }, deliverTo.pod, flow, steps);
      if (between.denied !== undefined) {
        const disposition = { kind: 'denied', by: between.denied } as const;
        return { hop, next: { kind: 'stop', disposition } };
      }
    }
  }
  const open = [...(conditions ?? []), ...(between?.open ?? [])];
  const said = {
    ...(open.length === 0 ? {} : { conditions: open }),
    ...(between === undefined ? {} : { assumptions: between.assumptions }),
  };
  if (isInside) {
    const reply: Placed = {
      at: { ...at, pod: deliverTo.pod },
      flow: replyTo(flow),
      deliverTo: { cluster: at.cluster, pod: at.pod },
    };
    const to: Position = {
      kind: 'entering-pod',
      cluster: deliverTo.cluster,
      pod: deliverTo.pod,
      from: { kind: 'pod', pod: at.pod, address: flow.source },
      arrival: 'direct',
      ...(deliverTo.throughService === undefined ? {} : { throughService: true }),
      // On one node, and to a node, whose address a host-network pod has, the answer meets no box (AKS-60).
      ...(isHome || (at.pod.hostNetwork && deliverTo.pod !== at.pod) ? {} : { reply }),
    };
    return { hop, next: { kind: 'forward', to: { at: to, flow } }, ...said };
  }
  const onward = deliverTo === undefined ? {} : { deliverTo };
  return {
    hop,
    next: { kind: 'forward', to: { at: { ...at, kind: 'leaving-node' }, flow, ...onward } },
    ...said,
  };
}

function egressDecision(
  context: TraceContext,
  at: LeavingPod,
  flow: Flow,
  deliverTo: DeliverTo | undefined,
) {
  const peer: PolicyEnd =
    deliverTo?.cluster === at.cluster
      ? { kind: 'pod', pod: deliverTo.pod, address: flow.destination }
      : {
          kind: 'address',
          address: flow.destination,
          ...(flow.destinationName === undefined ? {} : { name: flow.destinationName }),
        };
  return evaluatePolicies(context.policies, at.cluster.policyEngine, {
    direction: 'egress',
    subject: at.pod,
    peer,
    protocol: flow.protocol,
    application: flow.application,
    ranges: at.cluster,
    ...(flow.destinationPort === undefined ? {} : { port: flow.destinationPort }),
    ...(deliverTo?.throughService === undefined ? {} : { throughService: true }),
  });
}

/**
 * Overlay and kubenet pods reach each other inside the cluster; a cluster we know nothing of is taken as such. A
 * host-network pod has the address of its node: the way there leads out of the overlay, and one that sends is a node (AKS-60).
 */
function staysInside(at: LeavingPod, { cluster, pod }: DeliverTo): boolean {
  if (cluster !== at.cluster) return false;
  if (pod === at.pod || isUnplaced(cluster, at.pool)) return true;
  if (at.cluster.addressing === 'node-subnet' || at.cluster.addressing === 'pod-subnet') {
    return false;
  }
  if (at.pool === undefined) return true;
  return !pod.hostNetwork && (!at.pod.hostNetwork || hasOverlay(at.cluster));
}
