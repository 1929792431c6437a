import { describe, expect, it } from 'vitest';
import { codesOf, only, perimeterOf } from '../../../../tests/support/read.ts';
import type { Json } from '../../../../tests/support/snapshot-of.ts';

function read(...objects: Json[]) {
  const perimeter = perimeterOf([], objects);
  return { ...perimeter.kubernetes, codes: codesOf(perimeter), gaps: perimeter.gaps };
}

const meta = (name: string, more: Json = {}) => ({ name, namespace: 'shop', ...more });
const CONTAINER = { name: 'c', image: 'mcr.microsoft.com/app:1', ports: [{ containerPort: 8080 }] };
const template = (spec: Json = {}) => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [CONTAINER], ...spec },
});
const deployment = (spec: Json = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: meta('web'),
  spec: { replicas: 3, template: template(spec) },
});
const owned = (kind: string, name: string) => ({ ownerReferences: [{ kind, name, uid: 'u' }] });

describe('namespaces', () => {
  it('K8P-10: every namespace has the label of its name, also one that is only mentioned', () => {
    const { namespaces } = read(
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'shop', labels: { tier: 'front', 'kubernetes.io/metadata.name': 'x' } },
      },
      deployment(),
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'other' } },
    );
    expect(namespaces.get('shop')).toMatchObject({
      labels: { tier: 'front', 'kubernetes.io/metadata.name': 'shop' },
      isDeclared: true,
    });
    expect(namespaces.get('other')).toMatchObject({
      labels: { 'kubernetes.io/metadata.name': 'other' },
      isDeclared: false,
    });
    expect([...namespaces.keys()].sort()).toEqual(['other', 'shop']);
  });
});

describe('pods', () => {
  it('reads the template of a workload', () => {
    const { pods, codes } = read(
      deployment({
        serviceAccountName: 'web',
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        containers: [
          {
            ...CONTAINER,
            ports: [
              { name: 'http', containerPort: 8080 },
              { containerPort: 53, protocol: 'UDP' },
            ],
            livenessProbe: { httpGet: { port: 'http' } },
            readinessProbe: { tcpSocket: { port: 8081 } },
          },
        ],
        initContainers: [
          { image: 'proxy', restartPolicy: 'Always', ports: [{ containerPort: 15006 }] },
          { image: 'setup', ports: [{ containerPort: 99 }] },
        ],
      }),
    );
    expect(codes).toEqual([]);
    expect(only(pods)).toMatchObject({
      kind: 'Deployment',
      namespace: 'shop',
      labels: { app: 'web' },
      serviceAccount: 'web',
      hostNetwork: false,
      replicas: 3,
      os: 'linux',
      ports: [
        { name: 'http', port: 8080, protocol: 'tcp' },
        { port: 53, protocol: 'udp' },
        { port: 15006, protocol: 'tcp' },
      ],
      probePorts: ['http', 8081],
      images: ['mcr.microsoft.com/app:1', 'proxy', 'setup'],
    });
  });

  it('a CronJob keeps its template two levels down', () => {
    const { pods } = read({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: meta('nightly'),
      spec: { jobTemplate: { spec: { template: template() } } },
    });
    expect(only(pods)).toMatchObject({ kind: 'CronJob', labels: { app: 'web' } });
  });

  it('K8P-92: what a workload of the input made is that workload', () => {
    const { pods } = read(
      deployment(),
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: meta('web-1', owned('Deployment', 'web')),
        spec: { template: template() },
      },
      { apiVersion: 'v1', kind: 'Pod', metadata: meta('web-1-a', owned('ReplicaSet', 'web-1')) },
      { apiVersion: 'v1', kind: 'Pod', metadata: meta('alone', owned('ReplicaSet', 'elsewhere')) },
    );
    expect(pods.map((pod) => pod.name)).toEqual(['web', 'alone']);
  });

  it('pods and jobs that have ended are left out', () => {
    const pod = (name: string, phase: string) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: meta(name),
      status: { phase, podIP: '10.244.0.5' },
    });
    const { pods } = read(pod('a', 'Running'), pod('b', 'Succeeded'), pod('c', 'Failed'), {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: meta('done'),
      spec: { template: template() },
      status: { conditions: [{ type: 'Complete', status: 'True' }] },
    });
    expect(pods.map((each) => [each.name, each.address])).toEqual([['a', '10.244.0.5']]);
  });

  it('K8P-90: ports on the node are read', () => {
    const ports = [{ containerPort: 80, hostPort: 8080 }];
    const { pods } = read(deployment({ hostNetwork: true, containers: [{ ...CONTAINER, ports }] }));
    expect(only(pods)).toMatchObject({ hostNetwork: true, ports: [{ hostPort: 8080 }] });
  });

  it('wrong types are said, and the rest of the object is read', () => {
    const { pods, codes } = read({
      ...deployment(),
      spec: {
        replicas: '2',
        template: {
          metadata: { labels: { app: 'web', version: 1 } },
          spec: { containers: [{ image: 7, ports: [{ containerPort: 'http' }, 9090] }] },
        },
      },
    });
    expect(only(pods)).toMatchObject({
      replicas: 2,
      labels: { app: 'web', version: '1' },
      ports: [],
    });
    expect(new Set(codes)).toEqual(new Set(['kubernetes/wrong-type']));
    expect(codes).toHaveLength(5);
  });
});

