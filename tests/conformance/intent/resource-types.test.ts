import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  parseResourceTypes,
  validateResource,
} from '../../../src/emitters/resource-types/index.ts';
import { member, stringOf } from '../../../src/values/index.ts';
import { projectRoot } from '../../support/source-tree.ts';
import { page, worldOf } from './page-world.ts';

/** What a page expands to is what Azure's published resource types take: names, types, enumerations, nothing read-only. */

const TYPES = parseResourceTypes(
  readFileSync(join(projectRoot, 'data', 'resource-types', 'resource-types.json'), 'utf8'),
);

const hub = (more: string) => page().replace('/24\nspokes', `/24\n${more}spokes`);
const EGRESS = `egress:
  - { from: { namespace: shop, app: a }, to: ["x.io:443", "10.9.0.0/24:1433", "db.x.io:5432"], why: needed }
`;
const INGRESS = (via: string) => `ingress:
  - { name: web, to: { namespace: shop, app: web }, via: ${via}, from: [203.0.113.0/24], certificate: "https://v.vault.azure.net/secrets/c" }
`;

/** Not among the bundled types: nothing can be said about them here. */
const UNCHECKED = [
  'Microsoft.Authorization/policyAssignments',
  'Microsoft.Insights/actionGroups',
  'Microsoft.Insights/metricAlerts',
  'Microsoft.KubernetesConfiguration/extensions',
  'Microsoft.Network/localNetworkGateways',
  'Microsoft.Storage/storageAccounts',
];

describe('every resource is of its published type', () => {
  it.each([
    ['a minimal page', page(EGRESS)],
    [
      'classic rules',
      hub(
        '  firewall: { rules: classic, threatAllowlist: [192.0.2.1, x.io], privateRanges: [10.0.0.0/8] }\n',
      ),
    ],
    [
      'a Premium policy',
      hub(
        '  firewall: { tier: Premium, dnsServers: [10.0.0.200], threatAllowlist: [192.0.2.1, x.io], privateRanges: [10.0.0.0/8] }\n',
      ),
    ],
    [
      'the Basic tier, Bastion, a VPN gateway',
      hub(
        '  firewall: { tier: Basic }\n  bastion: true\n  gateway: { kind: vpn, onPremises: [192.168.0.0/16] }\n',
      ),
    ],
    [
      'ExpressRoute and an appliance',
      hub('  nva: {}\n  gateway: { kind: expressRoute, onPremises: [192.168.0.0/16] }\n'),
    ],
    ['DNAT', page(INGRESS('firewall'))],
    ['a WAF beside the firewall', page(INGRESS('waf'))],
    ['a WAF before it', page(INGRESS('waf-then-firewall'))],
    ['a WAF behind it', page(INGRESS('firewall-then-waf'))],
    [
      'private endpoints',
      page(
        'privateEndpoints:\n  - { name: keys, for: keyVault }\n  - { name: images, for: registry }\n  - { name: files, for: file }\n',
      ),
    ],
    ['alerts for people', page('alerts: { email: ["ops@example.com"] }\n')],
    [
      'all add-ons',
      page(
        '',
        '    addOns: [azure-policy, container-insights, cost-analysis, defender, flux, key-vault, managed-prometheus, workload-identity]\n',
      ),
    ],
    [
      'pods in a subnet, an API server in the network, two clusters',
      page(
        '',
        '    also: green\n    network: { plugin: podSubnet }\n    apiServer: { vnetIntegration: true }\n    pools: [{ name: a }, { name: win, os: Windows2025, labels: { for: windows } }]\n',
      ),
    ],
    [
      'a public API server',
      page('', '    apiServer: { access: public, authorizedRanges: [203.0.113.0/24] }\n'),
    ],
  ])('%s', async (_, text) => {
    const { snapshot } = await worldOf(text);
    expect(snapshot.resources.size).toBeGreaterThan(20);
    const found = [...snapshot.resources.values()].flatMap(({ body, name, apiVersion, at }) => {
      const type = stringOf(member(body, 'type')) ?? '';
      if (UNCHECKED.includes(type)) return [];
      const told = validateResource(TYPES, { type, apiVersion: apiVersion ?? '', name, body, at });
      return told.map(({ severity, code, message }) => `${severity} ${code} ${type}: ${message}`);
    });
    expect([...new Set(found)]).toEqual([]);
  });
});
