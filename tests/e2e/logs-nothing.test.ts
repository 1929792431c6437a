import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../support/source-tree.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { sallyportBeside } from './run-beside.ts';

/** Where there is nothing to answer from, no answer is given: none would be read as "nothing happened". */

const { path: folder, remove } = temporaryFolder();
afterAll(remove);
const logs = (...args: readonly string[]) => sallyportBeside(['logs', ...args], { cwd: folder });
const at = (name: string) => join(folder, name);

const WAF = {
  timeStamp: '2026-11-01T10:00:00Z',
  resourceId: '/SUBSCRIPTIONS/S/APPLICATIONGATEWAYS/GW',
  category: 'ApplicationGatewayFirewallLog',
  properties: { clientIp: '203.0.113.9', ruleId: '942100', action: 'Blocked', hostname: 'shop' },
};
const NETWORK = {
  category: 'AZFWNetworkRule',
  time: '2026-11-01T10:00:00Z',
  resourceId: '/SUBSCRIPTIONS/S/AZUREFIREWALLS/FW',
  properties: {
    ...{ Protocol: 'TCP', SourceIp: '10.42.1.7', SourcePort: 40_000, Action: 'Allow' },
    ...{ DestinationIp: '192.0.2.1', DestinationPort: 443, Rule: 'web' },
  },
};
const AUDIT = { category: 'kube-audit', time: '2026-11-01T10:00:00Z', properties: { log: '{}' } };
/** Files that are no logs, as they lie in folders of logs. */
const OTHERS: Readonly<Record<string, string | Buffer>> = {
  'empty.json': '',
  'blank.json': '\n\n \n',
  // tcpdump -w with no packet: the header of a file of little-endian microseconds.
  'capture.pcap': Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex'),
  'image.png': Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
  'main.bicep': "param location string = 'westeurope'\nresource hub 'x@2024' = { name: 'hub' }\n",
  kubeconfig: 'apiVersion: v1\nkind: Config\nclusters: []\n',
  'audit.json': `${JSON.stringify(AUDIT)}\n`,
  'archive.zip': Buffer.from('504b0304140000000800', 'hex'),
};
const QUESTIONS: readonly (readonly [words: readonly string[], format: string | undefined])[] = [
  [['summary'], 'html'],
  [['denied'], 'json'],
  [['top', 'names'], 'csv'],
  [['timeline'], 'markdown'],
  [['threats'], 'json'],
  [['dns'], 'csv'],
  [['waf'], 'html'],
  [['snat'], 'markdown'],
  [['cost'], 'json'],
  [['search', '--logs'], 'csv'],
  [['tail'], undefined],
  [['ingest', '--store', 'made.duckdb'], 'json'],
];

beforeAll(() => {
  for (const [name, content] of Object.entries(OTHERS)) writeFileSync(at(name), content);
  for (const name of ['none', 'others', 'mixed']) mkdirSync(at(name));
  symlinkSync(join(projectRoot, 'examples', 'store', 'azuredeploy.json'), at('others/main.json'));
  writeFileSync(at('others/empty.json'), '');
  writeFileSync(at('mixed/network.json'), `${JSON.stringify(NETWORK)}\n`);
  writeFileSync(at('mixed/notes.txt'), 'what we did last night\n');
  writeFileSync(at('waf.json'), `${JSON.stringify(WAF)}\n`);
});

