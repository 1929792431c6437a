import type { Reference } from '../../model/index.ts';
import {
  type AddressSet,
  addressSet,
  type IpRange,
  NO_ADDRESSES,
  rangesOfAddressSet,
  singleAddress,
  subtractAddresses,
  unionAddresses,
} from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import { isUnknown, privateAddressOf } from '../../values/index.ts';
import type { LocalTag } from './local-tags.ts';

export interface GroupMembers extends LocalTag {
  /** Symbols of members whose address only Azure knows. */
  readonly symbols: readonly string[];
}

/**
 * Members of an application security group (AZN-41). Interfaces of node pools are in no file, so any address of a
 * known VNet that no known interface outside the group holds may be a member. The interfaces are read once per network.
 */
export function membersOfGroup(group: Reference, network: Network): GroupMembers {
  const index = indexOf(network);
  if (isUnknown(group)) {
    const why = { missing: group.missing, at: group.at };
    return { addresses: NO_ADDRESSES, possible: [{ addresses: index.spaces, why }], symbols: [] };
  }
  const members = index.groups.get(group.key);
  const addresses = addressSet(members?.ranges ?? []);
  const missing = `the members of application security group ${group.key.split('/').at(-1)}`;
  const open = subtractAddresses(index.open, addresses);
  return {
    addresses,
    possible: [{ addresses: open, why: { missing, at: group.at } }],
    symbols: members?.symbols ?? [],
  };
}

interface GroupIndex {
  /** Every address of a known VNet. */
  readonly spaces: AddressSet;
  /** Those that no interface with known groups holds. */
  readonly open: AddressSet;
  readonly groups: ReadonlyMap<string, { readonly ranges: IpRange[]; readonly symbols: string[] }>;
}

const indexes = new WeakMap<Network, GroupIndex>();

function indexOf(network: Network): GroupIndex {
  const known = indexes.get(network);
  if (known !== undefined) return known;
  const groups = new Map<string, { ranges: IpRange[]; symbols: string[] }>();
  const settled: IpRange[] = [];
  for (const networkInterface of network.perimeter.networkInterfaces.values()) {
    for (const configuration of networkInterface.ipConfigurations) {
      const address = configuration.privateAddress;
      const ranges =
        address === undefined || isUnknown(address)
          ? []
          : rangesOfAddressSet(singleAddress(address));
      const symbol =
        address === undefined
          ? privateAddressOf(networkInterface.key)
          : isUnknown(address)
            ? address.symbol
            : undefined;
      for (const reference of configuration.applicationSecurityGroups) {
        if (isUnknown(reference)) continue;
        const members = groups.get(reference.key) ?? { ranges: [], symbols: [] };
        groups.set(reference.key, members);
        members.ranges.push(...ranges);
        if (symbol !== undefined) members.symbols.push(symbol);
      }
      if (!configuration.applicationSecurityGroups.some(isUnknown)) settled.push(...ranges);
    }
  }
  const spaces = unionAddresses(...[...network.vnets.values()].map((vnet) => vnet.addresses));
  const made = { spaces, open: subtractAddresses(spaces, addressSet(settled)), groups };
  indexes.set(network, made);
  return made;
}
