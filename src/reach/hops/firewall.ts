import type { FirewallPlacement } from '../../network/index.ts';
import { resolvesThroughFirewall } from '../../semantics/dns/concrete.ts';
import type { FirewallContext } from '../../semantics/firewall/context.ts';
import {
  firewallRules,
  type InboundEffect,
  inboundRules,
  sourceTranslation,
} from '../../semantics/firewall/symbolic/index.ts';
import {
  type Branch,
  cut,
  ends,
  goesOn,
  open,
  type Place,
  provided,
  type Step,
} from '../branch.ts';
import type { End } from '../header.ts';
import { toldOnce, type World } from '../world.ts';
import { internet } from './internet.ts';
import { leavingSubnet } from './leaving-subnet.ts';

/**
 * Azure Firewall, as one ordered list of everything that may decide: threat intelligence, DNAT for its own addresses, network
 * rules, application rules, the built-in collection, deny (AFW-10). What it lets through leaves with the source its stage gives it.
 */
export function firewall(world: World, key: string): Place {
  return {
    key: `firewall ${key}`,
    visit: (branch) => {
      const placement = world.network.firewalls.get(key);
      if (placement === undefined) return [open(branch, { missing: `firewall \`${key}\`` })];
      if (world.without.has(key)) {
        const by = {
          kind: 'platform',
          name: `firewall ${placement.firewall.name} has failed`,
        } as const;
        return [ends(branch, { kind: 'no-route', by })];
      }
      return decided(world, placement, branch);
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
        return [ends(part, { kind: 'delivered', to: `the DNS proxy of ${name}` })];
      case 'translate':
        return sent(world, placement, translated(part, effect), context, by.stage);
      default:
        return sent(world, placement, part, context, by.stage);
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
        : sent(world, placement, part, context, by.stage),
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

/** What leaves: with the source of its stage, from the firewall's own subnet, remembered for the answer. */
function sent(
  world: World,
  placement: FirewallPlacement,
  branch: Branch,
  context: FirewallContext,
  stage: Parameters<typeof sourceTranslation>[2],
): readonly Step[] {
  const { firewall: view, subnet } = placement;
  const rules = toldOnce(world, `snat ${view.key} ${stage}`, () =>
    sourceTranslation(placement, context, stage),
  );
  const { parts, rest } = cut(branch, rules, { box: 'firewall', name: view.name, stage: 'snat' });
  const before = branch.header.source;
  const steps = parts.flatMap(({ branch: each, effect }): readonly Step[] => {
    const after: End = effect.kind === 'kept' ? before : { ...effect.source, kind: 'one-of' };
    const sessions = [...each.sessions, { firewallKey: view.key, before, after }];
    const onward = { ...each, sessions, header: { ...each.header, source: after } };
    if (subnet.kind === 'found') {
      const { key } = subnet.target.subnet;
      return [goesOn(onward, leavingSubnet(world, { subnetKey: key, firewallKey: view.key }))];
    }
    return [goesOn(onward, internet(world))];
  });
  return rest === undefined
    ? steps
    : [...steps, open(rest, { missing: `which source ${view.name} gives it` })];
}

function contextOf(world: World, placement: FirewallPlacement, branch: Branch): FirewallContext {
  const { network } = world;
  const { home } = branch;
  const vnetKey =
    home?.kind === 'subnet' ? network.subnets.get(home.subnetKey)?.vnet.key : undefined;
  const location = branch.location ?? placement.firewall.location;
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
