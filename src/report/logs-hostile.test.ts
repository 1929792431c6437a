import { beforeAll, describe, expect, it } from 'vitest';
import { askingOf } from '../../tests/support/asking.ts';
import { kustoBinder } from '../../tests/support/kusto.ts';
import { engineOf } from '../../tests/support/log-engine.ts';
import { LOG_COLUMNS, LOG_TABLES } from '../logs/columns.ts';
import { makeRecord } from '../logs/generate/index.ts';
import { toKql } from '../logs/query/index.ts';
import {
  askCompleteness,
  askDenied,
  askRows,
  askSummary,
  denied,
  search,
} from '../logs/questions/index.ts';
import { recordLine } from './log-line.ts';
import { deniedPage } from './logs-denied-page.ts';
import { formatLogs, LOGS_FORMATS } from './logs-format.ts';
import type { LogsPage } from './logs-page.ts';
import { summaryPage } from './logs-summary-page.ts';
import { ASCII_SIGNS, BLOCK_SIGNS } from './sparkline.ts';
import { PLAIN } from './style.ts';

/** A client chooses the names it asks for: what it writes into a log must stay text wherever the log is shown. */
const HOSTILE = [
  '\u001b]0;owned\u0007\u001b[2J\u001b[31mred',
  '\u202egnp.exe',
  '</title></style><script>alert(1)</script><img src=x onerror=alert(1)>',
  '" onmouseover="alert(1)',
  "=cmd|'/c calc'!A1",
  '+1+1',
  '-2+3',
  '@SUM(A1)',
  '  =1+1',
  '\t=1+1',
  'x\'; DROP TABLE "AZFWNetworkRule"; --',
  'x" | union (AZFWNatRule) //',
  '| a | b | [click](javascript:alert(1)) `code` **bold** <b>',
  'line\nbreak\r\n| row |',
  'a,b"c',
  '\\',
  '\u0000nul',
  'https://evil.example/?q=1',
];
const FIREWALL = '/SUBSCRIPTIONS/1/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.NETWORK/AZUREFIREWALLS/FW';
const TIME = Date.parse('2026-11-01T00:00:00Z') * 1000;
const records = HOSTILE.map((text, index) =>
  makeRecord('application', TIME + index * 1e6, FIREWALL, {
    ...{ protocol: text, sourceIp: text, sourcePort: 4000, destinationPort: 443, fqdn: text },
    ...{ targetUrl: text, action: 'Deny', actionReason: text, policy: text, rule: text },
    ...{ ruleCollectionGroup: text, ruleCollection: text, isTlsInspected: false },
    ...{ webCategory: text, isExplicitProxyRequest: false },
  }),
);

async function pagesOf(): Promise<readonly LogsPage[]> {
  const engine = await engineOf(records);
  const asking = askingOf(engine);
  const completeness = await askCompleteness(engine, {});
  const made = [
    deniedPage(await askDenied(asking), completeness, HOSTILE, 100),
    summaryPage(await askSummary(asking, 50), HOSTILE, (address) => `${address} <b>`),
  ];
  engine.close();
  return made;
}

