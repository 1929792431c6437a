import type { ManagedCluster } from '../../../model/index.ts';
import { addressSet, addressSetCovers } from '../../../net/index.ts';
import {
  type ClusterPlacement,
  type FirewallPlacement,
  type KnownAddress,
  type Link,
  PUBLIC_IPV4,
  type SubnetPlacement,
  vnetReaches,
} from '../../../network/index.ts';
import { dnsProxyOf } from '../../../semantics/dns/resolver.ts';
import { natGatewayAddresses } from '../../../semantics/outbound/concrete.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS } from '../judge.ts';
import { undecided } from './firewall-settings.ts';
import { firewallsOf } from './firewall-subjects.ts';
import {
  defaultRoutesOf,
  goesThroughAppliance,
  nodeSubnets,
  subnetsOf,
  undecidedDefault,
} from './network-subjects.ts';

/** A cluster, and a firewall its nodes may leave by. */
interface ClusterEgress {
  readonly cluster: ManagedCluster;
  readonly firewall: FirewallPlacement;
}

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
    subnetsOf(context).filter(
      (subnet) =>
        goesThroughAppliance(subnet) !== undefined ||
        defaultRoutesOf(subnet).some((one) => undecidedDefault(one) !== undefined),
    ),
  none: 'no subnet has a default route to an appliance',
  key: ({ subnet }) => subnet.key,
  judge: (placement) => {
    const { subnet } = placement;
    if (subnet.serviceEndpoints.length === 0) return HOLDS;
    const services = subnet.serviceEndpoints.join(', ');
    if (goesThroughAppliance(placement) === undefined)
      return defaultRoutesOf(placement).map((one) => undecidedDefault(one) ?? HOLDS);
    return {
      kind: 'fails',
      message: `${subnet.name} reaches ${services} around the firewall.`,
      places: [{ at: subnet.at, what: `serviceEndpoints ${services}` }],
      evidence: subnet.serviceEndpoints,
    };
  },
});

const natGatewayUnused = eachSubject<SubnetPlacement>({
  id: 'network/nat-gateway-unused',
  severity: 'note',
  title: 'NAT gateways are on subnets whose internet traffic reaches them.',
  explanation:
    'With the default route to an appliance and no route to the internet the platform translates nothing: the NAT gateway is paid for and idle.',
  fix: 'detach it, or attach it to AzureFirewallSubnet where it replaces the firewall’s own addresses',
  facts: ['AZS-01', 'AZS-02'],
  covers: ['NET-21', 'FW-13'],
  subjects: (context) => subnetsOf(context).filter(({ natGateway }) => natGateway.kind !== 'none'),
  none: 'no subnet has a NAT gateway',
  key: ({ subnet }) => subnet.key,
  judge: (placement) => {
    const { subnet, natGateway: link, routeTable } = placement;
    const open = defaultRoutesOf(placement).find((one) => undecidedDefault(one) !== undefined);
    if (open !== undefined) return undecidedDefault(open)!;
    const route = goesThroughAppliance(placement);
    if (route === undefined || routeTable.kind !== 'found') return HOLDS;
    // What a longer route sends to the internet leaves by the NAT gateway (AZS-02).
    const types = routeTable.target.routes.map((one) => one.nextHopType);
    if (types.includes('Internet')) return HOLDS;
    const doubt = link.kind === 'unknown' ? link.unknown : types.find(isUnknown);
    if (doubt !== undefined)
      return undecided(`Whether ${subnet.name} needs a NAT gateway is not known.`, doubt);
    const name = link.kind === 'found' ? link.target.name : attachedName(link);
    return {
      kind: 'fails',
      message: `NAT gateway ${name} on ${subnet.name} does nothing: the default route leads to an appliance.`,
      places: [
        link.kind === 'found'
          ? { at: link.target.at, what: `NAT gateway ${name}` }
          : { at: subnet.at, what: `natGateway ${name}` },
        { at: route.at, what: `route ${route.name}` },
      ],
      evidence: [`${route.destinationText} → ${String(route.nextHopType)}`],
    };
  },
});

