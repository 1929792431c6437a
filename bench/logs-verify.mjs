// Logged decisions replayed through the model of a firewall: distinct flows (what is left when the database has counted), walked one by
// one as the peer, and the whole of `logs verify` over records in a store. Goal: 200,000 decisions a second.
//   npm run bench -- logs-verify
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { library } from './library.mjs';
import { seeded } from './seeded.mjs';

const sallyport = await library(
  'logs-verify',
  [
    "export { importPaths } from './importers/index.ts';",
    "export { bundledDatasets, nodeFileSystem } from './io/index.ts';",
    "export { readPerimeter } from './model/index.ts';",
    "export { deriveNetwork } from './network/index.ts';",
    "export { verifyFlows, verifyLogs } from './logs/proof/index.ts';",
    "export { contextOf, walked } from './logs/proof/replay.ts';",
    "export { generateLogs, lineBlocks, planTraffic } from './logs/generate/index.ts';",
    "export { ingest, localInputs } from './logs/ingest/index.ts';",
    "export { openStore, storeEngine } from './logs/store/index.ts';",
  ].join('\n'),
);

const row = (...cells) =>
  console.log(
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(44) : String(cell).padStart(14)))
      .join(''),
  );
const count = (number) => Math.round(number).toLocaleString('en');
const timed = async (work) => {
  const began = performance.now();
  const value = await work();
  return { value, seconds: (performance.now() - began) / 1000 };
};

const folder = mkdtempSync(join(tmpdir(), 'sallyport-verify-'));
try {
  row('logged decisions replayed', 'decisions', 'time', 'a second');
  for (const rules of [20, 200]) await distinctFlows(rules);
  await wholeCommand(Number(process.argv[2] ?? 1_000_000));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function networkIn(path) {
  const snapshot = await sallyport.importPaths(
    sallyport.nodeFileSystem(),
    [path],
    {},
    sallyport.bundledDatasets(),
  );
  const network = sallyport.deriveNetwork(sallyport.readPerimeter(snapshot));
  return { network, placement: [...network.firewalls.values()][0] };
}

/** Two hundred thousand flows, no two alike: sources, destinations and ports at random, half of them inside some rule. */
async function distinctFlows(rules) {
  const file = join(folder, `policy-${rules}.json`);
  writeFileSync(file, JSON.stringify(template(rules)));
  const { network, placement } = await networkIn(file);
  const random = seeded(1);
  const below = (most) => Math.floor(random() * most);
  const flows = Array.from({ length: 200_000 }, (_, index) => {
    const byName = index % 3 === 0;
    return {
      log: byName ? 'application' : 'network',
      protocol: byName ? 'HTTPS' : 'TCP',
      source: `10.42.${below(16)}.${below(256)}`,
      destination: byName ? '' : `10.${50 + below(4)}.${below(256)}.${below(256)}`,
      fqdn: byName ? `n${below(5000)}.s${below(rules)}.example` : '',
      port: byName ? 443 : [443, 5432, 1433, 8080][below(4)],
      action: 'Allow',
      reason: '',
      by: { policy: '', group: '', collection: '', rule: '' },
      ...{ records: 1, first: 0, last: 0 },
    };
  });
  const replayed = await timed(() => sallyport.verifyFlows(network, placement, flows));
  row(
    `distinct flows, ${rules} rules`,
    count(flows.length),
    `${replayed.seconds.toFixed(2)} s`,
    count(flows.length / replayed.seconds),
  );
  const some = flows.slice(0, 5000);
  const context = sallyport.contextOf(network, placement);
  const alone = await timed(() => {
    for (const flow of some) sallyport.walked(placement, context, flow);
  });
  row(
    `  each walked, ${rules} rules`,
    count(some.length),
    `${alone.seconds.toFixed(2)} s`,
    count(some.length / alone.seconds),
  );
}

async function wholeCommand(records) {
  const { network, placement } = await networkIn('examples/perimeter-store');
  const plan = sallyport.planTraffic(network);
  const from = Date.UTC(2026, 10, 1) * 1000;
  const { records: all } = sallyport.generateLogs(plan, {
    ...{ seed: 1, from, to: from + 7 * 86_400e6, records },
  });
  const file = join(folder, 'PT1H.json');
  writeFileSync(file, '');
  const { appendFileSync } = await import('node:fs');
  for (const block of sallyport.lineBlocks(all, 'structured')) {
    appendFileSync(file, typeof block === 'string' ? block : block.text);
  }
  const store = await sallyport.openStore(join(folder, 'logs.duckdb'), { mode: 'write' });
  const inputs = await sallyport.localInputs([file]);
  await sallyport.ingest(store, inputs.value);
  const engine = sallyport.storeEngine(store);
  const { value, seconds } = await timed(() =>
    sallyport.verifyLogs({ engine, network, placement, window: {} }),
  );
  row(
    `whole of logs verify, ${count(value.flows)} kinds of flow`,
    count(value.records),
    `${seconds.toFixed(2)} s`,
    count(value.records / seconds),
  );
  engine.close();
}

/** Classic rules: half by address, half by name. */
function template(rules) {
  const half = Math.ceil(rules / 2);
  const ranges = Array.from({ length: half }, (_, index) => ({
    name: `n${index}`,
    protocols: ['TCP'],
    sourceAddresses: [`10.42.${index % 16}.0/25`],
    destinationAddresses: [
      `10.${50 + (index % 4)}.${index % 256}.${((index * 7) % 256) & 0xf0}/28`,
    ],
    destinationPorts: ['443', '5432'],
  }));
  const names = Array.from({ length: rules - half }, (_, index) => ({
    name: `a${index}`,
    sourceAddresses: ['10.42.0.0/16'],
    protocols: [{ protocolType: 'Https', port: 443 }],
    targetFqdns: [`*.s${index}.example`],
  }));
  const collection = (name, rules) => ({
    name,
    properties: { priority: 100, action: { type: 'Allow' }, rules },
  });
  return {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    resources: [
      {
        type: 'Microsoft.Network/azureFirewalls',
        apiVersion: '2024-05-01',
        name: 'fw',
        location: 'westeurope',
        properties: {
          sku: { name: 'AZFW_VNet', tier: 'Standard' },
          networkRuleCollections: [collection('net', ranges)],
          applicationRuleCollections: [collection('app', names)],
        },
      },
    ],
  };
}
