import { globalAgent } from 'node:https';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LOG_COLUMNS, LOG_TABLES } from '../../src/logs/columns.ts';
import type { LogEngine } from '../../src/logs/engine.ts';
import * as q from '../../src/logs/query/index.ts';
import { clusterEngine, workspaceEngine } from '../../src/logs/remote/index.ts';
import { kustoBinder } from '../support/kusto.ts';
import { type LogServices, startLogServices } from '../support/log-services.ts';

/** The two services that answer KQL, as their own clients see them. */

const TOKEN = 'c2VjcmV0LXRva2Vu';
const credential = {
  getToken: async () => ({ token: TOKEN, expiresOnTimestamp: Date.now() + 3_600_000 }),
};
const COLUMNS = [
  { name: 'TimeGenerated', type: 'datetime' },
  { name: 'Fqdn', type: 'string' },
  { name: 'Records', type: 'long' },
  { name: 'Share', type: 'real' },
  { name: 'IsTlsInspected', type: 'bool' },
];
const question = q
  .from(
    { TimeGenerated: 'time', Fqdn: 'text' },
    {
      table: LOG_TABLES.application.table,
      columns: {
        TimeGenerated: { kind: 'time', is: 'column', name: 'TimeGenerated' },
        Fqdn: { kind: 'text', is: 'column', name: 'Fqdn' },
      },
    },
  )
  .summarize((row) => ({ by: { Fqdn: row.Fqdn }, of: { Records: q.rows } }))
  .order('-Records', 'Fqdn').pipeline;

let services: LogServices;
let slept: number[] = [];

beforeAll(async () => {
  services = await startLogServices();
  // One request of the client goes out beside its own agent.
  globalAgent.options.ca = services.ca;
});
afterAll(async () => {
  delete globalAgent.options.ca;
  await services.close();
});
beforeEach(() => {
  slept = [];
  Object.assign(services, { asked: [], turns: [], rows: [], columns: COLUMNS, rowsMax: 500_000 });
});

const sleep = async (milliseconds: number) => {
  slept.push(milliseconds);
};
const ENGINES: readonly (readonly [string, (more?: object) => Promise<LogEngine>])[] = [
  [
    'Log Analytics',
    (more = {}) =>
      workspaceEngine({
        workspaceId: 'w-1',
        ...{ credential, sleep, ca: services.ca, endpoint: `${services.url}/v1` },
        ...more,
      }),
  ],
  [
    'Azure Data Explorer',
    (more = {}) =>
      clusterEngine({
        ...{ cluster: services.url, database: 'logs', credential, sleep, ca: services.ca },
        ...more,
      }),
  ],
];

