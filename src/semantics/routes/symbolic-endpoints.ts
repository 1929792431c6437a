import type { Condition } from '../../flows/index.ts';
import type { PrivateEndpoint } from '../../model/index.ts';
import {
  addressesOfPrefixes,
  addressSetHas,
  addressSetsOverlap,
  formatIp,
  type Ip,
  isEmptyAddressSet,
  type Prefix,
  prefixCovers,
  subtractAddresses,
} from '../../net/index.ts';
import {
  type Network,
  type SubnetPlacement,
  type VnetPlacement,
  vnetReaches,
} from '../../network/index.ts';
import { isUnknown, privateAddressOf } from '../../values/index.ts';
import { type Candidate, STRENGTH } from './symbolic-candidate.ts';
import { hostPrefix } from './symbolic-prefixes.ts';
import type { Written } from './symbolic-user.ts';

/**
 * Private endpoints in the network and in those it is directly peered with: a route for the one address each (AZN-13). Where the
 * subnet of the endpoint lets them, user routes take its place (AZN-14). An endpoint without a number may be at any
 * address of its subnet. O(endpoints · prefix lengths).
 */
export function endpointCandidates(
  network: Network,
  home: VnetPlacement,
  written: Written,
): Candidate[] {
  const candidates: Candidate[] = [];
  for (const endpoint of network.perimeter.privateEndpoints.values()) {
    const seen = seenFrom(network, home, endpoint);
    if (seen === undefined) continue;
    for (const value of endpoint.addresses) {
      if (isUnknown(value)) candidates.push(...unnumbered(seen, value.symbol, written));
      else candidates.push(numbered(seen, value, written));
    }
    if (endpoint.addresses.length === 0) candidates.push(...unnumbered(seen, undefined, written));
  }
  return candidates;
}

/** An endpoint whose route a network has. */
interface SeenEndpoint {
  readonly endpoint: PrivateEndpoint;
  /** Absent when it is not in the input. */
  readonly subnet?: SubnetPlacement;
  readonly needs: readonly Condition[];
}

/** `undefined`: the network has no route to the endpoint. Without a subnet, an address within reach must do. */
function seenFrom(
  network: Network,
  home: VnetPlacement,
  endpoint: PrivateEndpoint,
): SeenEndpoint | undefined {
  const needs: Condition[] = [];
  if (endpoint.exists !== undefined) {
    needs.push({ missing: endpoint.exists.missing, at: endpoint.exists.at });
  }
  const key =
    endpoint.subnet === undefined || isUnknown(endpoint.subnet) ? '' : endpoint.subnet.key;
  const subnet = network.subnets.get(key);
  if (subnet === undefined) {
    const sets = [
      home.addresses,
      ...home.peers.flatMap((peer) => (peer.state === 'connected' ? [peer.remoteAddresses] : [])),
    ];
    const isNear = endpoint.addresses.some(
      (value) => !isUnknown(value) && sets.some((set) => addressSetHas(set, value)),
    );
    return isNear ? { endpoint, needs } : undefined;
  }
  const reaches = vnetReaches(network, home.vnet.key, subnet.vnet.key);
  if (reaches === 'no') return undefined;
  if (reaches === 'unknown') {
    needs.push({ missing: `whether ${home.vnet.name} is peered with ${subnet.vnet.name}` });
  }
  return { endpoint, subnet, needs };
}

function numbered(seen: SeenEndpoint, ip: Ip, written: Written): Candidate {
  const prefix = hostPrefix(ip);
  const takers = takersOf(seen, prefix, written);
  const strength = STRENGTH.system;
  if (takers.some((needs) => needs.length === 0)) {
    const route = routeTo(seen, [prefix], formatIp(ip), seen.needs);
    return { route, strength, isInvalid: true };
  }
  const needs = [...seen.needs, ...takers.flat()];
  return { route: routeTo(seen, [prefix], formatIp(ip), needs), strength };
}

/** User routes that take the place of a /32, each with what that hangs on (AZN-14). */
function takersOf(
  { endpoint, subnet }: SeenEndpoint,
  prefix: Prefix,
  written: Written,
): readonly (readonly Condition[])[] {
  if (subnet !== undefined && !letsUserRoutesWin(subnet)) return [];
  const own = prefixesOfNetwork(subnet).find((outer) => prefixCovers(outer, prefix));
  const unseen: Condition =
    subnet === undefined
      ? { missing: `the subnet of private endpoint ${endpoint.name}`, at: endpoint.at }
      : {
          missing: `the address space of virtual network ${subnet.vnet.name}`,
          at: subnet.vnet.at,
        };
  const around = written.byPrefix.around(prefix);
  if (own !== undefined) {
    const longEnough = around.filter((other) => other.prefix.length >= own.length);
    return longEnough.map(({ route }) => route.uncertain);
  }
  // No network is as wide as /0.
  const perhaps = around.filter((other) => other.prefix.length > 0);
  return perhaps.map(({ route }) => [...route.uncertain, unseen]);
}

/** @param symbol of the address, when something gives it one of its own */
function unnumbered(seen: SeenEndpoint, symbol: string | undefined, written: Written): Candidate[] {
  const { endpoint, subnet } = seen;
  if (subnet === undefined) return [];
  const own = prefixesOfNetwork(subnet);
  const rivals = letsUserRoutesWin(subnet) ? written.routes : [];
  const taken = rivals
    .flatMap(({ route }) => (route.uncertain.length === 0 ? route.prefixes : []))
    .filter((prefix) => own.some((outer) => prefixCovers(outer, prefix)));
  const reach = subtractAddresses(subnet.addresses, addressesOfPrefixes(taken));
  if (isEmptyAddressSet(reach)) return [];
  const missing = `the address of private endpoint ${endpoint.name}`;
  const needs = [...seen.needs, { missing, at: endpoint.at }];
  const route = routeTo(seen, [], 'an address not known', needs);
  const isAlone =
    seen.needs.length === 0 &&
    !rivals.some(({ route: { prefixes } }) =>
      addressSetsOverlap(addressesOfPrefixes(prefixes), subnet.addresses),
    );
  return [
    {
      route,
      strength: STRENGTH.system,
      reach,
      ...(isAlone ? { symbol: symbol ?? privateAddressOf(endpoint.key) } : {}),
    },
  ];
}

function routeTo(
  { endpoint }: SeenEndpoint,
  prefixes: readonly Prefix[],
  prefixText: string,
  uncertain: readonly Condition[],
): Candidate['route'] {
  return {
    name: `private endpoint ${endpoint.name}`,
    prefixes,
    prefixText,
    source: 'Default',
    nextHopType: 'InterfaceEndpoint',
    nextHops: [],
    uncertain,
    fact: 'AZN-13',
    at: endpoint.at,
    endpoint,
  };
}

function letsUserRoutesWin({ subnet }: SubnetPlacement): boolean {
  const policies = subnet.privateEndpointNetworkPolicies?.toLowerCase() ?? '';
  return ['enabled', 'routetableenabled'].includes(policies);
}

function prefixesOfNetwork(subnet: SubnetPlacement | undefined): Prefix[] {
  const space = subnet?.vnet.addressSpace ?? [];
  return space.flatMap((entry) => (isUnknown(entry) ? [] : [entry.prefix]));
}
