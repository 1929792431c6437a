import type { Diagnostic } from '../diagnostics/index.ts';
import type { Perimeter } from './perimeter.ts';
import { readApplicationGateway } from './read/application-gateway.ts';
import { noteUnmodelledType } from './read/azure-types.ts';
import { indexChildren } from './read/children.ts';
import { readCluster } from './read/cluster.ts';
import { readFirewall } from './read/firewall.ts';
import { readFirewallPolicy } from './read/firewall-policy.ts';
import {
  readBastionHost,
  readGatewayConnection,
  readLocalNetworkGateway,
  readVirtualNetworkGateway,
} from './read/gateways.ts';
import { readIpGroup } from './read/ip-group.ts';
import { readClusterObjects } from './read/kubernetes/cluster-objects.ts';
import { readService } from './read/kubernetes/service.ts';
import { readLoadBalancer } from './read/load-balancer.ts';
import {
  PLATFORM_SERVICES,
  readApplicationSecurityGroup,
  readDiagnosticSetting,
  readFlowLog,
  readPlatformService,
  readPolicyAssignment,
} from './read/neighbours.ts';
import { readNetworkInterface } from './read/network-interface.ts';
import { readNetworkSecurityGroup } from './read/network-security-group.ts';
import { readPrivateDnsZone } from './read/private-dns-zone.ts';
import { readPrivateEndpoint } from './read/private-endpoint.ts';
import { readNatGateway, readPublicIp, readPublicIpPrefix } from './read/public-ip.ts';
import { type Reading, report } from './read/reading.ts';
import { readRouteTable } from './read/route-table.ts';
import { readVirtualNetwork } from './read/virtual-network.ts';
import { readWafPolicy } from './read/waf-policy.ts';
import type { AzureResource, Snapshot } from './snapshot.ts';

const NETWORK = 'microsoft.network';
const DIAGNOSTIC_SETTING = 'microsoft.insights/diagnosticsettings';
const POLICY_ASSIGNMENT = 'microsoft.authorization/policyassignments';

/**
 * Reads a snapshot into typed views. What is written and makes no sense is a diagnostic with its place and an unknown
 * in the view; what no view holds is a gap. Children whose parent is not in the input get a parent that is marked as
 * a reference.
 *
 * Never throws for any snapshot; does not change it. The views are in the order of the snapshot.
 * Cost: linear in the values of the snapshot (5,000 rules and 3,000 objects: 0.15 s in a
 * fresh process, 0.06 s once warm, on one core).
 */
export function readPerimeter(snapshot: Snapshot): Perimeter {
  const reading: Reading = {
    snapshot,
    children: indexChildren(snapshot),
    diagnostics: [],
    gaps: new Map(),
  };
  const byType = groupByType(reading);
  const all = <T>(read: (reading: Reading, resource: AzureResource) => T, type: string) =>
    new Map((byType.get(type) ?? []).map((resource) => [resource.key, read(reading, resource)]));
  const read = {
    virtualNetworks: all(readVirtualNetwork, `${NETWORK}/virtualnetworks`),
    routeTables: all(readRouteTable, `${NETWORK}/routetables`),
    networkSecurityGroups: all(readNetworkSecurityGroup, `${NETWORK}/networksecuritygroups`),
    applicationSecurityGroups: all(
      readApplicationSecurityGroup,
      `${NETWORK}/applicationsecuritygroups`,
    ),
    publicIps: all(readPublicIp, `${NETWORK}/publicipaddresses`),
    publicIpPrefixes: all(readPublicIpPrefix, `${NETWORK}/publicipprefixes`),
    natGateways: all(readNatGateway, `${NETWORK}/natgateways`),
    loadBalancers: all(readLoadBalancer, `${NETWORK}/loadbalancers`),
    networkInterfaces: all(readNetworkInterface, `${NETWORK}/networkinterfaces`),
    firewalls: all(readFirewall, `${NETWORK}/azurefirewalls`),
    firewallPolicies: all(readFirewallPolicy, `${NETWORK}/firewallpolicies`),
    ipGroups: all(readIpGroup, `${NETWORK}/ipgroups`),
    privateEndpoints: all(readPrivateEndpoint, `${NETWORK}/privateendpoints`),
    privateDnsZones: all(readPrivateDnsZone, `${NETWORK}/privatednszones`),
    applicationGateways: all(readApplicationGateway, `${NETWORK}/applicationgateways`),
    wafPolicies: all(readWafPolicy, `${NETWORK}/${WAF_POLICIES}`),
    bastionHosts: all(readBastionHost, `${NETWORK}/bastionhosts`),
    virtualNetworkGateways: all(readVirtualNetworkGateway, `${NETWORK}/virtualnetworkgateways`),
    localNetworkGateways: all(readLocalNetworkGateway, `${NETWORK}/localnetworkgateways`),
    gatewayConnections: all(readGatewayConnection, `${NETWORK}/connections`),
    flowLogs: all(readFlowLog, `${NETWORK}/networkwatchers/flowlogs`),
    diagnosticSettings: [...all(readDiagnosticSetting, DIAGNOSTIC_SETTING).values()],
    platformServices: new Map(
      [...PLATFORM_SERVICES].flatMap((type) => [...all(readPlatformService, type)]),
    ),
    policyAssignments: [...all(readPolicyAssignment, POLICY_ASSIGNMENT).values()],
    clusters: all(readCluster, 'microsoft.containerservice/managedclusters'),
    kubernetes: readClusterObjects(reading),
    ...servicesElsewhere(reading),
  };
  for (const resource of snapshot.resources.values()) {
    noteUnmodelledType(reading, resource, MODELLED.has(resource.type));
  }
  return {
    snapshot,
    ...read,
    diagnostics: [...snapshot.diagnostics, ...eachOnce(reading.diagnostics)],
    gaps: [...snapshot.gaps, ...listGaps(reading)],
  };
}

