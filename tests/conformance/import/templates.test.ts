import { describe, expect, it } from 'vitest';
import { member, path } from '../../../src/values/index.ts';
import { importFiles, type Json } from './import-files.ts';

const SCHEMA = 'https://schema.management.azure.com/schemas/2019-04-01/deployment';

const template = (resources: readonly Json[], parameters: Json = {}, rest: Json = {}) =>
  JSON.stringify({
    $schema: `${SCHEMA}Template.json#`,
    contentVersion: '1.0.0.0',
    ...rest,
    parameters,
    resources,
  });
const parameterFile = (values: Json) =>
  JSON.stringify({
    $schema: `${SCHEMA}Parameters.json#`,
    contentVersion: '1.0.0.0',
    parameters: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, { value }]),
    ),
  });

const table = (name: string) => ({
  type: 'Microsoft.Network/routeTables',
  apiVersion: '2024-05-01',
  name,
  properties: {},
});
const NAMED = template([table("[parameters('name')]")], {
  name: { type: 'string', defaultValue: 'default' },
});
const link = (relativePath: string) => ({
  type: 'Microsoft.Resources/deployments',
  apiVersion: '2022-09-01',
  name: relativePath.replaceAll(/\W/g, ''),
  properties: {
    mode: 'Incremental',
    templateLink: { relativePath },
    parameters: { name: { value: relativePath.replaceAll(/\W/g, '') } },
  },
});

async function namesOf(files: Record<string, string>, options = {}, paths = ['.']) {
  const snapshot = await importFiles(files, options, paths);
  return {
    names: [...snapshot.resources.values()].map(({ name }) => name),
    files: Object.fromEntries(snapshot.files.map(({ file, detail }) => [file, detail])),
    outcomes: Object.fromEntries(snapshot.files.map(({ file, outcome }) => [file, outcome])),
    snapshot,
  };
}

describe('parameter files', () => {
  it('x.parameters.json belongs to x.json beside it, and to no other', async () => {
    const { names, files, outcomes } = await namesOf({
      'x.json': NAMED,
      'y.json': NAMED.replace('"default"', '"y"'),
      'x.parameters.json': parameterFile({ name: 'from-x' }),
      'z.parameters.json': parameterFile({ name: 'from-z' }),
      'inner/x.params.json': parameterFile({ name: 'inner' }),
    });
    expect(names).toEqual(['from-x', 'y']);
    expect(files['x.json']).toBe('1 resource, with x.parameters.json');
    expect(files['x.parameters.json']).toBe('parameters of x.json');
    expect(outcomes['z.parameters.json']).toBe('skipped');
    expect(outcomes['inner/x.params.json']).toBe('skipped');
  });

  it('a template named by itself finds the parameters beside it', async () => {
    const { names, files } = await namesOf(
      { 'infra/x.json': NAMED, 'infra/x.parameters.json': parameterFile({ name: 'beside' }) },
      {},
      ['infra/x.json'],
    );
    expect(names).toEqual(['beside']);
    expect(files['infra/x.parameters.json']).toBe('parameters of infra/x.json');
  });

  it('files the person names win over those beside, names over files', async () => {
    const files = {
      'x.json': NAMED,
      'x.parameters.json': parameterFile({ name: 'beside' }),
      'prod.json': parameterFile({ name: 'prod' }),
    };
    expect((await namesOf(files, { parameterFiles: ['prod.json'] })).names).toEqual(['prod']);
    const options = { parameterFiles: ['prod.json'], parameters: { NAME: 'given' } };
    expect((await namesOf(files, options)).names).toEqual(['given']);
  });

  it('a parameter file the person names and that is not there is the fault of the world', async () => {
    await expect(namesOf({ 'x.json': NAMED }, { parameterFiles: ['no.json'] })).rejects.toThrow(
      'no.json',
    );
  });

  it('ARM-78: nulls of a portal download leave the defaults, and template.json goes with parameters.json', async () => {
    const files = { 'template.json': NAMED, 'parameters.json': parameterFile({ name: null }) };
    const { names, files: details } = await namesOf(files);
    expect(names).toEqual(['default']);
    expect(details['parameters.json']).toBe('parameters of template.json');
  });

  it('a value given by name may be JSON', async () => {
    const list = template(
      [
        {
          ...table('rt'),
          properties: { routes: "[parameters('routes')]", flag: "[parameters('flag')]" },
        },
      ],
      { routes: { type: 'array' }, flag: { type: 'string' } },
    );
    const { snapshot } = await namesOf(
      { 'x.json': list },
      { parameters: { routes: '[{"name":"r","properties":{}}]', flag: '10.0.0.0/8' } },
    );
    const [body] = [...snapshot.resources.values()].map((resource) => resource.body);
    expect(path(body, 'properties', 'flag')).toMatchObject({ value: '10.0.0.0/8' });
    expect(member(path(body, 'properties', 'routes'), 'x')).toBeUndefined();
    expect(snapshot.resources.size).toBe(2);
  });
});

