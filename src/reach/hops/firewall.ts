import { type AddressSet, NO_ADDRESSES, unionAddresses } from '../../net/index.ts';
import { type FirewallPlacement, findOwner, PRIVATE_IPV4 } from '../../network/index.ts';
import { resolvesThroughFirewall } from '../../semantics/dns/concrete.ts';
import type { FirewallContext } from '../../semantics/firewall/context.ts';
import {
  firewallRules,
  type InboundEffect,
  inboundRules,
  sourceTranslation,
} from '../../semantics/firewall/symbolic/index.ts';
import { answered } from '../answer/answer.ts';
import {
  type Branch,
  cut,
  type Ends,
  ends,
  goesOn,
  open,
  type Place,
  provided,
  type Step,
} from '../branch.ts';
import { type End, likeEnd } from '../header.ts';
import { livePodAt } from '../live-pods.ts';
import { clusterOfPods } from '../origins.ts';
import { split } from '../split.ts';
import { toldOnce, type World } from '../world.ts';
import { connected } from './firewall-connects.ts';
import { internet } from './internet.ts';
import { leavingSubnet } from './leaving-subnet.ts';
import { unlessFailed } from './unless-failed.ts';

/**
 * Azure Firewall, as one ordered list of everything that may decide: threat intelligence, DNAT for its own addresses, network
 * rules, application rules, the built-in collection, deny (AFW-10). What it lets through leaves with the source its stage gives it.
 */
export function firewall(world: World, key: string): Place {
  return {
    key: `firewall ${key}`,
    isOne: true,
    visit: (branch) => {
      const placement = world.network.firewalls.get(key);
      if (placement === undefined) return [open(branch, { missing: `firewall \`${key}\`` })];
      return unlessFailed(world, key, `firewall ${placement.firewall.name}`, branch, (up) =>
        decided(world, placement, up),
      );
    },
  };
}

/** First whether it is for the firewall itself, then everything that may decide about what passes it. */
function decided(world: World, placement: FirewallPlacement, branch: Branch): readonly Step[] {
  const { key, name } = placement.firewall;
  const context = contextOf(world, placement, branch);
  const told = `${key} ${context.clientResolver} ${context.location ?? ''}`;
  const own = toldOnce(world, `inbound ${told}`, () => inboundRules(placement, context));
  const inbound = cut(branch, own, { box: 'firewall', name, stage: (by) => by.stage });
  const steps = inbound.parts.flatMap(({ branch: part, effect, by }): readonly Step[] => {
    switch (effect.kind) {
      case 'deny':
        return [ends(part, { kind: 'denied', by })];
      case 'dns-proxy':
        return fromProxy(world, placement, part);
      case 'translate':
        return [
          // At a port nobody knows other rules may decide than those walked here.
          ...(typeof effect.port === 'object' ? [open(part, effect.port)] : []),
          ...sent(world, placement, part.header, translated(part, effect), context, by.stage),
        ];
      default:
        return sent(world, placement, part.header, part, context, by.stage);
    }
  });
  if (inbound.rest === undefined) return steps;
  const all = toldOnce(world, `firewall ${told}`, () => firewallRules(placement, context));
  const { parts } = cut(inbound.rest, all, { box: 'firewall', name, stage: (by) => by.stage });
  return [
    ...steps,
    ...parts.flatMap(({ branch: part, effect, by }) =>
      effect === 'deny'
        ? [ends(part, { kind: 'denied', by })]
        : passed(world, placement, part, context, by.stage),
    ),
  ];
}

function translated(branch: Branch, effect: InboundEffect & { kind: 'translate' }): Branch {
  const { addresses, label, symbol, port } = effect;
  const destination: End = {
    kind: 'one-of',
    addresses,
    label,
    ...(symbol === undefined ? {} : { symbol }),
  };
  const header = { ...branch.header, destination };
  if (port === undefined) return { ...branch, header };
  if (typeof port === 'object') return provided({ ...branch, header }, port);
  return { ...branch, header: { ...header, destinationPort: port } };
}

/** What a stage let through; application rules go to the name rather than to the address. */
function passed(
  world: World,
  placement: FirewallPlacement,
  branch: Branch,
  context: FirewallContext,
  stage: Parameters<typeof sourceTranslation>[2],
): readonly Step[] {
  if (stage !== 'application rules' && stage !== 'infrastructure') {
    return sent(world, placement, branch.header, branch, context, stage);
  }
  const isResolving = stage === 'application rules';
  const { onward, stopped } = connected(world, placement, branch, isResolving);
  const arrived = branch.header;
  return [
    ...stopped,
    ...onward.flatMap((each) => sent(world, placement, arrived, each, context, stage)),
  ];
}

