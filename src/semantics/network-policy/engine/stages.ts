import type { AdminPolicy, CalicoPolicy, CalicoTier } from '../policy.ts';
import type { Covering } from './coverage.ts';
import type { Engine } from './engine-profile.ts';

/**
 * One step of an engine's evaluation. Groups are tried in order; policies of one group have no order among them.
 * The first decision ends everything; `pass` ends the stage.
 */
export interface Stage {
  readonly kind: 'admin' | 'policy' | 'baseline';
  readonly name: string;
  /** What becomes of a flow that no rule decided, when an isolating policy covers the pod. */
  readonly whenUnmatched: 'deny' | 'next';
  readonly groups: readonly (readonly Covering[])[];
  /** Only rules that deny whatever others allow (K8P-41). */
  readonly onlyDenies?: true;
  /** Do the policies of a group only add up (NetworkPolicy), or may either win (K8P-24)? */
  readonly hasRivals: boolean;
}

/** The stages of one pod and direction, without the empty ones. K8P-23, K8P-30, K8P-38, K8P-41. */
export function buildStages(
  covering: readonly Covering[],
  engine: Engine,
  tiers: ReadonlyMap<string, CalicoTier>,
): readonly Stage[] {
  if (covering.length === 0) return [];
  const stages =
    engine === 'calico'
      ? calicoStages(covering, tiers)
      : [
          adminStage(covering, 'admin'),
          ...(engine === 'cilium'
            ? ciliumStages(covering)
            : [unionStage(covering.filter((one) => one.policy.type === 'network'))]),
          adminStage(covering, 'baseline'),
        ];
  return stages.filter((stage) => stage.groups.length > 0);
}

/** By ascending priority; equal priorities share a group. */
function adminStage(covering: readonly Covering[], tier: 'admin' | 'baseline'): Stage {
  const byPriority = new Map<number, Covering[]>();
  for (const one of covering) {
    if (one.policy.type !== 'admin' || one.policy.tier !== tier) continue;
    const { priority }: AdminPolicy = one.policy;
    const group = byPriority.get(priority);
    if (group === undefined) byPriority.set(priority, [one]);
    else group.push(one);
  }
  const priorities = [...byPriority.keys()].sort((a, b) => a - b);
  return {
    kind: tier,
    name: tier === 'admin' ? 'admin policies' : 'baseline policies',
    whenUnmatched: 'next',
    groups: priorities.map((priority) => byPriority.get(priority)!),
    hasRivals: true,
  };
}

function unionStage(covering: readonly Covering[]): Stage {
  return {
    kind: 'policy',
    name: 'network policies',
    whenUnmatched: 'deny',
    groups: covering.length === 0 ? [] : [covering],
    hasRivals: false,
  };
}

/** K8P-41: every deny rule first, then the union of the allow rules. */
function ciliumStages(covering: readonly Covering[]): Stage[] {
  const policies = covering.filter((one) => one.policy.type !== 'admin');
  const only = (action: 'allow' | 'deny') =>
    policies.map((one) => ({
      ...one,
      rules: one.rules.filter((compiled) => compiled.rule.action === action),
    }));
  const denying = only('deny').filter((one) => one.rules.length > 0);
  return [
    { ...unionStage(denying), name: 'Cilium deny rules', whenUnmatched: 'next', onlyDenies: true },
    unionStage(only('allow')),
  ];
}

/** Kubernetes policies sit in the default tier at this order (K8P-31). */
const KUBERNETES_ORDER = 1000;

/** The built-in tiers that hold the admin kinds (K8P-38). */
const ADMIN_TIERS = { admin: 'kube-admin', baseline: 'kube-baseline' } as const;

function calicoStages(
  covering: readonly Covering[],
  tiers: ReadonlyMap<string, CalicoTier>,
): Stage[] {
  const byTier = new Map<string, Covering[]>();
  for (const one of covering) {
    if (one.policy.type !== 'calico' && one.policy.type !== 'network') continue;
    const name = one.policy.type === 'calico' ? one.policy.tier : 'default';
    const list = byTier.get(name);
    if (list === undefined) byTier.set(name, [one]);
    else list.push(one);
  }
  // A tier the input does not hold may stand anywhere; its policies are in doubt, so first is where it shows.
  const orderOf = (name: string) => tiers.get(name)?.order ?? Number.NEGATIVE_INFINITY;
  const own = [...byTier].map(([name, policies]) => ({
    tier: name,
    stage: {
      kind: 'policy',
      name: `tier ${name}`,
      whenUnmatched: tiers.get(name)?.whenUnmatched === 'pass' ? 'next' : 'deny',
      groups: orderedGroups(policies),
      hasRivals: true,
    } satisfies Stage,
  }));
  const admin = (['admin', 'baseline'] as const).map((kind) => ({
    tier: ADMIN_TIERS[kind],
    stage: adminStage(covering, kind),
  }));
  return [...admin, ...own]
    .sort(
      (a, b) => compareNumbers(orderOf(a.tier), orderOf(b.tier)) || compareTexts(a.tier, b.tier),
    )
    .map(({ stage }) => stage);
}

/** By order, then by name. Kubernetes policies only allow: they share one group, with Calico policies of their order. */
function orderedGroups(covering: readonly Covering[]): Covering[][] {
  const sorted = [...covering].sort(
    (a, b) => compareNumbers(orderIn(a), orderIn(b)) || compareTexts(a.policy.name, b.policy.name),
  );
  const groups: Covering[][] = [];
  for (const one of sorted) {
    const last = groups.at(-1);
    const sharesOrder =
      last !== undefined &&
      orderIn(last[0]!) === orderIn(one) &&
      [...last, one].some((member) => member.policy.type === 'network');
    if (sharesOrder) last.push(one);
    else groups.push([one]);
  }
  return groups;
}

function orderIn(covering: Covering): number {
  const policy = covering.policy;
  return policy.type === 'calico' ? (policy satisfies CalicoPolicy).order : KUBERNETES_ORDER;
}

function compareNumbers(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
