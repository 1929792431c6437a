import type {
  ApplicationRule,
  AzureFirewall,
  DnatRule,
  FirewallPolicy,
  NetworkRule,
  RuleCollection,
  RuleCollectionGroup,
} from '../../../model/index.ts';
import type { FirewallPlacement } from '../../../network/index.ts';
import type { CheckContext } from '../finding.ts';

/** A rule collection and the firewall or policy that holds it. */
export interface CollectionSubject {
  readonly collection: RuleCollection;
  readonly holder: AzureFirewall | FirewallPolicy;
  /** Absent for classic rules. */
  readonly group?: RuleCollectionGroup;
}

export interface RuleSubject<Rule> extends CollectionSubject {
  readonly rule: Rule;
}

/** Every collection, classic or in a policy, once, in the order of the input. */
export function collectionsOf(context: CheckContext): readonly CollectionSubject[] {
  const { firewalls, firewallPolicies } = context.perimeter;
  return [
    ...[...firewalls.values()].flatMap((holder) =>
      holder.collections.map((collection) => ({ collection, holder })),
    ),
    ...[...firewallPolicies.values()].flatMap((holder) =>
      holder.groups.flatMap((group) =>
        group.collections.map((collection) => ({ collection, holder, group })),
      ),
    ),
  ];
}

export function networkRulesOf(context: CheckContext): readonly RuleSubject<NetworkRule>[] {
  return collectionsOf(context).flatMap((subject) =>
    subject.collection.kind === 'network'
      ? subject.collection.rules.map((rule) => ({ ...subject, rule }))
      : [],
  );
}

export function applicationRulesOf(context: CheckContext): readonly RuleSubject<ApplicationRule>[] {
  return collectionsOf(context).flatMap((subject) =>
    subject.collection.kind === 'application'
      ? subject.collection.rules.map((rule) => ({ ...subject, rule }))
      : [],
  );
}

export function dnatRulesOf(context: CheckContext): readonly RuleSubject<DnatRule>[] {
  return collectionsOf(context).flatMap((subject) =>
    subject.collection.kind === 'dnat'
      ? subject.collection.rules.map((rule) => ({ ...subject, rule }))
      : [],
  );
}

export type AnyRule = NetworkRule | ApplicationRule | DnatRule;

/** Every rule of every readable collection. */
export function rulesOf(context: CheckContext): readonly RuleSubject<AnyRule>[] {
  return [...dnatRulesOf(context), ...networkRulesOf(context), ...applicationRulesOf(context)];
}

/** Firewalls that exist in the input (not only named by it). */
export function firewallsOf(context: CheckContext): readonly FirewallPlacement[] {
  return [...context.network.firewalls.values()].filter(
    (placement) => placement.firewall.isReference !== true,
  );
}

/** `group/collection/rule`, as a person finds it in the portal. */
export function rulePath(subject: RuleSubject<AnyRule>): string {
  const group = subject.group === undefined ? '' : `${subject.group.name}/`;
  return `${group}${subject.collection.name}/${subject.rule.name}`;
}

/** Is the collection's action certainly (or possibly) Allow? Unknown counts as possible. */
export function mayAllow(collection: RuleCollection): boolean {
  if (collection.kind === 'dnat') return true;
  if (collection.kind === 'unknown') return false;
  return collection.action !== 'Deny';
}
