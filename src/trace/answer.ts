import type { Diagnostic } from '../diagnostics/index.ts';
import type { DomainName, Port, Protocol } from '../net/index.ts';
import type { KnownAddress, Network } from '../network/index.ts';
import type { Flow } from '../semantics/flow.ts';
import { flowAddressOf } from '../semantics/outbound/flow-address.ts';
import { type Alternative, everyWay, told, WAYS_MAX } from './alternatives.ts';
import { applicationOf } from './application-of.ts';
import { parseEndpoint } from './endpoint.ts';
import { ingressLegs } from './ingress-legs.ts';
import { type Origin, placeOrigin } from './origin.ts';
import { spellingOf } from './spelling.ts';
import { placeTarget, type Target } from './target.ts';
import type { Trace } from './trace.ts';
import { type TraceContext, traceContext } from './trace-context.ts';
import { traceOne } from './trace-one.ts';

export interface TraceQuestion {
  readonly from: string;
  readonly to: string;
  readonly protocol?: Protocol;
  /** The verdict and the hops are wanted: what would open a denial, which costs as much again, is not looked for. */
  readonly isVerdictOnly?: true;
  /** A trace for each way, also where several end alike. */
  readonly isEveryWay?: true;
}

export interface TraceAnswer {
  /**
   * One per place the flow may start from (a workload on pools in different subnets), per leg of an ingress, and per
   * way it may take (the backends of a load balancer) where the ways end differently: the worst first.
   */
  readonly traces: readonly Trace[];
  /** About the question: an endpoint that is none, a name nobody has. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * What happens to one flow, there and back. The oracle: every other question's witnesses are replayed here.
 * Cost: ways × hops × (rules of each box).
 */
export function answerTrace(network: Network, question: TraceQuestion): TraceAnswer {
  const from = parseEndpoint(question.from);
  const to = parseEndpoint(question.to);
  if (from.kind === 'problem') return refuse(from.message, from.hint);
  if (to.kind === 'problem') return refuse(to.message, to.hint);
  const context: TraceContext = question.isVerdictOnly
    ? { ...traceContext(network), isVerdictOnly: true }
    : traceContext(network);
  const origins = placeOrigin(network, from.endpoint);
  if (origins.kind === 'problem') return refuse(origins.message, origins.hint);
  if (to.endpoint.kind === 'ingress') {
    return ingressLegs(context, origins.found, to.endpoint, question);
  }
  const traces: Trace[] = [];
  for (const origin of origins.found) {
    const targets = placeTarget(network, origin, to.endpoint, question.protocol);
    if (targets.kind === 'problem') return refuse(targets.message, targets.hint);
    traces.push(...tracesOf(context, origin, targets.found, question));
  }
  return { traces, diagnostics: [] };
}

/**
 * Traces towards an address the network knows: a firewall's public address, for example. Of several ways the worst.
 * The trace's question is one that a person can ask again, where the address has a name or a number.
 * @returns `undefined` when `from` names no place
 */
export function traceTo(
  network: Network,
  from: string,
  address: KnownAddress,
  port: number,
  protocol: Protocol,
  name?: DomainName,
): Trace | undefined {
  const parsed = parseEndpoint(from);
  const origins = parsed.kind === 'problem' ? parsed : placeOrigin(network, parsed.endpoint);
  const origin = origins.kind === 'found' ? origins.found[0] : undefined;
  if (origin === undefined) return undefined;
  const flow: Flow = {
    source: origin.address,
    destination: flowAddressOf(address),
    ...(name === undefined ? {} : { destinationName: name }),
    protocol,
    destinationPort: port as Port,
    application: applicationOf(protocol, port, name),
  };
  const label = `${address.label}:${port}`;
  const target: Target = { label, flow, prelude: [], conditions: [], notes: [] };
  const to = spellingOf(network, address, port, protocol);
  return tracesOf(traceContext(network), origin, [target], { from, to })[0];
}

/** Every way from one place to a target that may be one of several. */
export function tracesOf(
  context: TraceContext,
  origin: Origin,
  targets: readonly Target[],
  question: { readonly from: string; readonly to: string; readonly isEveryWay?: true },
): readonly Trace[] {
  const alternatives = targets.flatMap((target): readonly Alternative[] => {
    const { results, isCut } = everyWay((choose, ways) => ({
      trace: traceOne(context, origin, target, question, choose),
      ways: target.way === undefined ? ways : [target.way, ...ways],
    }));
    return isCut ? [...results, beyond(results[0]!)] : results;
  });
  return question.isEveryWay ? alternatives.map(({ trace }) => trace) : told(alternatives);
}

/** Stands for the ways that were not walked. */
function beyond({ trace }: Alternative): Alternative {
  const why = [{ missing: `the further ways the flow may take (${WAYS_MAX} were walked)` }];
  const summary = `Whether every way of ${trace.question.from} to ${trace.question.to} ends alike cannot be told.`;
  const forward = { hops: trace.forward.hops, disposition: { kind: 'unknown', why } } as const;
  const { back: _, ...rest } = trace;
  return { trace: { ...rest, forward, answer: 'unknown', summary, wouldOpen: [] }, ways: [] };
}

function refuse(message: string, hint: string): TraceAnswer {
  return {
    traces: [],
    diagnostics: [{ code: 'trace/endpoint', severity: 'error', message, hint }],
  };
}
