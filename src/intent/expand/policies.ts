import type { KubernetesObject } from '../../model/index.ts';
import type { DraftObject } from '../draft.ts';
import type { ClusterPlan, NamespacePlan, Plan } from '../plan.ts';
import type { Problem } from '../problem.ts';
import type { Target } from '../target.ts';
import { prefixText } from './ids.ts';
import { kubernetesObject } from './kubernetes-object.ts';
import { dnsRule, namePolicy } from './name-policy.ts';
import { portDraft, selector } from './policy-parts.ts';
import { callersOf, ENDPOINT_PORTS } from './security-groups.ts';
import { labelsOf, type Subject, subjectsOf } from './subjects.ts';

type Report = (problem: Problem) => void;

/** Namespaces with their default deny, and one policy for each group of pods the page speaks of. */
export function policies(plan: Plan, report: Report): readonly KubernetesObject[] {
  const cluster = plan.clusters.find(({ isActive }) => isActive);
  if (cluster === undefined) return [];
  const namespaces = plan.namespaces.map(({ written, path }) =>
    kubernetesObject({
      apiVersion: 'v1',
      kind: 'Namespace',
      namespace: '',
      name: written.name,
      at: plan.at(path),
      labels: {
        ...(written.tier === undefined ? {} : { tier: written.tier }),
        ...written.labels,
      },
      body: {},
    }),
  );
  if (cluster.engine === 'none') {
    report({
      code: 'intent/residue',
      severity: 'warning',
      path: [...cluster.path, 'network', 'engine'],
      message: `\`${cluster.name}\` has no policy engine: what pods may call is decided by the firewall alone, and nothing stands between pods`,
    });
    return namespaces;
  }
  const subjects = subjectsOf(plan);
  const named = new Set(
    subjects
      .filter((one) => callsNames(one) && cluster.hasNamePolicies)
      .map((one) => one.namespace),
  );
  return [
    ...namespaces,
    ...plan.namespaces
      .filter(({ defaultDeny }) => defaultDeny)
      .flatMap((one) => defaultDeny(plan, one, named.has(one.written.name))),
    ...subjects.flatMap((subject) => {
      const hasNames = named.has(subject.namespace);
      if (!cluster.hasNamePolicies) tellResidue(subject, cluster, report);
      return [
        workloadPolicy(plan, subject, hasNames),
        ...(hasNames ? [namePolicy(plan, subject, report)] : []),
      ];
    }),
  ];
}

/** Nothing but asking the resolver: a pod that cannot resolve names fails in ways nobody understands. */
function defaultDeny(
  plan: Plan,
  { written, path }: NamespacePlan,
  hasNamePolicies: boolean,
): readonly KubernetesObject[] {
  const at = plan.at([...path, 'defaultDeny']);
  const deny = kubernetesObject({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    namespace: written.name,
    name: 'default-deny',
    at,
    body: {
      spec: {
        podSelector: {},
        policyTypes: ['Ingress', 'Egress'],
        egress: hasNamePolicies ? undefined : [DNS],
      },
    },
  });
  if (!hasNamePolicies) return [deny];
  return [
    deny,
    kubernetesObject({
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumNetworkPolicy',
      namespace: written.name,
      name: 'names-of-the-cluster',
      at,
      body: { spec: { endpointSelector: {}, egress: [dnsRule([])] } },
    }),
  ];
}

function callsNames({ leaves }: Subject): boolean {
  return leaves.some(({ targets }) => targets.some(({ kind }) => kind === 'name'));
}

function workloadPolicy(plan: Plan, subject: Subject, hasNamePolicy: boolean): KubernetesObject {
  const { namespace, name, labels, path, called, calls, published, leaves, uses } = subject;
  const ingress: readonly DraftObject[] = [
    ...called.map(({ written, ports }) => ({
      from: [peer(written.from, namespace)],
      ports: ports.map(portDraft),
    })),
    ...published.flatMap((one): readonly DraftObject[] => {
      if (one.isGateway) {
        const proxy = { 'gateway.networking.k8s.io/gateway-name': one.written.name };
        const from = [{ podSelector: { matchLabels: proxy } }];
        return [{ from, ports: [portDraft(one.targetPort)] }];
      }
      // externalTrafficPolicy Local: the pod sees who called the front end (aks 8.2).
      const callers = callersOf(plan, one);
      if (callers.length === 0) return [];
      const from = callers.map((cidr) => ({ ipBlock: { cidr } }));
      return [{ from, ports: [portDraft(one.targetPort)] }];
    }),
  ];
  const egress: readonly DraftObject[] = [
    ...calls.map(({ written, ports }) => ({
      to: [peer(written.to, namespace)],
      ports: ports.map(portDraft),
    })),
    ...leaves.flatMap(({ targets }) =>
      targets.flatMap((target) =>
        target.kind === 'name' && hasNamePolicy
          ? []
          : [{ to: [blockOf(target)], ports: target.ports.map(portDraft) }],
      ),
    ),
    ...uses.map(({ written, subnet }) => ({
      to: [{ ipBlock: { cidr: prefixText(subnet) } }],
      ports: [portDraft({ port: ENDPOINT_PORTS[written.for], protocol: 'TCP' })],
    })),
    // With a policy by name DNS stands there: a rule without names beside it would make it ineffective.
    ...(hasNamePolicy ? [] : [DNS]),
  ];
  return kubernetesObject({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    namespace,
    name: `allow-${name}`,
    at: plan.at(path),
    body: {
      spec: {
        podSelector: selector(labels),
        policyTypes: ['Ingress', 'Egress'],
        ingress: ingress.length === 0 ? undefined : ingress,
        egress: egress.length === 0 ? undefined : egress,
      },
    },
  });
}

const DNS: DraftObject = {
  to: [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    },
  ],
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
};

function peer(pods: Parameters<typeof labelsOf>[0], from: string): DraftObject {
  const podSelector = selector(labelsOf(pods));
  return pods.namespace === from
    ? { podSelector }
    : {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': pods.namespace } },
        podSelector,
      };
}

/** Never part of "any address outside": private ranges, and what the platform answers on the node. */
const INSIDE = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
];

/** A range says itself. Names and tags have no addresses here: anything outside, which the firewall narrows. */
function blockOf(target: Target): DraftObject {
  return target.kind === 'range'
    ? { ipBlock: { cidr: target.prefix } }
    : { ipBlock: { cidr: '0.0.0.0/0', except: INSIDE } };
}

function tellResidue(subject: Subject, cluster: ClusterPlan, report: Report): void {
  for (const { path, targets } of subject.leaves) {
    const open = targets.filter(({ kind }) => kind !== 'range');
    if (open.length === 0) continue;
    const ports = [...new Set(open.flatMap((one) => one.ports.map(({ port }) => port)))].join(', ');
    const ends = open.map((one) => (one.kind === 'name' ? one.name : one.text)).join(', ');
    report({
      code: 'intent/residue',
      severity: 'note',
      path: [...path, 'to'],
      message: `the policy of ${subject.namespace}/${subject.name} allows ${ports} to any address outside: ${cluster.engine} knows no names; the firewall narrows it to ${ends}`,
      hint: 'other names the firewall allows the nodes are open to these pods too; Cilium with namePolicies closes them',
    });
  }
}
