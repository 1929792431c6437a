import type { PlatformService, PrivateDnsZone, PrivateEndpoint } from '../../../model/index.ts';
import { resolversOf } from '../../../semantics/dns/resolver.ts';
import { connectionVerdict, endpointsFor } from '../../../semantics/private-endpoint/concrete.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { production } from './cluster-subjects.ts';

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
    const { privateDnsZones, snapshot } = context.perimeter;
    const groups = new Set(
      endpoint.connections.flatMap((connection) =>
        connection.groupIds.map((group) => group.toLowerCase()),
      ),
    );
    const wanted = snapshot.datasets.privateDnsZones.entries
      .filter((entry) => entry.groupIds.some((group) => groups.has(group.toLowerCase())))
      .flatMap((entry) => entry.zones.map((zone) => zone.toLowerCase()));
    const named = endpoint.zoneGroupZones.flatMap((zone) => (isUnknown(zone) ? [] : [zone.key]));
    const unknown = endpoint.zoneGroupZones.find(isUnknown);
    const zones = [...privateDnsZones.values()].filter(
      (zone) => named.includes(zone.key) || wanted.includes(zone.zone),
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
      return {
        kind: 'fails',
        message: `No private DNS zone answers for ${endpoint.name}: clients get the public address.`,
        places: place,
        evidence:
          wanted.length === 0 ? ['no zone in the input'] : [`expected ${wanted.join(' or ')}`],
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
      if (linked === undefined)
        return {
          kind: 'fails',
          message: `${zones[0]!.zone} is not linked to the network that answers for ${vnet.cluster}: ${endpoint.name} is bypassed.`,
          places: [{ at: zones[0]!.at, what: `zone ${zones[0]!.zone}` }, ...place],
          evidence: [`resolver network: ${vnet.key.split('/').at(-1)}`],
        };
      const hasRecord = named.length > 0 || linked.aRecords.length > 0;
      return hasRecord
        ? HOLDS
        : {
            kind: 'fails',
            message: `${linked.zone} is linked and holds no record: the name of ${endpoint.name} does not exist for ${vnet.cluster}.`,
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
      service.publicNetworkAccess?.toLowerCase() === 'disabled' ||
      service.networkDefaultAction?.toLowerCase() === 'deny'
    )
      return HOLDS;
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
  return context.network.clusters.flatMap((cluster): readonly ResolverVnet[] => {
    const subnet = cluster.pools.find((pool) => pool.nodeSubnet.kind === 'found')?.nodeSubnet;
    if (subnet?.kind !== 'found') return [];
    const own = subnet.target.vnet.key;
    const resolver = resolversOf(context.network, own)[0];
    if (resolver === undefined || resolver.kind === 'azure')
      return [{ cluster: cluster.name, key: own }];
    if (resolver.kind === 'firewall' && resolver.firewall.subnet.kind === 'found')
      return [{ cluster: cluster.name, key: resolver.firewall.subnet.target.vnet.key }];
    return [{ cluster: cluster.name, missing: 'which zones its DNS server sees' }];
  });
}

function isLinked(zone: PrivateDnsZone, vnetKey: string): boolean {
  return zone.links.some(
    (link) => !isUnknown(link.virtualNetwork) && link.virtualNetwork.key === vnetKey,
  );
}
