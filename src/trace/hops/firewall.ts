import type { DomainName } from '../../net/index.ts';
import { type FirewallPlacement, findOwner, type Network } from '../../network/index.ts';
import { resolveAtFirewall, resolvesThroughFirewall } from '../../semantics/dns/concrete.ts';
import {
  evaluateFirewall,
  type FirewallContext,
  type FirewallDecision,
} from '../../semantics/firewall/index.ts';
import type { Flow, FlowAddress } from '../../semantics/flow.ts';
import { flowAddressOf } from '../../semantics/outbound/flow-address.ts';
import type { Decider, MissingFact } from '../../semantics/verdict.ts';
import { deliverToOf } from '../deliver-to.ts';
import { elsewhere } from '../elsewhere.ts';
import { isPrivate, isPublic } from '../is-private.ts';
import type { DeliverTo, HopResult, Journey, Placed, Position } from '../journey.ts';
import { replyTo, sessionOf, untranslated } from '../session.ts';
import { formatAddress } from '../step-of.ts';
import type { Disposition, Hop, Step } from '../trace.ts';
import type { TraceContext } from '../trace-context.ts';

type AtFirewall = Position & { kind: 'firewall' };

/**
 * Azure Firewall. A request goes through all its stages; an answer passes when it belongs to a session the firewall
 * saw begin, and is dropped otherwise, whatever the rules say (azure-firewall 2.1, 3).
 */
export function firewallHop(
  { network }: TraceContext,
  at: AtFirewall,
  flow: Flow,
  journey: Journey,
  deliverTo: DeliverTo | undefined,
): HopResult {
  const placement = network.firewalls.get(at.firewallKey);
  const steps: Step[] = [];
  const hop: Hop = {
    kind: 'firewall',
    name: placement?.firewall.name ?? at.firewallKey,
    ...(placement === undefined ? {} : { at: placement.firewall.at }),
    steps,
    flow,
  };
  if (placement === undefined) {
    const why = [{ missing: `firewall \`${hop.name}\`` }];
    return { hop, next: { kind: 'stop', disposition: { kind: 'unknown', why } } };
  }
  if (journey.direction === 'return') return answer(hop, at, placement, flow, journey);

  const decision = evaluateFirewall(placement, flow, contextOf(network, placement, flow, journey));
  steps.push(...toldSteps(decision));
  const deny = (by: Decider): HopResult => ({
    hop,
    next: { kind: 'stop', disposition: { kind: 'denied', by } },
  });
  if (decision.verdict.kind === 'deny') return deny(decision.verdict.by);
  const open: MissingFact[] = decision.verdict.kind === 'unknown' ? [...decision.verdict.why] : [];
  if (decision.answeredBy === 'dns-proxy') {
    const disposition: Disposition = { kind: 'delivered', to: `the DNS proxy of ${hop.name}` };
    const reply = sentFrom(placement, replyTo(flow));
    return {
      hop,
      next: {
        kind: 'stop',
        disposition,
        ...(reply === undefined ? { isAnsweredHere: true } : { reply }),
      },
      ...(open.length > 0 ? { conditions: open } : {}),
    };
  }
  const left = decision.after ?? flow;
  const unresolved = cannotResolve(network, placement, left, decision);
  if (unresolved !== undefined && 'why' in unresolved) open.push(...unresolved.why);
  else if (unresolved !== undefined) {
    const { by, isCertain } = unresolved;
    steps.push({ stage: 'dns', by, text: by.name, facts: ['AFW-E35'] });
    if (isCertain) return deny(by);
    open.push({ missing: `whether a rule that needs no name decides (${by.name})` });
  }
  const onward = sendOn(network, hop, placement, left, deliverTo);
  const conditions = [...open, ...(onward.conditions ?? [])];
  return {
    ...onward,
    session: { boxKey: at.firewallKey, boxName: hop.name, arrived: flow, left },
    ...(conditions.length > 0 ? { conditions } : {}),
    ...(decision.assumptions.length > 0 ? { assumptions: decision.assumptions } : {}),
  };
}

/** The step that denies says so. */
function toldSteps({ steps, verdict }: FirewallDecision): readonly Step[] {
  const last = steps.at(-1);
  if (verdict.kind !== 'deny' || last === undefined || last.verdict !== undefined) return steps;
  return [...steps.slice(0, -1), { ...last, verdict }];
}

function contextOf(
  network: Network,
  placement: FirewallPlacement,
  flow: Flow,
  journey: Journey,
): FirewallContext {
  const { firewall } = placement;
  const clientVnet = journey.homeVnetKey;
  // `<location>` in Microsoft's lists is the region of the cluster that sends, wherever the firewall is.
  const location = journey.sender.cluster?.cluster?.location ?? firewall.location;
  return {
    datasets: network.perimeter.snapshot.datasets,
    ipGroups: network.perimeter.ipGroups,
    clientResolver:
      clientVnet === undefined
        ? 'unknown'
        : resolvesThroughFirewall(network, clientVnet, firewall.key),
    network,
    ...(location === undefined ? {} : { location }),
    resolve: (name) => resolvedBy(network, placement, name, flow),
  };
}

/**
 * What the firewall's own DNS answers: the private address where its network holds one; a public one only where the
 * client was told a private one, so that the two differ. `undefined`: nothing to tell them apart by.
 */
