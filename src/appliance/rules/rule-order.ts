import type { Gap } from '../../diagnostics/index.ts';
import type { FirewallPolicy, RuleCollection, RuleCollectionGroup } from '../../model/index.ts';
import type { FirewallPlacement } from '../../network/index.ts';
import { isUnknown, type Uncertain } from '../../values/index.ts';

export type CollectionKind = 'dnat' | 'network' | 'application';

/** A collection at its place, or a place where rules stand that nobody gave us. */
export interface PlacedCollection {
  /** Empty for classic rules. */
  readonly policy: string;
  readonly group: string;
  readonly collection: string;
  /** Absent: rules that could not be read. What they would match is denied, since they might deny it. */
  readonly rules?: RuleCollection;
}

export interface RuleOrder {
  readonly collections: Readonly<Record<CollectionKind, readonly PlacedCollection[]>>;
  readonly gaps: readonly Gap[];
}

/**
 * The collections of a firewall in the order it tries them, a list for each type: type beats priority and inheritance (AFW-10).
 * Where the order itself is open (equal or unknown priorities, AFW-14), denials come first: whatever the order turns out to be,
 * nothing passes that it would stop.
 */
export function ruleOrder({ firewall, policies, missingPolicy }: FirewallPlacement): RuleOrder {
  const gaps = new Map<string, Gap>();
  const note = (what: string, why: string) => gaps.set(`${what}\n${why}`, { what, why });
  const places: PlacedCollection[] = [];
  const missing = (id: string) => {
    const policy = id.split('/').at(-1) ?? id;
    note(`policy \`${policy}\``, 'its rules are not in the input: what they may match is denied');
    places.push({ policy, group: '', collection: '' });
  };
  if (firewall.policy === undefined) {
    if (missingPolicy !== undefined) missing(missingPolicy.id);
    const own = firewall.collections.map((rules) => placed('', '', rules));
    places.push(...inOrder(own, (why) => note(`rule collections of ${firewall.name}`, why)));
  } else {
    // AFW-13: parents first, whatever their numbers.
    const isInChain = policies.some((policy) => policy.isReference === true);
    if (missingPolicy !== undefined && !isInChain) missing(missingPolicy.id);
    for (const policy of policies) {
      if (policy.isReference === true) missing(policy.id);
      places.push(...ofPolicy(policy, note));
    }
  }
  const ofKind = (kind: CollectionKind) =>
    places.filter(({ rules }) => {
      const found = rules?.kind ?? 'unknown';
      return found === kind || found === 'unknown';
    });
  for (const place of places) {
    if (place.rules?.kind === 'unknown') {
      const why = `${place.rules.unknown.missing}: what it may match is denied`;
      note(`rule collection \`${place.collection}\``, why);
    }
  }
  return {
    collections: {
      dnat: ofKind('dnat'),
      network: ofKind('network'),
      application: ofKind('application'),
    },
    gaps: [...gaps.values()],
  };
}

function placed(policy: string, group: string, rules: RuleCollection): PlacedCollection {
  return { policy, group, collection: rules.name, rules };
}

function ofPolicy(
  policy: FirewallPolicy,
  note: (what: string, why: string) => void,
): readonly PlacedCollection[] {
  const ranks = ranksByPriority(
    policy.groups,
    (group) => group.priority,
    (why) => note(`rule collection groups of policy \`${policy.name}\``, why),
  );
  return ranks.flatMap((groups) => {
    const lists = groups.map((group: RuleCollectionGroup) =>
      inOrder(
        group.collections.map((rules) => placed(policy.name, group.name, rules)),
        (why) => note(`rule collections of group \`${group.name}\``, why),
      ),
    );
    return lists.length === 1 ? lists.flat() : denialsFirst(lists.flat());
  });
}

function inOrder(
  places: readonly PlacedCollection[],
  note: (why: string) => void,
): readonly PlacedCollection[] {
  const ranks = ranksByPriority(places, ({ rules }) => rules?.priority ?? 0, note);
  return ranks.flatMap((rank) => (rank.length === 1 ? rank : denialsFirst(rank)));
}

function denialsFirst(places: readonly PlacedCollection[]): readonly PlacedCollection[] {
  return [
    ...places.filter((place) => !isAllow(place.rules)),
    ...places.filter((place) => isAllow(place.rules)),
  ];
}

/** Only a collection that certainly lets through is one; the others may deny. */
function isAllow(collection: RuleCollection | undefined): boolean {
  switch (collection?.kind) {
    case 'dnat':
      return true;
    case 'network':
    case 'application':
      return collection.action === 'Allow';
    default:
      return false;
  }
}

/** AFW-11: lower first, equals together. One unknown priority puts all of them together: it may come anywhere. */
function ranksByPriority<T>(
  values: readonly T[],
  priority: (value: T) => Uncertain<number>,
  note: (why: string) => void,
): readonly (readonly T[])[] {
  const unknown = values.map(priority).find((value) => isUnknown(value));
  if (unknown !== undefined && values.length > 1) {
    note(`${unknown.missing}: denials are tried first`);
    return [values];
  }
  const ranks = new Map<number, T[]>();
  for (const value of values) {
    const number = Number(priority(value));
    const rank = ranks.get(number);
    if (rank === undefined) ranks.set(number, [value]);
    else rank.push(value);
  }
  if (ranks.size < values.length) {
    note('equal priorities: which runs first is not documented, so denials are tried first');
  }
  return [...ranks].sort(([a], [b]) => a - b).map(([, rank]) => rank);
}
