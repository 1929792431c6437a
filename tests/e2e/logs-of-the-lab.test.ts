import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeLabLogs } from '../support/lab-events.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { sallyportBeside } from './run-beside.ts';

/**
 * The logs of the lab as a second source: written by its own programs from what its daemons say, asked by the command line. Every number is
 * counted by hand from `tests/support/lab-events.ts`.
 */

const { path: folder, remove } = temporaryFolder();
afterAll(remove);
beforeAll(async () => {
  await writeLabLogs(join(folder, 'structured'), { structured: true, legacy: false });
  await writeLabLogs(join(folder, 'legacy'), { structured: false, legacy: true });
});

type Rows = readonly Readonly<Record<string, unknown>>[];
interface Answer {
  readonly code: number | null;
  readonly lead: readonly string[];
  readonly tables: Readonly<Record<string, Rows>>;
}

describe.each(['structured', 'legacy'])('the logs of the lab, %s', (form) => {
  const isLegacy = form === 'legacy';
  const asked = async (...words: readonly string[]): Promise<Answer> => {
    const place = words[0] === 'search' ? ['--logs'] : [];
    const args = ['logs', ...words, ...place, join(form, 'azure-logs'), '--format', 'json'];
    const { code, out, err } = await sallyportBeside(args, { cwd: folder });
    expect(err).toBe('');
    const { lead, tables } = JSON.parse(out);
    return { code, lead: lead.map(({ text }: { text: string }) => text), tables };
  };
  /** Rows of a table as tuples of these columns. */
  const cells = (rows: Rows | undefined, ...columns: readonly string[]) =>
    (rows ?? []).map((row) => columns.map((column) => row[column]));

  it('summary: what is wrong, and every log with its records', async () => {
    const { code, lead, tables } = await asked('summary');
    expect(code).toBe(0);
    expect(lead.slice(0, 2)).toEqual([
      '2 denials of what AKS needs: packages.aks.azure.com; sallyport logs denied has the rule to add',
      '10.42.1.9 looks for open ports: denied at 40 pairs of 4 addresses of 10.60.0.0/24 and 10 ports',
    ]);
    expect(lead).toContain('50 denials in all: 2 needed, 42 threat, 6 not known, 0 noise');
    const counted = Object.fromEntries(cells(tables['logs'], 'log', 'records'));
    expect(counted).toEqual({
      'network rules': 50,
      'application rules': 7,
      'DNAT rules': 2,
      'threat intelligence': 2,
      'DNS proxy': 9,
      'web application firewall': 4,
      'gateway access': 2,
      // The text form has no such record.
      ...(isLegacy ? {} : { 'name resolution failures': 1 }),
    });
  });

  it('denied: each flow in its class, with who asked, and the rule that AKS lacks', async () => {
    const { code, tables } = await asked('denied');
    expect(code).toBe(1);
    const flows = (name: string) => cells(tables[name], 'who', 'target', 'port', 'records', 'by');
    expect(flows('needed')).toEqual([['10.42.1.5', 'packages.aks.azure.com', '443', 2, undefined]]);
    expect(tables['needed']![0]!['add']).toContain('allow https:443 to packages.aks.azure.com');
    expect(flows('threat')).toEqual([
      ['10.42.1.6', '203.0.113.66', '443', 1, 'threat intelligence'],
      ['10.42.1.6', 'evil.example', '443', 1, 'threat intelligence'],
    ]);
    expect(flows('unknown')).toEqual([
      ['10.42.1.5', '198.51.100.7', '22', 3, undefined],
      ['10.42.1.5', '198.51.100.25', '25', 2, 'your rule shut/no-mail'],
      ['10.42.1.5', 'paste.example', '443', 1, undefined],
    ]);
    expect(cells(tables['scans'], 'source', 'addresses', 'ports', 'records')).toEqual([
      ['10.42.1.9', 4, 10, 40],
    ]);
  });

  it('top: talkers, names, addresses, ports and rules', async () => {
    const [talkers, names, addresses, ports, rules] = await Promise.all(
      ['talkers', 'names', 'addresses', 'ports', 'rules'].map((what) => asked('top', what)),
    );
    expect(cells(talkers!.tables['talkers'], 'source', 'records', 'denied')).toEqual([
      ...[
        ['10.42.1.9', 40, 40],
        ['10.42.1.4', 9, 0],
        ['10.42.1.5', 8, 8],
        ['203.0.113.9', 2, 0],
      ],
    ]);
    expect(cells(names!.tables['names'], 'name', 'records', 'denied', 'sources')).toEqual([
      ['mcr.microsoft.com', 4, 0, 1],
      ['packages.aks.azure.com', 2, 2, 1],
      ['paste.example', 1, 1, 1],
    ]);
    expect(cells(addresses!.tables['addresses'], 'address', 'records', 'denied')).toEqual([
      ...[1, 2, 3, 4].map((host) => [`10.60.0.${host}`, 10, 10]),
      ['192.0.2.10', 5, 0],
      ['198.51.100.7', 3, 3],
      ['198.51.100.25', 2, 2],
      ['20.51.7.9', 2, 0],
    ]);
    const byPort = cells(ports!.tables['ports'], 'port', 'protocol', 'records', 'denied');
    // TCP: five to the partner and two from outside; HTTPS: what the proxy saw, but for the threat.
    expect(byPort).toHaveLength(14);
    expect(byPort).toEqual(
      expect.arrayContaining([
        ...[
          ['443', 'HTTPS', 7, 3],
          ['443', 'TCP', 7, 0],
          ['22', 'TCP', 3, 3],
        ],
        ...[
          ['25', 'TCP', 2, 2],
          ['1009', 'TCP', 4, 4],
        ],
      ]),
    );
    const byRule = cells(rules!.tables['rules'], 'collection', 'rule', 'log', 'action', 'records');
    const none = '(no rule: default action)';
    expect(byRule).toEqual([
      ['', none, 'network', 'Deny', 43],
      ['net', 'partner', 'network', 'Allow', 5],
      ['web', 'images', 'application', 'Allow', 4],
      ['', none, 'application', 'Deny', 3],
      ['in', 'web', 'dnat', 'DNAT', 2],
      ['shut', 'no-mail', 'network', 'Deny', 2],
    ]);
  }, 30_000);

  it('timeline: by what was done, and by rule', async () => {
    const [actions, rules] = await Promise.all([
      asked('timeline'),
      asked('timeline', '--by', 'rule'),
    ]);
    const totals = (answer: Answer | undefined) =>
      cells(answer?.tables['totals'], 'series', 'records');
    // With the two that threat intelligence stopped.
    expect(totals(actions)).toEqual([
      ['Deny', 50],
      ['Allow', 9],
      ['DNAT', 2],
    ]);
    const counted = totals(rules).map(([, records]) => records);
    expect(counted).toEqual([46, 5, 4, 2, 2]);
  });

  it('threats: hits and the scan', async () => {
    const { tables } = await asked('threats');
    expect(cells(tables['hits'], 'source', 'target', 'port', 'action', 'records')).toEqual([
      ['10.42.1.6', '203.0.113.66', '443', 'Deny', 1],
      ['10.42.1.6', 'evil.example', '443', 'Deny', 1],
    ]);
    expect(cells(tables['scans'], 'source', 'records')).toEqual([['10.42.1.9', 40]]);
    expect(tables['longNames']).toEqual([]);
  });

  it('dns: answers by their code, names that fail, and one the firewall cannot resolve', async () => {
    const { lead, tables } = await asked('dns');
    expect(lead[0]).toContain('9 questions, 3 without an answer');
    expect(cells(tables['answers'], 'code', 'records')).toEqual([
      ['NOERROR', 6],
      ['NXDOMAIN', 2],
      // The text of a failure has no code.
      [isLegacy ? '(none)' : 'SERVFAIL', 1],
    ]);
    expect(cells(tables['failed'], 'name', 'failed')).toEqual([
      ['nowhere.example', 2],
      ['slow.example', 1],
    ]);
    const unresolved = cells(tables['unresolved'], 'name', 'error', 'records');
    expect(unresolved).toEqual(isLegacy ? [] : [['git.example', 'no such host', 1]]);
  });

  it('waf: what it stopped, by whom, and the requests behind it', async () => {
    const { lead, tables } = await asked('waf');
    expect(lead).toEqual(['2 records of blocked requests, by 1 rule']);
    expect(cells(tables['rules'], 'action', 'ruleId', 'host', 'records')).toEqual([
      ['Blocked', '949110', 'shop.example', 2],
      ['Matched', '942100', 'shop.example', 2],
    ]);
    expect(cells(tables['clients'], 'client', 'action', 'records')).toEqual([
      ['203.0.113.147', 'Blocked', 2],
      ['203.0.113.147', 'Matched', 2],
    ]);
    expect(cells(tables['hosts'], 'host', 'records', 'errors')).toEqual([['shop.example', 2, 2]]);
  });

  it('snat and cost: ports that were used, and bytes that nobody counts', async () => {
    const [snat, cost] = await Promise.all([asked('snat'), asked('cost')]);
    expect(cells(snat.tables['destinations'], 'target', 'port', 'transport', 'peak')).toEqual([
      ['192.0.2.10', '443', 'TCP', 5],
      ['mcr.microsoft.com', '443', 'TCP', 4],
    ]);
    expect(cost.lead[0]).toContain('unknown: no log of this window counts bytes');
  });

  it('search and tail: the records themselves', async () => {
    const { tables } = await asked('search', 'action=Deny', 'name=paste.example');
    expect(cells(tables['records'], 'time', 'stage', 'source', 'target')).toEqual([
      ['2026-11-21T17:03:40.250Z', 'application', '10.42.1.5:50220', 'paste.example:443'],
    ]);
    const words = ['logs', 'tail', join(form, 'azure-logs'), '--where', 'action=DNAT'];
    const { out } = await sallyportBeside(words, { cwd: folder });
    expect(out.trimEnd().split('\n')).toEqual([
      '2026-11-21 17:01:30.000  DNAT      dnat             203.0.113.9:40040  → 20.51.7.9:443  TCP  in/web',
      '2026-11-21 17:01:31.000  DNAT      dnat             203.0.113.9:40041  → 20.51.7.9:443  TCP  in/web',
    ]);
  });
});
