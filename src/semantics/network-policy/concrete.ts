import type { PodClass } from '../../model/index.ts';
import type { Port, Protocol } from '../../net/index.ts';
import type { PolicyEngine } from '../../network/index.ts';
import type { Verdict } from '../verdict.ts';
import { matchSubject } from './engine/coverage.ts';
import { ENGINE_NAMES, ENGINE_PROFILES, ENGINES, type Engine } from './engine/engine-profile.ts';
import { evaluateUnder } from './engine/evaluate-under.ts';
import type { PolicySet } from './policy.ts';
import type { PolicyDecision, PolicyEnd, PolicyQuestion } from './question.ts';

export interface EvaluationOptions {
  /** Also ask the other engines, for `engineNote`. Default true; false for large matrices. */
  readonly comparesEngines?: boolean;
}

/**
 * What the policies of one pod say of one flow, in one direction. The flow is as policies see it: after Service
 * translation. A decision costs time linear in the rules that cover the pod; indexes are kept per policy set.
 * @returns `unknown` when the input lacks a fact that decides, or when engines are not known and differ
 * @see K8P-70 without an engine nothing is enforced
 */
export function evaluatePolicies(
  policies: PolicySet,
  engine: PolicyEngine,
  question: PolicyQuestion,
  options: EvaluationOptions = {},
): PolicyDecision {
  if (engine === 'none') return withoutEngine(policies);
  if (engine === 'unknown') return underAnyEngine(policies, question);
  const decision =
    engine === 'generic'
      ? genericDecision(policies, question)
      : evaluateUnder(policies, engine, question);
  if (options.comparesEngines === false) return decision;
  const engineNote = compareEngines(policies, engine, question, decision.verdict);
  return engineNote === undefined ? decision : { ...decision, engineNote };
}

export interface ConnectionDecision {
  readonly verdict: Verdict;
  /** Absent when the client is no pod of the cluster. */
  readonly egress?: PolicyDecision;
  /** Absent when the server is no pod of the cluster. */
  readonly ingress?: PolicyDecision;
}

/** Both ends of a connection: each is asked on its own, one deny decides (K8P-05). Replies need no rule. */
export function evaluateConnection(
  policies: PolicySet,
  engine: PolicyEngine,
  client: PolicyEnd,
  server: PolicyEnd,
  protocol: Protocol,
  port: Port | undefined,
  rest: Omit<PolicyQuestion, 'direction' | 'subject' | 'peer' | 'protocol' | 'port'> = {},
  options: EvaluationOptions = {},
): ConnectionDecision {
  const ask = (direction: 'ingress' | 'egress', subject: PodClass, peer: PolicyEnd) =>
    evaluatePolicies(
      policies,
      engine,
      { ...rest, direction, subject, peer, protocol, ...(port === undefined ? {} : { port }) },
      options,
    );
  const egress = client.kind === 'pod' ? ask('egress', client.pod, server) : undefined;
  const ingress = server.kind === 'pod' ? ask('ingress', server.pod, client) : undefined;
  return {
    verdict: bothEnds(egress?.verdict, ingress?.verdict),
    ...(egress === undefined ? {} : { egress }),
    ...(ingress === undefined ? {} : { ingress }),
  };
}

function bothEnds(egress: Verdict | undefined, ingress: Verdict | undefined): Verdict {
  const verdicts = [egress, ingress].filter((verdict) => verdict !== undefined);
  const denied = verdicts.find((verdict) => verdict.kind === 'deny');
  if (denied !== undefined) return denied;
  const unknowns = verdicts.filter((verdict) => verdict.kind === 'unknown');
  const first = unknowns[0];
  if (first !== undefined) {
    return { kind: 'unknown', by: first.by, why: unknowns.flatMap((verdict) => verdict.why) };
  }
  return (
    verdicts.at(-1) ?? {
      kind: 'allow',
      by: { kind: 'default', name: 'neither end is a pod of the cluster' },
    }
  );
}

/** K8P-70. */
function withoutEngine(policies: PolicySet): PolicyDecision {
  const count = policies.policies.length;
  const name =
    count === 0
      ? 'no network policy engine'
      : 'no network policy engine: every policy object is ignored';
  return {
    verdict: { kind: 'allow', by: { kind: 'default', name, fact: 'K8P-70' } },
    isolatedBy: [],
    defects: [],
    notes: [],
    facts: ['K8P-70'],
  };
}

/** Every engine a cluster may have, none included: only what they agree on is an answer. */
function underAnyEngine(policies: PolicySet, question: PolicyQuestion): PolicyDecision {
  const decisions = [
    withoutEngine(policies),
    ...ENGINES.map((engine) => evaluateUnder(policies, engine, question)),
  ];
  const generic = decisions[1]!;
  const agree = decisions.every((one) => one.verdict.kind === generic.verdict.kind);
  if (agree) return generic;
  return {
    ...generic,
    verdict: {
      kind: 'unknown',
      by: generic.verdict.by,
      why: [{ missing: "the cluster's network policy engine" }],
    },
  };
}

/**
 * The generic profile stands for an engine nobody named. Objects of Calico's or Cilium's own kinds that cover the pod
 * suggest which it is: their engine must agree, or the answer depends on it.
 */
function genericDecision(policies: PolicySet, question: PolicyQuestion): PolicyDecision {
  const decision = evaluateUnder(policies, 'generic', question);
  if (question.subject.hostNetwork) return decision;
  for (const policy of policies.policies) {
    if (policy.type !== 'calico' && policy.type !== 'cilium') continue;
    if (policy[question.direction] === undefined) continue;
    if (matchSubject(policy, question.subject, policies.objects).kind === 'no') continue;
    const theirs = evaluateUnder(policies, policy.type, question);
    if (theirs.verdict.kind === decision.verdict.kind) continue;
    return {
      ...decision,
      verdict: {
        kind: 'unknown',
        by: { kind: 'rule', name: policy.title, at: policy.at, fact: 'K8P-71' },
        why: [{ missing: `whether the cluster's engine enforces ${policy.title}`, at: policy.at }],
      },
      facts: [...decision.facts, 'K8P-71'],
    };
  }
  return decision;
}

const WORDS: Readonly<Record<Verdict['kind'], string>> = {
  allow: 'allowed',
  deny: 'denied',
  unknown: 'undecided',
};

/** `would be denied under Cilium`; absent when every engine agrees. */
function compareEngines(
  policies: PolicySet,
  engine: Engine,
  question: PolicyQuestion,
  verdict: Verdict,
): string | undefined {
  const differing: Record<Verdict['kind'], string[]> = { allow: [], deny: [], unknown: [] };
  for (const other of ENGINES) {
    if (other === engine || other === 'generic') continue;
    const kind = evaluateUnder(policies, other, question).verdict.kind;
    if (kind !== verdict.kind) differing[kind].push(ENGINE_NAMES[ENGINE_PROFILES[other].engine]);
  }
  const parts = (['deny', 'unknown', 'allow'] as const)
    .filter((kind) => differing[kind].length > 0)
    .map((kind) => `${WORDS[kind]} under ${differing[kind].join(' and ')}`);
  return parts.length === 0 ? undefined : `would be ${parts.join(', ')}`;
}
