import type {
  FirewallPolicy,
  ManagedCluster,
  Perimeter,
  RuleCollection,
} from '../../model/index.ts';
import { formatIp, type Ipv4, parseDomainName } from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { ingressControllers } from './ingress/index.ts';
import type { LabName } from './lab-plan.ts';
import { nameAddress } from './name-address.ts';
import type { Seat } from './seat.ts';
import { publicText } from './seat-making.ts';

/** Names that a policy can hold and that say nothing about the internet are still a handful; more would be a list of tests. */
const NAMES_MAX = 5_000;

/**
 * Names the lab's internet knows in particular: what AKS needs, what firewall rules and threat lists name (a wildcard gets one name below
 * it), what the perimeter itself publishes. Every other name has `nameAddress`; those that have it too are listed so that a person
 * sees what there is to try.
 */
export function labNames(network: Network, seats: readonly Seat[]): readonly LabName[] {
  const { perimeter } = network;
  const names = new Map<string, string>();
  const give = (text: string, address?: string) => {
    const name = parseDomainName(text.replace(/^\*\.?/, 'sample.'));
    if (name === undefined || !name.includes('.') || names.size >= NAMES_MAX) return;
    if (address !== undefined || !names.has(name)) names.set(name, address ?? nameAddress(name));
  };
  for (const name of requiredNames(perimeter)) give(name);
  for (const name of namesInRules(perimeter)) give(name);
  for (const name of perimeter.snapshot.datasets.threatList.fqdns) give(name);
  give('ntp.ubuntu.com');
  for (const { address, fqdn } of perimeter.publicIps.values()) {
    if (fqdn !== undefined && !isUnknown(address)) give(fqdn, formatIp(address));
  }
  for (const [name, address] of publishedHosts(network)) give(name, address);
  for (const [name, address] of ingressHosts(network)) give(name, address);
  for (const [name, address] of apiServerNames(network, seats)) give(name, address);
  return [...names]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, address]) => ({ name, address }));
}

/** The list of what AKS needs, with the region of each cluster; entries about a resource without a name here are left out. */
function* requiredNames(perimeter: Perimeter): Generator<string> {
  const regions = [...perimeter.clusters.values()].map(({ location }) => location ?? 'eastus');
  for (const { fqdn } of perimeter.snapshot.datasets.requiredEgress.entries) {
    if (fqdn === undefined) continue;
    for (const region of regions) {
      const name = fqdn.replace(/\{location\}|<location>/g, region);
      if (!/[{}<>]/.test(name)) yield name;
    }
  }
}

function collectionsOf(perimeter: Perimeter): readonly RuleCollection[] {
  const policies: readonly FirewallPolicy[] = [...perimeter.firewallPolicies.values()];
  return [
    ...policies.flatMap(({ groups }) => groups.flatMap((group) => group.collections)),
    ...[...perimeter.firewalls.values()].flatMap((firewall) => firewall.collections),
  ];
}

