import {
  addressSetCovers,
  addressSetsOverlap,
  intersectAddresses,
  isEmptyAddressSet,
  subtractAddresses,
} from '../../net/index.ts';
import { findOwner, peerTo, type SubnetPlacement, vnetReaches } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { type Branch, goesOn, open, provided, type Step, within } from '../branch.ts';
import { enteringSubnet } from './entering-subnet.ts';
import { firewall } from './firewall.ts';
import type { Routed } from './leaving-subnet.ts';

/** Delivered inside the virtual network, or over a peering: into the subnets that hold the destinations. */
export function intoNetwork(here: Routed): readonly Step[] {
  const { world, at, branch } = here;
  const from = world.network.subnets.get(at.subnetKey)?.vnet.key;
  const subnets = visibleSubnets(here, from);
  const { destination } = branch.header;
  if (destination.kind === 'one-of') {
    const owner =
      destination.symbol === undefined
        ? undefined
        : findOwner(world.network, { ...destination, kind: 'within' }, vnet(from)).find(
            (found) => found.certainty === 'yes',
          )?.owner;
    if (owner?.kind === 'firewall-private') {
      return [goesOn(branch, firewall(world, owner.firewall.firewall.key))];
    }
    const hits = subnets.filter((each) =>
      addressSetsOverlap(each.addresses, destination.addresses),
    );
    const sure = hits.find(
      (each) =>
        addressSetCovers(each.addresses, destination.addresses) &&
        isSurelyReached(here, from, each),
    );
    const only = sure ?? (hits.length === 1 ? hits[0] : undefined);
    if (only === undefined) {
      return [open(branch, { missing: `which subnet holds ${destination.label}` })];
    }
    if (sure !== undefined) return into(here, branch, only);
    const doubt = { missing: `whether ${destination.label} lies in ${only.subnet.name}` };
    return [...into(here, provided(branch, doubt), only), open(branch, doubt)];
  }
  const steps: Step[] = [];
  let left = branch.bounds.destinations ?? { v4: [0, 0xffff_ffff], v6: [] };
  for (const subnet of subnets) {
    const inside = intersectAddresses(subnet.addresses, left);
    if (isEmptyAddressSet(inside)) continue;
    left = subtractAddresses(left, inside);
    const part = within(branch, { destinations: inside });
    if (part !== undefined) {
      const there = { ...part, bounds: { ...part.bounds, destinations: inside } };
      if (isSurelyReached(here, from, subnet)) steps.push(...into(here, there, subnet));
      else {
        const doubt = { missing: `whether the destination lies in ${subnet.subnet.name}` };
        steps.push(...into(here, provided(there, doubt), subnet), open(there, doubt));
      }
    }
  }
  const rest = isEmptyAddressSet(left) ? undefined : within(branch, { destinations: left });
  if (rest !== undefined) steps.push(open(rest, { missing: 'which subnet holds the destination' }));
  return steps;
}

/** A peering whose state nobody knows leads to its network, or does not. */
function isSurelyReached(
  { world }: Routed,
  from: string | undefined,
  { vnet }: SubnetPlacement,
): boolean {
  return from === undefined || vnetReaches(world.network, from, vnet.key) === 'yes';
}

function into(here: Routed, branch: Branch, subnet: SubnetPlacement): readonly Step[] {
  const { world } = here;
  const doubt = overPeering(here, branch, subnet);
  const place = enteringSubnet(world, subnet.subnet.key);
  return doubt === undefined
    ? [goesOn(branch, place)]
    : [goesOn(provided(branch, doubt), place), open(branch, doubt)];
}

/** Subnets of the own network first, then of those it is peered with. */
function visibleSubnets({ world }: Routed, from: string | undefined): readonly SubnetPlacement[] {
  const all = [...world.network.subnets.values()];
  if (from === undefined) return all;
  const own = all.filter((each) => each.vnet.key === from);
  const peers = all.filter(
    (each) => each.vnet.key !== from && vnetReaches(world.network, from, each.vnet.key) !== 'no',
  );
  return [...own, ...peers];
}

/** azure-networking 2.5: forwarded packets need allowForwardedTraffic on the receiving side; documented, and measured otherwise. */
function overPeering({ world, at }: Routed, branch: Branch, target: SubnetPlacement) {
  const { network } = world;
  const own = network.subnets.get(at.subnetKey)?.vnet;
  if (at.firewallKey === undefined || at.isAnswer || own === undefined) return undefined;
  if (own.key === target.vnet.key) return undefined;
  const { source } = branch.header;
  const space = network.vnets.get(own.key)?.addresses;
  const sources = source.kind === 'one-of' ? source.addresses : branch.bounds.sources;
  if (space !== undefined && sources !== undefined && addressSetCovers(space, sources)) {
    return undefined;
  }
  const peering = peerTo(network, target.vnet.key, own.key)?.peering;
  if (peering === undefined || peering.allowForwardedTraffic === true) return undefined;
  const allows = peering.allowForwardedTraffic;
  if (isUnknown(allows)) return { missing: allows.missing, at: allows.at };
  const name = `peering ${peering.name} of ${target.vnet.name}`;
  const missing = `whether ${name} takes forwarded packets (allowForwardedTraffic is not true)`;
  return { missing, at: peering.at };
}

function vnet(key: string | undefined): { readonly vnetKey?: string } {
  return key === undefined ? {} : { vnetKey: key };
}
