import type { Place } from '../../diagnostics/index.ts';
import type { FirewallPolicy, RuleCollection, RuleCollectionGroup } from '../../model/index.ts';
import type { FirewallPlacement } from '../../network/index.ts';
import { isUnknown, type Uncertain } from '../../values/index.ts';
import type { MissingFact } from '../verdict.ts';

export type RuleType = 'dnat' | 'network' | 'application';

/** A collection where it stands in the order, or the place of rules that nobody gave us. */
export type OrderedCollection =
  | {
      readonly kind: 'known';
      readonly collection: RuleCollection;
      /** Absent for classic rules. */
      readonly policy?: FirewallPolicy;
      readonly group?: RuleCollectionGroup;
      /** `policy/group/collection`, or the collection alone for classic rules. */
      readonly name: string;
      /** The policy is not the firewall's own but a parent of it. */
      readonly isInherited: boolean;
    }
  | {
      readonly kind: 'missing';
      readonly name: string;
      readonly why: MissingFact;
      readonly at: Place;
    };

/** Collections whose mutual order cannot be told: nearly always exactly one. */
export interface Rank {
  /** More than one: in array order, then by name. */
  readonly collections: readonly OrderedCollection[];
  /** Set when there is more than one. */
  readonly doubt?: MissingFact;
  /** Equal priorities (AFW-14), as opposed to priorities that are not known. */
  readonly isTie: boolean;
}

export type ProcessingOrder = Readonly<Record<RuleType, readonly Rank[]>>;

/**
 * The rules of a firewall as it runs them: one list per type, all of DNAT before all of network before all of
 * application rules. A collection that could not be read stands in every list; so does a policy that is missing,
 * before its children. Remembered per placement. O(collections × log collections).
 * @param inheritDnat do DNAT rules of parent policies count? Sources disagree (AFW-18); the newer one says yes
 * @see AFW-10 types, AFW-12 classic order, AFW-13 policy order, AFW-14 ties
 */
export function orderedRules(placement: FirewallPlacement, inheritDnat = true): ProcessingOrder {
  const cache = inheritDnat ? withParentDnat : withoutParentDnat;
  const known = cache.get(placement);
  if (known !== undefined) return known;
  const order: ProcessingOrder = {
    dnat: ranksOf(placement, 'dnat').filter((rank) => inheritDnat || !isParentOnly(rank)),
    network: ranksOf(placement, 'network'),
    application: ranksOf(placement, 'application'),
  };
  cache.set(placement, order);
  return order;
}

/** The collections of one type one after the other, ties and unknown priorities in the order written. */
export function collectionsInOrder(
  placement: FirewallPlacement,
  type: RuleType,
): readonly OrderedCollection[] {
  return orderedRules(placement)[type].flatMap((rank) => rank.collections);
}

const withParentDnat = new WeakMap<FirewallPlacement, ProcessingOrder>();
const withoutParentDnat = new WeakMap<FirewallPlacement, ProcessingOrder>();

function isParentOnly(rank: Rank): boolean {
  return rank.collections.every((entry) => entry.kind === 'known' && entry.isInherited);
}

function ranksOf(placement: FirewallPlacement, type: RuleType): readonly Rank[] {
  const { firewall, policies, missingPolicy } = placement;
  if (firewall.policy === undefined) {
    const known = ofType(firewall.collections, type).map((collection) => ({
      kind: 'known' as const,
      collection,
      name: collection.name,
      isInherited: false,
    }));
    const ranks = rankByPriority(known, (entry) => entry.collection.priority);
    return missingPolicy === undefined ? ranks : [missingRank(missingPolicy), ...ranks];
  }
  const ranks: Rank[] = [];
  // A parent that is not in the input comes before everybody we know (AFW-13).
  const isInChain = policies.some((policy) => policy.isReference === true);
  if (missingPolicy !== undefined && !isInChain) ranks.push(missingRank(missingPolicy));
  for (const policy of policies) {
    if (policy.isReference === true) ranks.push(missingRank({ id: policy.id, at: policy.at }));
    ranks.push(...ranksOfPolicy(policy, policy !== policies.at(-1), type));
  }
  return ranks;
}

