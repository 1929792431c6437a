import type { ProviderWorld } from '../behaviour.ts';
import type { Json } from '../json.ts';
import { field, isObject, itemsAt, objectAt, sameId, textAt } from './fields.ts';

/** Who sits where: the members in which a type says which subnet, address, table or policy it uses. */
interface Usage {
  readonly type: string;
  /** The list below `properties` whose items refer; none when the resource itself does. */
  readonly list?: string;
  /** How the service writes the id of such an item, where it is not the list's name. */
  readonly segment?: string;
  /** Members of the item (or of `properties`) that hold `{ id }` or, for clusters, the id itself. */
  readonly members: readonly string[];
}

const SUBNET_USERS: readonly Usage[] = [
  usage('azurefirewalls', 'ipConfigurations', ['subnet'], 'azureFirewallIpConfigurations'),
  { type: network('azurefirewalls'), members: ['managementIpConfiguration'] },
  usage('applicationgateways', 'gatewayIPConfigurations', ['subnet']),
  usage('applicationgateways', 'frontendIPConfigurations', ['subnet']),
  usage('bastionhosts', 'ipConfigurations', ['subnet'], 'bastionHostIpConfigurations'),
  usage('virtualnetworkgateways', 'ipConfigurations', ['subnet']),
  usage('loadbalancers', 'frontendIPConfigurations', ['subnet']),
  usage('networkinterfaces', 'ipConfigurations', ['subnet']),
  usage('privatelinkservices', 'ipConfigurations', ['subnet']),
  { type: network('privateendpoints'), members: ['subnet'] },
  { type: network('dnsresolvers/inboundendpoints'), list: 'ipConfigurations', members: ['subnet'] },
  { type: network('dnsresolvers/outboundendpoints'), members: ['subnet'] },
  {
    type: 'microsoft.containerservice/managedclusters',
    list: 'agentPoolProfiles',
    segment: 'agentPools',
    members: ['vnetSubnetID', 'podSubnetID'],
  },
];

const PUBLIC_ADDRESS_USERS: readonly Usage[] = [
  usage('azurefirewalls', 'ipConfigurations', ['publicIPAddress'], 'azureFirewallIpConfigurations'),
  usage('applicationgateways', 'frontendIPConfigurations', ['publicIPAddress']),
  usage('bastionhosts', 'ipConfigurations', ['publicIPAddress'], 'bastionHostIpConfigurations'),
  usage('virtualnetworkgateways', 'ipConfigurations', ['publicIPAddress']),
  usage('loadbalancers', 'frontendIPConfigurations', ['publicIPAddress']),
  usage('networkinterfaces', 'ipConfigurations', ['publicIPAddress']),
];

/** The ids of what uses a subnet, in the order made. O(resources that can use one). */
export function usersOfSubnet(subnetId: string, world: ProviderWorld): string[] {
  return usersOf(subnetId, SUBNET_USERS, world);
}

/** The id of the configuration a public address is bound to. */
export function usersOfPublicAddress(id: string, world: ProviderWorld): string[] {
  const behind = world
    .list('microsoft.network/natgateways')
    .filter((gateway) =>
      itemsAt(gateway, 'properties', 'publicIpAddresses').some((item) =>
        sameId(textAt(item, 'id'), id),
      ),
    )
    .flatMap((gateway) => textAt(gateway, 'id') ?? []);
  return [...usersOf(id, PUBLIC_ADDRESS_USERS, world), ...behind];
}

/** The subnets whose member of that name refers to `id`. */
export function subnetsWith(member: string, id: string, world: ProviderWorld): string[] {
  return world
    .list('microsoft.network/virtualnetworks/subnets')
    .filter((subnet) => sameId(textAt(subnet, 'properties', member, 'id'), id))
    .flatMap((subnet) => textAt(subnet, 'id') ?? []);
}

export function idList(ids: readonly string[]): Json[] | undefined {
  return ids.length === 0 ? undefined : ids.map((id) => ({ id }));
}

function usersOf(id: string, usages: readonly Usage[], world: ProviderWorld): string[] {
  const found: string[] = [];
  for (const { type, list, segment, members } of usages) {
    for (const resource of world.list(type)) {
      const own = textAt(resource, 'id') ?? '';
      const properties = objectAt(resource, 'properties');
      if (list === undefined) {
        if (refers(properties, members, id)) found.push(own);
        continue;
      }
      for (const item of itemsAt(properties, list)) {
        const holder = isObject(field(item, 'properties')) ? objectAt(item, 'properties') : item;
        if (!refers(holder, members, id)) continue;
        found.push(`${own}/${segment ?? list}/${textAt(item, 'name') ?? ''}`);
      }
    }
  }
  return found;
}

function refers(holder: Json, members: readonly string[], id: string): boolean {
  return members.some((name) => {
    const value = field(holder, name);
    if (typeof value === 'string') return sameId(value, id);
    return (
      sameId(textAt(value, 'id'), id) || sameId(textAt(value, 'properties', 'subnet', 'id'), id)
    );
  });
}

function usage(type: string, list: string, members: readonly string[], segment?: string): Usage {
  return { type: network(type), list, members, ...(segment === undefined ? {} : { segment }) };
}

function network(type: string): string {
  return `microsoft.network/${type}`;
}
