import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kustoBinder } from '../../tests/support/kusto.ts';
import { engineOf } from '../../tests/support/log-engine.ts';
import { perimeterIn } from '../../tests/support/logs-of-firewall.ts';
import { placeless } from '../diagnostics/index.ts';
import { parseResourceTypes, validateResource } from '../emitters/resource-types/index.ts';
import { LOG_COLUMNS, LOG_KINDS, LOG_TABLES } from '../logs/columns.ts';
import { generateLogs, makeRecord, SAMPLE_PLAN } from '../logs/generate/index.ts';
import { toKql } from '../logs/query/index.ts';
import type { LogRecord } from '../logs/record.ts';
import { fromJson, objectValue } from '../values/index.ts';
import { alertKql, alertTemplate } from './alert-resources.ts';
import { alertRules } from './alert-rules.ts';
import { hubbleFlows } from './hubble-flows.ts';
import { loggedFlows } from './logged-flows.ts';
import { runAlerts } from './run-alerts.ts';
import { subnetFlows } from './subnet-flows.ts';

const FROM = 1_741_046_400e6;
const DAY = 86_400e6;
const TO = FROM + 3 * DAY;
const MINUTE = 60e6;

async function rules() {
  const { network } = await perimeterIn('examples/store');
  return alertRules(network, network.perimeter.snapshot.datasets);
}

async function firedBy(extra: readonly LogRecord[], history = 3 * DAY) {
  // Half an hour between one and the next: the everyday.
  const quiet = Array.from({ length: Math.floor(history / (30 * MINUTE)) }, (_, index) =>
    application(TO - history + index * 30 * MINUTE, 'ghcr.io', 'Allow'),
  );
  const engine = await engineOf([...quiet, ...extra]);
  try {
    const { outcomes } = await runAlerts(engine, await rules(), TO);
    return outcomes.flatMap(({ rule, state }) =>
      state === 'quiet' ? [] : [`${rule.id} ${state}`],
    );
  } finally {
    engine.close();
  }
}

function application(time: number, fqdn: string, action: 'Allow' | 'Deny', port = 443): LogRecord {
  return makeRecord('application', time, '', {
    ...{ protocol: 'HTTPS', sourceIp: '10.42.1.4', sourcePort: 50_000, destinationPort: port },
    ...{ fqdn, targetUrl: '', action, actionReason: '' },
    ...{ policy: '', ruleCollectionGroup: '', ruleCollection: '', rule: '' },
  });
}

const times = (count: number, make: (index: number) => LogRecord) =>
  Array.from({ length: count }, (_, index) => make(index));