describe.each(ENGINES)('%s', (_, connect) => {
  async function failing(more: object = {}) {
    const engine = await connect(more);
    try {
      await engine.run(question);
    } catch (error) {
      return error as { code: string; message: string; hint: string; stack: string };
    } finally {
      engine.close();
    }
    throw new Error('it was answered');
  }

  it('is asked the KQL of the question, and its rows come as those of the store', async () => {
    services.rows = [
      ['2026-03-04T10:15:01.1234567Z', 'a.example', 7, 0.5, true],
      [null, '', 9_007_199_254_740_991, 'NaN', false],
      ['2026-03-04T10:15:02Z', null, null, null, null],
    ];
    const engine = await connect();
    const { rows, diagnostics } = await engine.run(question);
    engine.close();
    expect(services.asked).toEqual([q.toKql(question)]);
    expect([...services.tokens]).toEqual([`Bearer ${TOKEN}`]);
    const time = Date.UTC(2026, 2, 4, 10, 15) * 1000;
    expect(rows).toEqual([
      {
        TimeGenerated: time + 1_123_456,
        Fqdn: 'a.example',
        Records: 7,
        Share: 0.5,
        IsTlsInspected: true,
      },
      {
        TimeGenerated: null,
        Fqdn: '',
        Records: 9_007_199_254_740_991,
        Share: null,
        IsTlsInspected: false,
      },
      {
        TimeGenerated: time + 2_000_000,
        Fqdn: '',
        Records: null,
        Share: null,
        IsTlsInspected: null,
      },
    ]);
    expect(diagnostics).toEqual([]);
  });

  it('an answer too large for one request comes in pages, whole and in order', async () => {
    services.rows = Array.from({ length: 2_500 }, (_, at) => [
      '2026-03-04T10:15:01Z',
      `n${at}`,
      at,
      0,
      false,
    ]);
    services.rowsMax = 1_000;
    const engine = await connect({ pageRows: 1_000 });
    const { rows, diagnostics } = await engine.run(question);
    engine.close();
    expect(rows.map(({ Records }) => Records)).toEqual(services.rows.map((row) => row[2]));
    expect(diagnostics).toEqual([]);
    expect(services.asked).toHaveLength(4);
    const columns = Object.values(LOG_COLUMNS.application).map(({ name }) => [name, 'string']);
    const bind = kustoBinder({
      AZFWApplicationRule: { TimeGenerated: 'datetime', ...Object.fromEntries(columns) },
    });
    expect(services.asked.flatMap(bind)).toEqual([]);
  });

  it('rows that do not fit their columns are left out, and said to be missing', async () => {
    services.rows = [
      ['2026-03-04T10:15:01Z', 'a', 1, 0, false],
      ['2026-03-04T10:15:01Z', 'b'],
    ];
    const engine = await connect();
    const { rows, diagnostics } = await engine.run(question);
    engine.close();
    expect(rows.map(({ Fqdn }) => Fqdn)).toEqual(['a']);
    expect(diagnostics[0]!.message).toContain('1 of its rows have other columns than it says');
  });

  it('an answer that stays too large is said to be partial', async () => {
    services.rows = Array.from({ length: 50 }, (_, at) => [
      '2026-03-04T10:15:01Z',
      `n${at}`,
      at,
      0,
      false,
    ]);
    services.rowsMax = 10;
    const engine = await connect({ pageRows: 20 });
    const { rows, diagnostics } = await engine.run(question);
    engine.close();
    expect(rows).toHaveLength(10);
    expect(diagnostics).toMatchObject([{ code: 'logs/partial-result', severity: 'warning' }]);
    expect(diagnostics[0]!.message).toContain('exceeded the allowed limits');
  });

  it('when it is throttled, it is asked again after the time it names', async () => {
    services.turns = [
      { status: 429, headers: { 'retry-after': '7' } },
      { status: 503 },
      { status: 429, headers: { 'retry-after': new Date(20_000).toUTCString() } },
    ];
    services.rows = [['2026-03-04T10:15:01Z', 'a', 1, 0, false]];
    const engine = await connect({ clock: { now: () => 15_000 } });
    expect((await engine.run(question)).rows).toHaveLength(1);
    engine.close();
    expect(slept).toEqual([7_000, 1_000, 5_000]);
  });

  it('a connection that breaks is tried again', async () => {
    services.turns = ['reset'];
    services.rows = [['2026-03-04T10:15:01Z', 'a', 1, 0, false]];
    const engine = await connect();
    expect((await engine.run(question)).rows).toHaveLength(1);
    engine.close();
    expect(slept).toEqual([500]);
  });

  it('when it stays busy, that is the answer', async () => {
    services.turns = Array.from({ length: 9 }, () => ({ status: 429 }));
    expect(await failing({ attempts: 3 })).toMatchObject({ code: 'logs/engine-busy' });
    expect(services.asked).toHaveLength(3);
    expect(slept).toEqual([500, 1_000]);
  });

  it('a wait longer than one is ready to wait is not waited', async () => {
    services.turns = [{ status: 429, headers: { 'retry-after': '86400' } }];
    expect(await failing()).toMatchObject({ code: 'logs/engine-busy' });
    expect(slept).toEqual([]);
  });

  it('a refusal is not repeated and holds no token', async () => {
    services.turns = [
      { status: 403, body: { error: { code: 'InsufficientAccessError', message: 'no' } } },
    ];
    const error = await failing();
    expect(error).toMatchObject({ code: 'logs/engine-refused' });
    expect(services.asked).toHaveLength(1);
    expect(`${error.message}${error.hint}${error.stack}${JSON.stringify(error)}`).not.toContain(
      TOKEN,
    );
  });

  it('a question about a table that is not there is said in its words, on one line', async () => {
    const message = "'where' operator: Failed to resolve table 'AZFWApplicationRule'\u001b[31m\nx";
    services.turns = [
      {
        status: 400,
        body: {
          error: { code: 'BadArgumentError', message, innererror: { code: 'SEM0100', message } },
        },
      },
    ];
    const error = await failing();
    expect(error).toMatchObject({ code: 'logs/engine-query' });
    expect(error.message).toContain("Failed to resolve table 'AZFWApplicationRule' [31m x");
  });

  it('a time-out is said as one', async () => {
    services.turns = [
      { status: 504, body: { error: { code: 'GatewayTimeout', message: 'timeout' } } },
    ];
    expect(await failing({ attempts: 1 })).toMatchObject({ code: 'logs/engine-timeout' });
  });

  it('silence ends with the time that was given', async () => {
    services.turns = ['hang'];
    // Thirty seconds are added for the way; a time-out below zero is what is left of them.
    expect(await failing({ timeoutSeconds: -29.8 })).toMatchObject({ code: 'logs/engine-timeout' });
  });

  it('nobody there', async () => {
    const nowhere = {
      endpoint: 'https://localhost:1/v1',
      cluster: 'https://localhost:1',
      attempts: 2,
    };
    expect(await failing(nowhere)).toMatchObject({ code: 'logs/engine-unreachable' });
    expect(slept).toEqual([500]);
  });
});

