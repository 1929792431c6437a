import { describe, expect, it } from 'vitest';
import { createClient, NETWORK } from './endpoint-client.ts';
import { address, deploy, network, template } from './template.ts';

describe('the order of a deployment is what the template says, not how it is written', () => {
  const tables = ['before', 'after'] as const;
  const subnets = [
    {
      name: 's',
      properties: {
        addressPrefix: '10.42.1.0/24',
        routeTable: { id: "[resourceId('Microsoft.Network/routeTables', 't')]" },
      },
    },
  ];
  const table = {
    type: 'Microsoft.Network/routeTables',
    apiVersion: '2024-05-01',
    name: 't',
    location: 'eastus',
  };
  const inOrder = (place: string, more: object) => {
    const user = { ...network(subnets), ...more };
    return template({ resources: place === 'before' ? [table, user] : [user, table] });
  };

  it.each(tables)(
    'a table written %s the network that names it without waiting is too late',
    (place) => {
      const client = createClient();
      const done = deploy(client, inOrder(place, {}));
      expect(done.body['properties']?.['error']?.['details']).toMatchObject([
        {
          code: 'InvalidResourceReference',
          message: expect.stringContaining(`${NETWORK}/routeTables/t referenced by resource`),
        },
      ]);
      // On the second day the table is there.
      expect(deploy(client, inOrder(place, {})).body['properties']).toMatchObject({
        provisioningState: 'Succeeded',
      });
    },
  );

  it('a cluster that does not wait for its network is too early, wherever it is written', () => {
    const cluster = {
      type: 'Microsoft.ContainerService/managedClusters',
      apiVersion: '2025-05-01',
      name: 'k',
      location: 'eastus',
      properties: {
        agentPoolProfiles: [
          {
            name: 'np',
            vnetSubnetID: "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 'aks')]",
          },
        ],
      },
    };
    const nodes = network([{ name: 'aks', properties: { addressPrefix: '10.42.1.0/24' } }]);
    const wait = { ...cluster, dependsOn: ['v'] };
    for (const resources of [
      [nodes, cluster],
      [cluster, nodes],
    ]) {
      const done = deploy(createClient(), template({ resources }));
      // A subnet written inside its network is no resource of the template: only the network tells when it is there.
      expect(done.body['properties']).toMatchObject({ provisioningState: 'Failed' });
    }
    for (const resources of [
      [nodes, wait],
      [wait, nodes],
    ]) {
      const done = deploy(createClient(), template({ resources }));
      expect(done.body['properties']).toMatchObject({ provisioningState: 'Succeeded' });
    }
  });

  it.each(tables)('a table written %s the network that waits for it is there', (place) => {
    const done = deploy(createClient(), inOrder(place, { dependsOn: ['t'] }));
    expect(done.body['properties']).toMatchObject({ provisioningState: 'Succeeded' });
  });

  it.each(tables)(
    'a table written %s a network that waits for something else as long is there',
    (place) => {
      const done = deploy(
        createClient(),
        template({
          resources: [
            address('p'),
            ...(inOrder(place, { dependsOn: ['p'] }) as { resources: object[] }).resources,
          ],
        }),
      );
      expect(done.body['properties']).toMatchObject({ provisioningState: 'Succeeded' });
    },
  );
});
