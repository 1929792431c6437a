import {
  distinctConditions,
  type FlowRule,
  FlowSets,
  type Outcome,
  outcomesOf,
  rebase,
  refined,
} from '../flows/index.ts';
import { DiagramTable, NOTHING } from '../packets/index.ts';
import type { Decider } from '../semantics/verdict.ts';
import {
  type Branch,
  type Ended,
  type Ending,
  ends,
  goesOn,
  type Passed,
  type Place,
} from './branch.ts';
import { readThrough } from './header.ts';
import { leavingNode, STATIC_EGRESS } from './hops/leaving-node.ts';
import { egressOf } from './hops/leaving-pod.ts';
import type { Origin } from './origins.ts';
import type { Target } from './targets.ts';
import type { World } from './world.ts';

type EgressRule = FlowRule<'allow' | 'deny', Decider>;

/**
 * Equal for origins that nothing outside the pod tells apart: one node pool, one address as far as it shows, no tunnel of their own.
 * `undefined` for what is told apart from everything: an origin that is no pod, or that reaches something of its own cluster.
 */
export function standingOf({ network }: World, origin: Origin, target: Target): string | undefined {
  const { pod, pool, cluster, vnetKey } = origin;
  if (pod === undefined || cluster === undefined || vnetKey === undefined) return undefined;
  if (target.pod !== undefined || target.called !== undefined) return undefined;
  if (!pod.hostNetwork && pod.annotations[STATIC_EGRESS] !== undefined) return undefined;
  const hasLiveNodes = network.perimeter.kubernetes.nodes.length > 0;
  return JSON.stringify([
    cluster.name,
    pool?.pool.key,
    pod.hostNetwork,
    hasLiveNodes ? pod.nodeName : undefined,
    pod.hostNetwork ? undefined : pod.address,
  ]);
}

/** Flows that reached the policies of the pod that sends, before they were looked at, and the place in trails where those stand. */
export interface Arrival {
  readonly branch: Branch;
  readonly gap: Passed;
}

const ARRIVED: Ending = { kind: 'open', needs: [] };

/** A pod whose policies let everything out. What arrives there is noted, so that the policies of many can be asked afterwards. */
export function withoutPolicies(
  world: World,
  origin: Origin,
  arrivals: Arrival[],
): Origin | undefined {
  const { pod, cluster, pool } = origin;
  if (pod === undefined || cluster === undefined) return undefined;
  const place: Place = {
    key: origin.place.key,
    visit: (branch) => {
      const by = { kind: 'default', name: `arrival ${arrivals.length}` } as const;
      const gap = policyOf(origin, by);
      arrivals.push({ branch, gap });
      const onward = { ...branch, trail: [...branch.trail, gap] };
      // Ended as well: so what is behind the flows is known of those that will be stopped here.
      return [ends(onward, ARRIVED), goesOn(onward, leavingNode(world, cluster, pool, pod))];
    },
  };
  return { ...origin, place };
}

/** Pods of one standing whose egress policies say the same of what arrives, whatever the policies are called. */
export interface EgressProfile {
  /** Never empty; the first is the one that is told. */
  readonly origins: readonly Origin[];
  /** By arrival: what the policies say, in the words of the first origin's. */
  readonly rules: readonly (readonly EgressRule[])[];
  /** The same pods, by what their policies are called. */
  readonly variants: readonly EgressVariant[];
}

export interface EgressVariant {
  readonly origins: readonly Origin[];
  /** What decides in the place of each decider of `rules`. */
  readonly names: ReadonlyMap<Decider, Decider>;
}