it('frames of Azure Data Explorer without their end are partial', async () => {
  services.rows = [['2026-03-04T10:15:01Z', 'a', 1, 0, false]];
  services.turns = ['cut off'];
  const engine = await ENGINES[1]![1]();
  const { rows, diagnostics } = await engine.run(question);
  engine.close();
  expect(rows).toHaveLength(1);
  expect(diagnostics).toMatchObject([{ code: 'logs/partial-result' }]);
});

describe('an answer of Azure Data Explorer in fragments', () => {
  const header = { FrameType: 'DataSetHeader', IsProgressive: true, Version: 'v2.0' };
  const Columns = COLUMNS.map(({ name, type }) => ({ ColumnName: name, ColumnType: type }));
  const table = { FrameType: 'TableHeader', TableId: 1, TableKind: 'PrimaryResult', Columns };
  const part = (TableFragmentType: string, ...names: string[]) => ({
    FrameType: 'TableFragment',
    ...{ TableId: 1, TableFragmentType },
    Rows: names.map((name) => ['2026-03-04T10:15:01Z', name, 1, 0, false]),
  });
  const completion = (RowCount: number) => ({ FrameType: 'TableCompletion', TableId: 1, RowCount });
  const end = { FrameType: 'DataSetCompletion', HasErrors: false, Cancelled: false };
  const answered = async (...frames: readonly object[]) => {
    services.turns = [{ status: 200, body: frames }];
    const engine = await ENGINES[1]![1]();
    const { rows, diagnostics } = await engine.run(question);
    engine.close();
    return [rows.map(({ Fqdn }) => Fqdn), diagnostics.map(({ message }) => message)] as const;
  };

  it('holds what was added, and no longer what was replaced', async () => {
    const progress = { FrameType: 'TableProgress', TableId: 1, TableProgress: 40 };
    const housekeeping = { FrameType: 'TableFragment', TableId: 2, Rows: [['x']] };
    const frames = [
      ...[header, table, part('DataAppend', 'old', 'older'), progress],
      ...[part('DataReplace', 'a', 'b'), housekeeping, part('DataAppend', 'c')],
    ];
    expect(await answered(...frames, completion(3), end)).toEqual([['a', 'b', 'c'], []]);
  });

  it('is partial when one of them did not come', async () => {
    const [rows, said] = await answered(header, table, part('DataAppend', 'a'), completion(2), end);
    expect(rows).toEqual(['a']);
    expect(said).toEqual([expect.stringContaining('fragments of it are missing')]);
    expect((await answered(header, table, part('DataAppend', 'a'), end))[1]).toHaveLength(1);
  });

  it('is not asked for', async () => {
    services.rows = [['2026-03-04T10:15:01Z', 'a', 1, 0, false]];
    const engine = await ENGINES[1]![1]();
    await engine.run(question);
    engine.close();
    expect(services.options.at(-1)).toMatchObject({ results_progressive_enabled: false });
  });
});

it('an answer without a table is no empty answer', async () => {
  for (const [, connect] of ENGINES) {
    services.turns = [{ status: 200, body: [] }];
    const engine = await connect();
    const { diagnostics } = await engine.run(question);
    engine.close();
    expect(diagnostics).toMatchObject([{ code: 'logs/partial-result' }]);
  }
});
