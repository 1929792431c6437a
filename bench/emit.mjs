// One page of intent with 40 spokes and clusters and 5,000 ways out: expanded, planned, and written in every format, beside JSON.stringify of what it
// expands to in the same run.
//   npm run bench -- emit
import { performance } from 'node:perf_hooks';
import { library } from './library.mjs';
import { peakKilobytes } from './peak.mjs';

const sallyport = await library(
  'emit',
  `export * from './emit.ts';
   export { importPaths } from './importers/index.ts';
   export { bundledDatasets, bundledResourceTypes, memoryFileSystem } from './io/index.ts';
   export { readPerimeter } from './model/index.ts';
   export { deriveNetwork } from './network/index.ts';
   export { importJson } from './report/import-json.ts';`,
);
const row = (...cells) =>
  console.log(
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(44) : String(cell).padStart(14)))
      .join(''),
  );
const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(2)} s`;

async function measure(spokes, intents) {
  const page = pageOf(spokes, intents);
  const files = sallyport.memoryFileSystem({ 'perimeter.yaml': JSON.stringify(page) });
  const datasets = sallyport.bundledDatasets();
  const [expanding, snapshot] = await timed(() =>
    sallyport.importPaths(files, ['perimeter.yaml'], {}, datasets),
  );
  const errors = snapshot.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors[0].message);
  const perimeter = sallyport.readPerimeter(snapshot);
  const [printing, json] = await timed(() => sallyport.importJson(snapshot, [], []));
  row(`${spokes} spokes, ${intents} intents`, 'time', 'of JSON', 'written', 'files');
  row('  printed as JSON', seconds(printing), '1.0x', size(json.length), 1);
  row('  read and expanded', seconds(expanding), ratio(expanding, printing));
  const types = sallyport.parseResourceTypes(sallyport.bundledResourceTypes());
  const [planning, plan] = await timed(() =>
    sallyport.planDeployment(snapshot, { tool: 'sallyport 0', types }),
  );
  row('  planned and checked', seconds(planning), ratio(planning, printing));
  const network = sallyport.deriveNetwork(perimeter);
  const context = { tool: 'sallyport 0', paths: ['.'], today: '2026-11-21' };
  for (const emitter of [...sallyport.EMITTERS, ...sallyport.NETWORK_EMITTERS]) {
    const isOfNetwork = sallyport.NETWORK_EMITTERS.includes(emitter);
    const [time, { files: written }] = await timed(() =>
      isOfNetwork ? emitter.emit(network, context) : emitter.emit(plan),
    );
    const bytes = written.reduce((sum, { text }) => sum + text.length, 0);
    row(`  ${emitter.target}`, seconds(time), ratio(time, printing), size(bytes), written.length);
  }
  row('  peak of the process', `${(peakKilobytes() / 1024).toFixed(0)} MB`);
}

async function timed(work) {
  const from = performance.now();
  const value = await work();
  return [performance.now() - from, value];
}

const ratio = (time, base) => `${(time / base).toFixed(1)}x`;
const size = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

function pageOf(spokes, intents) {
  const names = Array.from({ length: spokes }, (_, index) => `s${index}`);
  return {
    name: 'bench',
    location: 'westeurope',
    hub: { addressSpace: '10.0.0.0/22', firewall: {} },
    spokes: names.map((name, index) => ({ name, addressSpace: `10.${index + 1}.0.0/16` })),
    clusters: names.map((name) => ({ name, spoke: name, pools: [{ name: 'system' }] })),
    egress: Array.from({ length: intents }, (_, index) => ({
      name: `way-${index}`,
      from: 'nodes',
      to: `host-${index}.example.com:443`,
    })),
  };
}

await measure(10, 1250);
await measure(40, 5000);
