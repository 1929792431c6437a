import type { PlatformService, PrivateDnsZone, PrivateEndpoint } from '../../../model/index.ts';
import { equalIp } from '../../../net/index.ts';
import { dnsProxyOf, isAzureDns, resolverOf } from '../../../semantics/dns/resolver.ts';
import { connectionVerdict, endpointsFor } from '../../../semantics/private-endpoint/concrete.ts';
import { isUnknown, path } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { production } from './cluster-subjects.ts';
import { undecided } from './firewall-settings.ts';

const endpointApproved = eachSubject<PrivateEndpoint>({
  id: 'private-endpoint/not-approved',
  severity: 'error',
  title: 'Private endpoint connections are approved.',
  explanation:
    'Only an approved connection carries traffic; a pending one resolves, routes and times out.',
  fix: 'let the owner of the service approve the connection',
  facts: ['AZS-30'],
  covers: ['NET-18', 'P7'],
  subjects: endpointsOf,
  none: 'no private endpoint',
  key: ({ key }) => key,
  judge: (endpoint) => {
    const verdict = connectionVerdict(endpoint);
    if (verdict.kind === 'allow') return HOLDS;
    if (verdict.kind === 'unknown')
      return {
        kind: 'undecided',
        message: `Whether the connection of ${endpoint.name} is approved is not known.`,
        missing: verdict.why.map((fact) => fact.missing).join('; '),
        at: endpoint.at,
      };
    return {
      kind: 'fails',
      message: `${endpoint.name} carries no traffic: ${verdict.by.name}.`,
      places: [{ at: endpoint.at, what: `private endpoint ${endpoint.name}` }],
      evidence: [verdict.by.name],
    };
  },
});

const endpointZone = eachSubject<PrivateEndpoint>({
  id: 'private-endpoint/zone-not-linked',
  severity: 'error',
  title: 'Private endpoint names resolve privately where they are asked.',
  explanation:
    'The zone must be linked to the network of the resolver: with the firewall as DNS server that is the hub, not the spoke. Unlinked, clients get the public address and leave through the firewall; linked without a record, the name does not exist.',
  fix: 'add a private DNS zone group to the endpoint and link the zone to the resolver’s network',
  facts: ['AZS-21', 'AZS-24', 'AFW-E35'],
  covers: ['NET-17', 'O5', 'P7', 'FW-35'],
  subjects: endpointsOf,
  none: 'no private endpoint',
  key: ({ key }) => key,
  judge: (endpoint, context) => {
    const { privateDnsZones } = context.perimeter;
    const wanted = wantedZones(context, endpoint);
    const named = endpoint.zoneGroupZones.flatMap((zone) => (isUnknown(zone) ? [] : [zone.key]));
    const unknown = endpoint.zoneGroupZones.find(isUnknown);
    const zones = [...privateDnsZones.values()].filter(
      (zone) => named.includes(zone.key) || wanted.some((one) => fitsZone(one, zone.zone)),
    );
    const place = [{ at: endpoint.at, what: `private endpoint ${endpoint.name}` }];
    if (zones.length === 0) {
      if (unknown !== undefined || named.length > 0)
        return {
          kind: 'undecided',
          message: `Whether ${endpoint.name} resolves privately is not known.`,
          missing: `the private DNS zone ${named.join(', ') || unknown?.missing}`,
          at: endpoint.at,
        };
      if (wanted.length === 0)
        return leadsToLinkService(endpoint)
          ? HOLDS
          : {
              kind: 'undecided',
              message: `Which private DNS zone ${endpoint.name} needs is not known.`,
              missing: `the zones of ${groupsOf(endpoint).join(', ') || 'its service'}`,
              at: endpoint.at,
            };
      return {
        kind: 'fails',
        message: `No private DNS zone answers for ${endpoint.name}: clients get the public address.`,
        places: place,
        evidence: [`expected ${wanted.join(' or ')}`],
      };
    }
    const vnets = resolverVnets(context);
    if (vnets.length === 0)
      return {
        kind: 'undecided',
        message: `Who asks for ${endpoint.name} is not known.`,
        missing: 'the virtual network of a cluster’s nodes',
        at: endpoint.at,
      };
    return vnets.map((vnet): Judgement => {
      if (vnet.key === undefined)
        return {
          kind: 'undecided',
          message: `Whether ${endpoint.name} resolves privately for ${vnet.cluster} is not known.`,
          missing: vnet.missing ?? 'its DNS servers',
          at: endpoint.at,
        };
      const linked = zones.find((zone) => isLinked(zone, vnet.key!));
      const perhaps = zones.flatMap((zone) =>
        zone.links.flatMap(({ virtualNetwork: to }) => (isUnknown(to) ? [to.missing] : [])),
      );
      if (linked === undefined && perhaps[0] !== undefined)
        return {
          kind: 'undecided',
          message: `Whether a zone of ${endpoint.name} is linked for ${vnet.cluster} is not known.`,
          missing: perhaps[0],
          at: endpoint.at,
        };
      if (linked === undefined)
        return {
          kind: 'fails',
          message: `${zones[0]!.zone} is not linked to the network that answers for ${vnet.cluster}: ${endpoint.name} is bypassed.`,
          places: [{ at: zones[0]!.at, what: `zone ${zones[0]!.zone}` }, ...place],
          evidence: [`resolver network: ${vnet.key.split('/').at(-1)}`],
        };
      // A zone group writes its record itself.
      const record = named.includes(linked.key) ? 'yes' : recordFor(endpoint, linked);
      if (record === 'unknown')
        return {
          kind: 'undecided',
          message: `Whether ${linked.zone} holds a record for ${endpoint.name} is not known.`,
          missing: `the address of ${endpoint.name} and of the records`,
          at: linked.at,
        };
      return record === 'yes'
        ? HOLDS
        : {
            kind: 'fails',
            message: `${linked.zone} is linked and holds no record of ${endpoint.name}: its name does not exist for ${vnet.cluster}.`,
            places: [{ at: linked.at, what: `zone ${linked.zone}` }],
            evidence: ['a linked zone is authoritative: NXDOMAIN'],
          };
    });
  },
});

