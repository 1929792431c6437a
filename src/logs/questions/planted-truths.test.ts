import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askingOf } from '../../../tests/support/asking.ts';
import { engineOf } from '../../../tests/support/log-engine.ts';
import type { LogEngine } from '../engine.ts';
import { type GroundTruth, generateLogs, makeRecord, SAMPLE_PLAN } from '../generate/index.ts';
import {
  askCompleteness,
  askDenied,
  askRows,
  askSnat,
  askSummary,
  askThreats,
  askTimeline,
  ruleHits,
  search,
  top,
} from './index.ts';

/** Incidents that were planted in a day of logs, and the questions that must bring them to light. */

const FROM = Date.parse('2026-11-01T00:00:00Z') * 1000;
const TO = FROM + 86_400e6;

describe('what was planted is found', () => {
  let engine: LogEngine;
  let truth: GroundTruth;
  beforeAll(async () => {
    const made = generateLogs(SAMPLE_PLAN, {
      ...{ seed: 7, from: FROM, to: TO, records: 20_000, duplicateEvery: 0 },
    });
    truth = made.truth;
    engine = await engineOf(made.records);
  });
  afterAll(() => engine.close());

  it('denied: what AKS needs is a fault of the configuration, with the rule that opens it', async () => {
    const { groups, records } = await askDenied(askingOf(engine));
    const needed = groups.filter((group) => group.class === 'needed');
    const { deniedDependency: planted } = truth;
    expect(records.needed).toBe(planted.records);
    expect(needed).toHaveLength(1);
    expect(needed[0]).toMatchObject({
      ...{ target: planted.fqdn, port: planted.port, records: planted.records },
      ...{ first: planted.from, last: planted.to, sourceCount: planted.sources.length },
    });
    expect([...needed[0]!.sources].sort()).toEqual([...planted.sources].sort());
    expect(needed[0]!.toAdd).toEqual({
      ruleType: 'ApplicationRule',
      name: 'aks-app-packages-aks',
      sourceAddresses: [...planted.sources].sort(),
      protocols: [{ protocolType: 'Https', port: 443 }],
      targetFqdns: [planted.fqdn],
    });
  });

  it('denied: a scan is one line, with the network it went through, and nothing else of it is listed', async () => {
    const { scans, groups } = await askDenied(askingOf(engine));
    const { scanner } = truth;
    expect(scans).toHaveLength(1);
    expect(scans[0]).toMatchObject({
      ...{ source: scanner.address, networks: [scanner.network], records: scanner.records },
      ...{ addresses: scanner.destinations, ports: scanner.ports },
      ...{ first: scanner.from, last: scanner.to },
    });
    expect(groups.filter(({ target }) => target.startsWith('10.60.'))).toEqual([]);
  });

  it('denied: every denial is in one class, and the classes add up to what the log holds', async () => {
    const { records, isCut } = await askDenied(askingOf(engine));
    const rows = await askRows(
      engine,
      search({}, [{ field: 'action', value: 'Deny', isNot: false }], 1e6),
    );
    const sum = Object.values(records).reduce((total, one) => total + one, 0);
    expect(isCut).toBe(false);
    expect(sum).toBe(rows.length);
    expect(records.threat).toBe(truth.scanner.records + truth.threatHits.records);
    // The plan denies telemetry and mail, which nobody explains.
    expect(records.unknown).toBe(sum - records.threat - records.needed);
  });

  it('threats: the hit, the scan and the names that carry data out', async () => {
    const { hits, scans, longNames } = await askThreats(askingOf(engine), 20);
    expect(hits).toHaveLength(1);
    expect(hits[0]).toMatchObject({
      ...{ stage: 'threat', source: truth.threatHits.address, target: truth.threatHits.fqdn },
      ...{ action: 'Deny', records: 3, description: 'Bot Networks' },
    });
    expect(scans.map(({ source }) => source)).toEqual([truth.scanner.address]);
    expect(longNames).toHaveLength(1);
    expect(longNames[0]).toMatchObject({
      source: truth.exfiltration.address,
      domain: truth.exfiltration.domain,
      names: truth.exfiltration.dnsQueries,
    });
  });

  it('snat: the destination that ports run out to comes first, with its rise', async () => {
    const { destinations, budgets } = await askSnat(
      askingOf(engine),
      { first: FROM, last: TO - 1 },
      5,
    );
    const { snatRamp } = truth;
    // Minutes 57 to 60 of the ramp are the four of its last whole interval.
    const slope = snatRamp.peakPerMinute / 60;
    expect(destinations[0]).toMatchObject({
      ...{ target: snatRamp.destination, port: snatRamp.port, transport: 'TCP' },
      peak: slope * (57 + 58 + 59 + 60),
    });
    expect(budgets).toHaveLength(1);
    expect(budgets[0]).toMatchObject({ ports: 4992, instances: 2 });
    const { forecast } = destinations[0]!;
    // Each 4 minutes bring 16 × slope more: 240 an hour.
    expect(forecast.kind === 'reached' && forecast.perHour).toBeCloseTo(240 * slope, 6);
    expect(destinations.slice(1).map((one) => one.forecast.kind)).toEqual(Array(4).fill('steady'));
  });

  it('rules: hits and last hit of each, the renamed one under both its names, the unused one absent', async () => {
    const rows = await askRows(engine, ruleHits({}));
    const byName = new Map(rows.map((row) => [row.text('Rule'), row]));
    const { before, after, at } = truth.rename;
    expect(byName.get(before.rule)!.number('Last')).toBeLessThan(at);
    expect(byName.get(after.rule)!.number('First')).toBeGreaterThanOrEqual(at);
    for (const { rule } of truth.unusedRules) expect(byName.has(rule)).toBe(false);
  });

  it('top and timeline count every decision once', async () => {
    const decisions = (await askRows(engine, ruleHits({}))).reduce(
      (sum, row) => sum + row.number('Records'),
      0,
    );
    const talkers = await askRows(engine, top('talkers', {}, 10_000));
    expect(talkers.reduce((sum, row) => sum + row.number('Records'), 0)).toBe(decisions);
    const { series, starts } = await askTimeline(
      askingOf(engine),
      { first: FROM, last: TO - 1 },
      'action',
      0,
    );
    expect(starts).toHaveLength(24);
    const total = series.reduce((sum, one) => sum + one.total, 0);
    expect(total).toBe(decisions + truth.threatHits.records);
  });

  it('summary: all of it at once, and the log is complete', async () => {
    const answer = await askSummary(askingOf(engine), 5);
    expect(answer.completeness.gaps).toEqual([]);
    expect(answer.completeness.logs.reduce((sum, { records }) => sum + records, 0)).toBe(
      truth.records,
    );
    expect(answer.denied.records.needed).toBe(truth.deniedDependency.records);
    expect(answer.dns).toMatchObject({ failed: 0 });
  });
});

