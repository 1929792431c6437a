import { member, stringOf } from '../../values/index.ts';
import type { AzureResource } from '../snapshot.ts';
import { type Reading, reportGap } from './reading.ts';

/** Types that are read as parts of others, beside those with a view of their own. */
const PARTS: ReadonlySet<string> = new Set([
  'microsoft.network/virtualnetworks/subnets',
  'microsoft.network/virtualnetworks/virtualnetworkpeerings',
  'microsoft.network/routetables/routes',
  'microsoft.network/networksecuritygroups/securityrules',
  'microsoft.network/firewallpolicies/rulecollectiongroups',
  'microsoft.network/firewallpolicies/rulegroups',
  'microsoft.network/privateendpoints/privatednszonegroups',
  'microsoft.network/privatednszones/virtualnetworklinks',
  'microsoft.network/privatednszones/a',
  'microsoft.network/privatednszones/cname',
  'microsoft.containerservice/managedclusters/agentpools',
  'microsoft.kubernetesconfiguration/extensions',
]);

/** Whole namespaces that cannot change which flows pass. A longer entry below wins. */
const HARMLESS_NAMESPACES: ReadonlySet<string> = new Set([
  'microsoft.advisor',
  'microsoft.alertsmanagement',
  'microsoft.authorization',
  'microsoft.automation',
  'microsoft.billing',
  'microsoft.consumption',
  'microsoft.costmanagement',
  'microsoft.dashboard',
  'microsoft.insights',
  'microsoft.kubernetesconfiguration',
  'microsoft.maintenance',
  'microsoft.managedidentity',
  'microsoft.management',
  'microsoft.monitor',
  'microsoft.operationalinsights',
  'microsoft.operationsmanagement',
  'microsoft.policyinsights',
  'microsoft.portal',
  'microsoft.recoveryservices',
  'microsoft.security',
]);

const N = 'microsoft.network';
const DEPLOYS = 'what it deploys or changes is not in the input';

