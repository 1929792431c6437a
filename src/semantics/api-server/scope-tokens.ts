import type { ManagedCluster } from '../../model/index.ts';
import { formatIp } from '../../net/index.ts';
import type { ClusterPlacement, Network, SubnetPlacement } from '../../network/index.ts';
import { exactAddress } from '../../network/index.ts';
import { isUnknown, path, stringOf } from '../../values/index.ts';
import { dnsProxyOf, resolversOf } from '../dns/resolver.ts';
import type { FlowAddress } from '../flow.ts';
import { flowAddressOf } from '../outbound/flow-address.ts';
import { selectRoute } from '../routes/concrete.ts';

/** Whether a condition of the required egress list holds for a cluster, and how we know. */
export interface TokenAnswer {
  readonly holds: 'yes' | 'no' | 'unknown';
  readonly why: string;
}

/**
 * The scope tokens of the required egress list, computed from the cluster. Tokens of the list that we have never
 * heard of are `unknown`.
 * @see AKS-30
 */
export function scopeToken(
  network: Network,
  placement: ClusterPlacement,
  token: string,
): TokenAnswer {
  const cluster = placement.cluster;
  if (token === 'all') return yes('every cluster');
  if (cluster === undefined) return unknown('the cluster resource');
  const rule = RULES[token];
  if (rule === undefined) return unknown(`the meaning of scope \`${token}\``);
  return rule(network, placement, cluster);
}

/** DNS servers that the nodes ask through an appliance: their addresses, for the list's `{customDnsIp}`. */
export function customDnsServers(
  network: Network,
  placement: ClusterPlacement,
): {
  readonly servers: readonly { readonly address: FlowAddress; readonly text: string }[];
  readonly undecided?: string;
} {
  const subnet = nodeSubnetOf(placement);
  if (subnet === undefined) return { servers: [], undecided: 'the virtual network of the nodes' };
  const servers: { address: FlowAddress; text: string }[] = [];
  let undecided: string | undefined;
  for (const resolver of resolversOf(network, subnet.vnet.key)) {
    if (resolver.kind === 'azure') continue;
    if (resolver.kind === 'unknown') {
      undecided = resolver.why[0]?.missing ?? 'the DNS servers';
      continue;
    }
    if (resolver.kind === 'firewall') {
      // Its proxy answers by itself: no rule lets the query pass.
      if (dnsProxyOf(resolver.firewall).state !== 'on') {
        undecided = `whether firewall ${resolver.firewall.firewall.name} answers DNS queries`;
      }
      continue;
    }
    if (isUnknown(resolver.address)) {
      undecided = resolver.address.missing;
      continue;
    }
    const text = formatIp(resolver.address);
    const address = flowAddressOf(
      exactAddress(resolver.address, `DNS server ${text}`, resolver.at),
    );
    const choice = selectRoute(network, subnet.subnet.key, address);
    if (choice.kind === 'unknown') undecided = choice.why[0]?.missing ?? 'the route to it';
    else if (
      choice.kind === 'route' &&
      !isUnknown(choice.route.nextHopType) &&
      choice.route.nextHopType.startsWith('VirtualAppliance')
    ) {
      servers.push({ address, text });
    }
  }
  return undecided === undefined ? { servers } : { servers, undecided };
}

/** The first pool's subnet, when it is in the input. */
export function nodeSubnetOf(placement: ClusterPlacement): SubnetPlacement | undefined {
  for (const { nodeSubnet } of placement.pools) {
    if (nodeSubnet.kind === 'found') return nodeSubnet.target;
  }
  return undefined;
}

type Rule = (network: Network, placement: ClusterPlacement, cluster: ManagedCluster) => TokenAnswer;

