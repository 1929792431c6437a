import { describe, expect, it } from 'vitest';
import {
  cluster,
  firewall,
  hubAndSpoke,
  manySpokes,
  networkId,
  networkOf,
  routed,
  routeTable,
  subnet,
  vnet,
} from '../../../tests/support/drawn-network.ts';
import type { Json } from '../../../tests/support/snapshot-of.ts';
import { topologyOf } from './draw-topology.ts';
import { withLayers } from './layers.ts';
import { type Box, everyBox, type Topology } from './topology.ts';

function drawn(resources: readonly Json[], objects: readonly Json[] = []): Topology {
  return topologyOf(networkOf(resources, objects));
}

function named({ boxes }: Topology, kind: string): readonly Box[] {
  return [...everyBox(boxes)].filter((box) => box.kind === kind);
}

/** `default-route certain: AKS cluster aks -> Azure Firewall fw`. */
function told(topology: Topology): readonly string[] {
  const byId = new Map(
    [...everyBox(topology.boxes)].map((box) => [box.id, `${box.kind} ${box.name}`]),
  );
  return topology.edges.map(
    ({ from, to, meaning, standing, label }) =>
      `${meaning} ${standing}: ${byId.get(from)} -> ${byId.get(to)}${label === '' ? '' : ` (${label})`}`,
  );
}

const pods: readonly Json[] = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { template: { metadata: { labels: { app: 'web' } }, spec: { containers: [] } } },
  },
];

describe('the picture of a network', () => {
  it('nests the cluster in its subnet, its network and its region', () => {
    const { boxes } = drawn(hubAndSpoke(), pods);
    const path = (list: readonly Box[], name: string): readonly string[] => {
      for (const box of list) {
        if (box.kind === 'namespace' && box.name === name) return [name];
        const inner = path(box.children, name);
        if (inner.length > 0) return [box.name, ...inner];
      }
      return [];
    };
    expect(path(boxes, 'shop')).toEqual(['westeurope', 'spoke', 'nodes', 'aks', 'shop']);
  });

  it('draws the default route to whoever holds its next hop, and how the firewall leaves', () => {
    expect(told(drawn(hubAndSpoke()))).toEqual([
      'default-route certain: cluster aks -> firewall fw (0.0.0.0/0)',
      'egress certain: firewall fw -> internet Internet (SNAT, 1 address)',
      'peering certain: virtual-network hub -> virtual-network spoke',
      'api-access certain: internet Internet -> api-server aks (anybody)',
    ]);
  });

  it('a next hop that is not known is neither the firewall nor the Internet', () => {
    const unknown = { $unknown: "parameters('hop')", missing: 'a value for parameter hop' };
    const resources = hubAndSpoke().map((each) =>
      each['name'] === 'rt' ? routeTable(unknown) : each,
    );
    const routes = told(drawn(resources)).filter((line) => line.startsWith('default-route'));
    expect(routes).toEqual([
      'default-route unknown: cluster aks -> outside-address not known (a value for parameter hop) (0.0.0.0/0)',
    ]);
  });

  it('AZN-18 a next hop behind two peerings is held by nobody in reach', () => {
    const topology = drawn([
      vnet('hub', '10.0.0.0/16', [subnet('AzureFirewallSubnet', '10.0.0.0/26')], ['middle']),
      vnet('middle', '10.9.0.0/16', [], ['hub', 'spoke']),
      vnet('spoke', '10.1.0.0/16', [subnet('nodes', '10.1.0.0/20', routed())], ['middle']),
      routeTable('10.0.0.4'),
      ...firewall(),
      cluster(),
    ]);
    expect(told(topology)).toContain(
      'default-route unknown: cluster aks -> outside-address 10.0.0.4 (0.0.0.0/0)',
    );
  });

  it('a peering with one half only is broken', () => {
    const topology = drawn([vnet('a', '10.0.0.0/16', [], ['b']), vnet('b', '10.1.0.0/16', [], [])]);
    expect(told(topology)).toEqual([
      'peering broken: virtual-network a -> virtual-network b (broken)',
    ]);
  });

  it('a route table that is not in the input leaves the way out unknown', () => {
    const topology = drawn(hubAndSpoke().filter(({ name }) => name !== 'rt'));
    expect(told(topology)).toContain(
      'egress unknown: cluster aks -> internet Internet (way out not known)',
    );
  });

  it('a public cluster with authorized ranges is called by administrators, not by the Internet', () => {
    const resources = hubAndSpoke().filter(({ name }) => name !== 'aks');
    const topology = drawn([
      ...resources,
      cluster({ apiServerAccessProfile: { authorizedIPRanges: ['198.51.100.0/24'] } }),
    ]);
    expect(told(topology).filter((line) => line.startsWith('api'))).toEqual([
      'api-access certain: administrators 1 authorized range -> api-server aks',
    ]);
  });

  it('DNAT leads to the holder of the address, or to an address in the subnet that holds it', () => {
    const rule = (name: string, port: string, translatedAddress: string) => ({
      name,
      protocols: ['TCP'],
      sourceAddresses: ['*'],
      destinationAddresses: ['203.0.113.4'],
      destinationPorts: [port],
      translatedAddress,
      translatedPort: '8080',
    });
    const publishing = firewall({
      natRuleCollections: [
        {
          name: 'in',
          properties: {
            priority: 100,
            action: { type: 'Dnat' },
            rules: [rule('a', '80', '10.1.0.50'), rule('b', '443', '192.0.2.9')],
          },
        },
      ],
    });
    const others = hubAndSpoke().filter(({ name }) => name !== 'fw' && name !== 'pip-fw');
    const topology = drawn([...others, ...publishing]);
    expect(told(topology).filter((line) => line.startsWith('dnat'))).toEqual([
      'dnat certain: firewall fw -> outside-address 192.0.2.9 (to 8080)',
      'dnat certain: firewall fw -> outside-address 10.1.0.50 (to 8080)',
      'dnat certain: internet Internet -> firewall fw (tcp 443, tcp 80)',
    ]);
    const nodes = named(topology, 'subnet').find(({ name }) => name === 'nodes');
    expect(nodes?.children.map(({ name }) => name)).toContain('10.1.0.50');
  });

  it('AZS-30 a private endpoint that is not approved carries nothing', () => {
    const topology = drawn([
      vnet('spoke', '10.1.0.0/16', [subnet('pe', '10.1.1.0/24')]),
      {
        type: 'Microsoft.Network/privateEndpoints',
        name: 'pep',
        location: 'westeurope',
        properties: {
          subnet: { id: `${networkId('virtualNetworks', 'spoke')}/subnets/pe` },
          privateLinkServiceConnections: [
            {
              name: 'c',
              properties: {
                privateLinkServiceId: networkId('x', 'kv').replace('Network/x', 'KeyVault/vaults'),
                groupIds: ['vault'],
                privateLinkServiceConnectionState: { status: 'Pending' },
              },
            },
          ],
        },
      },
    ]);
    expect(told(topology)).toEqual([
      'private-link broken: private-endpoint pep -> platform-service kv (pending)',
    ]);
  });
});

