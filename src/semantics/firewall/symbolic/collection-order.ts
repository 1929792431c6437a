import type { Place } from '../../../diagnostics/index.ts';
import { type Condition, type FlowRule, needing } from '../../../flows/index.ts';
import type { FirewallPolicy, RuleCollection, RuleCollectionGroup } from '../../../model/index.ts';
import type { FirewallPlacement } from '../../../network/index.ts';
import { isUnknown, type Uncertain } from '../../../values/index.ts';
import { conditionOf } from './firewall-decider.ts';

export type RuleKind = 'dnat' | 'network' | 'application';

/** A collection and where it was written, as far as anybody knows. */
export interface PlacedCollection {
  /** `policy/group/collection`; the collection alone for classic rules; the policy alone when its rules are not known. */
  readonly name: string;
  readonly at: Place;
  /** Absent: the rules of a policy that nobody gave us. */
  readonly collection?: RuleCollection;
  readonly group?: RuleCollectionGroup;
  readonly policy?: FirewallPolicy;
  /** Written in a parent of the firewall's own policy. */
  readonly isInherited: boolean;
  /** Set when the rules cannot be read: they may say anything. */
  readonly unread?: Condition;
}

/** What runs at one time. More than one collection: any of them may be first. */
export interface Turn {
  readonly collections: readonly PlacedCollection[];
  /** What would tell which one is. */
  readonly doubt?: Condition;
}

/**
 * Everything that may hold rules of a kind, in the order it runs.
 * @see AFW-10 one kind after the other: the caller asks for each. AFW-12 classic order. AFW-13 and AFW-17 policies: parents
 *   first, then groups, then collections. AFW-14 equal priorities
 */
export function turnsOf(placement: FirewallPlacement, kind: RuleKind): readonly Turn[] {
  const { firewall, policies, missingPolicy } = placement;
  const isSpokenFor = policies.some(({ isReference }) => isReference === true);
  const unseen =
    missingPolicy === undefined || isSpokenFor
      ? []
      : [unseenRules(missingPolicy.id, missingPolicy)];
  if (firewall.policy === undefined) {
    const written = holding(firewall.collections, kind).map((collection) => ({
      name: collection.name,
      isInherited: false,
      ...readable(collection),
    }));
    return [...unseen, ...byPriority(written, priorityOf, 'collection', ({ name }) => name)];
  }
  const own = policies.at(-1);
  return [
    ...unseen,
    ...policies.flatMap((policy) => [
      ...(policy.isReference === true ? [unseenRules(policy.id, policy)] : []),
      ...turnsOfPolicy(policy, policy !== own, kind),
    ]),
  ];
}

type Guard<Effect, By> = (
  rules: readonly FlowRule<Effect, By>[],
  needs: readonly Condition[],
) => readonly FlowRule<Effect, By>[];

/**
 * Tells the turns one after the other. Where several collections contend, each but the first is told ahead of all under the
 * doubt, and then all are told in a row: so each may decide what it holds, and one that nobody contends with surely does.
 * @param tell what one collection says, in its own order
 * @param under the same under a doubt. The usual way leaves rules of one collection overlapping: whichever of them decides,
 *   the action is the collection's, and `guarded` would be dear for long lists
 */
export function toldInTurn<Effect, By>(
  turns: readonly Turn[],
  tell: (entry: PlacedCollection) => readonly FlowRule<Effect, By>[],
  under: Guard<Effect, By> = (rules, needs) =>
    rules.map((rule) => ({ ...rule, region: needing(rule.region, needs) })),
): FlowRule<Effect, By>[] {
  const told: FlowRule<Effect, By>[] = [];
  for (const { collections, doubt } of turns) {
    const lists = collections.map(tell).filter((list) => list.length > 0);
    if (doubt !== undefined) {
      for (const list of lists.slice(1)) {
        for (const rule of under(list, [doubt])) told.push(rule);
      }
    }
    for (const list of lists) for (const rule of list) told.push(rule);
  }
  return told;
}

function turnsOfPolicy(policy: FirewallPolicy, isInherited: boolean, kind: RuleKind): Turn[] {
  const groups = policy.groups
    .map((group) => ({
      group,
      entries: holding(group.collections, kind).map((collection) => ({
        name: `${policy.name}/${group.name}/${collection.name}`,
        isInherited,
        policy,
        group,
        ...readable(collection),
      })),
    }))
    .filter(({ entries }) => entries.length > 0);
  const rounds = inRounds(groups, ({ group }) => group.priority);
  return rounds.flatMap(({ members, unknown }): Turn[] => {
    const [only] = members;
    if (only !== undefined && members.length === 1) {
      return byPriority(only.entries, priorityOf, 'collection', ({ name }) => name);
    }
    const names = members.map(({ group }) => group.name);
    return [
      {
        collections: members.flatMap(({ entries }) => entries),
        doubt: unknown ?? whichFirst('group', names),
      },
    ];
  });
}

function byPriority(
  entries: readonly PlacedCollection[],
  priority: (entry: PlacedCollection) => Uncertain<number>,
  what: 'collection',
  name: (entry: PlacedCollection) => string,
): Turn[] {
  return inRounds(entries, priority).map(({ members, unknown }) =>
    members.length === 1
      ? { collections: members }
      : { collections: members, doubt: unknown ?? whichFirst(what, members.map(name)) },
  );
}

interface Round<T> {
  readonly members: readonly T[];
  readonly unknown?: Condition;
}

/** Lower numbers first, equal ones together (AFW-11, AFW-14). One number that is not known may be any: all are together. */
function inRounds<T>(entries: readonly T[], priority: (entry: T) => Uncertain<number>): Round<T>[] {
  if (entries.length < 2) return entries.length === 0 ? [] : [{ members: entries }];
  const rounds = new Map<number, T[]>();
  for (const entry of entries) {
    const number = priority(entry);
    if (isUnknown(number)) return [{ members: entries, unknown: conditionOf(number) }];
    const round = rounds.get(number);
    if (round === undefined) rounds.set(number, [entry]);
    else round.push(entry);
  }
  return [...rounds].sort(([a], [b]) => a - b).map(([, members]) => ({ members }));
}

function priorityOf(entry: PlacedCollection): Uncertain<number> {
  return entry.collection?.priority ?? Number.NEGATIVE_INFINITY;
}

function whichFirst(what: 'group' | 'collection', names: readonly string[]): Condition {
  const quoted = names.map((name) => `\`${name}\``);
  const last = quoted.pop();
  return {
    missing: `which rule ${what} of equal priority runs first: ${quoted.join(', ')} and ${last}`,
  };
}

/** A collection that cannot be read may hold rules of every kind. */
function holding(collections: readonly RuleCollection[], kind: RuleKind): RuleCollection[] {
  return collections.filter((entry) => entry.kind === kind || entry.kind === 'unknown');
}

function readable(
  collection: RuleCollection,
): Pick<PlacedCollection, 'collection' | 'at' | 'unread'> {
  const { at } = collection;
  return collection.kind === 'unknown'
    ? { collection, at, unread: conditionOf(collection.unknown) }
    : { collection, at };
}

function unseenRules(id: string, { at }: { readonly at: Place }): Turn {
  const name = id.slice(id.lastIndexOf('/') + 1);
  const unread = { missing: `the rules of \`${name}\` (not in the input)`, at };
  return { collections: [{ name, at, isInherited: true, unread }] };
}
