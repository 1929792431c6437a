import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../support/source-tree.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { watched } from './bad-input-run.ts';
import { executable, sallyport } from './run-sallyport.ts';

/** Logs as they really lie about: cut, packed, of another charset, of another clock, of another vendor, and made to do harm. */

const folder = temporaryFolder();
afterAll(() => folder.remove());
const SAMPLE = readFileSync(
  join(projectRoot, 'tests/samples/firewall-logs/storage-PT1H.jsonl'),
  'utf8',
);
const ask = (...args: readonly string[]) => watched(['logs', ...args], folder.path, 60);
const records = (out: string) => JSON.parse(out).tables.records.length;

function record(time: string, more: Readonly<Record<string, unknown>> = {}): string {
  const properties = {
    ...{ Protocol: 'HTTPS', SourceIp: '10.0.0.4', SourcePort: 1, DestinationPort: 443 },
    ...{ Fqdn: 'a.example', Action: 'Deny', Rule: '', ...more },
  };
  return `${JSON.stringify({ category: 'AZFWApplicationRule', time, resourceId: '/S', properties })}\n`;
}

describe('files that are not whole', () => {
  it('a last line that is half written is shown with its place; what stands before it is answered', () => {
    folder.write('half/PT1H.json', SAMPLE + SAMPLE.slice(0, 100));
    const { code, out, err } = ask('search', '--logs', 'half', '--format', 'json');
    expect([code, records(out)]).toEqual([0, 12]);
    expect(err).toContain('kept aside, since it could not be read:');
    expect(err).toContain('half/PT1H.json:13: the line is cut off');
  });

  it('a gzip file that ends in the middle gives what came before, and says so', () => {
    const whole = gzipSync(Array.from({ length: 500 }, () => SAMPLE).join(''));
    folder.write('cut/a.json.gz', whole.subarray(0, whole.length / 2));
    const { code, out, err } = ask('search', '--logs', 'cut', '--format', 'json');
    expect([code, records(out)]).toEqual([0, 12]);
    expect(err).toContain('warning[logs/cut-off] `cut/a.json.gz` ends in the middle');
  });

  it('a line of a quarter of a gigabyte costs itself alone, and little memory', () => {
    mkdirSync(join(folder.path, 'long'));
    const file = openSync(join(folder.path, 'long', 'a.json'), 'w');
    writeSync(file, `${SAMPLE}{"category": "`);
    ftruncateSync(file, 256 << 20);
    writeSync(file, `"}\n${record('2025-03-04T12:00:00Z')}`, 256 << 20);
    closeSync(file);
    const { code, out, err, megabytes } = ask('search', '--logs', 'long', '--format', 'json');
    expect([code, records(out)]).toEqual([0, 13]);
    expect(err).toContain('a.json:13: the line is longer than 16777216 bytes');
    expect(megabytes).toBeLessThan(450);
  });
});

describe('files of another kind', () => {
  it('UTF-16, with and without mark, and several layouts in one folder are one answer', () => {
    folder.write('mixed/a.json', Buffer.from(`\ufeff${SAMPLE}`, 'utf16le'));
    folder.write('mixed/b.txt', Buffer.from(SAMPLE, 'utf16le').swap16());
    const lines = SAMPLE.trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    folder.write('mixed/c/d.log', JSON.stringify({ records: lines }));
    folder.write('mixed/e.gz', gzipSync(SAMPLE));
    const { code, out, err } = ask('search', '--logs', 'mixed', '--format', 'json');
    expect([code, records(out)]).toEqual([0, 12]);
    expect(JSON.parse(out).scope).toContain('36 duplicates left out');
    expect(err).toContain('note[logs/encoding] `mixed/a.json` is UTF-16 (little endian)');
  });

  it.each([
    [
      'a CSV of Palo Alto',
      'Receive Time,Type,Source address,Rule\n2026/11/01 10:00:00,TRAFFIC,10.1.1.1,web\n',
    ],
    [
      'the kernel log of iptables',
      'Nov  1 10:00:00 gw kernel: [ 1.5] DROP: IN=eth0 SRC=10.0.0.4 DST=192.0.2.1 PROTO=TCP\n',
    ],
    [
      'a flow log of AWS',
      'version account-id srcaddr dstaddr action\n2 123456789010 10.0.0.4 192.0.2.1 REJECT\n',
    ],
    [
      'an access log of Squid',
      '1698832800.123 200 10.0.0.4 TCP_MISS/200 1234 GET http://a.example/ - - text/html\n',
    ],
  ])('%s is no log of ours, and no calm', (_, text) => {
    folder.write('other.log', text);
    const { code, out, err } = ask('denied', 'other.log');
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('warning[logs/not-a-log]');
    expect(err).toContain('no record of a log was read from `other.log`');
  });

  it('a clock that jumps is told, and records of no possible day', () => {
    const times = ['2026-11-01T12:00:00Z', '2026-11-01T10:00:00Z', '1970-01-01T00:00:00Z'];
    folder.write(
      'jump.json',
      [...times, '2099-01-01T00:00:00Z'].map((time) => record(time)).join(''),
    );
    const { code, err } = ask('denied', 'jump.json');
    expect(code).toBe(0);
    expect(err).toContain('the clock of `jump.json` goes back by more than an hour');
    expect(err.replace(/\s+/g, ' ')).toContain(
      'records are of 1970-01-01 00:00 to 2099-01-01 00:00 UTC: some clock was wrong',
    );
    const narrow = ask('denied', 'jump.json', '--from', '2026-01-01', '--to', '2027-01-01');
    expect(narrow.err).not.toContain('some clock was wrong');
  });
});

