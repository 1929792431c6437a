import type { PrivateDnsZoneEntry, PrivateDnsZoneList } from '../../facts/index.ts';
import type { DomainName } from '../../net/index.ts';

/** What the public name of a service may be an alias of, once the service has a private endpoint. */
export interface PrivateAlias {
  readonly entry: PrivateDnsZoneEntry;
  /** `kv1.privatelink.vaultcore.azure.net`; several when the published list does not say which zone it is. */
  readonly targets: readonly DomainName[];
}

/**
 * The private alias of a public service name: public names of services with a private endpoint are a CNAME into
 * their `privatelink` zone. `undefined` for names of no listed service. O(number of listed zones).
 * @see AZS-23
 */
export function privateAliasOf(
  zones: PrivateDnsZoneList,
  name: DomainName,
): PrivateAlias | undefined {
  let best: { readonly forwarder: Forwarder; readonly match: RegExpExecArray } | undefined;
  for (const forwarder of forwardersOf(zones)) {
    const match = forwarder.pattern.exec(name);
    if (match === null) continue;
    if (best === undefined || forwarder.labels > best.forwarder.labels) best = { forwarder, match };
  }
  if (best === undefined) return undefined;
  const { forwarder, match } = best;
  const prefix = match.groups?.['prefix'] ?? '';
  const targets = forwarder.zones.map(
    (zone) =>
      `${prefix}.${zone.replaceAll(/\{(\w+)\}/g, (_, key: string) => match.groups?.[key] ?? '')}` as DomainName,
  );
  return { entry: forwarder.entry, targets };
}

interface Forwarder {
  readonly entry: PrivateDnsZoneEntry;
  readonly labels: number;
  /** Groups: `prefix`, and one per placeholder of the published name. */
  readonly pattern: RegExp;
  readonly zones: readonly string[];
}

const FORWARDERS = new WeakMap<PrivateDnsZoneList, readonly Forwarder[]>();

function forwardersOf(list: PrivateDnsZoneList): readonly Forwarder[] {
  const known = FORWARDERS.get(list);
  if (known !== undefined) return known;
  const forwarders: Forwarder[] = [];
  for (const entry of list.entries) {
    // The API server's public name never turns into an alias: AKS gives private clusters a name of their own.
    if (entry.resourceType.toLowerCase() === 'microsoft.containerservice/managedclusters') continue;
    for (const [index, suffix] of entry.publicForwarders.entries()) {
      forwarders.push({
        entry,
        labels: suffix.split('.').length,
        pattern: patternOf(suffix),
        zones: zonesOf(entry, suffix, index),
      });
    }
  }
  FORWARDERS.set(list, forwarders);
  return forwarders;
}

/** The zone that belongs to one public suffix; all zones of the entry when the list does not tell. */
function zonesOf(entry: PrivateDnsZoneEntry, suffix: string, index: number): readonly string[] {
  const byName = entry.zones.filter((zone) => zone === `privatelink.${suffix}`);
  if (byName.length > 0) return byName;
  const paired = entry.zones[index];
  if (entry.zones.length === entry.publicForwarders.length && paired !== undefined) return [paired];
  // `{regionCode}` of a forwarder that the zone does not repeat: one zone for all.
  return entry.zones;
}

function patternOf(suffix: string): RegExp {
  const seen = new Set<string>();
  const body = suffix
    .split(/(\{\w+\})/)
    .map((part) => {
      const placeholder = /^\{(\w+)\}$/.exec(part)?.[1];
      if (placeholder === undefined) return part.replaceAll('.', '\\.');
      if (seen.has(placeholder)) return `\\k<${placeholder}>`;
      seen.add(placeholder);
      return `(?<${placeholder}>[a-z0-9-]+)`;
    })
    .join('');
  return new RegExp(`^(?<prefix>.+)\\.${body}$`);
}
