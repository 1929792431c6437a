import type { Gap } from '../../diagnostics/index.ts';
import type { Datasets } from '../../facts/index.ts';
import type { Perimeter } from '../../model/index.ts';
import { formatIp, type Prefix, prefixesOfAddressSet } from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import { AddressPool } from './address-pool.ts';
import { type AppliancePart, applianceHost } from './appliance-host.ts';
import { dnsServers } from './dns-servers.ts';
import { fabricHost } from './fabric-host.ts';
import type { FabricInput } from './fabric-input.ts';
import { type Fabric, fabricsOf, vnetsWithoutFabric } from './fabrics.ts';
import { HostNames } from './host-names.ts';
import { INTERNET_ADDRESS, internetHost, internetPrograms } from './internet-host.ts';
import { ipv6Gaps } from './ipv6-gaps.ts';
import { apiServerAddress, apiServerSeat, labNames } from './lab-names.ts';
import { DEFAULT_LAB, type LabOptions } from './lab-options.ts';
import type { LabEnd, LabHost, LabName, LabPlan } from './lab-plan.ts';
import { type LoadBalancers, loadBalancers } from './load-balancers.ts';
import { withManagedNetworks } from './managed-network.ts';
import { nameAddress } from './name-address.ts';
import type { FrontendRoute, NodesPart } from './node-seat.ts';
import { planNodes } from './nodes/index.ts';
import { ordered } from './ordered.ts';
import { overlapGaps, overlappingVnets } from './overlapping-vnets.ts';
import { perimeterEdge } from './perimeter-edge.ts';
import { gatewayPart } from './plan-gateways.ts';
import { planSeats, type Seats } from './plan-seats.ts';
import { platformHost } from './platform-host.ts';
import type { Seat } from './seat.ts';
import { seatEnd, seatHost } from './seat-host.ts';
import { withStandInControllers } from './stand-in-controllers.ts';
import { unheldAddresses } from './unheld-addresses.ts';
import { SIMPLIFICATIONS, unmodelled } from './unmodelled.ts';
import { writtenAddresses } from './written-addresses.ts';

/**
 * A perimeter as namespaces, cables, rules and programs. Pure: the same perimeter gives the same plan, whatever the order of its files.
 * @param perimeter with every address a number: see `pinnedPerimeter`. Whoever still has none is not in the lab, and told as a gap
 * @param assumed what was pinned to make it so
 */
