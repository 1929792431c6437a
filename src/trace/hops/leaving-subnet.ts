import { assertNever } from '../../diagnostics/index.ts';
import type { PodClass } from '../../model/index.ts';
import type { Flow } from '../../semantics/flow.ts';
import { isCarriedOn } from '../../semantics/routes/carried-on.ts';
import {
  type EffectiveRoute,
  routeDecider,
  sameNextHop,
  selectRoute,
} from '../../semantics/routes/concrete.ts';
import { isUnknown } from '../../values/index.ts';
import type { DeliverTo, HopResult, Journey, Placed, Position } from '../journey.ts';
import { replyTo } from '../session.ts';
import { phrases } from '../summary.ts';
import type { Disposition, Hop, Step } from '../trace.ts';
import type { TraceContext } from '../trace-context.ts';
import { betweenNodes, hasOverlay, type SenderInside } from './between-nodes.ts';
import { type Following, following, type Leaving } from './following.ts';
import { intoNetwork } from './into-network.ts';
import { platformAnswer } from './platform-answer.ts';
import { replyHome } from './reply-home.ts';
import { toAppliance } from './to-appliance.ts';
import { toInternet } from './to-internet.ts';
import { interfaceVerdict, judge, subnetVerdict } from './verdicts.ts';

/** A subnet's outbound side: NSGs (not for answers: they are stateful), then its effective routes. */
export function leavingSubnetHop(
  context: TraceContext,
  at: Leaving,
  flow: Flow,
  journey: Journey,
  deliverTo: DeliverTo | undefined,
): HopResult {
  const { network } = context;
  const placement = network.subnets.get(at.subnetKey);
  const steps: Step[] = [];
  const hop: Hop = {
    kind: 'subnet',
    name: placement?.subnet.name ?? at.subnetKey.split('/').at(-1) ?? at.subnetKey,
    ...(placement === undefined ? {} : { at: placement.subnet.at }),
    steps,
    flow,
  };
  const stop = (disposition: Disposition): HopResult => ({
    hop,
    next: { kind: 'stop', disposition },
  });
  const inside = journey.direction === 'forward' ? podOfOwnOverlay(at, deliverTo) : undefined;
  if (inside !== undefined) {
    const { denied, open } = betweenNodes(network, inside, inside.to, flow, steps);
    if (denied !== undefined) return stop({ kind: 'denied', by: denied });
    const { name } = inside.cluster;
    const missing = `whether ${at.sender} is a node of ${name}: pods of its overlay are reached by its nodes alone`;
    return stop({ kind: 'unknown', why: [...open, { missing }] });
  }
  const looks = placement !== undefined && journey.direction === 'forward' ? placement : undefined;
  // AZN-42: on the way out the interface's group comes first.
  const judged = judge(steps, [
    [
      'nsg',
      () =>
        looks === undefined
          ? undefined
          : interfaceVerdict(network, at.interfaceKey, looks, 'Outbound', flow),
    ],
    [
      'nsg',
      () => (looks === undefined ? undefined : subnetVerdict(network, looks, 'Outbound', flow)),
    ],
  ]);
  if (judged.denied !== undefined) return stop({ kind: 'denied', by: judged.denied });
  const finish = (result: HopResult): HopResult => {
    const conditions = [...judged.open, ...(result.conditions ?? [])];
    return conditions.length === 0 ? result : { ...result, conditions };
  };

  const choice = selectRoute(network, at.subnetKey, flow.destination);
  switch (choice.kind) {
    case 'platform':
      return finish(platformAnswer(hop, flow, steps));
    case 'unknown': {
      const way = oneOfTheWays(choice, flow, journey);
      if (way !== undefined) {
        const here = { context, at, flow, journey, deliverTo, hop, steps, placement };
        return finish(followRoute(following(here, way)));
      }
      steps.push({ stage: 'route', text: `cannot be told: needs ${phrases(choice.why)}` });
      return finish(stop({ kind: 'unknown', why: choice.why }));
    }
    case 'route':
      return finish(
        followRoute(
          following({ context, at, flow, journey, deliverTo, hop, steps, placement }, choice.route),
        ),
      );
    default:
      return assertNever(choice);
  }
}

