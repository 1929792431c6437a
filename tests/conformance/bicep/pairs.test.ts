import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importFiles, sampleText } from '../import/import-files.ts';
import { BICEP_SAMPLES, content, EXAMPLES, filesBelow, importBicep } from './import-bicep.ts';

/**
 * One network in two languages. The JSON is what Microsoft's compiler made of the public sources (see the README of the
 * samples), or the template of an example; the Bicep was written by hand beside it.
 */
describe('Bicep and the template it compiles to give one snapshot', () => {
  async function check(bicep: string, json: string, parameters: Readonly<Record<string, string>>) {
    const ours = await importBicep(
      readFileSync(join(BICEP_SAMPLES, bicep), 'utf8'),
      {},
      { parameters },
    );
    const theirs = await importFiles({ 'main.json': sampleText(json) }, { parameters });
    expect(content(ours)).toEqual(content(theirs));
    expect(ours.resources.size).toBeGreaterThan(1);
  }

  it('a firewall with an address from a prefix, the location of the group unknown', () =>
    check('pairs/firewall-with-ip-prefix.bicep', 'azure/arm/firewall-with-ip-prefix.json', {}));

  it('the same with values', () =>
    check('pairs/firewall-with-ip-prefix.bicep', 'azure/arm/firewall-with-ip-prefix.json', {
      location: 'westeurope',
      ipprefixlength: '28',
    }));

  it('a conditional route table that is made', () =>
    check('pairs/vnet-subnet-udr.bicep', 'azure/arm/vnet-subnet-udr.json', {}));

  it('a conditional route table that is not made, and the subnet that points at it all the same', async () => {
    const parameters = { createUserDefinedRoutes: 'false' };
    await check('pairs/vnet-subnet-udr.bicep', 'azure/arm/vnet-subnet-udr.json', parameters);
  });

  it('an Azure Verified Module, with parameters and without', async () => {
    const rule = {
      ruleType: 'NetworkRule',
      name: 'r',
      ipProtocols: ['TCP'],
      sourceAddresses: ['10.0.0.0/8'],
      destinationAddresses: ['192.0.2.4'],
      destinationPorts: ['443'],
    };
    const collection = { name: 'c', priority: 200, action: { type: 'Allow' }, rules: [rule] };
    const identity =
      '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i';
    const sets: readonly Readonly<Record<string, unknown>>[] = [
      {},
      { name: 'pol' },
      {
        name: 'pol',
        location: 'westeurope',
        enableProxy: true,
        threatIntelMode: 'Deny',
        servers: ['10.0.0.4'],
        snat: { autoLearnPrivateRanges: 'Disabled', privateRanges: ['10.0.0.0/8'] },
        basePolicyResourceId: '/base',
        managedIdentities: { userAssignedResourceIds: [identity] },
        ruleCollectionGroups: [
          { name: 'g1', priority: 100, ruleCollections: [collection] },
          { name: 'g2', priority: 200, ruleCollections: [] },
        ],
      },
    ];
    for (const set of sets) {
      const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
      const parameters = Object.fromEntries(
        Object.entries(set).map(([name, value]) => [name, text(value)]),
      );
      const ours = await importFiles(filesBelow(join(BICEP_SAMPLES, 'pairs')), { parameters }, [
        'firewall-policy-module.bicep',
      ]);
      const json = sampleText('azure/arm/avm-firewall-policy-module.json');
      const theirs = await importFiles({ 'main.json': json }, { parameters });
      expect(content(ours)).toEqual(content(theirs));
    }
  });

  it('the hardened store: modules, loops, nested resources, spreads, functions, loaded JSON', async () => {
    const template = readFileSync(join(EXAMPLES, 'store-hardened/azuredeploy.json'), 'utf8');
    const ours = await importFiles(filesBelow(join(BICEP_SAMPLES, 'store-hardened')));
    const theirs = await importFiles({ 'azuredeploy.json': template });
    expect(content(ours)).toEqual(content(theirs));
    expect(ours.diagnostics).toEqual([]);
    expect(ours.gaps).toEqual(theirs.gaps);
    expect(Object.keys(content(ours)).length).toBe(Object.keys(content(theirs)).length);
  });
});
