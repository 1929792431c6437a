import { assertNever } from '../../diagnostics/index.ts';
import { ALL_IPV4, equalIp, formatIp } from '../../net/index.ts';
import {
  type FoundOwner,
  findOwner,
  type Network,
  type SubnetPlacement,
  subnetOf,
} from '../../network/index.ts';
import type { Flow, FlowAddress } from '../../semantics/flow.ts';
import { evaluateNsg } from '../../semantics/nsg/concrete.ts';
import { clusterInternetOutbound, internetOutbound } from '../../semantics/outbound/concrete.ts';
import { type EffectiveRoute, routeDecider, selectRoute } from '../../semantics/routes/concrete.ts';
import type { MissingFact, Verdict } from '../../semantics/verdict.ts';
import { isUnknown } from '../../values/index.ts';
import type { DeliverTo, HopResult, Journey, Placed, Position } from '../journey.ts';
import { sameAddress } from '../session.ts';
import { formatAddress, stepOf } from '../step-of.ts';
import type { Disposition, Hop, Step } from '../trace.ts';
import type { TraceContext } from '../trace-context.ts';
import { internetExit } from './internet-exit.ts';

type Leaving = Position & { kind: 'leaving-subnet' };

/** A subnet's outbound side: its NSG (not for answers: NSGs are stateful), then its effective routes. */
export function leavingSubnetHop(
  context: TraceContext,
  at: Leaving,
  flow: Flow,
  journey: Journey,
  deliverTo: DeliverTo | undefined,
): HopResult {
  const { network } = context;
  const placement = network.subnets.get(at.subnetKey);
  const name = placement?.subnet.name ?? at.subnetKey.split('/').at(-1) ?? at.subnetKey;
  const steps: Step[] = [];
  const hop: Hop = {
    kind: 'subnet',
    name,
    ...(placement === undefined ? {} : { at: placement.subnet.at }),
    steps,
    flow,
  };
  const conditions: MissingFact[] = [];
  if (placement !== undefined) {
    const verdict = outboundVerdict(network, placement, flow, journey, steps);
    if (verdict?.kind === 'deny') {
      return { hop, next: { kind: 'stop', disposition: { kind: 'denied', by: verdict.by } } };
    }
    if (verdict?.kind === 'unknown') conditions.push(...verdict.why);
  }

  const choice = selectRoute(network, at.subnetKey, flow.destination);
  if (choice.kind === 'platform') {
    steps.push({ stage: 'route', text: 'the platform answers here, whatever the routes say' });
    return withConditions(
      { hop, next: { kind: 'stop', disposition: { kind: 'delivered', to: 'the Azure platform' } } },
      conditions,
    );
  }
  if (choice.kind === 'unknown') {
    steps.push({
      stage: 'route',
      text: `cannot be told: needs ${choice.why.map((fact) => fact.missing).join('; ')}`,
    });
    return {
      hop,
      next: { kind: 'stop', disposition: { kind: 'unknown', why: [...conditions, ...choice.why] } },
    };
  }
  const followed = followRoute(
    { context, at, flow, journey, deliverTo, hop, steps, placement },
    choice.route,
  );
  return withConditions(followed, conditions);
}

function outboundVerdict(
  network: Network,
  placement: SubnetPlacement,
  flow: Flow,
  journey: Journey,
  steps: Step[],
): Verdict | undefined {
  const link = placement.networkSecurityGroup;
  if (journey.direction === 'return' || link.kind === 'none') return undefined;
  if (link.kind === 'found') {
    const verdict = evaluateNsg(network, link.target, 'Outbound', flow, {
      subnetKey: placement.subnet.key,
    });
    steps.push(stepOf('nsg', verdict));
    return verdict;
  }
  const missing =
    link.kind === 'dangling'
      ? `network security group \`${link.id}\` (not in the input)`
      : link.unknown.missing;
  const verdict: Verdict = {
    kind: 'unknown',
    by: { kind: 'rule', name: 'network security group' },
    why: [{ missing, at: link.kind === 'dangling' ? link.at : link.unknown.at }],
  };
  steps.push(stepOf('nsg', verdict));
  return verdict;
}

