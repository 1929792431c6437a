import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { locate } from '../../src/diagnostics/index.ts';
import { importArmTemplate } from '../../src/importers/arm-template/index.ts';
import type { Snapshot } from '../../src/model/index.ts';
import { member, path, stringOf } from '../../src/values/index.ts';
import {
  type Files,
  importFiles,
  sampleFiles,
  sampleText,
} from '../conformance/import/import-files.ts';
import { projectRoot } from '../support/source-tree.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { plainOf, sample, snapshotOfPart } from '../support/terraform-samples.ts';
import { sallyport } from './run-sallyport.ts';

const GROUP = '/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/rg-shop';

const vnet = (name = 'vnet') => `resource "azurerm_virtual_network" "${name}" {
  name                = "${name}"
  resource_group_name = "rg"
  location            = "westeurope"
  address_space       = [var.cidr]
}
`;
const variable = 'variable "cidr" {\n  type = string\n}\n';

/** Address space of the virtual network of that name. */
function spaceOf(snapshot: Snapshot, name = 'vnet'): unknown {
  const found = [...snapshot.resources.values()].find((resource) => resource.name === name);
  const space = path(found?.body, 'properties', 'addressSpace', 'addressPrefixes');
  const [first] = space?.kind === 'array' ? space.items : [];
  return first?.kind === 'unknown' ? `?${first.missing}` : stringOf(first);
}

const detailOf = (snapshot: Snapshot, file: string) =>
  snapshot.files.find((report) => report.file === file);

describe('one network', () => {
  it('in HCL is the snapshot of its ARM template', async () => {
    const arm = snapshotOfPart(
      importArmTemplate(sample('hub-and-spoke/arm.json'), { resourceGroup: 'rg-shop' }),
    );
    const hcl = await importFiles(sampleFiles('hcl/hub-and-spoke'));
    expect(hcl.diagnostics).toEqual([]);
    // Arguments that change no flow are named all the same.
    expect(hcl.gaps.filter(({ why }) => why !== '')).toEqual([]);
    const { [GROUP]: group, ...rest } = plainOf(hcl) as Record<string, unknown>;
    expect(group).toBeDefined();
    expect(rest).toEqual(plainOf(arm));
  });

  it('every finding of `check` points at a line of the configuration', () => {
    const folder = join(projectRoot, 'tests/samples/azure/terraform');
    const { code, out, err } = sallyport(['check', folder, '--format', 'json'], {});
    expect(err).toBe('');
    expect(code).toBe(1);
    const { findings } = JSON.parse(out) as {
      findings: readonly { evidence?: readonly unknown[]; at?: { file: string } }[];
    };
    expect(findings.length).toBeGreaterThan(5);
    expect(out).toContain('aks-hub-spoke-egress.tf');
    expect(out).not.toContain('Terraform is not read');
  });

  it('the sample has the route to the firewall, the rules and the cluster it describes', async () => {
    const text = sampleText('azure/terraform/aks-hub-spoke-egress.tf');
    const { resources, gaps, diagnostics } = await importFiles({ 'main.tf': text });
    expect(diagnostics).toEqual([]);
    expect(gaps).toEqual([]);
    const byName = new Map([...resources.values()].map((one) => [one.name, one]));
    const table = byName.get('rt-shop')!;
    const route = byName.get('udr-default') ?? table;
    expect(JSON.stringify(plainOf({ resources } as Snapshot)[route.key])).toContain(
      '?private-address:/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/rg-shop-westeurope/providers/microsoft.network/azurefirewalls/afw-shop',
    );
    const nodes = byName.get('snet-nodes')!;
    expect(plainOf({ resources } as Snapshot)[nodes.key]).toMatchObject({
      properties: { addressprefixes: ['10.10.0.0/22'], routetable: { id: table.id } },
    });
    expect(locate(nodes.at)).toMatchObject({ line: 84, via: ['for_each nodes'] });
    const prefix = path(nodes.body, 'properties', 'addressPrefixes')!;
    expect(locate(prefix.at)).toMatchObject({ file: 'main.tf', line: 89 });
    expect(member(byName.get('aks-shop')!.body, 'location')).toMatchObject({ value: 'westeurope' });
  });
});

