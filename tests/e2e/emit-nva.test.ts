import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { NVA_PERIMETER, nvaTemplate } from '../support/nva-perimeter.ts';
import { writeTemplate } from '../support/nva-world.ts';
import { sallyport } from './run-sallyport.ts';

/** What `emit --to nva` writes is accepted by the programs that read it. That it works is in tests/lab/nva.test.ts. */

let folder = '';
let machine = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-emit-nva-'));
  writeTemplate(join(folder, 'in'), nvaTemplate(NVA_PERIMETER));
  const { code, err } = sallyport([
    'emit',
    join(folder, 'in'),
    '--to',
    'nva',
    '--out',
    join(folder, 'out'),
  ]);
  expect([code, err]).toEqual([0, '']);
  machine = join(folder, 'out', 'fw');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files = (below = machine): readonly string[] =>
  readdirSync(below, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(below, join(entry.parentPath, entry.name)))
    .sort();
const read = (name: string) => readFileSync(join(machine, name), 'utf8');
const run = (program: string, ...args: readonly string[]) =>
  spawnSync(program, args, { encoding: 'utf8', timeout: 20_000 });

const has = (program: string) => spawnSync(program, ['--version']).error === undefined;
const canLoad = process.getuid?.() === 0 && has('nft');
const without = (isThere: boolean, what: string) => (isThere ? '' : ` (not run: no ${what})`);

interface CloudInit {
  readonly packages: readonly string[];
  readonly write_files: readonly {
    readonly path: string;
    readonly permissions: string;
    readonly encoding?: string;
    readonly content: string;
  }[];
  readonly runcmd: readonly (readonly string[])[];
}

