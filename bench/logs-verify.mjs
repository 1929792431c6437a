// Logged decisions replayed through the model of a firewall: flows of which no two are alike (what is left when the database has counted),
// walked one by one as the peer, and the whole of `logs verify` over records in a store. Times are of the processor, so that they mean
// something on a busy machine. Goal: 200,000 decisions a second.
//   npm run bench -- logs-verify
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { library } from './library.mjs';
import { seeded } from './seeded.mjs';

const sallyport = await library(
  'logs-verify',
  [
    "export { importPaths } from './importers/index.ts';",
    "export { bundledDatasets, nodeFileSystem } from './io/index.ts';",
    "export { readPerimeter } from './model/index.ts';",
    "export { deriveNetwork } from './network/index.ts';",
    "export { verifyFlows, verifyLogs } from './evidence/index.ts';",
    "export { contextOf, walked } from './evidence/replay.ts';",
    "export { generateLogs, lineBlocks, makeRecord, planTraffic } from './logs/generate/index.ts';",
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
/** Processor time of all threads, the database's included. */
const timed = async (work) => {
  const began = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(began);
  return { value, seconds: (user + system) / 1e6 };
};

const folder = mkdtempSync(join(tmpdir(), 'sallyport-verify-'));
try {
  row('logged decisions replayed', 'decisions', 'time', 'a second');
  for (const rules of [20, 200, 2000]) await distinctFlows(rules, false);
  await distinctFlows(200, true);
  await wholeCommand(Number(process.argv[2] ?? 1_000_000));
  await wholeOfDistinct(200_000);
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

/**
 * Four hundred thousand flows, no two alike: sources, destinations, names and ports at random, half of them inside some rule.
 * @param hasTag one rule holds an FQDN tag: what the model says of most names is then a sentence about that name
 */
async function distinctFlows(rules, hasTag) {
  const file = join(folder, `policy-${rules}-${hasTag}.json`);
  writeFileSync(file, JSON.stringify(template(rules, hasTag)));
  const { network, placement } = await networkIn(file);
  const random = seeded(1);
  const below = (most) => Math.floor(random() * most);
  const flows = Array.from({ length: 400_000 }, (_, index) => {
    const byName = index % 2 === 0;
    const rule = below(rules);
    return {
      log: byName ? 'application' : 'network',
      protocol: byName ? 'HTTPS' : 'TCP',
      source: `10.42.${below(256)}.${below(256)}`,
      destination: byName ? '' : `10.${50 + below(4)}.${below(256)}.${below(256)}`,
      fqdn: byName ? `n${index}.s${rule}.example` : '',
      port: byName ? 443 : [443, 5432, 1433, 1024 + below(60_000)][below(4)],
      ...decided(byName, rule),
      ...{ records: 1, first: 0, last: 0 },
    };
  });
  const context = sallyport.contextOf(network, placement);
  const words = `${rules.toLocaleString('en')} rules${hasTag ? ', one of them a tag' : ''}`;
  const told = (what, of, { seconds }) =>
    row(what, count(of), `${seconds.toFixed(2)} s`, count(of / seconds));
  const some = flows.slice(0, 200_000 / rules);
  const each = () => {
    for (const flow of some) sallyport.walked(placement, context, flow);
  };
  // Alternating, so that neither has the warmer machine.
  const runs = [];
  for (let round = 0; round < 3; round += 1) {
    const alone = await timed(each);
    runs.push([await timed(() => sallyport.verifyFlows(network, placement, flows)), alone]);
  }
  const middle = (at) => runs.map((run) => run[at]).sort((a, b) => a.seconds - b.seconds)[1];
  told(`distinct flows, ${words}`, flows.length, middle(0));
  told(`  each walked`, some.length, middle(1));
}

/** As somebody logged it who has the rules: with few names of rules, and right for most flows. */
function decided(byName, rule) {
  const by = byName
    ? { policy: '', group: '', collection: 'app', rule: `a${rule}` }
    : { policy: '', group: '', collection: '', rule: '' };
  return { action: byName ? 'Allow' : 'Deny', reason: '', by };
}

async function wholeCommand(records) {
  const perimeter = await networkIn('examples/perimeter-store');
  const plan = sallyport.planTraffic(perimeter.network);
  const from = Date.UTC(2026, 10, 1) * 1000;
  const { records: all } = sallyport.generateLogs(plan, {
    ...{ seed: 1, from, to: from + 7 * 86_400e6, records },
  });
  await verified(all, 'logs.duckdb', perimeter);
}

/** The same where no two records are alike: the database has nothing to add up, and gives every one of them. */
async function wholeOfDistinct(records) {
  const perimeter = await networkIn(join(folder, 'policy-200-false.json'));
  const random = seeded(2);
  const below = (most) => Math.floor(random() * most);
  const all = Array.from({ length: records }, (_, index) =>
    sallyport.makeRecord('application', (1_777_777_777 + index) * 1e6, '', {
      ...{ protocol: 'HTTPS', sourceIp: `10.42.${below(256)}.${below(256)}`, sourcePort: 1 },
      ...{ destinationPort: 443, fqdn: `n${index}.s${below(200)}.example`, action: 'Allow' },
      ...{ ruleCollection: 'app', rule: `a${below(100)}` },
    }),
  );
  await verified(all, 'distinct.duckdb', perimeter);
}

async function verified(records, name, { network, placement }) {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, '');
  for (const block of sallyport.lineBlocks(records, 'structured')) {
    appendFileSync(file, typeof block === 'string' ? block : block.text);
  }
  const store = await sallyport.openStore(join(folder, name), { mode: 'write' });
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
function template(rules, hasTag) {
  const half = Math.ceil(rules / 2);
  const ranges = Array.from({ length: half }, (_, index) => ({
    name: `n${index}`,
    protocols: ['TCP'],
    sourceAddresses: [`10.42.${(index * 3) % 256}.0/25`, `10.42.${(index * 7) % 256}.64/26`],
    destinationAddresses: [
      `10.${50 + (index % 4)}.${index % 256}.${((index * 7) % 256) & 0xf0}/28`,
      `10.${50 + (index % 4)}.${(index * 5) % 256}.0/24`,
    ],
    destinationPorts: ['443', '5432'],
  }));
  const names = Array.from({ length: rules - half }, (_, index) => ({
    name: `a${index}`,
    sourceAddresses: [`10.42.${(index * 2) % 256}.0/23`, '10.42.128.0/17'],
    protocols: [{ protocolType: 'Https', port: 443 }],
    ...(hasTag && index === 0
      ? { fqdnTags: ['AzureKubernetesService'] }
      : { targetFqdns: [`*.s${index}.example`] }),
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
