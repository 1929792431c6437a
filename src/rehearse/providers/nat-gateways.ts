import { armError } from '../arm-error.ts';
import type { Behaviour } from '../behaviour.ts';
import { lastName, objectAt, withComputed, withDefaults } from './fields.ts';
import { filled, kept } from './filled.ts';
import { idList, subnetsWith } from './in-use.ts';
import { danglingReference } from './references.ts';

export const NAT_GATEWAYS: readonly Behaviour[] = [
  {
    type: 'microsoft.network/natgateways',
    refuse: danglingReference,
    fill: (wanted, world) =>
      withComputed(
        filled(wanted, 'Microsoft.Network/natGateways', {
          defaults: { idleTimeoutInMinutes: 4 },
          computed: {
            resourceGuid: kept(
              wanted,
              () => world.guid('nat', wanted.id.toLowerCase()),
              'properties',
              'resourceGuid',
            ),
            subnets: undefined,
          },
        }),
        {
          sku: withDefaults(objectAt(wanted.body, 'sku'), { name: 'Standard', tier: 'Regional' }),
        },
      ),
    tell: (id, stored, world) => ({
      ...stored,
      properties: withComputed(objectAt(stored, 'properties'), {
        subnets: idList(subnetsWith('natGateway', id, world)),
      }),
    }),
    refuseDelete: (id, world) => {
      const [user] = subnetsWith('natGateway', id, world);
      if (user === undefined) return undefined;
      return armError(
        400,
        'NatGatewayInUseBySubnet',
        `NAT gateway ${lastName(id)} is in use by subnet ${user} and cannot be deleted.`,
      );
    },
  },
];
