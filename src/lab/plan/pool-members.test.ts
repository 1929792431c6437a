import { describe, expect, it } from 'vitest';
import { snapshotOf } from '../../../tests/support/snapshot-of.ts';
import type { Snapshot } from '../../model/index.ts';
import type { LabPlan } from './lab-plan.ts';
import { planLab } from './plan-lab.ts';
import { pinnedPerimeter } from './settle-world.ts';

function planOfSnapshot(snapshot: Snapshot): LabPlan {
  const { perimeter, network, assumed } = pinnedPerimeter(snapshot);
  return planLab(perimeter, network, snapshot.datasets, { assumed });
}

describe('members of a load balancer', () => {
  it('are not asked about where they stand among nodes: the proof takes them for such', () => {
    const id = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network';
    const member = (ipAddress: string) => ({ name: ipAddress, properties: { ipAddress } });
    const { ends } = planOfSnapshot(
      snapshotOf([
        {
          type: 'Microsoft.Network/virtualNetworks',
          id: `${id}/virtualNetworks/v`,
          name: 'v',
          properties: {
            addressSpace: { addressPrefixes: ['10.2.0.0/16'] },
            subnets: [
              { name: 's', properties: { addressPrefix: '10.2.0.0/24' } },
              { name: 'nodes', properties: { addressPrefix: '10.2.1.0/24' } },
            ],
          },
        },
        {
          type: 'Microsoft.ContainerService/managedClusters',
          name: 'c',
          location: 'eastus',
          properties: {
            agentPoolProfiles: [
              {
                name: 'p',
                count: 1,
                mode: 'System',
                vnetSubnetID: `${id}/virtualNetworks/v/subnets/nodes`,
              },
            ],
            networkProfile: { networkPlugin: 'azure', networkPluginMode: 'overlay' },
          },
        },
        {
          type: 'Microsoft.Network/loadBalancers',
          id: `${id}/loadBalancers/lb`,
          name: 'lb',
          properties: {
            backendAddressPools: [
              {
                name: 'pool',
                properties: {
                  loadBalancerBackendAddresses: [member('10.2.0.20'), member('10.2.1.20')],
                },
              },
            ],
          },
        },
      ]),
    );
    const members = ends.filter(({ name }) => name.startsWith('machine/'));
    expect(members.map(({ name, notProbed }) => [name, notProbed?.slice(0, 25)])).toEqual([
      ['machine/10.2.0.20', undefined],
      ['machine/10.2.1.20', 'the proof takes whoever i'],
    ]);
  });
});
