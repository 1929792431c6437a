import { AKS_DEFAULTS, type ManagedCluster } from '../model/index.ts';
import {
  type AddressSet,
  addressesOfPrefixes,
  NO_ADDRESSES,
  parsePrefix,
  unionAddresses,
} from '../net/index.ts';
import { isUnknown } from '../values/index.ts';
import type {
  Link,
  PodAddressing,
  PolicyEngine,
  PoolPlacement,
  SubnetPlacement,
} from './network.ts';

/**
 * Where pods get addresses (AZN-50). An absent plugin is `unknown`: its default changed over the years, except on
 * AKS Automatic, which is always overlay.
 */
export function addressingOf(
  cluster: ManagedCluster,
  pools: readonly PoolPlacement[],
): PodAddressing {
  const { plugin, pluginMode } = cluster.network;
  if (isUnknown(plugin) || isUnknown(pluginMode)) return 'unknown';
  if (plugin === 'kubenet') return 'kubenet';
  if (plugin === 'none') return 'byo';
  if (pluginMode === 'overlay') return 'overlay';
  if (plugin === undefined) return isAutomatic(cluster) ? 'overlay' : 'unknown';
  return pools.some((pool) => pool.podSubnet.kind !== 'none') ? 'pod-subnet' : 'node-subnet';
}

/** Every address a pod of the cluster may have; empty when that cannot be told (AZN-50, AZN-51). */
export function podAddressesOf(
  cluster: ManagedCluster,
  addressing: PodAddressing,
  pools: readonly PoolPlacement[],
): AddressSet {
  const written = addressesOfPrefixes(cluster.network.podCidrs.map((entry) => entry.prefix));
  const isWritten = cluster.network.podCidrs.length > 0;
  switch (addressing) {
    case 'overlay':
    case 'kubenet':
      // A range that is there and could not be read is not the default one, and a part of it is not the whole.
      if (cluster.network.unknownPodCidr !== undefined) return NO_ADDRESSES;
      if (isWritten) return written;
      return cluster.isReference === true ? NO_ADDRESSES : oneOf(AKS_DEFAULTS.podCidr);
    case 'node-subnet':
    case 'pod-subnet':
      return subnetAddresses(
        pools.map((pool) => (pool.podSubnet.kind === 'none' ? pool.nodeSubnet : pool.podSubnet)),
      );
    default:
      return written;
  }
}

/** Union of the subnets; empty as soon as one of them cannot be told, since a part would pass for the whole. */
export function subnetAddresses(links: readonly Link<SubnetPlacement>[]): AddressSet {
  const sets: AddressSet[] = [];
  for (const link of links) {
    if (link.kind !== 'found') return NO_ADDRESSES;
    sets.push(link.target.addresses);
  }
  return unionAddresses(...sets);
}

export function serviceAddressesOf(cluster: ManagedCluster): AddressSet {
  const written = cluster.network.serviceCidrs;
  if (cluster.network.unknownServiceCidr !== undefined) return NO_ADDRESSES;
  if (written.length > 0) return addressesOfPrefixes(written.map((entry) => entry.prefix));
  return cluster.isReference === true ? NO_ADDRESSES : oneOf(AKS_DEFAULTS.serviceCidr);
}

/** Which engine enforces NetworkPolicy, and why (AZN-52). Without one, policy objects are silently ignored. */
export function policyEngineOf(cluster: ManagedCluster): {
  readonly engine: PolicyEngine;
  readonly why: string;
} {
  const { dataplane, policy, plugin } = cluster.network;
  if (dataplane === 'cilium') return { engine: 'cilium', why: 'networkDataplane is `cilium`' };
  if (isUnknown(policy)) return { engine: 'unknown', why: policy.missing };
  if (policy === 'cilium') return { engine: 'cilium', why: 'networkPolicy is `cilium`' };
  if (isUnknown(dataplane)) return { engine: 'unknown', why: dataplane.missing };
  if (policy === 'azure') return { engine: 'azure-npm', why: 'networkPolicy is `azure`' };
  if (policy === 'calico') return { engine: 'calico', why: 'networkPolicy is `calico`' };
  // Whoever brings a network plugin brings its policy engine too: the property then says nothing.
  if (plugin === 'none') {
    return { engine: 'unknown', why: 'the cluster brings its own network plugin' };
  }
  if (isUnknown(plugin)) return { engine: 'unknown', why: plugin.missing };
  if (policy === 'none') return { engine: 'none', why: 'networkPolicy is `none`' };
  if (cluster.isReference === true) {
    return { engine: 'unknown', why: `cluster \`${cluster.name}\` is only referred to` };
  }
  if (isAutomatic(cluster)) return { engine: 'cilium', why: 'AKS Automatic always runs Cilium' };
  return { engine: 'none', why: 'networkPolicy is not set, which means no engine' };
}

function isAutomatic(cluster: ManagedCluster): boolean {
  return cluster.skuName?.toLowerCase() === 'automatic';
}

function oneOf(cidr: string): AddressSet {
  return addressesOfPrefixes([parsePrefix(cidr)!]);
}
