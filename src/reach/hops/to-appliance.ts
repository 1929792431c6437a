import { ALL_IPV4, equalIp, formatIp } from '../../net/index.ts';
import { type AddressLike, findOwner } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { ends, goesOn, open, provided, type Step } from '../branch.ts';
import { firewall } from './firewall.ts';
import type { Routed } from './leaving-subnet.ts';

/**
 * The next hop is an appliance: a firewall of the input whose private address it is, or something whose rules nobody gave us.
 * @see AZN-21 an unwritten private address is taken for the first usable one of its subnet, and said; AFW-E05 a firewall's subnet
 *   that is routed to the firewall gets its own packets back
 */
export function toAppliance({ world, at, branch, route, by }: Routed): readonly Step[] {
  const { network } = world;
  const here = by.at === undefined ? {} : { at: by.at };
  const [nextHop, second] = route.nextHops;
  if (nextHop === undefined) return [ends(branch, { kind: 'no-route', by })];
  if (second !== undefined) {
    const missing = `which of the ${route.nextHops.length} appliances takes the flow`;
    return [open(branch, { missing, ...here })];
  }
  if (isUnknown(nextHop) && nextHop.symbol === undefined) {
    return [open(branch, { missing: nextHop.missing, ...here })];
  }
  const address: AddressLike = isUnknown(nextHop)
    ? { kind: 'within', addresses: ALL_IPV4, symbol: nextHop.symbol as string }
    : { kind: 'exact', ip: nextHop };
  const text = isUnknown(nextHop) ? nextHop.text : formatIp(nextHop);
  const vnetKey = network.subnets.get(at.subnetKey)?.vnet.key;
  const owners = findOwner(network, address, vnetKey === undefined ? {} : { vnetKey }).filter(
    ({ isGuess }) => !isGuess,
  );
  for (const { owner, certainty, address: known } of owners) {
    if (owner.kind !== 'firewall-private') continue;
    const { firewall: found } = owner.firewall;
    if (at.firewallKey === found.key) return [ends(branch, { kind: 'loop', by })];
    if (certainty === 'yes') return [goesOn(branch, firewall(world, found.key))];
    const assumption = `${text} is the private address of firewall ${found.name}`;
    const isLikely =
      known.likely !== undefined && !isUnknown(nextHop) && equalIp(known.likely, nextHop);
    if (isLikely) {
      const told = { ...branch, assumptions: [...branch.assumptions, assumption] };
      return [goesOn(told, firewall(world, found.key))];
    }
    // Another number may be something else altogether: both ways stay open.
    const doubt = { missing: `whether ${assumption}`, ...here };
    return [goesOn(provided(branch, doubt), firewall(world, found.key)), open(branch, doubt)];
  }
  const missing =
    owners.length > 0 ? `what the appliance at ${text} lets through` : `what is at ${text}`;
  return [open(branch, { missing, ...here })];
}
