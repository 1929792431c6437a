import { findOwner, peerTo, type SubnetPlacement, subnetOf } from '../../network/index.ts';
import { matchSet } from '../../semantics/match.ts';
import type { MissingFact } from '../../semantics/verdict.ts';
import { isUnknown } from '../../values/index.ts';
import type { HopResult } from '../journey.ts';
import { sameAddress } from '../session.ts';
import { formatAddress } from '../step-of.ts';
import type { Following } from './following.ts';

/** Delivered inside the virtual network, or over a peering: into the subnet that holds the destination. */
export function intoNetwork(here: Following): HopResult {
  const { flow, journey, network, placement, route, routed, stop, forward } = here;
  routed(
    route.nextHopType === 'VnetLocal'
      ? 'direct, inside the virtual network'
      : 'direct, over the peering',
  );
  // An answer goes back to where its session began, whatever other subnet might hold such an address.
  const isHome = journey.home !== undefined && sameAddress(journey.home, flow.destination);
  const homeKey = isHome ? journey.homeSubnetKey : undefined;
  const home = homeKey === undefined ? undefined : network.subnets.get(homeKey);
  const from = placement?.vnet.key;
  const hits = home === undefined ? subnetOf(network, flow.destination, from) : [];
  const sure = home ?? hits.find((hit) => hit.certainty === 'yes')?.subnet;
  const target = sure ?? (hits.length === 1 ? hits[0]?.subnet : undefined);
  const text = formatAddress(flow.destination);
  if (target !== undefined) {
    const entered = forward({ kind: 'entering-subnet', subnetKey: target.subnet.key });
    const crossing = overPeering(here, target);
    const doubts =
      sure === undefined ? [{ missing: `whether ${text} lies in ${target.subnet.name}` }] : [];
    return {
      ...entered,
      ...crossing,
      ...(doubts.length === 0 ? {} : { doubts }),
    };
  }
  const owner = findOwner(
    network,
    flow.destination,
    from === undefined ? {} : { vnetKey: from },
  )[0];
  if (owner?.certainty === 'yes' && owner.owner.kind === 'firewall-private') {
    return forward({ kind: 'firewall', firewallKey: owner.owner.firewall.firewall.key });
  }
  return stop({ kind: 'unknown', why: [{ missing: `which subnet holds ${text}` }] });
}

/**
 * A peering hands over what a firewall forwards for somebody else only with `allowForwardedTraffic` on the object of
 * the receiving network, as its documentation says; measurements disagree. So never a denial, and not certain either
 * (azure-networking 2.5). Whether answers need it nobody says: taken not to, and said.
 */
function overPeering(
  { at, flow, journey, network, placement }: Following,
  target: SubnetPlacement,
): Pick<HopResult, 'conditions' | 'assumptions'> {
  if (at.firewallKey === undefined || placement === undefined) return {};
  if (placement.vnet.key === target.vnet.key) return {};
  const own = network.vnets.get(placement.vnet.key)?.addresses;
  if (own !== undefined && matchSet(own, flow.source).kind === 'yes') return {};
  const peering = peerTo(network, target.vnet.key, placement.vnet.key)?.peering;
  const allows = peering?.allowForwardedTraffic;
  if (peering === undefined || allows === true) return {};
  const name = `peering ${peering.name} of ${target.vnet.name}`;
  if (journey.direction === 'return') {
    return { assumptions: [`answers pass ${name} without allowForwardedTraffic`] };
  }
  const fact: MissingFact = isUnknown(allows)
    ? { missing: allows.missing, at: allows.at }
    : {
        missing: `whether ${name} takes forwarded packets (allowForwardedTraffic is not true)`,
        at: peering.at,
      };
  return { conditions: [fact] };
}
