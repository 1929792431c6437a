import { assertNever, type Place } from '../../diagnostics/index.ts';
import type { AddressValue, PrivateDnsZone, PrivateEndpoint } from '../../model/index.ts';
import { ALL_IPV4, type DomainName } from '../../net/index.ts';
import {
  addressWithin,
  exactAddress,
  type FirewallPlacement,
  type KnownAddress,
  type Network,
} from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { isPrivateApiServerName } from '../api-server/public-names.ts';
import { addressOfEndpoint } from '../private-endpoint/concrete.ts';
import type { Decider, MissingFact } from '../verdict.ts';
import { resolveClusterName } from './cluster-names.ts';
import { privateAliasOf } from './private-alias.ts';
import { recordNameOf } from './record-name.ts';
import { dnsProxyOf, dnsServersOf, isAzureDns, type Resolver, resolversOf } from './resolver.ts';
import {
  endpointAt,
  isUnder,
  type LinkedZone,
  longestZone,
  recordIn,
  zonesLinkedTo,
} from './zones.ts';

export {
  dnsProxyOf,
  type Resolver,
  resolverOf,
  resolversOf,
  resolvesThroughFirewall,
} from './resolver.ts';

/** What a name means to a machine that asks for it. */
export type Resolution =
  | {
      readonly kind: 'private';
      readonly address: KnownAddress;
      /** Absent when the address belongs to no endpoint in the input. */
      readonly endpoint?: PrivateEndpoint;
      /** Absent for names whose zone AKS keeps itself. */
      readonly zone?: PrivateDnsZone;
      /** The VNet whose zone links counted: that of the resolver, not of the client. */
      readonly resolverVnet: string;
      readonly by: Decider;
    }
  /** Answered by public DNS; which address is for the world to know. */
  | { readonly kind: 'public'; readonly resolverVnet?: string; readonly by: Decider }
  | {
      readonly kind: 'nxdomain';
      readonly zone?: PrivateDnsZone;
      readonly why: string;
      readonly by: Decider;
    }
  /** Nobody answers: the server named is a firewall without DNS proxy. */
  | { readonly kind: 'unanswered'; readonly why: string; readonly by: Decider }
  | { readonly kind: 'unknown'; readonly why: readonly MissingFact[]; readonly by: Decider };

/** Said of names that AKS keeps in private zones, where none of them answers (AKS-53). */
export const NO_PUBLIC_NAME = 'public DNS holds no private name of an API server';

/** A CNAME chain longer than this is taken for a loop. */
const ALIASES_MAX = 8;

/**
 * What `name` resolves to for a machine in a VNet that uses the VNet's DNS servers.
 * Cost: linked zones × aliases, plus one pass over the private endpoints.
 * @see AZS-20 whom the machine asks. AZS-21 which zone answers. AZS-24 whose zone links count behind a firewall.
 */
export function resolveName(network: Network, fromVnetKey: string, name: DomainName): Resolution {
  // Every server may be the one that is asked: the answer counts when all of them give it.
  const answers = resolversOf(network, fromVnetKey).map((resolver) =>
    ask(network, resolver, fromVnetKey, name),
  );
  const first = answers[0];
  if (first === undefined) return askAzure(network, fromVnetKey, name);
  const differing = answers.find((answer) => !isSameAnswer(answer, first));
  if (differing === undefined) return first;
  return {
    kind: 'unknown',
    by: first.by,
    why: [{ missing: `which DNS server answers for \`${name}\`: they disagree` }],
  };
}

/**
 * What `name` resolves to for a firewall that reads it in HTTP or TLS (AFW-47): it asks the servers of its own setting, Azure's resolver
 * unless some are written, whatever its network tells its machines to ask (azure-firewall 6).
 */
export function resolveAtFirewall(
  network: Network,
  placement: FirewallPlacement,
  name: DomainName,
): Resolution {
  const { firewall, subnet } = placement;
  const by: Decider = { kind: 'platform', name: `DNS of firewall ${firewall.name}` };
  if (subnet.kind !== 'found') {
    return unknown(by, `the virtual network of firewall \`${firewall.name}\``, firewall.at);
  }
  const servers = dnsServersOf(placement);
  if ('missing' in servers) return { kind: 'unknown', by, why: [servers] };
  if (servers.every(isAzureDns)) return askAzure(network, subnet.target.vnet.key, name);
  return unknown(
    by,
    `what the DNS servers of firewall \`${firewall.name}\` answer for \`${name}\``,
  );
}

