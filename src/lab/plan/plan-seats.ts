import type { Gap } from '../../diagnostics/index.ts';
import type { ManagedCluster } from '../../model/index.ts';
import { addressesOfPrefixes, formatIp, formatPrefix } from '../../net/index.ts';
import type { ClusterPlacement, Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { AddressPool } from './address-pool.ts';
import type { Fabric } from './fabrics.ts';
import type { HostNames } from './host-names.ts';
import type { LabOptions } from './lab-options.ts';
import type { NodeSeat } from './node-seat.ts';
import { nodeSeats } from './node-seats.ts';
import { poolMembers } from './pool-members.ts';
import { prefixesOfSubnet, type Seat } from './seat.ts';
import { exact, ipv4, keysOf, type Making, publicText, seatIn, subnetOf } from './seat-making.ts';

export interface Seats {
  readonly seats: readonly Seat[];
  /** Beside their seats: what the planning of nodes needs. */
  readonly nodes: readonly NodeSeat[];
  readonly clusterOf: ReadonlyMap<string, ClusterPlacement>;
  readonly gaps: readonly Gap[];
}

/** A namespace and a cable each: more would take minutes and gigabytes, and tell nothing new. */
const SEATS_MAX = 800;

/**
 * Who sits where: firewalls, application gateways, private endpoints, API servers, machines, nodes, and what is behind gateways. Addresses
 * that the input does not fix are the next free ones of the subnet. Every ordinary subnet in which nothing else sits gets one
 * machine, so that questions about the subnet can be asked.
 */
export function planSeats(
  network: Network,
  fabrics: readonly Fabric[],
  pool: AddressPool,
  names: HostNames,
  options: LabOptions,
): Seats {
  const fabricOf = new Map(
    fabrics.flatMap((fabric) => fabric.vnetKeys.map((key) => [key, fabric] as const)),
  );
  const making: Making = { network, fabricOf, pool, names, options, gaps: [], endNames: new Set() };
  const fixed: Seat[] = [
    ...firewalls(making),
    ...applicationGateways(making),
    ...privateEndpoints(making),
    ...networkInterfaces(making),
    ...onPremises(making),
  ];
  const pools = nodeSeats(making);
  const apiServers = [...privateApiServers(making)];
  const owned = [...fixed, ...pools.seats, ...apiServers];
  const seated = [...owned, ...poolMembers(making, owned)];
  const machines = [...lonelySubnets(making, seated)];
  const seats = [...seated, ...machines];
  if (seats.length > SEATS_MAX) {
    const why = `a lab has at most ${SEATS_MAX} interfaces in its networks`;
    making.gaps.push({ what: `${seats.length - SEATS_MAX} further interfaces`, why });
  }
  return {
    seats: seats.slice(0, SEATS_MAX),
    nodes: pools.nodes,
    clusterOf: pools.clusterOf,
    gaps: making.gaps,
  };
}

function* firewalls(making: Making): Generator<Seat> {
  for (const placement of making.network.firewalls.values()) {
    const { firewall, subnet, privateAddress, publicAddresses } = placement;
    const address = privateAddress?.isExact === true ? privateAddress.addresses.v4[0] : undefined;
    if (subnet.kind !== 'found' || address === undefined) {
      const why = 'its subnet is not in the input (a firewall of a virtual hub has none)';
      making.gaps.push({ what: `firewall ${firewall.name}`, why, at: firewall.at });
      continue;
    }
    const seat = seatIn(making, subnet.target, {
      host: making.names.give('firewall'),
      kind: 'appliance',
      label: `firewall ${firewall.name}`,
      of: firewall.key,
      endName: `firewall/${firewall.name}`,
      addresses: [ipv4(address)],
      furtherAddresses: publicAddresses.flatMap(({ address: known }) =>
        known.isExact && known.addresses.v4[0] !== undefined
          ? [formatIp(ipv4(known.addresses.v4[0]))]
          : [],
      ),
      forwards: true,
      answers: false,
    });
    if (seat !== undefined) yield seat;
  }
}

function* applicationGateways(making: Making): Generator<Seat> {
  const { network, pool, names, gaps } = making;
  for (const gateway of network.perimeter.applicationGateways.values()) {
    const subnet = subnetOf(network, gateway.subnet);
    const address = subnet === undefined ? undefined : pool.privateIn(subnet.addresses);
    if (subnet === undefined || address === undefined) {
      const why = 'its subnet is not in the input, or full';
      gaps.push({ what: `application gateway ${gateway.name}`, why, at: gateway.at });
      continue;
    }
    const own = gateway.frontends.flatMap(({ privateAddress }) => exact(privateAddress));
    const seat = seatIn(making, subnet, {
      host: names.give(`agw-${gateway.name}`),
      kind: 'application-gateway',
      label: `application gateway ${gateway.name}`,
      of: gateway.key,
      endName: `application-gateway/${gateway.name}`,
      addresses: [address, ...own],
      publicAddresses: gateway.frontends.flatMap(({ publicIp }) => publicText(network, publicIp)),
      answers: false,
    });
    if (seat !== undefined) yield seat;
  }
}

function* privateEndpoints(making: Making): Generator<Seat> {
  const { network, names, gaps } = making;
  for (const endpoint of network.perimeter.privateEndpoints.values()) {
    const subnet = subnetOf(network, endpoint.subnet);
    const addresses = endpoint.addresses.flatMap(exact);
    const isApproved = endpoint.connections.every(
      ({ status }) => status === undefined || (!isUnknown(status) && status === 'Approved'),
    );
    if (subnet === undefined || addresses.length === 0 || !isApproved) {
      const why = isApproved
        ? 'its subnet or address is not known'
        : 'its connection is not approved, so it carries nothing'; // AZS-40
      gaps.push({ what: `private endpoint ${endpoint.name}`, why, at: endpoint.at });
      continue;
    }
    const mode = subnet.subnet.privateEndpointNetworkPolicies?.toLowerCase();
    const seat = seatIn(making, subnet, {
      host: names.give(`pe-${endpoint.name}`),
      kind: 'private-endpoint',
      label: `private endpoint ${endpoint.name}`,
      endName: `private-endpoint/${endpoint.name}`,
      traceName: `private-endpoint:${endpoint.name}`,
      addresses,
      isGuarded: mode === 'enabled' || mode === 'networksecuritygroupenabled', // AZS-42
      resolvers: [],
    });
    if (seat !== undefined) yield seat;
  }
}

function* networkInterfaces(making: Making): Generator<Seat> {
  const { network, names, gaps } = making;
  const endpoints = new Set(
    [...network.perimeter.privateEndpoints.values()].flatMap(({ addresses }) =>
      addresses.flatMap(exact).map(formatIp),
    ),
  );
  for (const nic of network.perimeter.networkInterfaces.values()) {
    const first = nic.ipConfigurations[0];
    const subnet = subnetOf(network, first?.subnet);
    const addresses = nic.ipConfigurations.flatMap(({ privateAddress }) => exact(privateAddress));
    // A private endpoint has an interface of its own, which an export lists too.
    if (addresses.some((ip) => endpoints.has(formatIp(ip)))) continue;
    if (subnet === undefined || addresses.length === 0) {
      const why = 'its subnet or address is not known';
      gaps.push({ what: `network interface ${nic.name}`, why, at: nic.at });
      continue;
    }
    const group = nic.networkSecurityGroup;
    const securityGroup =
      group === undefined || isUnknown(group)
        ? undefined
        : network.perimeter.networkSecurityGroups.get(group.key);
    if (group !== undefined && securityGroup === undefined) {
      const why = 'its network security group is not in the input: in the lab it has none';
      gaps.push({ what: `network interface ${nic.name}`, why, at: nic.at });
    }
    const servers = nic.dnsServers.flatMap(exact).map(formatIp);
    const seat = seatIn(making, subnet, {
      host: names.give(nic.name),
      kind: 'machine',
      label: `network interface ${nic.name}`,
      endName: `machine/${nic.name}`,
      traceName: formatIp(addresses[0]!),
      addresses,
      publicAddresses: nic.ipConfigurations.flatMap(({ publicIp }) =>
        publicText(network, publicIp),
      ),
      groups: nic.ipConfigurations.flatMap(({ applicationSecurityGroups }) =>
        keysOf(applicationSecurityGroups),
      ),
      forwards: nic.enableIpForwarding === true,
      ...(securityGroup === undefined ? {} : { securityGroup }),
      ...(servers.length === 0 ? {} : { resolvers: servers }),
    });
    if (seat !== undefined) yield seat;
  }
}

/** One host behind the gateways of a VNet, with an address in every prefix they know. */
function* onPremises(making: Making): Generator<Seat> {
  const { network, pool, names, gaps } = making;
  for (const gateway of network.perimeter.virtualNetworkGateways.values()) {
    const subnet = subnetOf(network, gateway.subnet);
    const vnet = subnet === undefined ? undefined : network.vnets.get(subnet.vnet.key);
    if (subnet === undefined || vnet === undefined) {
      const why = 'its subnet is not in the input';
      gaps.push({ what: `gateway ${gateway.name}`, why, at: gateway.at });
      continue;
    }
    if (vnet.learnsUnknownRoutes) {
      const why = `${vnet.unknownRoutesWhy ?? 'it learns routes'}: the lab knows none of them`;
      gaps.push({ what: `gateway ${gateway.name}`, why, at: gateway.at });
    }
    const prefixes = vnet.gatewayPrefixes
      .map(({ prefix }) => prefix)
      .filter(({ family }) => family === 4);
    const address = pool.privateIn(subnet.addresses);
    if (prefixes.length === 0 || address === undefined) continue;
    const seat = seatIn(making, subnet, {
      host: names.give('on-premises'),
      kind: 'on-premises',
      label: `behind gateway ${gateway.name}`,
      endName: 'on-premises',
      traceName: `onprem:${formatPrefix(prefixes[0]!)}`,
      addresses: [address],
      furtherAddresses: prefixes.map(formatPrefix),
      isGuarded: false,
      forwards: false,
      resolvers: [],
    });
    if (seat !== undefined) yield seat;
  }
}

/** AKS-52: an endpoint in the subnet of the first pool. AKS-55: with VNet integration, in the subnet it names. */
function* privateApiServers(making: Making): Generator<Seat> {
  const { network, pool, names, gaps } = making;
  for (const placement of network.clusters) {
    const { cluster } = placement;
    if (cluster === undefined || !isPrivate(cluster)) continue;
    const isIntegrated = cluster.apiServer.vnetIntegration === true;
    const home = isIntegrated
      ? subnetOf(network, cluster.apiServer.subnet)
      : found(placement.pools[0]?.nodeSubnet);
    const address = home === undefined ? undefined : pool.privateIn(home.addresses);
    if (home === undefined || address === undefined) {
      const why = 'its subnet is not in the input, or full';
      gaps.push({ what: `API server of ${placement.name}`, why, at: cluster.at });
      continue;
    }
    const seat = seatIn(making, home, {
      host: names.give('api-server'),
      kind: 'api-server',
      label: `API server of ${placement.name} (a stand-in)`,
      of: cluster.key,
      endName: `api-server/${placement.name}`,
      traceName: 'apiserver',
      addresses: [address],
      isGuarded: isIntegrated,
      resolvers: [],
    });
    if (seat !== undefined) yield seat;
  }
}

export function isPrivate({ apiServer }: ManagedCluster): boolean {
  return apiServer.isPrivate === true || apiServer.vnetIntegration === true;
}

const SPECIAL =
  /^(azurefirewallsubnet|azurefirewallmanagementsubnet|gatewaysubnet|azurebastionsubnet|routeserversubnet)$/i;

function* lonelySubnets(making: Making, seated: readonly Seat[]): Generator<Seat> {
  const { network, pool, names } = making;
  const busy = new Set(
    seated
      .filter(({ kind }) => kind === 'machine' || kind === 'node' || kind === 'application-gateway')
      .map(({ subnet }) => subnet.subnet.key),
  );
  for (const placement of network.subnets.values()) {
    const { subnet } = placement;
    if (busy.has(subnet.key) || SPECIAL.test(subnet.name) || subnet.delegations.length > 0)
      continue;
    if (subnet.isReference === true && prefixesOfSubnet(placement).length === 0) continue;
    const address = pool.privateIn(addressesOfPrefixes(prefixesOfSubnet(placement)));
    if (address === undefined) continue;
    const seat = seatIn(making, placement, {
      host: names.give(`vm-${subnet.name.replace(/^snet-/i, '')}`),
      kind: 'machine',
      label: `a machine in subnet ${subnet.name}`,
      endName: `machine/${subnet.name}`,
      traceName: formatIp(address),
      addresses: [address],
    });
    if (seat !== undefined) yield seat;
  }
}

function found<T>(link: { readonly kind: string; readonly target?: T } | undefined): T | undefined {
  return link?.kind === 'found' ? link.target : undefined;
}
