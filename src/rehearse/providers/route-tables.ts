import { armError } from '../arm-error.ts';
import type { Behaviour } from '../behaviour.ts';
import { malformedPrefix } from './address-space.ts';
import { lastName, objectAt, textAt, withComputed } from './fields.ts';
import { filled, kept } from './filled.ts';
import { idList, subnetsWith } from './in-use.ts';

const TABLES = 'microsoft.network/routetables';

export const ROUTE_TABLES: readonly Behaviour[] = [
  {
    type: TABLES,
    fill: (wanted, world) =>
      filled(wanted, 'Microsoft.Network/routeTables', {
        defaults: { disableBgpRoutePropagation: false },
        computed: {
          resourceGuid: kept(
            wanted,
            () => world.guid('table', wanted.id.toLowerCase()),
            'properties',
            'resourceGuid',
          ),
          subnets: undefined,
        },
      }),
    tell: (id, stored, world) => ({
      ...stored,
      properties: withComputed(objectAt(stored, 'properties'), {
        subnets: idList(subnetsWith('routeTable', id, world)),
      }),
    }),
    refuseDelete: (id, world) =>
      subnetsWith('routeTable', id, world).length === 0
        ? undefined
        : armError(
            400,
            'InUseRouteTableCannotBeDeleted',
            `Route table ${lastName(id)} is in use and cannot be deleted.`,
          ),
  },
  {
    type: 'microsoft.network/routetables/routes',
    embeddedAs: { parent: TABLES, property: 'routes' },
    refuse: (wanted) => {
      const prefix = textAt(wanted.body, 'properties', 'addressPrefix');
      // A service tag may stand where a prefix does.
      return prefix === undefined || !/^[\d.:a-f]+(?:\/\d+)?$/i.test(prefix)
        ? undefined
        : malformedPrefix([prefix], wanted.id);
    },
    fill: (wanted) =>
      filled(wanted, 'Microsoft.Network/routeTables/routes', {
        computed: { hasBgpOverride: false },
      }),
  },
];
