import type {
  AzureFirewall,
  ManagedCluster,
  NatGateway,
  PlatformService,
  PrivateDnsZone,
  PrivateEndpoint,
} from '../../../model/index.ts';
import { formatIp, prefixesOfAddressSet } from '../../../net/index.ts';
import type { SubnetPlacement } from '../../../network/index.ts';
import { resolversOf } from '../../../semantics/dns/resolver.ts';
import { connectionVerdict, endpointsFor } from '../../../semantics/private-endpoint/concrete.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { production } from './cluster-subjects.ts';
import { undecided } from './firewall-settings.ts';
import { firewallsOf } from './firewall-subjects.ts';
import { goesThroughAppliance, subnetsOf } from './network-routing.ts';
import { nodeSubnets } from './network-security-groups.ts';

/** Subnets whose name is a contract: smallest prefix, and what must not be attached (azure-networking 1.2). */
const SPECIAL: Readonly<
  Record<string, { readonly longest: number; readonly nsg: boolean; readonly udr: boolean }>
> = {
  azurefirewallsubnet: { longest: 26, nsg: false, udr: true },
  azurefirewallmanagementsubnet: { longest: 26, nsg: false, udr: true },
  gatewaysubnet: { longest: 29, nsg: false, udr: true },
  azurebastionsubnet: { longest: 26, nsg: true, udr: false },
};

const specialSubnet = eachSubject<SubnetPlacement>({
  id: 'network/special-subnet',
  severity: 'error',
  title: 'Subnets that Azure services own have the size and the attachments these services accept.',
  explanation:
    'AzureFirewallSubnet and AzureBastionSubnet need a /26 (Bastion hosts since November 2021), GatewaySubnet a /29 at least. Firewall and gateway subnets take no security group, Bastion’s no route table.',
  fix: 'enlarge the subnet; detach the security group or route table',
  facts: ['AFW-E28', 'AZS-11'],
  covers: ['NET-04'],
  subjects: (context) =>
    subnetsOf(context).filter(({ subnet }) => SPECIAL[subnet.name.toLowerCase()] !== undefined),
  none: 'no subnet with a special name',
  key: ({ subnet }) => subnet.key,
  judge: (placement) => {
    const { subnet } = placement;
    const rule = SPECIAL[subnet.name.toLowerCase()]!;
    const unknown = subnet.prefixes.find(isUnknown);
    if (unknown !== undefined)
      return undecided(`The size of ${subnet.name} is not known.`, unknown);
    const length = Math.min(
      ...prefixesOfAddressSet(placement.addresses).map((prefix) => prefix.length),
      33,
    );
    const faults = [
      ...(length <= rule.longest ? [] : [`a /${length} where a /${rule.longest} is needed`]),
      ...(rule.nsg || placement.networkSecurityGroup.kind === 'none'
        ? []
        : ['a network security group']),
      ...(rule.udr || placement.routeTable.kind === 'none' ? [] : ['a route table']),
    ];
    if (faults.length === 0) return HOLDS;
    return {
      kind: 'fails',
      message: `${subnet.name} has ${faults.join(' and ')}.`,
      places: [{ at: subnet.at, what: `subnet ${subnet.name}` }],
      evidence: faults,
    };
  },
});

const serviceEndpointBypass = eachSubject<SubnetPlacement>({
  id: 'network/service-endpoint-bypass',
  severity: 'warning',
  title: 'Service endpoints do not lead around the firewall.',
  explanation:
    'A service endpoint adds routes for all public prefixes of the service, longer than the default route: that traffic never meets the firewall, and any account of the service is reachable, not only yours. The service stays public.',
  fix: 'use a private endpoint, or put the service endpoint on AzureFirewallSubnet',
  facts: ['AZN-15'],
  covers: ['NET-08', 'A6', 'P4'],
  subjects: (context) =>
    subnetsOf(context).filter((subnet) => goesThroughAppliance(subnet) !== undefined),
  none: 'no subnet has a default route to an appliance',
  key: ({ subnet }) => subnet.key,
  judge: ({ subnet }) =>
    subnet.serviceEndpoints.length === 0
      ? HOLDS
      : {
          kind: 'fails',
          message: `${subnet.name} reaches ${subnet.serviceEndpoints.join(', ')} around the firewall.`,
          places: [
            { at: subnet.at, what: `serviceEndpoints ${subnet.serviceEndpoints.join(', ')}` },
          ],
          evidence: subnet.serviceEndpoints,
        },
});

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