describe('what is not sure', () => {
  it('a resource under a condition is drawn as one', () => {
    const condition = { $unknown: "parameters('deploy')", missing: 'a value for parameter deploy' };
    const resources = hubAndSpoke().map((each) =>
      each['name'] === 'fw' ? { ...each, $exists: condition } : each,
    );
    const [box] = named(drawn(resources), 'firewall');
    expect(box?.lines).toContain('exists under a condition');
    expect(box?.tooltip).toContain('whether it exists: a value for parameter deploy');
  });

  it('AZS-72 the ingress add-on leads from its gateway to the cluster', () => {
    const id = networkId('applicationGateways', 'agw');
    const addon = { config: { applicationGatewayId: id }, enabled: true };
    const topology = drawn([
      ...hubAndSpoke().filter(({ name }) => name !== 'aks'),
      cluster({ addonProfiles: { ingressApplicationGateway: addon } }),
      {
        type: 'Microsoft.Network/applicationGateways',
        name: 'agw',
        location: 'westeurope',
        properties: { sku: { name: 'Standard_v2' } },
      },
    ]);
    expect(told(topology)).toContain(
      'ingress certain: application-gateway agw -> cluster aks (to pods (AGIC))',
    );
  });
});

describe('a big estate', () => {
  it('forty spokes alike are one box with their number, and one edge per meaning', () => {
    const topology = drawn(manySpokes(40));
    const [merged] = named(topology, 'virtual-network').filter(({ count }) => count !== undefined);
    expect(merged).toMatchObject({ name: '40 virtual networks', count: 40 });
    expect(merged?.lines).toEqual(['spoke-0, spoke-1 …', 'each: 2 subnets']);
    expect(
      topology.edges.filter(({ count }) => count === 40).map(({ meaning }) => meaning),
    ).toEqual(['default-route', 'peering']);
  });

  it('a spoke that differs stays a box of its own', () => {
    const resources = manySpokes(40).map((each) =>
      each['name'] === 'spoke-7'
        ? vnet('spoke-7', '10.8.0.0/16', [subnet('app', '10.8.0.0/24')], ['hub'])
        : each,
    );
    const names = named(drawn(resources), 'virtual-network').map(({ name }) => name);
    expect(names).toEqual(['39 virtual networks', 'hub', 'spoke-7']);
  });

  it('no picture has more boxes than it may, and every thing is counted', () => {
    // Every spoke has another number of subnets, so none are alike.
    const spokes = Array.from({ length: 120 }, (_, index) =>
      vnet(
        `v${index}`,
        `10.${index}.0.0/16`,
        Array.from({ length: 1 + (index % 60) }, (_each, at) =>
          subnet(`s${at}`, `10.${index}.${at}.0/24`),
        ),
      ),
    );
    const network = networkOf(spokes);
    for (const most of [300, 60, 8]) {
      const topology = topologyOf(network, most);
      expect([...everyBox(topology.boxes)].length).toBeLessThanOrEqual(most);
      const counted = named(topology, 'virtual-network').reduce(
        (sum, { count = 1 }) => sum + count,
        0,
      );
      expect(counted).toBe(120);
    }
  });

  it('the order of the input leaves no trace', () => {
    const resources = [...manySpokes(6), cluster({}, 'spoke-1', 'app')];
    expect(drawn([...resources].reverse())).toEqual(drawn(resources));
  });
});

it('layers hide what they hold; what stands in a hidden box moves up', () => {
  const topology = drawn(hubAndSpoke(), pods);
  const plain = withLayers(topology, ['ingress']);
  expect(named(plain, 'namespace')).toEqual([]);
  expect(named(plain, 'firewall')).toHaveLength(1);
  expect(new Set(plain.edges.map(({ meaning }) => meaning))).toEqual(new Set(['peering']));
});
