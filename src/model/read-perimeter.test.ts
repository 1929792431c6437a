import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codesOf, perimeterOf } from '../../tests/support/read.ts';
import { type Json, snapshotOf } from '../../tests/support/snapshot-of.ts';
import { readPerimeter } from './read-perimeter.ts';

describe('gaps', () => {
  it('a type without a view is listed once, as written, with how often it was seen', () => {
    const hub = (name: string) => ({ type: 'Microsoft.Network/virtualHubs', name, properties: {} });
    const { gaps } = perimeterOf([hub('a'), hub('b')]);
    expect(gaps).toMatchObject([{ what: 'Microsoft.Network/virtualHubs', count: 2 }]);
    expect(gaps[0]?.why).not.toBe('');
  });

  it.each([
    ['Microsoft.Authorization/roleAssignments', ''],
    ['Microsoft.ManagedIdentity/userAssignedIdentities', ''],
    ['Microsoft.OperationalInsights/workspaces', ''],
    ['Microsoft.Network/networkWatchers', ''],
    ['Microsoft.Unheard/of', 'what it does to traffic is not modelled'],
  ])('%s matters: `%s`', (type, why) => {
    expect(perimeterOf([{ type, name: 'x', properties: {} }]).gaps).toMatchObject([{ why }]);
  });

  it('keys and databases of an account do not matter, its network rules do', () => {
    const child = (type: string) => ({ type, name: 'a/b', properties: {} });
    const { gaps } = perimeterOf([
      child('Microsoft.KeyVault/vaults/secrets'),
      child('Microsoft.Sql/servers/firewallRules'),
    ]);
    expect(gaps.map((gap) => gap.why !== '')).toEqual([false, true]);
  });

  it.each([
    ['v1', 'Secret', ''],
    ['autoscaling/v2', 'HorizontalPodAutoscaler', ''],
    ['keda.sh/v1alpha1', 'ScaledObject', ''],
    ['example.com/v1', 'Secret', 'what it does to traffic is not modelled'],
  ])('%s %s matters: `%s`', (apiVersion, kind, why) => {
    const object = { apiVersion, kind, metadata: { name: 'x' } };
    expect(perimeterOf([], [object]).gaps).toMatchObject([{ why }]);
  });
});

describe('any snapshot', () => {
  it('an empty snapshot is an empty perimeter', () => {
    const perimeter = perimeterOf([]);
    expect(perimeter.virtualNetworks.size + perimeter.kubernetes.pods.length).toBe(0);
    expect(codesOf(perimeter)).toEqual([]);
  });

  // Words of the formats, so that the noise lands where readers look.
  const WORDS =
    `properties name id rules ruleCollections ruleCollectionType FirewallPolicyFilterRuleCollection
    ruleType NetworkRule ApplicationRule NatRule priority action type Allow sourceAddresses destinationAddresses
    destinationPorts ipProtocols protocols targetFqdns translatedAddress subnets addressPrefix addressPrefixes
    routes nextHopType VirtualAppliance securityRules direction sourceAddressPrefix ipConfigurations subnet
    networkProfile podCidr agentPoolProfiles httpListeners backendAddressPools requestRoutingRules urlPathMap
    addonProfiles enabled metadata spec template containers ports containerPort labels selector status
    ownerReferences backendRefs parentRefs listeners __proto__ constructor`.split(/\s+/);
  const word = fc.constantFrom(...WORDS);
  const scalar = fc.oneof(
    word,
    fc.constantFrom('10.0.0.0/8', '10.0.0.0/99', '*', '443', '', 'true', '70000'),
    fc.integer({ min: -1, max: 70000 }),
    fc.boolean(),
    fc.constant(null),
    fc.constant({ $unknown: 'x' }),
  );
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      scalar,
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(word, tie('json'), { maxKeys: 5 }),
    ),
  }));
  const TYPES =
    `azureFirewalls firewallPolicies firewallPolicies/ruleCollectionGroups virtualNetworks routeTables
    networkSecurityGroups loadBalancers applicationGateways privateEndpoints privateDnsZones/A publicIPAddresses
    networkInterfaces virtualNetworkGateways ApplicationGatewayWebApplicationFirewallPolicies`.split(
      /\s+/,
    );
  const KINDS = [
    'apps/v1 Deployment',
    'v1 Service',
    'v1 Pod',
    'networking.k8s.io/v1 Ingress',
    'gateway.networking.k8s.io/v1 HTTPRoute',
    'gateway.networking.k8s.io/v1 Gateway',
    'v1 Node',
    'discovery.k8s.io/v1 EndpointSlice',
    'rbac.authorization.k8s.io/v1 RoleBinding',
  ];

  it('nothing written makes reading fail, and reading changes nothing', () => {
    fc.assert(
      fc.property(fc.array(json, { minLength: 24, maxLength: 24 }), (values) => {
        const resources = [
          ...TYPES.map((type) => `Microsoft.Network/${type}`),
          'Microsoft.ContainerService/managedClusters',
        ].map((type, index): Json => {
          const name = type.split('/').length > 2 ? 'a/b' : 'a';
          return { type, name, properties: values[index] };
        });
        const objects = KINDS.map((text, index): Json => {
          const [apiVersion, kind] = text.split(' ');
          const noise = {
            spec: values[index + 3],
            status: values[index + 5],
            subjects: values[index],
          };
          return { apiVersion, kind, metadata: { name: `o${index}` }, ...noise };
        });
        const snapshot = deepFreeze(snapshotOf(resources, objects));
        const perimeter = readPerimeter(snapshot);
        for (const { at, message } of perimeter.diagnostics) {
          expect(at).toBeDefined();
          expect(message).not.toMatch(/undefined|\[object|\n/);
        }
      }),
      { numRuns: 60 },
    );
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  const inner = value instanceof Map ? value.values() : Object.values(value);
  for (const each of inner) deepFreeze(each);
  return value;
}