describe('values from logs stay values', () => {
  let pages: readonly LogsPage[];
  beforeAll(async () => {
    pages = await pagesOf();
  });

  it('in the terminal: no control character but line ends, none that turns the reading direction', async () => {
    for (const page of pages) {
      for (const signs of [BLOCK_SIGNS, ASCII_SIGNS]) {
        const text = formatLogs(page, 'text', PLAIN, signs);
        expect(text).toContain('owned');
        expect(text.replaceAll('\n', '')).not.toMatch(
          /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
        );
        if (signs === ASCII_SIGNS) expect(text).not.toMatch(/[▁-█]/);
      }
    }
    for (const record of records) {
      const line = recordLine(record, (address) => `${address}!`, PLAIN);
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    }
  });

  it('in HTML: no element, no attribute and no script of theirs', async () => {
    for (const page of pages) {
      const html = formatLogs(page, 'html', PLAIN, BLOCK_SIGNS);
      expect(html).toContain("default-src 'none'");
      const known =
        /<\/?(?:!doctype|html|head|meta|title|style|body|h1|h2|p|ul|li|div|table|thead|tbody|tr|th|td|svg|rect)\b/gi;
      expect(html.replace(known, '')).not.toContain('<');
      expect(html).not.toMatch(/<[^>]*\son\w+=/i);
      expect(html).not.toMatch(/<(?:script|img|a|iframe|link)\b/i);
      expect(html.match(/<title>/g)!.length).toBe(html.match(/<\/title>/g)!.length);
    }
  });

  it('in CSV: no cell begins as a formula, and each row has as many cells as the head', async () => {
    for (const page of pages) {
      const csv = formatLogs(page, 'csv', PLAIN, BLOCK_SIGNS);
      expect(csv).toContain('owned');
      expect(csv.replace(/[\t\r\n]/g, '')).not.toMatch(
        /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
      );
      for (const table of parsedCsv(csv)) {
        expect(new Set(table.map((row) => row.length)).size).toBe(1);
        // Our own numbers may be negative; nothing else begins so.
        const cells = table.flat().filter((cell) => !/^-?[\d.]+$/.test(cell));
        expect(cells.filter((cell) => /^\s*[=+\-@\t\r]/.test(cell))).toEqual([]);
      }
    }
  });

  it('in Markdown: no link, no HTML, no code span, and each table row has as many cells as the head', async () => {
    for (const page of pages) {
      const text = formatLogs(page, 'markdown', PLAIN, BLOCK_SIGNS);
      expect(text).not.toMatch(/(?<!\\)</);
      expect(text).not.toMatch(/(?<!\\)\[[^\]]*\]\(/);
      const isDrawn = /^\| [^|]* \| `[ ▁-█×]*` \|/;
      let width = 0;
      for (const line of text.split('\n')) {
        if (!line.startsWith('| ')) {
          width = 0;
          continue;
        }
        if (!isDrawn.test(line)) expect(line).not.toContain('`');
        const cells = line.replaceAll('\\|', '').split('|').length;
        if (width > 0) expect(cells).toBe(width);
        width = cells;
      }
    }
  });

  it('in JSON: they come back as they were', async () => {
    const [page] = pages;
    const text = formatLogs(page!, 'json', PLAIN, BLOCK_SIGNS);
    expect(text.replaceAll('\n', '')).not.toMatch(
      /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
    );
    const json = JSON.parse(text);
    const targets = json.tables.unknown.map(({ target }: { target: string }) => target);
    expect([...targets].sort()).toEqual(
      HOSTILE.map((text) => text.toLowerCase().replace(/\.$/, '')).sort(),
    );
  });

  it('in SQL and KQL: a search for each finds its record, and the tables are still there', async () => {
    const engine = await engineOf(records);
    const schema = {
      [LOG_TABLES.application.table]: columnsOf('application'),
      [LOG_TABLES.network.table]: columnsOf('network'),
      [LOG_TABLES.dnat.table]: columnsOf('dnat'),
      [LOG_TABLES.threat.table]: columnsOf('threat'),
      [LOG_TABLES.idps.table]: columnsOf('idps'),
      [LOG_TABLES.dns.table]: columnsOf('dns'),
    };
    const problems = kustoBinder(schema);
    for (const text of HOSTILE) {
      const plain = search({}, [{ value: text, isNot: false }], 100);
      const found = await askRows(engine, plain);
      expect(found.some((row) => row.text('Fqdn') === text)).toBe(true);
    }
    // Bound once, with all of them: the binder takes its time.
    const all = HOSTILE.map((value) => ({ value, isNot: false }));
    expect(problems(toKql(search({}, all, 100)))).toEqual([]);
    const scans = denied(
      {},
      10,
      HOSTILE.map((text) => ({ source: text, networks: [text] })),
    );
    expect(problems(toKql(scans))).toEqual([]);
    await askRows(engine, scans);
    expect(await askRows(engine, search({}, [], 100))).toHaveLength(HOSTILE.length);
    engine.close();
  });

  it('of every format and any length within bounds: a name of a megabyte does not hold it up', async () => {
    const long = 'x'.repeat(1_000_000);
    const engine = await engineOf([
      { ...records[0]!, fqdn: long, sourceIp: long, rule: long } as never,
    ]);
    const asking = askingOf(engine);
    const page = deniedPage(await askDenied(asking), await askCompleteness(engine, {}), [], 10);
    engine.close();
    const began = performance.now();
    for (const format of LOGS_FORMATS) formatLogs(page, format, PLAIN, BLOCK_SIGNS);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

function columnsOf(kind: keyof typeof LOG_COLUMNS): Record<string, string> {
  const types = { text: 'string', int: 'int', real: 'real', bool: 'bool' } as const;
  const columns = Object.values(LOG_COLUMNS[kind]) as { name: string; type: keyof typeof types }[];
  return {
    TimeGenerated: 'datetime',
    ...Object.fromEntries(columns.map(({ name, type }) => [name, types[type]])),
  };
}

/** RFC 4180, written apart from what writes it. Tables are divided by lines of their name and empty lines. */
function parsedCsv(text: string): string[][][] {
  const tables: string[][][] = [[]];
  let row: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at]!;
    if (isQuoted) {
      if (sign !== '"') cell += sign;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else isQuoted = false;
    } else if (sign === '"') isQuoted = true;
    else if (sign === ',') {
      row.push(cell);
      cell = '';
    } else if (sign === '\r' && text[at + 1] === '\n') {
      row.push(cell);
      if (row.length === 1 && (row[0] === '' || row[0]!.startsWith('# '))) tables.push([]);
      else tables.at(-1)!.push(row);
      row = [];
      cell = '';
      at += 1;
    } else cell += sign;
  }
  return tables.filter((table) => table.length > 0);
}
