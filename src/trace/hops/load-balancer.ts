import { findOwner, type Network, subnetOf, vnetOfFrontend } from '../../network/index.ts';
import type { Flow } from '../../semantics/flow.ts';
import { deliverToLoadBalancer } from '../../semantics/load-balancer/concrete.ts';
import type { HopResult, Journey, Position } from '../journey.ts';
import { replyTo } from '../session.ts';
import { formatAddress } from '../step-of.ts';
import type { Disposition, Hop, Step } from '../trace.ts';
import type { TraceContext } from '../trace-context.ts';
import { interfaceVerdict, judge, subnetVerdict } from './verdicts.ts';

/**
 * A load balancer that no Service of the input made: its rule, then the NSG of the backend's subnet. The source stays;
 * the answer leaves the backend's subnet with the front end as its source (AZS-40, AZS-41).
 */
export function loadBalancerHop(
  { network }: TraceContext,
  at: Position & { kind: 'load-balancer' },
  flow: Flow,
  journey: Journey,
): HopResult {
  const { loadBalancer } = at;
  const steps: Step[] = [];
  const hop: Hop = {
    kind: 'load-balancer',
    name: loadBalancer.name,
    at: loadBalancer.at,
    steps,
    flow,
  };
  const stop = (disposition: Disposition): HopResult => ({
    hop,
    next: { kind: 'stop', disposition },
  });
  const delivery = deliverToLoadBalancer(loadBalancer, at.frontendKey, flow);
  if (delivery.kind === 'unknown') return stop({ kind: 'unknown', why: delivery.why });
  steps.push({ stage: 'rule', by: delivery.by, text: delivery.by.name });
  if (delivery.kind === 'no-listener') return stop({ kind: 'denied', by: delivery.by });
  if (delivery.flows.length === 0) return stop({ kind: 'unknown', why: delivery.why });
  const sent = journey.choose(delivery.flows, (one) => `backend ${formatAddress(one.destination)}`);
  return toBackend(
    network,
    { hop, steps, own: vnetOfFrontend(network, at.loadBalancer, at.frontendKey) },
    flow,
    sent,
  );
}

interface Sending {
  readonly hop: Hop;
  readonly steps: Step[];
  /** The virtual network of the load balancer. */
  readonly own: string | undefined;
}

function toBackend(
  network: Network,
  { hop, steps, own }: Sending,
  arrived: Flow,
  sent: Flow,
): HopResult {
  const found = subnetOf(network, sent.destination).map(({ subnet }) => subnet);
  const placement = found.find(({ vnet }) => vnet.key === own) ?? found[0];
  if (placement === undefined || sent.destination === arrived.destination) {
    // With floating IP the headers do not say which member of the pool it is.
    const missing = `where the backends of ${hop.name} are`;
    const disposition: Disposition = { kind: 'unknown', why: [{ missing }] };
    return { hop: { ...hop, flow: sent }, next: { kind: 'stop', disposition } };
  }
  if (own !== undefined && placement.vnet.key !== own) {
    const missing = `what ${hop.name} does with ${formatAddress(sent.destination)}, a member outside its virtual network`;
    return { hop, next: { kind: 'stop', disposition: { kind: 'unknown', why: [{ missing }] } } };
  }
  const { name, key } = placement.subnet;
  const interfaceKey = interfaceAt(network, placement.vnet.key, sent);
  // AZN-42: on the way in the subnet's group comes first, the interface's second.
  const judged = judge(steps, [
    [`nsg of ${name}`, () => subnetVerdict(network, placement, 'Inbound', sent)],
    ['nsg', () => interfaceVerdict(network, interfaceKey, placement, 'Inbound', sent)],
  ]);
  if (judged.denied !== undefined) {
    const disposition: Disposition = { kind: 'denied', by: judged.denied };
    return { hop, next: { kind: 'stop', disposition } };
  }
  const sender = formatAddress(sent.destination);
  return {
    hop: { ...hop, flow: sent },
    next: {
      kind: 'stop',
      disposition: { kind: 'delivered', to: `backend ${sender}` },
      reply: { at: { kind: 'leaving-subnet', subnetKey: key, sender }, flow: replyTo(arrived) },
    },
    ...(judged.open.length > 0 ? { conditions: judged.open } : {}),
  };
}

/** The interface of the input that the member of the pool is. */
function interfaceAt(network: Network, vnetKey: string, { destination }: Flow): string | undefined {
  const held = findOwner(network, destination, { vnetKey }).find(
    ({ certainty, owner }) => certainty === 'yes' && owner.kind === 'network-interface',
  )?.owner;
  return held?.kind === 'network-interface' ? held.interfaceKey : undefined;
}
