// All flows of all pods to the internet, through everything on the way, on a generated perimeter (bench/workloads/perimeter.mjs),
// against walking every pod class for itself.
//   npm run bench -- egress
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { library } from './library.mjs';
import { writePerimeter } from './workloads/perimeter.mjs';

const self = fileURLToPath(import.meta.url);
const root = join(dirname(self), '..');
const tagFile = join(root, 'data', 'service-tags.sample.json');
const row = (...cells) =>
  console.log(
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(40) : String(cell).padStart(14)))
      .join(''),
  );
const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(2)} s`;

await one(JSON.parse(process.argv[3] ?? '{}'));

async function one(size) {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-egress-'));
  try {
    writePerimeter(directory, { tagFile, ...size });
    const sallyport = await library(
      'egress',
      `export { importPaths } from './importers/index.ts';
       export { bundledDatasets, nodeFileSystem } from './io/index.ts';
       export { readPerimeter } from './model/index.ts';
       export { deriveNetwork } from './network/index.ts';
       export { answerQuery } from './questions/query/index.ts';
       export * from './reach/index.ts';`,
    );
    const began = performance.now();
    const snapshot = await sallyport.importPaths(
      sallyport.nodeFileSystem(),
      [directory],
      {},
      sallyport.bundledDatasets(),
    );
    const network = sallyport.deriveNetwork(sallyport.readPerimeter(snapshot));
    row('read', seconds(performance.now() - began));
    console.log(
      snapshot.diagnostics.slice(0, 5),
      snapshot.gaps.length,
      network.perimeter.kubernetes.pods.length,
      network.clusters.length,
    );
    for (const to of ['internet', '*.microsoft.com:443', 'tag:Storage:443']) {
      const from = performance.now();
      const cpu = process.cpuUsage();
      const { answer, diagnostics } = sallyport.answerQuery(network, {
        from: size.from ?? 'deploy:ns-0/app-0',
        to,
      });
      row(
        to,
        seconds(performance.now() - from),
        answer.cells.length,
        answer.inconclusive.length,
        diagnostics.map((d) => d.message).join(),
      );
      const by = {};
      for (const c of answer.cells) by[c.verdict] = (by[c.verdict] ?? 0) + 1;
      console.log(by, answer.inconclusive.slice(0, 3));
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
