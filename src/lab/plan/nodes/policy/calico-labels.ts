import type { Labels } from '../../../../model/index.ts';
import type { SeatedPod } from '../seated-pod.ts';
import type { PolicyWorld } from './policy-rule.ts';

/** A pod's labels with those that Calico adds. */
export function calicoLabels({ pod }: SeatedPod): Labels {
  return {
    ...pod.labels,
    'projectcalico.org/namespace': pod.namespace,
    'projectcalico.org/orchestrator': 'k8s',
    'projectcalico.org/serviceaccount': pod.serviceAccount,
  };
}

export function calicoNamespaceLabels(world: PolicyWorld, name: string): Labels {
  return { ...world.labelsOfNamespace(name), 'projectcalico.org/name': name };
}
