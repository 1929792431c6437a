import type { Gap } from '../../diagnostics/index.ts';
import type { Subnet, VirtualNetwork } from '../../model/index.ts';
import { addressesOfPrefixes, parsePrefix } from '../../net/index.ts';
import type {
  ClusterPlacement,
  Network,
  SubnetPlacement,
  VnetPlacement,
} from '../../network/index.ts';

/** What AKS makes for a cluster without a subnet: `aks-vnet-…` with `aks-subnet`. */
const SPACE = '10.224.0.0/12';
const NODES = '10.224.0.0/16';

/**
 * The network with one of its own for every cluster that brings none: AKS makes it when it makes the cluster, so no file holds it, and
 * without it the cluster would have no nodes here.
 */
export function withManagedNetworks(network: Network): {
  readonly network: Network;
  readonly gaps: readonly Gap[];
} {
  const vnets = new Map(network.vnets);
  const subnets = new Map(network.subnets);
  const gaps: Gap[] = [];
  const clusters = network.clusters.map((placement) => {
    const isOwn = placement.pools.every(({ nodeSubnet }) => nodeSubnet.kind === 'none');
    if (placement.cluster === undefined || placement.pools.length === 0 || !isOwn) return placement;
    const made = managedNetwork(placement);
    vnets.set(made.vnet.vnet.key, made.vnet);
    subnets.set(made.subnet.subnet.key, made.subnet);
    gaps.push({
      what: `network of cluster ${placement.name}`,
      why: `AKS makes it: the lab takes ${SPACE}, without the security group that AKS writes itself`,
      at: placement.cluster.at,
    });
    const nodeSubnet = { kind: 'found', target: made.subnet } as const;
    return { ...placement, pools: placement.pools.map((pool) => ({ ...pool, nodeSubnet })) };
  });
  return { network: { ...network, vnets, subnets, clusters }, gaps };
}

function managedNetwork({ cluster, name }: ClusterPlacement): {
  readonly vnet: VnetPlacement;
  readonly subnet: SubnetPlacement;
} {
  const { at, key, id, location } = cluster!;
  const prefix = (text: string) =>
    ({ kind: 'prefix', prefix: parsePrefix(text)!, text, at }) as const;
  const vnetKey = `${key}/managed-network`;
  const subnet: Subnet = {
    key: `${vnetKey}/subnets/aks-subnet`,
    name: 'aks-subnet',
    at,
    id: `${id}/managed-network/subnets/aks-subnet`,
    vnetKey,
    prefixes: [prefix(NODES)],
    serviceEndpoints: [],
    delegations: [],
    defaultOutboundAccess: undefined,
  };
  const vnet: VirtualNetwork = {
    key: vnetKey,
    id: `${id}/managed-network`,
    name: `aks-vnet of ${name}`,
    at,
    zones: [],
    tags: {},
    addressSpace: [prefix(SPACE)],
    dnsServers: [],
    subnets: [subnet],
    peerings: [],
    ...(location === undefined ? {} : { location }),
  };
  const none = { kind: 'none' } as const;
  return {
    vnet: {
      vnet,
      addresses: addressesOfPrefixes([parsePrefix(SPACE)!]),
      hasUnknownAddresses: false,
      peers: [],
      gatewayPrefixes: [],
      learnsUnknownRoutes: false,
      subnetKeys: [subnet.key],
    },
    subnet: {
      subnet,
      vnet,
      addresses: addressesOfPrefixes([parsePrefix(NODES)!]),
      routeTable: none,
      networkSecurityGroup: none,
      natGateway: none,
    },
  };
}
