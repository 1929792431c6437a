import type { AzureResource } from '../../model/index.ts';
import { attributeOf, type Unknown } from '../../values/index.ts';
import { type DraftObject, placed } from '../draft.ts';
import type { ClusterPlan, Plan, PoolPlan } from '../plan.ts';
import { azureResource } from './azure-resource.ts';
import {
  clusterId,
  firewallIp,
  identityId,
  publicAddress,
  subnetId,
  vnetId,
  workspaceId,
} from './ids.ts';
import { routeTableId } from './networks.ts';
import { roleAssignment } from './role-assignment.ts';
import { zoneWithLinks } from './zone-with-links.ts';

const CLUSTER_API = '2026-05-01';

/** Clusters with their identities, the roles those need (aks 7), and the zone of private API servers. */
export function clusters(plan: Plan): readonly AzureResource[] {
  return [
    ...apiServerZone(plan),
    ...plan.clusters.flatMap((cluster) => [
      azureResource(plan, {
        type: 'Microsoft.ManagedIdentity/userAssignedIdentities',
        names: [plan.names.of('id', cluster.name)],
        api: '2024-11-30',
        at: plan.at(cluster.path),
        body: {},
      }),
      ...roles(plan, cluster),
      managedCluster(plan, cluster),
    ]),
  ];
}

const needsZone = (cluster: ClusterPlan): boolean => cluster.isPrivate;

const zoneName = (plan: Plan, cluster: ClusterPlan): string =>
  // With an own subnet the API server has a zone of another name (aks 6.3).
  `${cluster.vnetIntegration ? 'private' : 'privatelink'}.${plan.location}.azmk8s.io`;

/**
 * The firewall answers DNS for the spokes and asks from the hub: a zone that AKS links to the spoke alone would not be found
 * there (aks 6.2). So the zone is ours, and linked to the hub too.
 */
function apiServerZone(plan: Plan): readonly AzureResource[] {
  const owners = plan.clusters.filter(needsZone);
  const zones = new Map(owners.map((cluster) => [zoneName(plan, cluster), cluster]));
  return [...zones].flatMap(([zone, cluster]) => {
    const at = plan.at([...cluster.path, 'apiServer', 'access']);
    const using = owners.filter((one) => zoneName(plan, one) === zone);
    const networks = [plan.hub, ...new Set(using.map(({ spoke }) => spoke))];
    return zoneWithLinks(plan, zone, networks, at);
  });
}

function roles(plan: Plan, cluster: ClusterPlan): readonly AzureResource[] {
  const principal = principalOf(plan, cluster);
  const at = plan.at(cluster.path);
  const subnets = [cluster.nodes, cluster.pods, cluster.api, cluster.fronts].flatMap((subnet) =>
    subnet === undefined ? [] : [subnetId(plan, cluster.spoke, subnet.name)],
  );
  const zone = plan.names.id('Microsoft.Network/privateDnsZones', zoneName(plan, cluster));
  return [
    ...subnets.map((scope) => roleAssignment(plan, at, 'networkContributor', scope, principal)),
    roleAssignment(plan, at, 'networkContributor', routeTableId(plan, cluster.name), principal),
    ...(needsZone(cluster)
      ? [
          roleAssignment(plan, at, 'privateDnsZoneContributor', zone, principal),
          roleAssignment(plan, at, 'networkContributor', vnetId(plan, cluster.spoke), principal),
        ]
      : []),
  ];
}

/** Entra gives the identity its principal when it is made. */
function principalOf(plan: Plan, cluster: ClusterPlan): Unknown {
  const id = identityId(plan, cluster);
  const name = plan.names.of('id', cluster.name);
  return {
    kind: 'unknown',
    reason: 'run-time',
    text: `${name}.principalId`,
    missing: `the principal of ${name}`,
    symbol: attributeOf(id.toLowerCase(), 'principalId'),
    at: plan.at(cluster.path),
  };
}

function managedCluster(plan: Plan, cluster: ClusterPlan): AzureResource {
  const at = (...steps: readonly string[]) => plan.at([...cluster.path, ...steps]);
  return azureResource(plan, {
    type: 'Microsoft.ContainerService/managedClusters',
    names: [plan.names.of('aks', cluster.name)],
    api: CLUSTER_API,
    at: at(),
    body: {
      sku: { name: 'Base', tier: placed(at('tier'), cluster.tier) },
      identity: {
        type: 'UserAssigned',
        userAssignedIdentities: { [identityId(plan, cluster)]: {} },
      },
      properties: {
        dnsPrefix: `${plan.page.name}-${cluster.name}`,
        kubernetesVersion: placed(at('version'), cluster.version),
        enableRBAC: true,
        agentPoolProfiles: cluster.pools.map((pool) => agentPool(plan, cluster, pool)),
        networkProfile: networkProfile(plan, cluster),
        apiServerAccessProfile: apiServerAccess(plan, cluster),
        ...addOns(plan, cluster),
        autoUpgradeProfile: { upgradeChannel: 'patch', nodeOSUpgradeChannel: 'NodeImage' },
        oidcIssuerProfile: cluster.addOns.has('workload-identity') ? { enabled: true } : undefined,
        bootstrapProfile: cluster.outbound === 'none' ? { artifactSource: 'Cache' } : undefined,
      },
    },
  });
}

