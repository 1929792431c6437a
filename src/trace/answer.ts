import type { Diagnostic } from '../diagnostics/index.ts';
import type { DomainName, Port, Protocol } from '../net/index.ts';
import type { KnownAddress, Network } from '../network/index.ts';
import type { Flow } from '../semantics/flow.ts';
import { flowAddressOf } from '../semantics/outbound/flow-address.ts';
import type { MissingFact } from '../semantics/verdict.ts';
import { parseEndpoint } from './endpoint.ts';
import { ingressLegs } from './ingress-legs.ts';
import { type Origin, placeOrigin } from './origin.ts';
import { applicationOf, placeTarget, type Target } from './target.ts';
import type { Disposition, Hop, Trace } from './trace.ts';
import { type TraceContext, traceContext } from './trace-context.ts';
import { type WalkResult, walk } from './walk.ts';
import { waysToOpen } from './ways-to-open.ts';

export interface TraceQuestion {
  readonly from: string;
  readonly to: string;
  readonly protocol?: Protocol;
}

export interface TraceAnswer {
  /** One per place the flow may start from (a workload on pools in different subnets), or per leg of an ingress. */
  readonly traces: readonly Trace[];
  /** About the question: an endpoint that is none, a name nobody has. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * What happens to one flow, there and back. The oracle: every other question's witnesses are replayed here.
 * Cost: hops × (rules of each box).
 */
export function answerTrace(network: Network, question: TraceQuestion): TraceAnswer {
  const from = parseEndpoint(question.from);
  const to = parseEndpoint(question.to);
  if (from.kind === 'problem') return refuse(from.message, from.hint);
  if (to.kind === 'problem') return refuse(to.message, to.hint);
  const context = traceContext(network);
  const origins = placeOrigin(network, from.endpoint);
  if (origins.kind === 'problem') return refuse(origins.message, origins.hint);
  if (to.endpoint.kind === 'ingress')
    return ingressLegs(context, origins.found, to.endpoint, question, traceOne);

  const traces: Trace[] = [];
  for (const origin of origins.found) {
    const targets = placeTarget(network, origin, to.endpoint, question.protocol);
    if (targets.kind === 'problem') return refuse(targets.message, targets.hint);
    for (const target of targets.found) traces.push(traceOne(context, origin, target, question));
  }
  return { traces, diagnostics: [] };
}

/**
 * Traces towards an address that has no spelling (only Azure knows it): a firewall's public address, for example.
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
  return traceOne(traceContext(network), origin, target, { from, to: label });
}

function refuse(message: string, hint: string): TraceAnswer {
  return {
    traces: [],
    diagnostics: [{ code: 'trace/endpoint', severity: 'error', message, hint }],
  };
}

/** One flow from one place: forward, then the answer's way back. */
export function traceOne(
  context: TraceContext,
  origin: Origin,
  target: Target,
  question: TraceQuestion,
): Trace {
  const asked = { from: question.from, to: question.to };
  const prelude: Hop[] =
    target.prelude.length === 0
      ? []
      : [{ kind: 'name', name: target.label, steps: target.prelude, flow: target.flow }];
  if (target.stillborn !== undefined) {
    const forward = { hops: prelude, disposition: target.stillborn };
    const answer = target.stillborn.kind === 'unknown' ? 'unknown' : 'denied';
    return finish(
      context,
      { question: asked, flow: target.flow, forward, answer, assumptions: [] },
      origin,
      target,
    );
  }
  const there = walk(context, origin.place(target.flow, target.deliverTo), {
    direction: 'forward',
    sessions: [],
  });
  const forward = {
    hops: [...prelude, ...there.walk.hops],
    disposition: withConditions(there.walk.disposition, target.conditions),
  };
  const back =
    there.reply === undefined || !mayArrive(forward.disposition)
      ? undefined
      : walkBack(context, there);
  return finish(
    context,
    {
      question: asked,
      flow: target.flow,
      forward,
      ...(back === undefined ? {} : { back: back.walk }),
      answer: answerOf(forward.disposition, back?.walk.disposition),
      assumptions: [
        ...new Set([...there.assumptions, ...(back?.assumptions ?? []), ...target.notes]),
      ],
    },
    origin,
    target,
  );
}

/** The answer's way: it must reach the sender, and every stateful box of the way there must see it. */
function walkBack(context: TraceContext, there: WalkResult): WalkResult {
  const vnetKey =
    there.homeSubnetKey === undefined
      ? undefined
      : context.network.subnets.get(there.homeSubnetKey)?.vnet.key;
  const back = walk(context, there.reply!, {
    direction: 'return',
    sessions: there.sessions,
    ...(there.home === undefined ? {} : { home: there.home }),
    ...(there.homeSubnetKey === undefined ? {} : { homeSubnetKey: there.homeSubnetKey }),
    ...(vnetKey === undefined ? {} : { homeVnetKey: vnetKey }),
  });
  if (back.walk.disposition.kind !== 'delivered') return back;
  const blind = there.statefulBoxes.find(
    (key) => context.network.firewalls.has(key) && !back.statefulBoxes.includes(key),
  );
  if (blind === undefined) return back;
  const name = context.network.firewalls.get(blind)?.firewall.name ?? blind;
  const disposition: Disposition = {
    kind: 'no-session',
    at: name,
    why: `${name} saw the request and never its answer: it drops the rest of the connection`,
    fact: 'AFW-E06',
  };
  return { ...back, walk: { ...back.walk, disposition } };
}

function mayArrive(disposition: Disposition): boolean {
  return (
    disposition.kind === 'delivered' ||
    disposition.kind === 'left-network' ||
    disposition.kind === 'unknown'
  );
}

function withConditions(disposition: Disposition, conditions: readonly MissingFact[]): Disposition {
  if (conditions.length === 0) return disposition;
  if (disposition.kind === 'delivered' || disposition.kind === 'left-network') {
    return { kind: 'unknown', why: conditions };
  }
  if (disposition.kind === 'unknown')
    return { kind: 'unknown', why: [...disposition.why, ...conditions] };
  return disposition;
}

/** `broken`: the request arrives (or may), its answer for certain does not. */
function answerOf(forward: Disposition, back: Disposition | undefined): Trace['answer'] {
  if (
    forward.kind === 'denied' ||
    forward.kind === 'no-route' ||
    forward.kind === 'loop' ||
    forward.kind === 'no-session'
  ) {
    return 'denied';
  }
  if (
    back !== undefined &&
    back.kind !== 'delivered' &&
    back.kind !== 'left-network' &&
    back.kind !== 'unknown'
  ) {
    return 'broken';
  }
  if (forward.kind === 'unknown') return 'unknown';
  if (back === undefined) return 'allowed';
  return back.kind === 'unknown' ? 'unknown' : 'allowed';
}

function finish(
  context: TraceContext,
  trace: Omit<Trace, 'summary' | 'wouldOpen'>,
  origin: Origin,
  target: Target,
): Trace {
  return {
    ...trace,
    summary: summarise(trace, origin.label, target.label),
    wouldOpen: waysToOpen(context.network, trace),
  };
}

/** One sentence a person can repeat. */
function summarise(trace: Omit<Trace, 'summary' | 'wouldOpen'>, from: string, to: string): string {
  switch (trace.answer) {
    case 'allowed':
      return `${from} reaches ${to}.`;
    case 'broken':
      return `${from} reaches ${to}, and the answer never comes back: ${endOf(trace.back?.disposition)}.`;
    case 'denied':
      return `${from} does not reach ${to}: ${endOf(trace.forward.disposition)}.`;
    case 'unknown': {
      const end =
        trace.forward.disposition.kind === 'unknown'
          ? trace.forward.disposition
          : trace.back?.disposition;
      return `Whether ${from} reaches ${to} cannot be told: ${endOf(end)}.`;
    }
  }
}

function endOf(disposition: Disposition | undefined): string {
  switch (disposition?.kind) {
    case 'denied':
      return `denied by ${disposition.by.name}`;
    case 'no-route':
      return `no way on (${disposition.by.name})`;
    case 'loop':
      return `it runs in circles through ${disposition.through.join(', ')}`;
    case 'no-session':
      return disposition.why;
    case 'unknown':
      return `needs ${disposition.why.map((fact) => fact.missing).join('; ')}`;
    default:
      return 'it ended elsewhere';
  }
}
