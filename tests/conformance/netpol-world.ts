import { placeless } from '../../src/diagnostics/index.ts';
import type {
  ClusterNode,
  ClusterObjects,
  ContainerPort,
  Namespace,
  PodClass,
  Service,
  ServicePort,
} from '../../src/model/index.ts';
import { type Port, type Protocol, parsePort } from '../../src/net/index.ts';
import { fromJson, type ObjectValue } from '../../src/values/index.ts';

/** A manifest as YAML or JSON gives it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: manifests are foreign JSON, read field by field below
  readonly spec?: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly status?: any;
}

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicaSet'];
const POLICY_GROUPS = [
  'networking.k8s.io',
  'policy.networking.k8s.io',
  'projectcalico.org',
  'cilium.io',
];
const NOT_POLICIES = ['Ingress', 'IngressClass'];

/** The objects of a cluster, from manifests alone: just what policy evaluation looks at. */
export function worldOf(manifests: readonly Manifest[]): ClusterObjects {
  const of = (kind: string) => manifests.filter((one) => one.kind === kind);
  const nodes = of('Node').map(nodeOf);
  const pods = [
    ...of('Pod').map((manifest) => podOf(manifest, manifest.metadata, manifest.spec, nodes)),
    ...manifests
      .filter((one) => WORKLOADS.includes(one.kind))
      .map((one) => podOf(one, one.spec.template.metadata, one.spec.template.spec, nodes)),
  ];
  const namespaces = new Map<string, Namespace>();
  for (const manifest of of('Namespace')) {
    namespaces.set(manifest.metadata.name, namespaceOf(manifest.metadata.name, manifest));
  }
  for (const manifest of manifests) {
    const name = manifest.metadata.namespace ?? 'default';
    if (!namespaces.has(name)) namespaces.set(name, namespaceOf(name));
  }
  return {
    namespaces,
    pods,
    nodes,
    services: of('Service').map(serviceOf),
    endpointSlices: [],
    ingresses: [],
    ingressClasses: [],
    gatewayClasses: [],
    gateways: [],
    httpRoutes: [],
    referenceGrants: [],
    policies: manifests
      .filter(
        (one) =>
          POLICY_GROUPS.includes(one.apiVersion.split('/')[0]!) && !NOT_POLICIES.includes(one.kind),
      )
      .map((one) => ({
        apiVersion: one.apiVersion,
        kind: one.kind,
        namespace: one.metadata.namespace ?? (isNamespaced(one.kind) ? 'default' : ''),
        name: one.metadata.name,
        body: fromJson(one, placeless(one.metadata.name)) as ObjectValue,
        at: placeless(one.metadata.name),
      })),
    configMaps: new Map(),
    boundServiceAccounts: new Set(),
  };
}

export function podNamed(objects: ClusterObjects, name: string): PodClass {
  const pod = objects.pods.find((one) => `${one.namespace}/${one.name}` === name);
  if (pod === undefined) throw new Error(`no pod ${name} in the fixture`);
  return pod;
}

export function port(value: number): Port {
  return parsePort(value)!;
}

function isNamespaced(kind: string): boolean {
  return ['NetworkPolicy', 'CiliumNetworkPolicy', 'StagedNetworkPolicy', 'NetworkSet'].includes(
    kind,
  );
}

function namespaceOf(name: string, manifest?: Manifest): Namespace {
  return {
    kind: 'Namespace',
    namespace: '',
    name,
    at: placeless(name),
    labels: { ...manifest?.metadata.labels, 'kubernetes.io/metadata.name': name },
    isDeclared: manifest !== undefined,
  };
}

function nodeOf(manifest: Manifest): ClusterNode {
  return {
    kind: 'Node',
    namespace: '',
    name: manifest.metadata.name,
    at: placeless(manifest.metadata.name),
    labels: manifest.metadata.labels ?? {},
    addresses: manifest.status.addresses.map((one: { address: string }) => one.address),
    podCidrs: [],
  };
}

function podOf(
  manifest: Manifest,
  metadata: Manifest['metadata'],
  // biome-ignore lint/suspicious/noExplicitAny: a foreign pod spec
  spec: any,
  nodes: readonly ClusterNode[],
): PodClass {
  const hostIp: string | undefined = manifest.status?.hostIP;
  const node = nodes.find((one) => hostIp !== undefined && one.addresses.includes(hostIp));
  const address: string | undefined = manifest.status?.podIP;
  const nodeName = spec.nodeName ?? node?.name;
  const ports: ContainerPort[] = spec.containers.flatMap(
    // biome-ignore lint/suspicious/noExplicitAny: a foreign container
    (container: any) => (container.ports ?? []).map(containerPortOf),
  );
  const os = spec.nodeSelector?.['kubernetes.io/os'];
  return {
    kind: manifest.kind,
    namespace: manifest.metadata.namespace ?? 'default',
    name: manifest.metadata.name,
    at: placeless(manifest.metadata.name),
    labels: metadata.labels ?? {},
    annotations: {},
    serviceAccount: spec.serviceAccountName ?? 'default',
    hostNetwork: spec.hostNetwork === true,
    ...(manifest.spec.replicas === undefined ? {} : { replicas: manifest.spec.replicas }),
    ports,
    nodeSelector: spec.nodeSelector ?? {},
    ...(address === undefined ? {} : { address }),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(os === undefined ? {} : { os }),
    probePorts: [],
    images: [],
  };
}

function containerPortOf(entry: {
  readonly name?: string;
  readonly containerPort: number;
  readonly protocol?: string;
  readonly hostPort?: number;
}): ContainerPort {
  return {
    ...(entry.name === undefined ? {} : { name: entry.name }),
    port: port(entry.containerPort),
    protocol: (entry.protocol ?? 'TCP').toLowerCase() as Protocol,
    ...(entry.hostPort === undefined ? {} : { hostPort: port(entry.hostPort) }),
    at: placeless('port'),
  };
}

function serviceOf(manifest: Manifest): Service {
  const { spec, metadata } = manifest;
  return {
    kind: 'Service',
    namespace: metadata.namespace ?? 'default',
    name: metadata.name,
    at: placeless(metadata.name),
    type: spec.type ?? 'ClusterIP',
    annotations: {},
    ...(spec.selector === undefined ? {} : { selector: spec.selector }),
    ports: spec.ports.map(
      (entry: {
        readonly name?: string;
        readonly port: number;
        readonly targetPort?: number | string;
        readonly protocol?: string;
      }): ServicePort => ({
        ...(entry.name === undefined ? {} : { name: entry.name }),
        protocol: (entry.protocol ?? 'TCP').toLowerCase() as Protocol,
        port: port(entry.port),
        targetPort:
          typeof entry.targetPort === 'string'
            ? entry.targetPort
            : port(entry.targetPort ?? entry.port),
        at: placeless('port'),
      }),
    ),
    ...(spec.clusterIP === undefined ? {} : { clusterIp: spec.clusterIP }),
    externalIps: [],
    loadBalancerSourceRanges: [],
    ingressAddresses: [],
    externalTrafficPolicy: 'Cluster',
    internalTrafficPolicy: 'Cluster',
    allocateNodePorts: true,
    typeAt: placeless(metadata.name),
  };
}
