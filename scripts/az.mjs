// A working Azure CLI for the tests: the one named by SALLYPORT_AZ, the one installed here before, the one on the path; else
// `pip` installs one into a virtual environment of its own below .sallyport, where the Python package index can be reached.
//   node scripts/az.mjs          says which one it is, and installs it when there is none
// SALLYPORT_AZ=none leaves it out; `none: REASON` with the reason that is told.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const environment = join(root, '.sallyport', 'az');
/** The last one whose library set is sound everywhere it was tried; it accepts Python 3.9 to 3.12. */
const VERSION = '2.74.0';
const INSTALL_MILLISECONDS = 8 * 60_000;

/**
 * @param {{ install?: boolean }} [options]
 * @returns {{ path: string, version: string, extensions: readonly string[] } | { why: string }}
 */
export function locateAz({ install = true } = {}) {
  const asked = process.env.SALLYPORT_AZ;
  if (asked === 'none') return { why: 'SALLYPORT_AZ=none' };
  if (asked?.startsWith('none: ')) return { why: asked.slice('none: '.length) };
  if (asked !== undefined && asked !== '') {
    return working(asked) ?? { why: `SALLYPORT_AZ names \`${asked}\`, which does not work` };
  }
  const here = binary('az');
  const found = (existsSync(here) ? working(here) : undefined) ?? working('az');
  if (found !== undefined) return found;
  if (!install) return { why: 'no working az; `node scripts/az.mjs` installs one' };
  const why = installAz();
  return why === undefined
    ? (working(here) ?? { why: 'the az that was installed does not work' })
    : { why };
}

function binary(name, folder = environment) {
  return process.platform === 'win32'
    ? join(folder, 'Scripts', name === 'az' ? 'az.cmd' : `${name}.exe`)
    : join(folder, 'bin', name);
}

/** Runs, and says a version that speaks to an endpoint: 2.45 and 2.91 as Debian packages them do not. */
function working(path) {
  const { status, stdout } = spawnSync(path, ['version', '-o', 'json'], {
    encoding: 'utf8',
    timeout: 60_000,
    shell: process.platform === 'win32',
    env: { ...process.env, AZURE_CORE_COLLECT_TELEMETRY: 'no' },
  });
  if (status !== 0) return undefined;
  try {
    const told = JSON.parse(stdout);
    const version = told['azure-cli'];
    const minor = Number(/^2\.(\d+)\./.exec(version)?.[1]);
    if (!(minor >= 50)) return undefined;
    return { path, version, extensions: Object.keys(told.extensions ?? {}) };
  } catch {
    return undefined;
  }
}

/** @returns why not; `undefined` when it is there */
function installAz() {
  const python = ['python3.12', 'python3.11', 'python3.10', 'python3', 'python'].find((name) => {
    const { status, stdout } = spawnSync(
      name,
      ['-c', 'import sys, venv; print(sys.version_info[1])'],
      {
        encoding: 'utf8',
      },
    );
    return status === 0 && Number(stdout) >= 9 && Number(stdout) <= 12;
  });
  if (python === undefined) return 'no Python 3.9 to 3.12 with venv to install az with';
  console.error(`installing azure-cli ${VERSION} for the tests (once, about two minutes)…`);
  mkdirSync(dirname(environment), { recursive: true });
  const run = (command, args) =>
    spawnSync(command, args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: INSTALL_MILLISECONDS,
    }).status === 0;
  // A virtual environment cannot be moved: it is made where it stays, and what became half of one is taken away.
  rmSync(environment, { recursive: true, force: true });
  const isThere =
    run(python, ['-m', 'venv', environment]) &&
    run(binary('pip'), [
      'install',
      '--quiet',
      '--no-input',
      '--disable-pip-version-check',
      '--timeout',
      '15',
      '--retries',
      '1',
      `azure-cli==${VERSION}`,
    ]);
  if (isThere) return undefined;
  rmSync(environment, { recursive: true, force: true });
  return 'no az, and pip could not install one (is the Python package index reachable?)';
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const az = locateAz();
  if ('why' in az) {
    console.error(az.why);
    process.exitCode = 3;
  } else console.log(`azure-cli ${az.version} at ${az.path}`);
}