/** Why a type matters to the answers; an empty text when it cannot. */
const WHYS: ReadonlyMap<string, string> = new Map([
  [`${N}/virtualhubs`, 'routing inside a Virtual WAN hub is not modelled'],
  [
    `${N}/virtualhubs/hubvirtualnetworkconnections`,
    'a hub may inject routes into the network it connects',
  ],
  [
    `${N}/virtualhubs/routingintent`,
    'it sends traffic of all connected networks to a hub firewall',
  ],
  [`${N}/virtualwans`, ''],
  [`${N}/vpngateways`, 'a hub learns routes through it'],
  [`${N}/expressroutegateways`, 'a hub learns routes through it'],
  [`${N}/expressroutecircuits`, 'routes learned over a circuit are in no file'],
  [`${N}/p2svpngateways`, 'VPN clients have addresses and routes of their own'],
  [`${N}/networkmanagers`, 'security admin rules are asked before every network security group'],
  [`${N}/networksecurityperimeters`, 'a perimeter may refuse access to the accounts in it'],
  [`${N}/privatelinkservices`, 'it lets private endpoints of other networks reach a load balancer'],
  [`${N}/serviceendpointpolicies`, 'it narrows which accounts a service endpoint reaches'],
  [`${N}/dnsresolvers`, 'it answers and forwards DNS questions of a network'],
  [`${N}/dnsforwardingrulesets`, 'it forwards DNS questions of the networks it is linked to'],
  [`${N}/dnszones`, 'public names are taken as the Internet answers them'],
  [`${N}/frontdoors`, 'clients may come through it instead of directly'],
  [`${N}/trafficmanagerprofiles`, 'clients may be sent elsewhere by name'],
  [
    `${N}/firewallpolicies/kubeselectorgroups`,
    'which pods a Kubernetes selector group matches is not published',
  ],
  [`${N}/firewallpolicies/rulecollectiongroupdrafts`, ''],
  [`${N}/firewallpolicies/firewallpolicydrafts`, ''],
  [`${N}/firewallpolicies/signatureoverrides`, ''],
  [`${N}/networkwatchers`, ''],
  [`${N}/networkwatchers/connectionmonitors`, ''],
  [`${N}/ddosprotectionplans`, ''],
  [`${N}/networkintentpolicies`, ''],
  [`${N}/networksecuritygroups/defaultsecurityrules`, ''],
  [`${N}/privatednszones/aaaa`, 'IPv6 addresses of private names are not read'],
  [`${N}/privatednszones/soa`, ''],
  [`${N}/privatednszones/txt`, ''],
  [`${N}/privatednszones/mx`, ''],
  [`${N}/privatednszones/srv`, ''],
  [`${N}/privatednszones/ptr`, ''],
  [`${N}/loadbalancers/inboundnatrules`, 'it forwards a port of the load balancer to a machine'],
  [`${N}/loadbalancers/backendaddresspools`, 'members added to a pool on their own are not read'],
  [
    'microsoft.servicenetworking/trafficcontrollers',
    'Application Gateway for Containers reaches pods without any Service',
  ],
  ['microsoft.cdn/profiles', 'clients may come through it instead of directly'],
  ['microsoft.compute/virtualmachines', ''],
  [
    'microsoft.compute/virtualmachinescalesets',
    'its machines have addresses in their subnets that are not read',
  ],
  ['microsoft.compute/disks', ''],
  ['microsoft.compute/snapshots', ''],
  ['microsoft.compute/images', ''],
  ['microsoft.compute/availabilitysets', ''],
  ['microsoft.compute/proximityplacementgroups', ''],
  ['microsoft.compute/diskencryptionsets', ''],
  ['microsoft.compute/sshpublickeys', ''],
  ['microsoft.compute/virtualmachines/extensions', ''],
  ['microsoft.containerservice/fleets', ''],
  ['microsoft.containerservice/managedclusters/maintenanceconfigurations', ''],
  ['microsoft.containerservice/managedclusters/trustedaccessrolebindings', ''],
  ['microsoft.containerservice/managedclusters/privateendpointconnections', ''],
  [
    'microsoft.containerservice/managedclusters/managednamespaces',
    'it may bring network policies of its own',
  ],
  ['microsoft.resources/deployments', DEPLOYS],
  ['microsoft.resources/deploymentstacks', DEPLOYS],
  [
    'microsoft.resources/deploymentscripts',
    'a script runs at deployment; what it changes is not known',
  ],
  ['microsoft.resources/templatespecs', ''],
  ['microsoft.resources/tags', ''],
  ['microsoft.resources/resourcegroups', ''],
  ['microsoft.solutions/applications', DEPLOYS],
  ['microsoft.web/sites', 'an app may call into the network or be called from it'],
  ['microsoft.hybridnetwork/networkfunctions', 'a network appliance decides by its own rules'],
]);

/** Children of accounts whose own switches are read: keys, secrets, databases, containers. */
const ACCOUNT_PARTS =
  /^microsoft\.(?:keyvault\/vaults|storage\/storageaccounts|sql\/servers|containerregistry\/registries|servicebus\/namespaces|eventhub\/namespaces|documentdb\/databaseaccounts)\/(.*)$/;
const ACCOUNT_NETWORK =
  /firewallrules|networkrulesets|virtualnetworkrules|privateendpointconnections|outboundfirewallrules/;

/** @param isRead whether the type has a view of its own */
export function noteUnmodelledType(
  reading: Reading,
  resource: AzureResource,
  isRead: boolean,
): void {
  if (isRead || PARTS.has(resource.type)) return;
  const written = stringOf(member(resource.body, 'type'));
  const isWhole = written?.toLowerCase() === resource.type;
  reportGap(reading, isWhole ? written! : resource.type, whyOf(resource.type), resource.at);
}

function whyOf(type: string): string {
  const own = WHYS.get(type);
  if (own !== undefined) return own;
  if (HARMLESS_NAMESPACES.has(type.slice(0, type.indexOf('/')))) return '';
  const part = ACCOUNT_PARTS.exec(type)?.[1];
  if (part !== undefined) {
    return ACCOUNT_NETWORK.test(part) ? 'it decides who reaches the account' : '';
  }
  // What is part of a type that cannot matter cannot matter either.
  const parent = type.slice(0, type.lastIndexOf('/'));
  if (parent.includes('/') && WHYS.get(parent) === '') return '';
  return 'what it does to traffic is not modelled';
}
