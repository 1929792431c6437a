import { subnetOf } from '../../network/index.ts';
import type { Flow } from '../../semantics/flow.ts';
import type { HopResult, Journey, Position } from '../journey.ts';
import { replyTo, sameAddress } from '../session.ts';
import { formatAddress } from '../step-of.ts';
import type { TraceContext } from '../trace-context.ts';

/** Behind a VPN or ExpressRoute gateway: what arrives enters by the gateway's subnet and follows its routes. */
export function onPremisesHop(
  context: TraceContext,
  at: Position & { kind: 'on-premises' },
  flow: Flow,
  journey: Journey,
): HopResult {
  const hop = { kind: 'on-premises', name: formatAddress(flow.source), steps: [], flow };
  if (
    journey.home !== undefined &&
    sameAddress(journey.home, flow.destination) &&
    journey.direction === 'return'
  ) {
    return { hop, next: { kind: 'stop', disposition: { kind: 'delivered', to: 'the client' } } };
  }
  const { network } = context;
  const gateway = [...network.perimeter.virtualNetworkGateways.values()].find(
    (one) => one.subnet?.kind === 'reference',
  );
  const subnetKey = gateway?.subnet?.kind === 'reference' ? gateway.subnet.key : undefined;
  if (subnetKey !== undefined && network.subnets.has(subnetKey)) {
    return {
      hop,
      next: {
        kind: 'forward',
        to: { at: { kind: 'leaving-subnet', subnetKey, sender: 'the gateway' }, flow },
      },
    };
  }
  const target = subnetOf(network, flow.destination, at.vnetKey)[0];
  const missing =
    target === undefined
      ? 'a virtual network gateway in the input'
      : `how ${formatAddress(flow.destination)} is reached from on-premises (no virtual network gateway in the input)`;
  return {
    hop,
    next: {
      kind: 'stop',
      disposition: { kind: 'unknown', why: [{ missing }] },
      reply: { at: { kind: 'on-premises' }, flow: replyTo(flow) },
    },
  };
}
