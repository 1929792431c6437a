import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answerQuestion, type LogsQuestion } from '../../src/cli/logs-questions-asked.ts';
import type { LogEngine, LogRow, LogValue } from '../../src/logs/engine.ts';
import { toKql } from '../../src/logs/query/index.ts';
import { openStore, storeEngine } from '../../src/logs/store/index.ts';
import { askingOf } from '../support/asking.ts';
import { type LogServices, SECRET, startLogServices, tokenFor } from '../support/log-services.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { sallyportBeside } from './run-beside.ts';
import { sallyport } from './run-sallyport.ts';

/**
 * `--workspace` and `--cluster` as a person uses them: the whole command, its sign-in included, against a cloud on the loopback address
 * that answers each question with what the store answers to the same question.
 */

const WORKSPACE = '6f9d0c1e-0000-4000-8000-000000000001';
const QUESTIONS: readonly (readonly [readonly string[], LogsQuestion])[] = [
  [['summary'], { is: 'summary' }],
  [['denied'], { is: 'denied' }],
  [['top', 'rules'], { is: 'top', what: 'rules' }],
  [['threats'], { is: 'threats' }],
  [['search', 'action=Deny', '--limit', '20'], { is: 'search', words: ['action=Deny'] }],
];

const { path: folder, remove } = temporaryFolder();
let services: LogServices;
const known = new Map<string, Pick<LogServices, 'columns' | 'rows'>>();
const unknown: string[] = [];

beforeAll(async () => {
  for (const args of [
    ['generate', 'raw', '--records', '1500', '--span', '6h'],
    ['ingest', 'raw', '--store', 'logs.duckdb'],
  ]) {
    expect(sallyport(['logs', ...args], { cwd: folder })).toMatchObject({ code: 0, err: '' });
  }
  const engine = storeEngine(await openStore(join(folder, 'logs.duckdb'), { mode: 'read' }));
  for (const [, question] of QUESTIONS) {
    await answerQuestion(question, askingOf(overheard(engine)), [], 20);
  }
  engine.close();
  services = await startLogServices();
  writeFileSync(join(folder, 'ca.pem'), services.ca);
}, 60_000);
afterAll(async () => {
  await services?.close();
  remove();
});
beforeEach(() => {
  unknown.length = 0;
  services.asked.length = 0;
  services.signIns.length = 0;
  services.tokens.clear();
  services.answerTo = (kql) => {
    const answer = known.get(kql.replace(/\n\| serialize [\s\S]*/, ''));
    if (answer === undefined) unknown.push(kql);
    return answer;
  };
});

/** Asks the store, and keeps what it answered by the KQL of the question. */
function overheard(engine: LogEngine): LogEngine {
  return {
    ...engine,
    async run(pipeline) {
      const answer = await engine.run(pipeline);
      known.set(toKql(pipeline), asKusto(answer.rows));
      return answer;
    },
  };
}

function asKusto(rows: readonly LogRow[]): Pick<LogServices, 'columns' | 'rows'> {
  const names = Object.keys(rows[0] ?? {});
  const columns = names.map((name) => ({ name, type: typeOf(rows, name) }));
  const cells = rows.map((row) => columns.map(({ name, type }) => cellOf(row[name]!, type)));
  return { columns, rows: cells };
}

function typeOf(rows: readonly LogRow[], name: string): string {
  const values = rows.map((row) => row[name]).filter((value) => value !== null);
  if (values.every((value) => typeof value === 'string')) return 'string';
  if (values.every((value) => typeof value === 'boolean')) return 'bool';
  // No count of these logs has so many digits as a time.
  return values.every((value) => Number(value) > 1e15) ? 'datetime' : 'real';
}

function cellOf(value: LogValue, type: string): unknown {
  if (type !== 'datetime' || typeof value !== 'number') return value;
  const text = new Date(Math.floor(value / 1000)).toISOString().slice(0, -1);
  return `${text}${String(value % 1000).padStart(3, '0')}0Z`;
}

const signedIn = (more: Readonly<Record<string, string>> = {}) => ({
  HOME: folder,
  NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
  ARM_METADATA_HOSTNAME: new URL(services.url).host,
  AZURE_AUTHORITY_HOST: '',
  AZURE_ACCESS_TOKEN: '',
  AZURE_TENANT_ID: 'tenant',
  AZURE_CLIENT_ID: 'the-application',
  AZURE_CLIENT_SECRET: SECRET,
  ...more,
});
const logs = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const ran = await sallyportBeside(['logs', ...args], { cwd: folder, env: signedIn(env) });
  const said = ran.out + ran.err;
  for (const secret of [SECRET, ...services.tokens].map((text) => text.replace('Bearer ', ''))) {
    expect(said).not.toContain(secret);
  }
  expect(said).not.toMatch(/\n\s+at |bug:/);
  return ran;
};
const answers = (text: string) => {
  const { scope: _, ...others } = JSON.parse(text);
  return others;
};