describe('alerts', () => {
  it('are quiet on an ordinary day', async () => {
    expect(await firedBy([])).toEqual([]);
  });

  it('tell that more is denied than usual, and not that as much is', async () => {
    const late = TO - 30 * MINUTE;
    const denied = (count: number, from: number) =>
      times(count, (index) => application(from + index * 1e6, 'ads.example', 'Deny'));
    expect(await firedBy(denied(25, late))).toEqual(['denied-volume fired']);
    // Fewer than are worth a message.
    expect(await firedBy(denied(15, late))).toEqual([]);
    // Twenty in each hour of the day before: twenty-five are no news.
    const usual = Array.from({ length: 24 }, (_, hour) =>
      denied(20, TO - (hour + 1) * 60 * MINUTE),
    ).flat();
    expect(await firedBy([...usual, ...denied(5, late)])).toEqual([]);
  });

  it('tell of the first contact, and only of what was let through', async () => {
    const late = TO - 10 * MINUTE;
    expect(await firedBy([application(late, 'new.example', 'Allow')])).toEqual([
      'first-contact fired',
    ]);
    expect(await firedBy([application(late, 'new.example', 'Deny')])).toEqual([]);
    const known = application(TO - DAY, 'new.example', 'Allow');
    expect(await firedBy([known, application(late, 'new.example', 'Allow')])).toEqual([]);
  });

  it('tell that something AKS needs is denied', async () => {
    expect(await firedBy([application(TO - MINUTE, 'MCR.microsoft.com', 'Deny')])).toEqual([
      'aks-dependency fired',
    ]);
  });

  it('tell of ports that run out: four fifths of 2,496 on each of two instances', async () => {
    const connection = (index: number) =>
      makeRecord('network', TO - 8 * MINUTE + index * 1e4, '', {
        ...{ protocol: 'TCP', sourceIp: '10.42.1.4', sourcePort: 1024 + index },
        ...{ destinationIp: '198.51.100.7', destinationPort: 443, action: 'Allow' },
      });
    const before = makeRecord('network', TO - 2 * DAY + 60 * MINUTE, '', {
      ...{ protocol: 'TCP', sourceIp: '10.42.1.4', sourcePort: 1 },
      ...{ destinationIp: '198.51.100.7', destinationPort: 443, action: 'Allow' },
    });
    // 2 × 2,496 × 0.8 = 3,993.6.
    expect(await firedBy([before, ...times(3993, connection)])).toEqual(['snat fired']);
    expect(await firedBy([before, ...times(3992, connection)])).toEqual([]);
  });

  it('tell of threat hits', async () => {
    const hit = makeRecord('threat', TO - MINUTE, '', {
      ...{ protocol: 'HTTP', sourceIp: '10.42.1.4', sourcePort: 1, destinationPort: 80 },
      ...{ fqdn: 'bad.example', action: 'Deny', threatDescription: 'Bot' },
    });
    expect(await firedBy([hit])).toEqual(['threat-hit fired']);
  });

  it('are unknown where the log does not reach back as far as they compare', async () => {
    expect(await firedBy([], 6 * 60 * MINUTE)).toEqual([
      'denied-volume unknown',
      'first-contact unknown',
    ]);
    const engine = await engineOf([]);
    const { outcomes } = await runAlerts(engine, await rules());
    engine.close();
    expect(new Set(outcomes.map(({ state }) => state))).toEqual(new Set(['unknown']));
  });

  it('find the threat, the denied dependency and the ramp that are planted', async () => {
    const { records, truth } = generateLogs(SAMPLE_PLAN, {
      ...{ seed: 5, from: FROM, to: TO, records: 6000 },
    });
    const engine = await engineOf(records);
    const at = (time: number) => runAlerts(engine, alertRules(undefined, datasets), time + MINUTE);
    const { network } = await perimeterIn('examples/store');
    const datasets = network.perimeter.snapshot.datasets;
    const firedAt = async (time: number) =>
      (await at(time)).outcomes.flatMap(({ rule, state }) => (state === 'fired' ? [rule.id] : []));
    try {
      expect(await firedAt(truth.threatHits.from)).toContain('threat-hit');
      expect(await firedAt(truth.deniedDependency.from)).toContain('aks-dependency');
      expect(await firedAt(truth.snatRamp.from)).toContain('first-contact');
    } finally {
      engine.close();
    }
  });
});

const KUSTO = { text: 'string', int: 'int', real: 'real', bool: 'bool' } as const;

describe('what is asked elsewhere', () => {
  const tables = Object.fromEntries(
    LOG_KINDS.map((kind) => [
      LOG_TABLES[kind].table,
      {
        TimeGenerated: 'datetime',
        _ResourceId: 'string',
        ...Object.fromEntries(
          Object.values(LOG_COLUMNS[kind]).map(({ name, type }) => [
            name,
            KUSTO[type as keyof typeof KUSTO],
          ]),
        ),
      },
    ]),
  );
  const problems = kustoBinder(tables);

  it("means something to Microsoft's own binder", async () => {
    for (const rule of await rules())
      expect([rule.id, problems(alertKql(rule))]).toEqual([rule.id, []]);
    expect(problems(toKql(loggedFlows({ window: {} })))).toEqual([]);
    expect(problems(toKql(loggedFlows({ window: {}, firewall: 'fw' })))).toEqual([]);
    expect(problems(toKql(hubbleFlows({ from: '2026-11-01T00:00:00Z' })))).toEqual([]);
    expect(problems(toKql(subnetFlows({ from: '2026-11-01T00:00:00Z' })))).toEqual([]);
    expect(problems('AZFWNetworkRule | where Nothing == 1')).not.toEqual([]);
  });

  it('is a template that Azure would take', async () => {
    const types = parseResourceTypes(
      readFileSync('data/resource-types/resource-types.json', 'utf8'),
    );
    const template = alertTemplate(await rules());
    const resources = template['resources'] as readonly Record<string, unknown>[];
    expect(resources.length).toBe(5);
    const place = placeless('test');
    for (const { type, apiVersion, name, ...rest } of resources) {
      const { properties } = rest as { properties: Record<string, unknown> };
      // What expressions will be.
      const filled = {
        ...rest,
        location: 'westeurope',
        properties: {
          ...properties,
          scopes: ['/subscriptions/s/resourceGroups/g/providers/x/y/z'],
          actions: { actionGroups: [] },
        },
      };
      const value = fromJson(filled, place);
      const body = value.kind === 'object' ? value : objectValue(place, []);
      const checked = {
        type: String(type),
        apiVersion: String(apiVersion),
        name: 'rule',
        body,
        at: place,
      };
      expect([name, validateResource(types, checked)]).toEqual([name, []]);
    }
  });
});
