import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileAppliance, proxyUpdate } from '../../src/appliance/index.ts';
import type { RuleCollection } from '../../src/model/index.ts';
import { addressSetHas, type DomainName, type Port, parseIp } from '../../src/net/index.ts';
import type { FirewallPlacement } from '../../src/network/index.ts';
import { evaluateFirewall } from '../../src/semantics/firewall/index.ts';
import { addressesOfFlowAddress } from '../../src/semantics/match.ts';
import {
  applicationCollection,
  applicationRule,
  context,
  DATASETS,
  exact,
  firewall,
  flow,
  fqdns,
  ip,
  networkCollection,
  networkRule,
  ports,
  publicAddress,
  sources,
  terms,
  threatList,
} from '../conformance/firewall/build-firewall.ts';
import { type ApplianceWire, applianceWire, WIRE, wireSite } from '../support/appliance-wire.ts';
import { clientHello } from '../support/client-hello.ts';
import { labReady, notRun } from '../support/lab-ready.ts';
import { runProxy } from '../support/running-proxy.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

/** Application rules in the real proxy, behind the real kernel, against the firewall as `trace` tells it. */

const PUBLIC = ['20.51.7.8', '20.51.7.9'];
const FIRST_SEED = Number(process.env['SALLYPORT_SEED'] ?? 1);
const CLIENTS = ['10.42.1.4', '10.42.1.9', '10.42.1.70', '10.42.1.200'];
const NAMES = [
  'x.com',
  'www.x.com',
  'a.b.www.x.com',
  'evilx.com',
  'y.org',
  'a.y.org',
  'a.b.c.d.e.f.g.h.y.org',
  'x.com.evil.org',
  'mcr.microsoft.com',
  'localhost',
  'bad.example',
  'very.bad.example',
  'gone.x.com',
];
const PATTERNS = [
  '*',
  'x.com',
  '*.x.com',
  '*x.com',
  'www.x.com',
  '*.www.x.com',
  '*.org',
  '*.y.org',
  'a.y.org',
  '*org',
  'evilx.com',
  '*e.com',
  'localhost',
];

interface Asked {
  readonly id: number;
  readonly source: string;
  readonly kind: 'http' | 'https';
  readonly port: number;
  readonly name: string;
}

