// Application rules of a generated firewall policy (bench/workloads/application-rules.mjs), imported and read like any other, compiled
// into one diagram of deciders, and asked points against a linear scan in the same run.
//   npm run bench -- application
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { library } from './library.mjs';
import { peakKilobytes } from './peak.mjs';
import { seeded } from './seeded.mjs';
import { applicationRules } from './workloads/application-rules.mjs';
import { applicationRuleGroups } from './workloads/firewall-policy.mjs';

const self = fileURLToPath(import.meta.url);
const MEASURED = '--measured';
const row = (...cells) =>
  console.log(
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(26) : String(cell).padStart(15)))
      .join(''),
  );
const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(2)} s`;

if (process.argv[2] === MEASURED) await measure(Number(process.argv[3]));
else {
  row(
    'application rules',
    'told',
    'compile',
    'rows / peak',
    'table',
    'patterns',
    'never decide',
    'process peak',
  );
  // A process each: peak memory is of the process.
  for (const n of [1000, 2000, 5000, 10_000, 20_000]) {
    spawnSync(process.execPath, [self, MEASURED, n], { stdio: 'inherit' });
  }
}

async function measure(n) {
  const sallyport = await library(
    'application-rules',
    `export { importPaths } from './importers/index.ts';
     export { bundledDatasets, nodeFileSystem } from './io/index.ts';
     export { readPerimeter } from './model/index.ts';
     export { deriveNetwork } from './network/index.ts';
     export { certainDeciders, FlowSets } from './flows/index.ts';
     export { applicationStageRules } from './semantics/firewall/symbolic/application-stage.ts';`,
  );
  const written = applicationRules(n);
  const { placement, context } = await firewallOf(sallyport, written);

  const began = performance.now();
  const rules = sallyport.applicationStageRules(placement, context);
  const told = performance.now() - began;
  const from = performance.now();
  const boxes = rules.flatMap(({ region }) => region);
  const sets = sallyport.FlowSets.over(4, boxes);
  const deciders = sallyport.certainDeciders(sets, rules);
  const compile = performance.now() - from;
  const { peak, rows } = sets.table.counters;
  const deciding = new Set(sets.table.terminals(deciders));
  const certain = rules.filter(({ region }) => region.some(({ needs = [] }) => needs.length === 0));
  const never = certain.length - [...deciding].filter((terminal) => terminal > 0).length;
  row(
    `APP-${n}`,
    seconds(told),
    seconds(compile),
    `${(rows / 1e6).toFixed(2)}/${(peak / 1e6).toFixed(2)} M`,
    `${(sets.table.bytes / 2 ** 20).toFixed(0)} MB`,
    new Set(written.flatMap(({ patterns }) => patterns)).size,
    never,
    `${(peakKilobytes() / 1024).toFixed(0)} MB`,
  );
  points(sets, deciders, rules, written);
}

async function firewallOf(sallyport, rules) {
  const group = '/subscriptions/00000000-0000-0000-0000-00000000a440/resourceGroups/rg';
  const id = (type, name) => `${group}/providers/Microsoft.Network/${type}/${name}`;
  const policy = id('firewallPolicies', 'afwp');
  const resource = (type, name, properties) => ({
    id: id(type, name),
    type: `Microsoft.Network/${type}`,
    name,
    location: 'westeurope',
    properties,
  });
  const tier = 'Standard';
  const resources = [
    resource('firewallPolicies', 'afwp', { sku: { tier }, dnsSettings: { enableProxy: true } }),
    resource('azureFirewalls', 'fw', {
      sku: { name: 'AZFW_VNet', tier },
      firewallPolicy: { id: policy },
      ipConfigurations: [{ name: 'ip', properties: { privateIPAddress: '10.0.0.4' } }],
    }),
    ...applicationRuleGroups(rules, { policy, priority: 200 }),
  ];
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-application-'));
  try {
    writeFileSync(join(folder, 'azure.json'), JSON.stringify(resources));
    const datasets = sallyport.bundledDatasets();
    const files = sallyport.nodeFileSystem();
    const snapshot = await sallyport.importPaths(files, [folder], {}, datasets);
    const network = sallyport.deriveNetwork(sallyport.readPerimeter(snapshot));
    const [placement] = network.firewalls.values();
    const { ipGroups } = network.perimeter;
    const context = {
      datasets: snapshot.datasets,
      ipGroups,
      network,
      clientResolver: 'through-firewall',
    };
    return { placement, context };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Random connections near the rules, decided by the diagram and by asking one rule after the other. */
function points(sets, deciders, rules, written) {
  const random = seeded(9);
  const below = (end) => Math.floor(random() * end);
  const asked = Array.from({ length: 20_000 }, () => {
    const { source, patterns, protocols } = written[below(written.length)];
    const pattern = patterns[below(patterns.length)];
    const { protocolType, port } = protocols[below(protocols.length)];
    const name = pattern === '*' ? 'elsewhere.example' : pattern.replace('*', `w${below(5)}`);
    return {
      source: { family: 4, value: source[0] },
      destination: { family: 4, value: 0x0808_0808 },
      protocol: 'tcp',
      sourcePort: 40_000,
      destinationPort: port,
      application: protocolType.toLowerCase(),
      name,
    };
  });
  const rate = (from) => Math.round((asked.length / (performance.now() - from)) * 1000);
  for (const point of asked) sets.terminalAt(deciders, point); // warms up
  const t0 = performance.now();
  for (const point of asked) sets.terminalAt(deciders, point);
  const fast = rate(t0);
  // One in ten: it takes long.
  const few = asked.filter((_, index) => index % 10 === 0);
  const t1 = performance.now();
  const linear = few.map(
    (point) => rules.findIndex(({ region }) => region.some((box) => takes(box, point))) + 1,
  );
  const slow = Math.round((few.length / (performance.now() - t1)) * 1000);
  for (const [index, point] of few.entries()) {
    if (linear[index] !== sets.terminalAt(deciders, point))
      throw new Error('diagram and scan disagree');
  }
  row('  points per second', fast, `linear ${slow}`, `${(fast / slow).toFixed(0)}x`);
}

function takes(box, point) {
  if (box.needs !== undefined && box.needs.length > 0) return false;
  const holds = (pairs, value) => {
    if (pairs === undefined) return true;
    for (let i = 0; i < pairs.length; i += 2)
      if (pairs[i] <= value && value <= pairs[i + 1]) return true;
    return false;
  };
  const named = ({ patterns, withoutName }) =>
    point.name === undefined
      ? withoutName
      : patterns.some((text) =>
          text.startsWith('*') ? point.name.endsWith(text.slice(1)) : text === point.name,
        );
  return (
    holds(box.sources?.v4, point.source.value) &&
    holds(box.destinationPorts, point.destinationPort) &&
    (box.protocols === undefined || box.protocols.includes(point.protocol)) &&
    (box.applications === undefined || box.applications.includes(point.application)) &&
    holds(box.destinations?.v4, point.destination.value) &&
    (box.names === undefined || named(box.names))
  );
}
