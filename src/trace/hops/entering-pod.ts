import type { Flow } from '../../semantics/flow.ts';
import { evaluatePolicies } from '../../semantics/network-policy/index.ts';
import type { HopResult, Journey, Position } from '../journey.ts';
import { podName } from '../pod-name.ts';
import { stepOf } from '../step-of.ts';
import type { TraceContext } from '../trace-context.ts';

/** The receiving pod's ingress policies, after every translation. The last box of a flow into a cluster. */
export function enteringPodHop(
  context: TraceContext,
  at: Position & { kind: 'entering-pod' },
  flow: Flow,
  journey: Journey,
): HopResult {
  if (journey.direction === 'return') {
    const steps = [{ stage: 'ingress policy', text: 'an answer: policies are stateful' }];
    return {
      hop: { kind: 'pod', name: podName(at.pod), at: at.pod.at, flow, steps },
      next: { kind: 'stop', disposition: { kind: 'delivered', to: podName(at.pod) } },
    };
  }
  const decision = evaluatePolicies(context.policies, at.cluster.policyEngine, {
    direction: 'ingress',
    subject: at.pod,
    peer: at.from,
    protocol: flow.protocol,
    arrival: at.arrival,
    ranges: at.cluster,
    application: flow.application,
    ...(flow.destinationPort === undefined ? {} : { port: flow.destinationPort }),
  });
  const hop = {
    kind: 'pod',
    name: podName(at.pod),
    at: at.pod.at,
    flow,
    steps: [stepOf('ingress policy', decision.verdict, decision.facts)],
  };
  if (decision.verdict.kind === 'deny') {
    return {
      hop,
      next: { kind: 'stop', disposition: { kind: 'denied', by: decision.verdict.by } },
    };
  }
  return {
    hop,
    next: {
      kind: 'stop',
      disposition: { kind: 'delivered', to: podName(at.pod) },
      reply: at.reply,
    },
    ...(decision.verdict.kind === 'unknown' ? { conditions: decision.verdict.why } : {}),
  };
}
