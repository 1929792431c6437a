import type { FlowRule } from '../../flows/index.ts';
import type { AzureFirewall, RuleCollection } from '../../model/index.ts';
import { formatAddressSet } from '../../net/index.ts';
import type { FirewallPlacement, Network } from '../../network/index.ts';
import { placeFirewalls } from '../../network/place-firewalls.ts';
import type { FirewallContext } from '../../semantics/firewall/context.ts';
import { collectionsInOrder, type RuleType } from '../../semantics/firewall/processing-order.ts';
import { applicationStageRules } from '../../semantics/firewall/symbolic/application-stage.ts';
import {
  dnatRules,
  type FirewallDecider,
  type FirewallRule,
  type FirewallStage,
  type InboundEffect,
  networkStageRules,
} from '../../semantics/firewall/symbolic/index.ts';
import type { Decider } from '../../semantics/verdict.ts';
import { isUnknown } from '../../values/index.ts';
import { sentToFirewall } from './arriving.ts';
import type { PerimeterList } from './perimeter-list.ts';
import type { Action } from './rule-list.ts';

/**
 * Two lists per firewall: what it does with flows addressed to itself, and what with flows through it. The second holds network
 * rules and, behind them, application rules (AFW-10): a network rule may leave nothing to an application rule.
 */
export function firewallLists(network: Network): readonly PerimeterList[] {
  return [...network.firewalls.values(), ...unusedPolicies(network)].flatMap((placement) => {
    const context = contextOf(network, placement);
    return [dnatList(placement, context), outboundList(network, placement, context)].filter(
      ({ list, writtenAs }) => list.rules.some(({ by }) => writtenAs(by) !== undefined),
    );
  });
}

function dnatList(placement: FirewallPlacement, context: FirewallContext): PerimeterList {
  const told = dnatRules(placement, context).map(({ region, effect, by }) => ({
    region,
    effect: inboundAction(effect),
    by,
  }));
  return {
    ...common(placement),
    list: {
      name: `DNAT rules of ${placement.firewall.name}`,
      rules: [...told, ...silentRules(placement, 'dnat', told)],
    },
  };
}

function outboundList(
  network: Network,
  placement: FirewallPlacement,
  context: FirewallContext,
): PerimeterList {
  const ofNetwork = underTheirNames(placement, networkStageRules(placement, context));
  // A proxy opens a connection of its own: allowed either way, and not the same thing.
  const ofApplication = applicationStageRules(placement, context).map((rule) =>
    rule.effect === 'allow' ? { ...rule, effect: 'allow/proxied' } : rule,
  );
  const told = [...ofNetwork, ...ofApplication];
  const arriving = sentToFirewall(network, placement);
  return {
    ...common(placement),
    list: {
      name: `network and application rules of ${placement.firewall.name}`,
      rules: [
        ...told,
        ...silentRules(placement, 'network', told),
        ...silentRules(placement, 'application', told),
      ],
      otherwise: 'deny',
      ...(arriving === undefined ? {} : { arriving }),
    },
  };
}

function common({ firewall }: FirewallPlacement): Omit<PerimeterList, 'list'> {
  return {
    box: `${firewall.key.endsWith(AS_FIREWALL) ? 'firewall policy' : 'firewall'} ${firewall.name}`,
    writtenAs: (by) => (isWritten(by) ? by.rule : undefined),
    actionOf: (by) => {
      const collection = (by as FirewallDecider).collection;
      return collection === undefined ? undefined : writtenAction(collection);
    },
  };
}

/** What follows from a DNAT rule by itself is not what somebody wrote. */
function isWritten(by: Decider): by is FirewallDecider & Required<Pick<FirewallDecider, 'rule'>> {
  const { rule, stage } = by as FirewallDecider;
  return rule !== undefined && stage !== 'implicit dnat';
}

function writtenAction(collection: RuleCollection): Action | undefined {
  if (collection.kind !== 'network' && collection.kind !== 'application') return undefined;
  return isUnknown(collection.action) ? undefined : collection.action.toLowerCase();
}