interface Following {
  readonly context: TraceContext;
  readonly at: Leaving;
  readonly flow: Flow;
  readonly journey: Journey;
  readonly deliverTo: DeliverTo | undefined;
  readonly hop: Hop;
  readonly steps: Step[];
  readonly placement: SubnetPlacement | undefined;
}

/** Hands the flow to whatever the winning route names. */
function followRoute(here: Following, route: EffectiveRoute): HopResult {
  const { context, at, flow, journey, hop, steps, deliverTo } = here;
  const by = routeDecider(route);
  const routed = (text: string): void => {
    steps.push({
      stage: 'route',
      by,
      text: `${route.name} ${route.prefixText} → ${text}`,
      facts: [route.fact],
    });
  };
  const stop = (disposition: Disposition, reply?: Placed): HopResult => ({
    hop,
    next: { kind: 'stop', disposition, ...(reply === undefined ? {} : { reply }) },
  });
  const forward = (to: Position): HopResult => ({
    hop,
    next: {
      kind: 'forward',
      to: { at: to, flow, ...(deliverTo === undefined ? {} : { deliverTo }) },
    },
  });

  if (isUnknown(route.nextHopType)) {
    const { missing, at: where } = route.nextHopType;
    routed('a next hop that is not known');
    return stop({ kind: 'unknown', why: [{ missing, at: where }] });
  }
  switch (route.nextHopType) {
    case 'VirtualAppliance':
    case 'VirtualApplianceEcmp':
      return toAppliance(here, route, routed);
    case 'Internet': {
      if (journey.direction === 'return') {
        // Answers of inbound flows leave by the address they came in on (azure-networking 4.1.2).
        routed('internet, by the address the request came in on');
        return forward({ kind: 'internet' });
      }
      routed('internet');
      if (at.translated === true) return forward({ kind: 'internet' });
      const choice =
        at.pool === undefined
          ? internetOutbound(context.network, at.subnetKey, {})
          : clusterInternetOutbound(context.network, at.pool.cluster, at.pool.placement);
      return internetExit(hop, flow, choice, { kind: 'entering-subnet', subnetKey: at.subnetKey });
    }
    case 'VnetLocal':
    case 'VNetPeering':
    case 'VNetGlobalPeering': {
      routed(
        route.nextHopType === 'VnetLocal'
          ? 'direct, inside the virtual network'
          : 'direct, over the peering',
      );
      return intoSubnet(here, forward, stop);
    }
    case 'InterfaceEndpoint': {
      const owner = ownerAt(here, flow.destination).find(
        (found) => found.owner.kind === 'private-endpoint',
      );
      routed('private endpoint, around every appliance');
      return owner?.owner.kind === 'private-endpoint'
        ? forward({ kind: 'private-endpoint', endpointKey: owner.owner.endpoint.key })
        : stop({ kind: 'unknown', why: [{ missing: 'the private endpoint at the destination' }] });
    }
    case 'VirtualNetworkServiceEndpoint':
      routed('service endpoint, around the firewall');
      return stop({ kind: 'left-network', to: 'the platform service, by its service endpoint' });
    case 'VirtualNetworkGateway':
      routed('virtual network gateway');
      return stop(
        { kind: 'left-network', to: 'the network behind the gateway' },
        {
          at: {
            kind: 'on-premises',
            ...(here.placement === undefined ? {} : { vnetKey: here.placement.vnet.key }),
          },
          flow: reversed(flow),
        },
      );
    case 'None':
      routed('nowhere');
      return stop({ kind: 'no-route', by });
    default:
      return assertNever(route.nextHopType);
  }
}