describe('linked templates', () => {
  const inner = template([table("[parameters('name')]")], { name: { type: 'string' } });

  it('a template another one links to is deployed by that one, not by itself', async () => {
    const { names, files, snapshot } = await namesOf({
      'main.json': template([link('nested/a.json')]),
      'nested/a.json': inner,
    });
    expect(names).toEqual(['nestedajson']);
    expect(files['nested/a.json']).toBe('deployed by main.json');
    expect(snapshot.diagnostics.map(({ code }) => code)).not.toContain('arm/parameter-missing');
  });

  it('a link is followed to a file beside a template that was named by itself', async () => {
    const { snapshot, files } = await namesOf(
      { 'infra/main.json': template([link('a.json')]), 'infra/a.json': inner },
      {},
      ['infra/main.json'],
    );
    expect(files['infra/a.json']).toBe('deployed by infra/main.json');
    expect([...snapshot.resources.values()].map(({ type }) => type)).toEqual([
      'microsoft.network/routetables',
    ]);
    expect(snapshot.diagnostics).toEqual([]);
  });

  it('links of links are followed', async () => {
    const { snapshot } = await namesOf(
      {
        'i/main.json': template([link('a.json')]),
        'i/a.json': template([link('b.json')], { name: { type: 'string' } }),
        'i/b.json': inner,
      },
      {},
      ['i/main.json'],
    );
    expect(snapshot.resources.size).toBe(1);
    expect(snapshot.diagnostics).toEqual([]);
  });

  it('a link out of what was named is not followed, and says so', async () => {
    const { snapshot } = await namesOf(
      { 'infra/main.json': template([link('../secret/a.json')]), 'secret/a.json': inner },
      {},
      ['infra'],
    );
    expect(snapshot.resources.size).toBe(0);
    expect(snapshot.diagnostics.map(({ code }) => code)).toEqual(['arm/link-not-followed']);
    expect(snapshot.gaps).toHaveLength(1);
  });

  it('templates that deploy each other end, and are deployed once', async () => {
    const { snapshot } = await namesOf({
      'a.json': template([link('b.json'), table('one')], {
        name: { type: 'string', defaultValue: '' },
      }),
      'b.json': template([link('a.json'), table('two')], {
        name: { type: 'string', defaultValue: '' },
      }),
    });
    expect([...snapshot.resources.values()].map(({ name }) => name)).toEqual(['one', 'two']);
  });
});

describe('Bicep', () => {
  it('the compiled form beside the source is read, and the source is no gap', async () => {
    const compiled = template(
      [table('rt')],
      {},
      { metadata: { _generator: { name: 'bicep', version: '0.30.1' } } },
    );
    const { outcomes, snapshot } = await namesOf({
      'main.bicep': 'param x string',
      'main.json': compiled,
    });
    expect(outcomes).toEqual({ 'main.bicep': 'skipped', 'main.json': 'read' });
    expect(snapshot.gaps).toEqual([]);
    const alone = await importFiles({ 'main.bicep': 'param x string' });
    expect(alone.files[0]).toMatchObject({ outcome: 'read', detail: '0 resources' });
  });
});

describe('parameters given by name', () => {
  it('that no template declares are told, without case', async () => {
    const told = async (parameters: Record<string, string>) => {
      const { snapshot } = await namesOf({ 'main.json': NAMED }, { parameters });
      return snapshot.diagnostics.map(({ code, message }) => `${code}: ${message}`);
    };
    expect(await told({ NAME: 'x' })).toEqual([]);
    expect(await told({ nmae: 'x' })).toEqual([
      'arm/parameter-unused: no template declares parameter `nmae`',
    ]);
  });
});
