import { assertNever } from '../../diagnostics/index.ts';
import type { Decider } from '../../semantics/verdict.ts';
import { type Branch, type Ending, type Ends, ends, type Step } from '../branch.ts';
import { type End, isOneAddress, sameEnd } from '../header.ts';
import type { World } from '../world.ts';
import { atFirewall } from './at-firewall.ts';
import { behindGateway, fromBehindGateway } from './behind-gateway.ts';
import { fromSubnet, intoSubnet } from './from-subnet.ts';
import { onInternet } from './on-internet.ts';

/** Where an answer stands. */
export type AnswerPlace =
  | { readonly kind: 'leaving-subnet'; readonly subnetKey: string; readonly firewallKey?: string }
  | { readonly kind: 'entering-subnet'; readonly subnetKey: string }
  | {
      readonly kind: 'firewall';
      readonly firewallKey: string;
      /** Addressed to one of its public addresses, from outside. */
      readonly isFromInternet?: true;
    }
  | { readonly kind: 'internet' }
  /** `vnetKey`: the network that uses the gateway, where known. */
  | {
      readonly kind: 'behind-gateway';
      readonly way: 'in' | 'out';
      readonly vnetKey?: string;
    };

/** An answer on its way. */
export interface Answer {
  /** What became of the question. */
  readonly arrived: Ending;
  /** Whom the answer is addressed to here: a source that the flow had. */
  readonly to: End;
  /** Who seems to send it: a destination that the flow had. */
  readonly from: End;
  /** Firewalls that it has passed. */
  readonly seenBy: readonly string[];
  readonly path: readonly string[];
}

/**
 * The way of the answer, by routing alone: filters remember what they let through. It must come by every firewall that opened a
 * session and by no other: a firewall drops an answer whose question it never saw, and the rest of a connection whose answer it
 * never sees (AFW-E06).
 */
export function answered(
  world: World,
  branch: Branch,
  arrived: Ending,
  place: AnswerPlace,
): readonly Step[] {
  const { source, destination } = branch.header;
  const answer: Answer = { arrived, to: source, from: destination, seenBy: [], path: [] };
  return carry(world, branch, answer, place);
}

/** One box further. The same box with the same ends again is a loop. */
export function carry(
  world: World,
  branch: Branch,
  answer: Answer,
  place: AnswerPlace,
): readonly Step[] {
  const visit = [keyOfPlace(place), keyOfEnd(answer.to), keyOfEnd(answer.from)].join(' ');
  if (answer.path.includes(visit)) {
    const name = 'the answer runs in circles';
    return [ends(branch, { kind: 'broken', by: { kind: 'platform', name } })];
  }
  const here = { ...answer, path: [...answer.path, visit] };
  switch (place.kind) {
    case 'leaving-subnet':
      return fromSubnet(world, branch, here, place);
    case 'entering-subnet':
      return intoSubnet(world, branch, here, place.subnetKey);
    case 'firewall':
      return atFirewall(world, branch, here, place);
    case 'internet':
      return onInternet(world, branch, here);
    case 'behind-gateway':
      return place.way === 'in'
        ? fromBehindGateway(world, branch, here, place.vnetKey)
        : behindGateway(world, branch, here);
    default:
      return assertNever(place);
  }
}

function keyOfPlace(place: AnswerPlace): string {
  switch (place.kind) {
    case 'leaving-subnet':
    case 'entering-subnet':
      return `${place.kind} ${place.subnetKey}`;
    case 'firewall':
      return `firewall ${place.firewallKey}`;
    default:
      return place.kind === 'internet' ? 'internet' : `gateway ${place.way}`;
  }
}

function keyOfEnd(end: End): string {
  return end.kind === 'as-sent' ? '' : (end.symbol ?? end.label);
}

/** Is the answer addressed to whoever sent the question, as the first box outside saw it? */
export function isHome({ home }: Branch, { to }: Answer): boolean {
  return home !== undefined && sameEnd(home.source, to);
}

/** Does the answer go from where this session's flow went to where it seemed to come from? */
export function answers({ after }: { readonly after: Ends }, { to, from }: Answer): boolean {
  return sameEnd(after.source, to) && sameEnd(after.destination, from);
}

/** Back at the sender: taken when every firewall that waits has seen it, and when it comes from the address that was called. */
export function arrives(world: World, branch: Branch, answer: Answer): Step {
  const { seenBy, arrived, from } = answer;
  for (const session of branch.sessions) {
    if (session.kind !== 'firewall') continue;
    const { firewallKey } = session;
    if (seenBy.includes(firewallKey)) continue;
    const name = world.network.firewalls.get(firewallKey)?.firewall.name ?? firewallKey;
    const text = `${name} saw the request and never its answer`;
    return ends(branch, {
      kind: 'broken',
      by: { kind: 'platform', name: text, fact: 'AFW-E06' },
    });
  }
  if (isStranger(branch.called, from)) {
    const name = 'the answer comes from an address that the client did not call';
    return ends(branch, { kind: 'broken', by: { kind: 'platform', name } });
  }
  return ends(branch, arrived);
}

/** A client takes an answer only from the address it called. Where either number is not known nobody can tell. */
function isStranger(called: End, from: End): boolean {
  if (sameEnd(called, from)) return false;
  const isNumber = (end: End) => end.kind === 'as-sent' || isOneAddress(end);
  return isNumber(called) && isNumber(from);
}

export function lost(branch: Branch, by: Decider): Step {
  return ends(branch, { kind: 'broken', by: { ...by, name: `the answer is lost at ${by.name}` } });
}
