import type { LoadBalancer, PodClass } from '../model/index.ts';
import { isUnknown } from '../values/index.ts';
import type { ClusterPlacement, Link, Network, PoolPlacement, SubnetPlacement } from './network.ts';

/** Where the address of a pod lies that runs on this pool. */
export function subnetOfPod(
  { addressing }: ClusterPlacement,
  { nodeSubnet, podSubnet }: PoolPlacement,
  { hostNetwork }: PodClass,
): Link<SubnetPlacement> {
  const isOwn = !hostNetwork && addressing === 'pod-subnet' && podSubnet.kind !== 'none';
  return isOwn ? podSubnet : nodeSubnet;
}

/** The virtual network of an internal front end: members are in it (AZS-44). A public one is in none. */
export function vnetOfFrontend(
  network: Network,
  { frontends }: LoadBalancer,
  frontendKey: string,
): string | undefined {
  const subnet = frontends.find(({ key }) => key === frontendKey)?.subnet;
  return subnet === undefined || isUnknown(subnet)
    ? undefined
    : network.subnets.get(subnet.key)?.vnet.key;
}
