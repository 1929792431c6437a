import type { AddressValue, PrivateEndpoint } from '../../model/index.ts';
import { ALL_IPV4, isEmptyAddressSet, NO_ADDRESSES } from '../../net/index.ts';
import {
  addressWithin,
  exactAddress,
  findOwner,
  type KnownAddress,
  type Link,
  type Network,
  type SubnetPlacement,
  vnetReaches,
} from '../../network/index.ts';
import { isUnknown, privateAddressOf } from '../../values/index.ts';
import type { Flow, FlowAddress } from '../flow.ts';
import { evaluateNsg } from '../nsg/concrete.ts';
import { flowAddressOf } from '../outbound/flow-address.ts';
import { isDirect, routeDecider, selectRoute } from '../routes/concrete.ts';
import type { Decider, MissingFact, Verdict } from '../verdict.ts';

/** Every private endpoint that leads to a service, by the service's lower-cased resource id. */
export function endpointsFor(network: Network, serviceKey: string): readonly PrivateEndpoint[] {
  return [...network.perimeter.privateEndpoints.values()].filter((endpoint) =>
    endpoint.connections.some(
      ({ service }) => service.kind === 'reference' && service.key === serviceKey,
    ),
  );
}

/** The one endpoint of a service that a virtual network can use; approved ones first. */
export function endpointFor(
  network: Network,
  serviceKey: string,
  fromVnetKey?: string,
): PrivateEndpoint | undefined {
  const usable = endpointsFor(network, serviceKey).filter((endpoint) => {
    if (fromVnetKey === undefined) return true;
    const subnet = subnetOfEndpoint(network, endpoint);
    return (
      subnet.kind !== 'found' || vnetReaches(network, fromVnetKey, subnet.target.vnet.key) !== 'no'
    );
  });
  return usable.find((endpoint) => connectionVerdict(endpoint).kind === 'allow') ?? usable[0];
}

/**
 * Does the connection carry traffic at all? A template holds no state: connections made by somebody with rights on
 * both sides are approved at once, manual ones wait for the owner.
 * @see AZS-30
 */
export function connectionVerdict(endpoint: PrivateEndpoint): Verdict {
  const why: MissingFact[] = [];
  const by = (status: string): Decider => ({
    kind: 'platform',
    name: `private endpoint ${endpoint.name}: ${status}`,
    at: endpoint.at,
    fact: 'AZS-30',
  });
  for (const connection of endpoint.connections) {
    if (isUnknown(connection.status)) {
      why.push({ missing: connection.status.missing, at: connection.status.at });
      continue;
    }
    const status = connection.status?.toLowerCase();
    if (status === 'approved' || (status === undefined && !connection.isManual)) continue;
    if (status === undefined) {
      const missing = `whether the owner approved the connection of ${endpoint.name}`;
      why.push({ missing, at: connection.at });
      continue;
    }
    return { kind: 'deny', by: by(connection.status ?? status) };
  }
  if (endpoint.connections.length === 0) {
    why.push({ missing: `the connection of ${endpoint.name}`, at: endpoint.at });
  }
  if (endpoint.exists !== undefined) {
    why.push({ missing: endpoint.exists.missing, at: endpoint.exists.at });
  }
  return why.length > 0
    ? { kind: 'unknown', by: by('connection state'), why }
    : { kind: 'allow', by: by('approved') };
}

/** The address of an endpoint: written, or somewhere in its subnet. */
export function addressOfEndpoint(network: Network, endpoint: PrivateEndpoint): KnownAddress {
  const label = `private endpoint ${endpoint.name}`;
  const own = endpoint.addresses[0];
  const symbol = privateAddressOf(endpoint.key);
  if (own !== undefined && !isUnknown(own)) return exactAddress(own, label, endpoint.at, symbol);
  const subnet = subnetOfEndpoint(network, endpoint);
  const known = subnet.kind === 'found' ? subnet.target.addresses : NO_ADDRESSES;
  // A subnet whose prefix nobody knows is as good as none: an address is never of an empty set.
  const room = isEmptyAddressSet(known) ? ALL_IPV4 : known;
  return addressWithin(room, own?.symbol ?? symbol, label, endpoint.at);
}

export function subnetOfEndpoint(
  network: Network,
  endpoint: PrivateEndpoint,
): Link<SubnetPlacement> {
  const reference = endpoint.subnet;
  if (reference === undefined) return { kind: 'none' };
  if (reference.kind === 'unknown') return { kind: 'unknown', unknown: reference };
  const target = network.subnets.get(reference.key);
  return target === undefined
    ? { kind: 'dangling', id: reference.id, at: reference.at }
    : { kind: 'found', target, at: reference.at };
}

/** Which of a subnet's policies act on the private endpoints in it. */
export interface EndpointPolicies {
  readonly securityGroup: boolean;
  readonly routeTable: boolean;
}