const WAF_POLICIES = 'applicationgatewaywebapplicationfirewallpolicies';

/** The types of the record above. */
const MODELLED: ReadonlySet<string> = new Set([
  ...[
    'virtualnetworks',
    'routetables',
    'networksecuritygroups',
    'applicationsecuritygroups',
    'publicipaddresses',
    'publicipprefixes',
    'natgateways',
    'loadbalancers',
    'networkinterfaces',
    'azurefirewalls',
    'firewallpolicies',
    'ipgroups',
    'privateendpoints',
    'privatednszones',
    'applicationgateways',
    WAF_POLICIES,
    'bastionhosts',
    'virtualnetworkgateways',
    'localnetworkgateways',
    'connections',
    'networkwatchers/flowlogs',
  ].map((type) => `${NETWORK}/${type}`),
  DIAGNOSTIC_SETTING,
  POLICY_ASSIGNMENT,
  ...PLATFORM_SERVICES,
  'microsoft.containerservice/managedclusters',
]);

/** The resources and the parents that only their children imply. */
function groupByType(reading: Reading): ReadonlyMap<string, readonly AzureResource[]> {
  const byType = new Map<string, AzureResource[]>();
  const { resources } = reading.snapshot;
  for (const resource of [...resources.values(), ...reading.children.impliedParents]) {
    const list = byType.get(resource.type);
    if (list === undefined) byType.set(resource.type, [resource]);
    else list.push(resource);
  }
  for (const parent of reading.children.impliedParents) {
    report(
      reading,
      'note',
      'model/parent-missing',
      `\`${parent.id}\` is not in the input, though parts of it are; what else it holds is not known`,
      parent.at,
    );
  }
  return byType;
}

function servicesElsewhere(reading: Reading): Pick<Perimeter, 'servicesElsewhere'> {
  const { elsewhere } = reading.snapshot;
  if (elsewhere === undefined) return {};
  const read = [...elsewhere].map(
    ([cluster, services]) =>
      [cluster, services.map((service) => readService(reading, service))] as const,
  );
  return { servicesElsewhere: new Map(read) };
}

/** A part that two readers look at is said once to be wrong. */
function eachOnce(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const said = new Set<string>();
  return diagnostics.filter(({ code, message, at }) => {
    const identity = `${code}\n${message}\n${at?.source.file}\n${at?.offset}`;
    if (said.has(identity)) return false;
    said.add(identity);
    return true;
  });
}

function listGaps(reading: Reading): Perimeter['gaps'] {
  return [...reading.gaps.values()].map(({ count, ...gap }) =>
    count === 1 ? gap : { ...gap, count },
  );
}
