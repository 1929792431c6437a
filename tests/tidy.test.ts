import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DIAGNOSTIC_CODES } from '../src/diagnostics/index.ts';
import { FACTS, type FactId } from '../src/facts/index.ts';
import { CATALOGUE } from '../src/questions/check/catalogue/index.ts';
import { factPins } from './support/fact-pins.ts';
import {
  importsOf,
  isTest,
  projectRoot,
  roomOf,
  sourceFiles,
  withoutComments,
} from './support/source-tree.ts';

/** Holds the house in order: walls between rooms, weights, lengths, and that nothing is listed in vain. */

const sources = sourceFiles('src').filter((file) => !isTest(file));
const tests = [...sourceFiles('src').filter(isTest), ...sourceFiles('tests').filter(isTest)];

/** npm packages by room; docs/adr/0002-runtime-dependencies.md says what for. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  importers: ['yaml'],
  questions: ['zod'],
  intent: ['zod'],
  facts: ['zod'],
  patches: ['jsonc-parser', 'yaml'],
  emitters: ['elkjs'],
  report: ['diff', 'picocolors', 'string-width', 'wrap-ansi', 'yaml'],
  cli: ['commander'],
  rehearse: ['node-sqlite3-wasm'],
  live: ['@azure/identity'],
  lab: ['dns-packet'],
  logs: [
    '@duckdb/node-api',
    '@azure/storage-blob',
    'azure-kusto-data',
    '@azure/monitor-query-logs',
  ],
};

/** Rooms that may touch the machine. */
const WORLDLY = ['io', 'cli', 'certificates', 'rehearse', 'live', 'nva', 'lab', 'logs'];

/** Longer than 400 lines, each with its reason. */
const LONG: Readonly<Record<string, string>> = {
  'src/facts/firewall.ts': 'a table of facts',
  'src/facts/kubernetes.ts': 'a table of facts',
};

