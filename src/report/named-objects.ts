import type { AddressTerm, Perimeter, RuleCollection } from '../model/index.ts';
import {
  type AddressSet,
  ALL_IPV4,
  ALL_IPV6,
  addressesOfPrefixes,
  addressSet,
  formatAddressSet,
  type IpRange,
  isEmptyAddressSet,
  type Prefix,
  subtractAddresses,
  unionAddresses,
} from '../net/index.ts';
import { type Network, PRIVATE_IPV4, PUBLIC_IPV4 } from '../network/index.ts';
import { membersOfTag } from '../semantics/match.ts';
import { isUnknown } from '../values/index.ts';

/** Addresses that have a name in the person's own input, or one that everybody knows. One family each. */
export interface NamedObject {
  /** `subnet aks-subnet`, `service tag AzureCloud.eastus`, `the internet`. */
  readonly label: string;
  readonly addresses: AddressSet;
  /** Of two that fit as well the lower one is the nearer name. */
  readonly rank: number;
}

const RANK = {
  address: 0,
  subnet: 1,
  group: 2,
  network: 3,
  cluster: 4,
  site: 5,
  tag: 6,
  known: 7,
} as const;

/**
 * Everything with addresses that the input names: subnets and networks, IP groups, clusters' ranges, sites, single owners of
 * addresses, service tags that a rule mentions; then the internet and the private ranges. Only what is known for certain: a
 * network with a prefix that nobody can read is not named.
 * @param tags further service tags, such as those of the question
 */
export function namedObjects(
  network: Network,
  tags: readonly string[] = [],
): readonly NamedObject[] {
  const { perimeter } = network;
  const found: NamedObject[] = [];
  const add = (label: string, addresses: AddressSet, rank: number): void => {
    if (addresses.v4.length > 0)
      found.push({ label, rank, addresses: { v4: addresses.v4, v6: [] } });
    if (addresses.v6.length > 0)
      found.push({ label, rank, addresses: { v4: [], v6: addresses.v6 } });
  };
  for (const { subnet, addresses } of network.subnets.values()) {
    if (!subnet.prefixes.some(isUnknown)) add(`subnet ${subnet.name}`, addresses, RANK.subnet);
  }
  for (const { vnet, addresses, hasUnknownAddresses } of network.vnets.values()) {
    if (!hasUnknownAddresses) add(`virtual network ${vnet.name}`, addresses, RANK.network);
  }
  for (const group of perimeter.ipGroups.values()) {
    const addresses = rangesOf(group.addresses);
    if (addresses !== undefined) add(`IP group ${group.name}`, addresses, RANK.group);
  }
  for (const cluster of network.clusters) {
    const whose = cluster.cluster === undefined ? 'the cluster' : cluster.name;
    add(`pods of ${whose}`, cluster.podAddresses, RANK.cluster);
    add(`nodes of ${whose}`, cluster.nodeAddresses, RANK.cluster);
    add(`Services of ${whose}`, cluster.serviceAddresses, RANK.cluster);
  }
  for (const { name, prefixes } of perimeter.localNetworkGateways.values()) {
    const known: Prefix[] = [];
    for (const each of prefixes) if (!isUnknown(each)) known.push(each.prefix);
    if (known.length === prefixes.length) {
      add(`on-premises ${name}`, addressesOfPrefixes(known), RANK.site);
    }
  }
  let own: AddressSet = { v4: [], v6: [] };
  for (const { address, scope } of network.owners.entries) {
    if (!address.isExact) continue;
    if (scope.kind === 'public') own = unionAddresses(own, address.addresses);
    if (scope.kind === 'unknown' || scope.kind === 'cluster') continue;
    const label = `${address.label} (${formatAddressSet(address.addresses)})`;
    add(label, address.addresses, RANK.address);
  }
  for (const tag of mentionedTags(perimeter, tags)) {
    const members = membersOfTag(perimeter.snapshot.datasets.serviceTags, tag);
    if (members !== undefined) add(`service tag ${tag}`, members, RANK.tag);
  }
  // Addresses of the perimeter itself are on the internet too; who says "the internet" means the others.
  add('the internet', subtractAddresses(PUBLIC_IPV4, own), RANK.known);
  if (!isEmptyAddressSet(own)) add('any public address', PUBLIC_IPV4, RANK.known + 1);
  add('private addresses', PRIVATE_IPV4, RANK.known);
  add('any IPv4 address', ALL_IPV4, RANK.known + 1);
  add('any IPv6 address', ALL_IPV6, RANK.known + 1);
  return distinct(found);
}

/** The same name for the same addresses once. */
function distinct(objects: readonly NamedObject[]): readonly NamedObject[] {
  const byText = new Map<string, NamedObject>();
  for (const object of objects) {
    const { v4, v6 } = object.addresses;
    const key = `${object.label}\n${v4.join()}\n${v6.join()}`;
    if (!byText.has(key)) byText.set(key, object);
  }
  return [...byText.values()];
}

/** `undefined`: not all of the entries are numbers. */
function rangesOf(terms: readonly AddressTerm[]): AddressSet | undefined {
  const ranges: IpRange[] = [];
  for (const term of terms) {
    if (term.kind !== 'range') return undefined;
    ranges.push(term.range);
  }
  return addressSet(ranges);
}

/** Service tags as first written, whatever their case later. */
function mentionedTags(perimeter: Perimeter, more: readonly string[]): readonly string[] {
  const byKey = new Map<string, string>();
  const add = (tag: string): void => {
    if (!byKey.has(tag.toLowerCase())) byKey.set(tag.toLowerCase(), tag);
  };
  const addAll = (terms: readonly AddressTerm[]): void => {
    for (const term of terms) if (term.kind === 'service-tag') add(term.tag);
  };
  const addCollections = (collections: readonly RuleCollection[]): void => {
    for (const collection of collections) {
      if (collection.kind === 'unknown') continue;
      for (const rule of collection.rules) {
        addAll(rule.sources.addresses);
        addAll(rule.destinationAddresses);
      }
    }
  };
  for (const tag of more) add(tag);
  for (const { collections } of perimeter.firewalls.values()) addCollections(collections);
  for (const { groups } of perimeter.firewallPolicies.values()) {
    for (const { collections } of groups) addCollections(collections);
  }
  for (const { rules } of perimeter.networkSecurityGroups.values()) {
    for (const { sources, destinations } of rules) {
      addAll(sources);
      addAll(destinations);
    }
  }
  for (const { routes } of perimeter.routeTables.values()) {
    for (const { destination } of routes) {
      if (!isUnknown(destination) && destination.kind === 'service-tag') add(destination.tag);
    }
  }
  for (const { apiServer } of perimeter.clusters.values()) addAll(apiServer.authorizedRanges);
  return [...byKey.values()];
}
