import { describe, expect, it } from 'vitest';
import { decodeChunks } from '../../../tests/support/decode-all.ts';
import type { LogRecord, RecordOf } from '../record.ts';
import { recordKey } from '../record-key.ts';
import { generateLogs } from './generate-logs.ts';
import { lineBlocks, storageParts } from './storage-layout.ts';
import { SAMPLE_PLAN } from './traffic-plan.ts';

// 2025-03-04T00:00:00Z, a day.
const FROM = 1_741_046_400 * 1e6;
const options = { seed: 7, from: FROM, to: FROM + 86_400e6, records: 8_000 };

function generated() {
  const { records, truth } = generateLogs(SAMPLE_PLAN, options);
  return { records: [...records], truth };
}

function ofKind<K extends LogRecord['kind']>(records: readonly LogRecord[], kind: K) {
  return records.filter((record) => record.kind === kind) as unknown as readonly RecordOf<K>[];
}

const { records, truth } = generated();
/** Without what is delivered twice. */
const once = [...new Map(records.map((record) => [recordKey(record), record])).values()];

describe('generated logs', () => {
  it('are as many as said, within the window, in order but for what comes twice', () => {
    expect(records.length).toBe(truth.records);
    expect(records.length - once.length).toBe(truth.duplicates);
    const { from, to } = truth.window;
    expect(records.every(({ time }) => time >= from && time < to)).toBe(true);
    const back = records.filter(({ time }, index) => index > 0 && time < records[index - 1]!.time);
    expect(back.length).toBeLessThanOrEqual(truth.duplicates);
  });

  it('are the same for the same seed and others for another', () => {
    const again = generated().records;
    expect(again.map(recordKey)).toEqual(records.map(recordKey));
    const other = [...generateLogs(SAMPLE_PLAN, { ...options, seed: 8 }).records];
    expect(other.map(recordKey)).not.toEqual(records.map(recordKey));
  });

  it('name every rule of the plan but the unused ones', () => {
    expect(truth.unusedRules.map(({ rule }) => rule)).toEqual(['old-ftp']);
    const named = new Set(once.flatMap((one) => ('ruleCollection' in one ? [one.rule] : [])));
    for (const { rule } of SAMPLE_PLAN.rules)
      expect([rule, named.has(rule)]).toEqual([rule, rule !== 'old-ftp']);
  });

  it('hold a scanner: one pod, many addresses and ports, all denied', () => {
    const { address, destinations, ports, records: count, from, to } = truth.scanner;
    const found = ofKind(once, 'network').filter(({ destinationIp }) =>
      destinationIp?.startsWith('10.60.0.'),
    );
    expect(found.length).toBe(count);
    expect(new Set(found.map(({ sourceIp }) => sourceIp))).toEqual(new Set([address]));
    expect(new Set(found.map(({ destinationIp }) => destinationIp)).size).toBe(destinations);
    expect(new Set(found.map(({ destinationPort }) => destinationPort)).size).toBe(ports);
    expect(found.every(({ action, rule }) => action === 'Deny' && rule === '')).toBe(true);
    expect([found[0]?.time, found.at(-1)?.time]).toEqual([from, to]);
  });

  it('hold a dependency of AKS that is denied', () => {
    const { fqdn, port, records: count, sources } = truth.deniedDependency;
    const found = ofKind(once, 'application').filter((each) => each.fqdn === fqdn);
    expect(found.length).toBe(count);
    expect(found.every((each) => each.action === 'Deny' && each.destinationPort === port)).toBe(
      true,
    );
    expect(new Set(found.map(({ sourceIp }) => sourceIp))).toEqual(new Set(sources));
  });

  it('hold an exfiltration: long names, a steady beat, fat flows', () => {
    const { address, domain, dnsQueries, connections, fatFlows, everySeconds } = truth.exfiltration;
    const asked = ofKind(once, 'dns').filter(({ queryName }) => queryName?.endsWith(`.${domain}.`));
    expect(asked.length).toBe(dnsQueries);
    expect(new Set(asked.map(({ queryName }) => queryName)).size).toBe(dnsQueries);
    expect(
      asked.every(({ sourceIp, queryName }) => sourceIp === address && queryName!.length > 60),
    ).toBe(true);
    const gaps = new Set(asked.slice(1).map(({ time }, index) => time - asked[index]!.time));
    expect([...gaps]).toEqual([everySeconds * 1e6]);
    expect(ofKind(once, 'application').filter(({ fqdn }) => fqdn === domain).length).toBe(
      connections,
    );
    expect(ofKind(once, 'fat-flow').length).toBe(fatFlows);
  });

  it('hold a ramp of connections to one destination', () => {
    const { destination, port, peakPerMinute, records: count, from } = truth.snatRamp;
    const found = ofKind(once, 'network').filter(
      ({ destinationIp }) => destinationIp === destination,
    );
    expect(found.length).toBe(count);
    expect(found.every(({ destinationPort }) => destinationPort === port)).toBe(true);
    const perMinute = new Map<number, number>();
    for (const { time } of found) {
      const minute = Math.floor((time - from) / 60e6);
      perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1);
    }
    const counts = [...perMinute.values()];
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts.at(-1)).toBe(peakPerMinute);
  });

  it('hold threat hits and a rule that changes its name', () => {
    const { fqdn, address, records: count } = truth.threatHits;
    const hits = ofKind(once, 'threat');
    expect(hits.length).toBe(count);
    expect(hits.every((hit) => hit.fqdn === fqdn && hit.sourceIp === address)).toBe(true);
    const { before, after, at } = truth.rename;
    const times = (name: string) =>
      once.flatMap((one) => ('ruleCollection' in one && one.rule === name ? [one.time] : []));
    expect(Math.max(...times(before.rule))).toBeLessThan(at);
    expect(Math.min(...times(after.rule))).toBeGreaterThanOrEqual(at);
    expect(times(after.rule).length).toBeGreaterThan(100);
  });

  it('nights are quieter than days, and no hour is silent', () => {
    const hours = new Array<number>(24).fill(0);
    for (const { time } of once) hours[Math.floor((time - FROM) / 3_600e6)]! += 1;
    expect(Math.min(...hours)).toBeGreaterThan(40);
    expect(Math.max(...hours)).toBeGreaterThan(2 * Math.min(...hours));
  });
});

