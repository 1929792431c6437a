import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { projectRoot } from './source-tree.ts';

export interface BuiltModule {
  readonly path: string;
  readonly remove: () => void;
}

/** Sources as one file that a process of its own can run; inside the package, where packages and data are found. */
export async function builtModule(name: string, contents: string): Promise<BuiltModule> {
  const path = join(projectRoot, 'dist', 'test', `${name}-${process.pid}.mjs`);
  mkdirSync(dirname(path), { recursive: true });
  await build({
    stdin: { contents, resolveDir: join(projectRoot, 'src'), loader: 'ts' },
    outfile: path,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['@duckdb/*', '@azure/*', 'azure-kusto-data'],
    logLevel: 'error',
    banner: {
      js: "import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);",
    },
  });
  return { path, remove: () => rmSync(path, { force: true }) };
}
