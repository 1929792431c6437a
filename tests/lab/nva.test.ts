import type { ChildProcess } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sallyport } from '../e2e/run-sallyport.ts';
import { labReady, notRun } from '../support/lab-ready.ts';
import { NVA_PERIMETER, nvaTemplate } from '../support/nva-perimeter.ts';
import { NvaWorld, writeTemplate } from '../support/nva-world.ts';

/** The folder that `emit --to nva` writes, run as a machine would run it, with real packets. */

const ready = labReady();
const NODE = process.execPath;
const LOGS = '/var/log/sallyport/events';

describe.skipIf(!ready.ok)(`the emitted machine${notRun(ready)}`, () => {
  let folder = '';
  let world: NvaWorld;
  const programs = new Map<string, ChildProcess>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-nva-'));
    world = new NvaWorld(folder);
    emit(nvaTemplate(NVA_PERIMETER), world.machine);
    mkdirSync(join(world.logs, 'events'));
    mkdirSync(join(world.logs, 'azure'));
    world.start();
    await world.ready();
    // In the order of the units.
    expect(world.onMachine('nft', '-f', '/opt/sallyport/public-addresses.nft')).toMatchObject({
      code: 0,
    });
    expect(world.onMachine('nft', '-f', '/opt/sallyport/nftables.conf')).toMatchObject({
      code: 0,
      err: '',
    });
    expect(world.onMachine('/opt/sallyport/forwarding.sh', 'start')).toMatchObject({
      code: 0,
      err: '',
    });
    start('verdicts');
    start('dns');
    start('proxy');
    start('logs');
    await eventually(async () => 'from' in (await world.ask('tls ok.example')));
    await eventually(async () => 'addresses' in (await world.ask('resolve ready.example')), 100);
  });

  afterAll(async () => {
    await world?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function start(name: 'verdicts' | 'dns' | 'proxy' | 'logs'): void {
    const command = {
      verdicts: ['/usr/sbin/ulogd', '--configfile', '/opt/sallyport/ulogd.conf'],
      dns: [NODE, '/opt/sallyport/dns-proxy.mjs', '/opt/sallyport/dns-proxy.json'],
      proxy: [
        '/bin/sh',
        '-c',
        'cp /opt/sallyport/maps/*.map /run/sallyport/ && exec /usr/sbin/haproxy -W -f /opt/sallyport/haproxy.cfg -p /run/sallyport/haproxy.pid',
      ],
      logs: [NODE, '/opt/sallyport/log-writer.mjs', '/opt/sallyport/log-writer.json'],
    }[name];
    programs.set(name, world.daemon(command, name === 'proxy' ? `${LOGS}/proxy.json` : undefined));
  }

  it('passes an allowed name, denies every other, and goes where the name leads', async () => {
    const allowed = await world.ask('tls ok.example');
    // The source is the public address, as the internet sees it (AFW: application rules always translate).
    expect(allowed).toMatchObject({ from: '203.0.113.1' });
    // The client connected to 198.18.0.1; the appliance resolved the name itself.
    expect(allowed['to']).not.toBe('198.18.0.1');
    expect(await world.ask('tls a.b.good.example')).toMatchObject({ from: '203.0.113.1' });
    expect(await world.ask('http ok.example')).toEqual({ status: 200 });
    expect(await world.ask('http denied.example')).toEqual({ status: 470 });
    for (const name of ['denied.example', 'good.example', 'xok.example']) {
      expect(await world.ask(`tls ${name}`)).toHaveProperty('error');
    }
  });

  it('passes the first packet to a name of a network rule, for many names that nobody asked for before', async () => {
    for (const name of NVA_PERIMETER.names) {
      const { milliseconds, error } = await world.ask(`tcp ${name} 22`);
      expect([name, error]).toEqual([name, undefined]);
      // A lost first packet is sent again after a second.
      expect(milliseconds).toBeLessThan(900);
    }
    expect(await world.ask('tcp other.example 22')).toEqual({ error: 'timeout' });
  }, 30_000);

  it('translates inwards, with the source that keeps the way back through it', async () => {
    await world.ask('serve 9443');
    const { said } = await world.askFromInternet('connect 203.0.113.1 8443');
    expect(JSON.parse(String(said))).toEqual({ from: '10.0.0.4', to: '10.1.0.10' });
    expect(await world.askFromInternet('connect 203.0.113.1 8444')).toEqual({ error: 'timeout' });
  });

  /** What the health check says does not run, and its exit code. */
  function sick(): readonly [number | null, string] {
    const { code, out } = world.onMachine('/opt/sallyport/health-check.sh');
    return [code, (out.match(/^FAIL.*/gm) ?? []).join('\n')];
  }

  it('is well, and says so', () => {
    expect(sick()).toEqual([0, '']);
  });

  const workers = () => {
    const master = world.onMachine('cat', '/run/sallyport/haproxy.pid').out.trim();
    return world.onMachine('pgrep', '-P', master).out.trim().split('\n');
  };

  it('takes other names of application rules without a new proxy; an open connection by name goes on', async () => {
    const before = workers();
    expect(await world.ask('hold-tls hold.good.example')).toEqual({});
    const next = join(folder, 'next-maps');
    emit(nvaTemplate({ ...NVA_PERIMETER, tls: ['other.example', '*.good.example'] }), next);
    cpSync(next, join(world.run, 'next-maps'), { recursive: true });
    expect(await world.ask('tls other.example')).toHaveProperty('error');
    const command = ['/bin/bash', '/opt/sallyport/reload.sh', '/run/sallyport/next-maps'];
    expect(world.onMachine(...command)).toMatchObject({ code: 0, out: 'reloaded\n', err: '' });
    expect(await world.ask('tls other.example')).toMatchObject({ from: '203.0.113.1' });
    expect(await world.ask('tls ok.example')).toHaveProperty('error');
    const { said, heard, error } = await world.ask('held');
    expect([error, heard]).toEqual([undefined, said]);
    expect(said).toBeGreaterThan(10);
    expect(workers()).toEqual(before);
    // Whatever starts the proxy next starts it with these.
    expect(world.onMachine('cat', '/run/sallyport/tls.map').out).toContain('other.example');
  }, 30_000);

  it('keeps an established connection over a reload, and enforces the new rules', async () => {
    await world.ask('hold git.example');
    const next = join(folder, 'next');
    const other = { ...NVA_PERIMETER, names: ['git.example'], tls: ['new.example'] };
    emit(nvaTemplate(other), next, ['--management', '10.1.0.10/32']);
    world.daemon([NODE, '-e', "require('net').createServer((s) => s.end('ssh\\n')).listen(22)"]);
    expect(await world.ask('connect 10.0.0.4 22')).toEqual({ error: 'timeout' });
    const before = workers();
    cpSync(next, join(world.run, 'next'), { recursive: true });
    expect(await world.ask('tls new.example')).toHaveProperty('error');
    const reloaded = world.onMachine(
      '/bin/bash',
      '/opt/sallyport/reload.sh',
      '/run/sallyport/next',
    );
    expect(reloaded).toMatchObject({ code: 0, out: 'reloaded\n' });
    await eventually(async () => 'from' in (await world.ask('tls new.example')));
    expect(await world.ask('tls other.example')).toHaveProperty('error');
    expect(workers()).not.toEqual(before);
    expect(await world.ask('connect 10.0.0.4 22')).toEqual({ said: 'ssh' });
    expect(await world.ask('tcp n1.many.example 22')).toEqual({ error: 'timeout' });
    // Known before and still allowed: its address was carried over, so nobody has to ask for it again.
    const { said, heard, error } = await world.ask('held');
    expect([error, heard]).toEqual([undefined, said]);
    expect(said).toBeGreaterThan(10);
    expect(world.onMachine('nft', 'list', 'table', 'inet', 'sallyport_fw').out).toContain(
      'expires',
    );
  }, 30_000);

  it('refuses a folder that is not sound, and changes nothing', async () => {
    const broken = join(world.run, 'broken');
    cpSync(join(world.run, 'next'), broken, { recursive: true });
    appendFileSync(join(broken, 'nftables.conf'), 'table inet x {');
    const { code, err } = world.onMachine(
      '/bin/bash',
      '/opt/sallyport/reload.sh',
      '/run/sallyport/broken',
    );
    expect([code, err]).toEqual([1, expect.stringContaining('nothing was changed')]);
    expect(await world.ask('tls new.example')).toMatchObject({ from: '203.0.113.1' });
  });

  it('denies what needs the proxy while it is dead, and serves again once it runs', async () => {
    const master = world.onMachine('cat', '/run/sallyport/haproxy.pid').out.trim();
    await killAll(world.onMachine('pgrep', '-P', master).out.split('\n'), [master]);
    const dead = await world.ask('tls new.example');
    expect(dead).toHaveProperty('error');
    expect(sick()).toEqual([1, 'FAIL  proxy of application rules']);
    expect(await world.ask('tcp git.example 22')).toHaveProperty('milliseconds');
    // New rules are taken over all the same; the proxy finds its own when it starts.
    const next = join(folder, 'next-dead');
    const tls = ['new.example', 'late.example'];
    emit(nvaTemplate({ ...NVA_PERIMETER, names: ['git.example'], tls }), next);
    cpSync(next, join(world.run, 'next-dead'), { recursive: true });
    const command = ['/bin/bash', '/opt/sallyport/reload.sh', '/run/sallyport/next-dead'];
    expect(world.onMachine(...command)).toMatchObject({ code: 0, out: 'reloaded\n' });
    start('proxy');
    await eventually(async () => 'from' in (await world.ask('tls late.example')));
  }, 30_000);

  it('answers no name while the DNS proxy is dead, lets known addresses live, and recovers', async () => {
    const dns = programs.get('dns')!;
    dns.kill('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await world.ask('resolve git.example')).toHaveProperty('error');
    expect(sick()).toEqual([
      1,
      'FAIL  DNS proxy, and what fills its sets\nFAIL  a name server answers the DNS proxy',
    ]);
    start('dns');
    await eventually(async () => 'milliseconds' in (await world.ask('tcp git.example 22')));
  }, 30_000);

  it('starts what writes its sets again when that is killed; a name whose address cannot be written is not answered', async () => {
    const parent = programs.get('dns')!.pid!;
    const relay = world.onMachine('pgrep', '-P', `${parent}`, 'perl').out.trim();
    expect(relay).toMatch(/^\d+$/);
    process.kill(Number(relay), 'SIGKILL');
    await eventually(async () => 'milliseconds' in (await world.ask('tcp git.example 22')));
    world.onMachine('nft', 'delete', 'table', 'inet', 'sallyport_fw');
    await eventually(async () => 'error' in (await world.ask('resolve git.example')), 40);
    world.onMachine('nft', '-f', '/opt/sallyport/nftables.conf');
    await eventually(async () => 'milliseconds' in (await world.ask('tcp git.example 22')));
  }, 60_000);

  it('wrote all of it as Azure would', async () => {
    const find = (category: string, fields: object) =>
      eventually(async () =>
        world
          .records(category)
          .some(({ properties }) =>
            Object.entries(fields).every(([name, value]) => properties[name] === value),
          ),
      );
    const named = { Policy: 'fwp', RuleCollectionGroup: 'egress' };
    await find('AZFWApplicationRule', {
      ...named,
      Fqdn: 'ok.example',
      Action: 'Allow',
      Rule: 'allowed',
      RuleCollection: 'web',
      Protocol: 'HTTPS',
    });
    await find('AZFWApplicationRule', {
      Fqdn: 'denied.example',
      Action: 'Deny',
      Rule: '',
      ActionReason: 'Default Action',
    });
    await find('AZFWNetworkRule', {
      ...named,
      Action: 'Allow',
      Rule: 'git',
      DestinationPort: 22,
      SourceIp: '10.1.0.10',
    });
    await find('AZFWNetworkRule', {
      Action: 'Deny',
      Rule: '',
      DestinationPort: 22,
      ActionReason: 'Default Action',
    });
    await find('AZFWNatRule', {
      ...named,
      Rule: 'web',
      DestinationIp: '203.0.113.1',
      TranslatedIp: '10.1.0.10',
      TranslatedPort: 9443,
    });
    await find('AZFWDnsQuery', {
      QueryName: 'git.example.',
      SourceIp: '10.1.0.10',
      ResponseCode: 'NOERROR',
    });
    // One record a connection, however often the denied client sent its first packet.
    const denied = world
      .records('AZFWNetworkRule')
      .filter(
        ({ properties }) =>
          properties['Action'] === 'Deny' && properties['DestinationPort'] === 8444,
      );
    expect(denied.length).toBe(1);
  }, 30_000);
});

function emit(template: string, out: string, more: readonly string[] = []): void {
  const input = writeTemplate(mkdtempSync(join(tmpdir(), 'sallyport-nva-in-')), template);
  const target = `${out}-out`;
  const { code, err } = sallyport(['emit', input, '--to', 'nva', '--out', target, ...more]);
  expect([code, err]).toEqual([0, '']);
  cpSync(join(target, 'fw'), out, { recursive: true });
  // The unit raises the limit of open files; here it is what the test was started with.
  const proxy = join(out, 'haproxy.cfg');
  writeFileSync(proxy, readFileSync(proxy, 'utf8').replace(/maxconn \d+/, 'maxconn 1000'));
  // Whoever waits for a round of the DNS proxy does not wait for 15 seconds.
  const dns = join(out, 'dns-proxy.json');
  writeFileSync(
    dns,
    JSON.stringify({ ...JSON.parse(readFileSync(dns, 'utf8')), refreshSeconds: 1 }),
  );
  // As install.sh does.
  for (const name of ['forwarding.sh', 'reload.sh', 'health-check.sh'])
    chmodSync(join(out, name), 0o755);
  rmSync(target, { recursive: true });
  rmSync(input, { recursive: true });
}

async function eventually(holds: () => Promise<boolean>, attempts = 25): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  expect.fail('it never came to be');
}

async function killAll(...lists: readonly (readonly string[])[]): Promise<void> {
  for (const pid of lists.flat().filter((text) => text !== '')) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended with the other.
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
}
