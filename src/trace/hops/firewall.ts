import { type FirewallPlacement, findOwner, type Network } from '../../network/index.ts';
import { resolveName, resolvesThroughFirewall } from '../../semantics/dns/concrete.ts';
import { evaluateFirewall } from '../../semantics/firewall/concrete.ts';
import type { Flow } from '../../semantics/flow.ts';
import type { Decider, MissingFact } from '../../semantics/verdict.ts';
import { deliverToOf } from '../deliver-to.ts';
import { isPrivate } from '../is-private.ts';
import type { DeliverTo, HopResult, Journey, Position } from '../journey.ts';
import { sessionOf, untranslated } from '../session.ts';
import { formatAddress } from '../step-of.ts';
import type { Hop, Step } from '../trace.ts';
import type { TraceContext } from '../trace-context.ts';

type AtFirewall = Position & { kind: 'firewall' };

/**
 * Azure Firewall. A request goes through all its stages; an answer passes when it belongs to a session the firewall
 * saw begin, and is dropped otherwise, whatever the rules say (azure-firewall 2.1, 3).
 */
export function firewallHop(
  context: TraceContext,
  at: AtFirewall,
  flow: Flow,
  journey: Journey,
  deliverTo: DeliverTo | undefined,
): HopResult {
  const { network } = context;
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
  const subnetKey =
    placement.subnet.kind === 'found' ? placement.subnet.target.subnet.key : undefined;
  if (journey.direction === 'return') return answer(hop, at, subnetKey, flow, journey);

  const clientVnet = journey.homeVnetKey;
  const decision = evaluateFirewall(placement, flow, {
    datasets: network.perimeter.snapshot.datasets,
    ipGroups: network.perimeter.ipGroups,
    clientResolver:
      clientVnet === undefined
        ? 'unknown'
        : resolvesThroughFirewall(network, clientVnet, at.firewallKey),
    network,
    ...(placement.firewall.location === undefined ? {} : { location: placement.firewall.location }),
  });
  steps.push(...decision.steps);
  if (decision.verdict.kind === 'deny') {
    return {
      hop,
      next: { kind: 'stop', disposition: { kind: 'denied', by: decision.verdict.by } },
    };
  }
  const conditions: MissingFact[] =
    decision.verdict.kind === 'unknown' ? [...decision.verdict.why] : [];
  if (decision.answeredBy === 'dns-proxy') {
    return {
      hop,
      next: {
        kind: 'stop',
        disposition: { kind: 'delivered', to: `the DNS proxy of ${hop.name}` },
      },
      ...(conditions.length > 0 ? { conditions } : {}),
    };
  }
  const left = decision.after ?? flow;
  const unresolved = firewallCannotResolve(network, placement, left);
  if (unresolved !== undefined) {
    steps.push({ stage: 'dns', by: unresolved, text: unresolved.name, facts: ['AFW-E35'] });
    return { hop, next: { kind: 'stop', disposition: { kind: 'denied', by: unresolved } } };
  }
  const session = { boxKey: at.firewallKey, boxName: hop.name, arrived: flow, left };
  const said = {
    ...(conditions.length > 0 ? { conditions } : {}),
    ...(decision.assumptions.length > 0 ? { assumptions: decision.assumptions } : {}),
  };
  const target = deliverTo ?? deliverToOf(network, left.destination);
  const onward = target === undefined ? {} : { deliverTo: target };
  const outsideOwner = findOwner(network, left.destination).find(
    (found) => found.certainty === 'yes',
  );
  if (subnetKey === undefined && isPrivate(left.destination)) {
    const missing = `the network of ${hop.name} (its subnet is not in the input)`;
    const why = [...conditions, { missing, at: placement.firewall.at }];
    return {
      hop: { ...hop, flow: left },
      next: { kind: 'stop', disposition: { kind: 'unknown', why } },
    };
  }
  if (subnetKey === undefined || outsideOwner?.owner.kind === 'firewall-public') {
    return {
      hop: { ...hop, flow: left },
      session,
      next: { kind: 'forward', to: { at: { kind: 'internet' }, flow: left } },
      ...said,
    };
  }
  return {
    hop: { ...hop, flow: left },
    session,
    next: {
      kind: 'forward',
      to: {
        at: { kind: 'leaving-subnet', subnetKey, sender: hop.name, translated: true },
        flow: left,
        ...onward,
      },
    },
    ...said,
  };
}

/** A name in HTTP or TLS is resolved by the firewall itself: what it cannot resolve it cannot reach (AFW-E35). */
function firewallCannotResolve(
  network: Network,
  placement: FirewallPlacement,
  flow: Flow,
): Decider | undefined {
  const { application } = flow;
  const name =
    application.kind === 'https'
      ? application.serverName
      : application.kind === 'http'
        ? application.host
        : undefined;
  if (name === undefined || placement.subnet.kind !== 'found') return undefined;
  const resolution = resolveName(network, placement.subnet.target.vnet.key, name);
  if (resolution.kind !== 'nxdomain') return undefined;
  return { ...resolution.by, name: `the firewall cannot resolve ${name}: ${resolution.why}` };
}

function answer(
  hop: Hop,
  at: AtFirewall,
  subnetKey: string | undefined,
  flow: Flow,
  journey: Journey,
): HopResult {
  const session = sessionOf(journey.sessions, at.firewallKey, flow);
  if (session === undefined) {
    const why = `${hop.name} never saw the request this answers`;
    const step: Step = { stage: 'session', text: 'none: dropped', facts: ['AFW-E06'] };
    return {
      hop: { ...hop, steps: [step] },
      next: {
        kind: 'stop',
        disposition: { kind: 'no-session', at: hop.name, why, fact: 'AFW-E06' },
      },
    };
  }
  const undone = untranslated(session);
  const step: Step = {
    stage: 'session',
    text: `known: ${formatAddress(flow.destination)} → ${formatAddress(undone.destination)}`,
  };
  const to: Position =
    subnetKey === undefined
      ? { kind: 'internet' }
      : { kind: 'leaving-subnet', subnetKey, sender: hop.name, translated: true };
  return {
    hop: { ...hop, steps: [step], flow: undone },
    next: { kind: 'forward', to: { at: to, flow: undone } },
  };
}
