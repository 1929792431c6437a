import type { Place } from '../../diagnostics/index.ts';
import type {
  AddressValue,
  PrivateDnsZone,
  PrivateDnsZoneLink,
  PrivateEndpoint,
} from '../../model/index.ts';
import { type DomainName, equalIp, parseDomainName } from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import { isUnknown, path, privateAddressOf, stringOf } from '../../values/index.ts';
import { recordNameOf } from './record-name.ts';

export interface LinkedZone {
  readonly zone: PrivateDnsZone;
  readonly link: PrivateDnsZoneLink;
}

/** What a zone holds under one name. */
export type ZoneRecord =
  | { readonly kind: 'address'; readonly address: AddressValue; readonly at: Place }
  /** Kept by the endpoint's zone group: the endpoint's own address, whichever that is. */
  | { readonly kind: 'endpoint'; readonly endpoint: PrivateEndpoint; readonly at: Place }
  | { readonly kind: 'alias'; readonly target: DomainName; readonly at: Place }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unknown'; readonly missing: string; readonly at: Place };

/** The zones a VNet sees, and whether a link whose VNet is unknown may add to them. */
export function zonesLinkedTo(
  network: Network,
  vnetKey: string,
): { readonly zones: readonly LinkedZone[]; readonly perhaps: readonly LinkedZone[] } {
  let index = LINKS.get(network);
  if (index === undefined) {
    index = linkIndex(network);
    LINKS.set(network, index);
  }
  return { zones: index.byVnet.get(vnetKey) ?? [], perhaps: index.perhaps };
}

/** The most specific of the zones that hold `name`. */
export function longestZone(zones: readonly LinkedZone[], name: string): LinkedZone | undefined {
  let best: LinkedZone | undefined;
  for (const linked of zones) {
    if (!isUnder(name, linked.zone.zone)) continue;
    if (best === undefined || linked.zone.zone.length > best.zone.zone.length) best = linked;
  }
  return best;
}

export function isUnder(name: string, suffix: string): boolean {
  return name === suffix || name.endsWith(`.${suffix}`);
}

/**
 * Looks a name up in one zone: records written in the input, then records that Azure keeps for the endpoints whose
 * zone group names the zone, then a wildcard record. O(records of the zone + endpoints).
 */
export function recordIn(network: Network, linked: LinkedZone, name: DomainName): ZoneRecord {
  const { zone, link } = linked;
  const relative = name === zone.zone ? '@' : name.slice(0, -(zone.zone.length + 1));
  const written = addressRecord(zone, relative);
  if (written !== undefined) return written;
  const alias = aliasRecord(network, zone, relative);
  if (alias !== undefined) return alias;
  const kept = keptByZoneGroup(network, zone, relative, name);
  if (kept !== undefined) return kept;
  const wildcard = wildcardRecord(zone, relative);
  if (wildcard !== undefined) return wildcard;
  if (zone.isReference === true) {
    return {
      kind: 'unknown',
      missing: `records of private DNS zone \`${zone.zone}\` (declared elsewhere)`,
      at: zone.at,
    };
  }
  if (link.registrationEnabled === true || isUnknown(link.registrationEnabled)) {
    return {
      kind: 'unknown',
      missing: `whether a machine registered \`${name}\` in zone \`${zone.zone}\``,
      at: link.at,
    };
  }
  return { kind: 'missing' };
}

/** The endpoint that an address belongs to. */
export function endpointAt(network: Network, address: AddressValue): PrivateEndpoint | undefined {
  for (const endpoint of network.perimeter.privateEndpoints.values()) {
    if (isUnknown(address)) {
      if (address.symbol === undefined) continue;
      if (address.symbol === privateAddressOf(endpoint.key)) return endpoint;
      if (endpoint.addresses.some((own) => isUnknown(own) && own.symbol === address.symbol)) {
        return endpoint;
      }
    } else if (endpoint.addresses.some((own) => !isUnknown(own) && equalIp(own, address))) {
      return endpoint;
    }
  }
  return undefined;
}

