import type { PolicyEngine } from '../../../network/index.ts';
import { suspectsOf } from '../engine/defects.ts';
import { usesWhatWindowsLacks } from '../engine/engine-profile.ts';
import type { PolicySet } from '../policy.ts';
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
