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

describe('public addresses that nobody holds', () => {
  it('are answered by nobody: a front end without members, and what hangs on nothing', () => {
    const id = (path: string) =>
      `/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/${path}`;
    const address = (name: string, ipAddress: string) => ({
      type: 'Microsoft.Network/publicIPAddresses',
      id: id(`publicIPAddresses/${name}`),
      name,
      properties: { ipAddress },
    });
    const frontend = { id: id('loadBalancers/lb/frontendIPConfigurations/f') };
    const pool = { id: id('loadBalancers/lb/backendAddressPools/p') };
    const plan = planOfSnapshot(
      snapshotOf([
        address('pip-lb', '198.51.100.20'),
        address('pip-idle', '198.51.100.99'),
        {
          type: 'Microsoft.Network/loadBalancers',
          id: id('loadBalancers/lb'),
          name: 'lb',
          properties: {
            frontendIPConfigurations: [
              {
                ...frontend,
                name: 'f',
                properties: { publicIPAddress: { id: id('publicIPAddresses/pip-lb') } },
              },
            ],
            backendAddressPools: [{ ...pool, name: 'p', properties: {} }],
            loadBalancingRules: [
              {
                name: 'r',
                properties: {
                  frontendIPConfiguration: frontend,
                  backendAddressPool: pool,
                  protocol: 'Tcp',
                  frontendPort: 443,
                  backendPort: 443,
                },
              },
            ],
          },
        },
      ]),
    );
    const { ip = [], nftables } = plan.hosts.find(({ kind }) => kind === 'internet') ?? {};
    expect(nftables).toContain('ip daddr { 198.51.100.20, 198.51.100.99 } drop');
    expect(ip.filter((line) => line.includes('blackhole'))).toEqual([
      'route replace blackhole 198.51.100.20/32',
      'route replace blackhole 198.51.100.99/32',
    ]);
  });
});
