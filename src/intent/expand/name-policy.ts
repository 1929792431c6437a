import type { KubernetesObject } from '../../model/index.ts';
import type { DraftObject } from '../draft.ts';
import type { EndpointPlan, Plan } from '../plan.ts';
import type { Problem } from '../problem.ts';
import { kubernetesObject } from './kubernetes-object.ts';
import { portDraft, selector } from './policy-parts.ts';
import { serviceName } from './private-endpoints.ts';
import type { Subject } from './subjects.ts';

/**
 * What pods may call by name (kubernetes-policy 10): Cilium admits the addresses that DNS answers gave for the names, so the
 * same policy lets the pods ask for these names, for names of the cluster, and for no others.
 */
export function namePolicy(
  plan: Plan,
  subject: Subject,
  report: (problem: Problem) => void,
): KubernetesObject {
  const { namespace, name, labels, path, leaves, uses } = subject;
  const rules = leaves.flatMap((intent): readonly DraftObject[] =>
    intent.targets.flatMap((target, index) => {
      if (target.kind !== 'name') return [];
      if (target.name.startsWith('*.')) {
        report({
          code: 'intent/residue',
          severity: 'note',
          path: [...intent.path, 'to'],
          message: `\`${target.name}\` is one label before the dot in the policy, and any number of them at the firewall`,
          hint:
            index === 0 ? 'name what is called exactly, where that is known' : 'name it exactly',
        });
      }
      const ports = target.ports.map((one) => {
        const { protocol, port, endPort } = portDraft(one);
        return { port: String(port), endPort, protocol };
      });
      return [{ toFQDNs: [named(target.name)], toPorts: [{ ports }] }];
    }),
  );
  const names = leaves.flatMap(({ targets }) =>
    targets.flatMap((target) => (target.kind === 'name' ? [target.name] : [])),
  );
  return kubernetesObject({
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    namespace,
    name: `names-${name}`,
    at: plan.at(path),
    body: {
      spec: {
        endpointSelector: selector(labels),
        egress: [dnsRule([...names, ...uses.map((one) => endpointName(plan, one))]), ...rules],
      },
    },
  });
}

/** Names of the cluster, and those named. */
export function dnsRule(names: readonly string[]): DraftObject {
  const asked = [...new Set(names)].sort();
  return {
    toEndpoints: [
      {
        matchLabels: {
          'k8s:io.kubernetes.pod.namespace': 'kube-system',
          'k8s:k8s-app': 'kube-dns',
        },
      },
    ],
    toPorts: [
      {
        ports: [
          { port: '53', protocol: 'UDP' },
          { port: '53', protocol: 'TCP' },
        ],
        rules: {
          dns: [
            ...asked.map(named),
            { matchPattern: '*.*.svc.cluster.local' },
            // Resolvers try the search list first: refusing these tries breaks images based on musl.
            ...asked.flatMap((name) => [
              named(`${name}.*.svc.cluster.local`),
              named(`${name}.svc.cluster.local`),
              named(`${name}.cluster.local`),
            ]),
          ],
        },
      },
    ],
  };
}

function named(name: string): DraftObject {
  return name.includes('*') ? { matchPattern: name } : { matchName: name };
}

const PUBLIC_NAMES: Readonly<Record<EndpointPlan['written']['for'], string>> = {
  registry: 'azurecr.io',
  keyVault: 'vault.azure.net',
  blob: 'blob.core.windows.net',
  file: 'file.core.windows.net',
  sql: 'database.windows.net',
  postgres: 'postgres.database.azure.com',
  serviceBus: 'servicebus.windows.net',
};

/** Clients ask for the public name of a service; the answer leads to the endpoint. */
function endpointName(plan: Plan, endpoint: EndpointPlan): string {
  return `${serviceName(plan, endpoint)}.${PUBLIC_NAMES[endpoint.written.for]}`;
}
