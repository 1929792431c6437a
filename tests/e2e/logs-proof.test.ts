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

  it('tighten and learn look at the window that was asked for', () => {
    const asked = ['--perimeter', 'examples/store', '--format', 'json'];
    // On the second of November 216 records were let through, of which 24 to mcr.microsoft.com (counted with zcat and grep).
    const second = ['--from', '2026-11-02', '--to', '2026-11-03'];
    const { records, leftOut } = JSON.parse(
      sallyport(['logs', 'learn', LOGS, ...asked, ...second]).out,
    );
    expect([records, leftOut[0].what, leftOut[0].records]).toEqual([
      216,
      'mcr.microsoft.com:443',
      24,
    ]);
    const day = JSON.parse(sallyport(['logs', 'learn', LOGS, ...asked, '--last', '24h']).out);
    expect(day.records).toBe(276);
    const narrowed = (...window: readonly string[]) => {
      const { out } = sallyport([
        'logs',
        'tighten',
        LOGS,
        ...asked,
        '--rule',
        'storage',
        ...window,
      ]);
      const { days, rules } = JSON.parse(out);
      return [days, rules[0].records, rules[0].becomes[0].targetFqdns];
    };
    // Eight calls of the backup from each of three nodes a day; the incident is of the last one.
    expect(narrowed(...second)).toEqual([1, 24, ['storebackup.blob.core.windows.net']]);
    expect(narrowed('--last', '24h')).toEqual([
      1,
      84,
      ['storebackup.blob.core.windows.net', 'zx81drop.blob.core.windows.net'],
    ]);
  }, 120_000);

  it('learn reads VNet flow logs, says what they hide, and gives a page that can be read', () => {
    const tuple = (at: string, source: string, to: string, port: number, rest: string) =>
      `${Date.parse(at)},${source},${to},50000,${port},${rest}`;
    // As MicrosoftDocs/azure-docs articles/network-watcher/vnet-flow-logs-overview.md shows a record.
    const record = {
      time: '2026-11-02T09:00:52.5625085Z',
      flowLogVersion: 4,
      macAddress: '112233445566',
      category: 'FlowLogFlowEvent',
      targetResourceID:
        '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v',
      operationName: 'FlowLogFlowEvent',
      flowRecords: {
        flows: [
          {
            aclID: '00aa00aa',
            flowGroups: [
              {
                rule: 'DefaultRule_AllowInternetOutBound',
                flowTuples: [
                  tuple(
                    '2026-11-02T09:00:00Z',
                    '10.42.0.9',
                    '192.0.2.180',
                    5671,
                    '6,O,B,NX,0,0,0,0',
                  ),
                  tuple(
                    '2026-11-02T09:01:00Z',
                    '10.42.0.9',
                    '192.0.2.180',
                    5671,
                    '6,O,E,NX,3,767,2,1580',
                  ),
                ],
              },
              {
                rule: 'DenyAll',
                flowTuples: [
                  tuple('2026-11-02T09:02:00Z', '10.42.0.9', '192.0.2.9', 25, '6,O,D,NX,,,,'),
                ],
              },
            ],
          },
        ],
      },
    };
    const file = folder.write('flows/PT1H.json', JSON.stringify({ records: [record] }));
    const ran = sallyport(['logs', 'learn', file, '--perimeter', 'examples/perimeter-store']);
    expect([ran.code, ran.err]).toEqual([0, '']);
    const lines = ran.out.split('\n');
    expect(lines.slice(-7)).toEqual([
      'egress:',
      '  - name: learned-nodes',
      '    from: nodes',
      '    to:',
      '      - 192.0.2.180:5671',
      '    why: Learned from 1 logged connection, the last at 2026-11-02T09:01:00Z.',
      '',
    ]);
    expect(ran.out).toContain('the firewall sees the node of a pod, never the pod');
    expect(ran.out).toContain('# 1 address is from VNet flow logs, which have no names');
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
    expect(lines('tighten', LOGS, '--perimeter', '.', '--days', '7', '--last', '24h')).toEqual([
      2,
      'error: `--days` and `--last` say two different things',
    ]);
    expect(lines('alerts', LOGS, '--last', '24h')).toEqual([
      2,
      'error: `--last` is not for alerts: each rule has a window of its own',
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
