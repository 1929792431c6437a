import { parsePrefix } from '../../net/index.ts';
import { isUnknown, publicAddressOf, type Unknown } from '../../values/index.ts';
import type { Setting } from '../azure/common.ts';
import type { NatGateway, PublicIpAddress, PublicIpPrefix } from '../azure/network.ts';
import type { AzureResource } from '../snapshot.ts';
import { addressIn, prefixOf, withSymbol } from './addresses.ts';
import { locatedOf } from './named.ts';
import { present } from './present.ts';
import { inside, type Reading, sourceAt, sourceOf, titleOf, valueIn } from './reading.ts';
import { referenceIn, referencesIn } from './references.ts';
import { numberIn, settingIn, textIn } from './scalars.ts';

/** `sku` stands beside `properties`. */
export function skuNameOf(
  reading: Reading,
  resource: AzureResource,
): { readonly sku?: Setting<string> } {
  const root = sourceAt(sourceOf(reading, 'resource', resource), resource.body);
  const name = settingIn(inside(root, 'sku'), 'name');
  return name === undefined ? {} : { sku: name };
}

/** `Microsoft.Network/publicIPAddresses`. Without a written address it is unknown under its own symbol. */
export function readPublicIp(reading: Reading, resource: AzureResource): PublicIpAddress {
  const source = sourceOf(reading, 'public IP address', resource);
  const allocationMethod = textIn(source, 'publicIPAllocationMethod');
  const prefix = referenceIn(source, 'publicIPPrefix');
  const fqdn = textIn(inside(source, 'dnsSettings'), 'fqdn');
  const unknown: Unknown = {
    kind: 'unknown',
    reason: 'run-time',
    text: '',
    missing: `the address of ${titleOf(source)}`,
    symbol: publicAddressOf(resource.key),
    at: resource.at,
  };
  return {
    ...locatedOf(resource),
    address: withSymbol(addressIn(source, 'ipAddress'), unknown),
    ...skuNameOf(reading, resource),
    ...present({ allocationMethod, prefix, fqdn }),
  };
}

export function readPublicIpPrefix(reading: Reading, resource: AzureResource): PublicIpPrefix {
  const source = sourceOf(reading, 'public IP prefix', resource);
  const written = valueIn(source, 'ipPrefix');
  const isWritten = written?.kind === 'string' && parsePrefix(written.value.trim()) !== undefined;
  const prefix = isWritten ? prefixOf(source, 'ipPrefix', written) : undefined;
  return {
    ...locatedOf(resource),
    length: numberIn(source, 'prefixLength'),
    ...(prefix === undefined || isUnknown(prefix) ? {} : { prefix: prefix.prefix }),
  };
}

export function readNatGateway(reading: Reading, resource: AzureResource): NatGateway {
  const source = sourceOf(reading, 'NAT gateway', resource);
  return {
    ...locatedOf(resource),
    ...skuNameOf(reading, resource),
    publicIps: referencesIn(source, 'publicIpAddresses', 'publicIpAddressesV6'),
    publicIpPrefixes: referencesIn(source, 'publicIpPrefixes', 'publicIpPrefixesV6'),
  };
}