describe('no record', () => {
  it.each(Object.keys(OTHERS))('%s: it is said, and what was looked for', async (name) => {
    const { code, out, err } = await logs(name);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`error: no record of a log was read from \`${name}\``);
    expect(err).toContain('hint: expected are logs of Azure Firewall, VNet flows');
  });

  it('a folder without a file, and one without a log; a category that is none of ours is named', async () => {
    expect((await logs('denied', 'none')).err).toContain('there is no file of logs in `none`');
    const others = await logs('others');
    expect(others.code).toBe(2);
    expect(others.err).toContain('no record of a log was read from `others` (2 files)');
    // Where in it the reader looked, one for each file that holds something.
    expect(others.err).toContain(`${join('others', 'main.json')}:1:1`);
    expect((await logs('audit.json')).err).toContain('seen were kube-audit (1)');
  });

  it.each(QUESTIONS)('%j %s: in whatever format', async (words, format) => {
    const asked = format === undefined ? [] : ['--format', format];
    const { code, out, err } = await logs(...words, 'empty.json', ...asked);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('no record of a log was read from `empty.json`');
  });

  it('no file is written either', async () => {
    const ran = await logs('empty.json', '--format', 'html', '-o', 'page.html');
    expect(ran.code).toBe(2);
    expect((await logs('page.html')).err).toContain('there is no `page.html`');
  });

  it('a store that holds none says so; one that is named as a path is asked', async () => {
    expect((await logs('ingest', 'empty.json', '--store', 'empty.duckdb')).code).toBe(2);
    for (const words of [
      ['denied', '--store', 'empty.duckdb'],
      ['denied', 'empty.duckdb'],
    ]) {
      const { code, out, err } = await logs(...words, '--format', 'json');
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain('`empty.duckdb` holds no record of a log');
    }
    expect((await logs('ingest', 'mixed', '--store', 'some.duckdb')).code).toBe(0);
    expect((await logs('some.duckdb')).out).toContain('nothing was denied');
    // A second time nothing is new, which is no fault.
    expect((await logs('ingest', 'mixed', '--store', 'some.duckdb')).code).toBe(0);
  }, 60_000);
});

describe('some records', () => {
  it('what is no log beside them is told, and the rest answered', async () => {
    const { code, out, err } = await logs('denied', 'mixed');
    expect(code).toBe(0);
    expect(out).toContain('ok  nothing was denied');
    expect(err).toContain('warning[logs/not-a-log]');
    writeFileSync(at('mixed/old.zip'), OTHERS['archive.zip']!);
    const packed = await logs('denied', 'mixed');
    expect([packed.code, packed.out]).toEqual([1, out.replace('2 files, 288', '3 files, 308')]);
    expect(packed.err).toContain('is a zip archive; it was not read');
  });

  it.each([
    [['summary'], ['--from', '2026-11-02'], 'from 2026-11-02 00:00 UTC on'],
    [['search', '--logs'], ['--to', '2026-10-01'], 'before 2026-10-01 00:00 UTC'],
    [['top', 'ports'], ['--last', '1h', '--to', '2026-10-01'], 'before 2026-10-01 00:00 UTC'],
    [['denied'], ['--from', '2025-01-01', '--to', '2025-01-02'], 'from 2025-01-01 00:00 to 2025'],
  ] as const)(
    '%j outside of %j: the logs say when they are of',
    async (question, window, words) => {
      const { code, out, err } = await logs(...question, 'mixed/network.json', ...window);
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain(`there is no record ${words}`);
      expect(err).toContain('the logs hold 2026-11-01 10:00 to 2026-11-01 10:00 UTC');
    },
  );

  it('words that nothing holds are an answer', async () => {
    const { code, out } = await logs('search', 'nowhere', '--logs', 'mixed/network.json');
    expect([code, out]).toEqual([0, expect.stringContaining('none')]);
    const tail = await logs('tail', 'mixed/network.json', '--where', 'action=Deny');
    expect([tail.code, tail.out]).toEqual([0, '']);
    expect(tail.err).toContain('of 1 record none has action=Deny');
  });

  it('logs of a gateway alone do not say that a firewall denied nothing', async () => {
    const { code, out } = await logs('denied', 'waf.json');
    expect(code).toBe(1);
    expect(out).toContain('no log of what a firewall decided: what was denied cannot be told');
    expect(out).not.toContain('nothing was denied');
    for (const question of [['summary'], ['snat']]) {
      expect((await logs(...question, 'waf.json')).out).toContain(
        'no log of what a firewall decided',
      );
    }
    expect((await logs('dns', 'waf.json')).out).toContain('no DNS proxy log');
    expect((await logs('waf', 'mixed/network.json')).out).toContain(
      'what it stopped cannot be told',
    );
  }, 60_000);
});