describe('written and read again', () => {
  const content = (one: LogRecord) => ({ ...one, source: 0, line: 0, category: '', form: '' });

  it('structured lines give the same records', async () => {
    const text = [...lineBlocks(records, 'structured')].map((block) => Buffer.from(block));
    const read = await decodeChunks(text);
    expect(read.quarantined).toEqual([]);
    expect(read.records.length).toBe(records.length);
    expect(read.records.map(recordKey)).toEqual(records.map(recordKey));
    expect(read.records.slice(0, 500).map(content)).toEqual(records.slice(0, 500).map(content));
    expect(read.reports[0]?.unknownFields).toEqual([]);
  });

  it('legacy lines give what the text can say', async () => {
    const some = records
      .filter(({ kind }) => ['network', 'application', 'dnat', 'threat', 'dns'].includes(kind))
      .slice(0, 3000);
    const text = [...lineBlocks(some, 'legacy')].map((block) => Buffer.from(block));
    const read = await decodeChunks(text);
    expect(read.quarantined).toEqual([]);
    expect(read.records.length).toBe(some.length);
    const unsaid = (one: LogRecord) => {
      const said = Object.entries(content(one)).filter(([, value]) => value !== undefined);
      // What the texts have no word for (azure-firewall 8.4).
      const without = [
        'isTlsInspected',
        'isExplicitProxyRequest',
        'webCategory',
        'targetUrl',
        'errorNumber',
        'errorMessage',
      ];
      return said.filter(
        ([name, value]) =>
          !without.includes(name) &&
          !(name === 'actionReason' && value === '') &&
          !(one.kind === 'threat' && name === 'destinationIp'),
      );
    };
    expect(read.records.map((one) => Object.fromEntries(unsaid(one)))).toEqual(
      some.map((one) => Object.fromEntries(unsaid(one))),
    );
  });

  it('the storage layout has a blob for each category and hour, and every record lies in its hour', async () => {
    const blobs = new Map<string, string>();
    for (const { path, text } of storageParts(records, 'structured')) {
      blobs.set(path, (blobs.get(path) ?? '') + text);
    }
    let count = 0;
    for (const [path, text] of blobs) {
      const match =
        /^insights-logs-azfw\w+\/resourceId=\/SUBSCRIPTIONS\/\S+\/y=2025\/m=03\/d=04\/h=(\d\d)\/m=00\/PT1H\.json$/.exec(
          path,
        );
      expect(match).not.toBeNull();
      const read = await decodeChunks([Buffer.from(text)], {}, path);
      count += read.records.length;
      const hours = new Set(read.records.map(({ time }) => new Date(time / 1000).getUTCHours()));
      expect([...hours]).toEqual([Number(match![1])]);
    }
    expect(count).toBe(records.length);
  });
});
