import type { Reference } from '../../model/index.ts';
import {
  type AddressSet,
  addressSet,
  type IpRange,
  rangesOfAddressSet,
  singleAddress,
  subtractAddresses,
  unionAddresses,
} from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { Meaning } from './symbolic-tags.ts';

/**
 * The members of an application security group (AZN-41): addresses of the interfaces that name it, and perhaps every address of
 * a known network that no interface with other groups holds, since interfaces of node pools are in no file. The
 * interfaces are read once per network.
 */
export function meaningOfGroup(network: Network, group: Reference): Meaning {
  const { networks, unsettled, members } = interfacesOf(network);
  if (isUnknown(group)) {
    const needs = [{ missing: group.missing, at: group.at }];
    return { certain: addressSet([]), possible: [{ addresses: networks, needs }] };
  }
  const certain = addressSet(members.get(group.key) ?? []);
  const name = group.key.slice(group.key.lastIndexOf('/') + 1);
  const missing = `the members of application security group ${name}`;
  const addresses = subtractAddresses(unsettled, certain);
  return { certain, possible: [{ addresses, needs: [{ missing, at: group.at }] }] };
}

interface Interfaces {
  /** Every address of a known network. */
  readonly networks: AddressSet;
  /** Those whose groups nobody wrote down in full. */
  readonly unsettled: AddressSet;
  /** Addresses by the group that their interface names. */
  readonly members: ReadonlyMap<string, readonly IpRange[]>;
}

const read = new WeakMap<Network, Interfaces>();

function interfacesOf(network: Network): Interfaces {
  const known = read.get(network);
  if (known !== undefined) return known;
  const members = new Map<string, IpRange[]>();
  const settled: IpRange[] = [];
  for (const { ipConfigurations } of network.perimeter.networkInterfaces.values()) {
    for (const { privateAddress, applicationSecurityGroups } of ipConfigurations) {
      if (privateAddress === undefined || isUnknown(privateAddress)) continue;
      const here = rangesOfAddressSet(singleAddress(privateAddress));
      for (const group of applicationSecurityGroups) {
        if (isUnknown(group)) continue;
        members.set(group.key, [...(members.get(group.key) ?? []), ...here]);
      }
      if (!applicationSecurityGroups.some((group) => isUnknown(group))) settled.push(...here);
    }
  }
  const networks = unionAddresses(...[...network.vnets.values()].map((vnet) => vnet.addresses));
  const unsettled = subtractAddresses(networks, addressSet(settled));
  const made = { networks, unsettled, members };
  read.set(network, made);
  return made;
}
