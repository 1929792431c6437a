import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { projectRoot } from '../support/source-tree.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { sallyport } from './run-sallyport.ts';

// What the logs of the incident say by hand (`zcat | sort | uniq -c`): 10.42.1.4 and 10.42.1.5 were let through to names on 443 and to
// ntp.ubuntu.com on 123/udp, and to nothing else.

const LOGS = 'examples/incident/logs';
const BEFORE = '2026-11-08T23:00Z';
const PODS = `address,namespace,workload,from,to
10.42.1.4,default,order-service,2026-11-01T00:00:00Z,
10.42.1.5,default,store-front,2026-11-01T00:00:00Z,
`;
const folder = temporaryFolder();
const pods = folder.write('pods.csv', PODS);
afterAll(() => folder.remove());

/** The store with a policy engine. */
function store(name: string, engine: string): string {
  const path = join(folder.path, name);
  cpSync(join(projectRoot, 'examples', 'store'), path, { recursive: true });
  const file = join(path, 'azuredeploy.json');
  const plugin = '"networkPlugin": "azure",';
  writeFileSync(file, readFileSync(file, 'utf8').replace(plugin, `${plugin} ${engine},`));
  return path;
}

/** Writes the policies for what a week was used for, and gives the manifests and the text. */
function policiesOf(perimeter: string, file: string) {
  const ran = sallyport([
    ...['logs', 'tighten', LOGS, '--perimeter', perimeter, '--rule', 'aksfwarweb'],
    ...['--days', '7', '--to', BEFORE, '--pods', pods, '--policies', file],
  ]);
  expect([ran.code, ran.err]).toEqual([1, 'not written: --yes writes it\n']);
  const text = readFileSync(file, 'utf8');
  return { text, manifests: parseAllDocuments(text).map((document) => document.toJS()) };
}

describe('network policies from what was used', () => {
  it('allow what a workload was seen to call and nothing else, as Kubernetes reads it, and diff proves it', () => {
    const before = store('calico', '"networkPolicy": "calico"');
    const file = join(folder.path, 'policies.yaml');
    const { text, manifests } = policiesOf(before, file);
    const policy = (app: string) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `seen-egress-${app}`, namespace: 'default' },
      spec: {
        podSelector: { matchLabels: { app } },
        policyTypes: ['Egress'],
        egress: [
          // What stays inside: the firewall does not see it.
          { to: [{ namespaceSelector: {} }] },
          { to: [{ ipBlock: { cidr: '10.42.0.0/16' } }] },
          // Names: the time server is one too, since its rule says it by name.
          { to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ protocol: 'TCP', port: 443 }] },
          { to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ protocol: 'UDP', port: 123 }] },
        ],
      },
    });
    expect(manifests).toEqual([policy('order-service'), policy('store-front')]);
    expect(text.split('---')[0]).toBe(
      [
        '# What does not pass the firewall is left open: its logs say nothing of it.',
        '# Policies of this engine know no names: the port of a name is open to every address, and the firewall narrows it.',
        '',
      ].join('\n'),
    );
    // The types of Kubernetes itself read it, where kubectl is installed; `diff` below reads it in any case.
    const kubectl = spawnSync('kubectl', ['label', '--local', '-f', file, 'a=b', '-o', 'name']);
    if (kubectl.error === undefined) {
      expect([kubectl.status, kubectl.stdout.toString().trim().split('\n')]).toEqual([
        0,
        ['order-service', 'store-front'].map(
          (app) => `networkpolicy.networking.k8s.io/seen-egress-${app}`,
        ),
      ]);
    }
    const after = join(folder.path, 'with-policies');
    cpSync(before, after, { recursive: true });
    cpSync(file, join(after, 'policies.yaml'));
    const proof = JSON.parse(sallyport(['diff', before, after, '--format', 'json']).out);
    // Ports that the firewall allows and these two never called: 1194/udp and 9000/tcp of the API server, and 80 to names.
    const closed = proof.reach.map(
      ({ direction, origins, target, before: was, after: is }: Reach) =>
        [direction, ...origins, target.split(', ')[1], was.by?.name ?? 'open', is.by.name].join(
          ' · ',
        ),
    );
    for (const app of ['order-service', 'store-front']) {
      const end = `NetworkPolicy default/seen-egress-${app}`;
      expect(closed).toContain(`closes · default/${app} · by address · aksfwnr/apiudp · ${end}`);
      expect(closed).toContain(`closes · default/${app} · by address · aksfwnr/apitcp · ${end}`);
    }
    expect(
      closed.filter(
        (one: string) =>
          !/^closes · default\/(order-service|store-front) · by (address|name) /.test(one),
      ),
    ).toEqual([]);
  }, 120_000);

  it('say names where the engine knows them', () => {
    const { manifests } = policiesOf(
      store('cilium', '"networkDataplane": "cilium"'),
      join(folder.path, 'cilium.yaml'),
    );
    expect(manifests.map(({ kind }) => kind)).toEqual([
      'CiliumNetworkPolicy',
      'CiliumNetworkPolicy',
    ]);
    expect(manifests[0].spec.egress.slice(-2)).toEqual([
      {
        toFQDNs: [
          'auth.docker.io',
          'ghcr.io',
          'mcr.microsoft.com',
          'pkg-containers.githubusercontent.com',
          'production.cloudflare.docker.com',
          'registry-1.docker.io',
          'storebackup.blob.core.windows.net',
        ].map((matchName) => ({ matchName })),
        toPorts: [{ ports: [{ port: '443', protocol: 'TCP' }] }],
      },
      {
        toFQDNs: [{ matchName: 'ntp.ubuntu.com' }],
        toPorts: [{ ports: [{ port: '123', protocol: 'UDP' }] }],
      },
    ]);
  }, 60_000);

  it('are none, and say so, where the firewall tells no workload apart or nothing enforces them', () => {
    const file = join(folder.path, 'none.yaml');
    const asked = ['logs', 'tighten', LOGS, '--perimeter', 'examples/store', '--to', BEFORE];
    expect(sallyport([...asked, '--last', '24h', '--policies', file]).code).toBe(1);
    expect(readFileSync(file, 'utf8')).toBe('# No workload can be told apart in these logs.\n');
    sallyport([...asked, '--last', '24h', '--pods', pods, '--policies', file]);
    expect(readFileSync(file, 'utf8')).toContain(
      '# Nothing enforces them: networkPolicy is not set, which means no engine.\n',
    );
  }, 60_000);
});

interface Reach {
  readonly direction: string;
  readonly origins: readonly string[];
  readonly target: string;
  readonly before: { readonly by?: { readonly name: string } };
  readonly after: { readonly by: { readonly name: string } };
}
