import type { Network } from '../../network/index.ts';

/** The same network with everything that the plan walks in the order of its keys, so that the order of files changes nothing. */
export function ordered(network: Network): Network {
  const { perimeter } = network;
  return {
    ...network,
    perimeter: {
      ...perimeter,
      applicationGateways: byKey(perimeter.applicationGateways),
      privateEndpoints: byKey(perimeter.privateEndpoints),
      networkInterfaces: byKey(perimeter.networkInterfaces),
      virtualNetworkGateways: byKey(perimeter.virtualNetworkGateways),
      loadBalancers: byKey(perimeter.loadBalancers),
      firewallPolicies: byKey(perimeter.firewallPolicies),
      privateDnsZones: byKey(perimeter.privateDnsZones),
      publicIps: byKey(perimeter.publicIps),
    },
    vnets: new Map(
      [...byKey(network.vnets)].map(([key, vnet]) => [
        key,
        {
          ...vnet,
          peers: [...vnet.peers].sort((a, b) => (a.peering.key < b.peering.key ? -1 : 1)),
          subnetKeys: [...vnet.subnetKeys].sort(),
        },
      ]),
    ),
    subnets: byKey(network.subnets),
    firewalls: byKey(network.firewalls),
    clusters: [...network.clusters].sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function byKey<T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}