function toAppliance(
  here: Following,
  route: EffectiveRoute,
  routed: (text: string) => void,
): HopResult {
  const { hop, flow, deliverTo } = here;
  const by = routeDecider(route);
  const placed = by.at === undefined ? {} : { at: by.at };
  const stopUnknown = (missing: string): HopResult => ({
    hop,
    next: { kind: 'stop', disposition: { kind: 'unknown', why: [{ missing, ...placed }] } },
  });
  const nextHop = route.nextHops[0];
  if (nextHop === undefined) {
    routed('an appliance whose address is missing');
    return { hop, next: { kind: 'stop', disposition: { kind: 'no-route', by } } };
  }
  const address: FlowAddress = isUnknown(nextHop)
    ? {
        kind: 'within',
        addresses: ALL_IPV4,
        label: nextHop.text,
        ...(nextHop.symbol === undefined ? {} : { symbol: nextHop.symbol }),
      }
    : { kind: 'exact', ip: nextHop };
  if (isUnknown(nextHop) && nextHop.symbol === undefined) {
    routed('an appliance whose address is not known');
    return stopUnknown(nextHop.missing);
  }
  const owners = findOwner(here.context.network, address, vnetOf(here)).filter(
    (found) => !found.isGuess,
  );
  const found = owners.find((owner) => owner.owner.kind === 'firewall-private');
  const number = isUnknown(nextHop) ? '' : `${formatIp(nextHop)} `;
  if (found?.owner.kind === 'firewall-private') {
    const { firewall } = found.owner.firewall;
    routed(`${number}firewall ${firewall.name}`);
    const next: HopResult['next'] = {
      kind: 'forward',
      to: {
        at: { kind: 'firewall', firewallKey: firewall.key },
        flow,
        ...(deliverTo === undefined ? {} : { deliverTo }),
      },
    };
    if (found.certainty === 'yes') return { hop, next };
    const assumption = `${number.trim()} is the private address of firewall ${firewall.name}`;
    // AZN-21: a firewall usually gets the first usable address. Taken as such and said, never silently.
    const { likely } = found.address;
    return likely !== undefined && !isUnknown(nextHop) && equalIp(likely, nextHop)
      ? { hop, next, assumptions: [assumption] }
      : { hop, next, conditions: [{ missing: `whether ${assumption}`, ...placed }] };
  }
  if (owners.length > 0) {
    routed(`${number}an appliance that is not an Azure Firewall`);
    return stopUnknown(`what the appliance at ${formatAddress(address)} lets through`);
  }
  routed(`${number}where nothing in the input is`);
  return stopUnknown(`what is at ${formatAddress(address)}`);
}

function intoSubnet(
  here: Following,
  forward: (to: Position) => HopResult,
  stop: (disposition: Disposition) => HopResult,
): HopResult {
  const { flow, journey, context, placement } = here;
  // An answer goes back to where its session began, whatever other subnet might hold such an address.
  const known =
    journey.home !== undefined && sameAddress(journey.home, flow.destination)
      ? journey.homeSubnetKey
      : undefined;
  if (known !== undefined) return forward({ kind: 'entering-subnet', subnetKey: known });
  const hits = subnetOf(context.network, flow.destination, placement?.vnet.key);
  const first = hits[0];
  if (first !== undefined && (first.certainty === 'yes' || hits.length === 1)) {
    return forward({ kind: 'entering-subnet', subnetKey: first.subnet.subnet.key });
  }
  const owner = ownerAt(here, flow.destination)[0];
  if (owner?.certainty === 'yes' && owner.owner.kind === 'firewall-private') {
    return forward({ kind: 'firewall', firewallKey: owner.owner.firewall.firewall.key });
  }
  return stop({
    kind: 'unknown',
    why: [{ missing: `which subnet holds ${formatAddress(flow.destination)}` }],
  });
}

function ownerAt(here: Following, address: FlowAddress): readonly FoundOwner[] {
  return findOwner(here.context.network, address, vnetOf(here));
}

function vnetOf(here: Following): { vnetKey?: string } {
  return here.placement === undefined ? {} : { vnetKey: here.placement.vnet.key };
}

function reversed(flow: Flow): Flow {
  return {
    ...flow,
    source: flow.destination,
    destination: flow.source,
    application: { kind: 'none' },
  };
}

function withConditions(result: HopResult, conditions: readonly MissingFact[]): HopResult {
  if (conditions.length === 0) return result;
  return { ...result, conditions: [...conditions, ...(result.conditions ?? [])] };
}