describe('values that were made to do harm', () => {
  const HOSTILE = [
    '\u001b]0;owned\u0007\u009b31m',
    '<script>alert(1)</script>',
    "=cmd|'/c calc'!A1",
    "'; DROP TABLE AZFWApplicationRule; --",
    '" | union AZFWDnsQuery',
    'a\r\n\u2028b\u202egnp.exe',
  ];

  it('reach no terminal, page, spreadsheet or query as what they are', () => {
    const lines = HOSTILE.map((text, at) =>
      record(`2026-11-01T10:00:0${at}Z`, { Fqdn: text, Rule: text, RuleCollection: text }),
    );
    folder.write('hostile.json', lines.join(''));
    for (const format of ['text', 'json', 'csv', 'markdown', 'html']) {
      const { code, out, err } = ask('denied', 'hostile.json', '--format', format);
      expect([format, code]).toEqual([format, 0]);
      expect(out.replace(/[\r\n]/g, '') + err.replaceAll('\n', '')).not.toMatch(
        /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
      );
      if (format === 'html') expect(out).not.toContain('<script');
      if (format === 'csv') expect(out).not.toMatch(/(?:^|,)[=+@-]/m);
    }
    const tail = ask('tail', 'hostile.json', '--where', `name!=${HOSTILE[0]}`);
    expect(tail.out.trim().split('\n')).toHaveLength(HOSTILE.length - 1);
    expect(tail.out.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    for (const word of HOSTILE.slice(1, 5)) {
      const { out } = ask('search', `name=${word}`, '--logs', 'hostile.json', '--format', 'json');
      expect([word, records(out)]).toEqual([word, 1]);
    }
  }, 60_000);
});

describe('a world that fails', () => {
  it('no room for a store of its own: another place is named', () => {
    const env = { TMPDIR: join(folder.path, 'nowhere') };
    const file = folder.write('one.json', record('2026-11-01T10:00:00Z'));
    const { code, out, err } = sallyport(['logs', file], { cwd: folder.path, env });
    expect([code, out]).toEqual([3, '']);
    expect(err).toContain('may not be written');
    expect(err).toContain('--store FILE');
  });

  it('a store of a later version, and one that is none', async () => {
    folder.write('one.json', record('2026-11-01T10:00:00Z'));
    expect(ask('ingest', 'one.json', '--store', 'new.duckdb').code).toBe(0);
    const instance = await DuckDBInstance.create(join(folder.path, 'new.duckdb'));
    const connection = await instance.connect();
    await connection.run('UPDATE _Store SET Version = 99');
    connection.closeSync();
    instance.closeSync();
    folder.write('text.duckdb', 'no database\n'.repeat(1_000));
    for (const [store, words] of [
      ['new.duckdb', 'was written by a later version of sallyport'],
      ['text.duckdb', 'is no store that this version can read'],
    ] as const) {
      for (const args of [['denied'], ['ingest', 'one.json']]) {
        const { code, out, err } = ask(...args, '--store', store);
        expect([code, out]).toEqual([3, '']);
        expect(err).toContain(words);
      }
    }
  }, 60_000);

  it('Ctrl-C while logs are read for a question ends it as a signal does, and leaves nothing behind', async () => {
    const made = ask('generate', 'many', '--records', '60000', '--span', '6h');
    expect(made.code).toBe(0);
    const TMPDIR = join(folder.path, 'tmp');
    mkdirSync(TMPDIR);
    const child = spawn(process.execPath, [executable, 'logs', 'many'], {
      cwd: folder.path,
      env: { ...process.env, TMPDIR },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
    });
    // Once it has a store of its own it reads.
    const ended = once(child, 'exit');
    for (let attempt = 0; attempt < 600; attempt += 1) {
      const [own] = readdirSync(TMPDIR);
      if (own !== undefined && readdirSync(join(TMPDIR, own)).length > 0) break;
      await new Promise((done) => setTimeout(done, 20));
    }
    await new Promise((done) => setTimeout(done, 100));
    child.kill('SIGINT');
    const [, signal] = await ended;
    expect([signal, said, readdirSync(TMPDIR)]).toEqual(['SIGINT', '', []]);
  }, 60_000);
});
