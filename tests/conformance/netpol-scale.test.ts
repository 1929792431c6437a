import { expect, it } from 'vitest';
import { evaluateConnection, parsePolicies } from '../../src/semantics/network-policy/index.ts';
import { type Manifest, port, worldOf } from './netpol-world.ts';

it('three hundred workloads under five hundred policies: every pair and port is asked in seconds', () => {
  const manifests: Manifest[] = [];
  for (let index = 0; index < 300; index += 1) {
    manifests.push({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `pod-${index}`,
        namespace: `team-${index % 25}`,
        labels: { app: `app-${index}`, tier: index % 2 === 0 ? 'web' : 'data' },
      },
      spec: { containers: [{ ports: [{ containerPort: 8080 }] }] },
    });
  }
  for (let index = 0; index < 500; index += 1) {
    manifests.push({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `policy-${index}`, namespace: `team-${index % 25}` },
      spec: {
        podSelector: { matchLabels: { tier: index % 3 === 0 ? 'web' : 'data' } },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [
          {
            from: [
              { podSelector: { matchLabels: { app: `app-${index}` } } },
              { ipBlock: { cidr: '10.0.0.0/8' } },
            ],
            ports: [{ port: 8080 }],
          },
        ],
        egress: [
          {
            to: [
              {
                namespaceSelector: {
                  matchLabels: { 'kubernetes.io/metadata.name': `team-${index % 7}` },
                },
              },
            ],
            ports: [{ port: 8080 }, { port: 53, protocol: 'UDP' }],
          },
        ],
      },
    });
  }
  const objects = worldOf(manifests);
  const policies = parsePolicies(objects).value;
  const started = performance.now();
  let asked = 0;
  for (const client of objects.pods) {
    for (const server of objects.pods) {
      for (const number of [53, 443, 8080]) {
        evaluateConnection(
          policies,
          'cilium',
          { kind: 'pod', pod: client },
          { kind: 'pod', pod: server },
          'tcp',
          port(number),
          {},
          { comparesEngines: false },
        );
        asked += 1;
      }
    }
  }
  expect(asked).toBe(270_000);
  // About one second alone on a small machine; the limit leaves room for a busy one.
  expect(performance.now() - started).toBeLessThan(15_000);
});