describe('services', () => {
  const service = (spec: Json, more: Json = {}) =>
    read({ apiVersion: 'v1', kind: 'Service', metadata: meta('web', more), spec });

  it('K8P-91: a Service is ClusterIP over TCP with policy Cluster unless it says otherwise', () => {
    const { services, codes } = service({ ports: [{ port: 80 }] });
    expect(codes).toEqual([]);
    const read = only(services);
    expect(read).toMatchObject({
      type: 'ClusterIP',
      ports: [{ port: 80, targetPort: 80, protocol: 'tcp' }],
      externalTrafficPolicy: 'Cluster',
      internalTrafficPolicy: 'Cluster',
      allocateNodePorts: true,
    });
    expect(read.selector).toBeUndefined();
  });

  it('reads a load balancer with its addresses and limits', () => {
    const { services } = read({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: meta('web', { annotations: { 'service.beta.kubernetes.io/x': 'true' } }),
      spec: {
        type: 'LoadBalancer',
        selector: { app: 'web' },
        clusterIP: '10.0.0.7',
        loadBalancerSourceRanges: ['203.0.113.0/24'],
        externalTrafficPolicy: 'Local',
        allocateLoadBalancerNodePorts: false,
        ports: [{ name: 'http', port: 80, targetPort: 'http', nodePort: 30080 }],
      },
      status: { loadBalancer: { ingress: [{ ip: '20.1.2.3' }, { hostname: 'h' }] } },
    });
    expect(only(services)).toMatchObject({
      type: 'LoadBalancer',
      selector: { app: 'web' },
      clusterIp: '10.0.0.7',
      loadBalancerSourceRanges: ['203.0.113.0/24'],
      ingressAddresses: ['20.1.2.3'],
      externalTrafficPolicy: 'Local',
      allocateNodePorts: false,
      ports: [{ name: 'http', targetPort: 'http', nodePort: 30080 }],
    });
  });

  it('a target port of digits in quotes is said and read as a number', () => {
    const { services, codes } = service({ ports: [{ port: 80, targetPort: '8080' }] });
    expect(codes).toEqual(['kubernetes/wrong-type']);
    expect(only(services).ports).toMatchObject([{ targetPort: 8080 }]);
  });

  it('a type Kubernetes does not know is said', () => {
    expect(service({ type: 'loadbalancer', ports: [] }).codes).toEqual(['kubernetes/not-a-choice']);
  });

  it('a type nobody knows is a guess, and says so', () => {
    const { services, codes } = service({ type: { $unknown: 'type' }, ports: [] });
    expect(codes).toEqual(['model/value-unknown']);
    expect(only(services)).toMatchObject({ unknownType: { kind: 'unknown' } });
  });

  it('K8P-80: slices say where a Service without selector leads; the older form only where there is none', () => {
    const endpoints = (name: string) => ({
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: meta(name),
      subsets: [{ addresses: [{ ip: '10.9.0.1' }], ports: [{ port: 5432 }] }],
    });
    const { endpointSlices } = read(
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: meta('db-x', { labels: { 'kubernetes.io/service-name': 'db' } }),
        endpoints: [{ addresses: ['10.9.0.2'] }],
        ports: [{ name: 'pg', port: 5432 }],
      },
      endpoints('db'),
      endpoints('old'),
    );
    expect(endpointSlices).toMatchObject([
      { service: 'db', addresses: ['10.9.0.2'], ports: [{ name: 'pg', port: 5432 }] },
      { service: 'old', addresses: ['10.9.0.1'] },
    ]);
  });
});

