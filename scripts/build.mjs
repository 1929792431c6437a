// Two products of one source tree: the command line (bundled and split, so that it starts fast) and the library
// (one .js and .d.ts per source file).
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const commandLine = join(root, 'dist', 'cli');

/**
 * Bundles src/cli/main.ts with one chunk per lazily loaded room. Several builds at once, and a command line that
 * runs meanwhile, do not get into each other's way: chunks have their content in their name, and every file appears whole.
 */
export async function buildCommandLine() {
  const { build } = await import('esbuild');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { outputFiles } = await build({
    write: false,
    entryPoints: [join(root, 'src', 'cli', 'main.ts')],
    outdir: commandLine,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    // 3 MB that only a picture needs, under a licence of its own: it stays a package. So do those that a machine may lack.
    external: ['elkjs', '@duckdb/*', '@azure/*', 'azure-kusto-data'],
    // Some packages are only whole as modules: their other form hides what it requires from a bundler.
    mainFields: ['module', 'main'],
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
  // The entry comes last: what it imports is there before it is.
  const isEntry = ({ path }) => dirname(path) === commandLine;
  for (const file of outputFiles.sort((a, b) => Number(isEntry(a)) - Number(isEntry(b)))) {
    mkdirSync(dirname(file.path), { recursive: true });
    const half = `${file.path}.${process.pid}`;
    writeFileSync(half, file.contents);
    renameSync(half, file.path);
  }
  removeOldChunks(new Set(outputFiles.map(({ path }) => path)));
  await buildAppliancePrograms(build);
}

/** Programs that `emit --to nva` carries to a machine of its own: one file each, with nothing else to install. */
async function buildAppliancePrograms(build) {
  const { outputFiles } = await build({
    write: false,
    entryPoints: ['dns-proxy', 'log-writer'].map((name) =>
      join(root, 'src', 'nva', 'programs', `${name}.ts`),
    ),
    outdir: join(root, 'dist', 'nva'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node18',
    minify: true,
    legalComments: 'none',
    banner: { js: '// Written by sallyport. The source is in its repository, src/nva.' },
    logLevel: 'warning',
  });
  for (const { path, contents } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    const half = `${path}.${process.pid}`;
    writeFileSync(half, contents);
    renameSync(half, path);
  }
}

/** Chunks of earlier builds. Young ones may be of a build that runs just now. */
function removeOldChunks(current) {
  const chunks = join(commandLine, 'chunks');
  for (const name of readdirSync(chunks)) {
    const path = join(chunks, name);
    if (current.has(path)) continue;
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs !== undefined && Date.now() - mtimeMs > 60_000) rmSync(path, { force: true });
  }
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