/** What leaves: with the source of its stage, from the firewall's own subnet, remembered for the answer. */
function sent(
  world: World,
  placement: FirewallPlacement,
  arrived: Ends,
  branch: Branch,
  context: FirewallContext,
  stage: Parameters<typeof sourceTranslation>[2],
): readonly Step[] {
  const { firewall: view } = placement;
  const rules = toldOnce(world, `snat ${view.key} ${stage}`, () =>
    sourceTranslation(placement, context, stage),
  );
  const { parts, rest } = cut(branch, rules, { box: 'firewall', name: view.name, stage: 'snat' });
  const steps = parts.flatMap(({ branch: each, effect }): readonly Step[] => {
    const { source: before, destination } = each.header;
    const source: End = effect.kind === 'kept' ? before : { ...effect.source, kind: 'one-of' };
    const session = {
      kind: 'firewall',
      firewallKey: view.key,
      before: { source: arrived.source, destination: arrived.destination },
      after: { source, destination },
    } as const;
    const sessions = [...each.sessions, session];
    const onward = { ...each, sessions, header: { ...each.header, source } };
    return onwardFrom(world, placement, toLivePod(world, onward));
  });
  return rest === undefined
    ? steps
    : [...steps, open(rest, { missing: `which source ${view.name} gives it` })];
}

/** A rule may name the address of a running pod. */
function toLivePod({ network }: World, branch: Branch): Branch {
  if (branch.deliverTo !== undefined) return branch;
  const pod = livePodAt(network, branch.header.destination);
  const cluster = clusterOfPods(network);
  return pod === undefined || cluster === undefined
    ? branch
    : { ...branch, deliverTo: { cluster, pod } };
}

/** Routed on by the firewall's own subnet; to a public address of a firewall there is no way but the internet. */
function onwardFrom(
  world: World,
  { firewall: view, subnet }: FirewallPlacement,
  branch: Branch,
): readonly Step[] {
  if (subnet.kind !== 'found') {
    const { inside, outside } = split(branch, 'destination', PRIVATE_IPV4);
    const missing = `the network of ${view.name} (its subnet is not in the input)`;
    return [
      ...(inside === undefined ? [] : [open(inside, { missing, at: view.at })]),
      ...(outside === undefined ? [] : [goesOn(outside, internet(world))]),
    ];
  }
  const { key } = subnet.target.subnet;
  const place = leavingSubnet(world, { subnetKey: key, firewallKey: view.key });
  const { destination } = branch.header;
  if (destination.kind === 'one-of') {
    const [owned] = findOwner(world.network, likeEnd(destination));
    const isFirewall = owned?.certainty === 'yes' && owned.owner.kind === 'firewall-public';
    return [goesOn(branch, isFirewall ? internet(world) : place)];
  }
  const { inside, outside } = split(branch, 'destination', firewallAddresses(world));
  return [
    ...(inside === undefined ? [] : [goesOn(inside, internet(world))]),
    ...(outside === undefined ? [] : [goesOn(outside, place)]),
  ];
}

function firewallAddresses({ network }: World): AddressSet {
  const known = network.owners.entries.flatMap(({ owner, address }) =>
    owner.kind === 'firewall-public' && address.isExact ? [address.addresses] : [],
  );
  return unionAddresses(NO_ADDRESSES, ...known);
}

/** The proxy answers from the firewall's own subnet. */
function fromProxy(
  world: World,
  { firewall: view, subnet }: FirewallPlacement,
  branch: Branch,
): readonly Step[] {
  const arrived = { kind: 'delivered', to: `the DNS proxy of ${view.name}` } as const;
  if (subnet.kind !== 'found') return [ends(branch, arrived)];
  return answered(world, branch, arrived, {
    kind: 'leaving-subnet',
    subnetKey: subnet.target.subnet.key,
    firewallKey: view.key,
  });
}

function contextOf(world: World, placement: FirewallPlacement, branch: Branch): FirewallContext {
  const { network } = world;
  const { home } = branch;
  const vnetKey =
    home?.kind === 'subnet' ? network.subnets.get(home.subnetKey)?.vnet.key : undefined;
  const location = branch.sender?.cluster?.location ?? placement.firewall.location;
  return {
    datasets: network.perimeter.snapshot.datasets,
    ipGroups: network.perimeter.ipGroups,
    network,
    clientResolver:
      vnetKey === undefined
        ? 'unknown'
        : resolvesThroughFirewall(network, vnetKey, placement.firewall.key),
    ...(location === undefined ? {} : { location }),
  };
}
