import { allOf, type Decider, type Match, type MissingFact, YES } from '../../verdict.ts';
import { matchCalico } from '../match/match-calico.ts';
import type { MatchContext } from '../match/match-context.ts';
import { matchPeers } from '../match/match-peer.ts';
import { hasPorts, matchPorts } from '../match/match-ports.ts';
import type { CompiledRule, Covering } from './coverage.ts';
import { isOnlyBlocks } from './defects.ts';
import type { Stage } from './stages.ts';

/** What may become of a flow. Both lists filled: nobody can tell. */
export interface Outcomes {
  readonly allow: Decider[];
  readonly deny: Decider[];
  readonly why: MissingFact[];
}

/**
 * Every outcome the flow may have, over all worlds that fit what we know. A rule that matches for sure ends the search;
 * one that may match adds its action and the search goes on.
 * @param otherwise who allows when no stage decides
 */
export function runStages(
  stages: readonly Stage[],
  context: MatchContext,
  otherwise: Decider,
): Outcomes {
  const outcomes: Outcomes = { allow: [], deny: [], why: [] };
  for (const stage of stages) {
    if (!runStage(stage, context, outcomes)) return outcomes;
  }
  outcomes.allow.push(otherwise);
  return outcomes;
}

/** @returns may the flow go on to the next stage? */
function runStage(stage: Stage, context: MatchContext, outcomes: Outcomes): boolean {
  const groups = context.withDefects ? withoutLost(stage.groups) : stage.groups;
  if (groups.length === 0) return true;
  const undefinedWhy = stage.kind === 'policy' ? undefinedBehaviour(context) : undefined;
  if (undefinedWhy !== undefined) {
    const first = groups[0]![0]!;
    outcomes.allow.push(first.decider);
    outcomes.deny.push(first.decider);
    outcomes.why.push({ missing: undefinedWhy, at: first.policy.at });
    return false;
  }
  let mayPass = false;
  const unmatched: Covering[] = [];
  for (const group of groups) {
    const result = runGroup(stage, group, context, outcomes);
    mayPass ||= result.mayPass;
    unmatched.push(...result.unmatched);
    if (result.isDecided) return mayPass;
  }
  if (stage.whenUnmatched === 'next') return true;
  return isolate(unmatched, outcomes) || mayPass;
}

interface GroupResult {
  readonly isDecided: boolean;
  readonly mayPass: boolean;
  /** Isolating policies whose rules may leave the flow unmatched. */
  readonly unmatched: readonly Covering[];
}

function runGroup(
  stage: Stage,
  group: readonly Covering[],
  context: MatchContext,
  outcomes: Outcomes,
): GroupResult {
  let isDecided = false;
  let mayPass = false;
  const unmatched: Covering[] = [];
  const actions = new Set<string>();
  for (const covering of group) {
    let isMatched = false;
    for (const compiled of covering.rules) {
      const { action } = compiled.rule;
      if (action === 'log') continue;
      const match = matchRule(compiled, context);
      if (match.kind === 'no') continue;
      actions.add(action);
      const isSure = match.kind === 'yes' && covering.covers.kind === 'yes';
      if (action === 'pass') mayPass = true;
      else record(outcomes[action], compiled.decider, isSure);
      if (match.kind === 'unknown') outcomes.why.push(...match.why);
      if (match.kind === 'yes') {
        isMatched = true;
        break;
      }
    }
    if (isMatched && covering.covers.kind === 'yes') isDecided = true;
    if (covering.covers.kind === 'unknown' && (isMatched || covering.isolates)) {
      outcomes.why.push(...covering.covers.why);
    }
    if (!isMatched && covering.isolates) unmatched.push(covering);
  }
  if (stage.hasRivals && group.length > 1 && actions.size > 1) {
    const titles = group.map((covering) => covering.policy.title).join(', ');
    outcomes.why.push({ missing: `which of ${titles} comes first (they share one priority)` });
  }
  return { isDecided, mayPass, unmatched };
}

/** Denied by whoever isolates; @returns may nobody isolate? */
function isolate(unmatched: readonly Covering[], outcomes: Outcomes): boolean {
  const sure = unmatched.filter((covering) => covering.covers.kind === 'yes');
  const deciders = (sure.length > 0 ? sure : unmatched).map((covering) => covering.decider);
  outcomes.deny.push(...deciders);
  return sure.length === 0;
}

/** Sure deciders stand first: they are the ones to name. */
function record(list: Decider[], decider: Decider, isSure: boolean): void {
  if (isSure) list.unshift(decider);
  else list.push(decider);
}

function matchRule(compiled: CompiledRule, context: MatchContext): Match {
  const { rule } = compiled;
  const peers = matchRulePeers(compiled, context);
  if (peers.kind === 'no') return peers;
  const ports = matchPorts(rule.ports, context);
  if (ports.kind === 'no') return ports;
  const isPlain = rule.calico === undefined && rule.doubts.length === 0;
  if (isPlain && peers.kind === 'yes' && ports.kind === 'yes') return YES;
  const calico = rule.calico === undefined ? YES : matchCalico(rule.calico, context);
  const doubts: Match = rule.doubts.length === 0 ? YES : { kind: 'unknown', why: rule.doubts };
  return allOf([peers, ports, calico, doubts]);
}

/** What depends on the pods alone is remembered: 300 × 300 pods ask the same few rules for every port. */
function matchRulePeers(compiled: CompiledRule, context: MatchContext): Match {
  const { rule, policy } = compiled;
  const { peer } = context;
  if (rule.peers === 'any') return YES;
  if (peer.kind !== 'pod') return matchPeers(rule.peers, context);
  if (context.withDefects) {
    const isAdmittedByDefect =
      context.profile.engine === 'cilium' &&
      policy.type === 'network' &&
      isOnlyBlocks(rule.peers) &&
      peer.pod.namespace === policy.namespace;
    return isAdmittedByDefect ? YES : matchPeers(rule.peers, context);
  }
  if (!peer.isPlain) return matchPeers(rule.peers, context);
  const known = compiled.ofPod.get(peer.pod);
  if (known !== undefined) return known;
  const match = matchPeers(rule.peers, context);
  compiled.ofPod.set(peer.pod, match);
  return match;
}

/** @see K8P-15 hairpin, K8P-18 protocols the API says nothing about */
function undefinedBehaviour(context: MatchContext): string | undefined {
  if (context.isHairpin) {
    return 'what the engine does with a pod that reaches itself through its Service';
  }
  if (!context.profile.definesOtherProtocols && !hasPorts(context.protocol)) {
    return `what the engine does with ${context.protocol.toUpperCase()} (NetworkPolicy defines TCP, UDP and SCTP)`;
  }
  return undefined;
}

/** @see K8P-66 */
function withoutLost(groups: readonly (readonly Covering[])[]): (readonly Covering[])[] {
  return groups
    .map((group) => group.filter((covering) => !covering.isLostByDefect))
    .filter((group) => group.length > 0);
}
