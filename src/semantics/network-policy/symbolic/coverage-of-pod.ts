import type { Condition } from '../../../flows/index.ts';
import type { PodClass } from '../../../model/index.ts';
import type { Direction, Peer, Policy, PolicySet, Rule } from '../policy.ts';
import type { LabelSelector } from '../selectors/label-selector.ts';
import { all, type Holding, onlyIf } from './holding.ts';
import {
  calicoLabelsOf,
  calicoLabelsOfNamespace,
  ciliumLabelsOf,
  labelsOfNamespace,
  labelsOfPod,
  labelsOfServiceAccount,
  selects,
  selectsCalico,
} from './selection.ts';
import { type Engine, TRAITS } from './told-engines.ts';

/** A policy that covers a pod in one direction, perhaps. */
export interface CoveringPolicy {
  readonly policy: Policy;
  /** Empty: it does. */
  readonly doubts: readonly Condition[];
  /** Does it deny what it leaves unmatched? */
  readonly isolates: boolean;
  readonly rules: readonly Rule[];
}

/** Those that cover the pod under this engine. @see K8P-02, K8P-25, K8P-30, K8P-40, K8P-71 */
export function policiesOver(
  set: PolicySet,
  engine: Engine,
  pod: PodClass,
  direction: Direction,
): readonly CoveringPolicy[] {
  const { global, ofNamespace } = scopesOf(set);
  const covering: CoveringPolicy[] = [];
  for (const policies of [global, ofNamespace.get(pod.namespace) ?? []]) {
    for (const policy of policies) {
      const found = coveringBy(policy, set, engine, pod, direction);
      if (found !== undefined) covering.push(found);
    }
  }
  return covering;
}

function coveringBy(
  policy: Policy,
  set: PolicySet,
  engine: Engine,
  pod: PodClass,
  direction: Direction,
): CoveringPolicy | undefined {
  const enforced = TRAITS[engine].enforces[policy.type];
  if (enforced === 'no') return undefined;
  // Being selected by an admin policy isolates nothing (K8P-25).
  const isolates = policy.type === 'cilium' ? policy.isolates[direction] : policy.type !== 'admin';
  const rules = policy[direction];
  if (rules === undefined && !(policy.type === 'cilium' && isolates)) return undefined;
  if (engine === 'azure-npm' && pod.os === 'windows' && isBeyondWindows(policy)) return undefined;
  const doubts: Condition[] = [];
  if (enforced === 'perhaps') {
    const missing = `whether the cluster's Cilium enforces ${policy.title}`;
    doubts.push({ missing, at: policy.at });
  }
  if (policy.type === 'calico' && !set.tiers.has(policy.tier)) {
    doubts.push({ missing: `the order of Tier \`${policy.tier}\``, at: policy.at });
  }
  const holding = all(selectsSubject(policy, pod, set), policy.doubts, doubts);
  if (holding === undefined) return undefined;
  return { policy, doubts: holding, isolates, rules: rules ?? [] };
}

/** Does the policy's subject take the pod? */
export function selectsSubject({ subject }: Policy, pod: PodClass, set: PolicySet): Holding {
  const isHome = (namespace: string | undefined) =>
    onlyIf(namespace === undefined || namespace === pod.namespace);
  switch (subject.kind) {
    case 'hosts':
      return undefined;
    case 'namespace-pods':
      return all(isHome(subject.namespace), selects(subject.pods, labelsOfPod(pod)));
    case 'selected-pods':
      return all(
        selects(subject.namespaces, labelsOfNamespace(set.objects, pod.namespace)),
        selects(subject.pods, labelsOfPod(pod)),
      );
    case 'cilium':
      return all(
        isHome(subject.namespace),
        selects(subject.pods, ciliumLabelsOf(set.objects, pod)),
      );
    case 'calico': {
      const ofNamespace = calicoLabelsOfNamespace(set.objects, pod.namespace);
      return all(
        isHome(subject.namespace),
        selectsCalico(subject.pods, calicoLabelsOf(pod)),
        selectsCalico(subject.namespaces, ofNamespace),
        selectsCalico(subject.serviceAccounts, labelsOfServiceAccount(pod)),
      );
    }
  }
}

/** @see K8P-63 named ports, SCTP, NotIn, DoesNotExist and except: Azure NPM enforces no such policy on Windows */
function isBeyondWindows({ subject, ingress, egress }: Policy): boolean {
  const isNegative = ({ requirements }: LabelSelector) =>
    requirements.some(
      (one) => one.kind === 'label' && ['NotIn', 'DoesNotExist'].includes(one.operator),
    );
  const isPeerBeyond = (peer: Peer): boolean => {
    if (peer.kind === 'block') return peer.excepts.length > 0;
    if (peer.kind !== 'pods') return false;
    const { namespaces } = peer;
    return (
      isNegative(peer.pods) || (namespaces.kind === 'selected' && isNegative(namespaces.selector))
    );
  };
  const isRuleBeyond = ({ peers, ports }: Rule): boolean =>
    (peers !== 'any' && peers.some(isPeerBeyond)) ||
    (ports !== 'any' &&
      ports.some(
        (port) => port.kind === 'named' || (port.kind === 'range' && port.protocol === 'sctp'),
      ));
  return (
    (subject.kind === 'namespace-pods' && isNegative(subject.pods)) ||
    [...(ingress ?? []), ...(egress ?? [])].some(isRuleBeyond)
  );
}

interface Scopes {
  readonly global: readonly Policy[];
  readonly ofNamespace: ReadonlyMap<string, readonly Policy[]>;
}

const scopes = new WeakMap<PolicySet, Scopes>();

/** Policies by the namespace their subject is limited to. */
function scopesOf(set: PolicySet): Scopes {
  const known = scopes.get(set);
  if (known !== undefined) return known;
  const global: Policy[] = [];
  const ofNamespace = new Map<string, Policy[]>();
  for (const policy of set.policies) {
    const home = 'namespace' in policy.subject ? policy.subject.namespace : undefined;
    if (home === undefined) global.push(policy);
    else {
      const there = ofNamespace.get(home);
      if (there === undefined) ofNamespace.set(home, [policy]);
      else there.push(policy);
    }
  }
  const found = { global, ofNamespace };
  scopes.set(set, found);
  return found;
}
