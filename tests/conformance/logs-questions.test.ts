import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOG_COLUMNS, LOG_KINDS, LOG_TABLES, type LogKind } from '../../src/logs/columns.ts';
import { fromTallies, toKql, toSql } from '../../src/logs/query/index.ts';
import { type LogStore, openStore } from '../../src/logs/store/index.ts';
import { kustoBinder } from '../support/kusto.ts';
import { LOG_QUESTIONS } from '../support/log-questions.ts';
import { projectRoot } from '../support/source-tree.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

/**
 * Every question in both its languages: DuckDB takes the SQL over the store's tables, Microsoft's binder the KQL over the published columns
 * of the tables, and both are kept beside each other in tests/golden/logs, with the SQL over what a store has counted already.
 * `UPDATE_GOLDEN=1` writes them anew.
 */

const GOLDEN = join(projectRoot, 'tests', 'golden', 'logs', 'questions');
const isUpdate = process.env['UPDATE_GOLDEN'] === '1';

const SCHEMA: {
  readonly standardColumns: Readonly<Record<string, string>>;
  readonly tables: Readonly<Record<string, { readonly columns: Readonly<Record<string, string>> }>>;
} = JSON.parse(
  readFileSync(
    join(projectRoot, 'tests', 'samples', 'firewall-logs', 'azfw-log-schema.json'),
    'utf8',
  ),
);
const TYPES = { text: 'string', int: 'long', real: 'real', bool: 'bool' } as const;

/** The published columns of the firewall's tables; those of other tables as they are read here. */
const TABLES = Object.fromEntries(
  LOG_KINDS.map((kind) => {
    const { table } = LOG_TABLES[kind];
    const published = SCHEMA.tables[table]?.columns;
    return [table, { ...SCHEMA.standardColumns, ...(published ?? ownColumns(kind)) }];
  }),
);

function ownColumns(kind: LogKind): Readonly<Record<string, string>> {
  const columns = Object.values(LOG_COLUMNS[kind]) as readonly {
    readonly name: string;
    readonly type: keyof typeof TYPES;
  }[];
  return Object.fromEntries(columns.map(({ name, type }) => [name, TYPES[type]]));
}

let folder: TemporaryFolder;
let store: LogStore;
beforeAll(async () => {
  folder = temporaryFolder();
  store = await openStore(join(folder.path, 'logs.duckdb'), { mode: 'write' });
});
afterAll(() => {
  store.close();
  folder.remove();
});

describe.each(Object.entries(LOG_QUESTIONS))('%s', (name, pipeline) => {
  it('means something to both engines', async () => {
    expect(kustoBinder(TABLES)(toKql(pipeline))).toEqual([]);
    await store.connection.run(toSql(pipeline));
    await store.connection.run(toSql(fromTallies(pipeline, store.tallies)));
  });

  it('reads as it is kept', () => {
    const path = join(GOLDEN, `${name}.md`);
    const block = (language: string, code: string) => `\`\`\`${language}\n${code}\n\`\`\`\n`;
    const counted = fromTallies(pipeline, store.tallies);
    const text = [
      `# ${name}\n`,
      block('sql', toSql(pipeline)),
      block('kql', toKql(pipeline)),
      ...(counted === pipeline
        ? []
        : ['From the tallies of a store:\n', block('sql', toSql(counted))]),
    ].join('\n');
    if (isUpdate) {
      mkdirSync(GOLDEN, { recursive: true });
      writeFileSync(path, text);
    }
    expect(existsSync(path), `${path}: run with UPDATE_GOLDEN=1`).toBe(true);
    expect(text).toBe(readFileSync(path, 'utf8'));
  });
});

it('no question is kept that is not asked', () => {
  expect(readdirSync(GOLDEN).sort()).toEqual(
    Object.keys(LOG_QUESTIONS)
      .map((name) => `${name}.md`)
      .sort(),
  );
});
