import type { FactId } from '../../../facts/index.ts';
import {
  type Condition,
  distinctConditions,
  type FlowRegion,
  intersectRegions,
  needing,
} from '../../../flows/index.ts';
import type { Decider } from '../../verdict.ts';
import type { Policy, Rule } from '../policy.ts';
import type { CoveringPolicy } from './coverage-of-pod.ts';
import {
  allow,
  anyOfLists,
  bare,
  byCertainty,
  deny,
  EVERYWHERE,
  intersectUpTo,
  type PolicyRule,
  within,
} from './rule-lists.ts';
import { regionOfRule } from './rule-region.ts';
import { type Sight, UNPORTED } from './sight.ts';
import type { Tier } from './tiers.ts';
import { TRAITS } from './told-engines.ts';

/**
 * What the tiers of one pod and direction make of flows with one other end: a complete list.
 * @param otherwise who allows what no tier decides
 * @param comesBack the flow reaches the pod itself through a Service (K8P-15)
 */
export function rulesOfTiers(
  tiers: readonly Tier[],
  sight: Sight,
  otherwise: Decider,
  comesBack: boolean,
): readonly PolicyRule[] {
  return tiers.reduceRight<readonly PolicyRule[]>(
    (next, tier) => rulesOfTier(tier, sight, next, comesBack),
    [allow(otherwise)],
  );
}

function rulesOfTier(
  tier: Tier,
  sight: Sight,
  next: readonly PolicyRule[],
  comesBack: boolean,
): readonly PolicyRule[] {
  const first = deciderOf(tier.ranks[0]![0]!.policy);
  if (comesBack && tier.kind === 'policies') {
    const missing = 'what the engine does with a pod that reaches itself through its Service';
    return openList(first, EVERYWHERE, { missing, ...placed(first) });
  }
  const regions = regionsOnce(sight);
  let list = endOfTier(tier, next, regions);
  for (const rank of [...tier.ranks].reverse()) {
    list = rulesOfRank(rank, tier, regions, list, next);
  }
  if (tier.kind === 'policies' && TRAITS[sight.engine].leavesOtherProtocolsOpen) {
    // K8P-18.
    const open = UNPORTED.flatMap((protocol) => {
      const missing = `what the engine does with ${protocol.toUpperCase()} (NetworkPolicy defines TCP, UDP and SCTP)`;
      return openList(first, [{ protocols: [protocol] }], { missing, ...placed(first) });
    });
    return [...open, ...list];
  }
  return list;
}

function openList(by: Decider, region: FlowRegion, need: Condition): readonly PolicyRule[] {
  return [allow(by, needing(region, [need])), deny(by, region)];
}

/** Denied by whoever isolates; policies that isolate only perhaps leave the rest to the next tier as well. */
function endOfTier(
  { deniesUnmatched, ranks }: Tier,
  next: readonly PolicyRule[],
  regions: RegionsOf,
): readonly PolicyRule[] {
  const isolating = deniesUnmatched ? ranks.flat().filter(({ isolates }) => isolates) : [];
  const sure = isolating.filter(({ doubts }) => doubts.length === 0);
  if (sure.length > 0) return [deny(deciderOf(sure[0]!.policy))];
  if (isolating.length === 0) return next;
  // What each of them matches for sure none of them denies for being unmatched.
  const matched = isolating
    .map(({ rules }) =>
      rules.flatMap((rule) => (rule.action === 'log' ? [] : byCertainty(regions(rule)).certain)),
    )
    .reduce<FlowRegion | undefined>((a, b) => a && intersectUpTo(a, b, MATCHED_MAX), EVERYWHERE);
  return [
    ...within(next, matched ?? []),
    ...isolating.map((one) => deny(deciderOf(one.policy), [{ needs: one.doubts }])),
    ...next,
  ];
}

/** Beyond so many boxes the answer is left open where it could be told. */
const MATCHED_MAX = 2048;

/** `on`: none of the rank decides. */
type Outcome =
  | { readonly kind: 'allow' | 'deny'; readonly by: Decider }
  | { readonly kind: 'pass' }
  | { readonly kind: 'on' };

/** Flows for which each of these may become so. */
interface Entry {
  readonly region: FlowRegion;
  readonly outcomes: readonly Outcome[];
  /** What tells which, when there are several. */
  readonly needs: readonly Condition[];
}

type RegionsOf = (rule: Rule) => FlowRegion;

function rulesOfRank(
  rank: readonly CoveringPolicy[],
  tier: Tier,
  regions: RegionsOf,
  after: readonly PolicyRule[],
  next: readonly PolicyRule[],
): readonly PolicyRule[] {
  const rules = rank.flatMap((one) => one.rules.filter(({ action }) => action !== 'log'));
  const actions = new Set(rules.map(({ action }) => action));
  if (actions.size === 0) return after;
  const only = rules[0]!.action;
  if (actions.size === 1 && only !== 'pass') {
    // One effect: the rules add up, and doubts about a policy are needs of its rules.
    const say = only === 'deny' ? deny : allow;
    const added = rank.flatMap((one) =>
      one.rules.flatMap((rule) => {
        const region = rule.action === 'log' ? [] : regions(rule);
        return region.length === 0
          ? []
          : [say(deciderOfRule(one, rule), needing(region, one.doubts))];
      }),
    );
    return [...added, ...after];
  }
  const titles = rank.map(({ policy }) => policy.title).join(', ');
  const missing = `which of ${titles} comes first (they share one priority)`;
  const entries = rank
    .map((one) => entriesOf(one, regions))
    .reduce((a, b) => besides(a, b, tier.hasRivals ? [{ missing }] : []));
  let list = after;
  for (const entry of [...entries].reverse()) {
    list = [...rulesOfEntry(entry, list, after, next), ...list];
  }
  return list;
}

