import type { PrivateDnsZone, PrivateEndpoint } from '../../model/index.ts';
import { formatIp, formatPrefix } from '../../net/index.ts';
import type { ClusterPlacement, Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { DnsAuthority, DnsZoneView } from './dns-authority.ts';
import { apiServerName, apiServerSeat } from './lab-names.ts';
import { prefixesOfVnet, type Seat } from './seat.ts';

/** Private DNS zones as the networks they are linked to see them, and the public names that lead into them. */
export function privateZones(
  network: Network,
  seats: readonly Seat[],
): Pick<DnsAuthority, 'zones' | 'aliases'> {
  const { perimeter } = network;
  const zones = [...perimeter.privateDnsZones.values()].flatMap((zone) => viewsOf(network, zone));
  const own = network.clusters.flatMap((cluster) => apiServerZone(network, cluster, seats));
  const aliases = [...perimeter.privateEndpoints.values()].flatMap((endpoint) =>
    aliasesOf(network, endpoint),
  );
  return {
    zones: [...zones, ...own].sort((a, b) => (a.zone < b.zone ? -1 : a.zone > b.zone ? 1 : 0)),
    aliases: [...new Map(aliases.map((alias) => [alias.name, alias])).values()].sort((a, b) =>
      a.name < b.name ? -1 : 1,
    ),
  };
}

/** One view for the links that fall back and one for those that do not. */
function viewsOf(network: Network, zone: PrivateDnsZone): readonly DnsZoneView[] {
  const records = recordsOf(network, zone);
  const views: DnsZoneView[] = [];
  for (const fallsBack of [false, true]) {
    const linked = zone.links.filter(
      (link) => (link.resolutionPolicy?.toLowerCase() === 'nxdomainredirect') === fallsBack,
    );
    const onlyFor = linked.flatMap(({ virtualNetwork }) =>
      isUnknown(virtualNetwork)
        ? []
        : prefixesOfVnet(network, virtualNetwork.key).map(formatPrefix),
    );
    if (onlyFor.length > 0) views.push({ zone: zone.zone, onlyFor, fallsBack, records });
  }
  return views;
}

function recordsOf(network: Network, zone: PrivateDnsZone): DnsZoneView['records'] {
  const records = new Map<string, readonly string[]>();
  for (const endpoint of network.perimeter.privateEndpoints.values()) {
    const keeps = endpoint.zoneGroupZones.some((one) => !isUnknown(one) && one.key === zone.key);
    if (!keeps) continue;
    // AZS-34: Azure keeps the records of an endpoint with a zone group.
    for (const label of labelsOf(endpoint)) {
      records.set(`${label}.${zone.zone}`, addressesOf(endpoint.addresses));
    }
  }
  for (const record of zone.aRecords) {
    const name = record.name === '@' ? zone.zone : `${record.name}.${zone.zone}`;
    records.set(name.toLowerCase(), addressesOf(record.addresses));
  }
  return [...records]
    .filter(([, addresses]) => addresses.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, addresses]) => ({ name, addresses }));
}

/** The names of the services behind an endpoint, as zones know them: `myregistry`. */
function labelsOf({ connections }: PrivateEndpoint): readonly string[] {
  return connections.flatMap(({ service }) =>
    isUnknown(service) ? [] : [service.key.split('/').at(-1) ?? ''],
  );
}

/** AZS-33: the public name of a service with an endpoint is a CNAME into its `privatelink` zone. */
function aliasesOf(network: Network, endpoint: PrivateEndpoint): DnsAuthority['aliases'] {
  const { entries } = network.perimeter.snapshot.datasets.privateDnsZones;
  return endpoint.connections.flatMap(({ service, groupIds }) => {
    if (isUnknown(service)) return [];
    const label = service.key.split('/').at(-1) ?? '';
    return entries
      .filter((entry) => service.key.includes(`/${entry.resourceType.toLowerCase()}/`))
      .filter((entry) => groupIds.length === 0 || overlaps(entry.groupIds, groupIds))
      .flatMap((entry) =>
        entry.zones.flatMap((zone, index) => {
          const publicZone = entry.publicForwarders[index];
          if (publicZone === undefined || /[{}]/.test(zone + publicZone)) return [];
          return [{ name: `${label}.${publicZone}`, target: `${label}.${zone}` }];
        }),
      );
  });
}

function overlaps(a: readonly string[], b: readonly string[]): boolean {
  const wanted = new Set(b.map((text) => text.toLowerCase()));
  return a.some((text) => wanted.has(text.toLowerCase()));
}

/** AKS-53: AKS links its own zone to the node network alone; a zone of one's own has the links the input gives it. */
function apiServerZone(
  network: Network,
  placement: ClusterPlacement,
  seats: readonly Seat[],
): readonly DnsZoneView[] {
  const { cluster } = placement;
  if (cluster?.apiServer.isPrivate !== true) return [];
  const seat = apiServerSeat(seats, cluster);
  if (seat === undefined) return [];
  const setting = cluster.apiServer.privateDnsZone;
  if (setting === 'none' || isUnknown(setting)) return [];
  const name = apiServerName(cluster);
  const own = network.perimeter.privateDnsZones.get((setting ?? '').toLowerCase());
  const linked =
    own === undefined
      ? [seat.subnet.vnet.key]
      : own.links.flatMap(({ virtualNetwork }) =>
          isUnknown(virtualNetwork) ? [] : [virtualNetwork.key],
        );
  const onlyFor = linked.flatMap((key) => prefixesOfVnet(network, key).map(formatPrefix));
  const records = [{ name, addresses: seat.addresses.map(formatIp) }];
  // The name alone is the zone here: what lies beside it is other clusters'. Nobody else gets an answer.
  return [
    ...(onlyFor.length === 0 ? [] : [{ zone: name, onlyFor, fallsBack: false, records }]),
    { zone: name, onlyFor: [EVERYBODY], fallsBack: false, records: [] },
  ];
}

/** Zones that are asked last. */
export const EVERYBODY = '0.0.0.0/0';

function addressesOf(values: PrivateEndpoint['addresses']): readonly string[] {
  return values.flatMap((ip) => (isUnknown(ip) || ip.family !== 4 ? [] : [formatIp(ip)]));
}