export function planLab(
  perimeter: Perimeter,
  network: Network,
  datasets: Datasets,
  options: Partial<LabOptions> & { readonly assumed?: LabPlan['assumed'] } = {},
): LabPlan {
  const chosen: LabOptions = { ...DEFAULT_LAB, ...options };
  const managed = withManagedNetworks(ordered(network));
  const names = new HostNames();
  names.give('internet');
  const pool = new AddressPool(takenAddresses(perimeter, managed.network));
  const input = withStandInControllers(managed.network, pool);
  const fabrics = fabricsOf(input, names);
  const seats = planSeats(input, fabrics, pool, names, chosen);
  const known = labNames(input, seats.seats);
  const resolve = resolver(known);
  const nodes = planNodes(input, seats.nodes, {
    lab: chosen.lab,
    resolve: (name) => [resolve(name)],
    names: known.map(({ name }) => name),
    apiServer: (name) => {
      const cluster = input.clusters.find((one) => one.name === name)?.cluster;
      if (cluster === undefined) return [];
      const seat = apiServerSeat(seats.seats, cluster);
      return seat?.addresses.map(formatIp) ?? [apiServerAddress(input, cluster)];
    },
    podsPerWorkload: chosen.podsPerWorkload,
    taken: names.given,
  });
  names.take(nodes.hosts.map(({ name }) => name));
  const frontendsOfServices = new Set(nodes.frontendRoutes.map(({ address }) => address));
  const balancers = loadBalancers(input, seats.seats, frontendsOfServices);
  const frontends = [...nodes.frontendRoutes, ...balancers.routes];
  const edges = perimeterEdge({
    network: input,
    fabrics,
    seats,
    nodes,
    frontends,
    balancers,
    pool,
    names,
  });
  const unheld = unheldAddresses(
    input,
    new Set([
      ...[...edges.reached.values()].flat(),
      ...edges.services.map(({ address }) => address),
    ]),
  );
  const internet = internetHost(fabrics, edges.reached, edges.backbone, edges.services, unheld);
  const built = fabrics.map((fabric) =>
    fabricHost(fabricInput(input, fabric, seats, nodes, frontends)),
  );
  const appliances = appliancesOf(input, datasets, seats.seats, resolve);
  const gateways = gatewayPart(perimeter, seats.seats, nodes);
  const hosts: LabHost[] = [
    internet.host,
    ...edges.hosts,
    ...built.map(({ host }) => host),
    ...fabrics.map(platformHost),
    ...appliances.map(({ host }) => host),
    ...plainHosts(seats.seats, balancers),
    ...nodes.hosts,
  ];
  const dns = dnsServers(input, fabrics, seats.seats, known);
  const outside = internetPrograms();
  const overlapping = overlappingVnets(input, fabrics);
  const ends = endsOf(seats.seats, nodes, edges.ends).map(unasked(seats, nodes, overlapping));
  // Names of the perimeter's own ends are known to its DNS, and are no names of the internet.
  const isPerimeter = new Set([
    ...ends.flatMap(({ addresses }) => addresses),
    ...frontends.map(({ address }) => address),
  ]);
  return {
    lab: chosen.lab,
    hosts: hosts.map((host) => ({
      ...host,
      answers: host.answers && !gateways.silent.has(host.name),
      ...zoneOf(host, seats),
    })),
    links: [...internet.links, ...built.flatMap(({ links }) => links), ...nodes.links],
    processes: [
      ...dns.processes,
      ...outside.processes,
      ...appliances.flatMap(({ processes }) => processes),
      ...nodes.processes,
      ...gateways.processes,
    ],
    files: byPath([
      ...dns.files,
      ...outside.files,
      ...appliances.flatMap(({ files }) => files),
      ...nodes.files,
      ...gateways.files,
    ]),
    certificates: gateways.certificates,
    names: known.filter(({ address }) => !isPerimeter.has(address)),
    ownNames: [
      ...new Set(known.flatMap(({ name, address }) => (isPerimeter.has(address) ? [name] : []))),
    ].sort(),
    ends,
    appliances: appliances.map(({ host, appliance }) => ({ host: host.name, appliance })),
    assumed: options.assumed ?? [],
    gaps: distinct([
      ...managed.gaps,
      ...vnetsWithoutFabric(input, fabrics),
      ...overlapGaps(input, overlapping),
      ...seats.gaps,
      ...built.flatMap(({ gaps }) => gaps),
      ...edges.gaps,
      ...balancers.gaps,
      ...appliances.flatMap(({ appliance }) => appliance.gaps),
      ...nodes.gaps,
      ...gateways.gaps,
      ...ipv6Gaps(perimeter),
      ...unmodelled(perimeter),
    ]),
    simplifications: [
      ...SIMPLIFICATIONS,
      ...new Set([...nodes.simplifications, ...gateways.simplifications]),
    ],
  };
}

/** Those that somebody has or writes: nobody else gets them. */
function takenAddresses(perimeter: Perimeter, network: Network): Iterable<number> {
  const owned = network.owners.entries.flatMap(({ address }) =>
    address.isExact ? address.addresses.v4.slice(0, 1) : [],
  );
  return [...writtenAddresses(perimeter.snapshot), ...owned];
}

function resolver(known: readonly LabName[]): (name: string) => string {
  const byName = new Map(known.map(({ name, address }) => [name, address]));
  return (name) => byName.get(name.toLowerCase()) ?? nameAddress(name);
}

function fabricInput(
  network: Network,
  fabric: Fabric,
  { seats, nodes: nodeSeats, clusterOf }: Seats,
  nodes: NodesPart,
  frontends: readonly FrontendRoute[],
): FabricInput {
  const own = seats.filter((seat) => seat.fabric === fabric.host);
  const hosts = new Set(own.map(({ host }) => host));
  const podRanges = new Map<string, Prefix[]>();
  const podSubnets = new Map<string, string>();
  for (const { host, cluster, pool } of nodeSeats) {
    const seat = own.find((one) => one.host === host);
    if (seat === undefined) continue;
    const { addressing, podAddresses } = cluster;
    const key = seat.subnet.subnet.key;
    // Where nobody knows how pods get their addresses the lab gives them such as no network has: an overlay, to the fabric too.
    if (addressing !== 'node-subnet' && addressing !== 'pod-subnet') {
      podRanges.set(
        key,
        prefixesOfAddressSet(podAddresses).filter(({ family }) => family === 4),
      );
    }
    const placed = cluster.pools.find((one) => one.pool.key === pool?.key)?.podSubnet;
    if (addressing === 'pod-subnet' && placed?.kind === 'found') {
      podSubnets.set(host, placed.target.subnet.key);
    }
  }
  // AZS-71: pods of an overlay are reached from an application gateway too.
  const ranges = own
    .filter((seat) => clusterOf.has(seat.host))
    .flatMap((seat) => podRanges.get(seat.subnet.subnet.key) ?? []);
  for (const seat of own) {
    if (seat.kind === 'application-gateway' && ranges.length > 0) {
      podRanges.set(seat.subnet.subnet.key, [
        ...new Map(ranges.map((one) => [one.base, one])).values(),
      ]);
    }
  }
  return {
    network,
    fabric,
    seats: own,
    podRoutes: nodes.podRoutes.filter(({ node }) => hosts.has(node)),
    frontends: frontends.filter((route) => route.nodes.some((node) => hosts.has(node))),
    podRanges,
    podSubnets,
  };
}

