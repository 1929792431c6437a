import type { Perimeter, Reference } from '../model/index.ts';
import { type AddressSet, isEmptyAddressSet, parseIp } from '../net/index.ts';
import { isUnknown, privateAddressOf } from '../values/index.ts';
import { PRIVATE_IPV4 } from './address-space.ts';
import { homeAmong } from './home-cluster.ts';
import { addressOfPublicIp, exactAddress, knownAddress, publicAddress } from './known-address.ts';
import type {
  AddressOwners,
  AddressScope,
  ClusterPlacement,
  FirewallPlacement,
  KnownAddress,
  OwnedAddress,
  Owner,
  SubnetPlacement,
} from './network.ts';

const PUBLIC: AddressScope = { kind: 'public' };

/**
 * Who owns which address. An address can have several entries (a public IP and the firewall that uses it): the most
 * telling comes first. O(resources).
 */
export function placeOwners(
  perimeter: Perimeter,
  subnets: ReadonlyMap<string, SubnetPlacement>,
  firewalls: ReadonlyMap<string, FirewallPlacement>,
  clusters: readonly ClusterPlacement[],
): AddressOwners {
  const context: Context = { perimeter, subnets };
  return {
    entries: [
      ...ofFirewalls(firewalls),
      ...ofClusters(clusters, perimeter),
      ...ofPrivateEndpoints(context),
      ...ofApplicationGateways(context),
      ...ofLoadBalancers(context),
      ...ofInterfaces(context),
      ...ofPublicIps(perimeter),
    ],
  };
}

interface Context {
  readonly perimeter: Perimeter;
  readonly subnets: ReadonlyMap<string, SubnetPlacement>;
}

function* ofFirewalls(firewalls: ReadonlyMap<string, FirewallPlacement>): Generator<OwnedAddress> {
  for (const firewall of firewalls.values()) {
    if (firewall.privateAddress !== undefined) {
      const owner: Owner = { kind: 'firewall-private', firewall };
      const scope: AddressScope =
        firewall.subnet.kind === 'found'
          ? { kind: 'vnet', vnetKey: firewall.subnet.target.vnet.key }
          : { kind: 'unknown' };
      yield { address: firewall.privateAddress, owner, scope };
    }
    for (const { address } of firewall.publicAddresses) {
      yield { address, owner: { kind: 'firewall-public', firewall }, scope: PUBLIC };
    }
  }
}

function* ofClusters(
  clusters: readonly ClusterPlacement[],
  perimeter: Perimeter,
): Generator<OwnedAddress> {
  for (const cluster of clusters) {
    for (const frontend of cluster.loadBalancerServices) {
      const owner: Owner = { kind: 'service-frontend', cluster, frontend };
      yield { address: frontend.address, owner, scope: frontendScope(frontend) };
    }
  }
  const home = homeAmong(clusters, perimeter);
  if (home === undefined) return;
  for (const service of perimeter.kubernetes.services) {
    const ip = service.clusterIp === undefined ? undefined : parseIp(service.clusterIp);
    if (ip === undefined) continue; // not assigned yet, or headless (`None`)
    const label = `cluster address of service ${service.namespace}/${service.name}`;
    yield {
      address: exactAddress(ip, label, service.at),
      owner: { kind: 'cluster-service', cluster: home, service },
      scope: { kind: 'cluster', cluster: home },
    };
  }
}

function frontendScope(frontend: ClusterPlacement['loadBalancerServices'][number]): AddressScope {
  if (!frontend.isInternal) return PUBLIC;
  return frontend.subnet.kind === 'found'
    ? { kind: 'vnet', vnetKey: frontend.subnet.target.vnet.key }
    : { kind: 'unknown' };
}

function* ofPrivateEndpoints(context: Context): Generator<OwnedAddress> {
  for (const endpoint of context.perimeter.privateEndpoints.values()) {
    const owner: Owner = { kind: 'private-endpoint', endpoint };
    const label = `private endpoint ${endpoint.name}`;
    const symbol = privateAddressOf(endpoint.key);
    const { room, scope } = placeIn(endpoint.subnet, context);
    const values = endpoint.addresses.length === 0 ? [undefined] : endpoint.addresses;
    for (const value of values) {
      yield { address: knownAddress(value, room, symbol, label, endpoint.at), owner, scope };
    }
  }
}

