import type { AzureFirewall, ManagedCluster, NatGateway } from '../../../model/index.ts';
import { formatIp } from '../../../net/index.ts';
import type { SubnetPlacement } from '../../../network/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check } from '../finding.ts';
import { eachSubject, HOLDS } from '../judge.ts';
import { undecided } from './firewall-settings.ts';
import { firewallsOf } from './firewall-subjects.ts';
import { goesThroughAppliance, nodeSubnets, subnetsOf } from './network-subjects.ts';

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
  serviceEndpointBypass,
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
