import { describe, expect, it } from 'vitest';
import { importPaths } from '../../importers/index.ts';
import { bundledDatasets, nodeFileSystem } from '../../io/index.ts';
import { readPerimeter } from '../../model/index.ts';
import { deriveNetwork, type Network } from '../../network/index.ts';
import { answerTrace } from '../../trace/index.ts';
import { generateLogs } from './generate-logs.ts';
import { planTraffic } from './plan-traffic.ts';

async function networkIn(folder: string): Promise<Network> {
  const snapshot = await importPaths(nodeFileSystem(), [folder], {}, bundledDatasets());
  return deriveNetwork(readPerimeter(snapshot));
}

describe('traffic planned from a perimeter', () => {
  it('sends what its rules name, decided as a walk through the firewall decides it', async () => {
    const network = await networkIn('examples/perimeter-store');
    const plan = planTraffic(network)!;
    const allowed = plan.streams.filter(({ action }) => action === 'Allow');
    expect(allowed.length).toBeGreaterThan(10);
    expect(new Set(plan.streams.map(({ rule }) => rule?.rule)).size).toBeGreaterThan(2);
    // The trace is another way to the same verdict: from the sender's own address, over routes and policies of the network.
    let asked = 0;
    for (const { sender, to, port, action, rule } of plan.streams) {
      if (!sender.startsWith('nodes of') || !('fqdn' in to) || rule === undefined) continue;
      const from = plan.senders.find(({ name }) => name === sender)!.addresses[0]!;
      const { traces } = answerTrace(network, { from, to: `${to.fqdn}:${port}` });
      expect(traces.length).toBeGreaterThan(0);
      for (const trace of traces) {
        const told = JSON.stringify(trace);
        expect([to.fqdn, rule.rule, told.includes(`/${rule.rule}"`)]).toEqual([
          to.fqdn,
          rule.rule,
          true,
        ]);
        expect(action).toBe('Allow');
        asked += 1;
      }
    }
    expect(asked).toBeGreaterThan(5);
  });

  it('leaves one rule of those that have traffic unused, and plants a name that AKS needs', async () => {
    const network = await networkIn('examples/perimeter-store');
    const plan = planTraffic(network)!;
    const from = 1_741_046_400e6;
    const { truth, records } = generateLogs(plan, {
      ...{ seed: 1, from, to: from + 3_600e6, records: 3000 },
    });
    expect(truth.unusedRules.length).toBeGreaterThan(0);
    const seen = new Set(
      [...records].flatMap((one) => ('ruleCollection' in one ? [one.rule] : [])),
    );
    for (const { rule } of truth.unusedRules) expect(seen.has(rule)).toBe(false);
    const needed = network.perimeter.snapshot.datasets.requiredEgress.entries;
    expect(needed.map(({ fqdn }) => fqdn)).toContain(truth.deniedDependency.fqdn);
  });

  it('is none where there is no firewall', async () => {
    expect(
      planTraffic(await networkIn('examples/store/aks-store-quickstart.yaml')),
    ).toBeUndefined();
  });
});
