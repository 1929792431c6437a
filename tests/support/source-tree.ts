import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's own sources as text, for tests that read them. */

export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export interface SourceFile {
  /** From the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
}

export interface Import {
  readonly specifier: string;
  /** From the project's root for a relative import; absent for a package. */
  readonly path?: string;
}

/** Files below `folder` whose name ends so, in the order of their paths. */
export function sourceFiles(folder: string, ending = '.ts'): readonly SourceFile[] {
  return readdirSync(join(projectRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(projectRoot, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
    .map((path) => {
      const text = readFileSync(join(projectRoot, path), 'utf8');
      return { path, text, lines: text.split('\n').length - 1 };
    });
}

export const isTest = ({ path }: SourceFile): boolean => path.endsWith('.test.ts');

/** `src/net/ip.ts` → `net`; a file directly in `src` is a door of the package and has no room. */
export function roomOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

/** Static, dynamic and re-exporting imports of a file. */
export function importsOf(file: SourceFile): readonly Import[] {
  const pattern = /(?:\bfrom\s*|\bimport\s*\(\s*|^\s*import\s+)'([^'\s`]+)'/gm;
  return [...file.text.matchAll(pattern)].map(([, specifier]) => {
    const name = specifier!;
    return name.startsWith('.')
      ? { specifier: name, path: posix.join(posix.dirname(file.path), name) }
      : { specifier: name };
  });
}

/** The text without comments: what is written about a thing is not a use of it. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
}
