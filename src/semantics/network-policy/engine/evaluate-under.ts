import type { FactId } from '../../../facts/index.ts';
import { equalIp, parseIp } from '../../../net/index.ts';
import type { Decider, MissingFact, Verdict } from '../../verdict.ts';
import { arrivingEnds } from '../match/arriving-ends.ts';
import { contextOf, nameOf } from '../match/context-of.ts';
import type { MatchContext } from '../match/match-context.ts';
import type { ResolvedEnd } from '../match/resolved-end.ts';
import type { PolicySet } from '../policy.ts';
import type { Defect, PolicyDecision, PolicyQuestion } from '../question.ts';
import { type DirectionCoverage, type PolicyIndex, policyIndex } from './coverage.ts';
import type { Engine } from './engine-profile.ts';
import { type Outcomes, runStages } from './run-stages.ts';
import type { Stage } from './stages.ts';

/** One engine's answer, by specification; what defective agents would do is said beside it. */
export function evaluateUnder(
  policies: PolicySet,
  engine: Engine,
  question: PolicyQuestion,
): PolicyDecision {
  const index = policyIndex(policies, engine);
  const exempt = exemption(question, engine);
  if (exempt !== undefined) return exempted(exempt);
  const coverage = index.coverageOf(question.subject)[question.direction];
  const first = judge(index, coverage, question, false);
  const defects = defectsOf(index, coverage, question, first.verdict);
  return {
    verdict: first.verdict,
    isolatedBy: coverage.isolatedBy,
    defects,
    notes: first.notes,
    facts: first.facts,
    ...(first.heard.refused && first.verdict.kind === 'deny' ? { connectionOpens: true } : {}),
  };
}

/** What no policy reaches: host-network pods, a pod's own address, IPv6 under Azure NPM. */
function exemption(question: PolicyQuestion, engine: Engine): Decider | undefined {
  const { subject, peer } = question;
  if (subject.hostNetwork) {
    const name = 'policies do not cover host-network pods';
    return { kind: 'default', name, at: subject.at, fact: 'K8P-17' };
  }
  if (question.throughService !== true && isItself(question)) {
    return { kind: 'default', name: 'a pod always reaches itself', fact: 'K8P-15' };
  }
  const address = peer.address;
  if (engine === 'azure-npm' && address?.kind === 'exact' && address.ip.family === 6) {
    return { kind: 'default', name: 'Azure NPM does not cover IPv6', fact: 'K8P-62' };
  }
  return undefined;
}

/** Both ends are one pod for sure: a bare Pod, or a workload of one replica. Else they are two of its replicas. */
function isItself(question: PolicyQuestion): boolean {
  const { subject, peer } = question;
  if (peer.kind === 'address') return isOwnAddress(question);
  return isSameClass(question) && (subject.kind === 'Pod' || subject.replicas === 1);
}

/** The address alone says it too, unless a Service may have brought the flow back. */
function isOwnAddress({ subject, peer, arrival = 'direct' }: PolicyQuestion): boolean {
  if (peer.kind !== 'address' || peer.address.kind !== 'exact' || arrival !== 'direct')
    return false;
  if (peer.isNode !== undefined || peer.isApiServer === true) return false;
  const own = subject.address === undefined ? undefined : parseIp(subject.address);
  return own !== undefined && equalIp(own, peer.address.ip);
}

function isSameClass({ subject, peer }: PolicyQuestion): boolean {
  return (
    peer.kind === 'pod' &&
    (peer.pod === subject ||
      (peer.pod.namespace === subject.namespace &&
        peer.pod.kind === subject.kind &&
        peer.pod.name === subject.name))
  );
}

function exempted(by: Decider): PolicyDecision {
  return {
    verdict: { kind: 'allow', by },
    isolatedBy: [],
    defects: [],
    notes: [],
    facts: by.fact === undefined ? [] : [by.fact],
  };
}

interface Judgement {
  readonly verdict: Verdict;
  readonly notes: readonly string[];
  readonly facts: readonly FactId[];
  readonly heard: { refused: boolean; perRequest: boolean };
}

function judge(
  index: PolicyIndex,
  { stages, facts: known }: DirectionCoverage,
  question: PolicyQuestion,
  withDefects: boolean,
): Judgement {
  const heard = { refused: false, perRequest: false };
  const arrival = arrivingEnds(index, question);
  const notes: string[] = [...arrival.notes];
  const facts = [...known, ...arrival.facts];
  if (arrival.isOpen && stages.length > 0) {
    const name = 'Azure NPM does not enforce ingress policy on this path';
    const by: Decider = { kind: 'default', name, fact: 'K8P-61' };
    return { verdict: { kind: 'allow', by }, notes, facts, heard };
  }
  const run = (end: ResolvedEnd, isForwarded: boolean) =>
    hairpins(question).map((isHairpin) => {
      const context = contextOf(index, question, end, isHairpin, withDefects, heard);
      return runEnd(index, stages, context, isForwarded);
    });
  const results = arrival.ends.flatMap((end) => run(end, arrival.isForwarded));
  let verdict = verdictOf(results, arrival.missing);
  if (verdict.kind === 'deny' && arrival.mayAlsoBe.length > 0) {
    const others = arrival.mayAlsoBe.flatMap((end) => run(end, false));
    verdict = verdictOf([...results, ...others], arrival.missing);
  }
  if (heard.perRequest && verdict.kind === 'allow') {
    notes.push('the connection opens; L7 rules judge each request');
    facts.push('K8P-46');
  }
  const fact = verdict.by.fact;
  if (fact !== undefined && !facts.includes(fact)) facts.push(fact);
  return { verdict, notes, facts, heard };
}

