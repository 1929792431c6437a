import { describe, expect, it } from 'vitest';
import { hubAndSpokes } from '../../../tests/support/hub-and-spokes.ts';
import { type Json, snapshotOf } from '../../../tests/support/snapshot-of.ts';
import { settleAssumptions } from '../../importers/snapshot/settle-assumptions.ts';
import { readPerimeter } from '../../model/index.ts';
import { deriveNetwork } from '../../network/index.ts';
import { pinnedInput, pinnedPerimeter } from './settle-world.ts';

const GROUP =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network';
const firewallKey = `${GROUP}/azureFirewalls/fw`.toLowerCase();

function firewallIn(prefix: string, further: readonly Json[] = []): readonly Json[] {
  return [
    {
      type: 'Microsoft.Network/virtualNetworks',
      name: 'v',
      properties: {
        addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
        subnets: [{ name: 'AzureFirewallSubnet', properties: { addressPrefix: prefix } }],
      },
    },
    { type: 'Microsoft.Network/publicIPAddresses', name: 'pip', properties: {} },
    {
      type: 'Microsoft.Network/azureFirewalls',
      name: 'fw',
      properties: {
        ipConfigurations: [
          {
            name: 'one',
            properties: {
              subnet: { id: `${GROUP}/virtualNetworks/v/subnets/AzureFirewallSubnet` },
              publicIPAddress: { id: `${GROUP}/publicIPAddresses/pip` },
            },
          },
        ],
      },
    },
    ...further,
  ];
}