function* namesInRules(perimeter: Perimeter): Generator<string> {
  for (const collection of collectionsOf(perimeter)) {
    if (collection.kind === 'unknown') continue;
    for (const rule of collection.rules) {
      if ('destinationFqdns' in rule) yield* texts(rule.destinationFqdns);
      if ('targetFqdns' in rule) {
        yield* texts(rule.targetFqdns);
        for (const url of texts(rule.targetUrls))
          yield url.replace(/^https?:\/\//, '').split('/')[0]!;
      }
      if ('translatedFqdn' in rule && rule.translatedFqdn !== undefined) yield rule.translatedFqdn;
    }
  }
}

function texts(
  list: readonly { readonly text: string; readonly kind: string }[],
): readonly string[] {
  return list.flatMap((entry) => (isUnknown(entry) ? [] : [entry.text]));
}

/** Host names of application gateways point at their public front ends. */
function* publishedHosts(network: Network): Generator<readonly [string, string]> {
  for (const gateway of network.perimeter.applicationGateways.values()) {
    for (const listener of gateway.listeners) {
      const { frontend } = listener;
      if (frontend === undefined || isUnknown(frontend)) continue;
      const of = gateway.frontends.find(({ key }) => key === frontend.key);
      const [address] = publicText(network, of?.publicIp);
      if (address === undefined) continue;
      for (const name of listener.hostNames) yield [name, address];
    }
  }
}

/**
 * Host names of Ingresses and Gateways point at the load balancer before their controller: its public address, or the one a firewall
 * translates to it.
 */
function* ingressHosts(network: Network): Generator<readonly [string, string]> {
  const { controllers } = ingressControllers(network.perimeter.kubernetes);
  const frontends = network.clusters.flatMap(({ loadBalancerServices }) => loadBalancerServices);
  for (const { pod, ingresses, gateway } of controllers) {
    const before = frontends.find(({ backends }) =>
      backends.some((one) => one.namespace === pod.namespace && one.name === pod.name),
    );
    const value = before?.address.isExact === true ? before.address.addresses.v4[0] : undefined;
    if (before === undefined || value === undefined) continue;
    const own = formatIp({ family: 4, value: value as Ipv4 });
    const address = before.isInternal ? publishedBy(network, own) : own;
    if (address === undefined) continue;
    const routes = network.perimeter.kubernetes.httpRoutes.filter(({ parents }) =>
      parents.some(
        (parent) => parent.name === gateway?.name && parent.namespace === gateway.namespace,
      ),
    );
    for (const ingress of ingresses) {
      for (const { host } of ingress.rules) if (host !== undefined) yield [host, address];
    }
    for (const { hostnames } of routes) for (const name of hostnames) yield [name, address];
  }
}

/** The public address whose DNAT rule leads to a private one. */
function publishedBy(network: Network, address: string): string | undefined {
  for (const collection of collectionsOf(network.perimeter)) {
    if (collection.kind !== 'dnat') continue;
    for (const { translatedAddress, destinationAddresses } of collection.rules) {
      if (translatedAddress === undefined || isUnknown(translatedAddress)) continue;
      if (formatIp(translatedAddress) !== address) continue;
      for (const term of destinationAddresses) {
        if (term.kind === 'range' && term.range.family === 4) {
          return formatIp({ family: 4, value: term.range.low });
        }
      }
    }
  }
  return undefined;
}

/** The public endpoint's name; a private cluster's public name carries the private address where the cluster has no zone (AKS-54). */
function* apiServerNames(
  network: Network,
  seats: readonly Seat[],
): Generator<readonly [string, string]> {
  for (const placement of network.clusters) {
    const { cluster } = placement;
    if (cluster === undefined) continue;
    const seat = apiServerSeat(seats, cluster);
    if (seat === undefined) {
      // One that is to be inside the network and found no room there is nowhere: its name least of all on the internet.
      if (cluster.apiServer.isPrivate !== true) {
        yield [apiServerName(cluster), apiServerAddress(network, cluster)];
      }
      continue;
    }
    const address = formatIp(seat.addresses[0]!);
    const { privateDnsZone, isPrivate, publicFqdn } = cluster.apiServer;
    if (isPrivate !== true || privateDnsZone === 'none') yield [apiServerName(cluster), address];
    else if (publicFqdn !== false && cluster.fqdn !== undefined) yield [cluster.fqdn, address];
  }
}

export function apiServerSeat(seats: readonly Seat[], cluster: ManagedCluster): Seat | undefined {
  return seats.find(({ kind, of }) => kind === 'api-server' && of === cluster.key);
}

/** As exported; else a name of the form that Azure gives, which matches the documented wildcard. */
export function apiServerName(cluster: ManagedCluster): string {
  const region = cluster.location ?? 'eastus';
  const label = cluster.name
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .slice(0, 40);
  if (cluster.apiServer.isPrivate === true) {
    const zone = cluster.apiServer.vnetIntegration === true ? 'private' : 'privatelink';
    return cluster.privateFqdn ?? `${label}-lab.${zone}.${region}.azmk8s.io`;
  }
  return cluster.fqdn ?? `${label}-lab.hcp.${region}.azmk8s.io`;
}

/** Inside the region's own addresses where a data file holds them, so that rules by service tag mean it too. */
export function apiServerAddress(network: Network, cluster: ManagedCluster): string {
  const { prefixes } = network.perimeter.snapshot.datasets.serviceTags;
  const region = prefixes.get(`azurecloud.${cluster.location ?? ''}`) ?? [];
  const first = region.find((text) => /^\d+\.\d+\.\d+\.\d+\/\d+$/.test(text));
  if (first === undefined) return nameAddress(apiServerName(cluster));
  const octets = first.split('/')[0]!.split('.').map(Number);
  const value = octets.reduce((sum, octet) => sum * 256 + octet, 0) + 1;
  return formatIp({ family: 4, value: value as Ipv4 });
}
