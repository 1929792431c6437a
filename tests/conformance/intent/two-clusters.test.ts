import { describe, expect, it } from 'vitest';
import { EMITTERS, parseResourceTypes, planDeployment } from '../../../src/emitters/index.ts';
import { importPaths } from '../../../src/importers/index.ts';
import { bundledDatasets, bundledResourceTypes, memoryFileSystem } from '../../../src/io/index.ts';
import {
  clustersToldApart,
  readPerimeter,
  type Snapshot,
  viewOfCluster,
} from '../../../src/model/index.ts';
import { deriveNetwork } from '../../../src/network/index.ts';
import { answerMatrix } from '../../../src/questions/matrix/index.ts';
import { answerQuery } from '../../../src/questions/query/index.ts';
import { answers, faults, page, type World, worldOf } from './page-world.ts';

/** Two clusters of one page, and two folders of manifests: what each cluster lets through is told of each. */

const BLUE = 'aks-shop-prod-westeurope';
const GREEN = 'aks-shop-shop-green-prod-westeurope';
const PAGE = page(
  `egress:
  - { from: { namespace: shop, app: orders }, to: "api.stripe.com:443", why: payments }
ingress:
  - { name: web, to: { namespace: shop, app: web }, targetPort: 8080, via: waf }
`,
  '    also: green\n',
);
const WORKLOADS = [
  ['shop', 'orders'],
  ['shop', 'web'],
] as const;

function views({ snapshot }: { readonly snapshot: Snapshot }): ReadonlyMap<string, World> {
  return new Map(
    clustersToldApart(snapshot).map((cluster) => {
      const perimeter = readPerimeter(viewOfCluster(snapshot, cluster));
      const network = deriveNetwork(perimeter);
      return [cluster.name, { snapshot: perimeter.snapshot, perimeter, network }];
    }),
  );
}

function view(all: ReadonlyMap<string, World>, name: string): World {
  const found = all.get(name);
  if (found === undefined) throw new Error(`no view of ${name}`);
  return found;
}

describe('a page with a second cluster', () => {
  const both = worldOf(PAGE, WORKLOADS).then(views);

  it.each([BLUE, GREEN])('%s: what its pods may do is certain', async (name) => {
    const world = view(await both, name);
    expect(answers(world, 'deploy:shop/orders', 'api.stripe.com:443')).toBe('allowed');
    expect(answers(world, 'deploy:shop/web', 'api.stripe.com:443')).toBe('denied');
    expect(answers(world, 'deploy:shop/orders', 'example.org:443')).toBe('denied');
    const query = answerQuery(world.network, { from: 'pods', to: 'internet:443' });
    expect(query.answer.cells.filter(({ verdict }) => verdict === 'open')).toEqual([]);
    const matrix = answerMatrix(world.network, {});
    expect(matrix.senders.map(({ label }) => label).sort()).toContain('shop/orders');
    expect(faults(world)).toEqual([]);
  });

  it('each leaves from its own nodes', async () => {
    const sources = [...(await both).values()].map(({ network }) => {
      const { answer } = answerQuery(network, {
        from: 'deploy:shop/orders',
        to: 'api.stripe.com:443',
      });
      const [cell] = answer.cells.filter(({ verdict }) => verdict === 'allowed');
      return cell?.chain.find(({ box }) => box === 'subnet')?.name;
    });
    expect(sources).toEqual(['snet-shop-nodes', 'snet-shop-green-nodes']);
  });

  it('what is published goes to the active one, and to no pod of the other', async () => {
    const all = await both;
    const reached = (name: string) => {
      const { answer } = answerQuery(view(all, name).network, { from: 'internet', to: 'pods' });
      const cells = answer.cells.filter(({ verdict }) => verdict !== 'denied');
      return cells.map(({ verdict, to }) => `${verdict} ${to}`).sort();
    };
    expect(reached(BLUE)).toContain('allowed shop/web');
    expect(reached(GREEN)).toEqual([]);
  });

  it('to the other cluster its front end is a machine of the network', async () => {
    const green = view(await both, GREEN);
    const front = [...green.network.owners.entries].find(
      ({ owner }) => owner.kind === 'service-frontend',
    );
    expect(front?.address.label).toBe(`service shop/web of ${BLUE}`);
  });

  it('without a view nobody says whose pods they are', async () => {
    const { network, ...rest } = await worldOf(PAGE, WORKLOADS);
    expect(network.clusters.map(({ name }) => name)).toHaveLength(3);
    expect(answers({ network, ...rest }, 'deploy:shop/orders', 'api.stripe.com:443')).toBe(
      'unknown',
    );
  });

  it('two clusters of their own need not run the same: nothing is told apart', async () => {
    const text = PAGE.replace('    also: green\n', '').replace(
      'namespaces:',
      '  - { name: other }\nnamespaces:',
    );
    expect(views(await worldOf(text, WORKLOADS)).size).toBe(0);
  });
});

