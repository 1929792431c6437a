import { spawn } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../support/source-tree.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { executable, sallyport } from './run-sallyport.ts';

/** The logs command as a person runs it: from generated logs with planted incidents to each question. */

const { path: folder, remove } = temporaryFolder();
afterAll(remove);
const logs = (...args: readonly string[]) => sallyport(['logs', ...args], { cwd: folder });
interface Truth {
  readonly records: number;
  readonly duplicates: number;
  readonly deniedDependency: { readonly fqdn: string; readonly records: number };
  readonly scanner: { readonly address: string };
}
let truth: Truth;

beforeAll(() => {
  const made = logs(
    'generate',
    'raw',
    '--records',
    '3000',
    '--span',
    '6h',
    '--truth',
    'truth.json',
  );
  expect([made.code, made.err]).toEqual([0, '']);
  truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8'));
  const kept = logs('ingest', 'raw', '--format', 'json');
  expect([kept.code, kept.err]).toEqual([0, '']);
  expect(JSON.parse(kept.out)).toMatchObject({
    records: truth.records - truth.duplicates,
    duplicates: truth.duplicates,
    quarantined: 0,
  });
}, 120_000);

describe('sallyport logs', () => {
  it('generate writes the same logs for the same seed, and never into a folder that holds something', () => {
    expect(logs('generate', 'raw', '--records', '10').code).toBe(2);
  });

  it('ingest again adds nothing', () => {
    const again = JSON.parse(logs('ingest', 'raw', '--format', 'json').out);
    expect(again).toMatchObject({ records: 0, filesUnchanged: again.files });
  });

  it('denied finds the planted fault and its rule, and says so with its exit code', () => {
    const { code, out } = logs('denied', '--format', 'json');
    const { tables } = JSON.parse(out);
    expect(code).toBe(1);
    expect(tables.needed).toHaveLength(1);
    expect(tables.needed[0]).toMatchObject({
      target: truth.deniedDependency.fqdn,
      records: truth.deniedDependency.records,
    });
    expect(tables.needed[0].add).toContain(`https:443 to ${truth.deniedDependency.fqdn}`);
    expect(tables.scans[0].source).toBe(truth.scanner.address);
  });

  it('a bare folder prints the summary, in text that is as wide as it is allowed, and leaves no store behind', () => {
    const { code, out, err } = sallyport(['logs', join(folder, 'raw')], { env: { COLUMNS: '90' } });
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('denials of what AKS needs: packages.aks.azure.com');
    expect(out).toContain('what the firewall did');
    const long = out.split('\n').filter((line) => line.length > 90 && !line.includes(folder));
    expect(long).toEqual([]);
  });

  it('the other formats come from the same answer', () => {
    expect(logs('top', 'names', '--format', 'csv').out.split('\r\n')[0]).toBe(
      'name,records,denied,sources',
    );
    expect(logs('snat', '--format', 'markdown').out).toContain('| to | port |');
    const html = logs('threats', '--format', 'html', '-o', 'threats.html');
    expect([html.code, html.out]).toEqual([0, '']);
    expect(readFileSync(join(folder, 'threats.html'), 'utf8')).toContain('testmaliciousdomain');
  });

  it('ingest --keep-days leaves out what is older, deletes it from the store, and says how much', () => {
    const day = 86_400_000;
    const record = (days: number, port: number) => {
      const properties = {
        ...{ Protocol: 'TCP', SourceIp: '10.42.1.7', SourcePort: 40_000, Action: 'Deny' },
        ...{ DestinationIp: '192.0.2.1', DestinationPort: port },
      };
      const time = new Date(Date.now() - days * day).toISOString();
      return `${JSON.stringify({ category: 'AZFWNetworkRule', time, resourceId: '/a', properties })}\n`;
    };
    const ports = () => {
      const { out } = logs('top', 'ports', '--store', 'kept.duckdb', '--format', 'json');
      return JSON.parse(out).tables.ports.map(({ port }: { port: string }) => port);
    };
    // 6 and 8 days: an hour of clock more or less does not matter.
    writeFileSync(join(folder, 'days.json'), record(8, 8) + record(6, 6) + record(1, 1));
    const first = logs('ingest', 'days.json', '--store', 'kept.duckdb', '--keep-days', '7');
    expect([first.code, first.err]).toEqual([0, '']);
    expect(first.out).toContain('1 record was older than the days to keep');
    expect(ports()).toEqual(['1', '6']);
    appendFileSync(join(folder, 'days.json'), record(0, 9));
    const words = ['ingest', 'days.json', '--store', 'kept.duckdb', '--format', 'json'];
    const second = JSON.parse(logs(...words, '--keep-days', '3').out);
    expect(second).toMatchObject({ records: 1, expired: 1 });
    expect(ports()).toEqual(['1', '9']);
    // What went does not come back.
    expect(JSON.parse(logs(...words).out)).toMatchObject({ records: 0, filesUnchanged: 1 });
    expect(logs(...words, '--keep-days', '0').code).toBe(2);
    expect(logs(...words, '--keep-days', 'week').err).toContain('whole number above 0');
  });

  it('search, windows and kql', () => {
    const found = JSON.parse(
      logs(
        'search',
        'name=packages.aks.azure.com',
        'action=Deny',
        '--limit',
        '500',
        '--format',
        'json',
      ).out,
    );
    expect(found.tables.records).toHaveLength(truth.deniedDependency.records);
    const none = JSON.parse(
      logs('search', 'name=packages.aks.azure.com', '--to', '2026-11-01T01:00Z', '--format', 'json')
        .out,
    );
    expect(none.tables.records).toEqual([]);
    expect(logs('kql', 'denied', '--from', '2026-11-01').out).toContain(
      'datetime(2026-11-01T00:00:00.000Z)',
    );
    expect(logs('kql').out).toContain('top-names');
  });

  it('what cannot be known is unknown: bytes and their price where only rules are logged', () => {
    const { code, out } = logs('cost');
    expect([code, /unknown: no log of this window counts bytes/.test(out)]).toEqual([0, true]);
  });

  it.each([
    [['denied', 'nowhere'], 'nowhere'],
    [['top', 'names', '--store', 'none.duckdb'], 'there is no store'],
    [['denied', '--workspace', 'my-workspace'], 'is no workspace id'],
    [['denied', 'raw', '--cluster', 'https://a.kusto.windows.net'], 'one place'],
    [['ingest', '--storage-from', 'SALLYPORT_NO_SUCH'], 'holds no connection string'],
    [['kql', 'denide'], 'did you mean `denied`'],
    [['search', 'sorce=1'], 'is no field'],
    [['search', 'port=http'], 'is no port'],
    [['summary', '--from', 'yesterday'], 'is no time'],
    [['summary', '--from', '2026-11-02', '--to', '2026-11-01'], 'is not after'],
    [['summary', '--pods', 'none.csv'], 'none.csv'],
    [['summary', '--last', '5 apples'], '90m, 24h'],
  ] as const)('%o is told in a line or two', (args, words) => {
    const { code, err, out } = logs(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(words);
    expect(err).not.toMatch(/\n\s+at /);
  });

  it('reads a folder of every layout, and keeps what it cannot read with its place', () => {
    const mixed = join(folder, 'mixed');
    mkdirSync(mixed);
    cpSync(join(projectRoot, 'tests', 'samples', 'firewall-logs'), mixed, { recursive: true });
    appendFileSync(join(mixed, 'storage-PT1H.jsonl'), '{"half": "a li');
    writeFileSync(join(mixed, 'binary.bin'), Buffer.from([0, 255, 1, 2, 3]));
    const { code, out } = sallyport(['logs', 'summary', mixed]);
    expect(code).toBe(0);
    expect(out).toMatch(/broken\s+lines?\s+kept\s+aside/);
    expect(out).toContain('testmaliciousdomain.eastus.cloudapp.azure.com');
  });

  it('tail follows a file that grows, and names what it was asked for only', async () => {
    const file = join(folder, 'live.json');
    const lines = readFileSync(
      join(projectRoot, 'tests/samples/firewall-logs/storage-PT1H.jsonl'),
      'utf8',
    );
    writeFileSync(file, '');
    const child = spawn(
      process.execPath,
      [executable, 'logs', 'watch', file, '--where', 'action=Deny', '--for', '90m'],
      {
        env: { ...process.env, NO_COLOR: '1' },
      },
    );
    let seen = '';
    child.stdout.on('data', (chunk) => {
      seen += String(chunk);
    });
    const until = async (holds: () => boolean) => {
      for (let step = 0; step < 300 && !holds(); step += 1) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    // Half a record, then its end: it is printed once, when it is whole.
    const at = lines.indexOf('"Deny"');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    appendFileSync(file, lines.slice(0, at + 3));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    appendFileSync(file, lines.slice(at + 3));
    await until(() => seen.includes('Deny'));
    child.kill('SIGTERM');
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(0);
    const printed = seen.trim().split('\n');
    expect(printed.length).toBeGreaterThan(0);
    expect(printed.every((line) => line.includes('Deny'))).toBe(true);
    expect(new Set(printed).size).toBe(printed.length);
  }, 60_000);
});