/**
 * An address of the nodes' subnet calls a pod of their overlay, which no network routes to: a node of the pool, or nobody who gets there
 * (AKS-60). `undefined` for every other flow.
 */
function podOfOwnOverlay(
  { pool, interfaceKey, firewallKey }: Leaving,
  deliverTo: DeliverTo | undefined,
): (SenderInside & { readonly to: PodClass }) | undefined {
  if (pool === undefined || deliverTo === undefined || deliverTo.pod.hostNetwork) return undefined;
  const isOther = interfaceKey !== undefined || firewallKey !== undefined;
  const { cluster, placement } = pool;
  if (isOther || deliverTo.cluster !== cluster || !hasOverlay(cluster)) return undefined;
  return { cluster, pool: placement, isAnyNode: true, to: deliverTo.pod };
}

/**
 * A name whose addresses nobody knows may lie behind a service endpoint of the subnet or not (AZN-15). Both ways are walked:
 * where they agree, the address need not be known.
 */
function oneOfTheWays(
  {
    candidates,
    why,
  }: { readonly candidates: readonly EffectiveRoute[]; readonly why: readonly unknown[] },
  flow: Flow,
  journey: Journey,
): EffectiveRoute | undefined {
  const isEndpoint = (route: EffectiveRoute) =>
    route.nextHopType === 'VirtualNetworkServiceEndpoint';
  const others = candidates.filter((route) => !isEndpoint(route));
  const [first] = others;
  const [endpoint] = candidates.filter(isEndpoint);
  const isOnlyThat =
    journey.direction === 'forward' &&
    flow.destination.kind === 'within' &&
    why.length === 1 &&
    first !== undefined &&
    endpoint !== undefined &&
    others.every((route) => sameNextHop(route, first));
  if (!isOnlyThat) return undefined;
  return journey.choose([first, endpoint], (route) =>
    isEndpoint(route) ? route.name : `route ${route.name}`,
  );
}

/** Hands the flow to whatever the winning route names. */
function followRoute(here: Following): HopResult {
  const { journey, route, routed, stop, forward, placement } = here;
  const by = routeDecider(route);
  if (isUnknown(route.nextHopType)) {
    const { missing, at: where } = route.nextHopType;
    routed('a next hop that is not known');
    return stop({ kind: 'unknown', why: [{ missing, at: where }] });
  }
  const vnetKey = placement?.vnet.key;
  switch (route.nextHopType) {
    case 'VirtualAppliance':
    case 'VirtualApplianceEcmp':
      return toAppliance(here);
    case 'Internet':
      return toInternet(here);
    case 'VnetLocal':
    case 'VNetPeering':
    case 'VNetGlobalPeering':
      return intoNetwork(here);
    case 'InterfaceEndpoint': {
      routed('private endpoint, around every appliance');
      const { endpoint } = route;
      return endpoint === undefined
        ? stop({ kind: 'unknown', why: [{ missing: 'the private endpoint at the destination' }] })
        : forward({ kind: 'private-endpoint', endpointKey: endpoint.key });
    }
    case 'VirtualNetworkServiceEndpoint': {
      routed('service endpoint');
      const to = 'the platform service, by its service endpoint';
      return stop({ kind: 'left-network', to }, answerOfService(here));
    }
    case 'VirtualNetworkGateway': {
      routed('virtual network gateway');
      const network = vnetKey === undefined ? {} : { vnetKey };
      const out: Position = { kind: 'on-premises', way: 'out', ...network };
      const onward = forward(out);
      return journey.direction === 'forward' && isCarriedOn(here.network, vnetKey, route)
        ? { ...onward, assumptions: ['the network behind the gateway carries it on'] }
        : onward;
    }
    case 'None':
      routed('nowhere');
      return stop({ kind: 'no-route', by });
    default:
      return assertNever(route.nextHopType);
  }
}

/** The service answers the subnet it was called from, by the same backbone (azure-networking 6.1). */
function answerOfService({ at, flow, network, placement }: Following): Placed | undefined {
  const home = replyHome(network, flow, placement?.vnet.key);
  if (home !== undefined || at.firewallKey === undefined) return home;
  // The firewall's own subnet identity called it; the answer is the firewall's.
  return { at: { kind: 'entering-subnet', subnetKey: at.subnetKey }, flow: replyTo(flow) };
}
