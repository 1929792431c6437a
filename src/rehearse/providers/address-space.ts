import {
  formatPrefix,
  hasHostBits,
  type Prefix,
  parsePrefix,
  prefixCovers,
  prefixesOverlap,
} from '../../net/index.ts';
import { type ArmError, armError } from '../arm-error.ts';
import type { ProviderWorld } from '../behaviour.ts';
import type { Json, JsonObject } from '../json.ts';
import { itemsAt, lastName, parentId, sameId, textAt } from './fields.ts';

export const SUBNETS = 'microsoft.network/virtualnetworks/subnets';

/** The texts of the prefixes of a network. */
export function networkPrefixes(network: Json | undefined): string[] {
  return itemsAt(network, 'properties', 'addressSpace', 'addressPrefixes').filter(isText);
}

/** A subnet says its ranges in one of two members; the plural one wins when both are there. */
export function subnetPrefixes(subnet: Json | undefined): string[] {
  const several = itemsAt(subnet, 'properties', 'addressPrefixes').filter(isText);
  if (several.length > 0) return several;
  const one = textAt(subnet, 'properties', 'addressPrefix');
  return one === undefined ? [] : [one];
}

/** The stored subnets of a network. */
export function subnetsOf(networkId: string, world: ProviderWorld): readonly JsonObject[] {
  return world
    .list(SUBNETS)
    .filter((subnet) => sameId(parentId(textAt(subnet, 'id') ?? ''), networkId));
}

export function parsed(texts: readonly string[]): Prefix[] {
  return texts.flatMap((text) => parsePrefix(text) ?? []);
}

/** Texts that are no prefixes, and prefixes with bits set beyond their length, in the service's words. */
export function malformedPrefix(texts: readonly string[], id: string): ArmError | undefined {
  for (const text of texts) {
    const prefix = parsePrefix(text);
    if (prefix === undefined || !text.includes('/')) {
      return armError(
        400,
        'InvalidAddressPrefixFormat',
        `Address prefix ${text} of resource ${id} is not formatted correctly. It should follow CIDR notation, for example 10.0.0.0/24.`,
      );
    }
    if (hasHostBits(text)) {
      return armError(
        400,
        'InvalidCIDRNotation',
        `The address prefix ${text} in resource ${id} has an invalid CIDR notation. For the given prefix length, the address prefix should be ${formatPrefix(prefix)}.`,
      );
    }
  }
  return undefined;
}

/** A subnet lies inside the network's ranges and beside the other subnets. */
export function misplacedSubnet(
  subnet: { readonly name: string; readonly prefixes: readonly string[] },
  network: { readonly name: string; readonly prefixes: readonly string[] },
  others: readonly { readonly name: string; readonly prefixes: readonly string[] }[],
): ArmError | undefined {
  const space = parsed(network.prefixes);
  const own = parsed(subnet.prefixes);
  if (own.some((prefix) => !space.some((outer) => prefixCovers(outer, prefix)))) {
    return armError(
      400,
      'NetcfgSubnetRangeOutsideVnet',
      `Subnet '${subnet.name}' is not valid because its IP address range is outside the IP address range of virtual network '${network.name}'.`,
    );
  }
  const isTaken = others
    .filter(({ name }) => name.toLowerCase() !== subnet.name.toLowerCase())
    .some((other) =>
      parsed(other.prefixes).some((taken) => own.some((prefix) => prefixesOverlap(taken, prefix))),
    );
  if (!isTaken) return undefined;
  return armError(
    400,
    'NetcfgSubnetRangesOverlap',
    `Subnet '${subnet.name}' is not valid because its IP address range overlaps with that of an existing subnet in virtual network '${network.name}'.`,
  );
}

/** Name and prefixes of a subnet, stored or inside a network's body. */
export function placedSubnet(subnet: Json): { name: string; prefixes: string[] } {
  return {
    name: textAt(subnet, 'name') ?? lastName(textAt(subnet, 'id') ?? ''),
    prefixes: subnetPrefixes(subnet),
  };
}

function isText(value: Json): value is string {
  return typeof value === 'string';
}
