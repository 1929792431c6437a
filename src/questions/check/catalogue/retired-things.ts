import type { Place } from '../../../diagnostics/index.ts';
import type { RetirementId } from '../../../facts/retirements.ts';
import type {
  AgentPool,
  ApplicationGateway,
  ManagedCluster,
  Setting,
} from '../../../model/index.ts';
import type { SubnetPlacement } from '../../../network/index.ts';
import { isUnknown, type Unknown } from '../../../values/index.ts';
import type { CheckContext } from '../finding.ts';
import { type Gap, wayOut } from './cluster-ways-out.ts';
import { gatewaysOf } from './gateway-waf.ts';
import { subnetsOf } from './network-subjects.ts';
import { ingressesByClass } from './retired-ingresses.ts';

/** A thing that may be of a retired kind. */
export interface Candidate {
  readonly key: string;
  readonly name: string;
  readonly at: Place;
  readonly uses: boolean | Unknown | Gap;
  readonly what: string;
}

type Lookup = (context: CheckContext) => readonly Candidate[];

/** How each retirement shows in the input: every thing of that kind, and whether it is the retired variant. */
export const RETIRED_THINGS: Readonly<Record<RetirementId, Lookup>> = {
  'nsg-flow-logs-creation': flowLogs,
  'nsg-flow-logs': flowLogs,
  'pod-managed-identity': (context) =>
    clusters(context).map((cluster) => ({
      ...named(cluster),
      uses: cluster.retirements.podIdentity,
      what: 'podIdentityProfile.enabled',
    })),
  'basic-load-balancer': (context) => [
    ...clusters(context).map((cluster) => ({
      ...named(cluster),
      uses: isText(cluster.network.loadBalancerSku, 'basic'),
      what: 'loadBalancerSku basic',
    })),
    ...real(context.perimeter.loadBalancers).map((one) => ({
      ...named(one),
      uses: isText(one.sku, 'basic'),
      what: 'sku Basic',
    })),
  ],
  'basic-public-ip': (context) =>
    real(context.perimeter.publicIps).map((one) => ({
      ...named(one),
      uses: isText(one.sku, 'basic'),
      what: 'sku Basic',
    })),
  'azure-linux-2': ofPools(usesAzureLinux2),
  'azure-linux-2-images': ofPools(usesAzureLinux2),
  'windows-2019': ofPools(({ osSku }) => isText(osSku, 'windows2019')),
  'windows-2022': ofPools(({ osSku }) => isText(osSku, 'windows2022')),
  'ubuntu-2204': ofPools(({ osSku }) => isText(osSku, 'ubuntu2204')),
  'default-outbound-access': (context) => {
    const served = subnetsServedByCluster(context);
    return subnetsOf(context)
      .filter(
        ({ subnet: { name, apiVersion } }) =>
          apiVersion !== undefined && !SERVICE_SUBNET.test(name),
      )
      .map((placement) => ({
        ...named(placement.subnet),
        uses: leansOnDefaultAccess(context, placement, served),
        what: 'defaultOutboundAccess not set',
      }));
  },
  'ingress-nginx': ingressesByClass,
  'app-routing-nginx': (context) =>
    clusters(context).map((cluster) => ({
      ...named(cluster),
      uses: usesRoutingNginx(cluster),
      what: 'ingressProfile.webAppRouting (nginx)',
    })),
  'application-gateway-v1': (context) =>
    gatewaysOf(context).map((one) => ({
      ...named(one),
      uses: isFirstGeneration(one),
      what: `sku.tier ${typeof one.skuTier === 'string' ? one.skuTier : 'not set'}`,
    })),
  'azure-npm-windows': (context) =>
    clusters(context).map((cluster) => ({
      ...named(cluster),
      uses: cluster.pools.some(({ osType }) => osType === 'Windows')
        ? isText(cluster.network.policy, 'azure')
        : false,
      what: 'networkPolicy azure with a Windows pool',
    })),
  'azure-npm-linux': (context) =>
    clusters(context).map((cluster) => ({
      ...named(cluster),
      uses: isText(cluster.network.policy, 'azure'),
      what: 'networkPolicy azure',
    })),
  'inline-waf-configuration': (context) =>
    gatewaysOf(context).map((one) => ({
      ...named(one),
      uses: one.inlineWaf !== undefined,
      what: 'webApplicationFirewallConfiguration',
    })),
  kubenet: (context) =>
    clusters(context).map((cluster) => ({
      ...named(cluster),
      uses: isText(cluster.network.plugin, 'kubenet'),
      what: 'networkPlugin kubenet',
    })),
};

function isText(value: Setting<string>, text: string): boolean | Unknown {
  return isUnknown(value) ? value : value?.toLowerCase() === text;
}

/**
 * `AzureLinux` is version 3 from Kubernetes 1.32 on (Azure/AKS issue 4819); a live pool
 * names its image.
 */