function* ofApplicationGateways(context: Context): Generator<OwnedAddress> {
  for (const gateway of context.perimeter.applicationGateways.values()) {
    const label = `application gateway ${gateway.name}`;
    for (const frontend of gateway.frontends) {
      const owner: Owner = {
        kind: 'application-gateway-frontend',
        gatewayKey: gateway.key,
        frontendKey: frontend.key,
      };
      yield* ofFrontend(
        { ...frontend, subnet: frontend.subnet ?? gateway.subnet },
        owner,
        label,
        context,
      );
    }
  }
}

function* ofLoadBalancers(context: Context): Generator<OwnedAddress> {
  for (const loadBalancer of context.perimeter.loadBalancers.values()) {
    const label = `load balancer ${loadBalancer.name}`;
    for (const frontend of loadBalancer.frontends) {
      const owner: Owner = { kind: 'load-balancer-frontend', loadBalancer, frontend };
      yield* ofFrontend(frontend, owner, label, context);
    }
  }
}

/** A front end is public when it names a public IP, private when it has an address or a subnet. */
function* ofFrontend(
  frontend: {
    readonly key: string;
    readonly privateAddress?: Parameters<typeof knownAddress>[0];
    readonly publicIp?: Reference;
    readonly subnet?: Reference | undefined;
    readonly at: OwnedAddress['address']['at'] & object;
  },
  owner: Owner,
  label: string,
  context: Context,
): Generator<OwnedAddress> {
  const { publicIps, publicIpPrefixes } = context.perimeter;
  if (frontend.publicIp !== undefined) {
    const { address } = publicAddress(frontend.publicIp, publicIps, publicIpPrefixes, label);
    yield { address, owner, scope: PUBLIC };
    return;
  }
  if (frontend.privateAddress === undefined && frontend.subnet === undefined) return;
  const { room, scope } = placeIn(frontend.subnet, context);
  const symbol = privateAddressOf(frontend.key);
  yield {
    address: knownAddress(frontend.privateAddress, room, symbol, label, frontend.at),
    owner,
    scope,
  };
}

function* ofInterfaces(context: Context): Generator<OwnedAddress> {
  const { publicIps, publicIpPrefixes, networkInterfaces } = context.perimeter;
  for (const networkInterface of networkInterfaces.values()) {
    const forwarding = networkInterface.enableIpForwarding;
    const owner: Owner = {
      kind: 'network-interface',
      interfaceKey: networkInterface.key,
      forwards: isUnknown(forwarding) ? 'unknown' : forwarding === true,
    };
    const label = `network interface ${networkInterface.name}`;
    for (const [index, configuration] of networkInterface.ipConfigurations.entries()) {
      const { room, scope } = placeIn(configuration.subnet, context);
      const base = privateAddressOf(networkInterface.key);
      const symbol = index === 0 ? base : `${base}/${configuration.name.toLowerCase()}`;
      const value = configuration.privateAddress;
      yield { address: knownAddress(value, room, symbol, label, configuration.at), owner, scope };
      if (configuration.publicIp === undefined) continue;
      const { address } = publicAddress(configuration.publicIp, publicIps, publicIpPrefixes, label);
      yield { address, owner, scope: PUBLIC };
    }
  }
}

function* ofPublicIps(perimeter: Perimeter): Generator<OwnedAddress> {
  for (const publicIp of perimeter.publicIps.values()) {
    const label = `public IP ${publicIp.name}`;
    const address: KnownAddress = addressOfPublicIp(publicIp, perimeter.publicIpPrefixes, label);
    yield { address, owner: { kind: 'public-ip', publicIp }, scope: PUBLIC };
  }
}

function placeIn(
  subnet: Reference | undefined,
  context: Context,
): { readonly room: AddressSet; readonly scope: AddressScope } {
  const placed =
    subnet === undefined || isUnknown(subnet) ? undefined : context.subnets.get(subnet.key);
  if (placed === undefined) return { room: PRIVATE_IPV4, scope: { kind: 'unknown' } };
  const room = isEmptyAddressSet(placed.addresses) ? PRIVATE_IPV4 : placed.addresses;
  return { room, scope: { kind: 'vnet', vnetKey: placed.vnet.key } };
}