/** O(pods · their policies), once for all that stand alike. */
export function egressProfiles(
  world: World,
  origins: readonly Origin[],
  arrivals: readonly Arrival[],
): readonly EgressProfile[] {
  const words = new Map<object, string>();
  // Pods of one class share one list.
  const variants = new Map<object, Mutable<EgressVariant>>();
  const profiles = new Map<
    string,
    { rules: readonly (readonly EgressRule[])[]; variants: Map<string, Mutable<EgressVariant>> }
  >();
  for (const origin of origins) {
    const { pod, cluster } = origin;
    if (pod === undefined || cluster === undefined) continue;
    const told = egressOf(world, cluster, pod);
    const same = variants.get(told);
    if (same !== undefined) {
      same.origins.push(origin);
      continue;
    }
    const rules = arrivals.map(({ branch }) => readThrough(told, branch.header, branch.bounds));
    const all = rules.flat();
    const by = all.map((rule) => rule.by);
    const said = all.map(({ effect, region }, index) => [
      effect,
      // Rules of one name are told together: which they are is part of what is said.
      by.findIndex(({ name }) => name === by[index]!.name),
      region.map((box) => worded(box, words)),
    ]);
    const says = JSON.stringify([rules.map(({ length }) => length), said]);
    const called = JSON.stringify(by.map(({ name, at }) => [name, at?.source.file, at?.offset]));
    let profile = profiles.get(says);
    if (profile === undefined) {
      profile = { rules, variants: new Map() };
      profiles.set(says, profile);
    }
    const variant = profile.variants.get(called);
    if (variant !== undefined) {
      variant.origins.push(origin);
      variants.set(told, variant);
      continue;
    }
    const names = new Map(profile.rules.flat().map((rule, index) => [rule.by, by[index]!]));
    const made = { origins: [origin], names };
    profile.variants.set(called, made);
    variants.set(told, made);
  }
  return [...profiles.values()].map(({ rules, variants }) => {
    const all = [...variants.values()];
    return { rules, variants: all, origins: all.flatMap((variant) => variant.origins) };
  });
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] };

/** Sets are written once each: policies share them. */
function worded(box: object, words: Map<object, string>): unknown {
  return Object.entries(box).map(([key, value]: [string, unknown]) => {
    if (typeof value !== 'object' || value === null) return [key, value];
    let text = words.get(value);
    if (text === undefined) {
      text = JSON.stringify(key === 'needs' ? needsOf(value) : value, (_, each: unknown) =>
        typeof each === 'bigint' ? `${each}n` : each,
      );
      words.set(value, text);
    }
    return [key, text];
  });
}

/** Without the places, which carry whole files of line starts. */
function needsOf(needs: object): unknown {
  return (needs as readonly { readonly missing: string }[]).map(({ missing }) => missing);
}

/** What a profile's policies make of one arrival. */
export interface Told {
  readonly arrival: Arrival;
  readonly sets: FlowSets;
  readonly outcomes: readonly Outcome<EgressRule>[];
}

export function toldOf({ rules }: EgressProfile, arrivals: readonly Arrival[]): readonly Told[] {
  return arrivals.map((arrival, index): Told => {
    const own = rules[index]!;
    const { sets, flows } = arrival.branch;
    const universe = refined(
      [sets.universe],
      own.flatMap(({ region }) => region),
    );
    if (universe === sets.universe)
      return { arrival, sets, outcomes: outcomesOf(sets, own, flows) };
    const finer = new FlowSets(universe, new DiagramTable(sets.table.budget));
    const moved = rebase(sets, finer, flows);
    return { arrival, sets: finer, outcomes: outcomesOf(finer, own, moved) };
  });
}

/**
 * How the ways of a profile's flows end: those its policies stop, and those they let out, as they went on from there.
 * @param beyond the ends of all ways without policies, in `sets`
 */
export function endsOfProfile(
  profile: EgressProfile,
  told: readonly Told[],
  beyond: readonly Ended[],
  sets: FlowSets,
): readonly Ended[] {
  const [first] = profile.origins;
  const ended: Ended[] = [];
  for (const { branch, ending } of beyond) {
    const gap = told.find(({ arrival }) => branch.trail.includes(arrival.gap));
    // Ended before the pod's policies saw it: its name leads nowhere.
    if (gap === undefined) ended.push({ branch, ending });
  }
  for (const { arrival, sets: own, outcomes } of told) {
    const { gap } = arrival;
    const ways = beyond.filter(({ branch }) => branch.trail.includes(gap));
    for (const { rule, flows: decided, needs } of outcomes) {
      if (rule === undefined) continue;
      const passed = policyOf(first!, rule.by);
      const flows = rebase(own, sets, decided);
      const isStopped = rule.effect === 'deny';
      for (const { branch, ending } of ways) {
        if ((ending === ARRIVED) !== isStopped) continue;
        const both = sets.table.mask(branch.flows, flows);
        if (both === NOTHING) continue;
        const all = distinctConditions(branch.needs, needs);
        const trail = branch.trail.map((each) => (each === gap ? passed : each));
        const end: Ending = isStopped ? { kind: 'denied', by: rule.by } : ending;
        ended.push({ branch: { ...branch, flows: both, needs: all, trail }, ending: end });
      }
    }
  }
  return ended;
}

export function policyOf({ pod }: Origin, by: Decider): Passed {
  return { box: 'pod', name: `${pod?.namespace}/${pod?.name}`, stage: 'egress policy', by };
}
