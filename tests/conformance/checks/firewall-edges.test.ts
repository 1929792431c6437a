import { describe, expect, it } from 'vitest';
import { readPerimeter } from '../../../src/model/index.ts';
import { deriveNetwork } from '../../../src/network/index.ts';
import { answerTrace, type Trace } from '../../../src/trace/index.ts';
import { type Json, snapshotOf } from '../../support/snapshot-of.ts';
import { changed, net, type Perimeter, soundPerimeter } from '../../support/sound-perimeter.ts';

/** Expected values: azure-firewall.md 2.5 and 9, edge 35. */
const NAME = 'shop.corp.example';
const SERVER = '10.2.0.9';

const network = (type: string, name: string, properties: Json): Json => ({
  id: net(type, name),
  type: `Microsoft.Network/${type}`,
  name,
  properties,
});
const peering = (name: string, remote: string): Json => ({
  name,
  properties: {
    remoteVirtualNetwork: { id: net('virtualNetworks', remote) },
    allowVirtualNetworkAccess: true,
    allowForwardedTraffic: true,
    peeringState: 'Connected',
    peeringSyncLevel: 'FullyInSync',
  },
});

/** A zone of this name, linked to networks, perhaps with the record of the server. */
function zone(name: string, linked: readonly string[], hasRecord: boolean): Perimeter {
  const zoneName = 'corp.example';
  const id = net('privateDnsZones', zoneName).replace('/rg/', `/rg-${name}/`);
  const links = linked.map((vnet): [string, Json] => [
    `${name}-${vnet}`,
    {
      id: `${id}/virtualNetworkLinks/${vnet}`,
      type: 'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
      name: vnet,
      properties: { virtualNetwork: { id: net('virtualNetworks', vnet) } },
    },
  ]);
  return {
    [name]: { id, type: 'Microsoft.Network/privateDnsZones', name: zoneName, properties: {} },
    ...Object.fromEntries(links),
    ...(hasRecord
      ? {
          [`${name}-record`]: {
            id: `${id}/A/shop`,
            type: 'Microsoft.Network/privateDnsZones/A',
            name: 'shop',
            properties: { ttl: 60, aRecords: [{ ipv4Address: SERVER }] },
          },
        }
      : {}),
  };
}

/** The server lies in another spoke, behind the firewall; an application rule allows its name, and the nodes ask Azure DNS. */
function world(...zones: readonly Perimeter[]): Perimeter {
  const names = 'rules/properties/ruleCollections/2/rules/1/targetFqdns';
  const ruled = changed(soundPerimeter(), names, [NAME]);
  const asking = changed(ruled, 'spoke/properties/dhcpOptions', undefined);
  const subnet = `${net('virtualNetworks', 'far')}/subnets/servers`;
  return {
    ...changed(asking, 'hub/properties/virtualNetworkPeerings/-', peering('to-far', 'far')),
    far: network('virtualNetworks', 'far', {
      addressSpace: { addressPrefixes: ['10.2.0.0/16'] },
      subnets: [{ name: 'servers', properties: { addressPrefix: '10.2.0.0/24' } }],
      virtualNetworkPeerings: [peering('to-hub', 'hub')],
    }),
    server: network('networkInterfaces', 'server', {
      ipConfigurations: [
        { name: 'one', properties: { privateIPAddress: SERVER, subnet: { id: subnet } } },
      ],
    }),
    ...Object.assign({}, ...zones),
  };
}

function walk(perimeter: Perimeter): Trace {
  const derived = deriveNetwork(readPerimeter(snapshotOf(Object.values(perimeter))));
  return answerTrace(derived, { from: 'node:aks/system', to: `${NAME}:443` }).traces[0]!;
}
const firewallSteps = (trace: Trace) => trace.forward.hops.find(({ name }) => name === 'fw')!.steps;

describe('FW-35: the firewall resolves the name itself', () => {
  it('AFW-E35: linked to the hub too, the zone lets the matching rule work', () => {
    expect(walk(world(zone('both', ['spoke', 'hub'], true))).answer).toBe('allowed');
  });

  it('AFW-E35: a zone linked to the spoke alone leaves the matching rule without certain effect', () => {
    const trace = walk(world(zone('own', ['spoke'], true)));
    // The rule matches all the same; what public DNS tells the firewall instead is in no file.
    expect(firewallSteps(trace).map(({ stage }) => stage)).toContain('application rules');
    expect(trace.answer).toBe('unknown');
  });

  it('AFW-E35: a name the hub is sure not to resolve is not reached', () => {
    const trace = walk(world(zone('own', ['spoke'], true), zone('theirs', ['hub'], false)));
    expect(trace.answer).toBe('denied');
    const step = firewallSteps(trace).find(({ stage }) => stage === 'dns');
    expect(step?.text).toContain(`the firewall cannot resolve ${NAME}`);
  });

  it('AFW-E35: a network rule reads no name and needs none', () => {
    const rule = 'rules/properties/ruleCollections/1/rules/0';
    const zones = [zone('own', ['spoke'], true), zone('theirs', ['hub'], false)];
    const opened = changed(
      changed(world(...zones), `${rule}/destinationAddresses`, [SERVER]),
      `${rule}/destinationPorts`,
      ['443'],
    );
    // Without translation the answer needs a way back through the firewall.
    const back = network('routeTables', 'back', {
      routes: [
        {
          name: 'nodes',
          properties: {
            addressPrefix: '10.1.0.0/16',
            nextHopType: 'VirtualAppliance',
            nextHopIpAddress: '10.0.0.4',
          },
        },
      ],
    });
    const table = { id: net('routeTables', 'back') };
    const routed = changed(opened, 'far/properties/subnets/0/properties/routeTable', table);
    expect(walk({ ...routed, back }).answer).toBe('allowed');
  });
});
