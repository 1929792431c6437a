import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EMITTERS, planDeployment } from '../../src/emitters/index.ts';
import { TYPES } from '../support/same-snapshot.ts';
import { snapshotOf } from '../support/snapshot-of.ts';
import { projectRoot } from '../support/source-tree.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';
import { TWO_GROUPS } from '../support/two-groups.ts';
import { sallyport } from './run-sallyport.ts';

const folders: TemporaryFolder[] = [];
afterAll(() => {
  for (const folder of folders) folder.remove();
});

function folderMade(): string {
  const folder = temporaryFolder();
  folders.push(folder);
  return folder.path;
}

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

/** The hardened store is one group, and large enough to be cut by theme. */
const THEMES = [
  ...['cluster', 'firewall', 'governance', 'identity', 'ingress', 'network', 'operations'],
  ...['operations2', 'routing', 'services'],
];

describe('sallyport emit', () => {
  it('says what it would write, and writes nothing', () => {
    const cwd = folderMade();
    const ran = sallyport(['emit', join(projectRoot, 'examples/store-hardened')], { cwd });
    expect(ran.code).toBe(0);
    expect(ran.out).toContain('main.bicep');
    expect(ran.out).toContain('14 Kubernetes objects');
    expect(filesIn(cwd)).toEqual([]);
  });

  it('writes a folder for each target, and what is written reads back without findings of its own', () => {
    const out = folderMade();
    const ran = sallyport([
      'emit',
      'examples/store-hardened',
      '--to',
      'arm,bicep,kubernetes',
      '--out',
      out,
    ]);
    expect(ran.code).toBe(0);
    expect(filesIn(out)).toEqual([
      'arm/DEPLOY.md',
      'arm/main.json',
      'arm/main.parameters.json',
      'bicep/DEPLOY.md',
      'bicep/main.bicep',
      'bicep/main.bicepparam',
      ...THEMES.map((theme) => `bicep/modules/${theme}.bicep`),
      'kubernetes/DEPLOY.md',
      'kubernetes/cluster.yaml',
      'kubernetes/namespaces/pets.yaml',
    ]);
    const before = sallyport([
      'check',
      'examples/store-hardened',
      '--as-of',
      '2026-11-21',
      '--format',
      'json',
    ]);
    for (const target of ['arm', 'bicep']) {
      const folder = [join(out, target), join(out, 'kubernetes')];
      const after = sallyport(['check', ...folder, '--as-of', '2026-11-21', '--format', 'json']);
      const ids = (text: string) =>
        (JSON.parse(text) as { findings: { check: string }[] }).findings
          .map(({ check }) => check)
          .sort();
      expect(ids(after.out), target).toEqual(ids(before.out));
      expect(after.code, target).toBe(before.code);
    }
  });

  it('writes the same bytes twice, over its own files', () => {
    const out = folderMade();
    const run = () => sallyport(['emit', 'examples/store', '--to', 'arm', '--out', out]);
    expect(run().code).toBe(0);
    const first = readFileSync(join(out, 'main.json'), 'utf8');
    expect(run().code).toBe(0);
    expect(readFileSync(join(out, 'main.json'), 'utf8')).toBe(first);
    expect(first).not.toMatch(/20\d\d-\d\d-\d\dT\d\d/);
  });

  it('does not overwrite the file of somebody else, and writes none of the others then', () => {
    const out = folderMade();
    writeFileSync(join(out, 'main.parameters.json'), '{}');
    const ran = sallyport(['emit', 'examples/store-hardened', '--to', 'arm', '--out', out]);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('was not written by sallyport');
    expect(filesIn(out)).toEqual(['main.parameters.json']);
    const forced = sallyport([
      'emit',
      'examples/store-hardened',
      '--to',
      'arm',
      '--out',
      out,
      '--force',
    ]);
    expect(forced.code).toBe(0);
    expect(readFileSync(join(out, 'main.parameters.json'), 'utf8')).toContain(
      'Written by sallyport',
    );
  });

  it('refuses to write what Azure would refuse, with the place', () => {
    const folder = folderMade();
    const template = {
      $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
      contentVersion: '1.0.0.0',
      resources: [
        {
          type: 'Microsoft.Network/virtualNetworks',
          apiVersion: '2024-05-01',
          name: 'net',
          location: 'westeurope',
          properties: {
            addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
            subnets: [
              { name: 'AzureFirewallSubnet', properties: { addressPrefix: '10.0.0.0/28' } },
            ],
          },
        },
      ],
    };
    writeFileSync(join(folder, 'main.json'), JSON.stringify(template, null, 1));
    const out = folderMade();
    const ran = sallyport(['emit', folder, '--out', out]);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('resource/subnet-size');
    expect(ran.err).toMatch(/main\.json:\d+:\d+/);
    expect(filesIn(out)).toEqual([]);
    expect(sallyport(['emit', folder, '--out', out, '--force']).code).toBe(1);
    expect(filesIn(out)).toEqual(['DEPLOY.md', 'main.bicep', 'main.bicepparam']);
  });

  it('prints one file for a pipe', () => {
    const ran = sallyport(['emit', 'examples/store', '--to', 'arm', '--stdout']);
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.out)).toHaveProperty('resources');
  });

  it.each([
    [['--to', 'teraform'], 'there is no target `teraform`'],
    [['--stdout', 'nope.bicep'], 'there would be no file `nope.bicep`'],
    [['--stdout', '--out', 'x'], 'exclude each other'],
  ])('%j is bad input', (options, message) => {
    const ran = sallyport(['emit', 'examples/store', ...options]);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain(message);
    expect(existsSync(join(projectRoot, 'x'))).toBe(false);
  });

  it('never writes a secret', () => {
    const folder = folderMade();
    writeFileSync(
      join(folder, 'all.yaml'),
      'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter2secret}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, env: [{name: DB_PASSWORD, value: hunter2secret}]}]}\n',
    );
    const out = folderMade();
    const ran = sallyport(['emit', folder, '--to', 'kubernetes', '--out', out, '--verbose']);
    const written = filesIn(out).map((file) => readFileSync(join(out, file), 'utf8'));
    expect(written.join('\n')).toContain('kind: Pod');
    expect(`${written.join('\n')}${ran.out}${ran.err}`).not.toContain('hunter2secret');
    expect(ran.out).toContain('Secret default/s');
  });
});