const natGatewayUnused = eachSubject<{ subnet: SubnetPlacement; gateway: NatGateway }>({
  id: 'network/nat-gateway-unused',
  severity: 'note',
  title: 'NAT gateways are on subnets whose internet traffic reaches them.',
  explanation:
    'With the default route to an appliance the platform translates nothing: the NAT gateway is paid for and idle.',
  fix: 'detach it, or attach it to AzureFirewallSubnet where it replaces the firewall’s own addresses',
  facts: ['AZS-01', 'AZS-02'],
  covers: ['NET-21', 'FW-13'],
  subjects: (context) =>
    subnetsOf(context).flatMap((subnet) =>
      subnet.natGateway.kind === 'found' ? [{ subnet, gateway: subnet.natGateway.target }] : [],
    ),
  none: 'no subnet has a NAT gateway',
  key: ({ subnet }) => subnet.subnet.key,
  judge: ({ subnet, gateway }) => {
    if (subnet.routeTable.kind === 'dangling' || subnet.routeTable.kind === 'unknown')
      return {
        kind: 'undecided',
        message: `Whether ${gateway.name} is used is not known.`,
        missing: `the route table of ${subnet.subnet.name}`,
        at: subnet.subnet.at,
      };
    const route = goesThroughAppliance(subnet);
    if (route === undefined) return HOLDS;
    return {
      kind: 'fails',
      message: `NAT gateway ${gateway.name} on ${subnet.subnet.name} does nothing: the default route leads to an appliance.`,
      places: [
        { at: gateway.at, what: `NAT gateway ${gateway.name}` },
        { at: route.at, what: `route ${route.name}` },
      ],
      evidence: [`${route.destinationText} → VirtualAppliance`],
    };
  },
});

const natGatewayChangesEgress = eachSubject<ManagedCluster>({
  id: 'api-server/ranges-miss-nat-gateway',
  severity: 'error',
  title: 'Authorized ranges name the addresses that really leave.',
  explanation:
    'A NAT gateway on AzureFirewallSubnet replaces the firewall’s public addresses. Ranges that still name those lock the nodes out of their API server.',
  fix: 'add the NAT gateway’s addresses to authorizedIPRanges before attaching it',
  facts: ['AFW-E13', 'AKS-56'],
  covers: ['NET-21', 'FW-13'],
  subjects: (context) =>
    [...context.perimeter.clusters.values()].filter(
      ({ apiServer }) =>
        apiServer.authorizedRanges.length > 0 &&
        [...context.network.firewalls.values()].some(
          (firewall) => firewall.natGateway.kind !== 'none',
        ),
    ),
  none: 'no authorized ranges beside a firewall with a NAT gateway',
  key: ({ key }) => key,
  judge: (cluster, context) => {
    const firewall = [...context.network.firewalls.values()].find(
      (one) => one.natGateway.kind !== 'none',
    )!;
    if (firewall.natGateway.kind !== 'found')
      return {
        kind: 'undecided',
        message: `Which addresses ${cluster.name} leaves by is not known.`,
        missing: 'the NAT gateway on AzureFirewallSubnet',
        at: cluster.apiServer.at,
      };
    const texts = new Set(
      cluster.apiServer.authorizedRanges.map((term) => term.text.replace(/\/32$/, '')),
    );
    const wanted = firewall.natGateway.target.publicIps.flatMap((reference) => {
      const publicIp = isUnknown(reference)
        ? undefined
        : context.perimeter.publicIps.get(reference.key);
      return publicIp === undefined ? [undefined] : [publicIp];
    });
    const known = wanted.filter((one) => one !== undefined && !isUnknown(one.address));
    if (known.length < wanted.length || wanted.length === 0)
      return {
        kind: 'undecided',
        message: `Whether the authorized ranges of ${cluster.name} hold the NAT gateway’s addresses is not known.`,
        missing: `the addresses of NAT gateway ${firewall.natGateway.target.name}`,
        at: cluster.apiServer.at,
      };
    const covered = known.every(
      (one) => one !== undefined && !isUnknown(one.address) && texts.has(formatIp(one.address)),
    );
    return covered
      ? HOLDS
      : {
          kind: 'fails',
          message: `Nodes of ${cluster.name} leave by NAT gateway ${firewall.natGateway.target.name}, which the authorized ranges leave out.`,
          places: [
            {
              at: cluster.apiServer.authorizedRangesAt ?? cluster.apiServer.at,
              what: 'authorizedIPRanges',
            },
          ],
          evidence: [`${firewall.natGateway.target.name} replaces the firewall’s addresses`],
        };
  },
});

