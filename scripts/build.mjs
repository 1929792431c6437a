// Two products of one source tree: the command line (bundled and split, so that it starts fast) and the library
// (one .js and .d.ts per source file).
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const commandLine = join(root, 'dist', 'cli');

/** Bundles src/cli/main.ts with one chunk per lazily loaded room. */
export async function buildCommandLine() {
  const { build } = await import('esbuild');
  rmSync(commandLine, { recursive: true, force: true });
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  await build({
    entryPoints: [join(root, 'src', 'cli', 'main.ts')],
    outdir: commandLine,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: 'linked',
    legalComments: 'none',
    chunkNames: 'chunks/[name]-[hash]',
    define: { SALLYPORT_VERSION: JSON.stringify(version) },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
}

/** Is the bundle older than any source? A stat of each source file: a few milliseconds. */
export function commandLineIsStale() {
  let built;
  try {
    built = statSync(join(commandLine, 'main.js')).mtimeMs;
  } catch {
    return true;
  }
  for (const entry of readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && statSync(join(entry.parentPath, entry.name)).mtimeMs > built) return true;
  }
  return false;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await buildCommandLine();
  if (process.argv.includes('--library')) {
    const result = spawnSync(
      process.execPath,
      [
        join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
        '-p',
        join(root, 'tsconfig.build.json'),
      ],
      { stdio: 'inherit' },
    );
    process.exitCode = result.status ?? 3;
  }
}