/**
 * One input, all views beside each other. `UPDATE_GOLDEN=1` writes them anew; a difference that the commit message
 * cannot explain is a bug.
 */
describe('golden files', () => {
  const isUpdate = process.env['UPDATE_GOLDEN'] === '1';
  const plan = planDeployment(snapshotOf(TWO_GROUPS), { tool: 'sallyport 0.0.0', types: TYPES });

  it.each(['arm', 'bicep', 'terraform'])('two groups that need each other, as %s', (target) => {
    const folder = join(projectRoot, 'tests/golden/emit/two-groups', target);
    const { files } = EMITTERS.find((each) => each.target === target)!.emit(plan);
    for (const { path, text } of files) {
      const file = join(folder, path);
      if (isUpdate) {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
      expect(existsSync(file), `${file} is missing; UPDATE_GOLDEN=1 writes it`).toBe(true);
      expect(readFileSync(file, 'utf8'), path).toBe(text);
    }
    expect(filesIn(folder)).toEqual(files.map(({ path }) => path).sort());
  });
});

it('says where files are wrong of which nothing could be read', () => {
  const folder = folderMade();
  writeFileSync(join(folder, 'loop.tf'), 'module "a" {\n  source = "./"\n}\n');
  const { code, err } = sallyport(['emit', folder, '--to', 'terraform']);
  expect(code).toBe(2);
  expect(err).toMatch(/^error\[terraform\/cycle\] .*\n.*loop\.tf:1:1/);
});