const LINKS = new WeakMap<Network, LinkIndex>();
interface LinkIndex {
  readonly byVnet: ReadonlyMap<string, readonly LinkedZone[]>;
  readonly perhaps: readonly LinkedZone[];
}

function linkIndex(network: Network): LinkIndex {
  const byVnet = new Map<string, LinkedZone[]>();
  const perhaps: LinkedZone[] = [];
  for (const zone of network.perimeter.privateDnsZones.values()) {
    for (const link of zone.links) {
      if (link.virtualNetwork.kind === 'unknown') {
        perhaps.push({ zone, link });
        continue;
      }
      const key = link.virtualNetwork.key;
      const list = byVnet.get(key);
      if (list === undefined) byVnet.set(key, [{ zone, link }]);
      else list.push({ zone, link });
    }
  }
  return { byVnet, perhaps };
}

function addressRecord(zone: PrivateDnsZone, relative: string): ZoneRecord | undefined {
  const record = zone.aRecords.find((each) => each.name.toLowerCase() === relative);
  if (record === undefined) return undefined;
  const address = record.addresses[0];
  return address === undefined
    ? { kind: 'unknown', missing: `the address of record \`${record.name}\``, at: record.at }
    : { kind: 'address', address, at: record.at };
}

/** `*` stands for one or more labels; the closest one counts. */
function wildcardRecord(zone: PrivateDnsZone, relative: string): ZoneRecord | undefined {
  const labels = relative.split('.');
  for (let cut = 1; cut <= labels.length; cut += 1) {
    const record = addressRecord(zone, ['*', ...labels.slice(cut)].join('.'));
    if (record !== undefined) return record;
  }
  return undefined;
}

/** CNAME records have no typed view: they are read from the snapshot by id. */
function aliasRecord(
  network: Network,
  zone: PrivateDnsZone,
  relative: string,
): ZoneRecord | undefined {
  const resource = network.perimeter.snapshot.resources.get(`${zone.key}/cname/${relative}`);
  if (resource === undefined) return undefined;
  const text = stringOf(path(resource.body, 'properties', 'cnameRecord', 'cname'));
  const target = text === undefined ? undefined : parseDomainName(text);
  return target === undefined
    ? { kind: 'unknown', missing: `the target of CNAME \`${relative}\``, at: resource.at }
    : { kind: 'alias', target, at: resource.at };
}

/** AZS-26: a zone group on the endpoint keeps the zone's records in step, so no file has to hold them. */
function keptByZoneGroup(
  network: Network,
  zone: PrivateDnsZone,
  relative: string,
  name: DomainName,
): ZoneRecord | undefined {
  let perhaps: ZoneRecord | undefined;
  for (const endpoint of network.perimeter.privateEndpoints.values()) {
    if (!endpoint.zoneGroupZones.some((each) => each.kind !== 'unknown' && each.key === zone.key)) {
      continue;
    }
    for (const config of endpoint.dnsConfigs) {
      const own = config.addresses[0];
      if (own !== undefined && firstLabels(config.fqdn) === relative) {
        return { kind: 'address', address: own, at: endpoint.at };
      }
    }
    const match = recordNameOf(endpoint, relative, zone.zone);
    if (match === 'yes') return { kind: 'endpoint', endpoint, at: endpoint.at };
    if (match === 'unknown') {
      perhaps = {
        kind: 'unknown',
        missing: `whether endpoint \`${endpoint.name}\` registers \`${name}\``,
        at: endpoint.at,
      };
    }
  }
  return perhaps;
}

/** `kv1` of `kv1.vault.azure.net`; registries have `reg.eastus.data` of `reg.eastus.data.azurecr.io`. */
function firstLabels(fqdn: string): string {
  const lower = fqdn.toLowerCase();
  return lower.endsWith('.data.azurecr.io')
    ? lower.slice(0, -'.azurecr.io'.length)
    : (lower.split('.')[0] ?? lower);
}
