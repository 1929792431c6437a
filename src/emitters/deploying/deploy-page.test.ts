import { describe, expect, it } from 'vitest';
import { TYPES } from '../../../tests/support/same-snapshot.ts';
import { importPaths } from '../../importers/index.ts';
import { bundledDatasets, memoryFileSystem } from '../../io/index.ts';
import { EMITTERS, planDeployment } from '../index.ts';

async function pageOf(target: string, files: Readonly<Record<string, string>>): Promise<string> {
  const snapshot = await importPaths(memoryFileSystem(files), ['.'], {}, bundledDatasets());
  const plan = planDeployment(snapshot, { tool: 'sallyport 0.0.0', types: TYPES });
  const emitted = EMITTERS.find((one) => one.target === target)?.emit(plan).files ?? [];
  return emitted.find(({ path }) => path === 'DEPLOY.md')?.text ?? '';
}

const bicep = (...resources: readonly string[]) => ({ 'main.bicep': `${resources.join('\n')}\n` });
const VNET =
  "resource v 'Microsoft.Network/virtualNetworks@2024-05-01' = { name: 'vnet', location: 'westeurope', properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } } }";
const GROUP = `targetScope = 'subscription'
resource g 'Microsoft.Resources/resourceGroups@2024-03-01' = { name: 'rg-own', location: 'northeurope' }
module inside 'inside.bicep' = { scope: g }`;

describe('how what is emitted is deployed and taken away', () => {
  it('one group is a stack of the group, which stays', async () => {
    const page = await pageOf('arm', bicep(VNET));
    expect(page).toMatch(/^<!-- Written by sallyport /);
    expect(page).toContain('az stack group create --name perimeter --resource-group rg \\');
    expect(page).toContain(
      'az stack group delete --name perimeter --resource-group rg --action-on-unmanage deleteResources',
    );
    expect(page).toContain('- The resource group `rg`, empty or not.');
    expect(page).not.toMatch(/vault|node resource groups|referred to/);
  });

  it('groups that the files make themselves are a stack of the subscription, and the page says how they go', async () => {
    const page = await pageOf('bicep', { ...bicep(GROUP), 'inside.bicep': VNET });
    expect(page).toContain('az stack sub create --name perimeter --location ');
    expect(page).toContain('--parameters main.bicepparam');
    expect(page).toContain('az stack sub delete --name perimeter --action-on-unmanage');
    expect(page).toContain('make (`rg-own`): with `deleteAll` instead of `deleteResources`');
    expect(page).not.toContain('`rg-own`, empty or not');
  });

  it.each([
    [
      'a vault stays deleted',
      "resource k 'Microsoft.KeyVault/vaults@2024-11-01' = { name: 'kv', location: 'westeurope', properties: { tenantId: '11111111-1111-1111-1111-111111111111', sku: { family: 'A', name: 'standard' } } }",
      '`kv` as a deleted vault',
    ],
    [
      'a workspace can be recovered',
      "resource w 'Microsoft.OperationalInsights/workspaces@2023-09-01' = { name: 'log', location: 'westeurope' }",
      'The logs in `log`',
    ],
    [
      'what existed stays',
      "resource h 'Microsoft.Network/virtualNetworks@2024-05-01' existing = { name: 'hub' }\nresource p 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2024-05-01' = { parent: v, name: 'to-hub', properties: { remoteVirtualNetwork: { id: h.id } } }",
      'only referred to: `hub`.',
    ],
  ])('%s', async (_, resource, words) => {
    for (const target of ['bicep', 'arm', 'terraform']) {
      expect(await pageOf(target, bicep(VNET, resource)), target).toContain(words);
    }
  });

  it('Terraform destroys by its state, manifests by their files', async () => {
    expect(await pageOf('terraform', bicep(VNET))).toContain('terraform destroy');
    const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c, namespace: shop }\n';
    expect(await pageOf('kubernetes', { 'c.yaml': manifest })).toContain(
      'kubectl delete --ignore-not-found -R -f namespaces\n',
    );
  });

  it('names of groups cannot leave their word in the shell or on the page', async () => {
    const page = await pageOf('bicep', {
      'export.json': JSON.stringify([
        {
          id: "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/a'b;rm `x`/providers/Microsoft.Network/virtualNetworks/v",
          name: 'v',
          type: 'Microsoft.Network/virtualNetworks',
          location: 'westeurope',
          properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } },
        },
      ]),
    });
    expect(page).toMatch(/--resource-group 'a'\\''b;rm `x`' /);
  });
});
