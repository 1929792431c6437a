import {
  type AddressSet,
  ALL_ADDRESSES,
  formatPrefix,
  subtractAddresses,
  unionAddresses,
} from '../../net/index.ts';
import {
  type Network,
  PRIVATE_IPV4,
  type SubnetPlacement,
  type VnetPlacement,
} from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { MissingFact } from '../verdict.ts';
import type { DraftRoute } from './draft-route.ts';
import { RANK } from './rank.ts';

/**
 * Routes learned through gateways (AZN-05), gone with propagation off (AZN-11). What BGP or ExpressRoute adds is in no
 * file: it may be longer than any route for a private address outside the known VNets (AZN-23).
 */
export function* gatewayRoutes(
  network: Network,
  vnet: VnetPlacement,
  subnet: SubnetPlacement,
): Generator<DraftRoute> {
  const uncertain: MissingFact[] = [];
  if (subnet.routeTable.kind === 'found') {
    const { disableBgpRoutePropagation: disabled, exists } = subnet.routeTable.target;
    if (disabled === true && exists === undefined) return; // AZN-11
    if (disabled === true && exists !== undefined) {
      uncertain.push({ missing: exists.missing, at: exists.at });
    }
    if (isUnknown(disabled)) uncertain.push({ missing: disabled.missing, at: disabled.at });
  }
  const base = {
    source: 'VirtualNetworkGateway',
    nextHopType: 'VirtualNetworkGateway',
    nextHops: [],
  } as const;
  const rank = RANK.gateway;
  for (const { prefix, origin, at } of vnet.gatewayPrefixes) {
    const name = `gateway route of ${origin}`;
    const prefixText = formatPrefix(prefix);
    const route = {
      ...base,
      name,
      prefixes: [prefix],
      prefixText,
      uncertain,
      fact: 'AZN-05',
      at,
    } as const;
    yield { route, rank };
  }
  const learned = { ...base, name: 'gateway route', prefixes: [], prefixText: 'learned prefixes' };
  if (vnet.learnsUnknownRoutes) {
    const missing = {
      missing: `the routes learned by the gateway: ${vnet.unknownRoutesWhy ?? ''}`,
    };
    const route = { ...learned, uncertain: [...uncertain, missing], fact: 'AZN-23' } as const;
    yield { route, rank, reach: privateOutside(network) };
  }
  if (vnet.mayLearnDefaultRoute !== undefined) {
    const missing = { missing: vnet.mayLearnDefaultRoute };
    const route = { ...learned, uncertain: [...uncertain, missing], fact: 'AZN-24' } as const;
    yield { route, rank, reach: ALL_ADDRESSES, onlyOverDefault: true };
  }
}

const outside = new WeakMap<Network, AddressSet>();

/** Private addresses of no known VNet: where routes learned from elsewhere may lead. */
function privateOutside(network: Network): AddressSet {
  const known = outside.get(network);
  if (known !== undefined) return known;
  const spaces = [...network.vnets.values()].map((vnet) => vnet.addresses);
  const set = subtractAddresses(PRIVATE_IPV4, unionAddresses(...spaces));
  outside.set(network, set);
  return set;
}
