import type { ClusterObjects, EndpointSlice, PolicyObject } from '../../kubernetes/objects.ts';
import type { KubernetesObject } from '../../snapshot.ts';
import type { Reading } from '../reading.ts';
import { readGateway, readGatewayClass, readReferenceGrant, readRoute } from './gateway-api.ts';
import { readIngress, readIngressClass } from './ingress.ts';
import { noteUnmodelled } from './kinds.ts';
import { readNamespaces } from './namespaces.ts';
import { readNode } from './node.ts';
import { isWorkload, readPodClasses } from './pod-class.ts';
import { isPolicy } from './policies.ts';
import { boundAccounts } from './role-binding.ts';
import { readEndpointSlice, readEndpoints, readService } from './service.ts';

/** Every Kubernetes object of the snapshot, each read once. O(objects). */
export function readClusterObjects(reading: Reading): ClusterObjects {
  const byKind = new Map<string, KubernetesObject[]>();
  const policies: PolicyObject[] = [];
  const configMaps = new Map<string, KubernetesObject>();
  for (const object of reading.snapshot.objects.values()) {
    const kind = groupAndKind(object);
    if (isPolicy(object)) {
      policies.push(object);
    } else if (READ.has(kind)) {
      const list = byKind.get(kind);
      if (list === undefined) byKind.set(kind, [object]);
      else list.push(object);
    } else if (kind === '/ConfigMap' && steersNetwork(object)) {
      configMaps.set(`${object.namespace}/${object.name}`, object);
    } else if (!isWorkload(object) && kind !== '/Namespace') {
      noteUnmodelled(reading, object);
    }
  }
  const all = <T>(read: (reading: Reading, object: KubernetesObject) => T, ...kinds: string[]) =>
    kinds.flatMap((kind) => byKind.get(kind) ?? []).map((object) => read(reading, object));
  const slices = all(readEndpointSlice, 'discovery.k8s.io/EndpointSlice');
  const accounts = all(boundAccounts, ...BINDINGS);
  return {
    namespaces: readNamespaces(reading),
    pods: readPodClasses(reading),
    nodes: all(readNode, '/Node'),
    services: all(readService, '/Service'),
    endpointSlices: [...slices, ...olderEndpoints(all(readEndpoints, '/Endpoints').flat(), slices)],
    ingresses: all(readIngress, 'networking.k8s.io/Ingress', 'extensions/Ingress'),
    ingressClasses: all(readIngressClass, 'networking.k8s.io/IngressClass'),
    gatewayClasses: all(readGatewayClass, `${GATEWAY_API}/GatewayClass`),
    gateways: all(readGateway, `${GATEWAY_API}/Gateway`),
    httpRoutes: all(readRoute, ...ROUTES),
    referenceGrants: all(readReferenceGrant, `${GATEWAY_API}/ReferenceGrant`),
    policies,
    configMaps,
    boundServiceAccounts: new Set(accounts.flat()),
  };
}

const GATEWAY_API = 'gateway.networking.k8s.io';
const ROUTES = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'].map(
  (kind) => `${GATEWAY_API}/${kind}`,
);
const BINDINGS = ['RoleBinding', 'ClusterRoleBinding'].map(
  (kind) => `rbac.authorization.k8s.io/${kind}`,
);
/** Kinds with a reader, by group; the version does not matter to any of them. */
const READ: ReadonlySet<string> = new Set([
  '/Node',
  '/Service',
  '/Endpoints',
  'discovery.k8s.io/EndpointSlice',
  'networking.k8s.io/Ingress',
  'extensions/Ingress',
  'networking.k8s.io/IngressClass',
  `${GATEWAY_API}/GatewayClass`,
  `${GATEWAY_API}/Gateway`,
  `${GATEWAY_API}/ReferenceGrant`,
  ...ROUTES,
  ...BINDINGS,
]);

function groupAndKind(object: KubernetesObject): string {
  const slash = object.apiVersion.indexOf('/');
  return `${slash < 0 ? '' : object.apiVersion.slice(0, slash)}/${object.kind}`;
}

/** The ConfigMaps that AKS reads to steer DNS and masquerading (aks 2, 9). */
function steersNetwork({ namespace, name }: KubernetesObject): boolean {
  if (namespace !== 'kube-system') return false;
  return name === 'coredns-custom' || name.startsWith('azure-ip-masq-agent-config');
}

/** A live cluster holds both forms. The older one counts only for Services without slices. */
function olderEndpoints(
  older: readonly EndpointSlice[],
  slices: readonly EndpointSlice[],
): readonly EndpointSlice[] {
  const covered = new Set(slices.map((slice) => `${slice.namespace}/${slice.service}`));
  return older.filter((each) => !covered.has(`${each.namespace}/${each.service}`));
}