describe('ways in', () => {
  const backend = (name: string, port: Json) => ({ service: { name, port } });

  it('K8P-86: an Ingress rule may have no paths, and a backend that is no Service is none', () => {
    const { ingresses } = read({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: meta('web'),
      spec: {
        ingressClassName: 'nginx',
        defaultBackend: backend('fallback', { number: 80 }),
        rules: [
          { host: 'a.example' },
          {
            http: {
              paths: [
                { path: '/', pathType: 'Prefix', backend: backend('web', { name: 'http' }) },
                { path: '/f', backend: { resource: { kind: 'Bucket', name: 'b' } } },
              ],
            },
          },
        ],
      },
    });
    expect(only(ingresses)).toMatchObject({
      className: 'nginx',
      defaultBackend: { service: 'fallback', namespace: 'shop', port: 80 },
      rules: [
        { host: 'a.example', paths: [] },
        {
          paths: [
            { path: '/', backend: { service: 'web', port: 'http' } },
            { path: '/f', backend: undefined },
          ],
        },
      ],
    });
  });

  it('reads an Ingress in its form before v1', () => {
    const { ingresses } = read({
      apiVersion: 'extensions/v1beta1',
      kind: 'Ingress',
      metadata: meta('web'),
      spec: { backend: { serviceName: 'web', servicePort: 80 } },
    });
    expect(only(ingresses).defaultBackend).toMatchObject({ service: 'web', port: 80 });
  });

  it('K8P-85: the default class carries an annotation', () => {
    const { ingressClasses } = read({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: {
        name: 'nginx',
        annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' },
      },
      spec: { controller: 'k8s.io/ingress-nginx' },
    });
    expect(only(ingressClasses)).toMatchObject({
      controller: 'k8s.io/ingress-nginx',
      isDefault: true,
    });
  });

  it('K8P-93: a route backend is a Service of its namespace with weight 1 unless it says otherwise', () => {
    const { gateways, httpRoutes, gaps } = read(
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'Gateway',
        metadata: meta('gw'),
        spec: {
          gatewayClassName: 'istio',
          listeners: [
            { name: 'http', port: 80, protocol: 'HTTP' },
            {
              name: 'all',
              port: 443,
              protocol: 'HTTPS',
              allowedRoutes: { namespaces: { from: 'Selector', selector: { matchLabels: {} } } },
            },
          ],
        },
      },
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: meta('r'),
        spec: {
          parentRefs: [
            { name: 'gw', sectionName: 'http' },
            { kind: 'Service', name: 's' },
          ],
          hostnames: ['a.example'],
          rules: [
            {
              matches: [{ path: { type: 'PathPrefix', value: '/api' } }],
              backendRefs: [
                { name: 'web', port: 80 },
                { name: 'none', namespace: 'other', port: 80, weight: 0 },
                { kind: 'Bucket', name: 'b' },
              ],
            },
            { filters: [{ type: 'RequestRedirect' }] },
          ],
        },
      },
    );
    // K8P-87: Same by default.
    expect(only(gateways).listeners).toMatchObject([
      { name: 'http', allowedNamespaces: 'Same' },
      { name: 'all', allowedNamespaces: 'Selector', namespaceSelector: { kind: 'object' } },
    ]);
    expect(only(httpRoutes)).toMatchObject({
      parents: [{ name: 'gw', namespace: 'shop', sectionName: 'http' }],
      rules: [
        {
          paths: ['/api'],
          backends: [
            { service: 'web', namespace: 'shop', port: 80, weight: 1 },
            { service: 'none', namespace: 'other', weight: 0 },
          ],
          redirects: false,
        },
        { backends: [], redirects: true },
      ],
    });
    expect(gaps.map((gap) => gap.what)).toEqual(['backendRefs of kind Bucket']);
  });
});

