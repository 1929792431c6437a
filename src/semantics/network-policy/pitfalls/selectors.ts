import type { Place } from '../../../diagnostics/index.ts';
import type { PolicyEngine } from '../../../network/index.ts';
import { suspectsOf } from '../engine/defects.ts';
import { usesWhatWindowsLacks } from '../engine/engine-profile.ts';
import type { Policy, PolicySet } from '../policy.ts';
import type { LabelSelector } from '../selectors/label-selector.ts';
import { podTitle, selectedPods } from './coverage-of-policies.ts';
import type { Pitfall } from './pitfall.ts';

/**
 * What agents with known defects misread: negative namespace selectors, all-address blocks with host bits, peers of
 * ipBlocks alone. Whether this cluster's agent is repaired no file says. K8P-64 to K8P-66, K8P-68, K8P-69.
 */
export function misreadByDefectiveAgents(set: PolicySet, engine: PolicyEngine): readonly Pitfall[] {
  if (engine !== 'azure-npm' && engine !== 'cilium') return [];
  return set.policies.flatMap((policy) =>
    suspectsOf(policy, engine).map((suspect) => ({
      subject: policy.title,
      place: suspect.peer.at,
      what: suspect.what,
      fact: suspect.fact,
    })),
  );
}

/** Policies of Windows pods that Azure NPM does not enforce there (K8P-63). */
export function unenforcedOnWindows(set: PolicySet, engine: PolicyEngine): readonly Pitfall[] {
  if (engine !== 'azure-npm') return [];
  return set.policies.flatMap((policy) => {
    if (policy.type !== 'network' || !usesWhatWindowsLacks(policy)) return [];
    const pods = selectedPods(set, policy).filter((pod) => pod.os === 'windows');
    if (pods.length === 0) return [];
    const what = `it uses what Azure NPM lacks on Windows, so ${pods.map(podTitle).join(', ')} stay open`;
    return [{ subject: policy.title, place: policy.at, what, fact: 'K8P-63' as const }];
  });
}

/** Sets an agent would make of one selector before anybody should worry: a few dozen values over two keys reach it. */
const EXPANSION_MAX = 100;

/** Selectors whose `In` values Azure NPM multiplies into too many sets (K8P-72). */
export function expandingSelectors(set: PolicySet, engine: PolicyEngine): readonly Pitfall[] {
  if (engine !== 'azure-npm') return [];
  return set.policies.flatMap((policy) =>
    selectorsOf(policy).flatMap(({ selector, place }) => {
      const product = selector.requirements.reduce(
        (sets, one) =>
          one.kind === 'label' && one.operator === 'In' ? sets * one.values.length : sets,
        1,
      );
      if (product <= EXPANSION_MAX) return [];
      const what = `Azure NPM expands one of its selectors to ${product} sets`;
      return [{ subject: policy.title, place, what, fact: 'K8P-72' as const }];
    }),
  );
}

function selectorsOf(
  policy: Policy,
): { readonly selector: LabelSelector; readonly place: Place }[] {
  const found: { selector: LabelSelector; place: Place }[] = [];
  if (policy.subject.kind === 'namespace-pods') {
    found.push({ selector: policy.subject.pods, place: policy.subject.at });
  }
  for (const rule of [...(policy.ingress ?? []), ...(policy.egress ?? [])]) {
    if (rule.peers === 'any') continue;
    for (const peer of rule.peers) {
      if (peer.kind !== 'pods') continue;
      found.push({ selector: peer.pods, place: peer.at });
      if (peer.namespaces.kind === 'selected') {
        found.push({ selector: peer.namespaces.selector, place: peer.at });
      }
    }
  }
  return found;
}
