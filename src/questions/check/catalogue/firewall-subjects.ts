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
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, type Judgement, type SubjectCheck } from '../judge.ts';

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

type RuleCheck<Rule extends AnyRule> = Omit<SubjectCheck<RuleSubject<Rule>>, 'key'>;

/** A catalogue entry that judges each rule. A collection that could not be read may hold any rule: it stays undecided. */
export function eachRule<Rule extends AnyRule>(definition: RuleCheck<Rule>): Check {
  const { subjects, judge, ...rest } = definition;
  return eachSubject<RuleSubject<Rule> | CollectionSubject>({
    ...rest,
    subjects: (context) => [...subjects(context), ...unreadCollections(context)],
    key: (subject) => ('rule' in subject ? subject.rule.key : subject.collection.key),
    judge: (subject, context) =>
      'rule' in subject ? judge(subject, context) : unreadable(subject.collection),
  });
}

/** `eachRule` for rules that let flows through: under an unknown action a failure stays undecided. */
export function eachAllowRule<Rule extends AnyRule>(definition: RuleCheck<Rule>): Check {
  const { subjects, judge, ...rest } = definition;
  return eachRule<Rule>({
    ...rest,
    subjects: (context) => subjects(context).filter(({ collection }) => mayAllow(collection)),
    judge: (subject, context) => {
      const { collection } = subject;
      const action = 'action' in collection ? collection.action : 'Allow';
      const judged = judge(subject, context);
      const all = Array.isArray(judged) ? judged : [judged as Judgement];
      if (!isUnknown(action) || !all.some((one) => one.kind === 'fails')) return judged;
      return {
        kind: 'undecided',
        message: `Whether ${rulePath(subject)} allows or denies is not known.`,
        missing: action.missing,
        at: action.at,
      };
    },
  });
}

function unreadCollections(context: CheckContext): readonly CollectionSubject[] {
  return collectionsOf(context).filter(({ collection }) => collection.kind === 'unknown');
}

function unreadable(collection: RuleCollection): Judgement {
  return {
    kind: 'undecided',
    message: `What rule collection ${collection.name} holds is not known.`,
    missing: collection.kind === 'unknown' ? collection.unknown.missing : 'its rules',
    at: collection.at,
  };
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
