import {
  ALL_IPV4,
  addressSetCovers,
  addressSetsOverlap,
  firstAddress,
  intersectAddresses,
  isEmptyAddressSet,
  singleAddress,
  subtractAddresses,
} from '../../net/index.ts';
import {
  findOwner,
  type OwnedAddress,
  type Owner,
  PLATFORM_ADDRESSES,
  PRIVATE_IPV4,
} from '../../network/index.ts';
import { apiServerSymbol } from '../../semantics/api-server/public-names.ts';
import type { Decider } from '../../semantics/verdict.ts';
import { isUnknown, privateAddressOf } from '../../values/index.ts';
import { answered } from '../answer/answer.ts';
import { type Branch, ends, goesOn, open, type Place, type Step, within } from '../branch.ts';
import { type End, likeEnd, sameEnd } from '../header.ts';
import { split } from '../split.ts';
import type { World } from '../world.ts';
import { publicApiServer, unlessRefused } from './api-server.ts';
import { applicationGateway } from './application-gateway.ts';
import { enteringSubnet } from './entering-subnet.ts';
import { firewall } from './firewall.ts';
import { loadBalancer } from './load-balancer.ts';
import { serviceFrontend } from './service-frontend.ts';

/**
 * The internet carries a flow to whoever owns the public address, in the perimeter or outside. Nobody there has, reaches or can
 * answer a private address.
 */
export function internet(world: World): Place {
  return { key: 'internet', isOne: true, visit: (branch) => carried(world, branch) };
}

function carried(world: World, branch: Branch): readonly Step[] {
  const { source } = branch.header;
  // A firewall that keeps the source sends it on as it was.
  const { inside, outside } = split(branch, 'source', PRIVATE_IPV4);
  const steps = outside === undefined ? [] : towards(world, outside);
  if (inside === undefined) return steps;
  const who = source.kind === 'one-of' ? source.label : 'the sender';
  const name = `${who} is a private address, which nothing on the internet can answer`;
  return [dropped(inside, { kind: 'platform', name }), ...steps];
}

function towards(world: World, branch: Branch): readonly Step[] {
  const { destination } = branch.header;
  if (destination.kind === 'one-of') {
    if (addressSetCovers(PRIVATE_IPV4, destination.addresses)) {
      const name = `${destination.label} is a private address, which nothing on the internet reaches`;
      return [dropped(branch, { kind: 'platform', name })];
    }
    return toNumberOrSymbol(world, branch, destination);
  }
  return byDestination(world, branch);
}

/** An address that somebody put there: whoever surely has it, else a host out there. */
function toNumberOrSymbol(
  world: World,
  branch: Branch,
  destination: End & { readonly kind: 'one-of' },
): readonly Step[] {
  const api = world.network.clusters.find(
    ({ cluster }) => cluster !== undefined && destination.symbol === apiServerSymbol(cluster.key),
  );
  if (api !== undefined) return [goesOn(branch, publicApiServer(world, api))];
  const candidates = findOwner(world.network, likeEnd(destination));
  const [sure] = candidates
    .filter(({ certainty, isGuess }) => certainty === 'yes' && !isGuess)
    .sort((a, b) => rankOf(a.owner) - rankOf(b.owner));
  if (sure !== undefined) return toOwner(world, branch, sure);
  const { home, header } = branch;
  if (home?.kind !== 'internet' || sameEnd(home.source, header.source)) return out(world, branch);
  // A DNAT rule sent it out again: most likely to a front end whose number only Azure knows.
  const own = candidates.find(
    ({ owner }) => owner.kind.endsWith('-frontend') || owner.kind === 'network-interface',
  );
  if (own !== undefined) {
    return [
      open(branch, {
        missing: `whether ${destination.label === '' ? 'the destination' : destination.label} is ${own.address.label}`,
      }),
    ];
  }
  return answered(world, branch, { kind: 'left', to: 'the internet' }, { kind: 'internet' });
}

function rankOf({ kind }: Owner): number {
  return kind === 'public-ip' ? 2 : kind === 'load-balancer-frontend' ? 1 : 0;
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
  return network.owners.entries
    .filter(
      ({ address, scope }) =>
        address.isExact &&
        scope.kind === 'public' &&
        firstAddress(address.addresses) !== undefined &&
        !addressSetsOverlap(address.addresses, PRIVATE_IPV4),
    )
    .sort((a, b) => rankOf(a.owner) - rankOf(b.owner));
}

export function toOwner(
  world: World,
  branch: Branch,
  { owner, address }: Pick<OwnedAddress, 'owner' | 'address'>,
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
    case 'network-interface':
      return intoInterface(world, branch, owner.interfaceKey);
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
  return unlessRefused(world, branch, (each) => answered(world, each, left, { kind: 'internet' }));
}

function dropped(branch: Branch, by: Decider): Step {
  return ends(branch, { kind: 'no-route', by });
}

/** The public address of an interface: the platform rewrites it to the private one, and security groups see that (AZN-37). */
function intoInterface(world: World, branch: Branch, interfaceKey: string): readonly Step[] {
  const { networkInterfaces } = world.network.perimeter;
  const found = networkInterfaces.get(interfaceKey);
  const several = found?.ipConfigurations.filter(({ publicIp }) => publicIp !== undefined) ?? [];
  const [configuration] = several;
  const subnet = configuration?.subnet;
  const placed =
    subnet === undefined || isUnknown(subnet) ? undefined : world.network.subnets.get(subnet.key);
  if (found === undefined || several.length !== 1 || placed === undefined) {
    return [open(branch, { missing: `which interface has the public address` })];
  }
  const written = configuration?.privateAddress;
  const label = `network interface ${found.name}`;
  const isEmpty = isEmptyAddressSet(placed.addresses);
  const destination: End =
    written === undefined || isUnknown(written)
      ? {
          kind: 'one-of',
          addresses: isEmpty ? PRIVATE_IPV4 : placed.addresses,
          label,
          symbol: written?.symbol ?? privateAddressOf(found.key),
        }
      : { kind: 'one-of', addresses: singleAddress(written), label };
  const { header } = branch;
  const session = {
    kind: 'public-address',
    before: { source: header.source, destination: header.destination },
    after: { source: header.source, destination },
  } as const;
  const sessions = [...branch.sessions, session];
  const inside = { ...branch, sessions, header: { ...header, destination } };
  return [goesOn(inside, enteringSubnet(world, placed.subnet.key))];
}