const PLACES = () =>
  [
    ['a workspace', ['--workspace', WORKSPACE], `${services.url}/.default`],
    [
      'a cluster',
      ['--cluster', services.url, '--database', 'logs'],
      'https://kusto.kusto.windows.net/.default',
    ],
  ] as const;

describe('the same questions of the service that holds the logs', () => {
  it.each(QUESTIONS)(
    '%o: workspace, cluster and store answer alike',
    async (words) => {
      const places = [['--store', 'logs.duckdb'], ...PLACES().map(([, place]) => place)];
      const [store, ...asked] = await Promise.all(
        places.map((place) => logs([...words, ...place, '--format', 'json'])),
      );
      for (const { code, out, err } of asked) {
        expect([err, unknown]).toEqual(['', []]);
        expect(code).toBe(store!.code);
        expect(answers(out)).toEqual(answers(store!.out));
      }
      // One sign-in each, however many questions.
      const scopes = PLACES().map(([, , scope]) => `the-application ${scope}`);
      expect([...services.signIns].sort()).toEqual(scopes.sort());
      expect(services.tokens.size).toBe(2);
    },
    60_000,
  );
});

describe('what goes wrong on the way', () => {
  it('a sign-in that is refused is said with its reason, and nothing is asked', async () => {
    for (const [, place] of PLACES()) {
      const ran = await logs(['denied', ...place], { AZURE_CLIENT_SECRET: 'd3Jvbmc' });
      expect([ran.code, ran.out]).toEqual([3, '']);
      expect(ran.err.replace(/\s+/g, ' ')).toContain('AADSTS7000215: no');
      expect(ran.err).toContain('az login');
      expect(ran.err).not.toContain('d3Jvbmc');
    }
    expect(services.asked).toEqual([]);
  }, 30_000);

  it('a token of the environment is sent to the service it is for, and to no other', async () => {
    const env = (audience: string) => ({ AZURE_ACCESS_TOKEN: tokenFor(audience, 1e12) });
    const [, place] = PLACES()[0]!;
    await logs(['top', 'rules', ...place], env('https://management.azure.com/'));
    expect(services.signIns).toHaveLength(1);
    expect(services.tokens).not.toContain(
      `Bearer ${tokenFor('https://management.azure.com/', 1e12)}`,
    );
    services.tokens.clear();
    expect((await logs(['top', 'rules', ...place], env(`${services.url}/`))).code).toBe(0);
    expect(services.signIns).toHaveLength(1);
    expect([...services.tokens]).toEqual([`Bearer ${tokenFor(`${services.url}/`, 1e12)}`]);
  }, 30_000);

  it('a refusal, an empty workspace and a partial answer are three things', async () => {
    for (const [, place] of PLACES()) {
      services.turns = [{ status: 403, body: { error: { code: 'Forbidden', message: 'no' } } }];
      const refused = await logs(['top', 'rules', ...place]);
      expect([refused.code, refused.out]).toEqual([3, '']);
      expect(refused.err).toContain('logs/engine-refused');
    }
    services.answerTo = undefined;
    for (const [, place] of PLACES()) {
      const empty = await logs(['denied', ...place, '--format', 'json']);
      expect([empty.code, empty.out]).toEqual([2, '']);
      expect(empty.err).toContain('holds no record of a log');
    }
    services.turns = Array.from({ length: 12 }, () => ({ status: 200, body: [] }));
    const partial = await logs(['denied', ...PLACES()[0]![1]]);
    services.turns = [];
    expect([partial.code, partial.out]).toEqual([3, '']);
    expect(partial.err).toContain('logs/partial-result');
  }, 60_000);

  it('logs of another time are no calm', async () => {
    const first = { columns: [], rows: [] };
    const some = [...known].find(
      ([kql]) => kql.includes('Log = "network"') && kql.includes('First = min'),
    );
    services.answerTo = (kql) => (kql.includes('datetime(2020') ? first : some?.[1]);
    const ran = await logs(['denied', '--workspace', WORKSPACE, '--to', '2020-01-01']);
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(ran.err).toContain('there is no record before 2020-01-01 00:00 UTC');
    expect(ran.err).toContain('the logs hold 2026-11-01 00:00 to 2026-11-01');
  }, 30_000);

  it('another cloud is asked at its own address, with a token for it', async () => {
    // The sign-in is refused: nothing is sent to that cloud.
    const env = { ARM_METADATA_HOSTNAME: '', AZURE_AUTHORITY_HOST: services.url };
    for (const [cloud, place] of [
      ['usgovernment', 'https://api.loganalytics.us'],
      ['china', 'https://api.loganalytics.azure.cn'],
    ] as const) {
      const words = ['denied', '--workspace', WORKSPACE, '--cloud', cloud];
      const ran = await logs(words, { ...env, AZURE_CLIENT_SECRET: 'd3Jvbmc' });
      expect(ran.code).toBe(3);
      expect(services.signIns.splice(0)).toEqual([`the-application ${place}/.default`]);
    }
  }, 30_000);
});