describe('what else matters', () => {
  it('nodes have addresses and pod ranges', () => {
    const { nodes } = read({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n1', labels: { a: 'b' } },
      spec: { podCIDR: '10.244.1.0/24', podCIDRs: ['10.244.1.0/24'] },
      status: { addresses: [{ type: 'InternalIP', address: '10.0.0.5' }] },
    });
    expect(only(nodes)).toMatchObject({ addresses: ['10.0.0.5'], podCidrs: ['10.244.1.0/24'] });
  });

  it('accounts with any binding, of the namespace of the binding unless they say otherwise', () => {
    const binding = (kind: string, metadata: Json, ...subjects: Json[]) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind,
      metadata,
      subjects,
    });
    const { boundServiceAccounts } = read(
      binding('RoleBinding', meta('b'), { kind: 'ServiceAccount', name: 'web' }),
      binding(
        'ClusterRoleBinding',
        { name: 'c' },
        { kind: 'ServiceAccount', name: 'op', namespace: 'ops' },
        { kind: 'User', name: 'system:serviceaccount:ci:runner' },
        { kind: 'Group', name: 'system:masters' },
      ),
    );
    expect([...boundServiceAccounts]).toEqual(['shop/web', 'ops/op', 'ci/runner']);
  });

  it('policies of every engine are kept as they are, other kinds of the engines are not policies', () => {
    const object = (apiVersion: string, kind: string) => ({
      apiVersion,
      kind,
      metadata: meta('p'),
    });
    const { policies, gaps } = read(
      object('networking.k8s.io/v1', 'NetworkPolicy'),
      object('policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy'),
      object('crd.projectcalico.org/v1', 'GlobalNetworkPolicy'),
      object('projectcalico.org/v3', 'StagedNetworkPolicy'),
      object('cilium.io/v2', 'CiliumNetworkPolicy'),
      object('cilium.io/v2', 'CiliumEndpoint'),
      object('crd.projectcalico.org/v1', 'FelixConfiguration'),
    );
    expect(policies.map((policy) => policy.kind)).toEqual([
      'NetworkPolicy',
      'AdminNetworkPolicy',
      'GlobalNetworkPolicy',
      'StagedNetworkPolicy',
      'CiliumNetworkPolicy',
    ]);
    expect(gaps.map((gap) => [gap.what, gap.why !== ''])).toEqual([
      ['cilium.io/CiliumEndpoint', false],
      ['crd.projectcalico.org/FelixConfiguration', true],
    ]);
  });

  it('AKS-09: the ConfigMaps that steer DNS and masquerading are kept, others are not', () => {
    const map = (name: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'kube-system' },
    });
    const { configMaps } = read(
      map('coredns-custom'),
      map('azure-ip-masq-agent-config-reconciled'),
      map('other'),
    );
    expect([...configMaps.keys()]).toEqual([
      'kube-system/coredns-custom',
      'kube-system/azure-ip-masq-agent-config-reconciled',
    ]);
  });
});