describe('a name that nobody asked for before', () => {
  it('is told once a day is known, with when it began', async () => {
    const asked = (fqdn: string, hour: number) =>
      makeRecord('application', FROM + hour * 3600e6, SAMPLE_PLAN.firewall, {
        ...{ protocol: 'HTTPS', sourceIp: '10.42.1.5', sourcePort: 4000, destinationPort: 443 },
        ...{ fqdn, action: 'Allow' },
      });
    const usual = Array.from({ length: 41 }, (_, hour) => asked('known.example', hour));
    const engine = await engineOf([...usual, asked('New.example', 38), asked('new.example', 39)]);
    const { newcomers } = await askSummary(askingOf(engine), 5);
    // 40 hours are known; the last four are new.
    const { newcomers: tooShort } = await askSummary(
      askingOf(engine, undefined, { from: '2026-11-01T20:00:00Z' }),
      5,
    );
    engine.close();
    expect(newcomers?.since).toBe(FROM + 36 * 3600e6);
    expect(newcomers?.names.map((row) => [row.text('Fqdn'), row.number('Records')])).toEqual([
      ['new.example', 2],
    ]);
    expect(tooShort).toBeUndefined();
  });
});

describe('hours without records', () => {
  it('are gaps of the log and no calm, whether one log falls silent or all do', async () => {
    const { records } = generateLogs(SAMPLE_PLAN, {
      ...{ seed: 3, from: FROM, to: TO, records: 20_000, duplicateEvery: 0 },
    });
    const hour = (time: number) => Math.floor((time - FROM) / 3600e6);
    function* withHoles() {
      for (const record of records) {
        const at = hour(record.time);
        if (at === 3 || at === 4) continue;
        if (record.kind === 'network' && at >= 14 && at < 17) continue;
        yield record;
      }
    }
    const engine = await engineOf(withHoles());
    const { gaps, sparse } = await askCompleteness(engine, {});
    engine.close();
    expect(gaps.map(({ kind, from, to }) => [kind, hour(from), hour(to)])).toEqual([
      ['all', 3, 5],
      ['network', 14, 17],
    ]);
    // Three hits in a day: their silence says nothing.
    expect(sparse).toContain('threat');
    expect(sparse).not.toContain('network');
  });
});
