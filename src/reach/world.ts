import type { ClusterPlacement, Network } from '../network/index.ts';
import type { Budget } from '../packets/index.ts';
import { type PolicySet, parsePolicies } from '../semantics/network-policy/index.ts';
import type { ClusterView } from '../semantics/network-policy/symbolic/cluster-view.ts';
import { type Failures, NO_FAILURES } from './failures.ts';

/** What every box of one question shares. */
export interface World {
  readonly network: Network;
  readonly policies: PolicySet;
  readonly budget?: Budget;
  /** What is taken as down. */
  readonly failures: Failures;
  /** Lists told once per box and asked by many branches. */
  readonly told: Map<string, readonly unknown[]>;
}

export function worldOf(
  network: Network,
  options: { readonly budget?: Budget; readonly failures?: Failures } = {},
): World {
  return {
    network,
    policies: parsePolicies(network.perimeter.kubernetes).value,
    failures: options.failures ?? NO_FAILURES,
    told: new Map(),
    ...(options.budget === undefined ? {} : { budget: options.budget }),
  };
}

/** A list of rules, told at most once per question. */
export function toldOnce<T>(world: World, key: string, tell: () => readonly T[]): readonly T[] {
  const known = world.told.get(key);
  if (known !== undefined) return known as readonly T[];
  const list = tell();
  world.told.set(key, list);
  return list;
}

/** A cluster as its network policies see it. */
export function policyView({ policies }: World, cluster: ClusterPlacement): ClusterView {
  return { policies, engine: cluster.policyEngine, ranges: cluster };
}
