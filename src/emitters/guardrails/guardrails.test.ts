import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Json, snapshotOf } from '../../../tests/support/snapshot-of.ts';
import { parseResourceTypes, planDeployment } from '../index.ts';
import { GUARDRAILS } from './emit-guardrails.ts';
import { guardrailsOf } from './guardrails.ts';

/** What holds is worked out by hand from the properties written here. */

const types = parseResourceTypes(readFileSync('data/resource-types/resource-types.json', 'utf8'));
const planOf = (resources: readonly Json[], objects: readonly Json[] = []) =>
  planDeployment(snapshotOf(resources, objects), { tool: 'sallyport 0', types });
const namesOf = (resources: readonly Json[], objects: readonly Json[] = []) =>
  guardrailsOf(planOf(resources, objects)).map(({ name }) => name);

const cluster = (properties: Json): Json => ({
  type: 'Microsoft.ContainerService/managedClusters',
  name: 'aks',
  location: 'westeurope',
  properties,
});
const GUARDED = cluster({
  disableLocalAccounts: true,
  apiServerAccessProfile: { enablePrivateCluster: true },
  addonProfiles: { azurepolicy: { enabled: true } },
  networkProfile: { outboundType: 'userDefinedRouting', networkPolicy: 'cilium' },
  agentPoolProfiles: [{ name: 'system', mode: 'System', enableNodePublicIP: false }],
});
const service = (annotation?: string): Json => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'front',
    ...(annotation === undefined
      ? {}
      : {
          annotations: {
            'service.beta.kubernetes.io/azure-load-balancer-internal': annotation,
          },
        }),
  },
  spec: { type: 'LoadBalancer' },
});

describe('guardrails hold what is so', () => {
  it('of a guarded cluster everything that can be held', () => {
    expect(namesOf([GUARDED], [service('true')])).toEqual([
      'aks-private-cluster',
      'aks-authorized-ranges',
      'aks-no-local-accounts',
      'aks-policy-add-on',
      'aks-outbound-through-firewall',
      'aks-network-policy',
      'aks-no-node-public-ip',
      'aks-internal-load-balancers',
    ]);
  });

  it('nothing that the perimeter itself would break', () => {
    const open = cluster({
      networkProfile: { outboundType: 'loadBalancer', networkPolicy: 'none' },
    });
    expect(namesOf([open])).toEqual(['aks-no-node-public-ip']);
    expect(namesOf([GUARDED, { ...open, name: 'other' }])).toEqual(['aks-no-node-public-ip']);
  });

  it.each(['True', 'yes', undefined])('a load balancer annotated %s is public', (annotation) => {
    expect(namesOf([GUARDED], [service(annotation)])).not.toContain('aks-internal-load-balancers');
  });

  it('a value that nobody knows is not held', () => {
    const unknown = cluster({ disableLocalAccounts: { $unknown: '[parameters(x)]' } });
    expect(namesOf([unknown])).not.toContain('aks-no-local-accounts');
  });

  it('AKS-96 what no built-in tests gets a definition of its own, the rest the built-in', () => {
    const [file] = GUARDRAILS.emit(planOf([GUARDED])).files;
    const { resources } = JSON.parse(file!.text);
    const defined = resources.filter(({ type }: Json) =>
      String(type).endsWith('/policyDefinitions'),
    );
    expect(defined.map(({ name }: Json) => name)).toEqual([
      'aks-outbound-through-firewall',
      'aks-network-policy',
      'aks-no-node-public-ip',
    ]);
    const nested = resources.at(-1).properties.template.resources;
    expect(
      nested.find(({ name }: Json) => name === 'aks-private-cluster').properties,
    ).toMatchObject({
      policyDefinitionId:
        '/providers/Microsoft.Authorization/policyDefinitions/040732e8-d947-40b8-95d6-854c95024bf8',
      parameters: { effect: { value: 'Deny' } },
    });
  });

  it('no file when there is nothing to hold', () => {
    expect(GUARDRAILS.emit(planOf([])).files).toEqual([]);
  });
});
