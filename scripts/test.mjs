// `npm test`: types, format and lint, then every test. Says plainly what failed and what could not run, and ends with the
// line `N passed, N failed, N skipped`. Arguments go to Vitest: `npm test -- tests/e2e`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { locateAz } from './az.mjs';
import { labPackages } from './lab-packages.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const tool = (...path) => join(root, 'node_modules', ...path);
const node = (...args) =>
  spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;

let passed = 0;
let failed = 0;
let skipped = 0;
const count = (name, status) => {
  if (status === 0) passed += 1;
  else failed += 1;
  console.log(`${status === 0 ? 'ok' : 'FAILED'}: ${name}`);
};

count('types', node(tool('typescript', 'bin', 'tsc'), '--noEmit', '-p', 'tsconfig.json'));
count(
  'format and lint',
  node(tool('@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings', '.'),
);

// Once for all: files of tests run side by side and would install it twice.
const az = locateAz({ install: process.argv.length === 2 });
process.env.SALLYPORT_AZ = 'why' in az ? `none: ${az.why}` : az.path;
console.log(
  'why' in az ? `not run with the real Azure CLI: ${az.why}` : `Azure CLI: ${az.version}`,
);

const lab = labPackages({ install: process.argv.length === 2 });
console.log(
  lab.why === undefined ? 'the lab has its programs' : `not run with real packets: ${lab.why}`,
);

if (process.env.SALLYPORT_SEED === undefined) {
  const { stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
  const seed = Number.parseInt(String(stdout).slice(0, 7), 16);
  if (seed > 0) process.env.SALLYPORT_SEED = String(seed);
}
console.log(
  `random tests start from seed ${process.env.SALLYPORT_SEED ?? 'of their own'} (SALLYPORT_SEED=… for another, 0 for a new one each time)`,
);

const folder = mkdtempSync(join(tmpdir(), 'sallyport-test-'));
const results = join(folder, 'results.json');
const status = node(
  tool('vitest', 'vitest.mjs'),
  'run',
  '--reporter=dot',
  '--reporter=json',
  `--outputFile.json=${results}`,
  ...process.argv.slice(2),
);
try {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(results, 'utf8'),
  );
  passed += numPassedTests;
  failed += numFailedTests;
  skipped += numPendingTests + numTodoTests;
  for (const file of testResults) {
    const name = relative(root, file.name);
    if (file.status === 'failed' && file.assertionResults.length === 0) {
      failed += 1;
      console.log(`FAILED: ${name} could not be loaded: ${String(file.message).split('\n')[0]}`);
    }
    for (const test of file.assertionResults) {
      if (test.status === 'failed') console.log(`FAILED: ${name}: ${test.fullName}`);
      // A test that may be left out carries the reason in its name.
      else if (test.status !== 'passed') console.log(`not run: ${name}: ${test.fullName}`);
    }
  }
} catch {
  failed += 1;
  console.log('the test runner ended without results');
}
rmSync(folder, { recursive: true, force: true });
if (status !== 0 && failed === 0) failed += 1;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 ? 0 : 1);
