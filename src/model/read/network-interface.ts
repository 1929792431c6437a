import { itemsOf } from '../../values/index.ts';
import type { NetworkInterface } from '../azure/network.ts';
import type { AzureResource } from '../snapshot.ts';
import { addressesIn, addressIn } from './addresses.ts';
import { type Element, elementsIn, locatedOf } from './named.ts';
import { present } from './present.ts';
import { inside, type Reading, sourceOf, valueIn } from './reading.ts';
import { referenceIn, referencesIn } from './references.ts';
import { booleanIn } from './scalars.ts';

/** `Microsoft.Network/networkInterfaces` (azure-networking 11.2). */
export function readNetworkInterface(reading: Reading, resource: AzureResource): NetworkInterface {
  const source = sourceOf(reading, 'network interface', resource);
  const networkSecurityGroup = referenceIn(source, 'networkSecurityGroup');
  const dns = inside(source, 'dnsSettings');
  const items = itemsOf(valueIn(source, 'ipConfigurations'));
  return {
    ...locatedOf(resource),
    ...present({ networkSecurityGroup }),
    enableIpForwarding: booleanIn(source, 'enableIPForwarding'),
    dnsServers: addressesIn(dns, 'dnsServers', itemsOf(valueIn(dns, 'dnsServers'))),
    ipConfigurations: elementsIn(
      source,
      resource.key,
      'ipConfigurations',
      'IP configuration',
      items,
    ).map(readIpConfiguration),
  };
}

function readIpConfiguration(element: Element): NetworkInterface['ipConfigurations'][number] {
  const privateAddress = addressIn(element, 'privateIPAddress');
  const subnet = referenceIn(element, 'subnet');
  const publicIp = referenceIn(element, 'publicIPAddress');
  return {
    name: element.name,
    ...present({ privateAddress, subnet, publicIp }),
    applicationSecurityGroups: referencesIn(element, 'applicationSecurityGroups'),
    at: element.at,
  };
}
