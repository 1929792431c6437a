import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NodesPart } from '../../src/lab/plan/node-seat.ts';
import {
  addressOf,
  bringUp,
  type ClusterOptions,
  canMakeNamespaces,
  hostOf,
  NODES,
  planSmall,
  type SmallCluster,
} from '../support/small-cluster.ts';
import type { Json } from '../support/snapshot-of.ts';

/** Services, masquerading and who sees whom, with real packets (kubernetes-policy 6 and 11, aks 2.1 and 8.2). */

const CLIENT = '203.0.113.9';
const FRONT = { cluster: '203.0.113.65', local: '203.0.113.66', few: '203.0.113.67' } as const;

const pod = (name: string, hostIP: string, podIP: string, labels: Json, more: Json = {}): Json => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', labels },
  spec: { containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 8080 }] }], ...more },
  status: { podIP, hostIP },
});

const service = (name: string, spec: Json): Json => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }], ...spec },
});

const OBJECTS: readonly Json[] = [
  pod('web1', NODES.n1, '10.244.1.10', { app: 'web', one: 'yes' }),
  pod('web2', NODES.n2, '10.244.2.10', { app: 'web' }),
  pod('client', NODES.n1, '10.244.1.20', { app: 'client' }),
  pod('agent', NODES.n1, NODES.n1, { app: 'agent' }, { hostNetwork: true }),
  {
    ...pod('door', NODES.n2, '10.244.2.30', { app: 'door' }),
    spec: { containers: [{ ports: [{ containerPort: 9000, hostPort: 9100 }] }] },
  },
  service('web', { clusterIP: '10.2.0.20' }),
  service('sticky', { clusterIP: '10.2.0.21', sessionAffinity: 'ClientIP' }),
  service('near', {
    clusterIP: '10.2.0.22',
    selector: { one: 'yes' },
    internalTrafficPolicy: 'Local',
  }),
  service('nobody', { clusterIP: '10.2.0.23', selector: { app: 'missing' } }),
  service('itself', { clusterIP: '10.2.0.24', selector: { app: 'client' } }),
  service('agent', { clusterIP: '10.2.0.25', selector: { app: 'agent' }, ports: [{ port: 80 }] }),
  service('outside', { clusterIP: '10.2.0.26', selector: {} }),
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'outside-1',
      namespace: 'shop',
      labels: { 'kubernetes.io/service-name': 'outside' },
    },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['198.51.100.7'] }],
    ports: [{ port: 8443 }],
  },
  service('public', {
    type: 'LoadBalancer',
    clusterIP: '10.2.0.27',
    ports: [{ port: 80, targetPort: 'http', nodePort: 30080 }],
  }),
  service('kept', {
    type: 'LoadBalancer',
    clusterIP: '10.2.0.28',
    selector: { one: 'yes' },
    externalTrafficPolicy: 'Local',
    ports: [{ port: 80, targetPort: 'http', nodePort: 30081 }],
  }),
  service('few', {
    type: 'LoadBalancer',
    clusterIP: '10.2.0.29',
    loadBalancerSourceRanges: ['198.51.100.0/24'],
  }),
];

const FRONTS = {
  'shop/public': FRONT.cluster,
  'shop/kept': FRONT.local,
  'shop/few': FRONT.few,
};

const world = (options: ClusterOptions = {}) =>
  planSmall(OBJECTS, {
    engine: 'none',
    frontends: FRONTS,
    apiServer: ['198.51.100.50'],
    ...options,
  });

