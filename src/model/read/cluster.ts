import { isAbsent, isUnknown, itemsOf } from '../../values/index.ts';
import type { ApiServerAccess, ClusterNetwork, ManagedCluster } from '../azure/cluster.ts';
import type { PrefixAt } from '../azure/network.ts';
import type { AzureResource } from '../snapshot.ts';
import { addressIn, addressTerms, prefixesIn } from './addresses.ts';
import { readAgentPool } from './agent-pool.ts';
import { childrenOf } from './children.ts';
import { readClusterAddons } from './cluster-addons.ts';
import { locatedOf } from './named.ts';
import { present } from './present.ts';
import { inside, type Reading, type Source, sourceAt, sourceOf, valueIn } from './reading.ts';
import { referenceIn, referencesIn } from './references.ts';
import {
  booleanIn,
  choiceIn,
  decidingTextIn,
  flagIn,
  noteUnknown,
  plainNumberIn,
  settingIn,
  textIn,
  textsIn,
} from './scalars.ts';

/** `Microsoft.ContainerService/managedClusters` with its node pools (aks 1). */
export function readCluster(reading: Reading, resource: AzureResource): ManagedCluster {
  const source = sourceOf(reading, 'cluster', resource);
  const root = sourceAt(source, resource.body);
  const sku = inside(root, 'sku');
  const pools = childrenOf(reading.children, resource, 'agentpools', 'agentPoolProfiles');
  return {
    ...locatedOf(resource),
    ...textsOf(source, {
      nodeResourceGroup: 'nodeResourceGroup',
      fqdn: 'fqdn',
      privateFqdn: 'privateFQDN',
    }),
    ...version(source),
    ...textsOf(sku, { skuName: 'name', skuTier: 'tier' }),
    ...textsOf(inside(root, 'identity'), { identityType: 'type' }),
    network: readNetwork(inside(source, 'networkProfile')),
    apiServer: readApiServer(source),
    pools: pools.map((child) => readAgentPool(reading, child)),
    addons: readClusterAddons(source, resource),
    retirements: {
      podIdentity: booleanIn(inside(source, 'podIdentityProfile'), 'enabled') ?? false,
      httpApplicationRouting: isAddonOn(source, 'httpApplicationRouting'),
      openServiceMesh: isAddonOn(source, 'openServiceMesh'),
    },
    ...textsOf(inside(source, 'autoUpgradeProfile'), {
      nodeOsUpgradeChannel: 'nodeOSUpgradeChannel',
    }),
    ...textsOf(inside(source, 'bootstrapProfile'), { artifactSource: 'artifactSource' }),
    ...readHttpProxy(inside(source, 'httpProxyConfig')),
  };
}

/** What runs, else what was asked for. */
function version(source: Source): { readonly kubernetesVersion?: string } {
  const kubernetesVersion =
    textIn(source, 'currentKubernetesVersion') ?? textIn(source, 'kubernetesVersion');
  return kubernetesVersion === undefined ? {} : { kubernetesVersion };
}

/** Optional texts under the names of the view. */
export function textsOf<K extends string>(
  source: Source,
  names: Readonly<Record<K, string>>,
): { readonly [name in K]?: string } {
  const entries = Object.entries<string>(names).flatMap(([name, property]) => {
    const text = textIn(source, property);
    return text === undefined ? [] : [[name, text] as const];
  });
  return Object.fromEntries(entries) as { readonly [name in K]?: string };
}

export function isAddonOn(source: Source, name: string): boolean {
  return flagIn(inside(inside(source, 'addonProfiles'), name), 'enabled', false);
}

