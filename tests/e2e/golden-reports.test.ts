import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../support/source-tree.ts';
import { sallyport } from './run-sallyport.ts';

/**
 * Whole answers about real input, kept beside each other in tests/golden. `UPDATE_GOLDEN=1` writes them anew; a
 * difference that the change does not explain is a bug.
 */
const INPUTS: Readonly<Record<string, string>> = {
  store: 'examples/store',
  'store-hardened': 'examples/store-hardened',
  'azure-samples': 'tests/samples/azure',
  'online-boutique': 'tests/samples/kubernetes/online-boutique',
};
const DAY = '2026-11-21';
const isUpdate = process.env['UPDATE_GOLDEN'] === '1';

beforeAll(() => {
  expect(sallyport(['--version']).code).toBe(0);
});

describe.each(Object.entries(INPUTS))('golden %s', (name, path) => {
  it('import.txt: what became of every file', () => {
    isAsKept(name, 'import.txt', sallyport(['import', path, '--verbose']).out);
  });

  it('diagnostics.txt: everything that was said about the input, with its place', () => {
    isAsKept(name, 'diagnostics.txt', diagnosticsOf(path));
  });

  it('check.txt: the answer a person gets', () => {
    isAsKept(name, 'check.txt', sallyport(['check', path, '--as-of', DAY]).out);
  });
});

it('every golden folder belongs to an input', () => {
  expect(readdirSync(join(projectRoot, 'tests', 'golden')).sort()).toEqual(
    // What is compiled, emitted and drawn has folders of its own.
    [...Object.keys(INPUTS), 'appliance', 'diagram', 'emit', 'lab', 'lab-ingress', 'logs'].sort(),
  );
});

interface DiagnosticJson {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly location?: { readonly file: string; readonly line: number; readonly column: number };
  readonly hint?: string;
}

/** One line each, as a compiler would print them. */
function diagnosticsOf(path: string): string {
  const { out } = sallyport(['import', path, '--format', 'json']);
  const { diagnostics } = JSON.parse(out) as { readonly diagnostics: readonly DiagnosticJson[] };
  return diagnostics
    .map(({ code, severity, message, location, hint }) => {
      const at = location === undefined ? '' : `${Object.values(location).slice(0, 3).join(':')}: `;
      return `${at}${severity}[${code}] ${message}${hint === undefined ? '' : ` (${hint})`}\n`;
    })
    .join('');
}

function isAsKept(name: string, view: string, text: string): void {
  const folder = join(projectRoot, 'tests', 'golden', name);
  const file = join(folder, view);
  if (isUpdate) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file), `${file} is missing; UPDATE_GOLDEN=1 writes it`).toBe(true);
  expect(text).toBe(readFileSync(file, 'utf8'));
}
