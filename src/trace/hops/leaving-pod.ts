import type { Flow } from '../../semantics/flow.ts';
import { evaluatePolicies, type PolicyEnd } from '../../semantics/network-policy/index.ts';
import type { DeliverTo, HopResult, Journey, Position } from '../journey.ts';
import { podName } from '../pod-name.ts';
import { replyTo } from '../session.ts';
import { formatAddress, stepOf } from '../step-of.ts';
import type { Step } from '../trace.ts';
import type { TraceContext } from '../trace-context.ts';

/**
 * A pod sends: its egress policies look first. `flow.destination` is already a backend's address when the pod
 * called a Service (K8s: the rewrite comes before enforcement). An answer passes: policies are stateful.
 */
export function leavingPodHop(
  context: TraceContext,
  at: Position & { kind: 'leaving-pod' },
  flow: Flow,
  journey: Journey,
  deliverTo: DeliverTo | undefined,
): HopResult {
  const steps: Step[] = [];
  const hop = { kind: 'pod', name: podName(at.pod), at: at.pod.at, flow, steps };
  const samePod = deliverTo?.pod === at.pod;
  const sameCluster = deliverTo?.cluster === at.cluster;
  let conditions: HopResult['conditions'];

  if (journey.direction === 'forward') {
    const peer: PolicyEnd =
      deliverTo === undefined
        ? {
            kind: 'address',
            address: flow.destination,
            ...(flow.destinationName === undefined ? {} : { name: flow.destinationName }),
          }
        : { kind: 'pod', pod: deliverTo.pod, address: flow.destination };
    const decision = evaluatePolicies(context.policies, at.cluster.policyEngine, {
      direction: 'egress',
      subject: at.pod,
      peer,
      protocol: flow.protocol,
      application: flow.application,
      ranges: at.cluster,
      ...(flow.destinationPort === undefined ? {} : { port: flow.destinationPort }),
    });
    steps.push(stepOf('egress policy', decision.verdict, decision.facts));
    if (decision.verdict.kind === 'deny') {
      return {
        hop,
        next: { kind: 'stop', disposition: { kind: 'denied', by: decision.verdict.by } },
      };
    }
    if (decision.verdict.kind === 'unknown') conditions = decision.verdict.why;
  } else {
    steps.push({ stage: 'egress policy', text: 'an answer: policies are stateful' });
  }
  const said = conditions === undefined ? {} : { conditions };

  if (deliverTo !== undefined && sameCluster && (samePod || staysInOverlay(at))) {
    if (!samePod) {
      steps.push({
        stage: 'cluster network',
        text: `→ ${formatAddress(flow.destination)}, inside the overlay`,
      });
    }
    return {
      hop,
      next: {
        kind: 'forward',
        to: {
          at: {
            kind: 'entering-pod',
            cluster: deliverTo.cluster,
            pod: deliverTo.pod,
            from: { kind: 'pod', pod: at.pod, address: flow.source },
            arrival: 'direct',
            reply: {
              at: { ...at, pod: deliverTo.pod },
              flow: replyTo(flow),
              deliverTo: { cluster: at.cluster, pod: at.pod },
            },
          },
          flow,
        },
      },
      ...said,
    };
  }
  return {
    hop,
    next: {
      kind: 'forward',
      to: {
        at: { ...at, kind: 'leaving-node' },
        flow,
        ...(deliverTo === undefined ? {} : { deliverTo }),
      },
    },
    ...said,
  };
}

/** Overlay and kubenet pods reach each other inside the cluster; a cluster we know nothing of is taken as such. */
function staysInOverlay(at: Position & { kind: 'leaving-pod' }): boolean {
  return at.cluster.addressing !== 'node-subnet' && at.cluster.addressing !== 'pod-subnet';
}
