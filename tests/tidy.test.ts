import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DIAGNOSTIC_CODES } from '../src/diagnostics/index.ts';
import { FACTS } from '../src/facts/index.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Which room may import which. The same table as in ARCHITECTURE.md; `*` is every room. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  net: [],
  diagnostics: [],
  values: ['diagnostics'],
  facts: ['diagnostics'],
  model: ['net', 'diagnostics', 'values', 'facts'],
  network: ['net', 'diagnostics', 'values', 'facts', 'model'],
  semantics: ['net', 'diagnostics', 'values', 'facts', 'model', 'network'],
  trace: ['net', 'diagnostics', 'values', 'facts', 'model', 'network', 'semantics'],
  questions: ['net', 'diagnostics', 'values', 'facts', 'model', 'network', 'semantics', 'trace'],
  importers: ['net', 'diagnostics', 'values', 'facts', 'model', 'io'],
  io: ['diagnostics', 'facts'],
  report: [
    'net',
    'diagnostics',
    'values',
    'facts',
    'model',
    'network',
    'semantics',
    'trace',
    'questions',
  ],
  cli: ['*'],
};

/** npm packages, by the only rooms that use them. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  yaml: ['importers'],
  zod: ['questions', 'facts'],
  commander: ['cli'],
  picocolors: ['report'],
  'string-width': ['report'],
  'wrap-ansi': ['report'],
};

/** Files past 400 lines, each with its reason. */
const LONG_FILES: Readonly<Record<string, string>> = {
  'src/facts/firewall.ts': 'a table of facts',
  'src/facts/aks.ts': 'a table of facts',
  'src/facts/platform.ts': 'a table of facts',
  'src/facts/routing.ts': 'a table of facts',
  'src/facts/kubernetes.ts': 'a table of facts',
};

interface SourceFile {
  readonly path: string;
  readonly room: string;
  readonly text: string;
}

const files = sourceFiles(join(root, 'src'));
const production = files.filter(({ path }) => !path.endsWith('.test.ts'));
const tests = [
  ...files.filter(({ path }) => path.endsWith('.test.ts')),
  ...sourceFiles(join(root, 'tests')),
];

describe('the house', () => {
  it('every import stays within the walls', () => {
    const wrong = production.flatMap(({ path, room, text }) =>
      importsOf(text).flatMap((target) => {
        if (!target.startsWith('.')) return [];
        const other = roomOf(join(dirname(path), target));
        const allowed = MAY_IMPORT[room];
        if (
          room === '' ||
          other === room ||
          allowed === undefined ||
          allowed.includes('*') ||
          allowed.includes(other)
        )
          return [];
        return [`${path} imports ${other} (${target})`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('npm packages and node modules stay in their rooms', () => {
    const wrong = production.flatMap(({ path, room, text }) =>
      importsOf(text).flatMap((target) => {
        if (target.startsWith('.')) return [];
        if (target.startsWith('node:'))
          return ['io', 'cli', ''].includes(room) || target === 'node:crypto'
            ? []
            : [`${path} imports ${target}`];
        return PACKAGES[target]?.includes(room) === true ? [] : [`${path} imports ${target}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('only io and cli touch the clock and the process', () => {
    const wrong = production
      .filter(({ room }) => !['io', 'cli'].includes(room))
      .flatMap(({ path, text }) =>
        /\b(Date\.now\(|new Date\(\)|process\.|Math\.random\(|console\.)/.test(
          withoutComments(text),
        )
          ? [path]
          : [],
      );
    expect(wrong).toEqual([]);
  });

  it('a file holds one idea: at most 400 lines, but for listed tables', () => {
    const long = production.filter(
      ({ path, text }) => text.split('\n').length > 401 && LONG_FILES[path] === undefined,
    );
    expect(long.map(({ path, text }) => `${path}: ${text.split('\n').length}`)).toEqual([]);
  });

  it('no file is named after being a leftover', () => {
    expect(
      files
        .filter(({ path }) => /\/(utils|helpers|types|misc|common-utils)\.ts$/.test(path))
        .map(({ path }) => path),
    ).toEqual([]);
  });

  it('every fact is pinned by a test whose text names it', () => {
    const pinned = new Set(
      tests.flatMap(({ text }) => text.match(/\b(?:AFW|AZN|AZS|AKS|K8P|ARM)-E?\d+/g) ?? []),
    );
    // Facts that checks cite are pinned by their cases: the harness puts the ids into the titles.
    const cited = new Set(
      production
        .filter(({ path }) => path.includes('/catalogue/'))
        .flatMap(({ text }) => text.match(/\b(?:AFW|AZN|AZS|AKS|K8P|ARM)-E?\d+/g) ?? []),
    );
    const loose = Object.keys(FACTS).filter((id) => !pinned.has(id) && !cited.has(id));
    expect(loose).toEqual([]);
  });

  it('every diagnostic code is used', () => {
    const used = production
      .filter(({ path }) => !path.endsWith('diagnostics/codes.ts'))
      .map(({ text }) => text)
      .join('\n');
    expect(Object.keys(DIAGNOSTIC_CODES).filter((code) => !used.includes(`'${code}'`))).toEqual([]);
  });
});

function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => {
      const path = relative(root, join(entry.parentPath, entry.name));
      return { path, room: roomOf(path), text: readFileSync(join(root, path), 'utf8') };
    });
}

function roomOf(path: string): string {
  const parts = path.split('/');
  return parts[0] === 'src' && parts.length > 2 ? parts[1]! : '';
}

function importsOf(text: string): string[] {
  return [
    ...text.matchAll(/(?:^|\n)\s*(?:import|export)[^;'"]*?from\s+'([^']+)'|import\('([^']+)'\)/g),
  ].map((match) => match[1] ?? match[2] ?? '');
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
}
