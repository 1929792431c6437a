import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { problemsOf, uncheckedTypes } from '../../../tests/support/provider-schema.ts';
import { randomPerimeter } from '../../../tests/support/random-perimeter.ts';
import { readFolder } from '../../../tests/support/read-back.ts';
import { TYPES } from '../../../tests/support/same-snapshot.ts';
import { type Json, snapshotOf } from '../../../tests/support/snapshot-of.ts';
import { TWO_GROUPS } from '../../../tests/support/two-groups.ts';
import { importPaths } from '../../importers/index.ts';
import { bundledDatasets, memoryFileSystem } from '../../io/index.ts';
import type { Snapshot } from '../../model/index.ts';
import { type Emission, planDeployment } from '../index.ts';
import { TERRAFORM } from './emit-terraform.ts';

const HAS_TERRAFORM = spawnSync('terraform', ['version']).status === 0;

function emitted(snapshot: Snapshot): Emission {
  return TERRAFORM.emit(planDeployment(snapshot, { tool: 'sallyport 0.0.0', types: TYPES }));
}

function textOf({ files }: Emission, path = 'main.tf'): string {
  return files.find((file) => file.path === path)?.text ?? '';
}

const mainOf = (...resources: readonly Json[]) => textOf(emitted(snapshotOf(resources)));

/** One block, without its header. */
function blockOf(text: string, head: string): string {
  const start = text.indexOf(`${head} {`);
  return start < 0 ? '' : text.slice(start, text.indexOf('\n}', start) + 2);
}

const G = '/subscriptions/s/resourceGroups/rg/providers';
const N = `${G}/Microsoft.Network`;

const INPUTS: readonly (readonly [string, () => Promise<Snapshot>])[] = [
  ...['examples/store', 'examples/store-hardened', 'examples/perimeter-store'].map(
    (folder) => [folder, () => readFolder(folder)] as const,
  ),
  ['two groups', async () => snapshotOf(TWO_GROUPS)],
  ...[100, 101, 102, 103].map((seed) => {
    const { resources, objects } = randomPerimeter(seed);
    return [`random perimeter ${seed}`, async () => snapshotOf(resources, objects)] as const;
  }),
];

