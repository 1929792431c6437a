import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateAz } from '../../scripts/az.mjs';
import { ask, type EndpointProcess, serveEndpoint } from '../support/endpoint-process.ts';
import { loopbackCluster } from '../support/loopback-cluster.ts';
import { scriptedManager } from '../support/scripted-manager.ts';
import { projectRoot } from '../support/source-tree.ts';
import { executable, type Ran, sallyport } from './run-sallyport.ts';

/** What is deployed, read over HTTPS from the local endpoint: what `import --subscription` gives is what was put there. */

const folder = mkdtempSync(join(tmpdir(), 'sallyport-live-'));
const directory = join(folder, 'endpoint');
const template = join(projectRoot, 'examples', 'store-hardened', 'azuredeploy.json');
const exported = join(folder, 'exported.json');
let endpoint: EndpointProcess;

/** Nobody else's sign-in, and a home of its own. */
const CLEAN = {
  HOME: folder,
  AZURE_ACCESS_TOKEN: '',
  AZURE_TENANT_ID: 'tenant',
  AZURE_CLIENT_ID: 'client',
  AZURE_CLIENT_SECRET: 'hush-secret',
  AZURE_AUTHORITY_HOST: '',
  ARM_METADATA_HOSTNAME: '',
  KUBECONFIG: '',
};
const group = () => `/subscriptions/${endpoint.subscription}/resourceGroups`;
const live = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Ran =>
  sallyport(
    ['import', '--arm-endpoint', endpoint.origin, '--ca', join(directory, 'ca.pem'), ...args],
    {
      env: { ...CLEAN, ...env },
      cwd: folder,
    },
  );

beforeAll(async () => {
  endpoint = await serveEndpoint(directory);
  const put = async (path: string, body: object) => {
    const { status, text } = await ask(endpoint, 'PUT', path, JSON.stringify(body));
    expect([200, 201], text).toContain(status);
    return JSON.parse(text) as { readonly properties: { readonly provisioningState?: string } };
  };
  for (const name of ['NetworkWatcherRG', 'store', 'plain']) {
    await put(`${group()}/${name}`, { location: 'eastus' });
  }
  const version = '?api-version=2024-05-01';
  await put(
    `${group()}/store/providers/Microsoft.Network/networkWatchers/NetworkWatcher_eastus${version}`,
    { location: 'eastus' },
  );
  // A careful perimeter, and the careless one of the guide beside it.
  for (const [name, file] of [
    ['store', template],
    ['plain', join(projectRoot, 'examples', 'store', 'azuredeploy.json')],
  ] as const) {
    const deployment = `${group()}/${name}/providers/Microsoft.Resources/deployments/all`;
    const deployed = await put(deployment, {
      properties: {
        mode: 'Incremental',
        template: JSON.parse(readFileSync(file, 'utf8')),
        parameters: {},
      },
    });
    expect(deployed.properties.provisioningState).toBe('Succeeded');
  }
  // A zone with a record: only REST has it.
  const zone = `${group()}/store/providers/Microsoft.Network/privateDnsZones/corp.example`;
  await put(`${zone}?api-version=2024-06-01`, { location: 'global' });
  await put(`${zone}/A/billing?api-version=2024-06-01`, {
    properties: { ttl: 300, aRecords: [{ ipv4Address: '10.42.9.9' }] },
  });
  sallyport(['rehearse', 'export', '--directory', directory, '-o', exported]);
});

afterAll(async () => {
  endpoint.child.kill('SIGKILL');
  await endpoint.ended;
  rmSync(folder, { recursive: true, force: true });
});

/** The command line beside servers of this very process, which have to go on answering. */
function sallyportBeside(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  onStarted: (kill: (signal: NodeJS.Signals) => void) => void = () => undefined,
): Promise<Ran & { readonly signal: NodeJS.Signals | null }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [executable, ...args], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1', ...CLEAN, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString('utf8');
    });
    child.on('close', (code, signal) => done({ code, out, err, signal }));
    onStarted((signal) => child.kill(signal));
  });
}

