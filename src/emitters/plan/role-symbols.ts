import type { AzureResource, Snapshot } from '../../model/index.ts';
import { itemsOf, path, stringOf } from '../../values/index.ts';
import { pascalCase } from './identifier.ts';

/** What a resource of a type is called when there is only one (iac-formats 3): by type in lower case. */
const ROLES: Readonly<Record<string, string>> = {
  'microsoft.network/azurefirewalls': 'firewall',
  'microsoft.network/firewallpolicies': 'policy',
  'microsoft.network/firewallpolicies/rulecollectiongroups': 'rcg',
  'microsoft.network/firewallpolicies/kubeselectorgroups': 'kubeSelectors',
  'microsoft.network/ipgroups': 'ipGroup',
  'microsoft.network/virtualnetworks': 'network',
  'microsoft.network/virtualnetworks/subnets': 'subnet',
  'microsoft.network/virtualnetworks/virtualnetworkpeerings': 'peering',
  'microsoft.network/routetables': 'routeTable',
  'microsoft.network/routetables/routes': 'route',
  'microsoft.network/networksecuritygroups': 'securityGroup',
  'microsoft.network/networksecuritygroups/securityrules': 'securityRule',
  'microsoft.network/applicationsecuritygroups': 'applicationGroup',
  'microsoft.network/publicipaddresses': 'publicIp',
  'microsoft.network/publicipprefixes': 'publicIpPrefix',
  'microsoft.network/natgateways': 'natGateway',
  'microsoft.network/applicationgateways': 'gateway',
  'microsoft.network/applicationgatewaywebapplicationfirewallpolicies': 'wafPolicy',
  'microsoft.network/loadbalancers': 'loadBalancer',
  'microsoft.network/bastionhosts': 'bastion',
  'microsoft.network/virtualnetworkgateways': 'vpnGateway',
  'microsoft.network/networkinterfaces': 'networkInterface',
  'microsoft.network/privateendpoints': 'privateEndpoint',
  'microsoft.network/privateendpoints/privatednszonegroups': 'zoneGroup',
  'microsoft.network/privatednszones': 'zone',
  'microsoft.network/privatednszones/virtualnetworklinks': 'zoneLink',
  'microsoft.network/privatednszones/a': 'record',
  'microsoft.network/privatednszones/cname': 'alias',
  'microsoft.containerservice/managedclusters': 'cluster',
  'microsoft.containerservice/managedclusters/agentpools': 'nodePool',
  'microsoft.containerregistry/registries': 'registry',
  'microsoft.keyvault/vaults': 'vault',
  'microsoft.storage/storageaccounts': 'storage',
  'microsoft.managedidentity/userassignedidentities': 'identity',
  'microsoft.operationalinsights/workspaces': 'workspace',
  'microsoft.insights/diagnosticsettings': 'diagnostics',
  'microsoft.authorization/roleassignments': 'roleAssignment',
  'microsoft.authorization/roledefinitions': 'roleDefinition',
  'microsoft.authorization/policyassignments': 'policyAssignment',
  'microsoft.resources/resourcegroups': 'group',
};

/** Parts of a name that only repeat the type: Cloud Adoption Framework abbreviations and the like. */
const NOISE =
  /(?:^|[^a-z0-9])(?:afw|afwp|fw|rcg|ipg|pip|ippre|rt|udr|nsg|asg|peer|ng|nat|agw|waf|aks|pep|pe|pl|lbi|lbe|lb|bas|vgw|log|law|id|kv|cr|acr|st|vnet|snet|rg)(?=$|[^a-z0-9])/gi;

/** The role of a resource, `hub` or `spoke` for networks. */
export function roleOf(
  type: string,
  resource: AzureResource | undefined,
  snapshot: Snapshot,
): string {
  const role = ROLES[type.toLowerCase()];
  if (role === 'network' && resource !== undefined) return networkRole(resource, snapshot);
  if (role !== undefined) return role;
  const last = type.split('/').at(-1) ?? 'resource';
  return /ies$/i.test(last) ? `${last.slice(0, -3)}y` : last.replace(/(?<!s)s$/i, '');
}

/** What tells a resource from others of its role: its name without what the role says already. */
export function distinctionOf(role: string, name: string): string {
  const bare = name.replace(/«[^»]*»/g, ' ').replace(NOISE, ' ');
  const words = pascalCase(bare.replace(/RuleCollectionGroup$/i, '')) || pascalCase(name);
  const start = role.toLowerCase();
  return words.toLowerCase().startsWith(start) && words.length > start.length
    ? words.slice(start.length)
    : words;
}

/**
 * The same for several resources of one role at once: words that all their names start with tell nothing. In the
 * order of `names`.
 */
export function distinctionsOf(role: string, names: readonly string[]): readonly string[] {
  const split = names.map((name) =>
    name
      .replace(/«[^»]*»/g, ' ')
      .split(/[^A-Za-z0-9]+/)
      .filter(Boolean),
  );
  const shortest = Math.min(...split.map((words) => words.length));
  let common = 0;
  if (names.length > 1) {
    while (common < shortest - 1 && split.every((words) => words[common] === split[0]?.[common])) {
      common += 1;
    }
  }
  return names.map((name, index) =>
    common === 0
      ? distinctionOf(role, name)
      : pascalCase((split[index] ?? []).slice(common).join(' ')) || distinctionOf(role, name),
  );
}

/** A hub holds a firewall, a gateway or bastion; a spoke is peered with others and holds none. */
function networkRole(network: AzureResource, snapshot: Snapshot): string {
  const prefix = `${network.key}/subnets/`;
  const isHub = ['azurefirewallsubnet', 'gatewaysubnet', 'azurebastionsubnet'].some(
    (name) =>
      snapshot.resources.has(prefix + name) ||
      itemsOf(path(network.body, 'properties', 'subnets')).some(
        (item) => stringOf(path(item, 'name'))?.toLowerCase() === name,
      ),
  );
  const isPeered = peeredNetworks(snapshot).has(network.key);
  if (!isPeered) return 'network';
  return isHub ? 'hub' : 'spoke';
}

const PEERED = new WeakMap<Snapshot, ReadonlySet<string>>();

/** Keys of the networks that have a peering. */
function peeredNetworks(snapshot: Snapshot): ReadonlySet<string> {
  let peered = PEERED.get(snapshot);
  if (peered === undefined) {
    const keys = [...snapshot.resources.keys()].filter((key) =>
      key.includes('/virtualnetworkpeerings/'),
    );
    peered = new Set(keys.map((key) => key.split('/').slice(0, -2).join('/')));
    PEERED.set(snapshot, peered);
  }
  return peered;
}