function ask(network: Network, resolver: Resolver, vnetKey: string, name: DomainName): Resolution {
  switch (resolver.kind) {
    case 'azure':
      return askAzure(network, vnetKey, name);
    case 'custom': {
      const by: Decider = { kind: 'rule', name: 'custom DNS server', at: resolver.at };
      return unknown(by, `what the custom DNS server answers for \`${name}\``, resolver.at);
    }
    case 'unknown':
      return {
        kind: 'unknown',
        by: { kind: 'platform', name: 'DNS servers of the network', fact: 'AZS-20' },
        why: resolver.why,
      };
    case 'firewall':
      return askFirewall(network, resolver, name);
    default:
      return assertNever(resolver);
  }
}

/** AZS-24: the proxy's query starts in the firewall's own VNet, so the links of *that* VNet count. */
function askFirewall(
  network: Network,
  resolver: Extract<Resolver, { kind: 'firewall' }>,
  name: DomainName,
): Resolution {
  const { firewall, subnet } = resolver.firewall;
  const proxy = dnsProxyOf(resolver.firewall);
  const by: Decider = {
    kind: 'rule',
    name: `DNS proxy of firewall ${firewall.name}`,
    at: proxy.at ?? resolver.at,
    fact: 'AZS-24',
  };
  if (proxy.state === 'off') {
    return { kind: 'unanswered', why: `${proxy.why} on firewall ${firewall.name}`, by };
  }
  if (proxy.state === 'unknown') return unknown(by, proxy.why, proxy.at);
  if (subnet.kind !== 'found') {
    return unknown(by, `the virtual network of firewall \`${firewall.name}\``, firewall.at);
  }
  const vnetKey = subnet.target.vnet.key;
  if (proxy.servers.length === 0 || proxy.servers.every(isAzureDns)) {
    return askAzure(network, vnetKey, name);
  }
  const missing = `what the DNS servers of firewall \`${firewall.name}\` answer for \`${name}\``;
  return unknown(by, missing, proxy.at);
}

/**
 * Azure's resolver, asked from one VNet: linked zones first and for good, then Azure's own names, then public DNS,
 * where a service with a private endpoint is an alias into its zone.
 */
function askAzure(network: Network, vnetKey: string, asked: DomainName): Resolution {
  const { zones, perhaps } = zonesLinkedTo(network, vnetKey);
  let name = asked;
  for (let aliases = 0; aliases < ALIASES_MAX; aliases += 1) {
    const linked = longestZone(zones, name);
    const uncertain = longestZone(perhaps, name);
    // A shorter name loses to the zone that is linked for certain.
    const isLonger = (uncertain?.zone.zone.length ?? 0) > (linked?.zone.zone.length ?? 0);
    if (uncertain !== undefined && isLonger) {
      const by = zoneDecider(uncertain);
      const { virtualNetwork } = uncertain.link;
      const missing = isUnknown(virtualNetwork) ? virtualNetwork.missing : 'the linked network';
      return unknown(by, missing, uncertain.link.at);
    }
    if (linked === undefined) {
      const alias = outsideZones(network, vnetKey, [...zones, ...perhaps], asked, name);
      if (typeof alias !== 'string') return alias;
      name = alias;
      continue;
    }
    const by = zoneDecider(linked);
    const record = recordIn(network, linked, name);
    switch (record.kind) {
      case 'address': {
        const endpoint = endpointAt(network, record.address);
        const address = recordedAddress(network, record.address, endpoint, record.at);
        return privateAnswer(vnetKey, linked, address, endpoint);
      }
      case 'endpoint': {
        const address = addressOfEndpoint(network, record.endpoint);
        return privateAnswer(vnetKey, linked, address, record.endpoint);
      }
      case 'alias':
        name = record.target;
        continue;
      case 'unknown':
        return unknown(by, record.missing, record.at);
      case 'missing':
        return missingRecord(network, linked, asked, name, vnetKey);
      default:
        return assertNever(record);
    }
  }
  return unknown({ kind: 'platform', name: 'DNS' }, `an end to the aliases of \`${asked}\``);
}

/**
 * No linked zone holds the name: either an answer, or the name it is an alias of.
 * @param zones also those that are only perhaps linked: where an alias leads into one, it is not known to be public
 */