const natGatewayChangesEgress = eachSubject<ClusterEgress>({
  id: 'api-server/ranges-miss-nat-gateway',
  severity: 'error',
  title: 'Authorized ranges name the addresses that really leave.',
  explanation:
    'A NAT gateway on AzureFirewallSubnet replaces the firewall’s public addresses. Ranges that still name those lock the nodes out of their API server.',
  fix: 'add the NAT gateway’s addresses to authorizedIPRanges before attaching it',
  facts: ['AFW-E13', 'AKS-56'],
  covers: ['NET-21', 'FW-13'],
  subjects: (context) =>
    context.network.clusters.flatMap((placement) => {
      const { cluster } = placement;
      if (cluster === undefined || cluster.apiServer.authorizedRanges.length === 0) return [];
      return firewallsBefore(context, placement)
        .filter(({ natGateway }) => natGateway.kind !== 'none')
        .map((firewall) => ({ cluster, firewall }));
    }),
  none: 'no authorized ranges beside a firewall with a NAT gateway',
  key: ({ cluster }) => cluster.key,
  judge: ({ cluster, firewall }, context) => {
    const { apiServer } = cluster;
    if (firewall.natGateway.kind !== 'found')
      return {
        kind: 'undecided',
        message: `Which addresses ${cluster.name} leaves by is not known.`,
        missing: 'the NAT gateway on AzureFirewallSubnet',
        at: apiServer.at,
      };
    const gateway = firewall.natGateway.target;
    const sources = natGatewayAddresses(context.network, gateway);
    const ranges = addressSet(
      apiServer.authorizedRanges.flatMap((term) => (term.kind === 'range' ? [term.range] : [])),
    );
    const isEveryone = apiServer.authorizedRanges.some((term) => term.kind === 'any');
    const covers = (one: KnownAddress) => isEveryone || addressSetCovers(ranges, one.addresses);
    if (sources.length > 0 && sources.every(covers)) return HOLDS;
    // A prefix that is known and left out in part is left out: its members are all in use.
    const isKnown = (one: KnownAddress) =>
      one.isExact || !addressSetCovers(one.addresses, PUBLIC_IPV4);
    const perhaps = apiServer.authorizedRanges.find((term) => term.kind === 'unknown');
    if (perhaps !== undefined || !sources.some((one) => isKnown(one) && !covers(one)))
      return {
        kind: 'undecided',
        message: `Whether the authorized ranges of ${cluster.name} hold the NAT gateway’s addresses is not known.`,
        missing:
          perhaps?.kind === 'unknown'
            ? perhaps.unknown.missing
            : `the addresses of NAT gateway ${gateway.name}`,
        at: apiServer.at,
      };
    return {
      kind: 'fails',
      message: `Nodes of ${cluster.name} leave by NAT gateway ${gateway.name}, which the authorized ranges leave out.`,
      places: [{ at: apiServer.authorizedRangesAt ?? apiServer.at, what: 'authorizedIPRanges' }],
      evidence: [`${gateway.name} replaces the firewall’s addresses`],
    };
  },
});