describe(`application rules in the real proxy${notRun(labReady())}`, () => {
  const isReady = labReady().ok;
  let wire: ApplianceWire;
  let folder: TemporaryFolder;
  const hellos = new Map<string, string>();
  beforeAll(async () => {
    if (!isReady) return;
    wire = await applianceWire({ publicAddresses: PUBLIC, waitMilliseconds: 1200 });
    folder = temporaryFolder();
    for (const name of [...NAMES, '']) {
      const hello = await clientHello(name === '' ? undefined : name);
      hellos.set(name, hello.toString('base64'));
    }
  });
  afterAll(() => {
    wire?.remove();
    folder?.remove();
  });

  const compiled = (placement: FirewallPlacement, list = DATASETS.threatList) =>
    compileAppliance({
      firewall: placement,
      perimeter: { ipGroups: new Map(), clusters: new Map() },
      datasets: { ...DATASETS, threatList: list },
      site: wireSite(PUBLIC, `${folder.path}/run`),
    });

  async function started(placement: FirewallPlacement, list = DATASETS.threatList) {
    const appliance = compiled(placement, list);
    wire.load(appliance.nftables);
    const proxy = await runProxy(wire, `${folder.path}/run`, appliance.haproxy!);
    return { appliance, proxy };
  }

  const ask = async (asked: readonly Asked[], wait?: number) =>
    wire.probe(
      'client',
      asked.map(({ id, source, kind, port, name }) => ({
        id,
        source,
        destination: '93.184.216.34',
        protocol: 'tcp' as const,
        port,
        send: kind === 'https' ? hellos.get(name)! : request(name, port),
        ...(wait === undefined ? {} : { wait }),
      })),
    );

  for (const seed of [0, 1].map((step) => FIRST_SEED + step)) {
    it.skipIf(!isReady)(`decide names as the trace does on random firewall ${seed}`, async () => {
      const random = seededRandom(seed);
      const placement = randomFirewall(random);
      const list = threatList({ fqdns: ['*.bad.example', 'bad.example'] });
      const { appliance, proxy } = await started(placement, list);
      try {
        const asked = Array.from({ length: 120 }, (_, id): Asked => {
          const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
          const kind = pick(['http', 'https'] as const);
          const port = kind === 'http' ? pick([80, 8080]) : pick([443, 8443]);
          return { id, source: pick(CLIENTS), kind, port, name: pick(NAMES) };
        });
        const told = new Map(
          asked.map((probe) => {
            const host = probe.name as DomainName;
            const decision = evaluateFirewall(
              placement,
              flow({
                source: exact(probe.source),
                destination: exact('93.184.216.34'),
                destinationName: host,
                destinationPort: probe.port as Port,
                application:
                  probe.kind === 'http'
                    ? { kind: 'http', host, path: '/' }
                    : { kind: 'https', serverName: host },
              }),
              context({
                datasets: { ...DATASETS, threatList: list },
                resolve: (name) => exact(`198.19.0.${name.length}`),
              }),
            );
            const isGone = probe.name.startsWith('gone');
            const kind =
              isGone && decision.verdict.kind === 'allow' ? 'deny' : decision.verdict.kind;
            return [probe.id, { kind, by: decision.verdict.by.name, after: decision.after }];
          }),
        );
        const seen = new Map(await ask(asked));
        // A busy machine may be late: who should have been answered is asked again, with patience.
        const late = asked.filter(({ id }) => told.get(id)?.kind === 'allow' && !seen.has(id));
        if (late.length > 0) for (const answer of await ask(late, 4000)) seen.set(...answer);
        let decided = 0;
        const wrong = asked.flatMap((probe) => {
          const { kind, by, after } = told.get(probe.id)!;
          if (kind === 'unknown') return [];
          decided += 1;
          const answer = seen.get(probe.id);
          const address = parseIp(/(\d+\.\d+\.\d+\.\d+) \d+$/.exec(answer ?? '')?.[1] ?? '');
          const isRight =
            kind === 'allow'
              ? address !== undefined &&
                after !== undefined &&
                addressSetHas(addressesOfFlowAddress(after.source), address)
              : address === undefined;
          return isRight ? [] : [{ probe, kind, by, answer }];
        });
        expect(wrong).toEqual([]);
        expect(decided).toBeGreaterThan(30);
        // The log names the rule that the trace names.
        await new Promise((resolve) => setTimeout(resolve, 200));
        const logged = proxy.logs.filter(({ reason }) => reason === 'rule');
        for (const log of logged.slice(0, 40)) {
          const rule = appliance.rules[Number(log['rule'])]!;
          expect(rule.kind).toBe('application');
          expect(log['action']).toBe(rule.action);
        }
      } finally {
        await proxy.stop();
      }
    });
  }

  it.skipIf(!isReady)(
    'go wrong closed: no server name, no TLS, no HTTP, a wrong port in Host, no proxy',
    async () => {
      const { proxy } = await started(
        firewall({
          collections: [
            applicationCollection(
              'all',
              300,
              'Allow',
              applicationRule('names', {
                protocols: [
                  { type: 'Https', port: 443 as Port },
                  { type: 'Http', port: 80 as Port },
                ],
                targetFqdns: fqdns('*'),
              }),
            ),
          ],
          placement: { publicAddresses: PUBLIC.map(publicAddress) },
        }),
      );
      const tcp = (id: number, port: number, send: string) => ({
        id,
        source: CLIENTS[0]!,
        destination: '93.184.216.34',
        protocol: 'tcp' as const,
        port,
        send,
        wait: 3000,
      });
      const text = (words: string) => Buffer.from(words).toString('base64');
      try {
        const answers = await wire.probe('client', [
          tcp(1, 443, hellos.get('x.com')!),
          tcp(2, 443, hellos.get('')!),
          tcp(3, 443, text('SSH-2.0-OpenSSH_9.2\r\n')),
          tcp(4, 443, request('x.com', 443)),
          tcp(5, 80, request('x.com', 80)),
          tcp(6, 80, text('GET / HTTP/1.1\r\nHost: x.com:8080\r\n\r\n')),
          tcp(7, 80, text('EHLO x.com\r\n')),
          tcp(8, 80, text('GET / HTTP/1.0\r\n\r\n')),
          tcp(9, 22, text('SSH-2.0-OpenSSH_9.2\r\n')),
          tcp(10, 80, request('GONE.x.com.:80', 80)),
          tcp(11, 80, request('X.Com.:80', 80)),
          tcp(12, 80, request(`${'a.'.repeat(3000)}x.com`, 80)),
        ]);
        const words = Object.fromEntries(
          Array.from({ length: 12 }, (_, at) => {
            const answer = answers.get(at + 1) ?? 'nothing';
            return [at + 1, /^HTTP\/1.1 (\d+)/.exec(answer)?.[1] ?? answer.replace(/\d+$/, 'port')];
          }),
        );
        expect(words).toEqual({
          1: expect.stringMatching(/^20\.51\.7\.[89] port$/),
          2: 'nothing',
          3: 'nothing',
          4: 'nothing',
          5: '200',
          6: '470',
          7: '400',
          8: '470',
          9: 'nothing',
          10: '502',
          11: '200',
          12: '470',
        });
        const reasons = proxy.logs.filter(({ action }) => action === 'Deny');
        expect(reasons.map(({ reason }) => reason)).toEqual(
          expect.arrayContaining(['no-sni', 'not-tls', 'no-host', 'host-port', 'dns-failure']),
        );
      } finally {
        await proxy.stop();
      }
      const after = await wire.probe('client', [tcp(1, 443, hellos.get('x.com')!)]);
      expect([...after]).toEqual([]);
    },
  );

  it.skipIf(!isReady)('change without a reload', async () => {
    const withName = (name: string) =>
      firewall({
        collections: [
          applicationCollection(
            'some',
            300,
            'Allow',
            applicationRule('name', { targetFqdns: fqdns(name) }),
          ),
        ],
        placement: { publicAddresses: PUBLIC.map(publicAddress) },
      });
    const { appliance, proxy } = await started(withName('x.com'));
    try {
      const changed = compiled(withName('y.org'));
      const asked = (id: number, name: string): Asked => ({
        id,
        source: CLIENTS[1]!,
        kind: 'https',
        port: 443,
        name,
      });
      const before = await ask([asked(1, 'x.com'), asked(2, 'y.org')]);
      expect([...before.keys()]).toEqual([1]);
      const updates = proxyUpdate(appliance.haproxy!, changed.haproxy!, `${folder.path}/run`)!;
      expect(updates).toHaveLength(1);
      for (const { prepare, blocks, commit } of updates) {
        const version = /version created: (\d+)/.exec(await proxy.command(`${prepare}\n`))![1]!;
        for (const block of blocks) await proxy.command(block.replace('{version}', version));
        await proxy.command(`${commit.replace('{version}', version)}\n`);
      }
      const after = await ask([asked(1, 'x.com'), asked(2, 'y.org')]);
      expect([...after.keys()]).toEqual([2]);
    } finally {
      await proxy.stop();
    }
  });
});

