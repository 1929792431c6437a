import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import {
  type LoopbackCluster,
  loopbackCluster,
  type Served,
} from '../../tests/support/loopback-cluster.ts';
import { importPaths } from '../importers/index.ts';
import { bundledDatasets, memoryFileSystem } from '../io/index.ts';
import { readPerimeter } from '../model/index.ts';
import { readLiveCluster } from './live-read.ts';

const { status } = spawnSync('kubectl', ['version', '--client'], { timeout: 30_000 });
const why = status === 0 ? '' : ' (not run: kubectl is not installed)';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-cluster-'));
const running: LoopbackCluster[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const core = (resource: string, kind: string, objects: readonly object[] = []): Served => ({
  group: '',
  version: 'v1',
  resource,
  kind,
  objects,
});
const object = (apiVersion: string, kind: string, name: string, more: object = {}) => ({
  apiVersion,
  kind,
  metadata: {
    name,
    namespace: 'shop',
    uid: 'u',
    resourceVersion: '7',
    managedFields: [{ manager: 'x' }],
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"hush":"hush-0"}' },
    labels: { app: name },
  },
  ...more,
});
const owned = (kind: string, name: string, ownerKind: string, owner: string) => {
  const one = object(kind === 'Pod' ? 'v1' : 'apps/v1', kind, name, { spec: {} });
  const ownerReferences = [{ kind: ownerKind, name: owner, controller: true }];
  return { ...one, metadata: { ...one.metadata, ownerReferences } };
};

const DEPLOYMENT = object('apps/v1', 'Deployment', 'web', {
  spec: {
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          {
            name: 'web',
            image: 'web:1',
            ports: [{ containerPort: 8080 }],
            env: [
              { name: 'DB_PASSWORD', value: 'hush-1' },
              { name: 'LISTEN', value: '8080' },
            ],
            args: ['--token=hush-2', '--verbose'],
            readinessProbe: {
              httpGet: {
                port: 8080,
                httpHeaders: [{ name: 'Authorization', value: 'Basic hush-3' }],
              },
            },
          },
        ],
      },
    },
  },
});

const APPS: readonly Served[] = ['deployments', 'statefulsets', 'daemonsets', 'replicasets'].map(
  (resource) => ({
    group: 'apps',
    version: 'v1',
    resource,
    kind: {
      deployments: 'Deployment',
      statefulsets: 'StatefulSet',
      daemonsets: 'DaemonSet',
      replicasets: 'ReplicaSet',
    }[resource]!,
    objects:
      resource === 'deployments'
        ? [DEPLOYMENT]
        : resource === 'replicasets'
          ? [owned('ReplicaSet', 'web-5f', 'Deployment', 'web')]
          : [],
  }),
);

