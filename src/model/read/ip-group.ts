import { itemsOf } from '../../values/index.ts';
import type { IpGroup } from '../azure/firewall.ts';
import type { AzureResource } from '../snapshot.ts';
import { addressTerms } from './addresses.ts';
import { locatedOf } from './named.ts';
import { type Reading, sourceOf, valueIn } from './reading.ts';

/** `Microsoft.Network/ipGroups`. An empty group is empty: a firewall skips the rule that names it. */
export function readIpGroup(reading: Reading, resource: AzureResource): IpGroup {
  const source = sourceOf(reading, 'IP group', resource);
  const addresses = itemsOf(valueIn(source, 'ipAddresses'));
  return { ...locatedOf(resource), addresses: addressTerms(source, 'ipAddresses', addresses) };
}