function agentPool(plan: Plan, cluster: ClusterPlan, pool: PoolPlan): DraftObject {
  const at = (step: string) => plan.at([...pool.path, step]);
  const isWindows = pool.os.startsWith('Windows');
  return {
    name: placed(at('name'), pool.name),
    mode: placed(at('mode'), pool.mode),
    vmSize: placed(at('size'), pool.size),
    type: 'VirtualMachineScaleSets',
    osType: isWindows ? 'Windows' : 'Linux',
    osSKU: placed(at('os'), pool.os),
    count: placed(at('nodes'), pool.nodes),
    enableAutoScaling: pool.maxNodes > pool.nodes,
    minCount: pool.maxNodes > pool.nodes ? placed(at('nodes'), pool.nodes) : undefined,
    maxCount: pool.maxNodes > pool.nodes ? placed(at('maxNodes'), pool.maxNodes) : undefined,
    maxPods: placed(at('maxPods'), pool.maxPods),
    availabilityZones: placed(at('zones'), pool.zones),
    nodeLabels: Object.keys(pool.labels).length === 0 ? undefined : pool.labels,
    enableNodePublicIP: false,
    upgradeSettings: { maxSurge: '1' },
    vnetSubnetID: subnetId(plan, cluster.spoke, cluster.nodes.name),
    podSubnetID:
      cluster.pods === undefined ? undefined : subnetId(plan, cluster.spoke, cluster.pods.name),
  };
}

function networkProfile(plan: Plan, cluster: ClusterPlan): DraftObject {
  const at = (step: string) => plan.at([...cluster.path, 'network', step]);
  const isCilium = cluster.engine === 'cilium';
  return {
    networkPlugin: 'azure',
    networkPluginMode: cluster.plugin === 'overlay' ? placed(at('plugin'), 'overlay') : undefined,
    networkDataplane: placed(at('engine'), isCilium ? 'cilium' : 'azure'),
    networkPolicy: placed(at('engine'), cluster.engine),
    advancedNetworking: cluster.hasNamePolicies
      ? {
          enabled: true,
          security: {
            enabled: true,
            advancedNetworkPolicies: placed(at('namePolicies'), 'FQDN'),
          },
        }
      : undefined,
    outboundType: placed(at('outbound'), cluster.outbound),
    loadBalancerSku: 'standard',
    podCidr: cluster.podRange === undefined ? undefined : placed(at('podRange'), cluster.podRange),
    serviceCidr: placed(at('serviceRange'), cluster.serviceRange),
    dnsServiceIP: cluster.dnsServiceIp,
  };
}

function apiServerAccess(plan: Plan, cluster: ClusterPlan): DraftObject {
  const at = (step: string) => plan.at([...cluster.path, 'apiServer', step]);
  const zone = plan.names.id('Microsoft.Network/privateDnsZones', zoneName(plan, cluster));
  // Nodes call a public API server from the addresses of the firewall, any of them (aks 6.1).
  const count = plan.hub.firewall?.publicIps ?? 0;
  const own = Array.from({ length: count }, (_, index) =>
    publicAddress(plan, firewallIp(index), at('authorizedRanges')),
  );
  return {
    enablePrivateCluster: placed(at('access'), cluster.isPrivate),
    privateDNSZone: needsZone(cluster) ? zone : undefined,
    enablePrivateClusterPublicFQDN: cluster.isPrivate ? false : undefined,
    authorizedIPRanges: cluster.isPrivate
      ? undefined
      : [...own, ...cluster.authorizedRanges.map((range) => placed(at('authorizedRanges'), range))],
    enableVnetIntegration: cluster.vnetIntegration
      ? placed(at('vnetIntegration'), true)
      : undefined,
    subnetId:
      cluster.api === undefined ? undefined : subnetId(plan, cluster.spoke, cluster.api.name),
  };
}

function addOns(plan: Plan, cluster: ClusterPlan): DraftObject {
  const { addOns: on } = cluster;
  const at = plan.at([...cluster.path, 'addOns']);
  const enabled = placed(at, true);
  const workspace = plan.logging === undefined ? undefined : workspaceId(plan);
  return {
    addonProfiles: {
      azurepolicy: on.has('azure-policy') ? { enabled } : undefined,
      azureKeyvaultSecretsProvider: on.has('key-vault') ? { enabled } : undefined,
      omsagent: on.has('container-insights')
        ? { enabled, config: { logAnalyticsWorkspaceResourceID: workspace, useAADAuth: 'true' } }
        : undefined,
    },
    azureMonitorProfile: on.has('managed-prometheus') ? { metrics: { enabled } } : undefined,
    metricsProfile: on.has('cost-analysis') ? { costAnalysis: { enabled } } : undefined,
    securityProfile: {
      defender: on.has('defender')
        ? {
            logAnalyticsWorkspaceResourceId: workspace,
            securityMonitoring: { enabled },
          }
        : undefined,
      workloadIdentity: on.has('workload-identity') ? { enabled } : undefined,
    },
  };
}

/** Flux is an extension: a resource of its own on the cluster. */
export function extensions(plan: Plan): readonly AzureResource[] {
  return plan.clusters
    .filter(({ addOns: on }) => on.has('flux'))
    .map((cluster) =>
      azureResource(plan, {
        type: 'Microsoft.KubernetesConfiguration/extensions',
        names: ['flux'],
        api: '2023-05-01',
        at: plan.at([...cluster.path, 'addOns']),
        isPart: true,
        scope: clusterId(plan, cluster),
        body: { properties: { extensionType: 'microsoft.flux', autoUpgradeMinorVersion: true } },
      }),
    );
}
