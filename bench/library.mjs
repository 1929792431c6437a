// The sources as one module, built in a moment: what a benchmark needs of the package and the package does not export.
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** @param exported lines of `export … from './…'`, relative to `src` */
export async function library(name, exported) {
  // Inside the package, where the library finds its data.
  const outfile = join(root, 'dist', 'bench', `${name}-${process.pid}.mjs`);
  await build({
    stdin: { contents: exported, resolveDir: join(root, 'src'), loader: 'ts' },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['@duckdb/*', '@azure/*', 'azure-kusto-data'],
    logLevel: 'error',
    banner: {
      js: "import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);",
    },
  });
  const { rmSync } = await import('node:fs');
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(outfile, { force: true });
  }
}
