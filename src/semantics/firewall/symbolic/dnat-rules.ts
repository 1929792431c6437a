import {
  type Condition,
  type FlowBox,
  type FlowRegion,
  type FlowRule,
  needing,
} from '../../../flows/index.ts';
import type { DnatRule } from '../../../model/index.ts';
import { parseDomainName } from '../../../net/index.ts';
import type { FirewallPlacement } from '../../../network/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { FirewallContext } from '../context.ts';
import { type AddressLists, addressListsOf } from './address-lists.ts';
import { type PlacedCollection, type Turn, toldInTurn, turnsOf } from './collection-order.ts';
import { type DnatTarget, targetOf } from './dnat-target.ts';
import { conditionOf, type FirewallDecider, originOf } from './firewall-decider.ts';
import { guarded } from './guarded-list.ts';
import { portsOf, WITH_PORTS, withPorts } from './network-rules.ts';
import { productOf } from './region-product.ts';

/** What becomes of a flow that is addressed to the firewall. Its source is told by `sourceTranslation`. */
export type InboundEffect =
  | { readonly kind: 'deny' }
  /** The firewall itself answers. */
  | { readonly kind: 'dns-proxy' }
  /** It goes through as it is, or on by way of a proxy that is not modelled. */
  | { readonly kind: 'allow' }
  | ({ readonly kind: 'translate' } & DnatTarget);

export type InboundRule = FlowRule<InboundEffect, FirewallDecider>;

/** The collections that may hold DNAT rules, in order. Whether those of parent policies count is disputed (AFW-18). */
export function dnatTurns(placement: FirewallPlacement, context: FirewallContext): readonly Turn[] {
  const turns = turnsOf(placement, 'dnat');
  return context.inheritDnat === false
    ? turns.filter(({ collections }) => !collections.every(isWrittenInParent))
    : turns;
}

function isWrittenInParent({ collection, isInherited }: PlacedCollection): boolean {
  return collection !== undefined && isInherited;
}

/**
 * The DNAT rules in the order they run, as they are written: whom the firewall's addresses belong to is asked elsewhere.
 * @returns over flows before translation. No entry for what no rule takes
 * @see AFW-23 a match translates and allows. AFW-60, AFW-62, AFW-63, AFW-64 what a rule takes
 */
export function dnatRules(
  placement: FirewallPlacement,
  context: FirewallContext,
): readonly InboundRule[] {
  const lists = addressListsOf(context);
  const tell = (entry: PlacedCollection): InboundRule[] => {
    const { collection, unread, at, name } = entry;
    const origin = { stage: 'dnat', ...originOf(entry) } as const;
    if (unread !== undefined) {
      const by: FirewallDecider = { kind: 'rule', name, at, ...origin };
      return undecided([{}], unread, by);
    }
    if (collection?.kind !== 'dnat') return [];
    return collection.rules.flatMap((rule): InboundRule[] => {
      const region = takenBy(rule, lists, context);
      if (region.length === 0) return [];
      const by: FirewallDecider = {
        kind: 'rule',
        name: `${name}/${rule.name}`,
        at: rule.at,
        rule,
        ...origin,
      };
      return [{ region, effect: { kind: 'translate', ...targetOf(rule, context) }, by }];
    });
  };
  return toldInTurn(dnatTurns(placement, context), tell, guarded);
}

/** Nobody knows what becomes of these flows. */
export function undecided(
  region: FlowRegion,
  condition: Condition,
  by: FirewallDecider,
): InboundRule[] {
  const open = needing(region, [condition]);
  return [
    { region: open, effect: { kind: 'allow' }, by },
    { region: open, effect: { kind: 'deny' }, by },
  ];
}

function takenBy(rule: DnatRule, lists: AddressLists, context: FirewallContext): FlowRegion {
  return productOf(
    servicesOf(rule, lists),
    lists.side('destinations', rule.destinationAddresses, []),
    lists.sources(rule.sources),
    resolvable(rule, context),
  );
}

/** AFW-60, AFW-63: TCP, UDP, or `Any` of the two. */
function servicesOf(rule: DnatRule, lists: AddressLists): readonly FlowBox[] {
  const ports = portsOf(rule.destinationPorts, lists.ports);
  const spoken = protocolsOf(rule);
  const unknown = rule.protocols.filter(isUnknown).map((protocol) => {
    const box = withPorts(WITH_PORTS, ports);
    return { ...box, needs: [conditionOf(protocol), ...(box.needs ?? [])] };
  });
  return spoken.length === 0 ? unknown : [withPorts(spoken, ports), ...unknown];
}

/** The protocols a rule surely takes. */
export function protocolsOf({ protocols }: DnatRule): typeof WITH_PORTS {
  if (protocols.includes('Any')) return WITH_PORTS;
  const common = WITH_PORTS.filter((protocol) =>
    protocols.some((written) => !isUnknown(written) && written.toLowerCase() === protocol),
  );
  return common.length === WITH_PORTS.length ? WITH_PORTS : common;
}

/** AFW-64: a translated name that does not resolve makes the rule match nothing. */
function resolvable(rule: DnatRule, context: FirewallContext): FlowRegion {
  if (rule.translatedFqdn === undefined || rule.translatedAddress !== undefined) return [{}];
  const name = parseDomainName(rule.translatedFqdn);
  if (name === undefined) return [];
  if (context.resolve?.(name) !== undefined) return [{}];
  return [{ needs: [{ missing: `whether the firewall resolves ${name}`, at: rule.at }] }];
}
