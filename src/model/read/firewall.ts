import {
  isAbsent,
  isUnknown,
  itemsOf,
  privateAddressOf,
  publicAddressOf,
  type Unknown,
} from '../../values/index.ts';
import type { AddressValue } from '../azure/common.ts';
import type { AzureFirewall, FirewallIpConfiguration, SkuTier } from '../azure/firewall.ts';
import type { AzureResource } from '../snapshot.ts';
import { addressIn, withSymbol } from './addresses.ts';
import { readClassicCollections } from './firewall-collection.ts';
import { readClassicSettings } from './firewall-settings.ts';
import { elementsIn, locatedOf, namedOf } from './named.ts';
import { present } from './present.ts';
import {
  inside,
  type Reading,
  report,
  type Source,
  sourceAt,
  sourceOf,
  titleOf,
  valueIn,
} from './reading.ts';
import { referenceIn } from './references.ts';
import { choiceIn, numberIn } from './scalars.ts';

export const SKU_TIERS: readonly SkuTier[] = ['Basic', 'Standard', 'Premium'];

/** `Microsoft.Network/azureFirewalls` (azure-firewall 1.3). */
export function readFirewall(reading: Reading, resource: AzureResource): AzureFirewall {
  const source = sourceOf(reading, 'firewall', resource);
  const sku = inside(source, 'sku');
  const policy = referenceIn(source, 'firewallPolicy');
  const virtualHub = referenceIn(source, 'virtualHub');
  const management = valueIn(source, 'managementIpConfiguration');
  const collections = readClassicCollections(source, resource.key);
  const ignoresRules = policy !== undefined && !isUnknown(policy) && collections.length > 0;
  if (ignoresRules) noteIgnoredRules(source);
  const skuName = choiceIn(sku, 'name', ['AZFW_VNet', 'AZFW_Hub'] as const);
  return {
    ...locatedOf(resource),
    skuName,
    skuTier: choiceIn(sku, 'tier', SKU_TIERS),
    ipConfigurations: readIpConfigurations(source, resource.key, 'ipConfigurations'),
    ...(isAbsent(management)
      ? {}
      : {
          managementIpConfiguration: readIpConfigurations(
            source,
            resource.key,
            'managementIpConfiguration',
          )[0]!,
        }),
    ...present({ policy, virtualHub }),
    hubPublicAddresses: readHubPublicAddresses(source, resource.key),
    ...readHubPrivateAddress(
      source,
      resource.key,
      skuName === 'AZFW_Hub' || virtualHub !== undefined,
    ),
    collections: ignoresRules ? [] : collections,
    settings: readClassicSettings(source, resource.body),
    minCapacity: numberIn(inside(source, 'autoscaleConfiguration'), 'minCapacity'),
  };
}

function noteIgnoredRules(source: Source): void {
  report(
    source.reading,
    'note',
    'firewall/policy-and-classic',
    `${titleOf(source)} has a policy and rules of its own; the policy wins, the rules do nothing`,
    source.at,
  );
}

function readIpConfigurations(
  firewall: Source,
  key: string,
  name: 'ipConfigurations' | 'managementIpConfiguration',
): readonly FirewallIpConfiguration[] {
  const items = itemsOf(valueIn(firewall, name));
  // The management address is another one: only the front of the data path goes by the firewall's symbol.
  const symbol = privateAddressOf(
    name === 'ipConfigurations' ? key : `${key}/${name.toLowerCase()}`,
  );
  return elementsIn(firewall, key, name, 'IP configuration', items).map((element) => {
    const subnet = referenceIn(element, 'subnet');
    const publicIp = referenceIn(element, 'publicIPAddress');
    return {
      ...namedOf(element),
      ...present({ subnet, publicIp }),
      privateAddress: withSymbol(
        addressIn(element, 'privateIPAddress'),
        notDeployed(firewall, 'the private address', symbol),
      ),
    };
  });
}

function readHubPrivateAddress(
  firewall: Source,
  key: string,
  isInHub: boolean,
): { hubPrivateAddress?: AddressValue } {
  const address = addressIn(inside(firewall, 'hubIPAddresses'), 'privateIPAddress');
  if (address === undefined && !isInHub) return {};
  const unknown = notDeployed(firewall, 'the private address', privateAddressOf(key));
  return { hubPrivateAddress: withSymbol(address, unknown) };
}

/** The addresses of a secured hub, or as many unknown ones as it is told to have. */
function readHubPublicAddresses(firewall: Source, key: string): readonly AddressValue[] {
  const publicIps = inside(inside(firewall, 'hubIPAddresses'), 'publicIPs');
  const unknown = (index: number) =>
    notDeployed(firewall, 'a public address', `${publicAddressOf(key)}/${index}`);
  const written = itemsOf(valueIn(publicIps, 'addresses'));
  if (written.length > 0) {
    return written.map((value, index) =>
      withSymbol(addressIn(sourceAt(publicIps, value), 'address'), unknown(index)),
    );
  }
  const count = numberIn(publicIps, 'count');
  if (count === undefined) return [];
  return Array.from({ length: isUnknown(count) ? 1 : Math.min(count, 250) }, (_, index) =>
    unknown(index),
  );
}

function notDeployed(firewall: Source, what: string, symbol: string): Unknown {
  return {
    kind: 'unknown',
    reason: 'run-time',
    text: '',
    missing: `${what} of ${titleOf(firewall)}`,
    symbol,
    at: firewall.at,
  };
}