const RULES: Readonly<Record<string, Rule>> = {
  'public-api-server': (_, __, { apiServer }) =>
    isUnknown(apiServer.isPrivate)
      ? unknown(apiServer.isPrivate.missing)
      : apiServer.isPrivate === true
        ? no('a private cluster')
        : yes('the API server is public'),
  'private-cluster': (_, __, { apiServer }) =>
    ofSetting(apiServer.isPrivate, 'enablePrivateCluster'),
  'apiserver-vnet-integration': (_, __, { apiServer }) =>
    ofSetting(apiServer.vnetIntegration, 'enableVnetIntegration'),
  konnectivity: () => yes('every supported version uses konnectivity'),
  'legacy-tunnel': () => no('no supported version uses the old tunnel'),
  'linux-nodes-before-2021-03': () => no('node images are newer'),
  'network-isolated': (_, __, cluster) => networkIsolated(cluster),
  'custom-dns': (network, placement) => {
    const { servers, undecided } = customDnsServers(network, placement);
    if (servers.length > 0)
      return yes(`DNS servers ${servers.map((each) => each.text).join(', ')}`);
    return undecided === undefined ? no('no DNS server behind the firewall') : unknown(undecided);
  },
  'linux-ubuntu': (_, __, { pools }) =>
    pools.length === 0
      ? unknown('the node pools')
      : ofBoolean(
          pools.some(
            (pool) =>
              pool.osType === 'Linux' &&
              (typeof pool.osSku !== 'string' || pool.osSku.toLowerCase().startsWith('ubuntu')),
          ),
          'an Ubuntu pool',
        ),
  'gpu-nodepool': (network, _, cluster) => gpuPool(network, cluster),
  'windows-nodepool': (_, __, { pools }) =>
    ofBoolean(
      pools.some((pool) => pool.osType === 'Windows'),
      'a Windows pool',
    ),
  'addon-workload-identity': (_, __, { addons }) =>
    ofBoolean(addons.workloadIdentity, 'workload identity'),
  'addon-defender': (_, __, { addons }) => ofBoolean(addons.defender, 'Defender'),
  'addon-keyvault-csi': (_, __, { addons }) =>
    ofBoolean(addons.keyVaultCsi, 'the Key Vault secrets provider'),
  'addon-istio-keyvault': (network, _, cluster) => istioWithKeyVault(network, cluster),
  'addon-app-routing-keyvault': (network, _, cluster) => appRoutingWithKeyVault(network, cluster),
  'addon-azure-monitor': (_, __, { addons }) =>
    ofBoolean(addons.monitorMetrics || addons.containerInsights, 'Azure Monitor'),
  'addon-app-insights': (_, __, { addons }) => ofBoolean(addons.appMonitoring, 'app monitoring'),
  'addon-azure-policy': (_, __, { addons }) => ofBoolean(addons.azurePolicy, 'Azure Policy'),
  'addon-cost-analysis': (_, __, { addons }) => ofBoolean(addons.costAnalysis, 'cost analysis'),
  extension: (_, __, { addons }) => ofBoolean(addons.extensions.length > 0, 'a cluster extension'),
  'extension-marketplace': (_, __, { addons }) =>
    ofBoolean(
      addons.extensions.some((each) => each.hasPlan),
      'a marketplace extension',
    ),
  'extension-flux': (_, __, { addons }) =>
    ofBoolean(
      addons.extensions.some((each) => each.type.toLowerCase() === 'microsoft.flux'),
      'the Flux extension',
    ),
  'sample-app': () => no('only for the sample of the walkthrough'),
  'workload-azure-files-smb': () => unknown('whether workloads mount Azure Files over SMB'),
};

/** @see AKS-33 */
function networkIsolated(cluster: ManagedCluster): TokenAnswer {
  const { outboundType } = cluster.network;
  if (isUnknown(outboundType)) return unknown(outboundType.missing);
  const isOff = outboundType === 'none' || outboundType === 'block';
  return ofBoolean(
    isOff && cluster.artifactSource?.toLowerCase() === 'cache',
    'a network isolated cluster',
  );
}

/** GPU pools install their driver unless `gpuProfile.driver` says not to; the field is read from the resource itself. */
function gpuPool(network: Network, cluster: ManagedCluster): TokenAnswer {
  const body = network.perimeter.snapshot.resources.get(cluster.key)?.body;
  const written = path(body, 'properties', 'agentPoolProfiles');
  for (const pool of cluster.pools) {
    if (!/^standard_n/i.test(pool.vmSize ?? '')) continue;
    const inline =
      written?.kind === 'array'
        ? written.items.find((item) => stringOf(path(item, 'name')) === pool.name)
        : undefined;
    const own = network.perimeter.snapshot.resources.get(pool.key)?.body;
    const driver =
      stringOf(path(inline, 'gpuProfile', 'driver')) ??
      stringOf(path(own, 'properties', 'gpuProfile', 'driver'));
    if (driver?.toLowerCase() !== 'none') return yes(`GPU pool ${pool.name}`);
  }
  return no('no GPU pool');
}

function istioWithKeyVault(network: Network, cluster: ManagedCluster): TokenAnswer {
  if (!cluster.addons.istio) return no('Istio is off');
  const body = network.perimeter.snapshot.resources.get(cluster.key)?.body;
  const authority = path(
    body,
    'properties',
    'serviceMeshProfile',
    'istio',
    'certificateAuthority',
    'plugin',
  );
  return authority === undefined || authority.kind === 'null'
    ? unknown('whether Istio gateways take certificates from Key Vault')
    : yes('Istio with a plug-in certificate authority');
}

function appRoutingWithKeyVault(network: Network, cluster: ManagedCluster): TokenAnswer {
  if (!cluster.addons.webAppRouting) return no('application routing is off');
  const annotated = network.perimeter.kubernetes.ingresses.find(
    (ingress) => ingress.annotations['kubernetes.azure.com/tls-cert-keyvault-uri'] !== undefined,
  );
  return annotated === undefined
    ? unknown('whether application routing takes certificates from Key Vault')
    : yes(`Ingress ${annotated.namespace}/${annotated.name} takes its certificate from Key Vault`);
}

function ofSetting(setting: unknown, name: string): TokenAnswer {
  if (isUnknown(setting)) return unknown(setting.missing);
  return ofBoolean(setting === true, name);
}

function ofBoolean(holds: boolean, what: string): TokenAnswer {
  return holds ? yes(what) : no(`not ${what}`);
}

function yes(why: string): TokenAnswer {
  return { holds: 'yes', why };
}

function no(why: string): TokenAnswer {
  return { holds: 'no', why };
}

function unknown(why: string): TokenAnswer {
  return { holds: 'unknown', why };
}