function outsideZones(
  network: Network,
  vnetKey: string,
  zones: readonly LinkedZone[],
  asked: DomainName,
  name: DomainName,
): Resolution | DomainName {
  const cluster = resolveClusterName(network, vnetKey, name);
  if (cluster !== undefined) {
    const by: Decider = { kind: 'platform', name: 'DNS of AKS', at: cluster.at, fact: 'AKS-53' };
    if (cluster.kind === 'unknown') return unknown(by, cluster.missing, cluster.at);
    if (cluster.kind === 'nxdomain') return { kind: 'nxdomain', why: cluster.why, by };
    return cluster.kind === 'public'
      ? { kind: 'public', resolverVnet: vnetKey, by }
      : { kind: 'private', address: cluster.address, resolverVnet: vnetKey, by };
  }
  if (isUnder(name, 'internal.cloudapp.net')) {
    return unknown({ kind: 'platform', name: 'Azure DNS' }, `the machine called \`${name}\``);
  }
  if (isPrivateApiServerName(network, name)) {
    const by: Decider = { kind: 'platform', name: 'public DNS', fact: 'AKS-53' };
    return { kind: 'nxdomain', why: NO_PUBLIC_NAME, by };
  }
  const alias = privateAliasOf(network.perimeter.snapshot.datasets.privateDnsZones, name);
  const held = (alias?.targets ?? []).filter((target) => longestZone(zones, target) !== undefined);
  const target = held[0];
  if (target === undefined) {
    const by: Decider = { kind: 'platform', name: 'public DNS', fact: 'AZS-21' };
    return { kind: 'public', resolverVnet: vnetKey, by };
  }
  if ((alias?.targets.length ?? 0) > 1 && held.length !== alias?.targets.length) {
    const by: Decider = { kind: 'platform', name: 'public DNS', fact: 'AZS-23' };
    return unknown(by, `which private zone \`${asked}\` is an alias into`);
  }
  return target;
}

/** AZS-21, AZS-22: no record means no such name, unless the link looks on in public DNS. */
function missingRecord(
  network: Network,
  linked: LinkedZone,
  asked: DomainName,
  name: DomainName,
  vnetKey: string,
): Resolution {
  const { zone, link } = linked;
  const by = zoneDecider(linked);
  if (link.resolutionPolicy?.toLowerCase() === 'nxdomainredirect') {
    return { kind: 'public', resolverVnet: vnetKey, by: { ...by, fact: 'AZS-22' } };
  }
  // The public name leads here only when the service has a private endpoint somewhere; one that we cannot see may.
  if (name !== asked && !hasEndpoint(network, asked, name, zone.zone)) {
    return unknown(
      by,
      `whether \`${asked}\` has a private endpoint (then its name leads into zone \`${zone.zone}\`, which has no record for it)`,
      link.at,
    );
  }
  return {
    kind: 'nxdomain',
    zone,
    why: `zone \`${zone.zone}\` has no record for \`${name}\``,
    by,
  };
}

/** Is there an endpoint in the input for the service whose public name this is? */
function hasEndpoint(
  network: Network,
  publicName: DomainName,
  alias: DomainName,
  zone: string,
): boolean {
  const relative = alias.slice(0, -(zone.length + 1));
  for (const endpoint of network.perimeter.privateEndpoints.values()) {
    if (endpoint.dnsConfigs.some((config) => config.fqdn.toLowerCase() === publicName)) return true;
    if (recordNameOf(endpoint, relative, zone) === 'yes') return true;
  }
  return false;
}

function privateAnswer(
  vnetKey: string,
  linked: LinkedZone,
  address: KnownAddress,
  endpoint: PrivateEndpoint | undefined,
): Resolution {
  return {
    kind: 'private',
    address,
    zone: linked.zone,
    resolverVnet: vnetKey,
    by: { ...zoneDecider(linked), ...(address.at === undefined ? {} : { at: address.at }) },
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

/** An unknown address in a record is that of the endpoint whose symbol it carries, else any. */
function recordedAddress(
  network: Network,
  address: AddressValue,
  endpoint: PrivateEndpoint | undefined,
  at: Place,
): KnownAddress {
  if (!isUnknown(address)) {
    const owner =
      endpoint === undefined ? 'a private DNS record' : `private endpoint ${endpoint.name}`;
    return exactAddress(address, owner, at);
  }
  return endpoint === undefined
    ? addressWithin(ALL_IPV4, address.symbol, 'a private DNS record', at)
    : addressOfEndpoint(network, endpoint);
}

function zoneDecider({ zone, link }: LinkedZone): Decider {
  return { kind: 'rule', name: `private DNS zone ${zone.zone}`, at: link.at, fact: 'AZS-21' };
}

function unknown(by: Decider, missing: string, at?: Place): Resolution {
  return { kind: 'unknown', by, why: [at === undefined ? { missing } : { missing, at }] };
}

function isSameAnswer(a: Resolution, b: Resolution): boolean {
  if (a.kind === 'private' && b.kind === 'private') {
    return a.endpoint?.key === b.endpoint?.key && a.zone?.key === b.zone?.key;
  }
  if (a.kind === 'unknown' && b.kind === 'unknown') {
    const words = (why: readonly MissingFact[]) => why.map(({ missing }) => missing).join();
    return words(a.why) === words(b.why);
  }
  return a.kind === b.kind;
}
