import type { KubernetesObject } from '../../model/index.ts';
import type { DraftObject } from '../draft.ts';
import type { IngressPlan, Plan } from '../plan.ts';
import { clusterId } from './ids.ts';
import { kubernetesObject } from './kubernetes-object.ts';
import { portDraft, selector } from './policy-parts.ts';
import { callersOf } from './security-groups.ts';
import { labelsOf } from './subjects.ts';

const PREFIX = 'service.beta.kubernetes.io/azure-load-balancer';
/** The class of the application routing add-on, successor of its NGINX (aks 8.3). */
export const GATEWAY_CLASS = 'approuting-istio';

/** Services with internal front ends, or a Gateway with its route and what its pods may call. */
export function publishedServices(plan: Plan): readonly KubernetesObject[] {
  const hasTwo = plan.clusters.length > 1;
  return plan.ingress.flatMap((ingress) => {
    const objects = ingress.isGateway
      ? gateway(plan, ingress)
      : [service(plan, ingress, 'LoadBalancer')];
    // Its address is in a subnet of the active cluster: the other one does not run it.
    const cluster = clusterId(plan, ingress.cluster).toLowerCase();
    return hasTwo ? objects.map((object) => ({ ...object, cluster })) : objects;
  });
}

function service(
  plan: Plan,
  ingress: IngressPlan,
  type: 'LoadBalancer' | 'ClusterIP',
): KubernetesObject {
  const isPublished = type === 'LoadBalancer';
  const { port, targetPort, written } = ingress;
  return kubernetesObject({
    apiVersion: 'v1',
    kind: 'Service',
    namespace: written.to.namespace,
    name: ingress.service,
    at: plan.at(ingress.path),
    ...(isPublished ? { annotations: annotations(ingress) } : {}),
    body: {
      spec: {
        type,
        selector: labelsOf(written.to),
        ports: [
          {
            name: 'published',
            protocol: port.protocol,
            port: Number(port.port),
            targetPort: Number(targetPort.port),
          },
        ],
        // The caller stays the source, so policies can name it, and no second node is in the way (aks 8.2).
        externalTrafficPolicy: isPublished ? 'Local' : undefined,
      },
    },
  });
}

function annotations({ address, cluster }: IngressPlan): Readonly<Record<string, string>> {
  return {
    [`${PREFIX}-internal`]: 'true',
    [`${PREFIX}-internal-subnet`]: cluster.fronts?.name ?? '',
    [`${PREFIX}-ipv4`]: address,
  };
}

function gateway(plan: Plan, ingress: IngressPlan): readonly KubernetesObject[] {
  const { written, port, targetPort } = ingress;
  const { namespace } = written.to;
  const at = plan.at(ingress.path);
  const api = 'gateway.networking.k8s.io/v1';
  const labels = { 'gateway.networking.k8s.io/gateway-name': written.name };
  const to: DraftObject = { podSelector: selector(labelsOf(written.to)) };
  const callers = callersOf(plan, ingress);
  return [
    service(plan, ingress, 'ClusterIP'),
    kubernetesObject({
      apiVersion: api,
      kind: 'Gateway',
      namespace,
      name: written.name,
      at,
      body: {
        spec: {
          gatewayClassName: GATEWAY_CLASS,
          infrastructure: { annotations: annotations(ingress) },
          addresses: [{ type: 'IPAddress', value: ingress.address }],
          listeners: [
            {
              name: 'http',
              port: Number(port.port),
              protocol: 'HTTP',
              hostname: written.host,
              allowedRoutes: { namespaces: { from: 'Same' } },
            },
          ],
        },
      },
    }),
    kubernetesObject({
      apiVersion: api,
      kind: 'HTTPRoute',
      namespace,
      name: written.name,
      at,
      body: {
        spec: {
          parentRefs: [{ name: written.name }],
          hostnames: written.host === undefined ? undefined : [written.host],
          rules: [{ backendRefs: [{ name: ingress.service, port: Number(port.port) }] }],
        },
      },
    }),
    kubernetesObject({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      namespace,
      name: `allow-gateway-${written.name}`,
      at,
      body: {
        spec: {
          podSelector: selector(labels),
          policyTypes: ['Ingress', 'Egress'],
          ingress:
            callers.length === 0
              ? undefined
              : [
                  {
                    from: callers.map((cidr) => ({ ipBlock: { cidr } })),
                    ports: [portDraft(port)],
                  },
                ],
          egress: [
            { to: [to], ports: [portDraft(targetPort)] },
            // Its configuration comes from the control plane of the mesh.
            {
              to: [namespaceOf('aks-istio-system')],
              ports: [portDraft({ port: '15012', protocol: 'TCP' })],
            },
            {
              to: [
                {
                  ...namespaceOf('kube-system'),
                  podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
                },
              ],
              ports: [
                portDraft({ port: '53', protocol: 'UDP' }),
                portDraft({ port: '53', protocol: 'TCP' }),
              ],
            },
          ],
        },
      },
    }),
  ];
}

function namespaceOf(name: string): DraftObject {
  return { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } };
}
