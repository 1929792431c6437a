import type { Fact } from './fact.ts';

const READ_ON = '2026-11-21';

/** Defaults and forms of Kubernetes objects that its policies and services do not speak of. */
export const KUBERNETES_OBJECT_FACTS = {
  'K8P-91': {
    fact: 'A Service is ClusterIP over TCP with traffic policies Cluster unless it says otherwise; an absent or zero targetPort is the port itself.',
    source: 'https://kubernetes.io/docs/concepts/services-networking/service/',
    readOn: READ_ON,
    standing: 'documented',
  },
  'K8P-92': {
    fact: 'What a workload makes names it in ownerReferences: pods of a ReplicaSet of a Deployment, jobs of a CronJob.',
    source: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/',
    readOn: READ_ON,
    standing: 'documented',
  },
  'K8P-93': {
    fact: 'A route backend without kind is a Service of the namespace of the route, without weight it has weight 1.',
    source: 'https://gateway-api.sigs.k8s.io/',
    readOn: READ_ON,
    standing: 'documented',
  },
} as const satisfies Readonly<Record<string, Fact>>;
