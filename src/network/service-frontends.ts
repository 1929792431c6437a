import type { ClusterObjects, Perimeter, PodClass, Service } from '../model/index.ts';
import { type AddressSet, type Ip, isEmptyAddressSet, parseIp } from '../net/index.ts';
import { privateAddressOf, publicAddressOf } from '../values/index.ts';
import { PRIVATE_IPV4, PUBLIC_IPV4 } from './address-space.ts';
import { addressOfPublicIp, addressWithin, exactAddress } from './known-address.ts';
import { targetOf } from './links.ts';
import type {
  KnownAddress,
  Link,
  PoolPlacement,
  ServiceFrontend,
  SubnetPlacement,
} from './network.ts';

const PREFIX = 'service.beta.kubernetes.io/';

/**
 * The `LoadBalancer` Services with the front end Azure gives each (AZN-53): internal only by annotation, in the named
 * subnet or that of the first pool; public otherwise. A Service with a `loadBalancerClass` is somebody else's: it has
 * a front end only when its status shows one. O(Services + pods), given few pods per label.
 */
export function placeServiceFrontends(
  perimeter: Perimeter,
  pools: readonly PoolPlacement[],
  subnets: ReadonlyMap<string, SubnetPlacement>,
  publisher: Publisher,
): ServiceFrontend[] {
  const pods = podSelector(perimeter.kubernetes);
  const frontends: ServiceFrontend[] = [];
  for (const service of publisher.services ?? perimeter.kubernetes.services) {
    if (service.type !== 'LoadBalancer') continue;
    if (service.loadBalancerClass !== undefined && service.ingressAddresses.length === 0) continue;
    // K8P-84: only "true". Azure takes "True" for no annotation at all, and the front end is public.
    const isInternal = service.annotations[`${PREFIX}azure-load-balancer-internal`] === 'true';
    const subnet: Link<SubnetPlacement> = isInternal
      ? frontendSubnet(service, pools, subnets)
      : { kind: 'none' };
    frontends.push({
      service,
      isInternal,
      address: frontendAddress(service, isInternal, targetOf(subnet), perimeter, publisher),
      subnet,
      backends: publisher.services === undefined ? pods(service) : [],
    });
  }
  return frontends;
}

/** Whose Services they are. Of another cluster than that of the view only the front ends are told. */
export interface Publisher {
  /** Absent: those of the perimeter's own objects. */
  readonly services?: readonly Service[];
  readonly name?: string;
  /** A Service of the same name in another cluster is another one. */
  readonly key?: string;
}

export const OWN: Publisher = {};

/** Identity of a Service in symbols. */
export function serviceKey(service: Service): string {
  return `service/${service.namespace}/${service.name}`;
}

function frontendSubnet(
  service: Service,
  pools: readonly PoolPlacement[],
  subnets: ReadonlyMap<string, SubnetPlacement>,
): Link<SubnetPlacement> {
  const first: Link<SubnetPlacement> = pools[0]?.nodeSubnet ?? { kind: 'none' };
  const named = service.annotations[`${PREFIX}azure-load-balancer-internal-subnet`];
  if (named === undefined) return first;
  const wanted = named.toLowerCase();
  const home = targetOf(first)?.vnet;
  // The annotation is a name within the cluster's VNet. Without a cluster, a name that is unique will do.
  const candidates = home === undefined ? [...subnets.values()] : home.subnets;
  const found = candidates
    .map((entry) => ('subnet' in entry ? entry : subnets.get(entry.key)))
    .filter((entry) => entry?.subnet.name.toLowerCase() === wanted);
  const only = found[0];
  return found.length === 1 && only !== undefined
    ? { kind: 'found', target: only, at: service.at }
    : { kind: 'dangling', id: named, at: service.at };
}

function frontendAddress(
  service: Service,
  isInternal: boolean,
  subnet: SubnetPlacement | undefined,
  perimeter: Perimeter,
  { name: cluster, key: clusterKey }: Publisher,
): KnownAddress {
  const of = cluster === undefined ? '' : ` of ${cluster}`;
  const label = `service ${service.namespace}/${service.name}${of}`;
  const prefix = clusterKey === undefined ? '' : `${clusterKey}/`;
  const key = `${prefix}${serviceKey(service)}`;
  const symbol = isInternal ? privateAddressOf(key) : publicAddressOf(key);
  const pinned = service.annotations[`${PREFIX}azure-load-balancer-ipv4`] ?? service.loadBalancerIp;
  const ip = firstIp(pinned === undefined ? service.ingressAddresses : [pinned]);
  if (ip !== undefined) return exactAddress(ip, label, service.at, symbol);
  if (isInternal) return addressWithin(roomIn(subnet), symbol, label, service.at);
  const name = service.annotations[`${PREFIX}azure-pip-name`]?.toLowerCase();
  const named = [...perimeter.publicIps.values()].filter(
    (publicIp) => name !== undefined && publicIp.name.toLowerCase() === name,
  );
  const only = named[0];
  if (named.length === 1 && only !== undefined) {
    return addressOfPublicIp(only, perimeter.publicIpPrefixes, label);
  }
  return addressWithin(PUBLIC_IPV4, symbol, label, service.at);
}

function roomIn(subnet: SubnetPlacement | undefined): AddressSet {
  return subnet === undefined || isEmptyAddressSet(subnet.addresses)
    ? PRIVATE_IPV4
    : subnet.addresses;
}

function firstIp(texts: readonly string[]): Ip | undefined {
  for (const text of texts) {
    const ip = parseIp(text.trim());
    if (ip !== undefined) return ip;
  }
  return undefined;
}

const selectors = new WeakMap<ClusterObjects, (service: Service) => PodClass[]>();

/**
 * Finds the pods a Service selects: same namespace, every label of the selector. An empty or absent selector selects
 * none by itself. Indexed by one label, once per set of objects, so that Services × pods is not walked.
 */
export function podSelector(objects: ClusterObjects): (service: Service) => PodClass[] {
  const known = selectors.get(objects);
  if (known !== undefined) return known;
  const made = selectorOver(objects);
  selectors.set(objects, made);
  return made;
}

function selectorOver(objects: ClusterObjects): (service: Service) => PodClass[] {
  const byLabel = new Map<string, PodClass[]>();
  for (const pod of objects.pods) {
    for (const [name, value] of Object.entries(pod.labels)) {
      const key = labelKey(pod.namespace, name, value);
      const list = byLabel.get(key);
      if (list === undefined) byLabel.set(key, [pod]);
      else list.push(pod);
    }
  }
  return (service) => {
    const wanted = Object.entries(service.selector ?? {});
    let shortest: readonly PodClass[] | undefined;
    for (const [name, value] of wanted) {
      const list = byLabel.get(labelKey(service.namespace, name, value)) ?? [];
      if (shortest === undefined || list.length < shortest.length) shortest = list;
    }
    return (shortest ?? []).filter((pod) =>
      wanted.every(([name, value]) => pod.labels[name] === value),
    );
  };
}

function labelKey(namespace: string, name: string, value: string): string {
  return `${namespace}\n${name}\n${value}`;
}
