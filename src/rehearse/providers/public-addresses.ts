import { armError } from '../arm-error.ts';
import type { Behaviour } from '../behaviour.ts';
import { at, numberAt, objectAt, textAt, withComputed, withDefaults } from './fields.ts';
import { filled, kept } from './filled.ts';
import { usersOfPublicAddress } from './in-use.ts';
import { danglingReference } from './references.ts';

export const PUBLIC_ADDRESSES: readonly Behaviour[] = [
  {
    type: 'microsoft.network/publicipaddresses',
    refuse: danglingReference,
    fill: (wanted, world) => {
      const sku = withDefaults(objectAt(wanted.body, 'sku'), {
        name: 'Standard',
        tier: 'Regional',
      });
      const method =
        textAt(wanted.body, 'properties', 'publicIPAllocationMethod') ??
        (textAt(sku, 'name')?.toLowerCase() === 'basic' ? 'Dynamic' : 'Static');
      const label = textAt(wanted.body, 'properties', 'dnsSettings', 'domainNameLabel');
      const resource = filled(wanted, 'Microsoft.Network/publicIPAddresses', {
        defaults: {
          publicIPAllocationMethod: method,
          publicIPAddressVersion: 'IPv4',
          idleTimeoutInMinutes: 4,
          ipTags: [],
          ddosSettings: { protectionMode: 'VirtualNetworkInherited' },
        },
        computed: {
          // Arm-endpoint 2.4: a static address is there at once.
          ...(method.toLowerCase() === 'static'
            ? { ipAddress: world.publicAddress(wanted.id) }
            : {}),
          ...(label === undefined
            ? {}
            : {
                dnsSettings: withComputed(objectAt(wanted.body, 'properties', 'dnsSettings'), {
                  fqdn: `${label}.${wanted.location.replaceAll(' ', '').toLowerCase()}.cloudapp.azure.com`,
                }),
              }),
          resourceGuid: kept(
            wanted,
            () => world.guid('address', wanted.id.toLowerCase()),
            'properties',
            'resourceGuid',
          ),
          ipConfiguration: undefined,
          natGateway: undefined,
        },
      });
      return withComputed(resource, { sku });
    },
    tell: (id, stored, world) => {
      const [user] = usersOfPublicAddress(id, world);
      if (user === undefined) return stored;
      const member = /\/natgateways\/[^/]+$/i.test(user) ? 'natGateway' : 'ipConfiguration';
      return {
        ...stored,
        properties: withComputed(objectAt(stored, 'properties'), { [member]: { id: user } }),
      };
    },
    refuseDelete: (id, world) => {
      const [user] = usersOfPublicAddress(id, world);
      if (user === undefined) return undefined;
      return armError(
        400,
        'PublicIPAddressCannotBeDeleted',
        `Public IP address ${id} can not be deleted since it is still allocated to resource ${user}. In order to delete the public IP, disassociate/detach the Public IP address from the resource. To learn how to do this, see aka.ms/deletepublicip.`,
      );
    },
  },
  {
    type: 'microsoft.network/publicipprefixes',
    fill: (wanted, world) => {
      const length = numberAt(wanted.body, 'properties', 'prefixLength') ?? 28;
      const resource = filled(wanted, 'Microsoft.Network/publicIPPrefixes', {
        defaults: { prefixLength: length, publicIPAddressVersion: 'IPv4', ipTags: [] },
        computed: {
          ipPrefix:
            at(wanted.before, 'properties', 'ipPrefix') ??
            labelPrefix(world.publicAddress(wanted.id), length),
          resourceGuid: world.guid('prefix', wanted.id.toLowerCase()),
        },
      });
      return withComputed(resource, {
        sku: withDefaults(objectAt(wanted.body, 'sku'), { name: 'Standard', tier: 'Regional' }),
      });
    },
  },
];

/** A prefix around the address kept for the id; a label like the address itself, never sent to. */
function labelPrefix(address: string, length: number): string {
  const bits = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Math.min(Math.max(length, 0), 32));
  const base = Math.floor(bits / size) * size;
  const parts = [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256);
  return `${parts.join('.')}/${length}`;
}