/** Rules of which nothing is told, because they hold no flow. */
function silentRules(
  placement: FirewallPlacement,
  type: RuleType,
  told: readonly FlowRule<Action, FirewallDecider>[],
): readonly FlowRule<Action, FirewallDecider>[] {
  const known = new Set(told.map(({ by }) => by.rule));
  const stage: FirewallStage = type === 'dnat' ? 'dnat' : `${type} rules`;
  return collectionsInOrder(placement, type).flatMap((entry) => {
    if (entry.kind !== 'known' || entry.collection.kind !== type) return [];
    const { collection, name } = entry;
    return collection.rules
      .filter((rule) => !known.has(rule))
      .map((rule) => ({
        region: [],
        effect: writtenAction(collection) ?? 'allow',
        by: { kind: 'rule', name: `${name}/${rule.name}`, at: rule.at, stage, rule, collection },
      }));
  });
}

/** What becomes of a share of a rule that cannot leave (AFW-33) is told under a name of its own; it is the rule's all the same. */
function underTheirNames(
  placement: FirewallPlacement,
  rules: readonly FirewallRule[],
): readonly FirewallRule[] {
  const names = new Map<object, string>();
  for (const entry of collectionsInOrder(placement, 'network')) {
    if (entry.kind !== 'known' || entry.collection.kind !== 'network') continue;
    for (const rule of entry.collection.rules) names.set(rule, `${entry.name}/${rule.name}`);
  }
  return rules.map((told) => {
    const { by } = told;
    const name = isWritten(by) && by.kind === 'platform' ? names.get(by.rule) : undefined;
    return name === undefined ? told : { ...told, by: { ...by, name } };
  });
}

function inboundAction(effect: InboundEffect): Action {
  if (effect.kind !== 'translate') return effect.kind;
  const { addresses, symbol, label, port, name } = effect;
  const all = Number.POSITIVE_INFINITY;
  const to = name ?? symbol ?? (label === '' ? formatAddressSet(addresses, all) : label);
  const last =
    port === undefined ? '' : typeof port === 'number' ? `:${port}` : `: ${port.missing}`;
  return `to ${to}${last}`;
}

const AS_FIREWALL = '#as-firewall';

/** Policies that no firewall of the input runs, nor any of their children: as a firewall would run them that has nothing else. */
function unusedPolicies(network: Network): readonly FirewallPlacement[] {
  const { firewallPolicies } = network.perimeter;
  const used = new Set(
    [...network.firewalls.values()].flatMap(({ policies }) => policies.map(({ key }) => key)),
  );
  for (const { basePolicy } of firewallPolicies.values()) {
    if (basePolicy?.kind === 'reference') used.add(basePolicy.key);
  }
  const firewalls = [...firewallPolicies.values()]
    .filter(({ key }) => !used.has(key))
    .map((policy): [string, AzureFirewall] => {
      const key = policy.key + AS_FIREWALL;
      const { id, name, at, settings, skuTier } = policy;
      const firewall: AzureFirewall = {
        key,
        id,
        name,
        at,
        zones: [],
        tags: {},
        skuName: 'AZFW_VNet',
        skuTier,
        ipConfigurations: [],
        policy: { kind: 'reference', key: policy.key, id, at },
        hubPublicAddresses: [],
        collections: [],
        settings,
        minCapacity: undefined,
      };
      return [key, firewall];
    });
  const perimeter = { ...network.perimeter, firewalls: new Map(firewalls) };
  return [...placeFirewalls(perimeter, network.subnets).values()];
}

function contextOf(network: Network, { firewall }: FirewallPlacement): FirewallContext {
  const { location } = firewall;
  return {
    datasets: network.perimeter.snapshot.datasets,
    ipGroups: network.perimeter.ipGroups,
    clientResolver: 'unknown',
    network,
    ...(location === undefined ? {} : { location }),
  };
}
