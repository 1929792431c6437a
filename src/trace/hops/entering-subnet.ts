import { findOwner, type Network, type SubnetPlacement } from '../../network/index.ts';
import type { Flow } from '../../semantics/flow.ts';
import { evaluateNsg } from '../../semantics/nsg/concrete.ts';
import type { MissingFact, Verdict } from '../../semantics/verdict.ts';
import type { DeliverTo, HopResult, Journey, Position } from '../journey.ts';
import { replyTo, sameAddress } from '../session.ts';
import { formatAddress, stepOf } from '../step-of.ts';
import type { Hop, Step } from '../trace.ts';
import type { TraceContext } from '../trace-context.ts';

/**
 * A subnet's inbound side: its NSG (not for answers), then whatever holds the address. NSGs see the destination
 * after the platform's translation; a load balancer front end stays the destination (floating IP).
 */
export function enteringSubnetHop(
  context: TraceContext,
  at: Position & { kind: 'entering-subnet' },
  flow: Flow,
  journey: Journey,
  deliverTo: DeliverTo | undefined,
): HopResult {
  const { network } = context;
  const placement = network.subnets.get(at.subnetKey);
  const steps: Step[] = [];
  const hop: Hop = {
    kind: 'subnet',
    name: placement?.subnet.name ?? at.subnetKey,
    ...(placement === undefined ? {} : { at: placement.subnet.at }),
    steps,
    flow,
  };
  const stop = (disposition: HopResult['next'] & { kind: 'stop' }): HopResult => ({
    hop,
    next: disposition,
  });

  if (journey.direction === 'return') {
    if (journey.home !== undefined && sameAddress(journey.home, flow.destination)) {
      steps.push({ stage: 'arrives', text: `back at ${formatAddress(flow.destination)}` });
      return stop({ kind: 'stop', disposition: { kind: 'delivered', to: 'the client' } });
    }
    // The box that translated the request is the one its answer is addressed to.
    const session = journey.sessions.find((one) => sameAddress(one.left.source, flow.destination));
    if (session !== undefined && network.firewalls.has(session.boxKey)) {
      return {
        hop,
        next: {
          kind: 'forward',
          to: { at: { kind: 'firewall', firewallKey: session.boxKey }, flow },
        },
      };
    }
    if (session !== undefined && network.perimeter.applicationGateways.has(session.boxKey)) {
      return {
        hop,
        next: {
          kind: 'forward',
          to: {
            at: { kind: 'application-gateway', gatewayKey: session.boxKey, frontendKey: '' },
            flow,
          },
        },
      };
    }
  }

  const owners = findOwner(
    network,
    flow.destination,
    placement === undefined ? {} : { vnetKey: placement.vnet.key },
  ).filter((found) => !found.isGuess);
  const owner = owners.find((found) => found.certainty === 'yes')?.owner;
  if (owner?.kind === 'firewall-private') {
    return {
      hop,
      next: {
        kind: 'forward',
        to: { at: { kind: 'firewall', firewallKey: owner.firewall.firewall.key }, flow },
      },
    };
  }
  if (owner?.kind === 'private-endpoint') {
    return {
      hop,
      next: {
        kind: 'forward',
        to: { at: { kind: 'private-endpoint', endpointKey: owner.endpoint.key }, flow },
      },
    };
  }
  if (owner?.kind === 'service-frontend') {
    // A front end has no interface: the NSG of the nodes' subnet decides (aks.md 8.5), in the load balancer's hop.
    return {
      hop,
      next: {
        kind: 'forward',
        to: {
          at: { kind: 'service-frontend', cluster: owner.cluster, frontend: owner.frontend },
          flow,
        },
      },
    };
  }

  const conditions: MissingFact[] = [];
  if (placement !== undefined && journey.direction === 'forward') {
    const verdict = inboundVerdict(network, placement, flow);
    if (verdict !== undefined) {
      steps.push(stepOf('nsg', verdict));
      if (verdict.kind === 'deny')
        return stop({ kind: 'stop', disposition: { kind: 'denied', by: verdict.by } });
      if (verdict.kind === 'unknown') conditions.push(...verdict.why);
    }
  }
  const said = conditions.length > 0 ? { conditions } : {};
  if (owner?.kind === 'application-gateway-frontend') {
    return {
      hop,
      next: {
        kind: 'forward',
        to: {
          at: {
            kind: 'application-gateway',
            gatewayKey: owner.gatewayKey,
            frontendKey: owner.frontendKey,
          },
          flow,
        },
      },
      ...said,
    };
  }
  const reply = {
    at: {
      kind: 'leaving-subnet',
      subnetKey: at.subnetKey,
      sender: formatAddress(flow.destination),
    } as const,
    flow: replyTo(flow),
  };
  if (deliverTo !== undefined) {
    return {
      hop,
      next: {
        kind: 'forward',
        to: {
          at: {
            kind: 'entering-pod',
            cluster: deliverTo.cluster,
            pod: deliverTo.pod,
            from: { kind: 'address', address: flow.source },
            arrival: 'direct',
            reply,
          },
          flow,
        },
      },
      ...said,
    };
  }
  const to = owner === undefined ? formatAddress(flow.destination) : ownerName(owner);
  const disposition = { kind: 'delivered', to } as const;
  return { hop, next: { kind: 'stop', disposition, reply }, ...said };
}

/** The verdict of the subnet's NSG; none when there is none. A group that is not in the input decides nothing for sure. */
export function inboundVerdict(
  network: Network,
  placement: SubnetPlacement,
  flow: Flow,
): Verdict | undefined {
  const link = placement.networkSecurityGroup;
  if (link.kind === 'none') return undefined;
  if (link.kind === 'found') {
    return evaluateNsg(network, link.target, 'Inbound', flow, { subnetKey: placement.subnet.key });
  }
  const why = [
    link.kind === 'dangling'
      ? { missing: `network security group \`${link.id}\` (not in the input)`, at: link.at }
      : { missing: link.unknown.missing, at: link.unknown.at },
  ];
  return { kind: 'unknown', by: { kind: 'rule', name: 'network security group' }, why };
}

function ownerName(owner: { readonly kind: string }): string {
  return owner.kind.replaceAll('-', ' ');
}