function readNetwork(network: Source): ClusterNetwork {
  const profile = inside(network, 'loadBalancerProfile');
  const nat = inside(network, 'natGatewayProfile');
  const advanced = inside(network, 'advancedNetworking');
  const dnsServiceIp = addressIn(network, 'dnsServiceIP');
  const managedOutboundIps =
    plainNumberIn(inside(profile, 'managedOutboundIPs'), 'count') ??
    plainNumberIn(inside(nat, 'managedOutboundIPProfile'), 'count');
  const allocatedOutboundPorts = plainNumberIn(profile, 'allocatedOutboundPorts');
  const policies = textIn(inside(advanced, 'security'), 'advancedNetworkPolicies');
  const outbound = settingIn(network, 'outboundType');
  const pods = prefixLists(network, 'podCidrs', 'podCidr');
  const services = prefixLists(network, 'serviceCidrs', 'serviceCidr');
  return {
    at: network.at,
    plugin: choiceIn(network, 'networkPlugin', ['azure', 'kubenet', 'none'] as const),
    pluginMode: choiceIn(network, 'networkPluginMode', ['overlay'] as const),
    dataplane: choiceIn(network, 'networkDataplane', ['azure', 'cilium'] as const),
    policy: choiceIn(network, 'networkPolicy', ['none', 'calico', 'azure', 'cilium'] as const),
    podCidrs: pods.known,
    serviceCidrs: services.known,
    ...present({
      unknownPodCidr: pods.unknown,
      unknownServiceCidr: services.unknown,
      dnsServiceIp,
    }),
    ipFamilies: textsIn(network, 'ipFamilies'),
    outboundType: typeof outbound === 'string' ? outbound.toLowerCase() : outbound,
    ...present({ loadBalancerSku: settingIn(network, 'loadBalancerSku'), managedOutboundIps }),
    outboundIps: [...outboundIpsOf(profile), ...outboundIpsOf(nat)],
    outboundIpPrefixes: outboundReferences(
      [profile, nat],
      'outboundIPPrefixes',
      'publicIPPrefixes',
    ),
    ...present({ allocatedOutboundPorts }),
    staticEgressGateway: flagIn(inside(network, 'staticEgressGatewayProfile'), 'enabled', true),
    advancedNetworking: {
      enabled: flagIn(advanced, 'enabled', false),
      ...present({ policies }),
    },
  };
}

function outboundReferences(
  profiles: readonly Source[],
  outer: string,
  inner: string,
): ClusterNetwork['outboundIps'] {
  return profiles.flatMap((profile) => referencesIn(inside(profile, outer), inner));
}

/** The addresses somebody chose; else those that a live cluster says it uses. */
function outboundIpsOf(profile: Source): ClusterNetwork['outboundIps'] {
  const chosen = outboundReferences([profile], 'outboundIPs', 'publicIPs');
  const prefixes = outboundReferences([profile], 'outboundIPPrefixes', 'publicIPPrefixes');
  if (chosen.length > 0 || prefixes.length > 0) return chosen;
  return referencesIn(profile, 'effectiveOutboundIPs');
}

/** The known prefixes, and the first unknown one: without it the default of AKS would be assumed. */
function prefixLists(
  network: Source,
  plural: string,
  singular: string,
): { readonly known: readonly PrefixAt[]; readonly unknown: ClusterNetwork['unknownPodCidr'] } {
  const written = prefixesIn(network, plural, singular);
  return {
    known: written.flatMap((entry) => (isUnknown(entry) ? [] : [entry])),
    unknown: written.find(isUnknown),
  };
}

function readApiServer(cluster: Source): ApiServerAccess {
  const access = inside(cluster, 'apiServerAccessProfile');
  const ranges = valueIn(access, 'authorizedIPRanges');
  const subnet = referenceIn(access, 'subnetId');
  const publicNetworkAccess = decidingTextIn(cluster, 'publicNetworkAccess');
  return {
    at: access.at,
    isPrivate: booleanIn(access, 'enablePrivateCluster'),
    authorizedRanges: addressTerms(access, 'authorizedIPRanges', itemsOf(ranges)),
    ...(isAbsent(ranges) ? {} : { authorizedRangesAt: ranges.at }),
    privateDnsZone: settingIn(access, 'privateDNSZone'),
    publicFqdn: booleanIn(access, 'enablePrivateClusterPublicFQDN'),
    vnetIntegration: booleanIn(access, 'enableVnetIntegration'),
    ...present({ subnet }),
    disableRunCommand: booleanIn(access, 'disableRunCommand'),
    ...present({ publicNetworkAccess }),
  };
}

/** A proxy that is configured is on unless switched off. */
function readHttpProxy(proxy: Source): Pick<ManagedCluster, 'httpProxy'> {
  if (isAbsent(proxy.value)) return {};
  const enabled = booleanIn(proxy, 'enabled');
  if (isUnknown(enabled)) noteUnknown(proxy, 'enabled', enabled, 'on');
  return {
    httpProxy: {
      enabled: enabled !== false,
      noProxy: textsIn(proxy, 'noProxy'),
      at: proxy.at,
    },
  };
}
