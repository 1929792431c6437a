import { itemsOf } from '../../values/index.ts';
import type { PrivateDnsZone, PrivateDnsZoneLink } from '../azure/network.ts';
import type { AzureResource } from '../snapshot.ts';
import { addressIn } from './addresses.ts';
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
    links: children
      .of(resource.key, 'virtualnetworklinks')
      .map((child) => readLink(sourceOf(reading, 'virtual network link', child), child)),
    aRecords: children
      .of(resource.key, 'a')
      .map((child) => readRecord(sourceOf(reading, 'A record', child), child)),
  };
}

function readLink(source: Source, child: AzureResource): PrivateDnsZoneLink {
  const resolutionPolicy = decidingTextIn(source, 'resolutionPolicy');
  const network = required(source, 'virtualNetwork', referenceIn(source, 'virtualNetwork'));
  return {
    key: child.key,
    name: child.name,
    at: child.at,
    // A link that exists in some worlds only links nothing for certain.
    virtualNetwork: child.exists ?? network,
    registrationEnabled: booleanIn(source, 'registrationEnabled'),
    ...present({ resolutionPolicy }),
  };
}

function readRecord(source: Source, child: AzureResource): PrivateDnsZone['aRecords'][number] {
  const written = itemsOf(valueIn(source, 'aRecords')).flatMap((value) => {
    const address = addressIn(sourceAt(source, value), 'ipv4Address');
    return address === undefined ? [] : [address];
  });
  const addresses = child.exists === undefined ? written : [child.exists];
  return { name: child.name, addresses, at: child.at };
}