describe('walls', () => {
  const mayImport = roomTable();

  it('every room is in the table of ARCHITECTURE.md, and no other', () => {
    const rooms = new Set(sources.flatMap(({ path }) => roomOf(path) ?? []));
    expect([...mayImport.keys()].sort()).toEqual([...rooms].sort());
  });

  it('a room imports only what the table allows', () => {
    const wrong = sources.flatMap((file) => {
      const room = roomOf(file.path);
      if (room === undefined) return [];
      return importsOf(file).flatMap(({ path }) => {
        const other = path === undefined ? room : (roomOf(path) ?? 'the doors of src');
        if (other === room || mayImport.get(room)?.has(other)) return [];
        return [`${file.path} imports ${path}`];
      });
    });
    expect(wrong).toEqual([]);
  });

  it('the lab is a third opinion: its plan shares no semantics with the other two tellings', () => {
    const wrong = sources
      .filter(({ path }) => path.startsWith('src/lab/plan/'))
      .flatMap((file) =>
        importsOf(file).flatMap(({ path }) =>
          ['semantics', 'trace', 'reach'].includes(roomOf(path ?? '') ?? '')
            ? [`${file.path} imports ${path}`]
            : [],
        ),
      );
    expect(wrong).toEqual([]);
  });

  it('npm packages stay in their room', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file).flatMap(({ specifier, path }) => {
        if (path !== undefined || specifier.startsWith('node:')) return [];
        const parts = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1);
        const allowed = PACKAGES[roomOf(file.path) ?? ''] ?? [];
        return allowed.includes(parts.join('/')) ? [] : [`${file.path} imports ${specifier}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('every runtime dependency is used, and no other is', () => {
    const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(
      readFileSync(join(projectRoot, 'package.json'), 'utf8'),
    );
    const used = new Set(Object.values(PACKAGES).flat());
    const declared = { ...dependencies, ...optionalDependencies, ...peerDependencies };
    expect([...used].sort()).toEqual(Object.keys(declared).sort());
  });

  it('only io and cli touch the clock, the process and the disk', () => {
    const worldly =
      /\bDate\.now\b|\bnew Date\(\)|\bprocess\.|\bperformance\.now\b|\bMath\.random\b|\bconsole\.|'node:[a-z/]+'/g;
    const wrong = sources
      .filter(({ path }) => !WORLDLY.includes(roomOf(path) ?? ''))
      .flatMap((file) =>
        [...withoutComments(file.text).matchAll(worldly)].map(([word]) => `${file.path}: ${word}`),
      );
    expect(wrong).toEqual([]);
  });

  it('the engine needs no Node.js: it runs in a browser', () => {
    const byPath = new Map(sources.map((file) => [file.path, file]));
    const seen = new Set<string>();
    const wrong: string[] = [];
    const visit = (path: string) => {
      const file = byPath.get(path);
      if (seen.has(path) || file === undefined) return;
      seen.add(path);
      for (const found of importsOf(file)) {
        if (found.specifier.startsWith('node:')) wrong.push(`${path} imports ${found.specifier}`);
        if (found.path !== undefined) visit(found.path);
      }
    };
    visit('src/engine.ts');
    expect(seen.size).toBeGreaterThan(100);
    expect(wrong).toEqual([]);
  });
});

describe('nothing in vain', () => {
  it('every fact is in the name of a test', () => {
    const pins = factPins();
    expect((Object.keys(FACTS) as FactId[]).filter((id) => !pins.has(id))).toEqual([]);
  });

  it('every fact has a source and the day it was read', () => {
    const wrong = Object.entries(FACTS).filter(
      ([, { fact, source, readOn }]) =>
        fact.length < 10 || source.length < 10 || !/^20\d\d-\d\d-\d\d$/.test(readOn),
    );
    expect(wrong.map(([id]) => id)).toEqual([]);
  });

  it('every diagnostic code is used by some source', () => {
    const text = sources
      .filter(({ path }) => path !== 'src/diagnostics/codes.ts')
      .map((file) => withoutComments(file.text))
      .join('\n');
    const codes = Object.keys(DIAGNOSTIC_CODES);
    expect(codes.filter((code) => !text.includes(`'${code}'`))).toEqual([]);
  });

  it('every check has an id of its own, in words', () => {
    const ids = CATALOGUE.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z0-9-]+\/[a-z0-9-]+$/.test(id))).toEqual([]);
  });

  it('every check is named by a test', () => {
    const text = tests.map((file) => file.text).join('\n');
    expect(CATALOGUE.map(({ id }) => id).filter((id) => !text.includes(`'${id}'`))).toEqual([]);
  });
});

describe('one idea a file', () => {
  it('a file is at most 400 lines, unless it is a table', () => {
    const long = sources.filter(({ path, lines }) => lines > 400 && !(path in LONG));
    expect(long.map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
  });

  it('no exception is left over', () => {
    const lengths = new Map(sources.map(({ path, lines }) => [path, lines]));
    expect(Object.keys(LONG).filter((path) => (lengths.get(path) ?? 0) <= 400)).toEqual([]);
  });

  it('a file is named by its idea', () => {
    const nameless =
      /\/(?:utils?|helpers?|types?|common|misc|shared|scratch.*|zz.*)\.(?:test\.)?ts$/;
    const all = [...sources, ...tests].map(({ path }) => path);
    expect(all.filter((path) => nameless.test(path) && !path.endsWith('/azure/common.ts'))).toEqual(
      [],
    );
  });

  it('relative imports name the file they mean', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file)
        .filter(({ path }) => path !== undefined && !/\.(?:ts|json)$/.test(path))
        .map(({ specifier }) => `${file.path}: ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });
});

/** The table of ARCHITECTURE.md: what each room may import. `the above` are the rooms of the rows before. */
function roomTable(): ReadonlyMap<string, ReadonlySet<string>> {
  const text = readFileSync(join(projectRoot, 'ARCHITECTURE.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `(\w+)` *\|[^|]*\| *([^|]+?) *\|$/gm)];
  const all = rows.map(([, room]) => room!);
  const table = new Map<string, ReadonlySet<string>>();
  for (const [, room, words] of rows) {
    table.set(room!, new Set(roomsOf(words!, all, [...table.keys()])));
  }
  return table;
}

function roomsOf(
  words: string,
  all: readonly string[],
  above: readonly string[],
): readonly string[] {
  if (words === '–') return [];
  if (words === 'the above') return above;
  if (words === 'everything') return all;
  const listed = (text: string) => text.replace(/ \([^)]*\)/g, '').split(/,\s*| and /);
  const but = /^all but (.+)$/.exec(words);
  if (but !== null) return all.filter((room) => !listed(but[1]!).includes(room));
  const rooms = listed(words);
  for (const room of rooms) {
    if (!all.includes(room)) throw new Error(`ARCHITECTURE.md: \`${room}\` is not a room`);
  }
  return rooms;
}
