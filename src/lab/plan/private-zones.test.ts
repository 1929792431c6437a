import { describe, expect, it } from 'vitest';
import { type Json, snapshotOf } from '../../../tests/support/snapshot-of.ts';
import { bundledDatasets } from '../../io/index.ts';
import { nameView } from '../agents/name-view.ts';
import type { DnsAuthority } from './dns-authority.ts';
import { nameAddress } from './name-address.ts';
import { planLab } from './plan-lab.ts';
import { pinnedPerimeter } from './settle-world.ts';

const SUBSCRIPTION =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers';
const ref = (path: string) => ({ id: `${SUBSCRIPTION}/Microsoft.Network/${path}` });
const VAULT = `${SUBSCRIPTION}/Microsoft.KeyVault/vaults/orders`;

function vnet(name: string, octet: number): Json {
  return {
    type: 'Microsoft.Network/virtualNetworks',
    name,
    location: 'eastus',
    properties: {
      addressSpace: { addressPrefixes: [`10.${octet}.0.0/16`] },
      subnets: [{ name: 's', properties: { addressPrefix: `10.${octet}.0.0/24` } }],
    },
  };
}

function peered(a: string, b: string): readonly Json[] {
  return [
    [a, b],
    [b, a],
  ].map(([from, to]) => ({
    type: 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings',
    name: `${from}/${to}`,
    properties: {
      remoteVirtualNetwork: ref(`virtualNetworks/${to}`),
      allowVirtualNetworkAccess: true,
      peeringState: 'Connected',
    },
  }));
}

const ZONE = 'privatelink.vaultcore.azure.net';

function perimeter(further: readonly Json[] = []): readonly Json[] {
  return [
    vnet('linked', 1),
    vnet('other', 2),
    ...peered('linked', 'other'),
    {
      type: 'Microsoft.Network/privateEndpoints',
      name: 'pe',
      properties: {
        subnet: ref('virtualNetworks/linked/subnets/s'),
        privateLinkServiceConnections: [
          { name: 'c', properties: { privateLinkServiceId: VAULT, groupIds: ['vault'] } },
        ],
        privateDnsZoneGroups: [
          {
            name: 'default',
            properties: {
              privateDnsZoneConfigs: [
                { name: 'z', properties: { privateDnsZoneId: ref(`privateDnsZones/${ZONE}`).id } },
              ],
            },
          },
        ],
      },
    },
    { type: 'Microsoft.Network/privateDnsZones', name: ZONE, properties: {} },
    {
      type: 'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
      name: `${ZONE}/l`,
      properties: { virtualNetwork: ref('virtualNetworks/linked'), registrationEnabled: false },
    },
    ...further,
  ];
}

/** What Azure DNS says in the lab of this perimeter. */
function azureDns(
  resources: readonly Json[],
): (name: string, client: string) => readonly string[] | undefined {
  const datasets = bundledDatasets();
  const { perimeter: read, network } = pinnedPerimeter(snapshotOf(resources, [], datasets));
  const plan = planLab(read, network, datasets);
  const file = plan.files.find(({ path }) => path === 'names/platform.json')!;
  const view = nameView(JSON.parse(file.text) as DnsAuthority);
  return (name, client) => view(name, client).addresses;
}

describe('names of services with private endpoints', () => {
  it('AZS-33: are private where the zone is linked, and public elsewhere', () => {
    const ask = azureDns(perimeter());
    expect(ask('orders.vault.azure.net', '10.1.0.9')).toEqual(['10.1.0.4']);
    expect(ask('orders.vault.azure.net', '10.2.0.9')).toEqual([nameAddress(`orders.${ZONE}`)]);
  });

  it('AZS-31: a linked zone without the record says that there is no such name', () => {
    const ask = azureDns(perimeter());
    expect(ask(`others.${ZONE}`, '10.1.0.9')).toBeUndefined();
    expect(ask('www.example.com', '10.1.0.9')).toEqual([nameAddress('www.example.com')]);
  });

  it('AZS-32: with NxDomainRedirect public DNS has the last word', () => {
    const link = {
      type: 'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
      name: `${ZONE}/l2`,
      properties: {
        virtualNetwork: ref('virtualNetworks/other'),
        registrationEnabled: false,
        resolutionPolicy: 'NxDomainRedirect',
      },
    };
    const ask = azureDns(perimeter([link]));
    expect(ask('orders.vault.azure.net', '10.2.0.9')).toEqual(['10.1.0.4']);
    expect(ask(`others.${ZONE}`, '10.2.0.9')).toEqual([nameAddress(`others.${ZONE}`)]);
  });
});

describe('the name of a private cluster', () => {
  const cluster = (privateDNSZone: string): Json => ({
    type: 'Microsoft.ContainerService/managedClusters',
    name: 'shop',
    location: 'eastus',
    properties: {
      agentPoolProfiles: [
        {
          name: 'p',
          count: 1,
          mode: 'System',
          vnetSubnetID: ref('virtualNetworks/linked/subnets/s').id,
        },
      ],
      networkProfile: {
        networkPlugin: 'azure',
        networkPluginMode: 'overlay',
        outboundType: 'userDefinedRouting',
      },
      apiServerAccessProfile: { enablePrivateCluster: true, privateDNSZone },
    },
  });
  const NAME = 'shop-lab.privatelink.eastus.azmk8s.io';

  it('AKS-53: is known in the network of the nodes alone when AKS makes the zone', () => {
    const ask = azureDns(perimeter([cluster('system')]));
    const [address] = ask(NAME, '10.1.0.9') ?? [];
    expect(address).toMatch(/^10\.1\.0\.\d+$/);
    expect(ask(NAME, '10.2.0.9')).toBeUndefined();
  });

  it('AKS-54: is in public DNS, with its private address, when there is no zone', () => {
    const ask = azureDns(perimeter([cluster('none')]));
    expect(ask(NAME, '10.2.0.9')).toEqual(ask(NAME, '10.1.0.9'));
    expect(ask(NAME, '10.2.0.9')?.[0]).toMatch(/^10\.1\.0\.\d+$/);
  });
});