describe('values of variables', () => {
  const files: Files = { 'main.tf': variable + vnet() };

  it('a variable without one leaves what hangs on it unknown', async () => {
    const snapshot = await importFiles(files);
    expect(spaceOf(snapshot)).toBe('?a value for variable cidr');
    expect(snapshot.diagnostics.map(({ code }) => code)).toEqual(['terraform/variable-missing']);
  });

  it('terraform.tfvars counts before the default, *.auto.tfvars before it, --param before all', async () => {
    const written = { ...files, 'terraform.tfvars': 'cidr = "10.1.0.0/16"' };
    const auto = { ...written, 'x.auto.tfvars.json': '{ "cidr": "10.2.0.0/16" }' };
    expect(spaceOf(await importFiles(written))).toBe('10.1.0.0/16');
    expect(spaceOf(await importFiles(auto))).toBe('10.2.0.0/16');
    const given = await importFiles(auto, { parameters: { cidr: '10.3.0.0/16' } });
    expect(spaceOf(given)).toBe('10.3.0.0/16');
    expect(given.diagnostics).toEqual([]);
  });

  it('other files of values count when they are named, and say so when they are not', async () => {
    const more = { ...files, 'prod.tfvars': 'cidr = "10.4.0.0/16"' };
    const without = await importFiles(more);
    expect(spaceOf(without)).toMatch(/^\?/);
    expect(detailOf(without, 'prod.tfvars')).toMatchObject({
      outcome: 'skipped',
      detail: expect.stringContaining('--parameters'),
    });
    const named = await importFiles(more, { parameterFiles: ['prod.tfvars'] });
    expect(spaceOf(named)).toBe('10.4.0.0/16');
  });

  it('a parameter no configuration declares is said', async () => {
    const { diagnostics } = await importFiles(files, {
      parameters: { cird: 'x', cidr: '10.0.0.0/8' },
    });
    expect(diagnostics.map(({ code }) => code)).toEqual(['arm/parameter-unused']);
  });
});

describe('modules and what lies beside', () => {
  it('a module called by its folder is no configuration of its own', async () => {
    const snapshot = await importFiles({
      'main.tf': 'module "net" {\n  source = "./modules/net"\n  cidr   = "10.5.0.0/16"\n}\n',
      'modules/net/main.tf': variable + vnet(),
    });
    expect(spaceOf(snapshot)).toBe('10.5.0.0/16');
    expect(snapshot.diagnostics).toEqual([]);
    expect(detailOf(snapshot, 'modules/net/main.tf')?.detail).toBe('1 resource, as a module of .');
  });

  it('an installed module is followed where `terraform init` put it', async () => {
    const call =
      'module "net" {\n  source  = "Azure/net/azurerm"\n  version = "1.0.0"\n  cidr    = "10.6.0.0/16"\n}\n';
    const without = await importFiles({ 'main.tf': call });
    expect(without.gaps.map(({ what }) => what)).toEqual([
      'Terraform module module.net (Azure/net/azurerm)',
    ]);
    const snapshot = await importFiles({
      'main.tf': call,
      '.terraform/modules/modules.json': JSON.stringify({
        Modules: [
          { Key: '', Source: '', Dir: '.' },
          {
            Key: 'net',
            Source: 'registry.terraform.io/Azure/net/azurerm',
            Version: '1.0.0',
            Dir: '.terraform/modules/net',
          },
          { Key: 'net.inner', Source: './inner', Dir: '.terraform/modules/net/inner' },
        ],
      }),
      '.terraform/modules/net/main.tf': `${variable}module "inner" {\n  source = "./inner"\n  cidr   = var.cidr\n}\n`,
      '.terraform/modules/net/inner/main.tf': variable + vnet(),
    });
    expect(snapshot.gaps).toEqual([]);
    expect(spaceOf(snapshot)).toBe('10.6.0.0/16');
  });

  it('files that expressions read are found from the root module, and none outside of it', async () => {
    const read = (file: string) =>
      importFiles(
        {
          'a/main.tf': `locals {\n  cidr = trimspace(file("${file}"))\n}\n${vnet().replace('var.cidr', 'local.cidr')}`,
          'a/data/cidr.txt': '10.7.0.0/16\n',
          'outside.txt': '10.8.0.0/16\n',
        },
        {},
        ['a'],
      );
    expect(spaceOf(await read('data/cidr.txt'))).toBe('10.7.0.0/16');
    const outside = await read('../outside.txt');
    expect(spaceOf(outside)).toMatch(/^\?the content of outside.txt/);
    expect(outside.diagnostics.map(({ code }) => code)).toEqual(['terraform/file-not-found']);
  });

  it('the plan or state of a configuration is read instead of it', async () => {
    const files = {
      'main.tf': variable + vnet('written'),
      'plan.json': sampleText('terraform/hub-and-spoke/plan.json'),
    };
    const snapshot = await importFiles(files);
    expect([...snapshot.resources.values()].map(({ name }) => name)).not.toContain('written');
    expect(snapshot.diagnostics).toEqual([]);
    expect(detailOf(snapshot, 'main.tf')).toMatchObject({
      outcome: 'skipped',
      detail: 'plan.json beside it says more, and is read instead',
    });
    expect(detailOf(snapshot, 'plan.json')?.outcome).toBe('read');
  });

  it('the version of the provider comes from the lock file, else from what is required', async () => {
    const ip =
      'resource "azurerm_public_ip" "x" {\n  name = "pip"\n  resource_group_name = "rg"\n  location = "we"\n  allocation_method = "Static"\n}\n';
    const required = (version: string) =>
      `terraform {\n  required_providers {\n    azurerm = { source = "hashicorp/azurerm", version = "${version}" }\n  }\n}\n`;
    const skuOf = async (files: Files) => {
      const { resources } = await importFiles(files);
      const pip = [...resources.values()].find(({ name }) => name === 'pip')!;
      return stringOf(path(pip.body, 'sku', 'name'));
    };
    // iac-formats 4.3: the default SKU of a public address was Basic before provider 4.
    expect(await skuOf({ 'main.tf': required('~> 4.20') + ip })).toBe('Standard');
    expect(await skuOf({ 'main.tf': required('~> 3.116') + ip })).toBe('Basic');
    const lock = 'provider "registry.terraform.io/hashicorp/azurerm" {\n  version = "4.1.0"\n}\n';
    expect(await skuOf({ 'main.tf': required('>= 3.0') + ip, '.terraform.lock.hcl': lock })).toBe(
      'Standard',
    );
  });

  it('a subscription of the provider is that of its resources', async () => {
    const id = '11111111-2222-3333-4444-555555555555';
    const { resources } = await importFiles({
      'main.tf': `variable "sub" {\n  default = "${id}"\n}\nprovider "azurerm" {\n  subscription_id = var.sub\n  features {}\n}\n${vnet().replace('var.cidr', '"10.0.0.0/8"')}`,
    });
    expect([...resources.values()].map(({ subscriptionId }) => subscriptionId)).toContain(id);
  });

  it('the same files in another order give the same snapshot', async () => {
    const files = sampleFiles('hcl/hub-and-spoke');
    const turned = Object.fromEntries(Object.entries(files).reverse());
    expect(plainOf(await importFiles(turned))).toEqual(plainOf(await importFiles(files)));
  });
});

