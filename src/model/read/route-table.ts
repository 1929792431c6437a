import { parsePrefix } from '../../net/index.ts';
import { isUnknown, itemsOf, type Unknown, type Value } from '../../values/index.ts';
import type { AddressValue } from '../azure/common.ts';
import type { NextHopType, RouteTable, UserRoute } from '../azure/network.ts';
import type { AzureResource } from '../snapshot.ts';
import { addressesIn, prefixOf } from './addresses.ts';
import { childrenOf, doubtOf } from './children.ts';
import { locatedOf } from './named.ts';
import { present } from './present.ts';
import { inside, type Reading, type Source, sourceOf, valueIn } from './reading.ts';
import { booleanIn, choiceIn, decidingTextIn, missingMember, required } from './scalars.ts';

const NEXT_HOP_TYPES: readonly NextHopType[] = [
  'VirtualAppliance',
  'VirtualApplianceEcmp',
  'VirtualNetworkGateway',
  'VnetLocal',
  'Internet',
  'None',
];

/** `Microsoft.Network/routeTables` with its routes (azure-networking 11.2). */
export function readRouteTable(reading: Reading, resource: AzureResource): RouteTable {
  const source = sourceOf(reading, 'route table', resource);
  const disablePeeringRoute = decidingTextIn(source, 'disablePeeringRoute');
  return {
    ...locatedOf(resource),
    routes: childrenOf(reading.children, resource, 'routes').map((child) =>
      readRoute(sourceOf(reading, 'route', child), child, doubtOf(child, resource)),
    ),
    disableBgpRoutePropagation: booleanIn(source, 'disableBgpRoutePropagation'),
    ...present({ disablePeeringRoute }),
  };
}

function readRoute(source: Source, child: AzureResource, doubt: Unknown | undefined): UserRoute {
  const written = valueIn(source, 'addressPrefix');
  const destination = destinationOf(source, written);
  const type = choiceIn(source, 'nextHopType', NEXT_HOP_TYPES);
  const nextHopType = required(source, 'nextHopType', type);
  return {
    key: child.key,
    name: child.name,
    at: child.at,
    // A route that exists in some worlds only covers nothing for certain.
    destination: doubt ?? destination,
    destinationText: textOf(written),
    nextHopType,
    nextHopAddresses: nextHops(source, nextHopType),
  };
}

/** A CIDR, or else the name of a service tag (AZN-16). */
function destinationOf(source: Source, value: Value | undefined): UserRoute['destination'] {
  if (value === undefined || value.kind === 'null') return missingMember(source, 'addressPrefix');
  if (value.kind === 'string') {
    const text = value.value.trim();
    if (parsePrefix(text) === undefined && /^[A-Za-z][A-Za-z0-9._-]*$/.test(text)) {
      return { kind: 'service-tag', tag: text };
    }
  }
  const prefix = prefixOf(source, 'addressPrefix', value);
  return isUnknown(prefix) ? prefix : { kind: 'prefix', prefix: prefix.prefix };
}

function textOf(value: Value | undefined): string {
  if (value?.kind === 'string') return value.value.trim();
  return value?.kind === 'unknown' ? value.text : '';
}

function nextHops(source: Source, type: UserRoute['nextHopType']): readonly AddressValue[] {
  const name = 'nextHopIpAddress';
  const several = inside(source, 'nextHop');
  const list = itemsOf(valueIn(several, 'nextHopIpAddresses'));
  const single = itemsOf(valueIn(source, name));
  const addresses = addressesIn(source, name, list.length > 0 ? list : single);
  const needsOne = type === 'VirtualAppliance' || type === 'VirtualApplianceEcmp';
  return needsOne && addresses.length === 0 ? [missingMember(source, name)] : addresses;
}
