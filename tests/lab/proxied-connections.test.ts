import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileAppliance } from '../../src/appliance/index.ts';
import type { RuleCollection } from '../../src/model/index.ts';
import type { Port } from '../../src/net/index.ts';
import {
  applicationCollection,
  applicationRule,
  DATASETS,
  firewall,
  fqdns,
  networkCollection,
  networkRule,
  ports,
  publicAddress,
  terms,
} from '../conformance/firewall/build-firewall.ts';
import { type ApplianceWire, applianceWire, WIRE, wireSite } from '../support/appliance-wire.ts';
import { clientHello } from '../support/client-hello.ts';
import { labReady, notRun } from '../support/lab-ready.ts';
import { type RunningProxy, runProxy } from '../support/running-proxy.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

/** What happens around the decision of the proxy: names that are held, ports that come again. With real packets. */

const PUBLIC = ['20.51.7.8'];
/** A probe is answered at once or not at all: the proxy that waits for more bytes does so for five seconds. */
const AT_ONCE = 3000;

/** Says what it is told, prints when an answer came, and stays. */
const STAYS = `const socket = require('node:net').connect(443, '93.184.216.34');
socket.write(Buffer.from(process.argv[1], 'base64'));
socket.on('data', () => console.log('answered'));`;

describe(`proxied connections${notRun(labReady())}`, () => {
  const isReady = labReady().ok;
  let wire: ApplianceWire;
  let folder: TemporaryFolder;
  let proxy: RunningProxy;

  beforeAll(async () => {
    if (!isReady) return;
    wire = await applianceWire({ publicAddresses: PUBLIC, waitMilliseconds: AT_ONCE });
    folder = temporaryFolder();
    const protocols = [
      { type: 'Https' as const, port: 443 as Port },
      { type: 'Http' as const, port: 80 as Port },
    ];
    const rule = applicationRule('names', { protocols, targetFqdns: fqdns('*.x.com') });
    const appliance = compiled(applicationCollection('all', 300, 'Allow', rule));
    wire.load(appliance.nftables);
    proxy = await runProxy(wire, `${folder.path}/run`, appliance.haproxy!);
  });
  afterAll(async () => {
    await proxy?.stop();
    wire?.remove();
    folder?.remove();
  });

  const compiled = (collection: RuleCollection) =>
    compileAppliance({
      firewall: firewall({
        collections: [collection],
        placement: { publicAddresses: PUBLIC.map(publicAddress) },
      }),
      perimeter: { ipGroups: new Map(), clusters: new Map() },
      datasets: DATASETS,
      site: wireSite(PUBLIC, `${folder.path}/run`),
    });

  /** Whether a client that asks for this name is answered at once. */
  async function answered(name: string, kind: 'http' | 'https', sourcePort?: number) {
    const words =
      kind === 'https'
        ? await clientHello(name)
        : Buffer.from(`GET / HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`);
    const seen = await wire.probe('client', [
      {
        id: 1,
        source: WIRE.clientAddress,
        destination: '93.184.216.34',
        protocol: 'tcp',
        port: kind === 'https' ? 443 : 80,
        send: words.toString('base64'),
        ...(sourcePort === undefined ? {} : { sourcePort }),
      },
    ]);
    return seen.has(1);
  }

  const logsOf = (name: string) => proxy.logs.filter(({ fqdn }) => fqdn === name);

  async function questions(): Promise<number> {
    const said = await proxy.command('show resolvers firewall\n');
    return Number(/sent:\s+(\d+)/.exec(said)?.[1]);
  }

  it.skipIf(!isReady)('from a port whose last one has just ended are answered', async () => {
    // The server ends them, so that the proxy's side is the one that waits for stray packets (RFC 9293 3.6.1).
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await answered('port.x.com', 'https', 5555)).toBe(true);
      expect(await answered('port.x.com', 'http', 5556)).toBe(true);
    }
  });

  it.skipIf(!isReady)('to a name ask for it once while its address is held', async () => {
    const before = await questions();
    for (let turn = 0; turn < 4; turn += 1) {
      expect(await answered('held.x.com', 'https')).toBe(true);
      expect(await answered('held.x.com', 'http')).toBe(true);
    }
    expect(await questions()).toBe(before + 1);
    // The wire's server of DNS gives each name the address 198.19.0.LENGTH.
    await expect.poll(() => logsOf('held.x.com').length).toBe(8);
    const addresses = logsOf('held.x.com').map(({ ip }) => ip);
    expect(new Set(addresses)).toEqual(new Set(['198.19.0.10']));
  });

  it.skipIf(!isReady)(
    'to a name whose time is over ask for it again, and do not wait',
    async () => {
      // A connection that stays keeps what it made.
      const hello = (await clientHello('hold.x.com')).toString('base64');
      const long = wire.start('client', [process.execPath, '-e', STAYS, hello]);
      await new Promise((resolve) => long.stdout.once('data', resolve));
      expect(await answered('old.x.com', 'http')).toBe(true);
      expect(await answered('old.x.com', 'https')).toBe(true);
      const asked = await questions();
      await new Promise((resolve) => setTimeout(resolve, 10_100));
      expect(await proxy.command('show table names\n')).toContain('key=hold.x.com use=1');
      expect(await answered('hold.x.com', 'https')).toBe(true);
      expect(await questions()).toBe(asked + 1);
      expect(await answered('old.x.com', 'https')).toBe(true);
      expect(await answered('old.x.com', 'http')).toBe(true);
      expect(await questions()).toBe(asked + 2);
      // The stale entry was written anew, and is held like the first.
      expect(await answered('hold.x.com', 'https')).toBe(true);
      expect(await questions()).toBe(asked + 2);
      long.kill('SIGKILL');
    },
    30_000,
  );

  it.skipIf(!isReady)(
    'to a name that does not exist are denied each time, and nothing is held',
    async () => {
      await answered('gone.x.com', 'http');
      await answered('gone.x.com', 'https');
      expect(await proxy.command('show table names\n')).not.toContain('gone.x.com');
      await expect.poll(() => logsOf('gone.x.com').length).toBe(2);
      expect(logsOf('gone.x.com').map(({ action, reason }) => ({ action, reason }))).toEqual([
        { action: 'Deny', reason: 'dns-failure' },
        { action: 'Deny', reason: 'dns-failure' },
      ]);
    },
  );

  it.skipIf(!isReady)(
    'leave nothing behind for flows that are forwarded from then on',
    async () => {
      expect(await answered('port.x.com', 'https', 5557)).toBe(true);
      const rule = networkRule('web', {
        destinationAddresses: terms('*'),
        destinationPorts: ports('443'),
      });
      wire.load(compiled(networkCollection('web', 200, 'Allow', rule)).nftables);
      for (let turn = 0; turn < 2; turn += 1) {
        expect(await answered('port.x.com', 'https', 5557)).toBe(true);
      }
      await expect.poll(() => proxy.logs.filter(({ sport }) => sport === 5557)).toHaveLength(1);
    },
  );
});
