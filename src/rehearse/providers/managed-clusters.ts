import type { Behaviour, ProviderWorld, Wanted } from '../behaviour.ts';
import type { Json, JsonObject } from '../json.ts';
import {
  addonProfiles,
  clusterIdentity,
  identityProfile,
  nodeGroup,
} from './cluster-identities.ts';
import { refuseCluster, refusePool } from './cluster-refusals.ts';
import {
  at,
  isObject,
  itemsAt,
  lastName,
  normalLocation,
  numberAt,
  objectAt,
  parentId,
  sameId,
  textAt,
  withComputed,
  withDefaults,
} from './fields.ts';
import { filled } from './filled.ts';
import { kubeconfig } from './kubeconfig.ts';

const CLUSTERS = 'microsoft.containerservice/managedclusters';
const POOLS = 'microsoft.containerservice/managedclusters/agentpools';

/** What the endpoint chooses when the client sends none; an ordinary version of the day the reference was written. */
const VERSION = '1.33';
const PATCH = '1.33.5';
const SIZE = 'Standard_D4ds_v5';

export const MANAGED_CLUSTERS: readonly Behaviour[] = [
  {
    type: CLUSTERS,
    refuse: refuseCluster,
    fill: fillCluster,
    tell: tellCluster,
    actions: {
      listclusterusercredential: (id, _, world) => credentials('clusterUser', id, world),
      listclusteradmincredential: (id, _, world) => credentials('clusterAdmin', id, world),
      listclustermonitoringusercredential: (id, _, world) =>
        credentials('clusterMonitoringUser', id, world),
      start: () => ({ status: 200 }),
      stop: () => ({ status: 200 }),
      rotateclustercertificates: () => ({ status: 200 }),
    },
  },
  {
    type: POOLS,
    builtIn: poolsWithinClusters,
    refuse: refusePool,
    fill: (wanted) =>
      filled(wanted, 'Microsoft.ContainerService/managedClusters/agentPools', {
        defaults: poolDefaults(objectAt(wanted.body, 'properties')),
      }),
  },
];

function fillCluster(wanted: Wanted, world: ProviderWorld): JsonObject {
  const own = objectAt(wanted.body, 'properties');
  const version = textAt(own, 'kubernetesVersion') ?? VERSION;
  const prefix = textAt(own, 'dnsPrefix') ?? textAt(own, 'fqdnSubdomain') ?? wanted.name;
  const resource = filled(wanted, 'Microsoft.ContainerService/managedClusters', {
    defaults: {
      enableRBAC: true,
      supportPlan: 'KubernetesOfficial',
      disableLocalAccounts: false,
      maxAgentPools: 100,
      securityProfile: {},
      storageProfile: {
        diskCSIDriver: { enabled: true },
        fileCSIDriver: { enabled: true },
        snapshotController: { enabled: true },
      },
      oidcIssuerProfile: { enabled: false },
      workloadAutoScalerProfile: {},
    },
    computed: {
      kubernetesVersion: version,
      currentKubernetesVersion: version.split('.').length === 2 ? patchOf(version) : version,
      dnsPrefix: prefix,
      ...names(wanted, prefix, world),
      nodeResourceGroup: textAt(own, 'nodeResourceGroup') ?? nodeGroup(wanted),
      powerState: { code: 'Running' },
      agentPoolProfiles: pools(wanted, version),
      networkProfile: networkProfile(objectAt(own, 'networkProfile')),
      identityProfile: identityProfile(wanted, world),
      addonProfiles: addonProfiles(wanted, world),
      ...(textAt(own, 'servicePrincipalProfile', 'clientId') === undefined
        ? { servicePrincipalProfile: { clientId: 'msi' } }
        : {}),
    },
  });
  const identity = clusterIdentity(wanted, world);
  return withComputed(resource, {
    ...(identity === undefined ? {} : { identity }),
    sku: withDefaults(objectAt(wanted.body, 'sku'), { name: 'Base', tier: 'Free' }),
  });
}

/** Pools are written inside the cluster, flat, and as resources of their own; a GET of the cluster tells both kinds. */
function tellCluster(id: string, stored: JsonObject, world: ProviderWorld): JsonObject {
  const own = poolsOf(id, world);
  if (own.length === 0) return stored;
  const named = new Set(own.map((pool) => textAt(pool, 'name')?.toLowerCase()));
  const written = itemsAt(stored, 'properties', 'agentPoolProfiles').filter(
    (pool) => !named.has(textAt(pool, 'name')?.toLowerCase()),
  );
  const flat = own.map((pool) => ({
    name: textAt(pool, 'name') ?? '',
    ...objectAt(pool, 'properties'),
  }));
  return {
    ...stored,
    properties: withComputed(objectAt(stored, 'properties'), {
      agentPoolProfiles: [...written, ...flat],
    }),
  };
}

function poolsOf(clusterId: string, world: ProviderWorld): readonly JsonObject[] {
  return world.list(POOLS).filter((pool) => sameId(parentId(textAt(pool, 'id') ?? ''), clusterId));
}

