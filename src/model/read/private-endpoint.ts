import { isUnknown, itemsOf, privateAddressOf } from '../../values/index.ts';
import type { AddressValue, Reference } from '../azure/common.ts';
import type { PrivateEndpoint } from '../azure/network.ts';
import type { AzureResource } from '../snapshot.ts';
import { addressesIn, addressIn } from './addresses.ts';
import { childrenOf, doubtOf } from './children.ts';
import { type Element, elementsIn, locatedOf } from './named.ts';
import { present } from './present.ts';
import {
  inside,
  propertiesOf,
  type Reading,
  type Source,
  sourceAt,
  sourceOf,
  titleOf,
  valueIn,
} from './reading.ts';
import { referenceIn, referenceOf, referencesIn } from './references.ts';
import { required, settingIn, textIn, textsIn } from './scalars.ts';

/** `Microsoft.Network/privateEndpoints` with its zone groups (azure-networking 6.3, 11.2). */
export function readPrivateEndpoint(reading: Reading, resource: AzureResource): PrivateEndpoint {
  const source = sourceOf(reading, 'private endpoint', resource);
  const subnet = referenceIn(source, 'subnet');
  const connections = [
    ...readConnections(source, resource.key, 'privateLinkServiceConnections', false),
    ...readConnections(source, resource.key, 'manualPrivateLinkServiceConnections', true),
  ];
  const dnsConfigs = itemsOf(valueIn(source, 'customDnsConfigs')).flatMap((item) => {
    const config = sourceAt(source, item);
    const fqdn = textIn(config, 'fqdn');
    if (fqdn === undefined) return [];
    const addresses = addressesIn(config, 'ipAddresses', itemsOf(valueIn(config, 'ipAddresses')));
    return [{ fqdn, addresses }];
  });
  return {
    ...locatedOf(resource),
    ...present({ subnet }),
    connections,
    addresses: addressesOf(source, resource.key, dnsConfigs),
    dnsConfigs,
    zoneGroupZones: zonesOf(reading, resource),
  };
}

function readConnections(
  source: Source,
  key: string,
  list: string,
  isManual: boolean,
): PrivateEndpoint['connections'] {
  const items = itemsOf(valueIn(source, list));
  return elementsIn(source, key, list, 'connection', items).map((element: Element) => {
    const service = referenceIn(element, 'privateLinkServiceId');
    return {
      name: element.name,
      service: required(element, 'privateLinkServiceId', service),
      groupIds: textsIn(element, 'groupIds'),
      status: settingIn(inside(element, 'privateLinkServiceConnectionState'), 'status'),
      isManual,
      at: element.at,
    };
  });
}

/**
 * Its addresses: as asked for, else as Azure reports them in the DNS settings or on the interface. When none of them is
 * written there is one unknown address under the endpoint's own symbol.
 */
function addressesOf(
  source: Source,
  key: string,
  dnsConfigs: PrivateEndpoint['dnsConfigs'],
): readonly AddressValue[] {
  const asked = itemsOf(valueIn(source, 'ipConfigurations')).flatMap((item) => {
    const address = addressIn(sourceAt(source, propertiesOf(item)), 'privateIPAddress');
    return address === undefined ? [] : [address];
  });
  if (asked.length > 0) return asked;
  const reported = distinct(dnsConfigs.flatMap((config) => config.addresses));
  if (reported.length > 0) return reported;
  const onInterfaces = distinct(
    referencesIn(source, 'networkInterfaces').flatMap((reference) =>
      interfaceAddresses(source, reference),
    ),
  );
  if (onInterfaces.length > 0) return onInterfaces;
  const missing = `the private address of ${titleOf(source)}`;
  const symbol = privateAddressOf(key);
  return [{ kind: 'unknown', reason: 'run-time', text: '', missing, symbol, at: source.at }];
}

function interfaceAddresses(source: Source, reference: Reference): readonly AddressValue[] {
  if (isUnknown(reference)) return [];
  const found = source.reading.snapshot.resources.get(reference.key);
  const properties = sourceAt(source, found && propertiesOf(found.body));
  return itemsOf(valueIn(properties, 'ipConfigurations')).flatMap((item) => {
    const value = propertiesOf(item);
    const address = addressIn(sourceAt(source, value), 'privateIPAddress');
    return address === undefined ? [] : [address];
  });
}

function distinct(addresses: readonly AddressValue[]): readonly AddressValue[] {
  const seen = new Set<number | bigint>();
  return addresses.filter((address) => {
    if (isUnknown(address)) return true;
    if (seen.has(address.value)) return false;
    seen.add(address.value);
    return true;
  });
}

function zonesOf(reading: Reading, endpoint: AzureResource): readonly Reference[] {
  return childrenOf(reading.children, endpoint, 'privatednszonegroups').flatMap((child) => {
    const source = sourceOf(reading, 'zone group', child);
    const doubt = doubtOf(child, endpoint);
    if (doubt !== undefined) return [doubt];
    return itemsOf(valueIn(source, 'privateDnsZoneConfigs')).flatMap((item) => {
      const config = sourceAt(source, propertiesOf(item));
      const zone = referenceOf(config, 'privateDnsZoneId', valueIn(config, 'privateDnsZoneId'));
      return zone === undefined ? [] : [zone];
    });
  });
}
