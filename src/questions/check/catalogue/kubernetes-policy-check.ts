import type { PolicyEngine } from '../../../network/index.ts';
import type { Engine, Policy } from '../../../semantics/network-policy/index.ts';
import type { Pitfall } from '../../../semantics/network-policy/pitfalls/index.ts';
import type { LabelSelector } from '../../../semantics/network-policy/selectors/label-selector.ts';
import type { MissingFact } from '../../../semantics/verdict.ts';
import type { Check, NamedPlace } from '../finding.ts';
import { type CheckText, eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { grouped, type PolicyWorld, policyKey, policyWorld } from './kubernetes-policy-world.ts';

/** One policy object with what is wrong with it. Entries of one `specs` list are one object. */
export interface PolicySubject {
  readonly world: PolicyWorld;
  readonly policies: readonly Policy[];
  readonly title: string;
  readonly pitfalls: readonly Pitfall[];
  /** What would be wrong under an engine the check is about; the cluster's own engine is not known. */
  readonly underOtherEngine: boolean;
}

export interface PolicyCheck extends CheckText {
  readonly none: string;
  /** Engines that have the problem; absent: every one. */
  readonly engines?: readonly Engine[];
  /** Which policies it can be asked of. */
  readonly concerns: (policy: Policy, world: PolicyWorld) => boolean;
  readonly find: (world: PolicyWorld, engine: PolicyEngine) => readonly Pitfall[];
  /** The sentence; the policy's title starts it or stands in it. */
  readonly message: (title: string, pitfalls: readonly Pitfall[], world: PolicyWorld) => string;
  /** What is not known about a policy without a pitfall. */
  readonly open?: (policy: Policy, world: PolicyWorld) => MissingFact | undefined;
  /** Also judge what the API server refuses, because that is what the check is about. */
  readonly judgesRefused?: boolean;
  /** How an open question of one policy reads. */
  readonly question: (title: string) => string;
}

/** A check of each policy object, from a function that finds pitfalls in all of them. */
export function policyCheck(definition: PolicyCheck): Check {
  const { id, severity, title, explanation, fix, facts, covers } = definition;
  const { none, message, open, question } = definition;
  return eachSubject<PolicySubject>({
    ...{ id, severity, title, explanation, fix, facts, covers },
    none: `${none}, or no engine that would act on it`,
    subjects: (context) => {
      const world = policyWorld(context);
      return world === undefined ? [] : subjectsOf(world, definition);
    },
    key: ({ policies }) => policyKey(policies[0]!),
    judge: ({ world, policies, title: policy, pitfalls, underOtherEngine }) => {
      if (pitfalls.length > 0) {
        if (underOtherEngine) return engineUnknown(question(policy), world, pitfalls[0]!.place);
        return {
          kind: 'fails',
          message: message(policy, pitfalls, world),
          places: placesOf(pitfalls, policy),
          evidence: pitfalls.map(({ what }) => what),
        };
      }
      for (const one of policies) {
        const missing = open?.(one, world);
        if (missing !== undefined) return openQuestion(question(policy), missing, one.at);
      }
      return HOLDS;
    },
  });
}

function subjectsOf(
  world: PolicyWorld,
  { engines, concerns, find, judgesRefused }: PolicyCheck,
): readonly PolicySubject[] {
  const { engine } = world;
  if (engine === 'none') return [];
  const applies = engines === undefined || engines.some((one) => one === engine);
  // An engine somebody named and that is none of these does not have the problem.
  const underOtherEngine = !applies && (engine === 'unknown' || engine === 'generic');
  if (!applies && !underOtherEngine) return [];
  const found = underOtherEngine ? engines.flatMap((one) => find(world, one)) : find(world, engine);
  const byTitle = grouped(found, ({ subject }) => subject);
  const judged = world.set.policies.filter(
    (policy) =>
      (judgesRefused === true || !world.refused.has(policy.title)) && concerns(policy, world),
  );
  return [...grouped(judged, ({ title }) => title)].map(([title, policies]) => ({
    world,
    policies,
    title,
    pitfalls: byTitle.get(title) ?? [],
    underOtherEngine,
  }));
}

export function engineUnknown(
  message: string,
  { placement }: PolicyWorld,
  at?: Pitfall['place'],
): Judgement {
  const missing = `the network policy engine of the cluster (${placement.policyEngineWhy})`;
  return { kind: 'undecided', message, missing, ...(at === undefined ? {} : { at }) };
}

export function openQuestion(
  message: string,
  missing: MissingFact,
  at?: Pitfall['place'],
): Judgement {
  const where = missing.at ?? at;
  return {
    kind: 'undecided',
    message,
    missing: missing.missing,
    ...(where === undefined ? {} : { at: where }),
  };
}

/** Each place once. */
export function placesOf(pitfalls: readonly Pitfall[], what: string): readonly NamedPlace[] {
  const seen = new Map(pitfalls.map(({ place }) => [JSON.stringify(place), place]));
  return [...seen.values()].map((at) => ({ at, what }));
}

export type PolicyPart = 'subject' | 'peers' | 'ports';

/** The first thing about these parts of a policy that nobody wrote down, or that cannot be read. */
export function unreadablePart(
  policy: Policy,
  parts: readonly PolicyPart[],
): MissingFact | undefined {
  if (policy.doubts[0] !== undefined) return policy.doubts[0];
  if (parts.includes('subject')) {
    const { subject } = policy;
    const selectors =
      subject.kind === 'hosts' || subject.kind === 'calico'
        ? []
        : [subject.pods, ...(subject.kind === 'selected-pods' ? [subject.namespaces] : [])];
    const why = selectors.map(unreadableRequirement).find((one) => one !== undefined);
    if (why !== undefined) return why;
  }
  for (const rule of [...(policy.ingress ?? []), ...(policy.egress ?? [])]) {
    if ((parts.includes('peers') || parts.includes('ports')) && rule.doubts[0] !== undefined) {
      return rule.doubts[0];
    }
    if (parts.includes('peers') && rule.peers !== 'any') {
      for (const peer of rule.peers) {
        if (peer.kind === 'unreadable') return peer.why;
        if (peer.kind !== 'pods') continue;
        const inNamespaces =
          peer.namespaces.kind === 'selected'
            ? unreadableRequirement(peer.namespaces.selector)
            : undefined;
        const why = inNamespaces ?? unreadableRequirement(peer.pods);
        if (why !== undefined) return why;
      }
    }
    if (parts.includes('ports') && rule.ports !== 'any') {
      const port = rule.ports.find((one) => one.kind === 'unreadable');
      if (port?.kind === 'unreadable') return port.why;
    }
  }
  return undefined;
}

function unreadableRequirement(selector: LabelSelector): MissingFact | undefined {
  const found = selector.requirements.find((one) => one.kind === 'unreadable');
  return found?.kind === 'unreadable' ? found.why : undefined;
}