/** Groups by priority, inside each the collections by priority. Groups in doubt make all their collections one rank. */
function ranksOfPolicy(policy: FirewallPolicy, isInherited: boolean, type: RuleType): Rank[] {
  const groups = policy.groups
    .map((group) => ({
      group,
      priority: group.priority,
      entries: ofType(group.collections, type).map((collection) => ({
        kind: 'known' as const,
        collection,
        policy,
        group,
        name: `${policy.name}/${group.name}/${collection.name}`,
        isInherited,
      })),
    }))
    .filter((group) => group.entries.length > 0);
  const ranks: Rank[] = [];
  for (const step of rankValues(groups, (group) => group.priority)) {
    const only = step.values[0];
    if (step.values.length === 1 && only !== undefined) {
      ranks.push(...rankByPriority(only.entries, (entry) => entry.collection.priority));
      continue;
    }
    const collections = step.values.flatMap((group) =>
      rankByPriority(group.entries, (entry) => entry.collection.priority).flatMap(
        (rank) => rank.collections,
      ),
    );
    const names = step.values.map((group) => `\`${group.group.name}\``);
    ranks.push({ collections, doubt: doubtOf('group', names, step), isTie: step.isTie });
  }
  return ranks;
}

type Known = Extract<OrderedCollection, { kind: 'known' }>;

function rankByPriority(
  entries: readonly Known[],
  priority: (entry: Known) => Uncertain<number>,
): Rank[] {
  return rankValues(entries, priority).map((step) => {
    if (step.values.length === 1) return { collections: step.values, isTie: false };
    const names = step.values.map((entry) => `\`${entry.name}\``);
    return {
      collections: step.values,
      doubt: doubtOf('collection', names, step),
      isTie: step.isTie,
    };
  });
}

interface RankedValues<T> {
  readonly values: readonly T[];
  readonly isTie: boolean;
  /** The priority nobody knows, when that is why they stand together. */
  readonly unknown?: MissingFact;
}

/**
 * Values by priority, equal ones together. One unknown priority makes all of them one step: it may come anywhere.
 * The sort is stable, so ties keep the order they were written in.
 */
function rankValues<T>(
  values: readonly T[],
  priority: (value: T) => Uncertain<number>,
): RankedValues<T>[] {
  const unknown = values.map(priority).find((value) => isUnknown(value));
  if (unknown !== undefined && values.length > 1) {
    const fact = { missing: unknown.missing, at: unknown.at };
    return [{ values, isTie: false, unknown: fact }];
  }
  const steps: { values: T[]; isTie: boolean; priority: Uncertain<number> }[] = [];
  const sorted = [...values].sort((a, b) => Number(priority(a)) - Number(priority(b)));
  for (const value of sorted) {
    const last = steps.at(-1);
    if (last !== undefined && last.priority === priority(value)) {
      last.values.push(value);
      last.isTie = true;
    } else {
      steps.push({ values: [value], isTie: false, priority: priority(value) });
    }
  }
  return steps;
}

function doubtOf(
  what: 'group' | 'collection',
  names: readonly string[],
  step: { readonly isTie: boolean; readonly unknown?: MissingFact },
): MissingFact {
  if (step.unknown !== undefined) return step.unknown;
  const listed = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return { missing: `which rule ${what} of equal priority runs first: ${listed}` };
}

function ofType(collections: readonly RuleCollection[], type: RuleType): RuleCollection[] {
  return collections.filter((entry) => entry.kind === type || entry.kind === 'unknown');
}

function missingRank(policy: { readonly id: string; readonly at: Place }): Rank {
  const name = policy.id.split('/').at(-1) ?? policy.id;
  const why = { missing: `the rules of \`${name}\` (not in the input)`, at: policy.at };
  return { collections: [{ kind: 'missing', name, why, at: policy.at }], isTie: false };
}