const publicPaas = eachSubject<PlatformService>({
  id: 'private-endpoint/service-still-public',
  severity: 'warning',
  title: 'Services with a private endpoint are closed to the internet.',
  explanation:
    'A private endpoint adds a way in; it does not close the public one. Until public network access is disabled the service answers everybody.',
  fix: 'set publicNetworkAccess to Disabled, or the network rules’ default action to Deny',
  facts: ['AZS-30'],
  covers: ['P7', 'A6'],
  subjects: (context) =>
    production(context)
      ? [...context.perimeter.platformServices.values()].filter(
          (service) => service.isReference !== true,
        )
      : [],
  none: 'no registry, vault, storage account or database in the input, or a profile that does not ask for it',
  key: ({ key }) => key,
  judge: (service, context) => {
    if (
      /^(disabled|securedbyperimeter)$/i.test(service.publicNetworkAccess ?? '') ||
      service.networkDefaultAction?.toLowerCase() === 'deny'
    )
      return HOLDS;
    const written = context.perimeter.snapshot.resources.get(service.key)?.body;
    const unread = SWITCHES.map((names) => path(written, ...names)).find(
      (value) => value?.kind === 'unknown',
    );
    if (unread?.kind === 'unknown')
      return undecided(`Whether ${service.name} is public is not known.`, unread);
    const endpoints = endpointsFor(context.network, service.key);
    if (endpoints.length === 0 && service.publicNetworkAccess === undefined)
      return {
        kind: 'undecided',
        message: `Whether ${service.name} is meant to be public is not known.`,
        missing: `publicNetworkAccess of ${service.name}`,
        at: service.at,
      };
    return {
      kind: 'fails',
      message: `${service.name} answers the whole internet${endpoints.length > 0 ? ' although it has a private endpoint' : ''}.`,
      places: [{ at: service.at, what: service.name }],
      evidence: [`publicNetworkAccess: ${service.publicNetworkAccess ?? 'not set'}`],
      // Without an endpoint nobody would reach it any more.
      ...(endpoints.length === 0
        ? {}
        : {
            changes: [
              { at: service.at, path: ['properties', 'publicNetworkAccess'], to: 'Disabled' },
            ],
          }),
    };
  },
});

export const PRIVATE_ENDPOINT_CHECKS: readonly Check[] = [
  endpointApproved,
  endpointZone,
  publicPaas,
];

function endpointsOf(context: CheckContext): readonly PrivateEndpoint[] {
  return [...context.perimeter.privateEndpoints.values()].filter(
    (endpoint) => endpoint.isReference !== true,
  );
}

interface ResolverVnet {
  readonly cluster: string;
  readonly key?: string;
  readonly missing?: string;
}

