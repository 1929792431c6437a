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
  const hop = { kind: 'pod', name: podName(at.pod), at: at.pod.at, flow };
  const disposition = { kind: 'delivered', to: podName(at.pod) } as const;
  if (journey.direction === 'return') {
    const steps = [{ stage: 'ingress policy', text: 'an answer: policies are stateful' }];
    return { hop: { ...hop, steps }, next: { kind: 'stop', disposition } };
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
    ...(at.throughService === true ? { throughService: true } : {}),
  });
  const { verdict } = decision;
  const told = { ...hop, steps: [stepOf('ingress policy', verdict, decision.facts)] };
  if (verdict.kind === 'deny') {
    return { hop: told, next: { kind: 'stop', disposition: { kind: 'denied', by: verdict.by } } };
  }
  return {
    hop: told,
    next: {
      kind: 'stop',
      disposition,
      ...(at.reply === undefined ? { isAnsweredHere: true } : { reply: at.reply }),
    },
    ...(verdict.kind === 'unknown' ? { conditions: verdict.why } : {}),
  };
}
