import { importPaths } from '/work/main/src/importers/index.ts';
import { bundledDatasets, nodeFileSystem } from '/work/main/src/io/index.ts';
import { readPerimeter } from '/work/main/src/model/index.ts';
import { deriveNetwork } from '/work/main/src/network/index.ts';
import { generateLogs, planTraffic } from '/work/main/src/logs/generate/index.ts';
import { engineOf } from '/work/main/tests/support/log-engine.ts';
import { verifyLogs } from '/work/main/src/logs/proof/verify-logs.ts';
import { it } from 'vitest';
it('try', async () => {
const snapshot = await importPaths(nodeFileSystem(), ['examples/perimeter-store'], {}, bundledDatasets());
const network = deriveNetwork(readPerimeter(snapshot));
const plan = planTraffic(network)!;
const FROM = 1_741_046_400 * 1e6;
const { records, truth } = generateLogs(plan, { seed: 7, from: FROM, to: FROM + 86_400e6*7, records: 20000 });
const engine = await engineOf(records);
const a = await verifyLogs({ engine, network, placement: [...network.firewalls.values()][0]!, window: {} });
console.log(JSON.stringify(truth.rename), truth.unusedRules);
console.log(a.records, a.flows, a.agreed, JSON.stringify(a.disagreements, (k,v)=>k==='at'?undefined:v,1), JSON.stringify(a.undecided,null,1), a.unreadable);
}, 60000);
