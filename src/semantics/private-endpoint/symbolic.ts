import { type FlowBox, type FlowRule, needing } from '../../flows/index.ts';
import type { PrivateEndpoint } from '../../model/index.ts';
import {
  type AddressSet,
  isEmptyAddressSet,
  NO_ADDRESSES,
  singleAddress,
  subtractAddresses,
  unionAddresses,
} from '../../net/index.ts';
import {
  type Network,
  PRIVATE_IPV4,
  type SubnetPlacement,
  vnetReaches,
} from '../../network/index.ts';
import { isUnknown, privateAddressOf } from '../../values/index.ts';
import type { Decider, MissingFact } from '../verdict.ts';

/** What stands at an address, and what the flow meets there. */
export interface EndpointEffect {
  readonly endpoint: PrivateEndpoint;
  /** Only an approved connection carries traffic (AZS-30). */
  readonly connection: 'approved' | 'refused';
  /** The subnet whose security group looks at flows to the endpoint; absent: none does (AZS-32). */
  readonly guardedBy?: SubnetPlacement;
  /** May a route table replace the /32 that leads here (AZS-33)? */
  readonly yieldsToRoutes: boolean;
}

export type EndpointRule = FlowRule<EndpointEffect, Decider>;

/**
 * The destinations that are private endpoints. A flow that no rule takes goes to none of them. An endpoint is there for
 * every protocol and port.
 * @param fromVnetKey the network of the sender: endpoints that it cannot reach are left out, for other networks may use
 *   the same numbers. Absent: all of them
 * @see AZS-30 connection state, AZS-31 where their routes are, AZS-32 and AZS-33 policies of the subnet
 */
export function privateEndpointRules(
  network: Network,
  fromVnetKey?: string,
): readonly EndpointRule[] {
  const visible = [...network.perimeter.privateEndpoints.values()].filter((endpoint) => {
    const home = homeOf(network, endpoint)?.vnet.key;
    if (fromVnetKey === undefined || home === undefined) return true;
    return vnetReaches(network, fromVnetKey, home) !== 'no';
  });
  // Written addresses first: an address that somebody has is not the one that another endpoint will get.
  const taken = unionAddresses(...visible.map(writtenAddresses));
  return [
    ...visible.flatMap((endpoint) => {
      const destinations = writtenAddresses(endpoint);
      return isEmptyAddressSet(destinations) ? [] : rulesOf(network, endpoint, { destinations });
    }),
    ...visible.flatMap((endpoint) => {
      if (hasEveryAddress(endpoint)) return [];
      const destinations = subtractAddresses(roomOf(network, endpoint), taken);
      const missing = `which address private endpoint ${endpoint.name} has`;
      return rulesOf(network, endpoint, { destinations, needs: [{ missing }] });
    }),
  ];
}

/** Symbols that stand for an address of the endpoint: a route or record that names one means the endpoint. */
export function symbolsOfEndpoint(endpoint: PrivateEndpoint): readonly string[] {
  const own = endpoint.addresses.flatMap((address) =>
    isUnknown(address) && address.symbol !== undefined ? [address.symbol] : [],
  );
  return [...new Set([...own, privateAddressOf(endpoint.key)])];
}

/** The same for flows that stand at one endpoint, wherever it is: every one is taken or refused. */
export function endpointRules(
  network: Network,
  endpoint: PrivateEndpoint,
): readonly EndpointRule[] {
  return rulesOf(network, endpoint, {});
}

/** Taken, refused, or taken should the state that no file holds be Approved. */
function rulesOf(
  network: Network,
  endpoint: PrivateEndpoint,
  box: FlowBox,
): readonly EndpointRule[] {
  const home = homeOf(network, endpoint);
  const policies = home?.subnet.privateEndpointNetworkPolicies?.toLowerCase();
  const isGuarded = policies === 'enabled' || policies === 'networksecuritygroupenabled';
  const effect = {
    endpoint,
    ...(isGuarded && home !== undefined ? { guardedBy: home } : {}),
    yieldsToRoutes: policies === 'enabled' || policies === 'routetableenabled',
  };
  const by = (status: string): Decider => ({
    kind: 'platform',
    name: `private endpoint ${endpoint.name}: ${status}`,
    at: endpoint.at,
    fact: 'AZS-30',
  });
  const state = connectionOf(endpoint);
  const { exists } = endpoint;
  const there = needing(
    [box],
    exists === undefined ? [] : [{ missing: exists.missing, at: exists.at }],
  );
  const refused: EndpointRule = {
    region: there,
    effect: { ...effect, connection: 'refused' },
    by: by(state.kind === 'refused' ? state.status : 'connection state'),
  };
  if (state.kind === 'refused') return [refused];
  const taken: EndpointRule = {
    region: needing(there, state.why),
    effect: { ...effect, connection: 'approved' },
    by: by(state.why.length === 0 ? 'approved' : 'connection state'),
  };
  return state.why.length === 0 ? [taken] : [taken, refused];
}

type Connection =
  | { readonly kind: 'refused'; readonly status: string }
  /** Approved if everything in `why` comes out so. */
  | { readonly kind: 'approved'; readonly why: readonly MissingFact[] };

/** Every connection must be approved: at once by somebody with rights on both sides, by the owner when asked for (AZS-30). */
function connectionOf({ connections, name, at }: PrivateEndpoint): Connection {
  const why: MissingFact[] = [];
  for (const { status, isManual, at: place } of connections) {
    if (status === undefined) {
      const missing = `whether the owner approved the connection of ${name}`;
      if (isManual) why.push({ missing, at: place });
    } else if (isUnknown(status)) {
      why.push({ missing: status.missing, at: status.at });
    } else if (status.toLowerCase() !== 'approved') {
      return { kind: 'refused', status };
    }
  }
  if (connections.length === 0) why.push({ missing: `the connection of ${name}`, at });
  return { kind: 'approved', why };
}

function homeOf(network: Network, { subnet }: PrivateEndpoint): SubnetPlacement | undefined {
  return subnet === undefined || isUnknown(subnet) ? undefined : network.subnets.get(subnet.key);
}

function writtenAddresses({ addresses }: PrivateEndpoint): AddressSet {
  const known = addresses.flatMap((address) => (isUnknown(address) ? [] : [address]));
  return known.length === 0 ? NO_ADDRESSES : unionAddresses(...known.map(singleAddress));
}

function hasEveryAddress({ addresses }: PrivateEndpoint): boolean {
  return addresses.length > 0 && !addresses.some(isUnknown);
}

/** Where an address that only Azure knows may be. */
function roomOf(network: Network, endpoint: PrivateEndpoint): AddressSet {
  const room = homeOf(network, endpoint)?.addresses;
  return room === undefined || isEmptyAddressSet(room) ? PRIVATE_IPV4 : room;
}