describe('bad input as people have it', () => {
  it.each([
    [
      'a byte order mark and Windows line ends',
      `\uFEFF${(variable + vnet()).replaceAll('\n', '\r\n')}`,
    ],
    ['comments of all three kinds', `# a\n// b\n/* c\nd */\n${variable}${vnet()}`],
  ])('%s', async (_, text) => {
    const snapshot = await importFiles(
      { 'main.tf': text },
      { parameters: { cidr: '10.9.0.0/16' } },
    );
    expect(snapshot.diagnostics).toEqual([]);
    expect(spaceOf(snapshot)).toBe('10.9.0.0/16');
  });

  it('bytes that are no text are said, and the rest is read', async () => {
    const snapshot = await importFiles({
      'bad.tf': new Uint8Array([0, 1, 2, 0, 255]),
      'main.tf': vnet().replace('var.cidr', '"10.0.0.0/8"'),
    });
    expect(snapshot.diagnostics.map(({ code }) => code)).toEqual(['file/not-text']);
    expect(spaceOf(snapshot)).toBe('10.0.0.0/8');
  });

  it('a file that breaks off is located, a gap, and never an empty rule', async () => {
    const text = sampleText('azure/terraform/aks-hub-spoke-egress.tf');
    const cut = text.slice(0, text.indexOf('source_addresses    = length') + 26);
    const snapshot = await importFiles({ 'main.tf': cut });
    const problem = snapshot.diagnostics.find(({ code }) => code === 'terraform/syntax');
    expect(problem?.at && locate(problem.at).line).toBeGreaterThan(150);
    expect(snapshot.gaps.map(({ what }) => what)).toContain(
      'Terraform resource azurerm_firewall_policy_rule_collection_group.aks',
    );
    const group = [...snapshot.resources.values()].find(({ name }) => name === 'rcg-aks')!;
    const collections = path(group.body, 'properties', 'ruleCollections');
    const [first, ...others] = collections?.kind === 'array' ? collections.items : [];
    const rules = member(first, 'rules');
    const [rule] = rules?.kind === 'array' ? rules.items : [];
    expect(member(rule, 'sourceAddresses')?.kind).toBe('unknown');
    // More of everything may be meant where the text breaks off.
    expect(others.at(-1)?.kind).toBe('unknown');
  });

  const folder = temporaryFolder();
  afterAll(folder.remove);

  it('the command line says what it could not read and ends in 2 or less', () => {
    const file = join(folder.path, 'broken', 'main.tf');
    mkdirSync(dirname(file));
    writeFileSync(file, 'resource "azurerm_subnet" "x" {\n  name = "${\n');
    const { code, out, err } = sallyport(['check', join(folder.path, 'broken')]);
    expect([1, 2]).toContain(code);
    expect(out + err).toMatch(/terraform\/syntax[\s\S]*main\.tf:[23]:/);
    expect(out + err).not.toMatch(/at .*\.ts|node:internal/);
    expect(readFileSync(file, 'utf8')).toContain('azurerm_subnet');
  });
});
