import { addressSetHas, equalIp, formatIp, type Ip, parseIp } from '../../net/index.ts';
import type { FlowAddress } from '../../semantics/flow.ts';
import type { Trace } from '../../trace/index.ts';
import { type Observation, outcomeText } from './attempt.ts';

/** What the proof and the kernel make of one flow, side by side. */
export type Agreement =
  | { readonly kind: 'agree' }
  | { readonly kind: 'disagree'; readonly why: string }
  /** The proof leaves it open; what really happened is shown beside it. */
  | { readonly kind: 'open' };

/**
 * Compares every way the proof knows for a flow with the one the kernel took. An answer that arrived agrees with `allowed`; everything
 * else with `denied` and with `broken` (one half of the connection is lost). Where the other end says which source address it saw,
 * that must be the one the proof translated to.
 * @param traces never empty; several when the flow may take ways that end differently
 */
export function compare(traces: readonly Trace[], observation: Observation): Agreement {
  const { outcome } = observation;
  // Nothing was sent: whether names resolve for this client is another flow.
  if (outcome.kind === 'no-name') return { kind: 'open' };
  // The proof ends where the name does not resolve; the client of the lab went on by address, which is another flow.
  if (traces.every(endsAtName)) return agreesOnName(observation);
  // One of its ways is that the name has no answer, and that is the way it took.
  if (observation.isNameless === true && traces.some(endsAtName)) return { kind: 'agree' };
  const isAnswered = outcome.kind === 'answered';
  const fitting = traces.filter(({ answer }) =>
    isAnswered ? answer === 'allowed' : answer === 'denied' || answer === 'broken',
  );
  if (fitting.length === 0) {
    if (traces.some(({ answer }) => answer === 'unknown')) return { kind: 'open' };
    const said = [...new Set(traces.map(({ answer }) => answer))].join(' or ');
    return { kind: 'disagree', why: `proof: ${said}; lab: ${outcomeText(outcome)}` };
  }
  if (!isAnswered || outcome.seenSource === undefined) return { kind: 'agree' };
  const seen = outcome.seenSource;
  const sources = fitting.map(
    (trace) => trace.forward.hops.at(-1)?.flow.source ?? trace.flow.source,
  );
  if (sources.some((source) => mayBe(source, seen))) return { kind: 'agree' };
  // Another of its ways may be the one that was taken, and the proof does not know where that leads.
  if (traces.some(({ answer }) => answer === 'unknown')) return { kind: 'open' };
  return {
    kind: 'disagree',
    why: `proof: the other end sees ${sources.map(sourceText).join(' or ')}; lab: it saw ${seen}`,
  };
}

/** A Service without such a port ends there too, and is no name that somebody looks up. */
function endsAtName({ flow, forward, answer }: Trace): boolean {
  return (
    answer === 'denied' &&
    flow.destinationName !== undefined &&
    forward.hops.length === 1 &&
    forward.hops[0]?.kind === 'name'
  );
}

function agreesOnName({ isNameless }: Observation): Agreement {
  if (isNameless === true) return { kind: 'agree' };
  return { kind: 'disagree', why: 'proof: the name does not resolve; lab: it does' };
}

function mayBe(source: FlowAddress, text: string): boolean {
  const ip = parseIp(text);
  if (ip === undefined) return false;
  if (source.kind === 'exact') return equalIp(source.ip, ip);
  return addressSetHas(source.addresses, ip) || isFirewallOfLab(source, ip);
}

/** One namespace stands for all instances of a firewall, and has the private address that no instance has (AFW-03). */
function isFirewallOfLab({ symbol, addresses: { v4 } }: FlowAddress & { kind: 'within' }, ip: Ip) {
  if (symbol?.endsWith('instance-address') !== true || ip.family !== 4) return false;
  const [low = 1, high = 0] = [v4[0], v4.at(-1)];
  return low <= ip.value && ip.value <= high;
}

function sourceText(source: FlowAddress): string {
  return source.kind === 'exact' ? formatIp(source.ip) : source.label;
}