describe('what is written is Terraform', () => {
  it.each(INPUTS)('%s: the provider knows every argument and misses none', async (_, read) => {
    expect(problemsOf(textOf(emitted(await read())))).toEqual([]);
  });

  it('only types of the published schema are written, two and ARM words apart', async () => {
    const types = new Set<string>();
    for (const [, read] of INPUTS) {
      for (const type of uncheckedTypes(textOf(emitted(await read())))) types.add(type);
    }
    expect([...types].sort()).toEqual([
      'azapi_resource',
      'azurerm_local_network_gateway',
      'azurerm_resource_group_policy_assignment',
    ]);
  });

  // Where there is no `terraform`, the layout is not checked: the name of the test says so.
  it.skipIf(!HAS_TERRAFORM)(
    '`terraform fmt -check` has nothing to change (needs the terraform binary)',
    async () => {
      for (const [name, read] of INPUTS) {
        const folder = mkdtempSync(join(tmpdir(), 'sallyport-fmt-'));
        try {
          for (const { path, text } of emitted(await read()).files) {
            writeFileSync(join(folder, path), text);
          }
          const { status, stdout } = spawnSync('terraform', ['fmt', '-check', '-diff', folder], {
            encoding: 'utf8',
          });
          expect([name, status, stdout]).toEqual([name, 0, '']);
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      }
    },
    30_000,
  );

  it('references lead to blocks that are there, and none waits for itself', async () => {
    for (const [name, read] of INPUTS) {
      const text = textOf(emitted(await read()));
      const heads = [...text.matchAll(/^(resource|data) "(\w+)" "(\w+)" \{\}?$/gm)];
      const labels = heads.map(([, kind, type, label]) =>
        kind === 'data' ? `data.${type}.${label}` : `${type}.${label}`,
      );
      expect(new Set(labels).size).toBe(labels.length);
      const needs = new Map(
        heads.map((match, index) => {
          const body = text.slice(match.index, heads[index + 1]?.index);
          const asked = [...body.matchAll(/(?:data\.)?\b(?:azurerm|azapi)_\w+\.\w+(?=[.[\],\n])/g)];
          return [labels[index]!, new Set(asked.map(([label]) => label))] as const;
        }),
      );
      const known = new Set(labels);
      const dangling = [...needs.values()].flatMap((all) =>
        [...all].filter((one) => !known.has(one)),
      );
      expect(dangling, name).toEqual([]);
      const done = new Set<string>();
      for (let more = true; more; ) {
        more = false;
        for (const [label, all] of needs) {
          if (done.has(label) || ![...all].every((one) => done.has(one))) continue;
          done.add(label);
          more = true;
        }
      }
      expect(
        [...known].filter((label) => !done.has(label)),
        name,
      ).toEqual([]);
    }
  });

  it('the same bytes, whatever the order of the input', () => {
    const forth = emitted(snapshotOf(TWO_GROUPS));
    const back = emitted(snapshotOf([...TWO_GROUPS].reverse()));
    expect(back.files).toEqual(forth.files);
  });
});

describe('azurerm words', () => {
  const network = {
    id: `${N}/virtualNetworks/vnet`,
    type: 'Microsoft.Network/virtualNetworks',
    name: 'vnet',
    location: 'westeurope',
    properties: {
      addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
      subnets: [
        {
          name: 'nodes',
          properties: { addressPrefix: '10.0.1.0/24', routeTable: { id: `${N}/routeTables/rt` } },
        },
      ],
    },
  };
  const table = {
    id: `${N}/routeTables/rt`,
    type: 'Microsoft.Network/routeTables',
    name: 'rt',
    location: 'westeurope',
    properties: {
      disableBgpRoutePropagation: true,
      routes: [
        { name: 'out', properties: { addressPrefix: '0.0.0.0/0', nextHopType: 'Internet' } },
      ],
    },
  };

  it('a subnet is a resource, and its route table an association (iac-formats 4.2)', () => {
    const text = mainOf(network, table);
    expect(blockOf(text, 'resource "azurerm_subnet" "nodes"')).toBe(
      [
        'resource "azurerm_subnet" "nodes" {',
        '  name                 = "nodes"',
        '  resource_group_name  = var.resource_group_name',
        '  virtual_network_name = azurerm_virtual_network.network.name',
        '  address_prefixes     = ["10.0.1.0/24"]',
        '}',
      ].join('\n'),
    );
    expect(text).toContain('  subnet_id      = azurerm_subnet.nodes.id\n');
    expect(text).toContain('  route_table_id = azurerm_route_table.route_table.id\n');
    expect(text).not.toContain('azapi');
  });

  it('`disableBgpRoutePropagation` is said the other way round', () => {
    expect(mainOf(table)).toContain('bgp_route_propagation_enabled = false');
  });

  it('what azurerm cannot say is said in ARM words, whole', () => {
    const strange = { ...table, properties: { ...table.properties, newSwitch: true } };
    const text = mainOf(strange);
    expect(text).not.toContain('azurerm_route_table');
    expect(text).toMatch(/type {6}= "Microsoft.Network\/routeTables@/);
    expect(text).toContain('newSwitch');
    expect(textOf(emitted(snapshotOf([strange])), 'terraform.tf')).toContain('"Azure/azapi"');
  });

  it('a public address without a SKU is Basic in Azure and Standard in the provider: ARM words', () => {
    const address = {
      id: `${N}/publicIPAddresses/p`,
      type: 'Microsoft.Network/publicIPAddresses',
      name: 'p',
      location: 'westeurope',
      properties: { publicIPAllocationMethod: 'Static' },
    };
    expect(mainOf(address)).toContain('resource "azapi_resource" "public_ip"');
    expect(mainOf({ ...address, sku: { name: 'Standard' } })).toContain(
      'resource "azurerm_public_ip"',
    );
  });

  it('rule collection groups of one policy wait for each other', async () => {
    const text = textOf(emitted(await readFolder('examples/perimeter-store')));
    const groups = text
      .split('\nresource ')
      .filter((one) => one.includes('_rule_collection_group" '));
    const waiting = groups.filter((one) =>
      /depends_on = [^\n]*azurerm_firewall_policy_rule_collection_group\./.test(one),
    );
    expect(groups.length).toBeGreaterThan(1);
    expect(waiting.length).toBe(groups.length - 1);
  });

  it('a cluster waits for the routes of its subnet: nodes that cannot call out fail to join', async () => {
    const text = textOf(emitted(await readFolder('examples/store-hardened')));
    const cluster = blockOf(text, 'resource "azurerm_kubernetes_cluster" "cluster"');
    expect(cluster).toContain('azurerm_subnet_route_table_association.snet_nodes,');
    expect(cluster).toContain('azurerm_route.route,');
  });

  it('a private cluster keeps the public name that Azure gives it and the provider does not (AKS-97)', async () => {
    const text = textOf(emitted(await readFolder('examples/store-hardened')));
    expect(text).toContain('  private_cluster_public_fqdn_enabled = true\n');
    const schema = JSON.parse(
      readFileSync('data/terraform-azurerm/schema-5.2.0.subset.json', 'utf8'),
    );
    const { azurerm_kubernetes_cluster: cluster } = schema.resources;
    expect(cluster.schema.private_cluster_public_fqdn_enabled.default).toBe(false);
    // Its other fields are arguments of the cluster itself: the block would say nothing.
    expect(text).not.toContain('api_server_access_profile {}');
  });

  it('a unique text is made of the id of the group, unless it is given', async () => {
    const emission = emitted(await readFolder('examples/store-hardened'));
    expect(textOf(emission)).toContain(
      'coalesce(var.unique_suffix, substr(sha1(data.azurerm_resource_group.main.id), 0, 13))',
    );
    expect(textOf(emission, 'variables.tf')).toMatch(
      /variable "unique_suffix" \{\n.*\n.*\n {2}default {5}= null\n/,
    );
    expect(textOf(emission, 'terraform.tfvars')).not.toContain('unique_suffix');
  });

  it('an address only Azure knows is the attribute of the firewall', async () => {
    const text = textOf(emitted(await readFolder('examples/store-hardened')));
    expect(text).toContain(
      'next_hop_in_ip_address = azurerm_firewall.firewall.ip_configuration[0].private_ip_address',
    );
  });
});

describe('bad and hostile input', () => {
  const tagged = (value: string) => ({
    id: `${N}/routeTables/rt`,
    type: 'Microsoft.Network/routeTables',
    name: 'rt',
    location: 'westeurope',
    tags: { it: value },
    properties: {},
  });

  it.each([
    ['\x24{path.module}', '"$\x24{path.module}"'],
    ['%{ if true }', '"%%{ if true }"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['two\nlines', '"two\\nlines"'],
    ['$\x24{x}', '"$$\x24{x}"'],
    ['\u0000\u2028', '"\\u0000\\u2028"'],
  ])('%j is text, not code', (value, written) => {
    expect(mainOf(tagged(value))).toContain(`it = ${written}\n`);
  });

  it('a secret is a sensitive variable without a value', async () => {
    const template = {
      $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
      contentVersion: '1.0.0.0',
      parameters: { sharedKey: { type: 'secureString', defaultValue: 'hunter2secret' } },
      resources: [
        {
          type: 'Microsoft.Network/connections',
          apiVersion: '2024-05-01',
          name: 'c',
          location: 'westeurope',
          properties: { connectionType: 'IPsec', sharedKey: "[parameters('sharedKey')]" },
        },
      ],
    };
    const files = memoryFileSystem({ 'main.json': JSON.stringify(template) });
    const emission = emitted(await importPaths(files, ['.'], {}, bundledDatasets()));
    expect(textOf(emission, 'variables.tf')).toMatch(
      /variable "shared_key" \{\n.*\n {2}type += string\n {2}sensitive += true\n\}/,
    );
    expect(textOf(emission, 'terraform.tfvars')).toContain('# set TF_VAR_shared_key in');
    expect(JSON.stringify(emission)).not.toContain('hunter2secret');
  });

  it('nothing to deploy is no file', () => {
    expect(emitted(snapshotOf([])).files).toEqual([]);
  });
});