const CLUSTER: readonly Served[] = [
  { ...core('namespaces', 'Namespace', [object('v1', 'Namespace', 'shop')]), isNamespaced: false },
  { ...core('nodes', 'Node'), isNamespaced: false },
  core('pods', 'Pod', [
    owned('Pod', 'web-5f-1', 'ReplicaSet', 'web-5f'),
    object('v1', 'Pod', 'alone', { spec: { containers: [] }, status: { podIP: '10.0.0.7' } }),
  ]),
  core('services', 'Service', [
    object('v1', 'Service', 'web', { spec: { ports: [{ port: 80 }] }, status: {} }),
  ]),
  core('endpoints', 'Endpoints'),
  core('replicationcontrollers', 'ReplicationController'),
  core('secrets', 'Secret', [object('v1', 'Secret', 'db', { data: { p: 'aHVzaC00' } })]),
  core('configmaps', 'ConfigMap', [
    object('v1', 'ConfigMap', 'coredns-custom', {
      data: { 'a.server': 'corp { forward . 10.9.0.4 }' },
    }),
    object('v1', 'ConfigMap', 'app-settings', { data: { x: 'hush-5' } }),
  ]),
  ...APPS,
  ...(['jobs', 'cronjobs'] as const).map((resource) => ({
    group: 'batch',
    version: 'v1',
    resource,
    kind: resource === 'jobs' ? 'Job' : 'CronJob',
  })),
  { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices', kind: 'EndpointSlice' },
  ...(['ingresses', 'ingressclasses', 'networkpolicies'] as const).map((resource) => ({
    group: 'networking.k8s.io',
    version: 'v1',
    resource,
    kind: {
      ingresses: 'Ingress',
      ingressclasses: 'IngressClass',
      networkpolicies: 'NetworkPolicy',
    }[resource],
    isNamespaced: resource !== 'ingressclasses',
    // More than one page of the 500 that are asked for at once.
    objects:
      resource === 'networkpolicies'
        ? Array.from({ length: 620 }, (_, i) =>
            object('networking.k8s.io/v1', 'NetworkPolicy', `p${i}`, {
              spec: { podSelector: {}, policyTypes: ['Ingress'] },
            }),
          )
        : [],
  })),
  ...(['rolebindings', 'clusterrolebindings'] as const).map((resource) => ({
    group: 'rbac.authorization.k8s.io',
    version: 'v1',
    resource,
    kind: resource === 'rolebindings' ? 'RoleBinding' : 'ClusterRoleBinding',
    isNamespaced: resource === 'rolebindings',
  })),
  {
    group: 'cilium.io',
    version: 'v2',
    resource: 'ciliumnetworkpolicies',
    kind: 'CiliumNetworkPolicy',
    objects: [
      object('cilium.io/v2', 'CiliumNetworkPolicy', 'fqdn', { spec: { endpointSelector: {} } }),
    ],
  },
  { group: 'cilium.io', version: 'v2', resource: 'ciliumendpoints', kind: 'CiliumEndpoint' },
];

let number = 0;

function kubeconfig({ address, ca }: LoopbackCluster): string {
  const file = join(folder, `config-${number++}`);
  writeFileSync(
    file,
    `apiVersion: v1
kind: Config
current-context: here
clusters:
- { name: c, cluster: { server: "${address}", certificate-authority-data: ${Buffer.from(ca).toString('base64')} } }
users:
- { name: u, user: { token: hush-token } }
- name: plugin
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      interactiveMode: Never
      command: echo
      args: ['{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"hush-plugin"}}']
contexts:
- { name: here, context: { cluster: c, user: u } }
- { name: by-plugin, context: { cluster: c, user: plugin } }
- { name: other, context: { cluster: nowhere, user: u } }
`,
  );
  return file;
}

async function read(served: readonly Served[], context?: string) {
  const cluster = await loopbackCluster(served);
  running.push(cluster);
  const files = await readLiveCluster({
    kubeconfig: kubeconfig(cluster),
    ...(context === undefined ? {} : { context }),
    // Discovery is kept in the home folder between calls: one of its own for each cluster.
    env: { ...process.env, HOME: join(folder, `home-${number}`), KUBECONFIG: '' },
    signal: new AbortController().signal,
    now: () => Date.parse('2026-11-21T10:00:00Z'),
    onProgress: () => undefined,
  });
  const texts = Object.fromEntries(files.map(({ name, text }) => [`live/${name}`, text]));
  return {
    cluster,
    texts,
    list: JSON.parse(texts['live/cluster.json']!) as {
      items: { kind: string; metadata: { name: string } }[];
    },
    report: JSON.parse(texts['live/cluster-read.json']!) as {
      from: string[];
      notRead: { what: string; of: string; why: string }[];
    },
    snapshot: await importPaths(memoryFileSystem(texts), ['live'], {}, bundledDatasets()),
  };
}

describe.skipIf(why !== '')(`a cluster through kubectl${why}`, () => {
  it('what says what passes is read, all pages of it, and what others own is told by them; secrets are not', async () => {
    const { list, report, snapshot, cluster, texts } = await read(CLUSTER);
    const names = list.items
      .filter(({ kind }) => kind !== 'NetworkPolicy')
      .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names.sort()).toEqual([
      'CiliumNetworkPolicy fqdn',
      'ConfigMap coredns-custom',
      'Deployment web',
      'Namespace shop',
      'Pod alone',
      'Service web',
    ]);
    expect(list.items.filter(({ kind }) => kind === 'NetworkPolicy')).toHaveLength(620);
    expect(report).toMatchObject({ from: ['context here'], notRead: [] });
    expect(snapshot.diagnostics).toEqual([]);
    const { pods, policies } = readPerimeter(snapshot).kubernetes;
    expect(pods.map(({ name }) => name).sort()).toEqual(['alone', 'web']);
    expect(policies).toHaveLength(621);
    // Only asked; and never for a Secret, nor for ConfigMaps but by name.
    expect(cluster.asked.filter((one) => !one.startsWith('GET '))).toEqual([]);
    expect(cluster.asked.filter((one) => /secrets|configmaps$/.test(one))).toEqual([]);
    expect([...cluster.authorizations]).toEqual(['Bearer hush-token']);
    // The inside of a pod is there for a comparison; what is secret in it, or in the kubeconfig, is not.
    const all = Object.values(texts).join('\n');
    expect(all).not.toMatch(/hush|aHVzaC00/);
    expect(all).toContain('"8080"');
    expect(all).toContain('"--verbose"');
    expect(all).not.toContain('managedFields');
  });

  it('a kind that may not be listed, or whose list is no JSON, is said and costs no other', async () => {
    const served = CLUSTER.map((one) =>
      one.resource === 'services'
        ? { ...one, text: '<html>proxy</html>' }
        : one.resource === 'networkpolicies'
          ? {
              ...one,
              refusal: {
                code: 403,
                reason: 'Forbidden',
                message: 'networkpolicies.networking.k8s.io is forbidden: User "u" cannot list',
              },
            }
          : one,
    );
    const { report, list, snapshot, cluster } = await read(served, 'by-plugin');
    expect(report.notRead).toEqual([
      {
        what: 'networkpolicies.networking.k8s.io',
        of: 'by-plugin',
        why: expect.stringContaining('is forbidden: User "u" cannot list'),
      },
      { what: 'services', of: 'by-plugin', why: expect.any(String) },
    ]);
    expect([...cluster.authorizations]).toEqual(['Bearer hush-plugin']);
    expect(list.items.map(({ kind }) => kind)).toContain('Deployment');
    expect(snapshot.diagnostics).toMatchObject([
      { code: 'live/not-read', at: { source: { file: 'live/cluster-read.json' } } },
      { code: 'live/not-read', at: { source: { file: 'live/cluster-read.json' } } },
    ]);
  });

  it('a context that leads nowhere, and one that is not there, are no reading', async () => {
    await expect(read(CLUSTER, 'other')).rejects.toMatchObject({ code: 'live/cluster' });
    await expect(read(CLUSTER, 'third')).rejects.toMatchObject({
      code: 'live/cluster',
      message: expect.stringContaining('third'),
    });
    // Not an option of kubectl's, whatever it looks like.
    await expect(read(CLUSTER, '--as=admin')).rejects.toMatchObject({ code: 'live/cluster' });
  });
});

describe('without kubectl', () => {
  it('it is said that it is not installed', async () => {
    const reading = readLiveCluster({
      env: { PATH: folder },
      signal: new AbortController().signal,
      now: () => 0,
      onProgress: () => undefined,
    });
    await expect(reading).rejects.toMatchObject({
      code: 'live/cluster',
      message: 'no cluster can be asked: `kubectl` is not installed',
    });
  });
});
