import { describe, expect, it } from 'vitest';
import { kustoBinder } from '../../../tests/support/kusto.ts';
import { LOG_COLUMNS, LOG_KINDS, LOG_TABLES } from '../columns.ts';
import { toKql } from '../query/index.ts';
import * as questions from './questions.ts';

const TYPES = { text: 'string', int: 'int', real: 'real', bool: 'bool' } as const;
const tables = Object.fromEntries(
  LOG_KINDS.map((kind) => [
    LOG_TABLES[kind].table,
    {
      TimeGenerated: 'datetime',
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
  connections: questions.connectionsPerDestination(WINDOW, 60, 10),
};

describe("every question means something to Microsoft's own binder", () => {
  const problems = kustoBinder(tables);
  it.each(Object.entries(ALL))('%s', (_, pipeline) => {
    expect(problems(toKql(pipeline))).toEqual([]);
  });
});
