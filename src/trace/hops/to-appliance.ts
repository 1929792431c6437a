import { ALL_IPV4, equalIp, formatIp } from '../../net/index.ts';
import { type FoundOwner, findOwner } from '../../network/index.ts';
import type { FlowAddress } from '../../semantics/flow.ts';
import { routeDecider } from '../../semantics/routes/concrete.ts';
import type { MissingFact } from '../../semantics/verdict.ts';
import { isUnknown } from '../../values/index.ts';
import { isPrivate } from '../is-private.ts';
import type { HopResult } from '../journey.ts';
import { sameAddress } from '../session.ts';
import { formatAddress } from '../step-of.ts';
import type { Following } from './following.ts';

/** The next hop is an appliance: the firewall whose address it is, or something whose rules we do not have. */
export function toAppliance(here: Following): HopResult {
  const { network, placement, route, routed, stop } = here;
  const by = routeDecider(route);
  const stopUnknown = (missing: string): HopResult =>
    stop({ kind: 'unknown', why: [{ missing, ...(by.at === undefined ? {} : { at: by.at }) }] });
  const [nextHop] = route.nextHops;
  if (nextHop === undefined) {
    routed('an appliance whose address is missing');
    return stop({ kind: 'no-route', by });
  }
  if (route.nextHops.length > 1) {
    routed(`one of ${route.nextHops.length} appliances`);
    return stopUnknown(`which of the ${route.nextHops.length} appliances takes the flow`);
  }
  if (isUnknown(nextHop) && nextHop.symbol === undefined) {
    routed('an appliance whose address is not known');
    return stopUnknown(nextHop.missing);
  }
  const address: FlowAddress = isUnknown(nextHop)
    ? {
        kind: 'within',
        addresses: ALL_IPV4,
        label: nextHop.text,
        ...(nextHop.symbol === undefined ? {} : { symbol: nextHop.symbol }),
      }
    : { kind: 'exact', ip: nextHop };
  const from = placement === undefined ? {} : { vnetKey: placement.vnet.key };
  const owners = findOwner(network, address, from).filter(({ isGuess }) => !isGuess);
  const found = owners.find(({ owner }) => owner.kind === 'firewall-private');
  const number = isUnknown(nextHop) ? '' : `${formatIp(nextHop)} `;
  if (found !== undefined) return toFirewall(here, found, number, by.at);
  if (owners.length > 0) {
    routed(`${number}an appliance that is not an Azure Firewall`);
    return stopUnknown(`what the appliance at ${formatAddress(address)} lets through`);
  }
  const apart = firewallElsewhere(here, address);
  if (apart !== undefined) {
    routed(`${number}firewall ${apart.name}, in a network that is not connected`);
    return stopUnknown(apart.missing);
  }
  routed(`${number}where nothing in the input is`);
  return stopUnknown(`what is at ${formatAddress(address)}`);
}

/** The firewall that is meant is in the input, and its network is not connected to this one (AZN-03). */
function firewallElsewhere(
  { network, placement }: Following,
  address: FlowAddress,
): { readonly name: string; readonly missing: string } | undefined {
  const found = findOwner(network, address).find(
    ({ owner, certainty }) => owner.kind === 'firewall-private' && certainty === 'yes',
  );
  if (found?.owner.kind !== 'firewall-private' || placement === undefined) return undefined;
  const { firewall, subnet } = found.owner.firewall;
  if (subnet.kind !== 'found') return undefined;
  const there = subnet.target.vnet.name;
  const own = placement.vnet.name;
  const missing = `whether ${own} is connected to ${there}, where firewall ${firewall.name} is (a peering has two halves)`;
  return { name: firewall.name, missing };
}

function toFirewall(
  here: Following,
  found: FoundOwner,
  number: string,
  at: MissingFact['at'],
): HopResult {
  const { route, routed, stop, forward } = here;
  if (found.owner.kind !== 'firewall-private')
    return stop({ kind: 'no-route', by: routeDecider(route) });
  const { firewall } = found.owner.firewall;
  routed(`${number}firewall ${firewall.name}`);
  // E5: the subnet of the firewall routed to the firewall: it gets its own packet back.
  if (here.at.firewallKey === firewall.key) {
    return stop({ kind: 'loop', through: [firewall.name, here.hop.name] });
  }
  const onward = forward({ kind: 'firewall', firewallKey: firewall.key });
  const placed = at === undefined ? {} : { at };
  const astray = otherInstance(here, firewall.key, firewall.name);
  const doubts = astray === undefined ? [] : [{ missing: astray, ...placed }];
  if (found.certainty === 'yes') {
    return doubts.length === 0 ? onward : { ...onward, doubts };
  }
  const assumption = `${number.trim()} is the private address of firewall ${firewall.name}`;
  const { likely } = found.address;
  const [nextHop] = route.nextHops;
  const isLikely =
    likely !== undefined &&
    nextHop !== undefined &&
    !isUnknown(nextHop) &&
    equalIp(likely, nextHop);
  // AZN-21: a firewall usually gets the first usable address. Taken as such and said, never silently. Should another
  // number be written, the flow may go to something else altogether.
  if (!isLikely) doubts.push({ missing: `whether ${assumption}`, ...placed });
  return {
    ...onward,
    ...(isLikely ? { assumptions: [assumption] } : {}),
    ...(doubts.length === 0 ? {} : { doubts }),
  };
}

/**
 * E4: an answer to one instance that is routed to the firewall's load-balanced address may land on another instance,
 * which never saw the request.
 */
function otherInstance(
  { flow, journey, route }: Following,
  firewallKey: string,
  name: string,
): string | undefined {
  if (journey.direction !== 'return' || !isPrivate(flow.destination)) return undefined;
  const isToInstance = journey.sessions.some(
    ({ boxKey, left, arrived }) =>
      boxKey === firewallKey &&
      left.source !== arrived.source &&
      sameAddress(left.source, flow.destination),
  );
  return isToInstance
    ? `which instance of ${name} gets the answer: route ${route.name} leads to the address they share`
    : undefined;
}
