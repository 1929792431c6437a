import type { Flow } from '../../semantics/flow.ts';
import type { OutboundChoice } from '../../semantics/outbound/concrete.ts';
import type { HopResult, Position } from '../journey.ts';
import { replyTo } from '../session.ts';
import { formatAddress } from '../step-of.ts';
import type { Hop, Step } from '../trace.ts';

/** The key of sessions that the platform keeps when it translates for a NAT gateway, a load balancer or by default. */
export const PLATFORM_SNAT = 'platform-snat';

/** A flow whose next hop is the internet, with what the platform makes of its source (azure-networking 4.1). */
export function internetExit(
  hop: Omit<Hop, 'flow'>,
  flow: Flow,
  choice: OutboundChoice,
  returnTo?: Position,
): HopResult {
  const step: Step = {
    stage: 'outbound',
    by: choice.by,
    text:
      choice.kind === 'none'
        ? `no outbound method (${choice.by.name}): dropped`
        : `${choice.by.name}: ${formatAddress(flow.source)} → ${formatAddress(choice.source)}`,
    facts: choice.facts,
  };
  const steps = [...hop.steps, step];
  if (choice.kind === 'none') {
    const by = { ...choice.by, name: `no outbound method: ${choice.by.name}` };
    return {
      hop: { ...hop, steps, flow },
      next: { kind: 'stop', disposition: { kind: 'no-route', by } },
    };
  }
  const outside = { ...flow, source: choice.source };
  return {
    hop: { ...hop, steps, flow: outside },
    // The platform remembers the translation itself; no box of the perimeter has to.
    session: {
      boxKey: PLATFORM_SNAT,
      boxName: choice.by.name,
      arrived: flow,
      left: outside,
      ...(returnTo === undefined ? {} : { returnTo }),
    },
    next: { kind: 'forward', to: { at: { kind: 'internet' }, flow: outside } },
    ...(choice.kind === 'unknown' ? { conditions: choice.why } : {}),
  };
}

/** The answer to a flow that left for the internet sets out from there. */
export function replyFromInternet(flow: Flow): { at: { kind: 'internet' }; flow: Flow } {
  return { at: { kind: 'internet' }, flow: replyTo(flow) };
}