function entriesOf(covering: CoveringPolicy, regions: RegionsOf): readonly Entry[] {
  return covering.rules
    .flatMap((rule): Entry[] => {
      if (rule.action === 'log') return [];
      const region = regions(rule);
      const outcome: Outcome =
        rule.action === 'pass'
          ? { kind: 'pass' }
          : { kind: rule.action, by: deciderOfRule(covering, rule) };
      const { doubts } = covering;
      if (doubts.length === 0) return [{ region, outcomes: [outcome], needs: [] }];
      const { certain, uncertain } = byCertainty(region);
      return [
        { region: certain, outcomes: [outcome, { kind: 'on' } as const], needs: doubts },
        { region: needing(uncertain, doubts), outcomes: [outcome], needs: [] },
      ];
    })
    .filter(({ region }) => region.length > 0);
}

/** Two policies without order: either may decide what both match, one alone decides what only it matches. */
function besides(
  a: readonly Entry[],
  b: readonly Entry[],
  rivals: readonly Condition[],
): readonly Entry[] {
  const entries: Entry[] = [];
  const add = (entry: Entry): void => {
    if (entry.region.length > 0) entries.push(entry);
  };
  for (const one of a) {
    // What holds only perhaps adds a way and takes none.
    const { certain, uncertain } = byCertainty(one.region);
    add({ ...one, region: uncertain });
    if (certain.length === 0) continue;
    for (const other of b) {
      const kinds = new Set([...one.outcomes, ...other.outcomes].map(({ kind }) => kind));
      if (kinds.size === 1 && !kinds.has('on')) continue;
      const split = byCertainty(other.region);
      add({ ...other, region: intersectRegions(certain, split.uncertain) });
      const mayGoOn = [one, other].every(({ outcomes }) => outcomes.some(isOn));
      const outcomes: readonly Outcome[] = [
        ...[...one.outcomes, ...other.outcomes].filter((outcome) => !isOn(outcome)),
        ...(mayGoOn ? [{ kind: 'on' } as const] : []),
      ];
      kinds.delete('on');
      const needs = distinctConditions(one.needs, other.needs, kinds.size > 1 ? rivals : []);
      add({ region: intersectRegions(certain, split.certain), outcomes, needs });
    }
    add({ ...one, region: certain });
  }
  return [...entries, ...b];
}

function isOn({ kind }: Outcome): boolean {
  return kind === 'on';
}

/**
 * @param list what follows the entry
 * @param after what follows the rank
 * @param next the next tier
 */
function rulesOfEntry(
  { region, outcomes, needs }: Entry,
  list: readonly PolicyRule[],
  after: readonly PolicyRule[],
  next: readonly PolicyRule[],
): readonly PolicyRule[] {
  const ways = outcomes.map((outcome): readonly PolicyRule[] => {
    if (outcome.kind === 'pass') return next;
    if (outcome.kind === 'on') return after;
    return [outcome.kind === 'allow' ? allow(outcome.by) : deny(outcome.by)];
  });
  const isFinal = outcomes.every(({ kind }) => kind === 'allow' || kind === 'deny');
  const decided = anyOfLists(ways, needs);
  if (isFinal) return within(decided, region);
  // Where the entry holds only perhaps, its ways and what follows it are alternatives.
  const { certain, uncertain } = byCertainty(region);
  return [
    ...(certain.length === 0 ? [] : within(decided, certain)),
    ...uncertain.flatMap((box) =>
      within(anyOfLists([decided, list], [...needs, ...(box.needs ?? [])]), [bare(box)]),
    ),
  ];
}

function regionsOnce(sight: Sight): RegionsOf {
  const known = new Map<Rule, FlowRegion>();
  return (rule) => {
    const found = known.get(rule);
    if (found !== undefined) return found;
    const region = regionOfRule(rule, sight);
    known.set(rule, region);
    return region;
  };
}

const FACT_OF: Readonly<Record<Policy['type'], FactId>> = {
  network: 'K8P-04',
  admin: 'K8P-04',
  calico: 'K8P-30',
  cilium: 'K8P-40',
};

/** Who denies what no rule of the policy allows. */
function deciderOf(policy: Policy): Decider {
  return { kind: 'rule', name: policy.title, at: policy.at, fact: FACT_OF[policy.type] };
}

/** Rules may share a place, where one line of a page stands for several: the rule itself is told as well. */
export interface PolicyDecider extends Decider {
  readonly rule: Rule;
}

function deciderOfRule({ policy }: CoveringPolicy, rule: Rule): PolicyDecider {
  return { kind: 'rule', name: policy.title, at: rule.at, rule };
}

function placed({ at }: Decider): Pick<Condition, 'at'> {
  return at === undefined ? {} : { at };
}