/** Pools that were written inside their cluster are resources too. */
function poolsWithinClusters(scope: string, world: ProviderWorld): readonly JsonObject[] {
  const below = `${scope.toLowerCase()}/`;
  return world
    .list(CLUSTERS)
    .filter((cluster) => textAt(cluster, 'id')?.toLowerCase().startsWith(below) === true)
    .flatMap((cluster) => {
      const id = textAt(cluster, 'id') ?? '';
      const named = new Set(poolsOf(id, world).map((pool) => textAt(pool, 'name')?.toLowerCase()));
      return itemsAt(cluster, 'properties', 'agentPoolProfiles')
        .filter(isObject)
        .filter((pool) => !named.has(textAt(pool, 'name')?.toLowerCase()))
        .map((pool) => ({
          id: `${id}/agentPools/${textAt(pool, 'name') ?? ''}`,
          name: textAt(pool, 'name') ?? '',
          type: 'Microsoft.ContainerService/managedClusters/agentPools',
          properties: withComputed(pool, { name: undefined }),
        }));
    });
}

function patchOf(version: string): string {
  return version === VERSION ? PATCH : `${version}.0`;
}

/** Aks 1.1: `fqdn` of a public cluster, `privateFQDN` of a private one; both when the public name is kept. */
function names(wanted: Wanted, prefix: string, world: ProviderWorld): JsonObject {
  const access = objectAt(wanted.body, 'properties', 'apiServerAccessProfile');
  const isPrivate = at(access, 'enablePrivateCluster') === true;
  const location = normalLocation(wanted.location);
  const label = world.guid('api-server', wanted.id.toLowerCase()).slice(0, 8);
  const name = `${prefix}-${label}`.toLowerCase();
  const zone = textAt(access, 'privateDNSZone');
  const isNameless = zone?.toLowerCase() === 'none';
  const isPublicNamed = at(access, 'enablePrivateClusterPublicFQDN') !== false;
  const domain =
    zone?.startsWith('/') === true
      ? lastName(zone)
      : `${world.guid('zone', wanted.id.toLowerCase())}.privatelink.${location}.azmk8s.io`;
  return {
    fqdn: !isPrivate || isPublicNamed ? `${name}.hcp.${location}.azmk8s.io` : undefined,
    privateFQDN: isPrivate && !isNameless ? `${name}.${domain}` : undefined,
    azurePortalFQDN: `${name}.portal.hcp.${location}.azmk8s.io`,
  };
}

function pools(wanted: Wanted, version: string): Json[] {
  return itemsAt(wanted.body, 'properties', 'agentPoolProfiles').map((pool) => {
    if (!isObject(pool)) return pool;
    const orchestrator = textAt(pool, 'orchestratorVersion') ?? version;
    return withComputed(withDefaults(pool, poolDefaults(pool)), {
      // The clients send an empty text for "you choose" (arm-endpoint 4.1).
      vmSize: textAt(pool, 'vmSize') ?? SIZE,
      orchestratorVersion: orchestrator,
      currentOrchestratorVersion:
        orchestrator.split('.').length === 2 ? patchOf(orchestrator) : orchestrator,
      provisioningState: 'Succeeded',
      powerState: { code: 'Running' },
    });
  });
}

function poolDefaults(pool: JsonObject): JsonObject {
  return {
    count: 1,
    osType: 'Linux',
    osSKU: 'Ubuntu',
    type: 'VirtualMachineScaleSets',
    mode: 'User',
    vmSize: SIZE,
    enableAutoScaling: false,
    enableNodePublicIP: false,
    enableFIPS: false,
    osDiskType: 'Managed',
    // Aks 2: 30 with a subnet per pod address, 250 on overlay; the cluster decides, here only the plain default.
    ...(numberAt(pool, 'maxPods') === undefined ? {} : { maxPods: numberAt(pool, 'maxPods') }),
  };
}

/** Aks 1.1 and 2.2: the defaults of what the client left out. */
function networkProfile(own: JsonObject): JsonObject {
  const chosen = textAt(own, 'networkPlugin');
  const plugin = chosen ?? 'azure';
  // Aks 2.1: a cluster that says nothing about its plugin gets overlay; one that says `azure` gets node subnet.
  const mode = textAt(own, 'networkPluginMode') ?? (chosen === undefined ? 'overlay' : undefined);
  const service = textAt(own, 'serviceCidr') ?? firstText(own, 'serviceCidrs') ?? '10.0.0.0/16';
  const hasPods = plugin === 'kubenet' || mode?.toLowerCase() === 'overlay';
  const pod =
    textAt(own, 'podCidr') ?? firstText(own, 'podCidrs') ?? (hasPods ? '10.244.0.0/16' : undefined);
  const outbound = textAt(own, 'outboundType') ?? 'loadBalancer';
  return withComputed(
    withDefaults(own, {
      serviceCidrs: [service],
      ipFamilies: ['IPv4'],
      ...(pod === undefined ? {} : { podCidrs: [pod] }),
      dnsServiceIP: '10.0.0.10',
    }),
    {
      networkPlugin: plugin,
      networkPluginMode: mode,
      serviceCidr: service,
      podCidr: pod,
      outboundType: outbound,
      loadBalancerSku: textAt(own, 'loadBalancerSku') ?? 'standard',
      networkDataplane: textAt(own, 'networkDataplane') ?? 'azure',
    },
  );
}

function firstText(own: JsonObject, name: string): string | undefined {
  const [first] = itemsAt(own, name);
  return typeof first === 'string' && first !== '' ? first : undefined;
}

function credentials(user: string, id: string, world: ProviderWorld) {
  const config = kubeconfig(lastName(id), user, world.guid('token', user, id.toLowerCase()));
  return {
    status: 200,
    body: {
      kubeconfigs: [{ name: user, value: Buffer.from(config, 'utf8').toString('base64') }],
    },
  };
}
