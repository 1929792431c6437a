import type { PolicySet } from '../policy.ts';
import type { CoveringPolicy } from './coverage-of-pod.ts';
import type { Engine } from './told-engines.ts';

/** One step of an engine's order. What no policy of a tier decides is denied if one isolates, or goes to the next tier. */
export interface Tier {
  readonly kind: 'admin' | 'policies' | 'baseline';
  readonly deniesUnmatched: boolean;
  /** Cilium's deny rules, before whatever allows. */
  readonly hasOnlyDenies?: boolean;
  /** In order; policies of one rank have no order among them. */
  readonly ranks: readonly (readonly CoveringPolicy[])[];
  /** May two policies of one rank disagree (K8P-24)? Otherwise they add up (K8P-04). */
  readonly hasRivals: boolean;
}

/** @see K8P-23 admin, policies, baseline; K8P-30, K8P-38 Calico's own tiers; K8P-41 Cilium denies first */
export function tiersOf(
  covering: readonly CoveringPolicy[],
  engine: Engine,
  tiers: PolicySet['tiers'],
): readonly Tier[] {
  const admin: CoveringPolicy[] = [];
  const baseline: CoveringPolicy[] = [];
  const between: CoveringPolicy[] = [];
  for (const one of covering) {
    if (one.policy.type !== 'admin') between.push(one);
    else if (one.policy.tier === 'admin') admin.push(one);
    else baseline.push(one);
  }
  const first = adminTier('admin', admin);
  const last = adminTier('baseline', baseline);
  const all =
    engine === 'calico'
      ? amongCalicoTiers(first, last, calicoTiers(between, tiers))
      : [first, ...(engine === 'cilium' ? ciliumTiers(between) : [tier(between)]), last];
  return all.filter(({ ranks }) => ranks.length > 0);
}

function adminTier(kind: 'admin' | 'baseline', policies: readonly CoveringPolicy[]): Tier {
  return { kind, deniesUnmatched: false, ranks: byPriority(policies), hasRivals: true };
}

function tier(rank: readonly CoveringPolicy[]): Tier {
  return {
    kind: 'policies',
    deniesUnmatched: true,
    ranks: rank.length === 0 ? [] : [rank],
    hasRivals: false,
  };
}

function byPriority(policies: readonly CoveringPolicy[]): readonly (readonly CoveringPolicy[])[] {
  const priority = ({ policy }: CoveringPolicy) => (policy.type === 'admin' ? policy.priority : 0);
  return ranked(
    policies,
    (a, b) => priority(a) - priority(b),
    (a, b) => priority(a) === priority(b),
  );
}

function ciliumTiers(policies: readonly CoveringPolicy[]): readonly Tier[] {
  const having = (action: 'allow' | 'deny') =>
    policies.map((one) => ({ ...one, rules: one.rules.filter((rule) => rule.action === action) }));
  const denying = having('deny').filter(({ rules }) => rules.length > 0);
  return [{ ...tier(denying), deniesUnmatched: false, hasOnlyDenies: true }, tier(having('allow'))];
}

/** Where Kubernetes policies stand in the default tier (K8P-31). */
const ORDER_OF_KUBERNETES = 1000;

/** Where Calico keeps the admin kinds (K8P-38). */
const ORDER_OF_ADMIN = 1_000;
const ORDER_OF_BASELINE = 10_000_000;

interface CalicoTier extends Tier {
  readonly name: string;
  readonly order: number;
}

/** The built-in tiers go where their order puts them; of one order, by name. */
function amongCalicoTiers(
  admin: Tier,
  baseline: Tier,
  own: readonly CalicoTier[],
): readonly Tier[] {
  const before = (name: string, order: number) => (one: CalicoTier) =>
    one.order < order || (one.order === order && one.name < name);
  const isBeforeAdmin = before('kube-admin', ORDER_OF_ADMIN);
  const isBeforeBaseline = before('kube-baseline', ORDER_OF_BASELINE);
  return [
    ...own.filter(isBeforeAdmin),
    admin,
    ...own.filter((one) => !isBeforeAdmin(one) && isBeforeBaseline(one)),
    baseline,
    ...own.filter((one) => !isBeforeBaseline(one)),
  ];
}

function calicoTiers(
  policies: readonly CoveringPolicy[],
  tiers: PolicySet['tiers'],
): readonly CalicoTier[] {
  const names = new Set(policies.map(nameOfTier));
  // One that the input does not hold may stand anywhere: its policies are in doubt, and first is where they show.
  const order = (name: string) => tiers.get(name)?.order ?? Number.NEGATIVE_INFINITY;
  const inOrder = [...names].sort((a, b) => ascending(order(a), order(b)) || ascending(a, b));
  return inOrder.map((name) => ({
    kind: 'policies',
    name,
    order: order(name),
    deniesUnmatched: tiers.get(name)?.whenUnmatched !== 'pass',
    ranks: ranked(
      policies.filter((one) => nameOfTier(one) === name),
      (a, b) => ascending(orderOf(a), orderOf(b)) || ascending(a.policy.name, b.policy.name),
      // Where a Calico policy shares the order of Kubernetes policies, no source says which is first.
      (a, b, rank) =>
        orderOf(a) === orderOf(b) && [...rank, b].some(({ policy }) => policy.type === 'network'),
    ),
    hasRivals: true,
  }));
}

function nameOfTier({ policy }: CoveringPolicy): string {
  return policy.type === 'calico' ? policy.tier : 'default';
}

function orderOf({ policy }: CoveringPolicy): number {
  return policy.type === 'calico' ? policy.order : ORDER_OF_KUBERNETES;
}

function ascending<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Sorted, neighbours joined to ranks. */
function ranked(
  policies: readonly CoveringPolicy[],
  compare: (a: CoveringPolicy, b: CoveringPolicy) => number,
  share: (a: CoveringPolicy, b: CoveringPolicy, rank: readonly CoveringPolicy[]) => boolean,
): readonly (readonly CoveringPolicy[])[] {
  const ranks: CoveringPolicy[][] = [];
  for (const one of [...policies].sort(compare)) {
    const rank = ranks.at(-1);
    if (rank !== undefined && share(rank[0]!, one, rank)) rank.push(one);
    else ranks.push([one]);
  }
  return ranks;
}
