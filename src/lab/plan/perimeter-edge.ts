import type { Gap } from '../../diagnostics/index.ts';
import { type AddressSet, addressSet, formatIp, parseIpRange } from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import type { AddressPool } from './address-pool.ts';
import { backboneOf } from './backbone.ts';
import { edgeHost } from './edge-host.ts';
import type { Fabric } from './fabrics.ts';
import type { HostNames } from './host-names.ts';
import type { InternetService } from './internet-host.ts';
import type { LabEnd, LabHost } from './lab-plan.ts';
import type { LoadBalancers } from './load-balancers.ts';
import type { FrontendRoute, NodesPart } from './node-seat.ts';
import { type Outbound, outboundOf } from './outbound.ts';
import type { Seats } from './plan-seats.ts';
import { publicApiServer } from './public-api-server.ts';
import { prefixesOfVnet } from './seat.ts';

export interface PerimeterEdge {
  /** Edges, and hosts on the internet. */
  readonly hosts: readonly LabHost[];
  /** Public addresses that lead to a fabric, by fabric. */
  readonly reached: ReadonlyMap<string, readonly string[]>;
  /** Private subnets that reach the internet untranslated, by fabric. */
  readonly backbone: ReadonlyMap<string, readonly string[]>;
  readonly services: readonly InternetService[];
  readonly ends: readonly LabEnd[];
  readonly gaps: readonly Gap[];
}

interface Input {
  readonly network: Network;
  readonly fabrics: readonly Fabric[];
  readonly seats: Seats;
  readonly nodes: NodesPart;
  readonly frontends: readonly FrontendRoute[];
  readonly balancers: LoadBalancers;
  readonly pool: AddressPool;
  readonly names: HostNames;
}

/** Everything between the fabrics and the internet: the edges with their translations, and public API servers behind them. */
export function perimeterEdge(input: Input): PerimeterEdge {
  const { network, fabrics } = input;
  const hosts: LabHost[] = [];
  const gaps: Gap[] = [];
  const reached = new Map<string, readonly string[]>();
  const backbone = new Map<string, readonly string[]>();
  const outbound = new Map<string, readonly Outbound[]>();
  for (const fabric of fabrics) {
    const own = oneEdge(input, fabric);
    hosts.push(own.host);
    gaps.push(...own.gaps);
    reached.set(fabric.host, own.reached);
    backbone.set(fabric.host, own.backbone);
    outbound.set(fabric.host, own.outbound);
  }
  const servers = network.clusters.flatMap((placement) => {
    const { cluster } = placement;
    if (cluster === undefined || cluster.apiServer.isPrivate === true) return [];
    const name = input.names.give('api-public');
    const mine = input.seats.seats.filter(
      (seat) => input.seats.clusterOf.get(seat.host) === placement,
    );
    const sources = mine.flatMap((seat) => {
      const list = outbound.get(seat.fabric) ?? [];
      const entry = list.find(({ source }) => source === `${formatIp(seat.addresses[0]!)}/32`);
      return entry?.why === 'outboundType loadbalancer' ? entry.addresses : [];
    });
    return [publicApiServer(network, cluster, name, setOf(sources))];
  });
  return {
    hosts: [...hosts, ...servers.map(({ host }) => host)],
    reached,
    backbone,
    services: servers.map(({ host, address }) => ({ host: host.name, address })),
    ends: servers.map(({ end }) => end),
    gaps: [...gaps, ...servers.flatMap((server) => server.gaps)],
  };
}

function oneEdge({ network, seats, nodes, frontends, balancers, pool }: Input, fabric: Fabric) {
  const own = seats.seats.filter((seat) => seat.fabric === fabric.host);
  const hostsHere = new Set(own.map(({ host }) => host));
  const subnets = [...network.subnets.values()].filter(({ vnet }) =>
    fabric.vnetKeys.includes(vnet.key),
  );
  const { outbound, gaps } = outboundOf(
    network,
    subnets,
    own,
    (seat) => seats.clusterOf.get(seat.host),
    balancers.outbound,
    pool,
  );
  const ofPods = nodes.podRoutes.flatMap(({ prefix, node, inSubnet }) => {
    const seat = inSubnet ? own.find(({ host }) => host === node) : undefined;
    const source = seat === undefined ? undefined : `${formatIp(seat.addresses[0]!)}/32`;
    const way = outbound.find((one) => one.source === source);
    return way === undefined ? [] : [{ ...way, source: prefix }];
  });
  const isHere = (route: FrontendRoute) => route.nodes.some((host) => hostsHere.has(host));
  const routed = [
    ...own.filter(({ kind }) => kind !== 'on-premises').flatMap((seat) => seat.furtherAddresses),
    ...frontends
      .filter((route) => !route.isInternal && isHere(route))
      .map(({ address }) => address),
  ];
  const instances = own.flatMap((seat) =>
    seat.publicAddresses.map((address) => ({ address, to: formatIp(seat.addresses[0]!) })),
  );
  const translated = balancers.translated.filter(({ backends }) =>
    own.some(({ addresses }) => addresses.some((ip) => backends.includes(formatIp(ip)))),
  );
  const direct = backboneOf(network, fabric);
  const ways = [...outbound, ...ofPods];
  const host = edgeHost({
    fabric,
    spaces: fabric.vnetKeys.flatMap((key) => prefixesOfVnet(network, key)),
    routed,
    instances,
    frontends: translated,
    outbound: ways,
    backbone: direct,
  });
  const reached = [
    ...routed,
    ...instances.map(({ address }) => address),
    ...translated.map(({ address }) => address),
    ...ways.flatMap(({ addresses }) => addresses),
  ];
  return { host, gaps, outbound, reached, backbone: direct.flatMap(({ sources }) => sources) };
}

function setOf(texts: readonly string[]): AddressSet {
  return addressSet(texts.flatMap((text) => parseIpRange(text) ?? []));
}