describe.skipIf(!canMakeNamespaces)('Services and masquerading in the kernel', () => {
  let cluster: SmallCluster;
  let part: NodesPart;
  beforeAll(async () => {
    part = world();
    cluster = await bringUp(part);
  });
  afterAll(() => cluster?.down());

  const client = () => hostOf(part, 'pod/shop/client-0');
  const ask = (from: string, to: string, port: number, timeout = 4000, source?: string) =>
    cluster.try({
      from,
      to,
      port,
      protocol: 'tcp',
      timeout,
      ...(source === undefined ? {} : { source }),
    });
  const fromNet = (to: string, port: number, timeout = 4000, source: string = CLIENT) =>
    ask('net', to, port, timeout, source);
  const often = <T>(times: number, work: () => Promise<T>) =>
    Promise.all(Array.from({ length: times }, work));
  const web = () => ['pod/shop/web1-0', 'pod/shop/web2-0'].map((end) => hostOf(part, end));

  it('a cluster address reaches every backend at its named target port, and each sees the pod', async () => {
    const answers = await often(6, () => ask(client(), '10.2.0.20', 80));
    expect(new Set(answers.map(({ host }) => host))).toEqual(new Set(web()));
    expect(new Set(answers.map(({ source }) => source))).toEqual(new Set(['10.244.1.20']));
  });

  it('a client of a Service with session affinity stays with one backend', async () => {
    const answers = await often(6, () => ask(client(), '10.2.0.21', 80));
    expect(new Set(answers.map(({ host }) => host)).size).toBe(1);
    expect(web()).toContain(answers[0]?.host);
  });

  it('K8P-83: internalTrafficPolicy Local answers on the node of a pod, and is silent elsewhere', async () => {
    expect((await ask(client(), '10.2.0.22', 80)).host).toBe(web()[0]);
    expect((await ask(web()[1] ?? '', '10.2.0.22', 80, 200)).why).toBe('timeout');
  });

  it('a Service without backends refuses', async () => {
    expect((await ask(client(), '10.2.0.23', 80)).why).toBe('ECONNREFUSED');
  });

  it('a pod that meets itself through its Service sees the node', async () => {
    const answer = await ask(client(), '10.2.0.24', 80);
    expect(answer).toMatchObject({ host: client(), source: NODES.n1 });
  });

  it('a backend in the network of its node is the node', async () => {
    expect((await ask(client(), '10.2.0.25', 80)).host).toBe('n1');
    expect((await ask(web()[1] ?? '', '10.2.0.25', 80)).host).toBe('n1');
  });

  it('a Service without selector leads to the addresses of its slices, seen as the node from outside', async () => {
    expect(await ask(client(), '10.2.0.26', 80)).toMatchObject({ host: 'net', source: NODES.n1 });
  });

  it('kubernetes.default, first of the Service range, is the API server outside', async () => {
    expect(await ask(client(), '10.2.0.1', 443)).toMatchObject({ host: 'net', source: NODES.n1 });
  });

  it('nodes use cluster addresses too', async () => {
    const answers = await often(4, () => ask('n2', '10.2.0.20', 80));
    expect(new Set(answers.map(({ host }) => host))).toEqual(new Set(web()));
    expect(new Set(answers.map(({ source }) => source))).toEqual(new Set([NODES.n2]));
  });

  it('K8P-20: a front end with policy Cluster takes any pod and hides the client behind a node', async () => {
    const answers = await often(12, () => fromNet(FRONT.cluster, 80));
    expect(new Set(answers.map(({ host }) => host))).toEqual(new Set(web()));
    for (const { source } of answers) expect(Object.values(NODES)).toContain(source);
  });

  it('K8P-20: a front end with policy Local keeps the client, and its flows come to the node with the pod', async () => {
    const answers = await often(6, () => fromNet(FRONT.local, 80));
    expect(new Set(answers.map(({ host, source }) => `${host} ${source}`))).toEqual(
      new Set([`${web()[0]} ${CLIENT}`]),
    );
    const route = part.frontendRoutes.find(({ address }) => address === FRONT.local);
    expect(route?.nodes).toEqual(['n1']);
  });

  it('a pod reaches a front end with policy Local from any node', async () => {
    expect((await ask(web()[1] ?? '', FRONT.local, 80)).host).toBe(web()[0]);
  });

  it('a front end has the ports of its Service and no other', async () => {
    expect((await fromNet(FRONT.cluster, 8080, 200)).why).toBe('timeout');
  });

  it('K8P-21: source ranges decide before anything is rewritten', async () => {
    expect((await fromNet(FRONT.few, 80, 200)).why).toBe('timeout');
    expect(web()).toContain((await fromNet(FRONT.few, 80, 4000, '198.51.100.5')).host);
  });

  it('K8P-82: a node port leads on from every node with Cluster, only from the node of a pod with Local', async () => {
    for (const node of Object.values(NODES)) {
      expect(web()).toContain((await fromNet(node, 30080)).host);
    }
    expect(await fromNet(NODES.n1, 30081)).toMatchObject({ host: web()[0], source: CLIENT });
    expect((await fromNet(NODES.n2, 30081, 200)).why).toBe('timeout');
  });

  it('K8P-90: a host port leads to the pod of the node', async () => {
    expect((await fromNet(NODES.n2, 9100)).host).toBe(hostOf(part, 'pod/shop/door-0'));
    expect((await fromNet(NODES.n1, 9100)).host).toBe('n1');
  });

  it('AKS-01: an overlay pod is itself inside the pod range and its node everywhere else', async () => {
    const inside = await ask(client(), addressOf(part, 'pod/shop/web2-0'), 80);
    expect(inside.source).toBe('10.244.1.20');
    expect((await ask(client(), NODES.n2, 22)).source).toBe(NODES.n1);
    expect((await ask(client(), '198.51.100.9', 443)).source).toBe(NODES.n1);
  });

  it('AKS-02: a node-subnet pod is itself inside the virtual network and its node outside', async () => {
    cluster.load(world({ addressing: 'node-subnet', nearPrefixes: ['10.0.0.0/8'] }));
    expect((await ask(client(), NODES.n2, 22)).source).toBe('10.244.1.20');
    expect((await ask(client(), '198.51.100.9', 443)).source).toBe(NODES.n1);
    cluster.load(part);
  });

  it('AKS-03, AKS-04: a pod-subnet pod is itself everywhere, except towards the Azure host', async () => {
    cluster.load(world({ addressing: 'pod-subnet' }));
    expect((await ask(client(), '198.51.100.9', 443)).source).toBe('10.244.1.20');
    expect((await ask(client(), '168.63.129.16', 53)).source).toBe(NODES.n1);
    cluster.load(part);
  });

  it('AKS-05: a host-network pod is its node', () => {
    expect(hostOf(part, 'pod/shop/agent-0')).toBe('n1');
    expect(addressOf(part, 'pod/shop/agent-0')).toBe(NODES.n1);
  });

  it('AKS-09: ranges of the masquerade agent see the pod', async () => {
    const config = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'azure-ip-masq-agent-config', namespace: 'kube-system' },
      data: { 'ip-masq-agent': 'nonMasqueradeCIDRs:\n  - 198.51.100.0/24\nmasqLinkLocal: true\n' },
    };
    cluster.load(planSmall([...OBJECTS, config], { engine: 'none', frontends: FRONTS }));
    expect((await ask(client(), '198.51.100.9', 443)).source).toBe('10.244.1.20');
    expect((await ask(client(), '192.0.2.2', 443)).source).toBe(NODES.n1);
    cluster.load(part);
  });

  it('K8P-61: Azure NPM lets rewritten flows of a Service in; others enforce their policies on them', async () => {
    const denyAll = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'deny', namespace: 'shop' },
      spec: { podSelector: {}, policyTypes: ['Ingress'] },
    };
    const under = (engine: 'azure-npm' | 'cilium') =>
      planSmall([...OBJECTS, denyAll], { engine, frontends: FRONTS });
    cluster.load(under('azure-npm'));
    const open = await often(8, () => fromNet(FRONT.cluster, 80));
    expect(new Set(open.map(({ host }) => host))).toEqual(new Set(web()));
    expect((await fromNet(FRONT.local, 80, 200)).why).toBe('timeout');
    expect((await ask('n2', '10.244.1.10', 80, 200)).why).toBe('timeout');
    cluster.load(under('cilium'));
    const closed = await often(4, () => fromNet(FRONT.cluster, 80, 200));
    expect(new Set(closed.map(({ why }) => why))).toEqual(new Set(['timeout']));
    cluster.load(part);
  });
});
