import type { AddressTerm, DnatRule, NetworkRule, Reference } from '../../model/index.ts';
import { isUnknown } from '../../values/index.ts';

/** SNAT ports of one public address on one instance, per destination address, port and protocol (AFW-78). */
export const SNAT_PORTS_PER_ADDRESS_AND_INSTANCE = 2_496;
/** Instances that always run, and the only number one can plan with (AFW-78). */
export const INSTANCES_MIN = 2;
export const PRESCALING_MAX = 50;
export const NETWORK_RULE_PAIRS_MAX = 20_000;
/** Public addresses plus unique DNAT destinations (AFW-92). */
export const DNAT_MAX = 250;
/** The last port a DNAT rule may name (AFW-60). */
export const DNAT_PORT_MAX = 63_999;
export const PUBLIC_ADDRESSES_MAX = 250;
export const RULE_COLLECTION_GROUPS_MAX = 60;
export const IP_GROUPS_MAX = 200;
export const IP_GROUP_ENTRIES_MAX = 5_000;
export const CUSTOM_DNS_SERVERS_MAX = 15;
export const PRIORITY_MIN = 100;
export const PRIORITY_MAX = 65_000;
/** The longest prefix of AzureFirewallSubnet and AzureFirewallManagementSubnet (AFW-04). */
export const SUBNET_PREFIX_LENGTH_MAX = 26;
export const DATA_SUBNET_NAME = 'AzureFirewallSubnet';
export const MANAGEMENT_SUBNET_NAME = 'AzureFirewallManagementSubnet';

/**
 * Concurrent connections to one destination address, port and protocol. Shared by all clients behind the firewall.
 * @param publicIps of the firewall
 * @param instances the minimum that runs; scale-out cannot be planned with
 * @see AFW-78
 */
export function snatPorts(publicIps: number, instances: number = INSTANCES_MIN): number {
  return SNAT_PORTS_PER_ADDRESS_AND_INSTANCE * publicIps * instances;
}

/** May prescaling be set so? Both from 2 to 50, equal or more than one apart (AFW-91). */
export function isValidPrescaling(min: number, max: number): boolean {
  if (min < INSTANCES_MIN || max > PRESCALING_MAX) return false;
  return min === max || max - min >= 2;
}

/** Is the subnet one a firewall can live in? Names compare exactly (AFW-04). */
export function isFirewallSubnet(
  name: string,
  prefixLength: number,
  role: 'data' | 'management' = 'data',
): boolean {
  const wanted = role === 'data' ? DATA_SUBNET_NAME : MANAGEMENT_SUBNET_NAME;
  return name === wanted && prefixLength <= SUBNET_PREFIX_LENGTH_MAX;
}

/**
 * Pairs of source and destination over network rules: per rule unique sources times unique destinations, an IP group
 * counting as one. An unknown term counts as one: it is at least that.
 * @see AFW-90
 */
export function networkRulePairs(rules: Iterable<NetworkRule>): number {
  let pairs = 0;
  for (const rule of rules) {
    const { addresses, ipGroups, kubeSelectorGroups } = rule.sources;
    const sources =
      distinctTerms(addresses) + distinctReferences(ipGroups) + kubeSelectorGroups.length;
    const fqdns = new Set(
      rule.destinationFqdns.map((fqdn) => (isUnknown(fqdn) ? fqdn.text : fqdn.text.toLowerCase())),
    );
    const destinations =
      distinctTerms(rule.destinationAddresses) +
      distinctReferences(rule.destinationIpGroups) +
      fqdns.size;
    pairs += sources * destinations;
  }
  return pairs;
}

/**
 * Unique DNAT destinations: address, port and protocol, each port of a range counted. Unknown ports count as one.
 * With the public addresses they must not exceed `DNAT_MAX`.
 * @see AFW-92
 */
export function dnatDestinations(rules: Iterable<DnatRule>): number {
  const seen = new Set<string>();
  for (const rule of rules) {
    for (const address of rule.destinationAddresses) {
      for (const protocol of rule.protocols) {
        const name = isUnknown(protocol) ? protocol.text : protocol;
        for (const port of portsOf(rule)) seen.add(`${address.text} ${name} ${port}`);
      }
    }
  }
  return seen.size;
}

function* portsOf(rule: DnatRule): Generator<number | string> {
  const ports = rule.destinationPorts;
  if (isUnknown(ports)) {
    yield ports.text;
    return;
  }
  for (let index = 0; index < ports.length; index += 2) {
    for (let port = ports[index]!; port <= ports[index + 1]!; port += 1) yield port;
  }
}

function distinctTerms(terms: readonly AddressTerm[]): number {
  return new Set(terms.map((term) => term.text.toLowerCase())).size;
}

function distinctReferences(references: readonly Reference[]): number {
  return new Set(
    references.map((reference) => (isUnknown(reference) ? reference.text : reference.key)),
  ).size;
}
