import { readdirSync, readFileSync } from 'node:fs';
import { it } from 'vitest';
import { emptyDatasets, snapshotOf } from '../../tests/support/snapshot-of.ts';
import { locate, sourceText } from '../diagnostics/index.ts';
import { importArmTemplate } from '../importers/arm-template/index.ts';
import { parseJson } from '../importers/json/index.ts';
import { readPerimeter } from './read-perimeter.ts';

it('perf', () => {
  const rule = (i: number) => ({
    ruleType: 'NetworkRule',
    name: `r${i}`,
    ipProtocols: ['TCP', 'UDP'],
    sourceAddresses: ['10.0.0.0/8', `10.1.${i % 256}.0/24`],
    destinationAddresses: ['AzureCloud.eastus', `20.${i % 256}.0.0/16`],
    destinationPorts: ['443', '1000-2000'],
  });
  const app = (i: number) => ({
    ruleType: 'ApplicationRule',
    name: `a${i}`,
    protocols: [{ protocolType: 'Https', port: 443 }],
    sourceAddresses: ['10.0.0.0/8'],
    targetFqdns: [`a${i}.x.com`, '*.y.com'],
  });
  const groups = Array.from({ length: 25 }, (_, g) => ({
    type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
    name: `p/g${g}`,
    properties: {
      priority: 100 + g,
      ruleCollections: [
        {
          ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
          name: 'n',
          priority: 100,
          action: { type: 'Allow' },
          rules: Array.from({ length: 100 }, (_, i) => rule(i)),
        },
        {
          ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
          name: 'a',
          priority: 200,
          action: { type: 'Allow' },
          rules: Array.from({ length: 100 }, (_, i) => app(i)),
        },
      ],
    },
  }));
  const objects = Array.from({ length: 3000 }, (_, i) =>
    i % 2
      ? {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: `d${i}`, namespace: `n${i % 50}` },
          spec: {
            replicas: 2,
            template: {
              metadata: { labels: { app: `d${i}`, tier: 'x' } },
              spec: {
                containers: [
                  {
                    name: 'c',
                    image: 'mcr.microsoft.com/x:1',
                    ports: [{ containerPort: 8080, name: 'http' }],
                    livenessProbe: { httpGet: { path: '/', port: 8080 } },
                  },
                ],
              },
            },
          },
        }
      : {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: `s${i}`, namespace: `n${i % 50}` },
          spec: { selector: { app: `d${i}` }, ports: [{ port: 80, targetPort: 'http' }] },
        },
  );
  const s = snapshotOf(
    [{ type: 'Microsoft.Network/firewallPolicies', name: 'p', properties: {} }, ...groups],
    objects,
  );
  for (let k = 0; k < 5; k++) {
    const t = performance.now();
    const p = readPerimeter(s);
    console.log((performance.now() - t).toFixed(1), p.diagnostics.length, p.kubernetes.pods.length);
  }
});
it('samples', () => {
  const dir = '/work/shared/samples/azure/arm/';
  for (const f of readdirSync(dir)) {
    const text = readFileSync(dir + f, 'utf8');
    const json = parseJson(text, sourceText(f, text)) as any;
    const part = importArmTemplate(json.value);
    const snap = {
      resources: new Map(part.resources.map((r: any) => [r.key, r])),
      objects: new Map(),
      datasets: emptyDatasets,
      diagnostics: [],
      gaps: [],
      files: [],
    };
    const p = readPerimeter(snap as any);
    console.log(
      f,
      part.resources.map((r: any) => r.type),
      p.diagnostics.map(
        (d) => `${d.severity} ${d.code} ${d.message} ${d.at ? locate(d.at).line : ''}`,
      ),
      p.gaps.map((g) => g.what + ': ' + g.why),
    );
  }
});
