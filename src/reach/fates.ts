import { FlowSets, type FlowUniverse, rebase, refined } from '../flows/index.ts';
import { addressSetsOverlap } from '../net/index.ts';
import { DiagramTable } from '../packets/index.ts';
import type { Decider } from '../semantics/verdict.ts';
import type { Ended } from './branch.ts';
import { conclude, type ReachCell } from './conclude.ts';
import {
  type Arrival,
  type EgressProfile,
  egressProfiles,
  endsOfProfile,
  standingOf,
  type Told,
  toldOf,
  withoutPolicies,
} from './egress-profiles.ts';
import type { Origin } from './origins.ts';
import { walkAll } from './run.ts';
import { startsOf } from './start.ts';
import type { Target } from './targets.ts';
import type { World } from './world.ts';

/** Origins that share what becomes of some of their flows. */
export interface Fate {
  /** Never empty. What is told names the first. */
  readonly origins: readonly Origin[];
  readonly cells: readonly ReachCell[];
}

/** What becomes of the flows from many origins to one target. Two cells have the same flows exactly when their numbers are equal. */
export interface Fates {
  readonly sets: FlowSets;
  readonly fates: readonly Fate[];
  /** Origins whose flows split into more ways than can be followed, and where they split most. */
  readonly tooMany: readonly { readonly origins: readonly Origin[]; readonly at: string }[];
  /** Walks, ends of their ways, and kinds of origins that were concluded apart. */
  readonly counters: { readonly walks: number; readonly ways: number; readonly profiles: number };
}

/** The walk of one origin for all that stand alike. */
interface Walk {
  readonly origins: readonly Origin[];
  readonly asked: FlowSets;
  readonly ended: readonly Ended[];
  /** Absent: the walk went through the origin's own policies. */
  readonly profiles?: readonly {
    readonly profile: EgressProfile;
    readonly told: readonly Told[];
  }[];
}

/**
 * What becomes of a flow does not hang on which other flows there are. So pods that stand alike are walked once, as if their policies
 * let everything out, and each kind of policies is laid over the ends of the ways. O(standings · walk + profiles · ends · rows).
 */
export function fatesOf(
  world: World,
  origins: readonly Origin[],
  target: Target,
  onProgress?: (done: number, total: number) => void,
): Fates | undefined {
  const walks: Walk[] = [];
  const tooMany: { origins: readonly Origin[]; at: string }[] = [];
  const groups = byStanding(world, origins, target);
  for (const [index, group] of groups.entries()) {
    onProgress?.(index, groups.length);
    const [first] = group;
    const arrivals: Arrival[] = [];
    const open = group.length === 1 ? undefined : withoutPolicies(world, first!, arrivals);
    const starts = startsOf(world, open ?? first!, target);
    const [start] = starts;
    if (start === undefined) continue;
    const walked = walkAll(starts);
    if (walked.kind === 'too-many-ways') {
      tooMany.push({ origins: group, at: walked.at });
      continue;
    }
    const walk = { origins: group, asked: start.branch.sets, ended: walked.ended };
    if (open === undefined) walks.push(walk);
    else {
      const profiles = egressProfiles(world, group, arrivals).map((profile) => ({
        profile,
        told: toldOf(profile, arrivals),
      }));
      walks.push({ ...walk, profiles });
    }
  }
  const [first] = walks;
  if (first === undefined && tooMany.length === 0) return undefined;
  const sets = first === undefined ? undefined : togetherIn(first.asked, walks);
  if (sets === undefined) return { sets: FlowSets.over(4, []), fates: [], tooMany, counters: NONE };
  return {
    sets,
    fates: walks.flatMap((walk) => fatesOfWalk(walk, sets)),
    tooMany,
    counters: {
      walks: walks.length,
      ways: walks.reduce((sum, { ended }) => sum + ended.length, 0),
      profiles: walks.reduce((sum, { profiles }) => sum + (profiles?.length ?? 1), 0),
    },
  };
}

const NONE = { walks: 0, ways: 0, profiles: 0 };

function byStanding(
  world: World,
  origins: readonly Origin[],
  target: Target,
): readonly (readonly Origin[])[] {
  const isOwn = reachesOwnCluster(world, target);
  const groups = new Map<unknown, Origin[]>();
  for (const origin of origins) {
    const standing = isOwn ? undefined : standingOf(world, origin, target);
    const group = standing === undefined ? undefined : groups.get(standing);
    if (group === undefined) groups.set(standing ?? origin, [origin]);
    else group.push(origin);
  }
  return [...groups.values()];
}

/** Are addresses of Services among those asked about? Flows to them never meet the pod's policies as flows to an address. */
function reachesOwnCluster({ network }: World, { destinations, isByName }: Target): boolean {
  if (isByName === true) return false;
  return network.owners.entries.some(
    ({ owner, address }) =>
      (owner.kind === 'cluster-service' || owner.kind === 'service-frontend') &&
      (destinations === undefined || addressSetsOverlap(address.addresses, destinations)),
  );
}

function togetherIn(asked: FlowSets, walks: readonly Walk[]): FlowSets {
  const universes = new Set<FlowUniverse>();
  for (const { ended, profiles = [] } of walks) {
    for (const { branch } of ended) universes.add(branch.sets.universe);
    for (const { told } of profiles) for (const { sets } of told) universes.add(sets.universe);
  }
  universes.delete(asked.universe);
  const universe = refined([asked.universe, ...universes]);
  return new FlowSets(universe, new DiagramTable(asked.table.budget));
}

function fatesOfWalk({ origins, ended, profiles }: Walk, sets: FlowSets): readonly Fate[] {
  const moved = ended.map(({ branch, ending }): Ended => {
    const flows = rebase(branch.sets, sets, branch.flows);
    return { branch: { ...branch, sets, flows }, ending };
  });
  if (profiles === undefined) return [{ origins, cells: conclude(moved, sets, sets).cells }];
  return profiles.flatMap(({ profile, told }) => {
    const own = endsOfProfile(profile, told, moved, sets);
    return named(profile, conclude(own, sets, sets).cells);
  });
}

/** What the pods' own policies decide is told by the names of each; the rest is the same for all. */
function named(profile: EgressProfile, cells: readonly ReachCell[]): readonly Fate[] {
  const deciders = new Set<Decider>(profile.variants[0]?.names.keys());
  const isOwn = ({ by }: ReachCell): boolean => by !== undefined && deciders.has(by);
  const own = cells.filter(isOwn);
  const fates: Fate[] = [
    { origins: profile.origins, cells: cells.filter((cell) => !isOwn(cell)) },
    ...profile.variants.map(({ origins, names }): Fate => {
      const pod = `${origins[0]?.pod?.namespace}/${origins[0]?.pod?.name}`;
      const renamed = own.map((cell): ReachCell => {
        const by = cell.by === undefined ? undefined : names.get(cell.by);
        const chain = cell.chain.map((passed) =>
          names.has(passed.by) ? { ...passed, name: pod, by: names.get(passed.by)! } : passed,
        );
        return { ...cell, chain, ...(by === undefined ? {} : { by }) };
      });
      return { origins, cells: renamed };
    }),
  ];
  return fates.filter((fate) => fate.cells.length > 0);
}