const firewallLogs = eachSubject<FirewallPlacement>({
  id: 'logs/firewall-not-logged',
  severity: 'warning',
  title: 'Every firewall sends its logs somewhere.',
  explanation:
    'Without network, application, DNAT, threat intelligence and DNS logs nobody can say what was denied, what a rule is used for, or what happened last night.',
  fix: 'add a diagnostic setting with category AZFWNetworkRule, AZFWApplicationRule, AZFWNatRule, AZFWThreatIntel, AZFWDnsQuery (DNS proxy), AZFWIdpsSignature (Premium), a destination, and resource-specific tables',
  facts: ['AFW-E21'],
  covers: ['P8', 'O1'],
  subjects: firewallsOf,
  none: 'no firewall',
  key: ({ firewall }) => firewall.key,
  judge: (placement, context) => {
    const { firewall } = placement;
    const settings = context.perimeter.diagnosticSettings.filter(
      (one) => one.scopeKey === firewall.key && one.hasDestination,
    );
    if (settings.length === 0) {
      return {
        kind: 'fails',
        message: `${firewall.name} sends no logs.`,
        places: [{ at: firewall.at, what: `firewall ${firewall.name}` }],
        evidence: ['no Microsoft.Insights/diagnosticSettings with a destination in the input'],
      };
    }
    const logs = settings.flatMap((one) => one.logs);
    const isOn = (category: string) =>
      logs.some(
        (log) =>
          log.enabled === true &&
          (log.categoryGroup?.toLowerCase() === 'alllogs' ||
            [category, LEGACY[category]].some(
              (name) => name?.toLowerCase() === log.category?.toLowerCase(),
            )),
      );
    const missing = wantedLogs(placement).filter((category) => !isOn(category));
    if (missing.length === 0) return HOLDS;
    const unknown = logs.map((log) => log.enabled).find(isUnknown);
    if (unknown !== undefined)
      return undecided(`Which logs ${firewall.name} sends is not known.`, unknown);
    const proxy = dnsProxyOf(placement);
    if (proxy.state === 'unknown' && missing.every((category) => category === 'AZFWDnsQuery'))
      return {
        kind: 'undecided',
        message: `Whether ${firewall.name} answers DNS queries, which it does not log, is not known.`,
        missing: proxy.why,
        at: firewall.at,
      };
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
  facts: ['AZN-43'],
  covers: ['NET-22', 'P8'],
  subjects: nodeSubnets,
  none: 'no node subnet in the input',
  key: ({ subnet }) => subnet.key,
  judge: ({ subnet, vnet, networkSecurityGroup }, context) => {
    // A log on the security group of the subnet works until it retires, which is another check.
    const group = networkSecurityGroup.kind === 'found' ? [networkSecurityGroup.target.key] : [];
    const targets = [subnet.key, vnet.key, ...group];
    const logs = [...context.perimeter.flowLogs.values()];
    const mine = logs.filter(
      (log) =>
        log.target !== undefined && !isUnknown(log.target) && targets.includes(log.target.key),
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
  serviceEndpointBypass,
  natGatewayUnused,
  natGatewayChangesEgress,
  firewallLogs,
  flowLogs,
];

/** The categories of before resource-specific tables that hold the same lines. */
const LEGACY: Readonly<Record<string, string>> = {
  AZFWNetworkRule: 'AzureFirewallNetworkRule',
  AZFWApplicationRule: 'AzureFirewallApplicationRule',
  AZFWNatRule: 'AzureFirewallNetworkRule',
  AZFWThreatIntel: 'AzureFirewallNetworkRule',
  AZFWIdpsSignature: 'AzureFirewallNetworkRule',
  AZFWDnsQuery: 'AzureFirewallDnsProxy',
};

/** What there is to log: intrusion detection in tier Premium only, DNS queries where the firewall answers them. */
function wantedLogs(placement: FirewallPlacement): readonly string[] {
  const tier = placement.firewall.skuTier ?? placement.policies.at(-1)?.skuTier;
  return [
    'AZFWNetworkRule',
    'AZFWApplicationRule',
    'AZFWNatRule',
    'AZFWThreatIntel',
    ...(tier === 'Premium' ? ['AZFWIdpsSignature'] : []),
    ...(dnsProxyOf(placement).state === 'off' ? [] : ['AZFWDnsQuery']),
  ];
}

/** Firewalls in reach of the cluster's nodes, unless every node subnet is known to go elsewhere. */
function firewallsBefore(
  context: CheckContext,
  { pools }: ClusterPlacement,
): readonly FirewallPlacement[] {
  const subnets = pools.flatMap(({ nodeSubnet: link }) =>
    link.kind === 'found' ? [link.target] : [],
  );
  const isElsewhere = subnets.every(
    (subnet) =>
      goesThroughAppliance(subnet) === undefined &&
      defaultRoutesOf(subnet).every((one) => undecidedDefault(one) === undefined),
  );
  if (subnets.length === pools.length && isElsewhere) return [];
  return [...context.network.firewalls.values()].filter(
    ({ subnet: own }) =>
      own.kind !== 'found' ||
      subnets.length === 0 ||
      subnets.some(
        ({ vnet }) => vnetReaches(context.network, vnet.key, own.target.vnet.key) !== 'no',
      ),
  );
}

function attachedName(link: Link<unknown>): string {
  return link.kind === 'dangling' ? (link.id.split('/').at(-1) ?? link.id) : '';
}
