import { itemsOf, type Unknown } from '../../values/index.ts';
import type { PrivateDnsZone, PrivateDnsZoneLink } from '../azure/network.ts';
import type { AzureResource } from '../snapshot.ts';
import { addressIn } from './addresses.ts';
import { childrenOf, doubtOf } from './children.ts';
import { locatedOf } from './named.ts';
import { present } from './present.ts';
import { type Reading, type Source, sourceAt, sourceOf, valueIn } from './reading.ts';
import { referenceIn } from './references.ts';
import { booleanIn, decidingTextIn, required } from './scalars.ts';

/** `Microsoft.Network/privateDnsZones` with its links and A records (azure-networking 6.3). */
export function readPrivateDnsZone(reading: Reading, resource: AzureResource): PrivateDnsZone {
  const { children } = reading;
  return {
    ...locatedOf(resource),
    zone: resource.name.toLowerCase(),
    links: childrenOf(children, resource, 'virtualnetworklinks').map((child) =>
      readLink(sourceOf(reading, 'virtual network link', child), child, doubtOf(child, resource)),
    ),
    aRecords: children
      .of(resource.key, 'a')
      .map((child) => readRecord(sourceOf(reading, 'A record', child), child, resource)),
  };
}

function readLink(
  source: Source,
  child: AzureResource,
  doubt: Unknown | undefined,
): PrivateDnsZoneLink {
  const resolutionPolicy = decidingTextIn(source, 'resolutionPolicy');
  const network = required(source, 'virtualNetwork', referenceIn(source, 'virtualNetwork'));
  return {
    key: child.key,
    name: child.name,
    at: child.at,
    // A link that exists in some worlds only links nothing for certain.
    virtualNetwork: doubt ?? network,
    registrationEnabled: booleanIn(source, 'registrationEnabled'),
    ...present({ resolutionPolicy }),
  };
}

function readRecord(
  source: Source,
  child: AzureResource,
  zone: AzureResource,
): PrivateDnsZone['aRecords'][number] {
  const written = itemsOf(valueIn(source, 'aRecords')).flatMap((value) => {
    const address = addressIn(sourceAt(source, value), 'ipv4Address');
    return address === undefined ? [] : [address];
  });
  const doubt = doubtOf(child, zone);
  const addresses = doubt === undefined ? written : [doubt];
  return { name: child.name, addresses, at: child.at };
}
