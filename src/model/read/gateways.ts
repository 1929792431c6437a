import { isUnknown, itemsOf } from '../../values/index.ts';
import type { Reference } from '../azure/common.ts';
import type {
  BastionHost,
  GatewayConnection,
  LocalNetworkGateway,
  VirtualNetworkGateway,
} from '../azure/network.ts';
import type { AzureResource } from '../snapshot.ts';
import { prefixesIn } from './addresses.ts';
import { locatedOf } from './named.ts';
import { present } from './present.ts';
import { skuNameOf } from './public-ip.ts';
import {
  inside,
  propertiesOf,
  type Reading,
  reportGap,
  type Source,
  sourceAt,
  sourceOf,
  valueIn,
} from './reading.ts';
import { referenceIn } from './references.ts';
import { booleanIn, decidingTextIn } from './scalars.ts';

/** `Microsoft.Network/virtualNetworkGateways`. */
export function readVirtualNetworkGateway(
  reading: Reading,
  resource: AzureResource,
): VirtualNetworkGateway {
  const source = sourceOf(reading, 'virtual network gateway', resource);
  const gatewayType = decidingTextIn(source, 'gatewayType');
  const subnet = subnetOf(source);
  noteSiteGaps(source);
  return {
    ...locatedOf(resource),
    ...present({ gatewayType, subnet }),
    enableBgp: booleanIn(source, 'enableBgp'),
  };
}

/** Settings that bring routes or clients of their own. */
function noteSiteGaps(source: Source): void {
  if (isUnknown(source.value)) return;
  const whys = {
    gatewayDefaultSite: 'a default site draws all Internet traffic of the network to premises',
    customRoutes: 'they are announced to VPN clients',
    vpnClientConfiguration: 'VPN clients have addresses and routes of their own',
  };
  for (const [name, why] of Object.entries(whys)) {
    const value = valueIn(source, name);
    const isSet = value?.kind === 'object' ? value.members.size > 0 : value?.kind === 'unknown';
    if (isSet) reportGap(source.reading, `virtualNetworkGateways/${name}`, why, source.at);
  }
}

export function readLocalNetworkGateway(
  reading: Reading,
  resource: AzureResource,
): LocalNetworkGateway {
  const source = sourceOf(reading, 'local network gateway', resource);
  const space = inside(source, 'localNetworkAddressSpace');
  return { ...locatedOf(resource), prefixes: prefixesIn(space, 'addressPrefixes', '') };
}

export function readGatewayConnection(
  reading: Reading,
  resource: AzureResource,
): GatewayConnection {
  const source = sourceOf(reading, 'connection', resource);
  const gateway = referenceIn(source, 'virtualNetworkGateway1');
  const localGateway = referenceIn(source, 'localNetworkGateway2');
  return {
    ...locatedOf(resource),
    ...present({ gateway, localGateway }),
  };
}

export function readBastionHost(reading: Reading, resource: AzureResource): BastionHost {
  const source = sourceOf(reading, 'bastion host', resource);
  const subnet = subnetOf(source);
  return {
    ...locatedOf(resource),
    ...skuNameOf(reading, resource),
    ...present({ subnet }),
    isPrivateOnly: booleanIn(source, 'enablePrivateOnlyBastion'),
  };
}

/** The subnet of the first IP configuration that names one. */
export function subnetOf(source: Source, list = 'ipConfigurations'): Reference | undefined {
  for (const item of itemsOf(valueIn(source, list))) {
    const subnet = referenceIn(sourceAt(source, propertiesOf(item)), 'subnet');
    if (subnet !== undefined) return subnet;
  }
  return undefined;
}
