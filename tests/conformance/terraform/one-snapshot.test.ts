import { describe, expect, it } from 'vitest';
import { importArmTemplate } from '../../../src/importers/arm-template/index.ts';
import {
  importTerraformPlan,
  importTerraformState,
} from '../../../src/importers/terraform/index.ts';
import { plainOf, sample, snapshotOfPart } from '../../support/terraform-samples.ts';

/** iac-formats 11.1: one network, written by hand as a template and shown by Terraform, is one snapshot. */

const FOLDER = 'hub-and-spoke';
const GROUP = '/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/rg-shop';

const template = plainOf(
  snapshotOfPart(importArmTemplate(sample(`${FOLDER}/arm.json`), { resourceGroup: 'rg-shop' })),
);

function withoutGroup(plain: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { [GROUP]: group, ...rest } = plain as Record<string, unknown>;
  expect(group).toBeDefined();
  return rest;
}

describe('one network in every form of Terraform', () => {
  it('a plan of resources that do not exist yet is the snapshot of the template', () => {
    const plan = importTerraformPlan(sample(`${FOLDER}/plan.json`));
    expect(plan.diagnostics).toEqual([]);
    expect(withoutGroup(plainOf(snapshotOfPart(plan)))).toEqual(template);
  });

  it.each(['state.json', 'terraform.tfstate'])('%s adds only what Azure tells', (file) => {
    const state = importTerraformState(sample(`${FOLDER}/${file}`));
    expect(state.diagnostics).toEqual([]);
    const text = JSON.stringify(withoutTold(plainOf(snapshotOfPart(state)))).replaceAll(
      '11111111-2222-3333-4444-555555555555',
      '00000000-0000-0000-0000-000000000000',
    );
    const known = JSON.stringify(template)
      .replaceAll(
        `?private-address:${GROUP}/providers/microsoft.network/azurefirewalls/afw-shop`,
        '10.0.0.4',
      )
      .replaceAll(
        `?public-address:${GROUP}/providers/microsoft.network/publicipaddresses/pip-afw`,
        '20.50.1.2',
      );
    expect(withoutGroup(JSON.parse(text))).toEqual(JSON.parse(known));
  });
});

/** What only a deployed resource has: addresses, versions, what the service chose where nothing was written. */
const TOLD: readonly (readonly [type: RegExp, path: string])[] = [
  [/azurefirewalls\//, 'properties.ipconfigurations.0.properties.privateipaddress'],
  [/publicipaddresses\//, 'properties.ipaddress'],
  [/workspaces\//, 'properties.sku'],
  [/virtualnetworklinks\//, 'properties.resolutionpolicy'],
  ...['currentkubernetesversion', 'kubernetesversion', 'noderesourcegroup', 'privatefqdn'].map(
    (name) => [/managedclusters\/[^/]*$/, `properties.${name}`] as const,
  ),
  ...['podcidrs', 'servicecidrs', 'ipfamilies'].map(
    (name) => [/managedclusters\/[^/]*$/, `properties.networkprofile.${name}`] as const,
  ),
  ...['maxpods', 'orchestratorversion', 'osdisksizegb', 'ossku'].flatMap((name) => [
    [/managedclusters\/[^/]*$/, `properties.agentpoolprofiles.0.${name}`] as const,
    [/agentpools\//, `properties.${name}`] as const,
  ]),
];

function withoutTold(plain: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const copy = structuredClone(plain);
  for (const [key, body] of Object.entries(copy)) {
    for (const [type, path] of TOLD) if (type.test(key)) remove(body, path.split('.'));
  }
  return copy;
}

function remove(body: unknown, [step = '', ...rest]: readonly string[]): void {
  const owner = body as Record<string, unknown> | undefined;
  if (owner === undefined) return;
  if (rest.length === 0) delete owner[step];
  else remove(owner[step], rest);
}
