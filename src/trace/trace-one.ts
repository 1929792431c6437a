import { formatIp } from '../net/index.ts';
import type { Flow } from '../semantics/flow.ts';
import type { MissingFact } from '../semantics/verdict.ts';
import type { Choose, Journey } from './journey.ts';
import type { Origin } from './origin.ts';
import { sameAddress } from './session.ts';
import { summarise } from './summary.ts';
import type { Target } from './target.ts';
import type { Disposition, Hop, Trace, Walk } from './trace.ts';
import type { TraceContext } from './trace-context.ts';
import { type WalkResult, walk } from './walk.ts';
import { waysToOpen } from './ways-to-open.ts';

/** One flow from one place, on one of the ways it may take: forward, then the answer's way back. */
export function traceOne(
  context: TraceContext,
  origin: Origin,
  target: Target,
  question: { readonly from: string; readonly to: string },
  choose: Choose,
): Trace {
  const prelude: Hop[] =
    target.prelude.length === 0
      ? []
      : [{ kind: 'name', name: target.label, steps: target.prelude, flow: target.flow }];
  const asked = { from: question.from, to: question.to };
  const finish = (trace: Omit<Trace, 'summary' | 'wouldOpen' | 'question' | 'flow'>): Trace => {
    const whole = { question: asked, flow: target.flow, ...trace };
    const summary = summarise(whole, origin.label, target.label);
    const wouldOpen = context.isVerdictOnly ? [] : waysToOpen(context, whole);
    return { ...whole, summary, wouldOpen };
  };
  if (target.stillborn !== undefined) {
    return finish({
      forward: { hops: prelude, disposition: target.stillborn },
      answer: target.stillborn.kind === 'unknown' ? 'unknown' : 'denied',
      assumptions: target.notes,
    });
  }
  const journey: Journey = {
    direction: 'forward',
    choose,
    sender: {
      address: origin.address,
      isNode: origin.isNode === true,
      isOnInternet: origin.isOnInternet === true,
      ...(origin.cluster === undefined ? {} : { cluster: origin.cluster }),
      ...(origin.pod === undefined ? {} : { pod: origin.pod }),
    },
    sessions: [],
    ...(target.endsAtGateway === undefined ? {} : { endsAtGateway: target.endsAtGateway }),
  };
  const there = walk(context, origin.place(target.flow, target.deliverTo), journey);
  const forward: Walk = {
    hops: [...prelude, ...there.walk.hops],
    disposition: withDoubts(
      withConditions(there.walk.disposition, target.conditions),
      target.doubts ?? [],
    ),
  };
  const back = wayBack(context, there, journey, target.flow);
  return finish({
    forward,
    ...(back === undefined ? {} : { back: back.walk }),
    answer:
      (target.doubts ?? []).length > 0
        ? 'unknown'
        : answerOf(forward.disposition, back?.walk.disposition),
    assumptions: [
      ...new Set([...target.notes, ...there.assumptions, ...(back?.assumptions ?? [])]),
    ],
  });
}

/** `undefined` when the request reaches nobody, or its answer passes no box. */
function wayBack(
  context: TraceContext,
  there: WalkResult,
  journey: Journey,
  sent: Flow,
): Pick<WalkResult, 'walk' | 'assumptions'> | undefined {
  if (there.reply !== undefined) return walkBack(context, there, journey, sent);
  const arrived = there.led.kind === 'delivered' || there.led.kind === 'left-network';
  if (!arrived || there.isAnsweredHere) return undefined;
  const why = [{ missing: 'the way of the answer' }];
  return { walk: { hops: [], disposition: { kind: 'unknown', why } }, assumptions: [] };
}

/** The answer's way: it must reach the sender, and every stateful box of the way there must see it. */
function walkBack(
  context: TraceContext,
  there: WalkResult,
  journey: Journey,
  sent: Flow,
): Pick<WalkResult, 'walk' | 'assumptions'> {
  const { home, homeSubnetKey } = there;
  const vnetKey =
    homeSubnetKey === undefined ? undefined : context.network.subnets.get(homeSubnetKey)?.vnet.key;
  const back = walk(context, there.reply!, {
    ...journey,
    direction: 'return',
    sessions: there.sessions,
    ...(home === undefined ? {} : { home }),
    ...(homeSubnetKey === undefined ? {} : { homeSubnetKey }),
    ...(vnetKey === undefined ? {} : { homeVnetKey: vnetKey }),
  });
  // Whoever waits for an answer that certainly went another way drops it, whatever is open about the rest.
  const isCertain = !there.mayBeElsewhere && !back.mayBeElsewhere;
  if (back.led.kind !== 'delivered' || !isCertain) return back;
  const lost = blindFirewall(context, there, back) ?? strangeAnswer(back, sent);
  return lost === undefined ? back : { ...back, walk: { ...back.walk, disposition: lost } };
}

function blindFirewall(
  context: TraceContext,
  there: WalkResult,
  back: WalkResult,
): Disposition | undefined {
  const { firewalls } = context.network;
  // A firewall that answered itself (its DNS proxy) sent the answer rather than waiting for one.
  const answered = there.walk.hops.at(-1)?.kind === 'firewall' && there.led.kind === 'delivered';
  const waiting = answered ? there.statefulBoxes.slice(0, -1) : there.statefulBoxes;
  const blind = waiting.find((key) => firewalls.has(key) && !back.statefulBoxes.includes(key));
  if (blind === undefined) return undefined;
  const name = firewalls.get(blind)?.firewall.name ?? blind;
  return {
    kind: 'no-session',
    at: name,
    why: `${name} saw the request and never its answer: it drops the rest of the connection`,
    fact: 'AFW-E06',
  };
}

/** A client takes an answer only from the address it called. */
function strangeAnswer(back: WalkResult, sent: Flow): Disposition | undefined {
  const source = back.walk.hops.at(-1)?.flow.source;
  const called = sent.destination;
  if (source?.kind !== 'exact' || called.kind !== 'exact' || sameAddress(source, called)) {
    return undefined;
  }
  const why = `the answer comes from ${formatIp(source.ip)}, and the client called ${formatIp(called.ip)}`;
  return { kind: 'no-session', at: 'the client', why };
}

function withConditions(disposition: Disposition, conditions: readonly MissingFact[]): Disposition {
  if (conditions.length === 0) return disposition;
  if (disposition.kind === 'delivered' || disposition.kind === 'left-network') {
    return { kind: 'unknown', why: conditions };
  }
  if (disposition.kind === 'unknown') {
    return { kind: 'unknown', why: [...disposition.why, ...conditions] };
  }
  return disposition;
}

/** Whatever became of the flow that was walked, another one may have been sent. */
function withDoubts(disposition: Disposition, doubts: readonly MissingFact[]): Disposition {
  if (doubts.length === 0) return disposition;
  const why = disposition.kind === 'unknown' ? [...disposition.why, ...doubts] : doubts;
  return { kind: 'unknown', why };
}

/** `broken`: the request arrives (or may), its answer for certain does not. */
function answerOf(forward: Disposition, back: Disposition | undefined): Trace['answer'] {
  switch (forward.kind) {
    case 'denied':
    case 'no-route':
    case 'loop':
    case 'no-session':
      return 'denied';
    default:
  }
  switch (back?.kind) {
    case 'denied':
    case 'no-route':
    case 'loop':
    case 'no-session':
      return 'broken';
    case 'unknown':
      return 'unknown';
    default:
      return forward.kind === 'unknown' ? 'unknown' : 'allowed';
  }
}
