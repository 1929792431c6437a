import { equalIp } from '../net/index.ts';
import type { Flow, FlowAddress } from '../semantics/flow.ts';
import type { Session } from './journey.ts';

/** Certainly one and the same address: the same value, symbol or object. */
export function sameAddress(a: FlowAddress, b: FlowAddress): boolean {
  if (a === b) return true;
  if (a.symbol !== undefined && a.symbol === b.symbol) return true;
  return a.kind === 'exact' && b.kind === 'exact' && equalIp(a.ip, b.ip);
}

/** The headers of the answer to a flow as it was delivered. */
export function replyTo(flow: Flow): Flow {
  return {
    source: flow.destination,
    destination: flow.source,
    protocol: flow.protocol,
    ...(flow.destinationPort === undefined ? {} : { sourcePort: flow.destinationPort }),
    ...(flow.sourcePort === undefined ? {} : { destinationPort: flow.sourcePort }),
    application: { kind: 'none' },
  };
}

/**
 * The session a returning flow belongs to, at one box: it comes from where the session's flow went and goes to
 * where that flow seemed to come from.
 * @param flow the answer, before the box undoes its translations
 */
export function sessionOf(
  sessions: readonly Session[],
  boxKey: string,
  flow: Flow,
): Session | undefined {
  return sessions.find(
    (session) =>
      session.boxKey === boxKey &&
      session.left.protocol === flow.protocol &&
      sameAddress(session.left.destination, flow.source) &&
      sameAddress(session.left.source, flow.destination),
  );
}

/** The answer after the box has undone its translations. */
export function untranslated(session: Session): Flow {
  return replyTo(session.arrived);
}
