import type { ApplicationRule, DnatRule, NetworkRule, RuleCollection } from '../../model/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { Flow } from '../flow.ts';
import type { Decider, Match, MissingFact, Verdict } from '../verdict.ts';
import type { OrderedCollection, Rank, RuleType } from './processing-order.ts';

export type Stage =
  | 'threat intelligence'
  | 'dns proxy'
  | 'dnat'
  | 'network rules'
  | 'application rules'
  | 'infrastructure'
  | 'default';

/** What decides the flow in some world that fits what we know. */
export interface Candidate {
  readonly stage: Stage;
  readonly action: 'allow' | 'deny' | 'unknown';
  readonly by: Decider;
  /** Why it may not be what decides, or not with this action. Empty: nothing is open about it. */
  readonly why: readonly MissingFact[];
  /** The rule that translates, for DNAT matches. */
  readonly dnat?: DnatRule;
  /** The flow that leaves when only this candidate can say so. */
  readonly leaves?: Flow;
}

/** Everything that may decide, in order. When it `ends`, the last one is certain to decide if none before it does. */
export interface Outcome {
  readonly candidates: readonly Candidate[];
  readonly ends: boolean;
}

interface RulesByType {
  readonly dnat: DnatRule;
  readonly network: NetworkRule;
  readonly application: ApplicationRule;
}

/**
 * Tries the ranks in order, the rules of a collection top-down. A rule that may match does not stop it: a later
 * rule decides in the worlds where the earlier does not (AFW-11).
 * @param match of one rule of the wanted kind
 */
export function firstMatch<K extends RuleType>(
  ranks: readonly Rank[],
  kind: K,
  match: (rule: RulesByType[K], collection: OrderedCollection) => Match,
): Outcome {
  const candidates: Candidate[] = [];
  for (const rank of ranks) {
    const outcomes = rank.collections.map((entry) => tryCollection(entry, kind, match));
    const involved = outcomes.filter((outcome) => outcome.candidates.length > 0);
    // The order inside a rank is only open when two of its collections have something to say.
    const doubt = involved.length > 1 ? rank.doubt : undefined;
    for (const candidate of involved.flatMap((outcome) => outcome.candidates)) {
      candidates.push(
        doubt === undefined ? candidate : { ...candidate, why: [...candidate.why, doubt] },
      );
    }
    if (outcomes.some((outcome) => outcome.ends)) return { candidates, ends: true };
  }
  return { candidates, ends: false };
}

const STAGES = {
  dnat: 'dnat',
  network: 'network rules',
  application: 'application rules',
} as const;

function tryCollection<K extends RuleType>(
  entry: OrderedCollection,
  kind: K,
  match: (rule: RulesByType[K], collection: OrderedCollection) => Match,
): Outcome {
  const stage = STAGES[kind];
  if (entry.kind === 'missing') {
    const by: Decider = { kind: 'rule', name: entry.name, at: entry.at };
    return { candidates: [{ stage, action: 'unknown', by, why: [entry.why] }], ends: false };
  }
  const { collection } = entry;
  if (collection.kind === 'unknown') {
    const { missing, at } = collection.unknown;
    const by: Decider = { kind: 'rule', name: entry.name, at: collection.at };
    return {
      candidates: [{ stage, action: 'unknown', by, why: [{ missing, at }] }],
      ends: false,
    };
  }
  if (collection.kind !== kind) return { candidates: [], ends: false };
  const { action, why: actionDoubt } = actionOf(collection);
  const candidates: Candidate[] = [];
  for (const rule of collection.rules as readonly RulesByType[K][]) {
    const matched = match(rule, entry);
    if (matched.kind === 'no') continue;
    candidates.push({
      stage,
      action,
      by: { kind: 'rule', name: `${entry.name}/${rule.name}`, at: rule.at },
      why: matched.kind === 'unknown' ? [...matched.why, ...actionDoubt] : actionDoubt,
      ...(kind === 'dnat' ? { dnat: rule as DnatRule } : {}),
    });
    if (matched.kind === 'yes') return { candidates, ends: true };
  }
  return { candidates, ends: false };
}

function actionOf(collection: Exclude<RuleCollection, { kind: 'unknown' }>): {
  readonly action: Candidate['action'];
  readonly why: readonly MissingFact[];
} {
  if (collection.kind === 'dnat') return { action: 'allow', why: [] };
  const { action } = collection;
  if (isUnknown(action)) {
    return { action: 'unknown', why: [{ missing: action.missing, at: action.at }] };
  }
  return { action: action === 'Allow' ? 'allow' : 'deny', why: [] };
}

/**
 * The verdict over every world: an answer only when all candidates agree on one. The last candidate is the certain
 * end; those before it may decide instead, and are named in `also`.
 */
export function conclude(candidates: readonly [...Candidate[], Candidate]): Verdict {
  const end = candidates.at(-1) as Candidate;
  const { action } = end;
  if (action !== 'unknown' && candidates.every((candidate) => candidate.action === action)) {
    const also = distinctDeciders(candidates, end.by);
    return { kind: action, by: end.by, ...(also.length === 0 ? {} : { also }) };
  }
  const open = candidates.find((candidate) => candidate.why.length > 0) ?? end;
  return { kind: 'unknown', by: open.by, why: distinctFacts(candidates) };
}

/**
 * The FQDN tags that alone keep a denial open: denied, unless Microsoft put the name into one of them. `undefined`
 * when anything else is open too.
 */
export function onlyTagsKeepOpen(candidates: readonly Candidate[]): readonly string[] | undefined {
  const end = candidates.at(-1);
  if (end === undefined || end.action !== 'deny' || end.why.length > 0) return undefined;
  const tags = new Set<string>();
  for (const { why, action } of candidates) {
    if (action === 'deny') continue; // whether it decides or not, the flow stays denied
    if (action === 'unknown') return undefined;
    for (const fact of why) {
      if (fact.fqdnTag === undefined) return undefined;
      tags.add(fact.fqdnTag);
    }
  }
  return tags.size === 0 ? undefined : [...tags];
}

function distinctDeciders(candidates: readonly Candidate[], besides: Decider): readonly Decider[] {
  const byName = new Map(candidates.map((candidate) => [candidate.by.name, candidate.by]));
  byName.delete(besides.name);
  return [...byName.values()];
}

function distinctFacts(candidates: readonly Candidate[]): readonly MissingFact[] {
  const facts = new Map<string, MissingFact>();
  for (const fact of candidates.flatMap((candidate) => candidate.why)) {
    if (!facts.has(fact.missing)) facts.set(fact.missing, fact);
  }
  return [...facts.values()];
}
