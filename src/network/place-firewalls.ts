import type { AzureFirewall, FirewallPolicy, Perimeter } from '../model/index.ts';
import { type AddressSet, isEmptyAddressSet } from '../net/index.ts';
import { isUnknown, privateAddressOf, publicAddressOf } from '../values/index.ts';
import { firstUsableAddress, PRIVATE_IPV4, PUBLIC_IPV4 } from './address-space.ts';
import { knownAddress, publicAddress } from './known-address.ts';
import { follow, targetOf } from './links.ts';
import type {
  FirewallPlacement,
  KnownAddress,
  Link,
  PublicAddress,
  SubnetPlacement,
} from './network.ts';

/** Every firewall with its subnet, addresses and policy chain. O(firewalls × IP configurations + chain lengths). */
export function placeFirewalls(
  perimeter: Perimeter,
  subnets: ReadonlyMap<string, SubnetPlacement>,
): ReadonlyMap<string, FirewallPlacement> {
  const placed = new Map<string, FirewallPlacement>();
  for (const firewall of perimeter.firewalls.values()) {
    // Only the first configuration references the subnet; the others add public addresses (AZN-22).
    const subnet = follow(
      firewall.ipConfigurations.find((entry) => entry.subnet !== undefined)?.subnet,
      subnets,
    );
    const privateAddress = privateAddressOfFirewall(firewall, targetOf(subnet));
    placed.set(firewall.key, {
      firewall,
      subnet,
      ...(privateAddress === undefined ? {} : { privateAddress }),
      publicAddresses: publicAddressesOf(firewall, perimeter),
      ...policyChain(firewall, perimeter.firewallPolicies),
      natGateway: targetOf(subnet)?.natGateway ?? { kind: 'none' },
    });
  }
  return placed;
}

/** Exact when written or exported. Else the symbol within the subnet: the `.4` of the documentation is only `likely`. */
function privateAddressOfFirewall(
  firewall: AzureFirewall,
  subnet: SubnetPlacement | undefined,
): KnownAddress | undefined {
  const label = `firewall ${firewall.name}`;
  const symbol = privateAddressOf(firewall.key);
  if (firewall.ipConfigurations.length === 0) {
    const isElsewhere = firewall.virtualHub !== undefined || firewall.isReference === true;
    if (firewall.hubPrivateAddress === undefined && !isElsewhere) return undefined;
    return knownAddress(firewall.hubPrivateAddress, PRIVATE_IPV4, symbol, label, firewall.at);
  }
  const written = firewall.ipConfigurations.find((entry) => !isUnknown(entry.privateAddress));
  const value = (written ?? firewall.ipConfigurations[0])?.privateAddress;
  const known = knownAddress(value, roomIn(subnet), symbol, label, firewall.at);
  const likely = subnet === undefined ? undefined : firstUsableAddress(subnet.addresses);
  return known.isExact || likely === undefined ? known : { ...known, likely };
}

function roomIn(subnet: SubnetPlacement | undefined): AddressSet {
  return subnet === undefined || isEmptyAddressSet(subnet.addresses)
    ? PRIVATE_IPV4
    : subnet.addresses;
}

function publicAddressesOf(firewall: AzureFirewall, perimeter: Perimeter): PublicAddress[] {
  const label = `firewall ${firewall.name}`;
  const addresses: PublicAddress[] = [];
  for (const configuration of firewall.ipConfigurations) {
    if (configuration.publicIp === undefined) continue;
    addresses.push(
      publicAddress(configuration.publicIp, perimeter.publicIps, perimeter.publicIpPrefixes, label),
    );
  }
  for (const [index, value] of firewall.hubPublicAddresses.entries()) {
    const symbol = `${publicAddressOf(firewall.key)}/${index}`;
    addresses.push({ address: knownAddress(value, PUBLIC_IPV4, symbol, label, firewall.at) });
  }
  return addresses;
}

/**
 * The firewall's policy and its parents, root first. A policy that is named and not in the input, or only referred
 * to, leaves rules unknown: `missingPolicy`. A chain that bites its own tail ends where it would repeat.
 */
function policyChain(
  firewall: AzureFirewall,
  policies: ReadonlyMap<string, FirewallPolicy>,
): Pick<FirewallPlacement, 'policies' | 'missingPolicy'> {
  const chain: FirewallPolicy[] = [];
  const seen = new Set<string>();
  let missing: FirewallPlacement['missingPolicy'];
  let link: Link<FirewallPolicy> = follow(firewall.policy, policies);
  while (link.kind !== 'none') {
    if (link.kind === 'unknown') {
      missing ??= { id: link.unknown.text, at: link.unknown.at };
      break;
    }
    if (link.kind === 'dangling') {
      missing ??= { id: link.id, at: link.at };
      break;
    }
    const policy: FirewallPolicy = link.target;
    if (seen.has(policy.key)) break;
    seen.add(policy.key);
    chain.unshift(policy);
    if (policy.isReference === true) missing ??= { id: policy.id, at: policy.at };
    link = follow(policy.basePolicy, policies);
  }
  const hasNoRules = chain.length === 0 && firewall.collections.length === 0;
  if (firewall.isReference === true && hasNoRules) missing ??= { id: firewall.id, at: firewall.at };
  return { policies: chain, ...(missing === undefined ? {} : { missingPolicy: missing }) };
}
