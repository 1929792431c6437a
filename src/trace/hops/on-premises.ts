import {
  aroundGateway,
  type Network,
  peerTo,
  type SubnetPlacement,
  subnetOf,
  vnetReaches,
} from '../../network/index.ts';
import type { Flow } from '../../semantics/flow.ts';
import { matchSet } from '../../semantics/match.ts';
import { isPlatform } from '../is-private.ts';
import type { DeliverTo, HopResult, Journey, Position } from '../journey.ts';
import { replyTo, sameAddress } from '../session.ts';
import { formatAddress } from '../step-of.ts';
import type { Disposition, Hop } from '../trace.ts';
import type { TraceContext } from '../trace-context.ts';

/**
 * Behind a VPN or ExpressRoute gateway: what comes from there enters by the gateway's subnet and follows its routes;
 * what goes there has left what we model.
 */
export function onPremisesHop(
  { network }: TraceContext,
  at: Position & { kind: 'on-premises' },
  flow: Flow,
  journey: Journey,
  deliverTo?: DeliverTo,
): HopResult {
  const name = formatAddress(at.way === 'in' ? flow.source : flow.destination);
  const hop: Hop = { kind: 'on-premises', name, steps: [], flow };
  const stop = (disposition: Disposition): HopResult => ({
    hop,
    next: { kind: 'stop', disposition },
  });
  if (at.way === 'out') {
    if (journey.direction === 'forward') {
      // A pod of an overlay stands in no network, and behind no gateway either.
      const isNear =
        deliverTo !== undefined ||
        (at.vnetKey !== undefined &&
          matchSet(aroundGateway(network, at.vnetKey), flow.destination).kind === 'yes');
      if (isNear) {
        const missing = `what the gateway does with a flow to ${name}, which is not behind it`;
        return stop({ kind: 'unknown', why: [{ missing }] });
      }
      const by = at.vnetKey === undefined ? {} : { vnetKey: at.vnetKey };
      return {
        hop,
        next: {
          kind: 'stop',
          disposition: { kind: 'left-network', to: 'the network behind the gateway' },
          reply: { at: { kind: 'on-premises', way: 'in', ...by }, flow: replyTo(flow) },
        },
      };
    }
    const isHome = journey.home !== undefined && sameAddress(journey.home, flow.destination);
    // Whoever set out from a subnet or from the internet is not behind the gateway.
    if (isHome && journey.homeSubnetKey === undefined && !journey.sender.isOnInternet) {
      return stop({ kind: 'delivered', to: 'the client' });
    }
    const missing = `what the network behind the gateway does with an answer to ${name}`;
    return stop({ kind: 'unknown', why: [{ missing }] });
  }
  if (isPlatform(flow.destination)) {
    const text = `${formatAddress(flow.destination)} is answered by the Azure host, to its own machines only`;
    const by = { kind: 'platform', name: text, fact: 'AZN-17' } as const;
    return {
      hop: { ...hop, steps: [{ stage: 'route', by, text }] },
      next: { kind: 'stop', disposition: { kind: 'no-route', by } },
    };
  }
  const doors = gatewaySubnets(network, at.vnetKey, flow);
  const [door] = doors;
  if (door === undefined) {
    const missing = `how ${formatAddress(flow.destination)} is reached from on-premises (no virtual network gateway in the input leads there)`;
    return stop({ kind: 'unknown', why: [{ missing }] });
  }
  if (doors.length > 1) {
    const names = doors.map(({ vnet }) => vnet.name).join(', ');
    return stop({ kind: 'unknown', why: [{ missing: `by which gateway it comes (${names})` }] });
  }
  const to: Position = {
    kind: 'leaving-subnet',
    subnetKey: door.subnet.key,
    sender: 'the gateway',
  };
  const onward = deliverTo === undefined ? {} : { deliverTo };
  return { hop, next: { kind: 'forward', to: { at: to, flow, ...onward } } };
}

/**
 * The gateway subnets by which on-premises reaches a destination: that of the network which uses the gateway, its own
 * or by its peering; else those whose network reaches the destination's.
 */
function gatewaySubnets(
  network: Network,
  vnetKey: string | undefined,
  flow: Flow,
): readonly SubnetPlacement[] {
  const all = new Map<string, SubnetPlacement>();
  for (const { subnet } of network.perimeter.virtualNetworkGateways.values()) {
    const found = subnet?.kind === 'reference' ? network.subnets.get(subnet.key) : undefined;
    if (found !== undefined) all.set(found.subnet.key, found);
  }
  const doors = [...all.values()];
  if (vnetKey !== undefined) {
    const own = doors.filter(({ vnet }) => vnet.key === vnetKey);
    if (own.length > 0) return own;
    return doors.filter(
      ({ vnet }) => peerTo(network, vnetKey, vnet.key)?.peering.useRemoteGateways === true,
    );
  }
  const homes = subnetOf(network, flow.destination).map(({ subnet }) => subnet.vnet.key);
  const leading = doors.filter(({ vnet }) =>
    homes.some((home) => vnetReaches(network, vnet.key, home) !== 'no'),
  );
  return leading.length > 0 ? leading : doors;
}