function usesAzureLinux2(pool: AgentPool, cluster: ManagedCluster): Candidate['uses'] {
  const { osSku, nodeImageVersion: image } = pool;
  if (osSku === undefined || isUnknown(osSku)) return osSku ?? false;
  if (osSku.toLowerCase() === 'cblmariner') return true;
  if (osSku.toLowerCase() !== 'azurelinux') return false;
  const version = /^aks(?:azurelinux|cblmariner)-v(\d+)/i.exec(image ?? '')?.[1];
  if (version !== undefined) return version === '2';
  const [major, minor] = (cluster.kubernetesVersion ?? '').split('.').map(Number);
  if (major === undefined || minor === undefined || Number.isNaN(minor))
    return { missing: `nodeImageVersion of pool ${pool.name}`, at: pool.at };
  return major === 1 && minor < 32;
}

function ofPools(uses: (pool: AgentPool, cluster: ManagedCluster) => Candidate['uses']): Lookup {
  return (context) =>
    clusters(context).flatMap((cluster) =>
      cluster.pools.map((pool) => ({
        ...named(pool),
        name: `${cluster.name}/${pool.name}`,
        uses: uses(pool, cluster),
        what: `osSKU ${typeof pool.osSku === 'string' ? pool.osSku : 'not set'}`,
      })),
    );
}

const SERVICE_SUBNET =
  /^(gatewaysubnet|routeserversubnet|azurebastionsubnet|azurefirewall(management)?subnet)$/i;

/** API versions up to this day leave `defaultOutboundAccess` null where it is not written. */
const LAST_TO_GIVE_IT = '2026-03-31';

/**
 * azure-networking 4.2: only an explicit value settles it; a way out of one's own makes it irrelevant. What exists already
 * keeps what it has, and older API versions still give it (AZS-06): only what a newer one creates is concerned.
 */
function leansOnDefaultAccess(
  context: CheckContext,
  placement: SubnetPlacement,
  served: ReadonlyMap<string, boolean | Unknown>,
): Candidate['uses'] {
  const { subnet, natGateway } = placement;
  const access = subnet.defaultOutboundAccess;
  const version = (subnet.apiVersion ?? '').slice(0, 10);
  if (typeof access === 'boolean' || version <= LAST_TO_GIVE_IT) return false;
  if (natGateway.kind === 'found' || natGateway.kind === 'dangling') return false;
  const way = wayOut(context, placement);
  if (['appliance', 'gateway', 'dropped'].includes(way.kind)) return false;
  const isServed = served.get(subnet.key) ?? false;
  if (isServed === true) return false;
  if (isUnknown(access)) return access;
  if (natGateway.kind === 'unknown') return natGateway.unknown;
  if (isUnknown(isServed)) return isServed;
  return way.kind === 'unknown' ? { missing: way.missing, at: way.at } : true;
}

/** Node subnets whose cluster brings a load balancer or NAT gateway for outbound flows. */
function subnetsServedByCluster({ network }: CheckContext): ReadonlyMap<string, boolean | Unknown> {
  const served = new Map<string, boolean | Unknown>();
  for (const { cluster, pools } of network.clusters) {
    if (cluster === undefined || cluster.isReference === true) continue;
    const type = cluster.network.outboundType;
    const brings = isUnknown(type)
      ? type
      : !['userdefinedrouting', 'none', 'block'].includes(type ?? 'loadbalancer');
    for (const { nodeSubnet, podSubnet } of pools) {
      for (const link of [nodeSubnet, podSubnet])
        if (link.kind === 'found') served.set(link.target.subnet.key, brings);
    }
  }
  return served;
}

function usesRoutingNginx({ addons }: ManagedCluster): boolean | Unknown {
  const { webAppRoutingNginx: nginx } = addons;
  if (!addons.webAppRouting) return false;
  if (typeof nginx === 'string' && nginx.toLowerCase() === 'none') return false;
  return addons.unknownWebAppRouting ?? (isUnknown(nginx) ? nginx : true);
}

/** The tier says it; older templates name the size only: `Standard_Small`, `WAF_Large`. */
function isFirstGeneration({ skuTier, skuName }: ApplicationGateway): boolean | Unknown {
  if (isUnknown(skuTier)) return skuTier;
  if (skuTier !== undefined) return ['standard', 'waf'].includes(skuTier.toLowerCase());
  if (isUnknown(skuName)) return skuName;
  return /^(standard|waf)_(small|medium|large)$/i.test(skuName ?? '');
}

function real<T extends { readonly isReference?: boolean }>(
  resources: ReadonlyMap<string, T>,
): readonly T[] {
  return [...resources.values()].filter((one) => one.isReference !== true);
}

function clusters(context: CheckContext): readonly ManagedCluster[] {
  return real(context.perimeter.clusters);
}

function flowLogs(context: CheckContext): readonly Candidate[] {
  return real(context.perimeter.flowLogs).map((log) => ({
    ...named(log),
    uses: isUnknown(log.target)
      ? log.target
      : log.target?.key.includes('/networksecuritygroups/') === true,
    what: 'targetResourceId is a network security group',
  }));
}

function named({ key, name, at }: Pick<Candidate, 'key' | 'name' | 'at'>) {
  return { key, name, at };
}