function request(host: string, port: number): string {
  const text = `GET / HTTP/1.1\r\nHost: ${host}${port === 8080 && !host.includes(':') ? ':8080' : ''}\r\n\r\n`;
  return Buffer.from(text).toString('base64');
}

function randomFirewall(random: () => number): FirewallPlacement {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const collections: RuleCollection[] = [
    networkCollection(
      'dns',
      200,
      'Deny',
      networkRule('one', {
        sources: sources('10.42.1.200'),
        destinationAddresses: terms('93.184.0.0/16'),
        destinationPorts: ports('8443'),
      }),
    ),
  ];
  for (let at = 0; at < 5; at += 1) {
    const rules = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, rule) =>
      applicationRule(`a${at}-${rule}`, {
        protocols: pick([
          [{ type: 'Https' as const, port: 443 as Port }],
          [
            { type: 'Https' as const, port: 443 as Port },
            { type: 'Http' as const, port: 80 as Port },
          ],
          [
            { type: 'Https' as const, port: 8443 as Port },
            { type: 'Http' as const, port: 8080 as Port },
          ],
        ]),
        sources: sources(pick(['*', '*', '10.42.1.0/26', '10.42.1.4-10.42.1.70', '10.42.1.200'])),
        targetFqdns: fqdns(pick(PATTERNS), pick(PATTERNS)),
        fqdnTags: random() < 0.1 ? fqdns('AzureKubernetesService') : [],
      }),
    );
    const action = random() < 0.6 ? 'Allow' : 'Deny';
    collections.push(applicationCollection(`app${at}`, 300 + at, action, ...rules));
  }
  return firewall({
    collections,
    settings: { threatIntelMode: pick(['Alert', 'Deny'] as const) },
    placement: {
      publicAddresses: PUBLIC.map(publicAddress),
      privateAddress: {
        addresses: {
          v4: [ip(WIRE.privateAddress).value as number, ip(WIRE.privateAddress).value as number],
          v6: [],
        },
        isExact: true,
        label: 'firewall fw',
      },
    },
  });
}
