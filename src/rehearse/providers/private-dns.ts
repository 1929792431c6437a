import { armError } from '../arm-error.ts';
import type { Behaviour, ProviderWorld } from '../behaviour.ts';
import type { Json } from '../json.ts';
import {
  isObject,
  itemsAt,
  lastName,
  objectAt,
  parentId,
  sameId,
  textAt,
  withComputed,
} from './fields.ts';
import { filled } from './filled.ts';
import { danglingReference } from './references.ts';
import { usableAddress } from './subnet-address.ts';

const ZONES = 'microsoft.network/privatednszones';
const LINKS = 'microsoft.network/privatednszones/virtualnetworklinks';
const RECORDS = ['A', 'AAAA', 'CNAME', 'MX', 'PTR', 'SRV', 'TXT', 'SOA'] as const;

export const PRIVATE_DNS: readonly Behaviour[] = [
  {
    type: ZONES,
    fill: (wanted, world) =>
      filled(wanted, 'Microsoft.Network/privateDnsZones', {
        computed: {
          internalId: world.guid('zone', wanted.id.toLowerCase()),
          maxNumberOfRecordSets: 25000,
          maxNumberOfVirtualNetworkLinks: 1000,
          maxNumberOfVirtualNetworkLinksWithRegistration: 100,
        },
      }),
    tell: (id, stored, world) => {
      const links = linksOf(id, world);
      const registering = links.filter(
        (link) => objectAt(link, 'properties')['registrationEnabled'] === true,
      );
      return {
        ...stored,
        properties: withComputed(objectAt(stored, 'properties'), {
          numberOfRecordSets: 1 + recordsOf(id, world),
          numberOfVirtualNetworkLinks: links.length,
          numberOfVirtualNetworkLinksWithRegistration: registering.length,
        }),
      };
    },
    refuseDelete: (id, world) => {
      if (linksOf(id, world).length === 0) return undefined;
      return armError(
        409,
        'CannotDeleteResource',
        `Cannot delete resource while nested resources exist. Some existing nested resource IDs include: '${textAt(linksOf(id, world)[0], 'id')}'. Please delete all nested resources before deleting this resource.`,
      );
    },
  },
  {
    type: LINKS,
    refuse: danglingReference,
    fill: (wanted) =>
      filled(wanted, 'Microsoft.Network/privateDnsZones/virtualNetworkLinks', {
        defaults: { registrationEnabled: false, resolutionPolicy: 'Default' },
        computed: { virtualNetworkLinkState: 'Completed' },
      }),
  },
  ...RECORDS.map(
    (kind): Behaviour => ({
      type: `${ZONES}/${kind.toLowerCase()}`,
      fill: (wanted) =>
        filled(wanted, `Microsoft.Network/privateDnsZones/${kind}`, {
          defaults: { ttl: 3600 },
          computed: {
            fqdn: `${wanted.name === '@' ? '' : `${wanted.name}.`}${lastName(parentId(wanted.id))}.`,
            isAutoRegistered: false,
            provisioningState: undefined,
          },
        }),
    }),
  ),
  {
    type: 'microsoft.network/privateendpoints',
    refuse: danglingReference,
    fill: (wanted, world) =>
      filled(wanted, 'Microsoft.Network/privateEndpoints', {
        computed: {
          privateLinkServiceConnections: connections(
            wanted.body,
            'privateLinkServiceConnections',
            wanted.id,
          ),
          manualPrivateLinkServiceConnections: connections(
            wanted.body,
            'manualPrivateLinkServiceConnections',
            wanted.id,
          ),
          networkInterfaces: [
            {
              id: `${parentId(parentId(wanted.id))}/Microsoft.Network/networkInterfaces/${wanted.name}.nic`,
            },
          ],
          // In the order the endpoints of the subnet were made.
          customDnsConfigs: endpointAddresses(wanted.id, wanted.body, world),
        },
      }),
  },
  {
    type: 'microsoft.network/privateendpoints/privatednszonegroups',
    fill: (wanted) =>
      filled(wanted, 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups', {
        computed: {
          privateDnsZoneConfigs: itemsAt(wanted.body, 'properties', 'privateDnsZoneConfigs'),
        },
      }),
  },
];

function linksOf(zone: string, world: ProviderWorld) {
  return world.list(LINKS).filter((link) => sameId(parentId(textAt(link, 'id') ?? ''), zone));
}

function recordsOf(zone: string, world: ProviderWorld): number {
  return RECORDS.flatMap((kind) => world.list(`${ZONES}/${kind.toLowerCase()}`)).filter((record) =>
    sameId(parentId(textAt(record, 'id') ?? ''), zone),
  ).length;
}

/** A connection the owner of the service has approved: automatic ones always, in one's own subscription. */
function connections(body: Json, property: string, id: string): Json[] {
  const isManual = property.startsWith('manual');
  return itemsAt(body, 'properties', property)
    .filter(isObject)
    .map((connection) =>
      withComputed(connection, {
        id: `${id}/${property}/${textAt(connection, 'name') ?? ''}`,
        properties: withComputed(objectAt(connection, 'properties'), {
          provisioningState: 'Succeeded',
          privateLinkServiceConnectionState: {
            status: isManual ? 'Pending' : 'Approved',
            description: isManual ? 'Awaiting Approval' : 'Auto-Approved',
            actionsRequired: 'None',
          },
        }),
      }),
    );
}

function endpointAddresses(id: string, body: Json, world: ProviderWorld): Json[] {
  const written = itemsAt(body, 'properties', 'ipConfigurations').flatMap(
    (part) => textAt(part, 'properties', 'privateIPAddress') ?? [],
  );
  if (written.length > 0) return [{ ipAddresses: written }];
  const subnet = textAt(body, 'properties', 'subnet', 'id');
  const neighbours = world
    .list('microsoft.network/privateendpoints')
    .filter((other) => sameId(textAt(other, 'properties', 'subnet', 'id'), subnet))
    .map((other) => textAt(other, 'id'));
  const place = neighbours.findIndex((other) => sameId(other, id));
  const index = place < 0 ? neighbours.length : place;
  const address = usableAddress(subnet, index, world);
  return address === undefined ? [] : [{ ipAddresses: [address] }];
}
