import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundledDatasets, loadDatasets } from './bundled-data.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-data-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

describe('bundled data', () => {
  it('is there, whole, and one object per list', () => {
    const data = bundledDatasets();
    expect(data.serviceTags.isComplete).toBe(false);
    expect(data.serviceTags.prefixes.size).toBe(155);
    expect(data.serviceTags.info.version).toBe('375');
    expect(data.requiredEgress.entries).toHaveLength(86);
    expect(data.privateDnsZones.entries).toHaveLength(80);
    expect(data.threatList.addresses).toEqual([]);
    expect(bundledDatasets().serviceTags).toBe(data.serviceTags);
  });

  it('AFW-55: the core names of the AKS tag are documented members, add-on names are not', () => {
    const members = bundledDatasets().fqdnTags.tags.get('azurekubernetesservice') ?? [];
    const documented = members.filter((member) => member.standing === 'documented');
    expect(documented.map((member) => member.fqdn)).toEqual([
      '*.hcp.<location>.azmk8s.io',
      'mcr.microsoft.com',
      '*.data.mcr.microsoft.com',
      'mcr-0001.mcr-msedge.net',
      'management.azure.com',
      'login.microsoftonline.com',
      'packages.microsoft.com',
      'acs-mirror.azureedge.net',
      'packages.aks.azure.com',
    ]);
    expect(members.length).toBeGreaterThan(documented.length);
  });
});

describe("files of the person's own", () => {
  it('replace the bundled list; a whole service tag file is complete', async () => {
    const tags = await file(
      'ServiceTags_Public_20261116.json',
      JSON.stringify({
        changeNumber: 400,
        values: [{ name: 'Sql', properties: { addressPrefixes: ['1.2.3.0/24'] } }],
      }),
    );
    const threats = await file('threats.txt', 'bad.example\n');
    const { value, diagnostics } = await loadDatasets({ serviceTags: tags, threatList: threats });
    expect(diagnostics).toEqual([]);
    expect(value.serviceTags.isComplete).toBe(true);
    expect(value.serviceTags.info).toEqual({
      origin: 'ServiceTags_Public_20261116.json',
      version: '400',
    });
    expect(value.threatList.fqdns).toEqual(['bad.example']);
    expect(value.fqdnTags).toBe(bundledDatasets().fqdnTags);
  });

  it('that cannot be read leave the bundled list in place and say so', async () => {
    const broken = await file('broken.json', '{');
    const { value, diagnostics } = await loadDatasets({ serviceTags: broken });
    expect(value.serviceTags).toBe(bundledDatasets().serviceTags);
    expect(diagnostics).toMatchObject([
      {
        code: 'dataset/not-understood',
        severity: 'error',
        hint: 'the bundled list is used instead',
      },
    ]);
  });

  it('that are not there are told like any other path that is not', async () => {
    const missing = join(folder, 'none.json');
    await expect(loadDatasets({ requiredEgress: missing })).rejects.toMatchObject({
      code: 'file/not-found',
    });
  });
});
