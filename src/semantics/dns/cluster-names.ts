import type { Place } from '../../diagnostics/index.ts';
import type { ManagedCluster } from '../../model/index.ts';
import type { DomainName } from '../../net/index.ts';
import { ALL_IPV4, isEmptyAddressSet } from '../../net/index.ts';
import {
  addressWithin,
  type ClusterPlacement,
  type KnownAddress,
  type Network,
} from '../../network/index.ts';
import { isUnknown, privateAddressOf } from '../../values/index.ts';

/** What the name of an API server stands for, asked in a VNet through Azure's resolver. */
export type ClusterName =
  | { readonly kind: 'private'; readonly address: KnownAddress; readonly at: Place }
  | { readonly kind: 'public'; readonly at: Place }
  | { readonly kind: 'nxdomain'; readonly why: string; readonly at: Place }
  | { readonly kind: 'unknown'; readonly missing: string; readonly at: Place };

/**
 * The API server names that no zone in the input holds: AKS makes and links their zone itself.
 * @returns `undefined` for names of no cluster in the input
 * @see AKS-53, AKS-54
 */
export function resolveClusterName(
  network: Network,
  vnetKey: string,
  name: DomainName,
): ClusterName | undefined {
  for (const placement of network.clusters) {
    const cluster = placement.cluster;
    if (cluster === undefined) continue;
    const isPrivateName = cluster.privateFqdn?.toLowerCase() === name;
    if (!isPrivateName && cluster.fqdn?.toLowerCase() !== name) continue;
    const at = cluster.apiServer.at;
    const { isPrivate, publicFqdn } = cluster.apiServer;
    if (isUnknown(isPrivate)) return { kind: 'unknown', missing: isPrivate.missing, at };
    if (isPrivate !== true) return { kind: 'public', at };
    if (isPrivateName) return privateName(network, placement, cluster, vnetKey);
    if (publicFqdn === true) {
      return { kind: 'private', address: apiServerPrivateAddress(network, placement), at };
    }
    return { kind: 'unknown', missing: `whether the public name of ${cluster.name} is on`, at };
  }
  return undefined;
}

/**
 * The address of the API server inside the network, when it has one: a private endpoint in the first pool's subnet, or
 * with VNet integration an internal frontend in its own subnet. Only Azure knows the number.
 * @see AKS-52, AKS-55
 */
export function apiServerPrivateAddress(
  network: Network,
  placement: ClusterPlacement,
): KnownAddress {
  const cluster = placement.cluster;
  const label = `API server of ${placement.name}`;
  const symbol = cluster === undefined ? undefined : privateAddressOf(cluster.key);
  const own = cluster?.apiServer.subnet;
  const isIntegrated = cluster?.apiServer.vnetIntegration === true;
  const nodes = placement.pools[0]?.nodeSubnet;
  const room = isIntegrated
    ? own !== undefined && !isUnknown(own)
      ? network.subnets.get(own.key)?.addresses
      : undefined
    : nodes?.kind === 'found'
      ? nodes.target.addresses
      : undefined;
  const addresses = room === undefined || isEmptyAddressSet(room) ? ALL_IPV4 : room;
  return addressWithin(addresses, symbol, label, cluster?.at);
}

/**
 * May a private name of the cluster be answered there? Not where its zone is certainly linked to other networks (AKS-53).
 * @param vnetKey the network whose resolver is asked; absent: nobody knows which
 */
export function mayAnswerPrivately(
  network: Network,
  placement: ClusterPlacement,
  vnetKey: string | undefined,
): boolean {
  const { cluster } = placement;
  if (cluster === undefined || vnetKey === undefined) return true;
  const setting = cluster.apiServer.privateDnsZone;
  const own = isUnknown(setting)
    ? undefined
    : network.perimeter.privateDnsZones.get((setting ?? '').toLowerCase());
  if (own !== undefined) {
    return own.links.some(
      ({ virtualNetwork }) => isUnknown(virtualNetwork) || virtualNetwork.key === vnetKey,
    );
  }
  return privateName(network, placement, cluster, vnetKey).kind !== 'nxdomain';
}

/** AKS links its own zone to the node VNet only; with `none` the public DNS carries the private address. */
function privateName(
  network: Network,
  placement: ClusterPlacement,
  cluster: ManagedCluster,
  vnetKey: string,
): ClusterName {
  const { privateDnsZone, at } = cluster.apiServer;
  if (isUnknown(privateDnsZone)) return { kind: 'unknown', missing: privateDnsZone.missing, at };
  const setting = (privateDnsZone ?? 'system').toLowerCase();
  const address = apiServerPrivateAddress(network, placement);
  if (setting === 'none') return { kind: 'private', address, at };
  if (setting !== 'system') {
    // A zone of the person's own that is linked here would have answered before.
    return {
      kind: 'nxdomain',
      why: `zone \`${setting.split('/').at(-1)}\` is not linked to the network that asks`,
      at,
    };
  }
  const nodes = placement.pools[0]?.nodeSubnet;
  if (nodes?.kind !== 'found') {
    return { kind: 'unknown', missing: `the virtual network of ${cluster.name}'s nodes`, at };
  }
  return nodes.target.vnet.key === vnetKey
    ? { kind: 'private', address, at }
    : {
        kind: 'nxdomain',
        why: `AKS links the zone of ${cluster.name} to ${nodes.target.vnet.name} only`,
        at,
      };
}
