import { formatIpv4, parseIp, parsePrefix, prefixHas, rangeOfPrefix } from '../../net/index.ts';
import type { ProviderWorld } from '../behaviour.ts';
import { subnetPrefixes } from './address-space.ts';

/** Azure keeps the first four addresses and the last of each subnet (azure-networking 1). */
const FIRST_USABLE = 4;

/**
 * The usable address of a subnet at a place in the order, IPv4 only; `undefined` when the subnet is not known or too small.
 * The first one is what an Azure Firewall gets (arm-endpoint 2.4).
 */
export function usableAddress(
  subnetId: string | undefined,
  index: number,
  world: ProviderWorld,
): string | undefined {
  if (subnetId === undefined) return undefined;
  for (const text of subnetPrefixes(world.get(subnetId))) {
    const prefix = parsePrefix(text);
    if (prefix?.family !== 4) continue;
    const range = rangeOfPrefix(prefix);
    if (range.family !== 4) continue;
    const address = range.low + FIRST_USABLE + index;
    if (address < range.high) return formatIpv4(address);
  }
  return undefined;
}

/** Does an address lie in a subnet? `undefined` when the subnet or the address cannot be read. */
export function isInSubnet(
  address: string,
  subnetId: string,
  world: ProviderWorld,
): boolean | undefined {
  const ip = parseIp(address);
  const prefixes = subnetPrefixes(world.get(subnetId)).flatMap((text) => parsePrefix(text) ?? []);
  if (ip === undefined || prefixes.length === 0) return undefined;
  return prefixes.some((prefix) => prefixHas(prefix, ip));
}
