import { spawn } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../support/source-tree.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { executable, sallyport } from './run-sallyport.ts';

const LOGS = 'examples/incident/logs';
const BEFORE = '2026-11-08T23:00Z';
const folder = temporaryFolder();
afterAll(() => folder.remove());

describe('logs and proof, as people run them', () => {
  it('an incident becomes a written, proven change that would have stopped it', () => {
    cpSync(join(projectRoot, 'examples', 'store'), folder.path, { recursive: true });
    const store = join(folder.path, 'logs.duckdb');
    const ingested = sallyport(['logs', 'ingest', LOGS, '--store', store]);
    expect([ingested.code, ingested.err]).toEqual([0, '']);
    const asked = ['--store', store, '--perimeter', folder.path];
    const clean = sallyport(['logs', 'verify', ...asked, '--format', 'json']);
    expect(clean.code).toBe(0);
    expect(JSON.parse(clean.out).tables.disagreements).toBeUndefined();
    const tighten = ['logs', 'tighten', ...asked, '--rule', 'aksfwarweb', '--days', '7'];
    const shown = sallyport([...tighten, '--to', BEFORE]);
    expect([shown.code, shown.err]).toEqual([1, 'not written: --yes writes it\n']);
    const written = sallyport([...tighten, '--to', BEFORE, '--yes', '--format', 'json']);
    expect(written.code).toBe(0);
    const { proof, rules } = JSON.parse(written.out);
    expect(proof.wouldHaveBeenDenied).toEqual([]);
    expect(proof.directions).not.toContain('opens');
    expect(rules.map(({ rule }: { rule: string }) => rule)).toEqual([
      'aksfwarweb/storage',
      'aksfwarweb/website',
    ]);
    // The result is what the documentation shows as merged.
    expect(readFileSync(join(folder.path, 'azuredeploy.json'), 'utf8')).toBe(
      readFileSync('examples/incident/merged/azuredeploy.json', 'utf8'),
    );
    const after = sallyport(['logs', 'verify', ...asked, '--format', 'json']);
    expect(after.code).toBe(1);
    const [only, ...others] = JSON.parse(after.out).tables.disagreements;
    expect([only.how, only.records, others]).toEqual(['not-that-rule', 60, []]);
    // A second time there is nothing to narrow; with the incident in the window, its flow would be lost.
    const again = sallyport([...tighten, '--to', BEFORE]);
    expect([again.code, again.out]).toEqual([
      0,
      expect.stringContaining('No rule can be narrowed'),
    ]);
  }, 120_000);

  it('rules --logs tells used from unused and from unknown', () => {
    const { code, out } = sallyport([
      ...['rules', 'examples/store', '--logs', LOGS, '--unused-days', '7', '--format', 'json'],
    ]);
    expect(code).toBe(1);
    const { tables } = JSON.parse(out);
    const names = (list: readonly { rule: string }[]) => list.map(({ rule }) => rule);
    expect(names(tables.unused)).toEqual(['aksfwnr/apitcp', 'aksfwnr/apiudp']);
    expect(names(tables.unknown)).toEqual(['exampleset/inboundrule']);
    expect(tables.used).toHaveLength(4);
  }, 60_000);

  it('alerts go to a webhook, and the exit code says that something fired', async () => {
    const taken: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        taken.push(body);
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const child = spawn(
        process.execPath,
        [executable, 'logs', 'alerts', LOGS, '--webhook', `http://127.0.0.1:${port}/hook`],
        { cwd: projectRoot, stdio: 'ignore' },
      );
      const code = await new Promise((resolve) => child.on('exit', resolve));
      expect(code).toBe(1);
      expect(taken).toHaveLength(1);
      expect(Object.keys(JSON.parse(taken[0]!).tables).sort()).toEqual([
        'denied-volume',
        'first-contact',
      ]);
    } finally {
      server.close();
    }
    const away = sallyport(['logs', 'alerts', LOGS, '--webhook', 'http://127.0.0.1:1/secret-key']);
    expect(away.code).toBe(3);
    expect(away.err).toContain('error[logs/webhook]');
    expect(away.err).not.toContain('secret-key');
  }, 60_000);

  it('bad input is told in a line', () => {
    const lines = (...args: readonly string[]) => {
      const { code, err } = sallyport(['logs', ...args]);
      return [code, err.split('\n')[0]];
    };
    expect(lines('verify', LOGS)).toEqual([2, 'error: no perimeter to hold the logs against']);
    expect(lines('verify', LOGS, '--perimeter', 'examples/store', '--firewall', 'nobody')).toEqual([
      2,
      'error: no firewall of the perimeter is called `nobody`',
    ]);
    expect(lines('alerts', LOGS, '--webhook', 'file:///etc/passwd')).toEqual([
      2,
      'error: `--webhook` takes http: and https: only',
    ]);
    const emitted = sallyport(['logs', 'alerts', '--emit', 'arm']);
    expect(emitted.code).toBe(0);
    expect(JSON.parse(emitted.out).resources).toHaveLength(5);
  }, 60_000);

  it('nothing of a log steers the terminal', () => {
    const name = '\u001b]0;owned\u0007x.example';
    const record = {
      time: '2026-11-01T00:00:00Z',
      category: 'AZFWApplicationRule',
      resourceId: '/SUBSCRIPTIONS/S/RESOURCEGROUPS/G/PROVIDERS/MICROSOFT.NETWORK/AZUREFIREWALLS/FW',
      properties: {
        ...{ Protocol: 'HTTPS', SourceIp: '10.42.1.4', SourcePort: 1, DestinationPort: 443 },
        ...{ Fqdn: name, TargetUrl: '', Action: 'Allow\u001b[2J', ActionReason: '\u202e' },
        ...{ Policy: '', RuleCollectionGroup: '', RuleCollection: '\u001b[31m', Rule: '\u001b[0m' },
        ...{ IsTlsInspected: false, WebCategory: '', IsExplicitProxyRequest: false },
      },
    };
    const file = folder.write('hostile/PT1H.json', `${JSON.stringify(record)}\n`);
    for (const command of ['verify', 'tighten', 'learn', 'alerts']) {
      const ran = sallyport(['logs', command, file, '--perimeter', 'examples/store']);
      expect([command, ran.code === 0 || ran.code === 1]).toEqual([command, true]);
      expect(`${ran.out}${ran.err}`).not.toMatch(/[\u001b\u0007\u202e]/);
    }
    const rules = sallyport(['rules', 'examples/store', '--logs', file]);
    expect(`${rules.out}${rules.err}`).not.toMatch(/[\u001b\u0007\u202e]/);
  }, 120_000);
});
