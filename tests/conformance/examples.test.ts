import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importPaths } from '../../src/importers/index.ts';
import { bundledDatasets, nodeFileSystem } from '../../src/io/index.ts';
import { readPerimeter } from '../../src/model/index.ts';
import { deriveNetwork } from '../../src/network/index.ts';
import { CATALOGUE, type CheckReport, runChecks } from '../../src/questions/check/index.ts';
import { answerTrace } from '../../src/trace/index.ts';

const examples = join(import.meta.dirname, '..', '..', 'examples');

async function openExample(name: string) {
  const snapshot = await importPaths(
    nodeFileSystem(),
    [join(examples, name)],
    {},
    bundledDatasets(),
  );
  const perimeter = readPerimeter(snapshot);
  return { perimeter, network: deriveNetwork(perimeter) };
}

async function check(name: string): Promise<CheckReport> {
  const { perimeter, network } = await openExample(name);
  return runChecks(CATALOGUE, { perimeter, network, asOf: '2026-11-21', profile: 'production' });
}

describe('examples/store: what the walkthrough leaves behind', () => {
  // By hand, from the article's own commands: each line is a mistake the reference names (samples/azure/README.md on
  // aks-egress-walkthrough, aks.md 11, azure-firewall.md 9).
  const MISTAKES = [
    'ingress/asymmetric-return', // public LoadBalancer behind 0/0 to the firewall (aks.md A10)
    'api-server/authorized-ranges-miss-firewall', // the last az aks update replaces the list (aks.md 6.1)
    'ingress/dnat-to-public-address', // SERVICE_IP is the EXTERNAL-IP of a public load balancer (A11)
    'ingress/dnat-any-source',
    'ingress/dnat-any-protocol',
    'egress/retired-ports-open', // UDP 1194, TCP 9000, UDP 123 (aks.md 5.2.3)
    'egress/wildcard-allow-list', // *.blob.core.windows.net, *.docker.io (A13)
    'firewall/rule-source-any', // --source-addresses '*' (5.2.2)
    'cluster/network-plugin', // no network policy engine
    'policy/workload-without-policy', // the store's manifests have none (F5)
    'firewall/threat-intelligence-not-denying',
    'firewall/few-public-addresses', // one of the twenty that the AKS page recommends (5.2.8)
    'logs/firewall-not-logged',
  ];

  it('finds every mistake', async () => {
    const report = await check('store');
    expect(report.outcomes.failed).toEqual(expect.arrayContaining(MISTAKES));
  });

  it('points into the person’s own files', async () => {
    const report = await check('store');
    const findings = report.groups.flatMap((group) => group.findings);
    expect(findings.length).toBeGreaterThan(0);
    for (const { finding } of findings)
      expect(finding.places.length, finding.check).toBeGreaterThan(0);
  });

  it('the allowed egress of the README is allowed, the broken ingress broken', async () => {
    const { network } = await openExample('store');
    const egress = answerTrace(network, { from: 'deploy:order-service', to: 'ghcr.io:443' });
    expect(egress.traces.map((trace) => trace.answer)).toEqual(['allowed']);
    const ingress = answerTrace(network, { from: 'internet', to: 'service:store-front:80' });
    expect(ingress.traces.map((trace) => trace.answer)).toEqual(['broken']);
    expect(ingress.traces[0]?.back?.disposition.kind).toBe('no-session');
  });
});

describe('examples/store-hardened: the same, after the fixes', () => {
  it('nothing fails and nothing is undecided', async () => {
    const report = await check('store-hardened');
    expect(report.outcomes.failed).toEqual([]);
    expect(report.outcomes.undecided).toEqual([]);
  });

  it('checks that failed before the fixes now hold or have nothing left to judge', async () => {
    const before = await check('store');
    const after = await check('store-hardened');
    const settled = new Set([
      ...after.outcomes.passed,
      ...after.outcomes.notApplicable.map((one) => one.check),
    ]);
    expect(before.outcomes.failed.filter((id) => !settled.has(id))).toEqual([]);
  });
});