/** Through a Service, a workload of several replicas may reach another one or itself (K8P-15). */
function hairpins(question: PolicyQuestion): readonly boolean[] {
  if (question.throughService !== true || !isSameClass(question)) return STRAIGHT;
  return isItself(question) ? [true] : [false, true];
}

const STRAIGHT: readonly boolean[] = [false];

/** Traffic with the own node stands outside NetworkPolicy on most engines (K8P-16, K8P-36, K8P-49, K8P-57, K8P-60). */
function runEnd(
  index: PolicyIndex,
  stages: readonly Stage[],
  context: MatchContext,
  isForwarded: boolean,
): Outcomes {
  const { subject, direction, peer } = context;
  const otherwise: Decider = {
    kind: 'default',
    name: `no policy covers ${direction} of ${nameOf(subject)}`,
    fact: 'K8P-01',
  };
  if (peer.kind !== 'node' || peer.which !== 'own' || isForwarded) {
    return runStages(stages, context, otherwise);
  }
  const own: Decider = {
    kind: 'default',
    name: `${nameOf(subject)} and its own node always reach each other`,
    fact: 'K8P-16',
  };
  if (direction === 'ingress') {
    if (index.profile.ownNodeIngress === 'open') return { allow: [own], deny: [], why: [] };
    return runStages(
      stages.filter(({ onlyDenies }) => onlyDenies === true),
      context,
      own,
    );
  }
  switch (index.profile.ownNodeEgress) {
    case 'policy':
      return runStages(stages, context, otherwise);
    case 'host-action':
      return {
        allow: [own],
        deny: [{ ...own, name: 'defaultEndpointToHostAction', fact: 'K8P-36' }],
        why: [{ missing: "Calico's defaultEndpointToHostAction in this cluster" }],
      };
    case 'open': {
      // Only the admin kinds could reach it; whether they do, no source says.
      const admin = runStages(
        stages.filter((stage) => stage.kind !== 'policy'),
        context,
        own,
      );
      if (admin.deny.length === 0) return { allow: [own], deny: [], why: [] };
      const why = 'whether admin policies reach traffic to the own node';
      return { allow: [own], deny: admin.deny, why: [...admin.why, { missing: why }] };
    }
  }
}

/** One verdict when every possibility agrees. */
function verdictOf(results: readonly Outcomes[], missing: string): Verdict {
  const only = results.length === 1 ? results[0] : undefined;
  const allow = distinct(only?.allow ?? results.flatMap((one) => one.allow));
  const deny = distinct(only?.deny ?? results.flatMap((one) => one.deny));
  if (deny.length === 0) return decided('allow', allow);
  if (allow.length === 0) return decided('deny', deny);
  const why: MissingFact[] = results.flatMap((one) => one.why);
  const differ = results.some((one) => (one.deny.length === 0) !== (results[0]!.deny.length === 0));
  if ((differ || why.length === 0) && missing !== '') why.push({ missing });
  return { kind: 'unknown', by: deny[0]!, why: distinctFacts(why) };
}

function decided(kind: 'allow' | 'deny', deciders: readonly Decider[]): Verdict {
  const by = deciders[0]!;
  return deciders.length === 1 ? { kind, by } : { kind, by, also: deciders.slice(1) };
}

/** One per policy. A few are compared in pairs, which beats a set. */
function distinct(deciders: readonly Decider[]): readonly Decider[] {
  if (deciders.length < 2) return deciders;
  if (deciders.length > 16) return [...new Map(deciders.map((one) => [one.name, one])).values()];
  return deciders.filter((one, index) => {
    for (let before = 0; before < index; before += 1) {
      if (deciders[before]!.name === one.name) return false;
    }
    return true;
  });
}

function distinctFacts(facts: readonly MissingFact[]): readonly MissingFact[] {
  const seen = new Set<string>();
  return facts.filter((one) => {
    if (seen.has(one.missing)) return false;
    seen.add(one.missing);
    return true;
  });
}

/** Asked only when a covering policy holds something defective agents misread. */
function defectsOf(
  index: PolicyIndex,
  coverage: DirectionCoverage,
  question: PolicyQuestion,
  verdict: Verdict,
): readonly Defect[] {
  const suspect = coverage.suspects[0];
  if (suspect === undefined) return [];
  const other = judge(index, coverage, question, true).verdict;
  if (other.kind === verdict.kind) return [];
  return [{ verdict: other.kind, what: suspect.what, fact: suspect.fact, by: other.by }];
}
