import type { NetworkSecurityGroup, SecurityRule } from '../../model/index.ts';
import { type AddressSet, NO_ADDRESSES } from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { MissingFact } from '../verdict.ts';
import { defaultSecurityRules } from './default-rules.ts';
import { internetTag, virtualNetworkTag } from './local-tags.ts';
import { type EndContext, type RuleEnd, ruleEnd } from './rule-end.ts';

export type Direction = 'Inbound' | 'Outbound';

export interface NsgOptions {
  /**
   * With a user route 0.0.0.0/0 on the subnet, `VirtualNetwork` was seen to become every address (AZN-33). `included`
   * (the default) follows that; `undecided` leaves it open, so a verdict that rests on it is unknown.
   */
  readonly defaultRouteInTag?: 'included' | 'undecided';
  /**
   * Set for traffic inside an overlay, which has addresses that no network holds: the rules Azure appends let it pass, and whether
   * `VirtualNetwork` in a written rule holds pods is not documented (AKS-62).
   */
  readonly overlayPods?: OverlayPods;
}

/** The pods of one cluster whose addresses are of no virtual network. */
export interface OverlayPods {
  readonly cluster: string;
  readonly addresses: AddressSet;
}

/** A rule with its ends turned into sets for one subnet. */
export interface ReadyRule {
  readonly rule: SecurityRule;
  readonly isDefault: boolean;
  readonly source: RuleEnd;
  readonly destination: RuleEnd;
  /** Unknown priority or direction: it may be anywhere in the order, or not in it at all. */
  readonly doubts: readonly MissingFact[];
}

const ready = new WeakMap<Network, WeakMap<NetworkSecurityGroup, Map<string, ReadyRule[]>>>();

/** Rules of one direction in the order tried, made once per network, group and subnet. */
export function readyRules(
  network: Network,
  nsg: NetworkSecurityGroup,
  direction: Direction,
  subnetKey: string,
  options: NsgOptions,
): readonly ReadyRule[] {
  const defaultRouteInTag = options.defaultRouteInTag ?? 'included';
  const groups = ready.get(network) ?? new WeakMap();
  ready.set(network, groups);
  const lists = groups.get(nsg) ?? new Map();
  groups.set(nsg, lists);
  const { overlayPods } = options;
  const key = `${direction} ${defaultRouteInTag} ${subnetKey} ${overlayPods?.cluster ?? ''}`;
  const known = lists.get(key);
  if (known !== undefined) return known;
  const context: EndContext = {
    network,
    virtualNetwork: virtualNetworkTag(network, subnetKey),
    internet: internetTag(network, subnetKey),
    defaultRouteInTag,
    podsInTag: podsInTag(overlayPods, 'perhaps'),
  };
  const appended: EndContext = { ...context, podsInTag: podsInTag(overlayPods, 'for certain') };
  const made = [
    ...nsg.rules.map((rule) => readyRule(rule, false, context)),
    ...defaultSecurityRules.map((rule) => readyRule(rule, true, appended)),
  ]
    .filter(({ rule }) => isUnknown(rule.direction) || rule.direction === direction)
    .sort((a, b) => orderOf(a.rule) - orderOf(b.rule));
  lists.set(key, made);
  return made;
}

function readyRule(rule: SecurityRule, isDefault: boolean, context: EndContext): ReadyRule {
  const doubts: MissingFact[] = [];
  for (const value of [rule.priority, rule.direction]) {
    if (isUnknown(value)) doubts.push({ missing: value.missing, at: value.at });
  }
  const { sourceApplicationSecurityGroups: from, destinationApplicationSecurityGroups: to } = rule;
  return {
    rule,
    isDefault,
    source: ruleEnd(rule.sources, from, `the source of rule ${rule.name}`, context),
    destination: ruleEnd(rule.destinations, to, `the destination of rule ${rule.name}`, context),
    doubts,
  };
}

function podsInTag(
  pods: OverlayPods | undefined,
  are: 'perhaps' | 'for certain',
): EndContext['podsInTag'] {
  if (pods === undefined) return { addresses: NO_ADDRESSES, possible: [] };
  const { addresses, cluster } = pods;
  if (are === 'for certain') return { addresses, possible: [] };
  const why = { missing: `whether the tag VirtualNetwork holds the pods of ${cluster}` };
  return { addresses: NO_ADDRESSES, possible: [{ addresses, why }] };
}

/** A rule of unknown priority comes first: whatever it may match, it may decide. */
function orderOf(rule: SecurityRule): number {
  return isUnknown(rule.priority) ? -1 : rule.priority;
}
