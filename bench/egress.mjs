// All flows of all pods to the internet, through everything on the way, on a generated perimeter (bench/workloads/perimeter.mjs),
// against walking every pod class for itself (a sample of them, extrapolated).
//   npm run bench -- egress
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { library } from './library.mjs';
import { peakKilobytes } from './peak.mjs';
import { writePerimeter } from './workloads/perimeter.mjs';

const self = fileURLToPath(import.meta.url);
const root = join(dirname(self), '..');
const tagFile = join(root, 'data', 'service-tags.sample.json');
const MEASURED = '--measured';
const row = (...cells) =>
  console.log(
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(44) : String(cell).padStart(17)))
      .join(''),
  );
const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(2)} s`;

if (process.argv[2] === MEASURED) await measure(JSON.parse(process.argv[3]));
else {
  row(
    'egress of all pods',
    'decided (CPU)',
    'best of 5',
    'answered',
    'profiles',
    'ways',
    'cells',
    'rows peak',
    'peak',
    'each pod',
  );
  // A process each: peak memory is of the process.
  for (const size of [
    { rules: 1000 },
    { rules: 2000 },
    { rules: 5000 },
    { rules: 10_000 },
    { rules: 20_000 },
    { rules: 20_000, classes: 4000, services: 5000 },
  ]) {
    spawnSync(process.execPath, [self, MEASURED, JSON.stringify(size)], { stdio: 'inherit' });
  }
}

async function measure(size) {
  const sallyport = await library(
    'egress',
    `export { importPaths } from './importers/index.ts';
     export { bundledDatasets, nodeFileSystem } from './io/index.ts';
     export { readPerimeter } from './model/index.ts';
     export { deriveNetwork } from './network/index.ts';
     export { answerQuery } from './questions/query/index.ts';
     export * from './reach/index.ts';`,
  );
  const { rules, classes = 1500, services = 2000 } = size;
  const network = await perimeterOf(sallyport, size);
  const read = peakKilobytes() / 1024;
  for (const to of ['internet', '*.microsoft.com:443']) {
    const cold = decided(sallyport, network, to);
    const decidedPeak = peakKilobytes() / 1024;
    const again = Array.from({ length: 5 }, () => decided(sallyport, network, to));
    const warm = again.reduce((best, one) => (one.time < best.time ? one : best));
    const from = performance.now();
    const { answer } = sallyport.answerQuery(network, { from: 'pods', to });
    const answered = performance.now() - from;
    const each = eachPod(sallyport, network, to);
    row(
      `E2E ${rules} rules, ${classes} pods, ${services} Services: ${to}`,
      `${seconds(cold.time)} (${seconds(cold.cpu)})`,
      `${seconds(warm.time)} (${seconds(warm.cpu)})`,
      seconds(answered),
      cold.profiles,
      cold.ways,
      answer.cells.length,
      cold.rows,
      `${decidedPeak.toFixed(0)} MB`,
      `${(each / warm.time).toFixed(0)}x`,
    );
    if (answer.inconclusive.length > 0) row('  inconclusive', answer.inconclusive.length);
  }
  row(`  of it reading: ${read.toFixed(0)} MB`);
}

async function perimeterOf(sallyport, size) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-egress-'));
  try {
    writePerimeter(folder, { ...size, tagFile });
    const files = sallyport.nodeFileSystem();
    const datasets = sallyport.bundledDatasets();
    const snapshot = await sallyport.importPaths(files, [folder], {}, datasets);
    return sallyport.deriveNetwork(sallyport.readPerimeter(snapshot));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sides(sallyport, network, to) {
  const world = sallyport.worldOf(network);
  const { found: origins } = sallyport.originsOf(world, sallyport.parseSelector('pods').selector);
  const { found: targets } = sallyport.targetsOf(world, sallyport.parseSelector(to).selector);
  return { world, origins, targets };
}

/** What becomes of every flow and who decides: nothing is written out and no example is walked. */
function decided(sallyport, network, to) {
  const from = performance.now();
  const used = process.cpuUsage();
  const { world, origins, targets } = sides(sallyport, network, to);
  const counted = { profiles: 0, ways: 0, rows: 0 };
  for (const target of targets) {
    const { counters, sets } = sallyport.fatesOf(world, origins, target);
    counted.profiles += counters.profiles;
    counted.ways += counters.ways;
    counted.rows += sets.table.counters.peak;
  }
  const { user, system } = process.cpuUsage(used);
  return { time: performance.now() - from, cpu: (user + system) / 1000, ...counted };
}

/** The same pod by pod, from a sample of them: the time of all if each costs as much. */
function eachPod(sallyport, network, to) {
  const { world, origins, targets } = sides(sallyport, network, to);
  const one = (origin) => {
    for (const target of targets) sallyport.fatesOf(world, [origin], target);
  };
  one(origins[0]); // the lists are told once for all
  const sample = Array.from(
    { length: 4 },
    (_, index) => origins[Math.floor((index * origins.length) / 4)],
  );
  const from = performance.now();
  for (const origin of sample) one(origin);
  return ((performance.now() - from) / sample.length) * origins.length;
}
