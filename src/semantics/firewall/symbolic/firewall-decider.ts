import {
  type Condition,
  type FlowBox,
  type FlowRegion,
  type FlowRule,
  needing,
} from '../../../flows/index.ts';
import type {
  ApplicationRule,
  DnatRule,
  FirewallPolicy,
  NetworkRule,
  RuleCollection,
  RuleCollectionGroup,
} from '../../../model/index.ts';
import { isUnknown, type Uncertain, type Unknown } from '../../../values/index.ts';
import type { Decider } from '../../verdict.ts';

export type FirewallStage =
  | 'threat intelligence'
  | 'dns proxy'
  | 'explicit proxy'
  | 'dnat'
  | 'implicit dnat'
  | 'network rules'
  | 'application rules'
  | 'infrastructure'
  | 'default';

/** Who decides in a firewall. What the decision rests on is told as far as somebody wrote it. */
export interface FirewallDecider extends Decider {
  readonly stage: FirewallStage;
  readonly rule?: NetworkRule | ApplicationRule | DnatRule;
  readonly collection?: RuleCollection;
  /** Absent for classic rules, as is the policy. */
  readonly group?: RuleCollectionGroup;
  readonly policy?: FirewallPolicy;
}

export type Passage = 'allow' | 'deny';

/** One entry of a firewall's ordered list. */
export type FirewallRule = FlowRule<Passage, FirewallDecider>;

/** Where a collection was written, for those who decide by it. */
export function originOf({
  collection,
  group,
  policy,
}: Pick<FirewallDecider, 'collection' | 'group' | 'policy'>): Pick<
  FirewallDecider,
  'collection' | 'group' | 'policy'
> {
  return {
    ...(collection === undefined ? {} : { collection }),
    ...(group === undefined ? {} : { group }),
    ...(policy === undefined ? {} : { policy }),
  };
}

/** What an unknown leaves open. */
export function conditionOf({ missing, at }: Unknown): Condition {
  return { missing, at };
}

/** The region with the action; an action nobody knows is both, the last of them for certain. */
export function acting(
  region: FlowRegion,
  action: Uncertain<'Allow' | 'Deny'>,
  by: FirewallDecider,
): FirewallRule[] {
  if (region.length === 0) return [];
  if (!isUnknown(action)) return [{ region, effect: action === 'Allow' ? 'allow' : 'deny', by }];
  return [
    { region: needing(region, [conditionOf(action)]), effect: 'allow', by },
    { region, effect: 'deny', by },
  ];
}

/** Rules nobody can read: they may allow any flow of the region, deny it, or leave it alone. */
export function anything(
  by: FirewallDecider,
  unread: Condition,
  within: FlowBox = {},
): FirewallRule[] {
  const region = [{ ...within, needs: [unread] }];
  return [
    { region, effect: 'allow', by },
    { region, effect: 'deny', by },
  ];
}