describe('one parameter of what is emitted', () => {
  const emitted = worldOf(PAGE, WORKLOADS).then(({ snapshot }) =>
    planDeployment(snapshot, {
      tool: 'sallyport 0.0.0',
      types: parseResourceTypes(bundledResourceTypes()),
    }),
  );

  it.each([
    ['bicep', 'deployGreen'],
    ['arm', 'deployGreen'],
    ['terraform', 'deploy_green'],
  ])(
    '%s: with it both are there, without it only the first, and nothing is a finding',
    async (target, name) => {
      const plan = await emitted;
      const emitter = EMITTERS.find((one) => one.target === target);
      const manifests = EMITTERS.find((one) => one.target === 'kubernetes');
      if (emitter === undefined || manifests === undefined) throw new Error('no such emitter');
      const written = [...emitter.emit(plan).files, ...manifests.emit(plan).files];
      const files = Object.fromEntries(written.map(({ path, text }) => [path, text]));
      for (const deployed of [true, false]) {
        const snapshot = await importPaths(
          memoryFileSystem(files),
          ['.'],
          {
            parameters: { [name]: String(deployed) },
            resourceGroup: 'rg-shop-prod-westeurope',
            today: '2026-11-21',
            ...(deployed ? { objectsOf: { [BLUE]: [`clusters/${BLUE}`] } } : {}),
          },
          bundledDatasets(),
        );
        const clusters = [...snapshot.resources.values()].filter(({ type }) =>
          type.endsWith('/managedclusters'),
        );
        expect(clusters.map((one) => one.name)).toEqual(deployed ? [BLUE, GREEN] : [BLUE]);
        expect(snapshot.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
        const worlds = deployed ? [...views({ snapshot }).values()] : [worldWith(snapshot)];
        expect(worlds).toHaveLength(deployed ? 2 : 1);
        for (const world of worlds) expect(faults(world)).toEqual([]);
      }
    },
  );
});

function worldWith(snapshot: Snapshot): World {
  const perimeter = readPerimeter(snapshot);
  return { snapshot, perimeter, network: deriveNetwork(perimeter) };
}

describe('folders of manifests, one for each cluster', () => {
  const cluster = (name: string) => ({
    type: 'Microsoft.ContainerService/managedClusters',
    apiVersion: '2026-05-01',
    name,
    location: 'westeurope',
    properties: {
      networkProfile: {
        networkPlugin: 'azure',
        networkPluginMode: 'overlay',
        podCidr: '10.244.0.0/16',
        networkPolicy: 'cilium',
        networkDataplane: 'cilium',
      },
      agentPoolProfiles: [{ name: 'system', mode: 'System', count: 1, vmSize: 'Standard_D4s_v5' }],
    },
  });
  const POD = (name: string) => `apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, labels: { app: ${name} } }
spec: { containers: [{ name: main, image: ghcr.io/example/${name}:1, ports: [{ containerPort: 80 }] }] }
`;
  const POLICY = (from: string) => `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec:
  podSelector: { matchLabels: { app: web } }
  policyTypes: [Ingress]
  ingress: ${from}
`;
  const files = {
    'azure.json': JSON.stringify({
      $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
      contentVersion: '1.0.0.0',
      resources: [cluster('aks-a'), cluster('aks-b')],
    }),
    'shared/pods.yaml': `${POD('web')}---\n${POD('front')}`,
    'a/policy.yaml': POLICY('[]'),
    'b/policy.yaml': POLICY('[{ from: [{ podSelector: { matchLabels: { app: front } } }] }]'),
  };
  const read = (objectsOf?: Readonly<Record<string, readonly string[]>>) =>
    importPaths(
      memoryFileSystem(files),
      ['.'],
      objectsOf === undefined ? {} : { objectsOf },
      bundledDatasets(),
    );

  it('the same policy, written differently for each, counts as it is written there', async () => {
    const all = views({ snapshot: await read({ 'AKS-a': ['a'], 'aks-b': ['./b/'] }) });
    const ask = (name: string) => answers(view(all, name), 'pod:shop/front', 'pod:shop/web:80');
    expect([ask('aks-a'), ask('aks-b')]).toEqual(['denied', 'allowed']);
    expect([...all.values()].map(({ snapshot }) => snapshot.diagnostics)).toEqual([[], []]);
  });

  it('without a word about the folders they contradict each other', async () => {
    const snapshot = await read();
    expect(snapshot.diagnostics.map(({ code }) => code)).toContain('snapshot/defined-twice');
    expect(clustersToldApart(snapshot)).toEqual([]);
  });

  it('what a folder for all of them says differently from that of one is unknown in that one', async () => {
    const snapshot = await read({ 'aks-a': ['a'] });
    const all = views({ snapshot });
    const ask = (name: string) => answers(view(all, name), 'pod:shop/front', 'pod:shop/web:80');
    expect([ask('aks-a'), ask('aks-b')]).toEqual(['unknown', 'allowed']);
    expect(snapshot.diagnostics.map(({ code }) => code)).toContain('snapshot/defined-twice');
  });
});