describe('what only Azure knows', () => {
  it('AZN-21: gives a firewall the first usable address of its subnet, and every mention of it that address', () => {
    const route = {
      type: 'Microsoft.Network/routeTables',
      name: 't',
      properties: {
        routes: [
          {
            name: 'all',
            properties: {
              addressPrefix: '0.0.0.0/0',
              nextHopType: 'VirtualAppliance',
              nextHopIpAddress: {
                $unknown: 'reference(fw)…',
                symbol: `private-address:${firewallKey}`,
              },
            },
          },
        ],
      },
    };
    const { assumed, network } = pinnedPerimeter(snapshotOf(firewallIn('10.0.3.0/26', [route])));
    expect(assumed).toEqual([
      { name: 'fw.privateIp', value: '10.0.3.4' },
      { name: 'pip.publicIp', value: '203.0.113.1' },
    ]);
    const table = [...network.perimeter.routeTables.values()][0]!;
    expect(table.routes[0]!.nextHopAddresses).toEqual([{ family: 4, value: 0x0a000304 }]);
    expect(network.owners.entries.filter(({ address }) => !address.isExact)).toEqual([]);
  });

  it('takes no address that anybody wrote', () => {
    const written = {
      type: 'Microsoft.Network/ipGroups',
      name: 'g',
      properties: { ipAddresses: ['203.0.113.1', '203.0.113.2/32', '203.0.113.4-203.0.113.9'] },
    };
    const { assumed } = pinnedPerimeter(snapshotOf(firewallIn('10.0.3.0/26', [written])));
    expect(assumed.find(({ name }) => name === 'pip.publicIp')?.value).toBe('203.0.113.3');
  });

  it('is what `--assume` would make of the same names and values', () => {
    const snapshot = snapshotOf(firewallIn('10.0.3.0/26'));
    const { assumed, network } = pinnedPerimeter(snapshot);
    const said = Object.fromEntries(assumed.map(({ name, value }) => [name, value]));
    const settled = deriveNetwork(readPerimeter(settleAssumptions(snapshot, said)));
    const addresses = (of: typeof network) =>
      of.owners.entries.map(({ address }) => [address.label, address.addresses]);
    expect(addresses(settled)).toEqual(addresses(network));
  });

  it('changes nothing where everything is written', () => {
    const snapshot = snapshotOf([
      {
        type: 'Microsoft.Network/publicIPAddresses',
        name: 'p',
        properties: { ipAddress: '20.1.2.3' },
      },
    ]);
    const pinned = pinnedPerimeter(snapshot);
    expect(pinned.assumed).toEqual([]);
    expect(pinned.snapshot).toBe(snapshot);
  });

  it('gives Services, endpoints and front ends addresses where they must lie', () => {
    const subnet = `${GROUP}/virtualNetworks/v/subnets/AzureFirewallSubnet`;
    const resources = firewallIn('10.0.3.0/26', [
      {
        type: 'Microsoft.Network/loadBalancers',
        name: 'lb',
        properties: {
          frontendIPConfigurations: [{ name: 'in', properties: { subnet: { id: subnet } } }],
        },
      },
      {
        type: 'Microsoft.Network/privateEndpoints',
        name: 'pe',
        properties: { subnet: { id: subnet } },
      },
    ]);
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
    };
    const { assumed, network } = pinnedPerimeter(snapshotOf(resources, [service]));
    expect(assumed).toEqual([
      { name: 'fw.privateIp', value: '10.0.3.4' },
      { name: 'lb.frontendIPConfigurations[0].properties.privateIPAddress', value: '10.0.3.5' },
      { name: 'pe.privateIp', value: '10.0.3.6' },
      { name: 'pip.publicIp', value: '203.0.113.1' },
      { name: 'service/shop/web', value: '203.0.113.2' },
    ]);
    expect(network.owners.entries.every(({ address }) => address.isExact)).toBe(true);
  });

  it('says what it cannot place: a full subnet, an address in no subnet', () => {
    const nics = ['a', 'b', 'c', 'd'].map((name) => ({
      type: 'Microsoft.Network/networkInterfaces',
      name,
      properties: {
        ipConfigurations: [
          {
            name: 'one',
            properties: {
              subnet: {
                id: `${GROUP}/virtualNetworks/v/subnets/${name === 'd' ? 'gone' : 'AzureFirewallSubnet'}`,
              },
            },
          },
        ],
      },
    }));
    // A /29 has three addresses to give (azure-networking 1.1): one for the firewall, two for the interfaces.
    const { gaps } = pinnedPerimeter(snapshotOf(firewallIn('10.0.3.0/29', nics)));
    expect(gaps.map(({ what, why }) => `${what}: ${why}`)).toEqual([
      'address of network interface c: no address is free where it lies, so it is not in the lab',
      'address of network interface d: nothing in the input says where it lies, so it is not in the lab',
    ]);
  });

  it('is the same world whatever the order of resources', () => {
    const forward = pinnedPerimeter(snapshotOf(hubAndSpokes())).assumed;
    const backward = pinnedPerimeter(snapshotOf([...hubAndSpokes()].reverse())).assumed;
    expect(backward).toEqual(forward);
  });

  it('reads input again with what it assumed, so that expressions over it are settled', async () => {
    const pip = { type: 'Microsoft.Network/publicIPAddresses', name: 'pip', properties: {} };
    let told: Readonly<Record<string, string>> = {};
    const pinned = await pinnedInput(snapshotOf([pip]), async (assumptions) => {
      told = assumptions;
      return settleAssumptions(snapshotOf([pip]), assumptions);
    });
    expect(told).toEqual({ 'pip.publicIp': '203.0.113.1' });
    expect(pinned.assumed).toEqual([{ name: 'pip.publicIp', value: '203.0.113.1' }]);
  });

  it('AKS-98: gives an API server the name that Azure generates, and leaves a written one alone', () => {
    const cluster = (name: string, properties: Json): Json => ({
      type: 'Microsoft.ContainerService/managedClusters',
      name,
      location: 'eastus',
      properties,
    });
    const { network, assumed } = pinnedPerimeter(
      snapshotOf([
        cluster('open', {}),
        cluster('closed', { apiServerAccessProfile: { enablePrivateCluster: true } }),
        cluster('exported', { fqdn: 'x-1.hcp.eastus.azmk8s.io' }),
      ]),
    );
    expect(assumed).toEqual([
      { name: 'closed.privateFQDN', value: 'closed-lab.privatelink.eastus.azmk8s.io' },
      { name: 'open.fqdn', value: 'open-lab.hcp.eastus.azmk8s.io' },
    ]);
    const clusters = [...network.perimeter.clusters.values()];
    expect(clusters.map(({ fqdn, privateFqdn }) => fqdn ?? privateFqdn).sort()).toEqual([
      'closed-lab.privatelink.eastus.azmk8s.io',
      'open-lab.hcp.eastus.azmk8s.io',
      'x-1.hcp.eastus.azmk8s.io',
    ]);
    // As `--assume` reads it.
    const settled = settleAssumptions(snapshotOf([cluster('open', {})]), {
      'open.fqdn': 'open-lab.hcp.eastus.azmk8s.io',
    });
    expect([...readPerimeter(settled).clusters.values()][0]?.fqdn).toBe(
      'open-lab.hcp.eastus.azmk8s.io',
    );
  });
});
