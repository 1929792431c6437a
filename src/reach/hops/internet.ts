import {
  ALL_IPV4,
  addressSetCovers,
  addressSetsOverlap,
  firstAddress,
  intersectAddresses,
  isEmptyAddressSet,
  subtractAddresses,
} from '../../net/index.ts';
import { type OwnedAddress, PLATFORM_ADDRESSES, PRIVATE_IPV4 } from '../../network/index.ts';
import type { Decider } from '../../semantics/verdict.ts';
import { answered } from '../answer/answer.ts';
import { type Branch, ends, goesOn, open, type Place, type Step, within } from '../branch.ts';
import type { World } from '../world.ts';
import { applicationGateway } from './application-gateway.ts';
import { firewall } from './firewall.ts';
import { loadBalancer } from './load-balancer.ts';
import { serviceFrontend } from './service-frontend.ts';

/**
 * The internet carries a flow to whoever owns the public address, in the perimeter or outside. Nobody there has, reaches or can
 * answer a private address.
 */
export function internet(world: World): Place {
  return { key: 'internet', visit: (branch) => carried(world, branch) };
}

function carried(world: World, branch: Branch): readonly Step[] {
  const { source, destination } = branch.header;
  if (source.kind === 'one-of' && addressSetCovers(PRIVATE_IPV4, source.addresses)) {
    const name = `${source.label} is a private address, which nothing on the internet can answer`;
    return [dropped(branch, { kind: 'platform', name })];
  }
  if (destination.kind === 'one-of') {
    if (addressSetCovers(PRIVATE_IPV4, destination.addresses)) {
      const name = `${destination.label} is a private address, which nothing on the internet reaches`;
      return [dropped(branch, { kind: 'platform', name })];
    }
    const { symbol } = destination;
    const own = world.network.owners.entries.find(
      ({ address }) => symbol !== undefined && address.symbol === symbol,
    );
    return own === undefined ? out(world, branch) : toOwner(world, branch, own);
  }
  return byDestination(world, branch);
}

function byDestination(world: World, branch: Branch): readonly Step[] {
  const steps: Step[] = [];
  let left = branch.bounds.destinations ?? ALL_IPV4;
  const take = (set: typeof left, go: (part: Branch) => readonly Step[]) => {
    const own = intersectAddresses(left, set);
    if (isEmptyAddressSet(own)) return;
    left = subtractAddresses(left, own);
    const part = within(branch, { destinations: own });
    if (part === undefined) return;
    steps.push(...go({ ...part, bounds: { ...part.bounds, destinations: own } }));
  };
  take(PLATFORM_ADDRESSES, (part) => {
    const name = 'the Azure host answers only its own machines';
    return [dropped(part, { kind: 'platform', name, fact: 'AZN-17' })];
  });
  take(PRIVATE_IPV4, (part) => {
    const name = 'a private address, which nothing on the internet reaches';
    return [dropped(part, { kind: 'platform', name })];
  });
  for (const owned of publicOwners(world)) {
    take(owned.address.addresses, (part) => toOwner(world, part, owned));
  }
  take(left, (part) => out(world, part));
  return steps;
}

/** Addresses on the internet that the perimeter is known to hold; what stands behind one before the bare resource. */
export function publicOwners({ network }: World): readonly OwnedAddress[] {
  const rank = ({ owner }: OwnedAddress): number =>
    owner.kind === 'public-ip' ? 2 : owner.kind === 'load-balancer-frontend' ? 1 : 0;
  return network.owners.entries
    .filter(
      ({ address, scope }) =>
        address.isExact &&
        scope.kind === 'public' &&
        firstAddress(address.addresses) !== undefined &&
        !addressSetsOverlap(address.addresses, PRIVATE_IPV4),
    )
    .sort((a, b) => rank(a) - rank(b));
}

export function toOwner(
  world: World,
  branch: Branch,
  { owner, address }: OwnedAddress,
): readonly Step[] {
  switch (owner.kind) {
    case 'firewall-public':
      return [goesOn(branch, firewall(world, owner.firewall.firewall.key))];
    case 'service-frontend':
      return [goesOn(branch, serviceFrontend(world, owner.cluster, owner.frontend))];
    case 'application-gateway-frontend':
      return [goesOn(branch, applicationGateway(world, owner.gatewayKey, owner.frontendKey))];
    case 'load-balancer-frontend':
      return [goesOn(branch, loadBalancer(world, owner.loadBalancer, owner.frontend.key))];
    case 'public-ip':
      return [
        open(branch, {
          missing: `what public IP ${owner.publicIp.name} is attached to`,
          at: owner.publicIp.at,
        }),
      ];
    default:
      return [open(branch, { missing: `what happens at ${address.label}` })];
  }
}

/** Out of the perimeter. The answer finds its way to whoever put a public address on the flow. */
function out(world: World, branch: Branch): readonly Step[] {
  if (branch.home?.kind === 'internet') {
    const missing = 'whose address the destination is (no public address in the input)';
    return [open(branch, { missing })];
  }
  const left = { kind: 'left', to: 'the internet' } as const;
  return answered(world, branch, left, { kind: 'internet' });
}

function dropped(branch: Branch, by: Decider): Step {
  return ends(branch, { kind: 'no-route', by });
}