describe('the folder of a machine', () => {
  it('says in each file who wrote it, so that it may be written again', () => {
    expect(files().length).toBeGreaterThan(20);
    for (const name of files()) {
      const head = read(name).slice(0, 2000);
      const isSaid = head.includes('Written by sallyport');
      expect([name, isSaid]).toEqual([name, true]);
    }
    expect(
      sallyport(['emit', join(folder, 'in'), '--to', 'nva', '--out', join(folder, 'out')]).code,
    ).toBe(0);
  });

  it('is the same bytes for the same input', () => {
    sallyport(['emit', join(folder, 'in'), '--to', 'nva', '--out', join(folder, 'again')]);
    expect(files(join(folder, 'again', 'fw'))).toEqual(files());
    for (const name of files()) {
      expect(readFileSync(join(folder, 'again', 'fw', name), 'utf8')).toBe(read(name));
    }
  });

  it('is whole in cloud-init.yaml: each file with its bytes, scripts to be run, packages, one command', () => {
    const text = read('cloud-init.yaml');
    expect(text.split('\n')[0]).toBe('#cloud-config');
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_535);
    const document: CloudInit = parse(text);
    const carried = new Map(
      document.write_files.map(({ path, encoding, content }) => [
        relative('/opt/sallyport', path),
        encoding === 'gz+b64' ? gunzipSync(Buffer.from(content, 'base64')).toString() : content,
      ]),
    );
    const expected = files().filter((name) => name !== 'cloud-init.yaml' && name !== 'README.md');
    expect([...carried.keys()].sort()).toEqual(expected);
    for (const name of expected) expect([name, carried.get(name)]).toEqual([name, read(name)]);
    for (const { path, permissions } of document.write_files) {
      expect([path, permissions]).toEqual([path, path.endsWith('.sh') ? '0755' : '0644']);
    }
    expect(document.packages).toEqual(
      expect.arrayContaining(['nftables', 'haproxy', 'ulogd2-json', 'nodejs']),
    );
    expect(document.runcmd).toEqual([['/opt/sallyport/install.sh']]);
  });

  it.skipIf(!has('cloud-init'))(
    `has a cloud-init.yaml that cloud-init takes${without(has('cloud-init'), 'cloud-init')}`,
    () => {
      const path = join(machine, 'cloud-init.yaml');
      const { status, stderr } = run('cloud-init', 'schema', '--config-file', path);
      expect([status, stderr]).toEqual([0, '']);
    },
  );

  it('lets nobody reach the machine itself, unless told whom', () => {
    const emit = (...more: readonly string[]) =>
      sallyport(['emit', join(folder, 'in'), '--to', 'nva', ...more]);
    expect(read('nftables.conf')).not.toContain('tcp dport 22 ct mark set');
    expect(read('README.md')).toContain('Nobody reaches the machine itself');
    const out = join(folder, 'managed');
    expect(emit('--out', out, '--management', '10.9.0.0/24', '--management', '10.8.1.7')).toEqual(
      expect.objectContaining({ code: 0, err: '' }),
    );
    const managed = (name: string) => readFileSync(join(out, 'fw', name), 'utf8');
    expect(managed('nftables.conf')).toContain(
      'ip daddr 10.0.0.4 ip saddr { 10.9.0.0/24, 10.8.1.7/32 } tcp dport 22 ',
    );
    expect(managed('README.md')).toContain('at 10.0.0.4, from 10.9.0.0/24, 10.8.1.7/32');
  });

  it.each([
    ['10.9.0.1/24', '`10.9.0.1/24` has bits set beyond its length'],
    ['0.0.0.0/0', '`0.0.0.0/0` is everybody'],
    ['fd00::/8', '`fd00::/8` is no IPv4 range'],
    ['; flush ruleset', '`; flush ruleset` is no IPv4 range'],
  ])('is not managed from `%s`', (range, why) => {
    const { code, err } = sallyport([
      'emit',
      join(folder, 'in'),
      '--to',
      'nva',
      '--management',
      range,
    ]);
    expect([code, err.includes(why)]).toEqual([2, true]);
  });

  it('is the only target that is managed', () => {
    const { code, err } = sallyport(['emit', join(folder, 'in'), '--management', '10.9.0.0/24']);
    expect([code, err.includes('--management is of --to nva')]).toEqual([2, true]);
  });

  it.skipIf(!has('bash'))(`has scripts that bash reads${without(has('bash'), 'bash')}`, () => {
    for (const name of files().filter((each) => each.endsWith('.sh'))) {
      expect([name, run('bash', '-n', join(machine, name)).stderr]).toEqual([name, '']);
    }
  });

  it.skipIf(!canLoad)(`has rules that nft takes${without(canLoad, 'nft for root')}`, () => {
    for (const name of ['nftables.conf', 'public-addresses.nft']) {
      expect([name, run('nft', '-c', '-f', join(machine, name)).stderr]).toEqual([name, '']);
    }
  });

  it.skipIf(!has('haproxy'))(
    `has a proxy that haproxy takes${without(has('haproxy'), 'haproxy')}`,
    () => {
      const stage = join(folder, 'stage');
      cpSync(join(machine, 'maps'), stage, { recursive: true });
      const text = read('haproxy.cfg').replaceAll('/run/sallyport/', `${stage}/`);
      writeFileSync(join(stage, 'haproxy.cfg'), text.replace(/maxconn \d+/, 'maxconn 100'));
      const { status, stderr } = run('haproxy', '-c', '-q', '-f', join(stage, 'haproxy.cfg'));
      expect([status, stderr]).toEqual([0, '']);
    },
  );

  it.skipIf(!has('systemd-analyze'))(
    `has units that systemd takes${without(has('systemd-analyze'), 'systemd-analyze')}`,
    () => {
      const units = join(folder, 'units');
      cpSync(join(machine, 'units'), units, { recursive: true });
      const script = join(units, 'forwarding.sh');
      cpSync(join(machine, 'forwarding.sh'), script);
      chmodSync(script, 0o755);
      // What they start lies where this test cannot write.
      for (const name of readdirSync(units).filter((each) => each.endsWith('.service'))) {
        const text = readFileSync(join(units, name), 'utf8');
        writeFileSync(
          join(units, name),
          text
            .replaceAll('/opt/sallyport/forwarding.sh', script)
            .replaceAll('/usr/bin/node', process.execPath),
        );
      }
      const list = readdirSync(units).filter((name) => /\.(service|target)$/.test(name));
      const { stderr } = run('systemd-analyze', 'verify', ...list.map((name) => join(units, name)));
      expect(stderr.split('\n').filter((line) => line.includes('sallyport'))).toEqual([]);
    },
  );

  it('forwards nothing before the rules stand: forwarding is the last of the settings, and its unit needs that of the rules', () => {
    const lines = read('sysctl.conf').trim().split('\n');
    expect(lines.at(-1)).toBe('net.ipv4.ip_forward = 1');
    expect(lines.filter((line) => line.includes('ip_forward')).length).toBe(1);
    expect(read('units/sallyport-forwarding.service')).toContain(
      'Requires=sallyport-rules.service',
    );
    expect(read('units/sallyport-rules.service')).toContain('Before=network-pre.target');
  });

  it('has programs that start and say what they want', () => {
    for (const name of ['dns-proxy.mjs', 'log-writer.mjs']) {
      const { status, stderr } = run(process.execPath, join(machine, name));
      expect([status, stderr.startsWith('usage:')]).toEqual([2, true]);
      const wrong = run(process.execPath, join(machine, name), join(machine, 'sysctl.conf'));
      expect([wrong.status, wrong.stderr.includes('    at ')]).toEqual([1, false]);
    }
  });

  it('of a firewall whose place nobody says is not written, and the reason is told', () => {
    const template = JSON.parse(nvaTemplate(NVA_PERIMETER));
    const firewall = template.resources.find((each: { type: string }) =>
      each.type.endsWith('azureFirewalls'),
    );
    firewall.properties.ipConfigurations[0].properties.privateIPAddress = undefined;
    firewall.properties.ipConfigurations[0].properties.subnet = undefined;
    const input = writeTemplate(join(folder, 'nowhere'), JSON.stringify(template));
    const { code, out } = sallyport(['emit', input, '--to', 'nva']);
    expect(code).toBe(0);
    expect(out.replace(/\s+/g, ' ')).toContain(
      'firewall `fw`: nothing says which private address it has',
    );
  });
});