describe('sallyport import --subscription', () => {
  it('what was read is what was put there: no flow and no property differs', () => {
    const read = live(['--subscription', endpoint.subscription, '-o', 'live']);
    expect(read.err).toBe('');
    expect(read.code).toBe(0);
    expect(read.out).toContain('report of a live read');
    expect(readdirSync(join(folder, 'live')).sort()).toEqual(['azure-read.json', 'azure.json']);
    for (const [one, other] of [
      [exported, join(folder, 'live')],
      [join(folder, 'live'), exported],
    ] as const) {
      const { code, out } = sallyport(['drift', one, other, '-f', 'json']);
      const drift = JSON.parse(out) as Record<string, readonly unknown[]>;
      expect([drift['changed'], drift['gone'], drift['neverApproved']]).toEqual([[], [], []]);
      expect(code).toBe(0);
    }
    const files = ['azure.json', 'azure-read.json'].map((name) =>
      readFileSync(join(folder, 'live', name), 'utf8'),
    );
    expect(files.join('')).not.toContain('hush');
    const resources = JSON.parse(files[0]!) as { id: string }[];
    expect(resources.map(({ id }) => id.split('/').slice(-2).join('/'))).toEqual(
      expect.arrayContaining([
        'A/billing',
        'azureFirewalls/aks-store-afw',
        'flowLogs/aks-store-flows',
      ]),
    );
  });

  it('every question reads the folder: check finds what it finds in an export', () => {
    const findingsOf = (path: string) => {
      const { out } = sallyport(['check', path, '--as-of', '2026-11-21', '-f', 'json']);
      const { findings } = JSON.parse(out) as { findings: { check: string; message: string }[] };
      return findings.map(({ check, message }) => `${check}: ${message}`).sort();
    };
    const found = findingsOf(join(folder, 'live'));
    expect(found.length).toBeGreaterThan(0);
    expect(found).toEqual(findingsOf(exported));
  });

  it('without a folder the summary is told, and nothing is written', () => {
    const before = readdirSync(folder);
    const { code, out } = live(['--subscription', 'Rehearsal', '-f', 'json']);
    const json = JSON.parse(out) as { resources: unknown[]; files: { file: string }[] };
    expect(code).toBe(0);
    expect(json.resources.length).toBeGreaterThan(30);
    expect(json.files.map(({ file }) => file).sort()).toEqual([
      join('live', 'azure-read.json'),
      join('live', 'azure.json'),
    ]);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('a page of intent is derived from it, and written alone', () => {
    const page = join(folder, 'derived', 'page.yaml');
    mkdirSync(join(folder, 'derived'));
    const args = ['--subscription', endpoint.subscription, '--as', 'perimeter', '-o', page];
    expect(live(args)).toMatchObject({ code: 0, out: '', err: '' });
    expect(readdirSync(join(folder, 'derived'))).toEqual(['page.yaml']);
    // The range of the hub network of the template that was deployed.
    expect(readFileSync(page, 'utf8')).toMatch(/10\.42\.\d+\.\d+\/\d+/);
  });

  it('what somebody changed by hand is drift', async () => {
    const policies = JSON.parse(readFileSync(join(folder, 'live', 'azure.json'), 'utf8')) as {
      id: string;
      type: string;
      properties: { threatIntelMode?: string };
    }[];
    const policy = policies.find(({ type }) => type === 'Microsoft.Network/firewallPolicies')!;
    expect(policy.properties.threatIntelMode).toBe('Deny');
    const changed = { ...policy, properties: { ...policy.properties, threatIntelMode: 'Off' } };
    const put = (body: object) =>
      ask(endpoint, 'PUT', `${policy.id}?api-version=2024-05-01`, JSON.stringify(body));
    expect((await put(changed)).status).toBe(200);
    expect(live(['--subscription', endpoint.subscription, '-o', 'later']).code).toBe(0);
    const { code, out } = sallyport(['drift', join(folder, 'live'), join(folder, 'later')]);
    expect(code).toBe(1);
    expect(out.replace(/\s+/g, ' ')).toContain('threatIntelMode Deny → Off');
    expect((await put(policy)).status).toBe(200);
  });

  it('variables of `rehearse serve` lead there without an option', () => {
    const { hostname, port } = new URL(endpoint.origin);
    const env = {
      ...CLEAN,
      ARM_METADATA_HOSTNAME: `${hostname}:${port}`,
      NODE_EXTRA_CA_CERTS: join(directory, 'ca.pem'),
    };
    const { code, out } = sallyport(['import', '--subscription', endpoint.subscription], {
      env,
      cwd: folder,
    });
    expect(code).toBe(0);
    expect(out).toContain('microsoft.network/azurefirewalls');
  });
});

const az = locateAz({ install: false });
const missing = 'why' in az ? ` (not run: ${az.why})` : '';

describe.skipIf(missing !== '')(`signed in as the real az is${missing}`, () => {
  it('its token is taken', { timeout: 120_000 }, () => {
    const path = 'path' in az ? az.path : '';
    const { code, err, out } = live(['--subscription', endpoint.subscription], {
      PATH: `${path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''}:${process.env['PATH']}`,
      AZURE_CLIENT_ID: '',
      AZURE_CLIENT_SECRET: '',
      AZURE_TENANT_ID: '',
      AZURE_CONFIG_DIR: join(directory, 'azure'),
      REQUESTS_CA_BUNDLE: join(directory, 'ca-bundle.pem'),
    });
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toContain('microsoft.network/azurefirewalls');
  });
});

describe('what cannot be read', () => {
  it('a part that is refused is an error with its place, in the summary and in every later question', async () => {
    const proxy = await scriptedManager(async ({ method, path, body, authorization }) => {
      if (path.includes('/ruleCollectionGroups?')) {
        return { status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no' } } };
      }
      const told = await ask(endpoint, method as 'GET', path, body === '' ? undefined : body, {
        authorization: authorization ?? '',
      });
      return {
        status: told.status,
        body: told.text.replaceAll(endpoint.origin, proxy.origin),
      };
    });
    const ca = join(folder, 'proxy.pem');
    writeFileSync(ca, proxy.ca);
    try {
      const args = ['--subscription', endpoint.subscription, '--arm-endpoint', proxy.origin];
      const read = await sallyportBeside(['import', ...args, '--ca', ca, '-o', 'refused']);
      expect(read.code).toBe(1);
      const words = read.out.replace(/\s+/g, ' ');
      expect(words).toMatch(
        /error\[live\/not-read\] rule collection groups of `[^`]*firewallPolicies/,
      );
      expect(words).toContain('status 403: AuthorizationFailed: no');
      expect(words).toMatch(/azure-read\.json:\d+/);
    } finally {
      await proxy.close();
    }
    const later = sallyport(['check', join(folder, 'refused'), '-f', 'json']);
    const { diagnostics } = JSON.parse(later.out) as { diagnostics: { code: string }[] };
    expect(diagnostics.map(({ code }) => code)).toContain('live/not-read');
    expect(later.code).toBe(1);
    // Rules that nobody has seen may allow anything, and may deny it.
    const trace = sallyport([
      'trace',
      '--from',
      'node:system',
      '--to',
      'mcr.microsoft.com:443',
      join(folder, 'refused'),
    ]);
    expect(trace.out).toMatch(/unknown/i);
  });

  it('Ctrl-C ends it at once, and nothing is half written', async () => {
    let kill: (signal: NodeJS.Signals) => void = () => undefined;
    const silent = await scriptedManager(() => {
      setTimeout(() => kill('SIGINT'), 50);
      return undefined;
    });
    const ca = join(folder, 'silent.pem');
    writeFileSync(ca, silent.ca);
    try {
      const args = [
        '--subscription',
        'x',
        '--arm-endpoint',
        silent.origin,
        '--ca',
        ca,
        '-o',
        'never',
      ];
      const { signal, err } = await sallyportBeside(['import', ...args], {}, (stop) => {
        kill = stop;
      });
      expect(signal).toBe('SIGINT');
      expect(err).not.toContain('bug');
    } finally {
      await silent.close();
    }
    expect(readdirSync(folder)).not.toContain('never');
  });

  it.each([
    [
      'a subscription nobody sees',
      ['--subscription', 'lost'],
      2,
      'no subscription `lost` is visible',
    ],
    ['an option in its place', ['--subscription', '--verbose'], 2, 'neither an id nor a name'],
    ['a word that is no name', ['--subscription', 'a;b'], 2, 'neither an id nor a name'],
    ['nothing in a list', ['--subscription', ' , '], 2, '--subscription names none'],
    ['a path beside it', ['.', '--kubeconfig', 'x'], 2, 'a path was named'],
    [
      'an address in the clear',
      ['--subscription', 'a', '--arm-endpoint', 'http://x'],
      2,
      'no https address',
    ],
    [
      'an authority that is none',
      ['--subscription', 'a', '--ca', template],
      2,
      'holds no certificate',
    ],
    ['an authority that is not there', ['--subscription', 'a', '--ca', 'no.pem'], 2, 'no.pem'],
    ['a folder that is a file', ['--subscription', 'Rehearsal', '-o', exported], 3, 'cannot write'],
  ])('%s is told in a line', (_, args, code, words) => {
    const ran = live(args);
    expect(ran.err).toContain(words);
    expect(ran.err).not.toMatch(/bug:|\n\s+at /);
    expect(ran.code).toBe(code);
  });

  it('a token that nobody vouches for is told without the secret', () => {
    const { code, err } = live([
      '--subscription',
      'Rehearsal',
      '--ca',
      join(directory, 'server.pem'),
    ]);
    expect(code).toBe(3);
    expect(err).toContain('is not trusted');
    expect(err).not.toContain('hush');
  });
});

describe('sallyport import --kubeconfig', () => {
  it('objects and resources lie side by side, and are read together', async () => {
    const policy = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'default-deny', namespace: 'pets' },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    };
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'pets' } };
    const cluster = await loopbackCluster([
      {
        group: '',
        version: 'v1',
        resource: 'namespaces',
        kind: 'Namespace',
        isNamespaced: false,
        objects: [namespace],
      },
      {
        group: 'networking.k8s.io',
        version: 'v1',
        resource: 'networkpolicies',
        kind: 'NetworkPolicy',
        objects: [policy],
      },
    ]);
    const file = join(folder, 'kubeconfig');
    writeFileSync(
      file,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'c',
        clusters: [
          {
            name: 'c',
            cluster: {
              server: cluster.address,
              'certificate-authority-data': Buffer.from(cluster.ca).toString('base64'),
            },
          },
        ],
        users: [{ name: 'u', user: { token: 'hush-token' } }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      }),
    );
    try {
      const { code, out, err } = await sallyportBeside([
        'import',
        '--kubeconfig',
        file,
        '-o',
        'live',
      ]);
      if (err.includes('`kubectl` is not installed')) {
        expect(code).toBe(3);
        return;
      }
      // Kinds of Kubernetes itself that this small server does not have are said to be missing.
      expect(out.replace(/\s+/g, ' ')).toContain('error[live/not-read] deployments.apps of `c`');
      expect(code).toBe(1);
    } finally {
      await cluster.close();
    }
    expect(readdirSync(join(folder, 'live')).sort()).toEqual([
      'azure-read.json',
      'azure.json',
      'cluster-read.json',
      'cluster.json',
    ]);
    const both = sallyport(['import', join(folder, 'live'), '-f', 'json']);
    const json = JSON.parse(both.out) as { resources: unknown[]; objects: unknown[] };
    expect(json.resources.length).toBeGreaterThan(30);
    expect(json.objects).toHaveLength(2);
    expect(readFileSync(join(folder, 'live', 'cluster.json'), 'utf8')).not.toContain('hush');
  });
});