function resolvedBy(
  network: Network,
  placement: FirewallPlacement,
  name: DomainName,
  flow: Flow,
): FlowAddress | undefined {
  if (placement.subnet.kind !== 'found') return undefined;
  const resolution = resolveAtFirewall(network, placement, name);
  if (resolution.kind === 'private') return flowAddressOf(resolution.address);
  if (resolution.kind !== 'public' || flow.destinationName !== name) return undefined;
  return isPrivate(flow.destination)
    ? { kind: 'within', addresses: elsewhere(network), label: name, symbol: `name:${name}` }
    : undefined;
}

/**
 * A name in HTTP or TLS is resolved by the firewall itself: what it cannot resolve it cannot reach (AFW-E35). Only
 * application rules read names; a flow that a network rule allows needs none.
 */
function cannotResolve(
  network: Network,
  placement: FirewallPlacement,
  flow: Flow,
  { steps }: FirewallDecision,
):
  | { readonly by: Decider; readonly isCertain: boolean }
  | { readonly why: readonly MissingFact[] }
  | undefined {
  const { application } = flow;
  const name =
    application.kind === 'https'
      ? application.serverName
      : application.kind === 'http'
        ? application.host
        : undefined;
  if (name === undefined || placement.subnet.kind !== 'found') return undefined;
  const reads = (step: { readonly stage: string }) =>
    step.stage === 'application rules' || step.stage === 'infrastructure';
  const deciding = steps.filter(
    (step) => step.verdict !== undefined && step.verdict.kind !== 'deny',
  );
  if (!deciding.some(reads)) return undefined;
  const resolution = resolveAtFirewall(network, placement, name);
  if (resolution.kind === 'unknown') return { why: resolution.why };
  if (resolution.kind !== 'nxdomain') return undefined;
  return {
    by: { ...resolution.by, name: `the firewall cannot resolve ${name}: ${resolution.why}` },
    // Whichever rule may let it through, it needs the name; none at all is a denial too.
    isCertain: deciding.every(reads),
  };
}

/** Routed on by the firewall's own subnet. */
function sendOn(
  network: Network,
  hop: Hop,
  placement: FirewallPlacement,
  left: Flow,
  deliverTo: DeliverTo | undefined,
): Pick<HopResult, 'hop' | 'next' | 'conditions'> {
  const told = { ...hop, flow: left };
  const sent = sentFrom(placement, left);
  if (sent === undefined && isPrivate(left.destination)) {
    const missing = `the network of ${hop.name} (its subnet is not in the input)`;
    const why = [{ missing, at: placement.firewall.at }];
    return { hop: told, next: { kind: 'stop', disposition: { kind: 'unknown', why } } };
  }
  const owner = findOwner(network, left.destination).find((found) => found.certainty === 'yes');
  if (sent === undefined || owner?.owner.kind === 'firewall-public') {
    return { hop: told, next: { kind: 'forward', to: { at: { kind: 'internet' }, flow: left } } };
  }
  const target = deliverTo ?? deliverToOf(network, left.destination);
  const to = target === undefined ? sent : { ...sent, deliverTo: target };
  return { hop: told, next: { kind: 'forward', to } };
}

function sentFrom(placement: FirewallPlacement, flow: Flow): Placed | undefined {
  const { subnet, firewall } = placement;
  if (subnet.kind !== 'found') return undefined;
  const at: Position = {
    kind: 'leaving-subnet',
    subnetKey: subnet.target.subnet.key,
    sender: firewall.name,
    firewallKey: firewall.key,
  };
  return { at, flow };
}

function answer(
  hop: Hop,
  at: AtFirewall,
  placement: FirewallPlacement,
  flow: Flow,
  journey: Journey,
): HopResult {
  const session = sessionOf(journey.sessions, at.firewallKey, flow);
  const drop = (text: string, why: string): HopResult => {
    const fact = 'AFW-E06';
    const disposition: Disposition = { kind: 'no-session', at: hop.name, why, fact };
    const step: Step = { stage: 'session', text, facts: [fact] };
    return { hop: { ...hop, steps: [step] }, next: { kind: 'stop', disposition } };
  };
  if (session === undefined) {
    return drop('none: it never saw the request', `${hop.name} never saw the request this answers`);
  }
  // What left to a public address waits for its answer there; from inside it is a stranger (azure-firewall 3).
  if (isPublic(session.left.source) && at.isFromInternet !== true) {
    const text = `none on this side: it left as ${formatAddress(session.left.source)}`;
    const why = `${hop.name} waits for the answer from the internet, and it comes from inside`;
    return drop(text, why);
  }
  const undone = untranslated(session);
  const step: Step = {
    stage: 'session',
    text: `known: ${formatAddress(flow.destination)} → ${formatAddress(undone.destination)}`,
  };
  const told = { ...hop, steps: [step], flow: undone };
  const to = sentFrom(placement, undone) ?? fromHub(undone, journey);
  if (to !== undefined) return { hop: told, next: { kind: 'forward', to } };
  const why = [{ missing: `the network of ${hop.name}`, at: placement.firewall.at }];
  return { hop: told, next: { kind: 'stop', disposition: { kind: 'unknown', why } } };
}

/** A firewall of a virtual hub has no subnet of its own: its answers go to the internet, or to where they belong. */
function fromHub(flow: Flow, journey: Journey): Placed | undefined {
  if (isPublic(flow.destination)) return { at: { kind: 'internet' }, flow };
  const { homeSubnetKey } = journey;
  return homeSubnetKey === undefined
    ? undefined
    : { at: { kind: 'entering-subnet', subnetKey: homeSubnetKey }, flow };
}
