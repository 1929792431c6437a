import { describe, expect, it } from 'vitest';
import { kustoBinder } from '../../../tests/support/kusto.ts';
import { LOG_COLUMNS, LOG_KINDS, LOG_TABLES } from '../columns.ts';
import { toKql } from '../query/index.ts';
import * as questions from './index.ts';

const TYPES = { text: 'string', int: 'int', real: 'real', bool: 'bool' } as const;
const tables = Object.fromEntries(
  LOG_KINDS.map((kind) => [
    LOG_TABLES[kind].table,
    {
      ...{ TimeGenerated: 'datetime', _ResourceId: 'string' },
      ...Object.fromEntries(
        Object.values(LOG_COLUMNS[kind]).map(({ name, type }) => [
          name,
          TYPES[type as keyof typeof TYPES],
        ]),
      ),
    },
  ]),
);
const WINDOW = { from: '2026-11-01T00:00:00Z', to: '2026-11-08T00:00:00Z' };
const ALL = {
  records: questions.recordsByKind(['network', 'application', 'dns'], WINDOW),
  overTime: questions.recordsOverTime(['network', 'application'], WINDOW, 3600),
  actions: questions.actions(WINDOW),
  talkers: questions.top('talkers', WINDOW, 10),
  names: questions.top('names', WINDOW, 10),
  addresses: questions.top('addresses', WINDOW, 10),
  ports: questions.top('ports', WINDOW, 10),
  rules: questions.ruleHits({}),
  denied: questions.denied(WINDOW, 100),
  timeline: questions.timeline(WINDOW, 300),
  threats: questions.threats(WINDOW, 10),
  dns: questions.dnsNames({}, 10),
  deniedButScans: questions.denied(WINDOW, 100, [
    { source: `10.0.0.1'"| take 1`, networks: ['10.60.0'] },
  ]),
  newNames: questions.newNames(WINDOW, '2026-11-07T00:00:00Z', 10),
  spread: questions.deniedSpread(WINDOW, 100),
  networks: questions.deniedNetworks(WINDOW, ['10.0.0.1'], 100),
  timelineOfRules: questions.timelineOfRules(WINDOW, 300, ['a', 'b']),
  longNames: questions.longNames(WINDOW, 10),
  dnsFailed: questions.dnsNames({}, 10, 'Failed'),
  dnsAnswers: questions.dnsAnswers({}),
  unresolved: questions.unresolvedNames({}, 10),
  busiest: questions.busiestDestinations(WINDOW, questions.INSIDE, 240, 10),
  connections: questions.connectionsOverTime(WINDOW, 240, ['a.example']),
  transferred: questions.transferred(WINDOW, questions.INSIDE),
  wafRules: questions.wafRules(WINDOW, 10),
  wafClients: questions.wafClients(WINDOW, 10),
  gatewayHosts: questions.gatewayHosts(WINDOW, 10),
  search: questions.search(
    WINDOW,
    [
      { value: 'x', isNot: false },
      { field: 'port', value: '443', isNot: true },
      { field: 'name', value: '*.example', isNot: false },
    ],
    10,
  ),
};

describe("every question means something to Microsoft's own binder", () => {
  const problems = kustoBinder(tables);
  it.each(Object.entries(ALL))('%s', (_, pipeline) => {
    expect(problems(toKql(pipeline))).toEqual([]);
  });
});