/** @see AZS-32, AZS-33. Not written means Disabled: neither. */
export function policiesInForce(subnet: SubnetPlacement): EndpointPolicies {
  const written = subnet.subnet.privateEndpointNetworkPolicies?.toLowerCase() ?? 'disabled';
  const isAll = written === 'enabled';
  return {
    securityGroup: isAll || written === 'networksecuritygroupenabled',
    routeTable: isAll || written === 'routetableenabled',
  };
}

/**
 * Does an endpoint take a new flow? Its connection must be approved, and the NSG of its subnet must allow it where
 * the subnet lets NSGs act on endpoints.
 * @param flow destination is the endpoint's address
 * @see AZS-30, AZS-32
 */
export function endpointAdmission(
  network: Network,
  endpoint: PrivateEndpoint,
  flow: Flow,
): Verdict {
  const connection = connectionVerdict(endpoint);
  if (connection.kind === 'deny') return connection;
  const home = subnetOfEndpoint(network, endpoint);
  const group = home.kind === 'found' ? home.target.networkSecurityGroup : undefined;
  if (home.kind !== 'found' || group === undefined || group.kind === 'none') return connection;
  if (!policiesInForce(home.target).securityGroup) return connection;
  if (group.kind !== 'found') {
    const { name, at } = home.target.subnet;
    const by: Decider = { kind: 'rule', name: `network security group of ${name}`, at };
    return { kind: 'unknown', by, why: [{ missing: by.name, at }] };
  }
  const verdict = evaluateNsg(network, group.target, 'Inbound', flow, {
    subnetKey: home.target.subnet.key,
  });
  return verdict.kind === 'allow' ? connection : verdict;
}

/** How flows of one subnet reach an endpoint. */
export type EndpointPath =
  /** By the /32 system route or inside the network: no firewall in between. */
  | { readonly kind: 'direct'; readonly by: Decider }
  /** A user route leads to an appliance first; the endpoint's answer comes back through it only with SNAT (AZS-34). */
  | { readonly kind: 'through-appliance'; readonly firewallKey?: string; readonly by: Decider }
  /** Dropped, or sent where the endpoint is not. */
  | { readonly kind: 'unreachable'; readonly by: Decider }
  | { readonly kind: 'unknown'; readonly why: readonly MissingFact[] };

/**
 * Does the way from a subnet to an endpoint bypass the firewall? Mostly it does: the endpoint's /32 beats 0/0.
 * @see AZS-31 where the /32 exists, AZS-33 what replaces it
 */
export function pathToEndpoint(
  network: Network,
  fromSubnetKey: string,
  endpoint: PrivateEndpoint,
): EndpointPath {
  const address = flowAddressOf(addressOfEndpoint(network, endpoint));
  const choice = selectRoute(network, fromSubnetKey, address);
  if (choice.kind === 'unknown') return { kind: 'unknown', why: choice.why };
  if (choice.kind === 'platform') {
    const name = `${endpoint.name} has an address of the Azure host`;
    return { kind: 'unreachable', by: { kind: 'platform', name, at: endpoint.at } };
  }
  const { route } = choice;
  const by = routeDecider(route);
  if (isDirect(route)) return { kind: 'direct', by };
  if (isUnknown(route.nextHopType)) {
    return {
      kind: 'unknown',
      why: [{ missing: route.nextHopType.missing, at: route.nextHopType.at }],
    };
  }
  if (!route.nextHopType.startsWith('VirtualAppliance')) return { kind: 'unreachable', by };
  const vnetKey = network.subnets.get(fromSubnetKey)?.vnet.key;
  const hop = route.nextHops[0];
  const owners =
    hop === undefined
      ? []
      : findOwner(network, asAddress(hop), vnetKey === undefined ? {} : { vnetKey });
  const certain = owners.find(({ certainty }) => certainty === 'yes')?.owner;
  return {
    kind: 'through-appliance',
    by,
    ...(certain?.kind === 'firewall-private' ? { firewallKey: certain.firewall.firewall.key } : {}),
  };
}

/**
 * Does a diverted flow split? The endpoint answers the source it sees, straight through the network: only a source
 * that the appliance put there brings the answer back to it.
 * @param translates whether the appliance replaces the source of this flow
 * @see AZS-34
 */
export function splitsAtAppliance(
  path: EndpointPath,
  translates: 'yes' | 'no' | 'unknown',
): 'yes' | 'no' | 'unknown' {
  if (path.kind === 'unknown') return 'unknown';
  if (path.kind !== 'through-appliance') return 'no';
  if (translates === 'unknown') return 'unknown';
  return translates === 'yes' ? 'no' : 'yes';
}

function asAddress(hop: AddressValue): FlowAddress {
  if (!isUnknown(hop)) return { kind: 'exact', ip: hop };
  const symbol = hop.symbol === undefined ? {} : { symbol: hop.symbol };
  return { kind: 'within', addresses: ALL_IPV4, label: hop.text, ...symbol };
}