/** For each cluster the network whose zone links count. */
function resolverVnets(context: CheckContext): readonly ResolverVnet[] {
  return context.network.clusters.map((placement): ResolverVnet => {
    const cluster = placement.name;
    const subnet = placement.pools.find((pool) => pool.nodeSubnet.kind === 'found')?.nodeSubnet;
    if (subnet?.kind !== 'found') return { cluster, missing: `the node subnet of ${cluster}` };
    const own = subnet.target.vnet.key;
    const resolver = resolverOf(context.network, own);
    if (resolver.kind === 'azure') return { cluster, key: own };
    if (resolver.kind === 'unknown')
      return { cluster, missing: resolver.why.map((fact) => fact.missing).join('; ') };
    if (resolver.kind === 'firewall' && resolver.firewall.subnet.kind === 'found') {
      // AZS-24 holds while the firewall asks Azure DNS itself.
      const upstream = dnsProxyOf(resolver.firewall).servers;
      if (upstream.every(isAzureDns))
        return { cluster, key: resolver.firewall.subnet.target.vnet.key };
    }
    return { cluster, missing: 'which zones its DNS server sees' };
  });
}

function isLinked(zone: PrivateDnsZone, vnetKey: string): boolean {
  return zone.links.some(
    (link) => !isUnknown(link.virtualNetwork) && link.virtualNetwork.key === vnetKey,
  );
}

const SWITCHES = [
  ['properties', 'publicNetworkAccess'],
  ['properties', 'networkAcls', 'defaultAction'],
  ['properties', 'networkRuleSet', 'defaultAction'],
] as const;

function groupsOf(endpoint: PrivateEndpoint): readonly string[] {
  return endpoint.connections.flatMap(({ groupIds }) => groupIds.map((id) => id.toLowerCase()));
}

/** Zones that Azure's list names for what the endpoint leads to, lower case; placeholders stay. */
function wantedZones(context: CheckContext, endpoint: PrivateEndpoint): readonly string[] {
  const groups = groupsOf(endpoint);
  const entries = context.perimeter.snapshot.datasets.privateDnsZones.entries.filter((entry) =>
    entry.groupIds.some((group) => groups.includes(group.toLowerCase())),
  );
  // Services share group names; the type of the service, where it is known, tells them apart.
  const types = endpoint.connections.flatMap(({ service }) =>
    isUnknown(service) ? [] : [service.key],
  );
  const exact = entries.filter(({ resourceType }) =>
    types.some((key) => key.includes(`/${resourceType.toLowerCase()}/`)),
  );
  return (exact.length > 0 ? exact : entries).flatMap((entry) =>
    entry.zones.map((zone) => zone.toLowerCase()),
  );
}

/** `privatelink.{regionname}.azmk8s.io` fits every region. */
function fitsZone(pattern: string, zone: string): boolean {
  const labels = pattern.split('.');
  const own = zone.split('.');
  return (
    labels.length === own.length &&
    labels.every((label, index) => label.startsWith('{') || label === own[index])
  );
}

/** A link service of one's own has no public name, hence no zone. */
function leadsToLinkService(endpoint: PrivateEndpoint): boolean {
  return endpoint.connections.every(
    ({ service }) =>
      !isUnknown(service) && service.key.includes('/microsoft.network/privatelinkservices/'),
  );
}

/** A record with the endpoint's address, or under one of its names (whether that one is right is another check). */
function recordFor(endpoint: PrivateEndpoint, zone: PrivateDnsZone): 'yes' | 'no' | 'unknown' {
  const names = [
    ...endpoint.dnsConfigs.map(({ fqdn }) => fqdn.toLowerCase().split('.')[0]),
    ...endpoint.connections.map(({ service }) =>
      isUnknown(service) ? undefined : service.key.split('/').at(-1),
    ),
  ];
  const addresses = zone.aRecords.flatMap((record) => record.addresses);
  const isSame = zone.aRecords.some(
    (record) => record.name === '*' || names.includes(record.name.toLowerCase()),
  );
  const isHeld = addresses.some((address) =>
    endpoint.addresses.some((own) =>
      isUnknown(address) || isUnknown(own)
        ? isUnknown(address) &&
          isUnknown(own) &&
          own.symbol !== undefined &&
          address.symbol === own.symbol
        : equalIp(address, own),
    ),
  );
  if (isSame || isHeld) return 'yes';
  if (addresses.length === 0) return 'no';
  return [...addresses, ...endpoint.addresses].some(isUnknown) ? 'unknown' : 'no';
}
