import { type AddressSet, ALL_IPV6, isEmptyAddressSet, unionAddresses } from '../../net/index.ts';
import type { SubnetPlacement, VnetPlacement } from '../../network/index.ts';
import { type FirewallPlacement, type Network, PUBLIC_IPV4 } from '../../network/index.ts';
import type { Arriving } from './rule-list.ts';

/**
 * What the members of a subnet send: their own addresses, and those of pods that live in no subnet. `undefined` where others may send
 * through it: gateways, firewalls, whatever forwards, and subnets whose addresses are not all known.
 */
export function sentFrom(network: Network, subnet: SubnetPlacement): Arriving | undefined {
  const pods = podsOn(network, subnet);
  if (pods === undefined || mayForward(network, subnet)) return undefined;
  const sources = unionAddresses(subnet.addresses, pods);
  if (isEmptyAddressSet(sources)) return undefined;
  return { region: [{ sources }], why: `only ${subnet.subnet.name} and its pods send there` };
}

/**
 * What is addressed to members of a subnet. With floating IP the destination is the front end, which may be public or lie elsewhere in
 * the virtual network, so the bound is wide.
 */
export function sentTo(network: Network, subnet: SubnetPlacement): Arriving | undefined {
  const vnet = network.vnets.get(subnet.vnet.key);
  const pods = podsOn(network, subnet);
  if (pods === undefined || vnet === undefined || vnet.hasUnknownAddresses) return undefined;
  if (mayForward(network, subnet)) return undefined;
  const isDual = vnet.addresses.v6.length > 0;
  const destinations = unionAddresses(
    vnet.addresses,
    pods,
    PUBLIC_IPV4,
    ...(isDual ? [ALL_IPV6] : []),
  );
  return {
    region: [{ destinations }],
    why: `only addresses of ${vnet.vnet.name}, pods and front ends are sent to there`,
  };
}

/**
 * What networks send to a firewall's private address: any network of the input may. `undefined` unless all that lead to it are
 * known, with all their addresses.
 */
export function sentToFirewall(
  network: Network,
  { firewall, subnet }: FirewallPlacement,
): Arriving | undefined {
  if (subnet.kind !== 'found') return undefined;
  const all = [...network.vnets.values()];
  if (all.length === 0 || !all.every(isFullyKnown)) return undefined;
  const pods = network.clusters.map(({ podAddresses, addressing }) =>
    isEmptyAddressSet(podAddresses) && addressing !== 'node-subnet' ? undefined : podAddresses,
  );
  if (pods.includes(undefined)) return undefined;
  const sources = unionAddresses(
    ...all.map(({ addresses }) => addresses),
    ...pods.flatMap((set) => set ?? []),
  );
  return {
    region: [{ sources }],
    why: `only the networks of this input send through ${firewall.name}`,
  };
}

function isFullyKnown(vnet: VnetPlacement): boolean {
  return (
    !vnet.hasUnknownAddresses &&
    !vnet.learnsUnknownRoutes &&
    vnet.gatewayPrefixes.length === 0 &&
    vnet.peers.every(
      (peer) =>
        peer.remote.kind === 'found' && peer.state !== 'unknown' && !peer.hasUnknownAddresses,
    )
  );
}

/** Addresses of pods on nodes of the subnet; `undefined` when they are not known. */
function podsOn(network: Network, subnet: SubnetPlacement): AddressSet | undefined {
  const sets: AddressSet[] = [];
  for (const cluster of network.clusters) {
    const isHome = cluster.pools.some((pool) =>
      [pool.nodeSubnet, pool.podSubnet].some(
        (link) =>
          link.kind === 'unknown' ||
          (link.kind === 'found' && link.target.subnet.key === subnet.subnet.key),
      ),
    );
    if (!isHome) continue;
    if (isEmptyAddressSet(cluster.podAddresses)) return undefined;
    sets.push(cluster.podAddresses);
  }
  return unionAddresses(...sets);
}

function mayForward({ perimeter }: Network, { subnet, addresses }: SubnetPlacement): boolean {
  if (isEmptyAddressSet(addresses) || subnet.isReference === true) return true;
  if (/^(gateway|azure(firewall|route|bastion).*)subnet$/i.test(subnet.name)) return true;
  if (subnet.delegations.length > 0) return true;
  if (subnet.prefixes.some((prefix) => prefix.kind !== 'prefix')) return true;
  return [...perimeter.networkInterfaces.values()].some(
    ({ enableIpForwarding, ipConfigurations }) =>
      enableIpForwarding !== false &&
      enableIpForwarding !== undefined &&
      ipConfigurations.some(
        ({ subnet: home }) => home?.kind !== 'reference' || home.key === subnet.key,
      ),
  );
}
