import { describe, expect, it } from 'vitest';
import { importPaths } from '../importers/index.ts';
import { bundledDatasets, memoryFileSystem } from '../io/index.ts';
import { readPerimeter } from '../model/index.ts';
import { deriveNetwork } from '../network/index.ts';
import { failuresOf } from './failures.ts';

/** A firewall in all zones, a NAT gateway in zone 1, another nobody placed, a pool in zones 1 and 2. */
async function network() {
  const resource = (type: string, name: string, rest: object) => ({
    type: `Microsoft.Network/${type}`,
    apiVersion: '2024-05-01',
    name,
    location: 'westeurope',
    properties: {},
    ...rest,
  });
  const template = {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    resources: [
      resource('azureFirewalls', 'fw', { zones: ['1', '2', '3'] }),
      resource('natGateways', 'nat-one', { zones: ['1'] }),
      resource('natGateways', 'nat-anywhere', {}),
      {
        ...resource('', 'aks', {}),
        type: 'Microsoft.ContainerService/managedClusters',
        properties: { agentPoolProfiles: [{ name: 'np', availabilityZones: ['1', '2'] }] },
      },
    ],
  };
  const files = memoryFileSystem({ 'main.json': JSON.stringify(template) });
  return deriveNetwork(readPerimeter(await importPaths(files, ['.'], {}, bundledDatasets())));
}

async function told(...words: string[]) {
  const parsed = failuresOf(await network(), words);
  if (parsed.kind === 'problem') return parsed.message;
  const { keys, doubts } = parsed.failures;
  const short = (key: string) => key.split('/').at(-1);
  return {
    down: [...keys].map(short),
    perhaps: [...doubts.values()].map(({ missing }) => missing),
  };
}

describe('what is taken as failed', () => {
  it('a zone takes what stands in it alone, and perhaps what stands nowhere (AFW-08)', async () => {
    // The firewall survives by its other zones, the pool by zone 2.
    expect(await told('zone:1')).toEqual({
      down: ['nat-one'],
      perhaps: ['whether NAT gateway nat-anywhere is in zone 1'],
    });
    expect(await told('zone:3')).toEqual({
      down: [],
      perhaps: ['whether NAT gateway nat-anywhere is in zone 3'],
    });
  });

  it('two zones together take what stands in both and nowhere else', async () => {
    expect(await told('zone:1', 'zone:2')).toEqual({
      down: ['nat-one', 'np'],
      perhaps: ['whether NAT gateway nat-anywhere is in zone 1 or 2'],
    });
  });

  it('a name, and every firewall', async () => {
    expect(await told('NAT-ANYWHERE')).toEqual({ down: ['nat-anywhere'], perhaps: [] });
    expect(await told('firewall')).toEqual({ down: ['fw'], perhaps: [] });
  });

  it('what is not there is refused', async () => {
    expect(await told('fx')).toBe('nothing of the input that can fail is called `fx`');
  });
});
