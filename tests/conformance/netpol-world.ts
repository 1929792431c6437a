import { parseAllDocuments } from 'yaml';
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
import {
  ALL_IPV4,
  addressesOfPrefixes,
  type Port,
  type Protocol,
  parseDomainName,
  parseIp,
  parsePort,
  parsePrefix,
} from '../../src/net/index.ts';
import type { PolicyEngine } from '../../src/network/index.ts';
import {
  type ClusterRanges,
  evaluateConnection,
  type PolicyEnd,
  parsePolicies,
} from '../../src/semantics/network-policy/index.ts';
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

/** Manifests written as YAML, documents separated by `---`. */
export function manifestsOf(yaml: string): readonly Manifest[] {
  return parseAllDocuments(yaml)
    .map((document) => document.toJSON() as Manifest | null)
    .filter((manifest) => manifest !== null);
}

/** Two namespaces and four pods for cases of few lines: shop (tier: front) with web and api, data (tier: back) with db and cache. */
export const SHOP = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { tier: front } }
---
apiVersion: v1
kind: Namespace
metadata: { name: data, labels: { tier: back } }
---
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop, labels: { app: web } }
spec: { containers: [{ ports: [{ name: http, containerPort: 8080 }] }] }
status: { podIP: 10.244.0.10, hostIP: 10.0.0.4 }
---
apiVersion: v1
kind: Pod
metadata: { name: api, namespace: shop, labels: { app: api } }
spec: { serviceAccountName: api, containers: [{ ports: [{ name: http, containerPort: 9090 }] }] }
status: { podIP: 10.244.0.11, hostIP: 10.0.0.4 }
---
apiVersion: v1
kind: Pod
metadata: { name: db, namespace: data, labels: { app: db } }
spec: { containers: [{ ports: [{ name: sql, containerPort: 5432 }] }] }
status: { podIP: 10.244.1.10, hostIP: 10.0.0.5 }
---
apiVersion: v1
kind: Pod
metadata: { name: agent, namespace: data, labels: { app: agent } }
spec: { hostNetwork: true, containers: [{ ports: [{ containerPort: 9100 }] }] }
status: { podIP: 10.0.0.5, hostIP: 10.0.0.5 }
---
apiVersion: v1
kind: Node
metadata: { name: n1, labels: { pool: system } }
status: { addresses: [{ type: InternalIP, address: 10.0.0.4 }] }
---
apiVersion: v1
kind: Node
metadata: { name: n2, labels: { pool: user } }
status: { addresses: [{ type: InternalIP, address: 10.0.0.5 }] }
`;

const rangeOf = (text: string) => addressesOfPrefixes([parsePrefix(text)!]);

/** The address ranges of that cluster. */
export const SHOP_RANGES: ClusterRanges = {
  podAddresses: rangeOf('10.244.0.0/16'),
  nodeAddresses: rangeOf('10.0.0.0/24'),
  serviceAddresses: rangeOf('10.2.0.0/16'),
};

/** The shop with these policies; asks one connection, answers with the decision of both ends. */
export function shop(policiesYaml: string, ranges: ClusterRanges = SHOP_RANGES) {
  const objects = worldOf([...manifestsOf(SHOP), ...manifestsOf(policiesYaml)]);
  const { value: policies, diagnostics } = parsePolicies(objects, ranges);
  const end = (text: string): PolicyEnd => {
    if (text.includes('/')) return { kind: 'pod', pod: podNamed(objects, text) };
    const ip = parseIp(text);
    if (ip !== undefined) return { kind: 'address', address: { kind: 'exact', ip } };
    return {
      kind: 'address',
      address: { kind: 'within', addresses: ALL_IPV4, label: text },
      name: parseDomainName(text)!,
    };
  };
  return {
    objects,
    policies,
    diagnostics,
    end,
    ask: (
      engine: PolicyEngine,
      from: string,
      to: string,
      what = 'tcp 8080',
      rest: Parameters<typeof evaluateConnection>[6] = {},
    ) => {
      const [protocol, number] = what.split(' ');
      return evaluateConnection(
        policies,
        engine,
        end(from),
        end(to),
        protocol as Protocol,
        number === undefined ? undefined : port(Number(number)),
        rest,
      );
    },
  };
}
