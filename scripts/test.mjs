// `npm test`: types, format and lint, then every test. Ends with the plain line `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

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

const folder = mkdtempSync(join(tmpdir(), 'sallyport-test-'));
const results = join(folder, 'results.json');
const status = node(
  tool('vitest', 'vitest.mjs'),
  'run',
  '--reporter=dot',
  '--reporter=json',
  `--outputFile.json=${results}`,
);
try {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(results, 'utf8'),
  );
  passed += numPassedTests;
  failed += numFailedTests;
  skipped += numPendingTests + numTodoTests;
  const broken = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  failed += broken.length;
  for (const file of broken) console.log(`did not load: ${file.name}`);
  const left = testResults.flatMap((file) =>
    file.assertionResults.filter((one) => one.status === 'pending' || one.status === 'skipped'),
  );
  for (const one of left) console.log(`not run: ${one.fullName}`);
} catch {
  failed += 1;
  console.log('the test runner ended without results');
}
rmSync(folder, { recursive: true, force: true });
if (status !== 0 && failed === 0) failed += 1;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 ? 0 : 1);