function appliancesOf(
  network: Network,
  datasets: Datasets,
  seats: readonly Seat[],
  resolve: (name: string) => string,
): readonly AppliancePart[] {
  return [...network.firewalls.values()].flatMap((placement) => {
    const seat = seats.find(
      ({ kind, of }) => kind === 'appliance' && of === placement.firewall.key,
    );
    return seat === undefined ? [] : [applianceHost(network, datasets, placement, seat, resolve)];
  });
}

function plainHosts(seats: readonly Seat[], { owned }: LoadBalancers): readonly LabHost[] {
  return seats
    .filter(({ kind }) => kind !== 'node' && kind !== 'appliance')
    .map((seat) => {
      const further = [...seat.furtherAddresses, ...(owned.get(seat.host) ?? [])];
      return seatHost({ ...seat, furtherAddresses: further });
    });
}

/** AKS spreads the nodes of a pool over its zones. */
function zoneOf({ name }: LabHost, { nodes }: Seats): Pick<LabHost, 'zone'> {
  const node = nodes.find(({ host }) => host === name);
  const zones = node?.pool?.zones ?? [];
  const zone = node === undefined ? undefined : zones[node.index % zones.length];
  return zone === undefined ? {} : { zone };
}

function endsOf(
  seats: readonly Seat[],
  nodes: NodesPart,
  further: readonly LabEnd[],
): readonly LabEnd[] {
  const internet: LabEnd = {
    name: 'internet',
    host: 'internet',
    addresses: [INTERNET_ADDRESS],
    traceName: 'internet',
  };
  const own = seats.filter(({ kind }) => kind !== 'node').flatMap(seatEnd);
  return [...own, ...nodes.ends, ...further, internet].sort((a, b) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : 0,
  );
}

/** Whoever sits where two VNets share addresses is asked nothing, pods by their node. */
function unasked(
  { seats, clusterOf }: Seats,
  { links }: NodesPart,
  overlapping: ReadonlyMap<string, string>,
): (end: LabEnd) => LabEnd {
  const why = new Map<string, string>();
  const ofNodes = new Set(
    seats.flatMap(({ host, subnet }) => (clusterOf.has(host) ? [subnet.subnet.key] : [])),
  );
  for (const { host, subnet, isPoolMember } of seats) {
    const reason = overlapping.get(subnet.vnet.key);
    if (reason !== undefined) why.set(host, `its virtual network is not asked about: ${reason}`);
    else if (isPoolMember === true && ofNodes.has(subnet.subnet.key)) {
      why.set(host, 'the proof takes whoever is in the subnet of nodes for one of them');
    }
  }
  if (why.size === 0) return (end) => end;
  for (const { ends } of links) {
    const reason = ends.map(({ host }) => why.get(host)).find((text) => text !== undefined);
    if (reason !== undefined) for (const { host } of ends) why.set(host, reason);
  }
  return (end) => {
    const notProbed = end.notProbed ?? why.get(end.host);
    return notProbed === undefined ? end : { ...end, notProbed };
  };
}

function byPath(files: LabPlan['files']): LabPlan['files'] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function distinct(gaps: readonly Gap[]): readonly Gap[] {
  const seen = new Map<string, Gap>();
  for (const gap of gaps) {
    const key = `${gap.what}\n${gap.why}`;
    if (!seen.has(key)) seen.set(key, gap);
  }
  return [...seen.values()].sort((a, b) => (a.what < b.what ? -1 : a.what > b.what ? 1 : 0));
}