const firewallLogs = eachSubject<AzureFirewall>({
  id: 'logs/firewall-not-logged',
  severity: 'warning',
  title: 'Every firewall sends its logs somewhere.',
  explanation:
    'Without network, application, DNAT, threat intelligence and DNS logs nobody can say what was denied, what a rule is used for, or what happened last night.',
  fix: 'add a diagnostic setting with category AZFWNetworkRule, AZFWApplicationRule, AZFWNatRule, AZFWThreatIntel, AZFWDnsQuery and resource-specific tables',
  facts: ['AFW-E21'],
  covers: ['P8', 'O1'],
  subjects: (context) => firewallsOf(context).map(({ firewall }) => firewall),
  none: 'no firewall',
  key: ({ key }) => key,
  judge: (firewall, context) => {
    const settings = context.perimeter.diagnosticSettings.filter(
      (one) => one.scopeKey === firewall.key,
    );
    if (settings.length === 0) {
      return {
        kind: 'fails',
        message: `${firewall.name} sends no logs.`,
        places: [{ at: firewall.at, what: `firewall ${firewall.name}` }],
        evidence: ['no Microsoft.Insights/diagnosticSettings in the input'],
      };
    }
    const logs = settings.flatMap((one) => one.logs);
    const unknown = logs.map((log) => log.enabled).find(isUnknown);
    const on = logs.filter((log) => log.enabled === true);
    const all = on.some((log) => log.categoryGroup?.toLowerCase() === 'alllogs');
    const missing = all
      ? []
      : WANTED_LOGS.filter(
          (category) => !on.some((log) => log.category?.toLowerCase() === category.toLowerCase()),
        );
    if (missing.length === 0) return HOLDS;
    if (unknown !== undefined)
      return undecided(`Which logs ${firewall.name} sends is not known.`, unknown);
    return {
      kind: 'fails',
      severity: 'note',
      message: `${firewall.name} does not send ${missing.join(', ')}.`,
      places: [{ at: settings[0]!.at, what: `diagnostic setting ${settings[0]!.name}` }],
      evidence: missing,
    };
  },
});

const flowLogs = eachSubject<SubnetPlacement>({
  id: 'logs/no-flow-log',
  severity: 'note',
  title: 'Cluster networks have a VNet flow log.',
  explanation:
    'What passes between subnets without meeting the firewall appears in no firewall log. VNet flow logs on the network or the subnet show it.',
  fix: 'create a flow log whose target is the virtual network',
  facts: ['AKS-95'],
  covers: ['NET-22', 'P8'],
  subjects: nodeSubnets,
  none: 'no node subnet in the input',
  key: ({ subnet }) => subnet.key,
  judge: ({ subnet, vnet }, context) => {
    const logs = [...context.perimeter.flowLogs.values()];
    const mine = logs.filter(
      (log) =>
        log.target !== undefined &&
        !isUnknown(log.target) &&
        [subnet.key, vnet.key].includes(log.target.key),
    );
    if (mine.some((log) => log.enabled !== false && !isUnknown(log.enabled))) return HOLDS;
    const unknown =
      logs.find((log) => log.target !== undefined && isUnknown(log.target)) ??
      mine.find((log) => isUnknown(log.enabled));
    if (unknown !== undefined)
      return {
        kind: 'undecided',
        message: `Whether flows of ${subnet.name} are logged is not known.`,
        missing: `target and state of flow log ${unknown.name}`,
        at: unknown.at,
      };
    return {
      kind: 'fails',
      message: `Flows of ${vnet.name}/${subnet.name} are logged nowhere.`,
      places: [{ at: subnet.at, what: `subnet ${subnet.name}` }],
      evidence: ['no flow log for the subnet or its network in the input'],
    };
  },
});

export const NETWORK_SERVICE_CHECKS: readonly Check[] = [
  specialSubnet,
  serviceEndpointBypass,
  endpointApproved,
  endpointZone,
  publicPaas,
  natGatewayUnused,
  natGatewayChangesEgress,
  firewallLogs,
  flowLogs,
];

const WANTED_LOGS = [
  'AZFWNetworkRule',
  'AZFWApplicationRule',
  'AZFWNatRule',
  'AZFWThreatIntel',
  'AZFWDnsQuery',
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
