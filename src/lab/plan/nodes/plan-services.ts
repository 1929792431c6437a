import type { Gap } from '../../../diagnostics/index.ts';
import type { EndpointSlice, Service, ServicePort } from '../../../model/index.ts';
import {
  type AddressSet,
  addressesOfPrefixes,
  firstAddress,
  formatIp,
  type Ipv4,
  type Prefix,
  parseIp,
  parsePrefix,
  unionAddresses,
} from '../../../net/index.ts';
import type { ClusterPlacement, ServiceFrontend } from '../../../network/index.ts';
import type { SeatedPod } from './seated-pod.ts';
import { type Backend, backendsOf, podsOfServices } from './service-backends.ts';

/** One port of one Service, with everybody behind it. */
export interface PlannedPort {
  /** `Service shop/web 80/tcp`. */
  readonly title: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly port: number;
  readonly nodePort?: number;
  readonly backends: readonly Backend[];
}

export interface PlannedService {
  readonly service: Service;
  /** Absent: headless, ExternalName, or no address left. */
  readonly clusterAddress?: string;
  /** Load balancer front ends and external addresses. */
  readonly frontAddresses: readonly string[];
  /** Where clients of the front ends may come from; absent: from anywhere (K8P-21). */
  readonly clients?: AddressSet;
  readonly isSticky: boolean;
  readonly pods: readonly SeatedPod[];
  readonly ports: readonly PlannedPort[];
}

export interface ServicesOfCluster {
  readonly services: readonly PlannedService[];
  readonly gaps: readonly Gap[];
}

/**
 * Gives every Service of a cluster its addresses and backends. Cluster addresses that no file holds are taken from the Service range
 * in the order of names: what they are changes no answer, since clients ask by name.
 */
export function planServices(
  cluster: ClusterPlacement,
  services: readonly Service[],
  slices: ReadonlyMap<string, readonly EndpointSlice[]>,
  pods: readonly SeatedPod[],
  stickyServices: ReadonlySet<string>,
  reserved: readonly string[],
): ServicesOfCluster {
  const gaps: Gap[] = [];
  const podsOf = podsOfServices(pods);
  const sorted = [...services].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const addressOf = clusterAddresses(cluster, sorted, reserved);
  const frontends = new Map(
    cluster.loadBalancerServices.map((each) => [keyOf(each.service), each]),
  );
  const planned = sorted.map((service): PlannedService => {
    const key = keyOf(service);
    const behind = podsOf(service);
    const clusterAddress = addressOf.get(key);
    const frontend = frontends.get(key);
    const clients = frontend === undefined ? undefined : clientsOf(frontend, gaps);
    return {
      service,
      ...(clusterAddress === undefined ? {} : { clusterAddress }),
      frontAddresses: [...frontAddress(frontend, gaps), ...externalAddresses(service, gaps)],
      ...(clients === undefined ? {} : { clients }),
      isSticky: stickyServices.has(key),
      pods: behind,
      ports: service.ports.flatMap((port) =>
        planPort(service, port, behind, slices.get(key) ?? []),
      ),
    };
  });
  return { services: planned, gaps };
}

export function keyOf({ namespace, name }: Service): string {
  return `${namespace}/${name}`;
}

function planPort(
  service: Service,
  port: ServicePort,
  pods: readonly SeatedPod[],
  slices: readonly EndpointSlice[],
): readonly PlannedPort[] {
  const { protocol } = port;
  if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp') return [];
  const hasNodePort = service.type === 'NodePort' || service.type === 'LoadBalancer';
  return [
    {
      title: `Service ${keyOf(service)} ${port.port}/${protocol}`,
      protocol,
      port: port.port,
      ...(hasNodePort && port.nodePort !== undefined ? { nodePort: port.nodePort } : {}),
      backends: backendsOf(service, port, pods, slices),
    },
  ];
}

/** `None` is headless; an ExternalName has no address of its own. */
function clusterAddresses(
  { serviceAddresses }: ClusterPlacement,
  services: readonly Service[],
  reserved: readonly string[],
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const taken = new Set(reserved);
  for (const service of services) {
    const ip = service.clusterIp === undefined ? undefined : parseIp(service.clusterIp);
    if (ip?.family !== 4) continue;
    taken.add(formatIp(ip));
    found.set(keyOf(service), formatIp(ip));
  }
  const first = firstAddress({ v4: serviceAddresses.v4, v6: [] });
  if (first?.family !== 4) return found;
  const last = serviceAddresses.v4[1] ?? first.value;
  // The first ones are for `kubernetes.default` and the cluster's DNS.
  let next = first.value + FIRST_FREE;
  for (const service of services) {
    const key = keyOf(service);
    if (found.has(key) || service.type === 'ExternalName' || service.clusterIp === 'None') continue;
    while (next < last && taken.has(formatIp({ family: 4, value: next as Ipv4 }))) next++;
    if (next >= last) break;
    found.set(key, formatIp({ family: 4, value: next as Ipv4 }));
    next++;
  }
  return found;
}

const FIRST_FREE = 100;

function frontAddress(frontend: ServiceFrontend | undefined, gaps: Gap[]): readonly string[] {
  if (frontend === undefined) return [];
  const ip = frontend.address.isExact ? firstAddress(frontend.address.addresses) : undefined;
  if (ip?.family === 4) return [formatIp(ip)];
  const { service } = frontend;
  const why =
    'the address of its front end is not known, so nobody reaches it from outside the cluster';
  gaps.push({ what: `Service ${keyOf(service)}`, why, at: service.at });
  return [];
}

function externalAddresses(service: Service, gaps: Gap[]): readonly string[] {
  return service.externalIps.flatMap((text) => {
    const ip = parseIp(text);
    if (ip?.family === 4) return [formatIp(ip)];
    const what = `Service ${keyOf(service)}`;
    gaps.push({ what, why: 'an external address of it is none of IPv4', at: service.at });
    return [];
  });
}

const PREFIX = 'service.beta.kubernetes.io/azure-';

/** K8P-21. Ranges of the annotation are rules of an NSG, which lets the virtual network in all the same unless told otherwise. */
function clientsOf({ service }: ServiceFrontend, gaps: Gap[]): AddressSet | undefined {
  const note = (why: string) =>
    gaps.push({ what: `Service ${keyOf(service)}`, why, at: service.at });
  if (service.annotations[`${PREFIX}allowed-service-tags`] !== undefined) {
    note('the lab lets everybody in whom its annotation limits to service tags');
    return undefined;
  }
  const written = (service.annotations[`${PREFIX}allowed-ip-ranges`] ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '');
  const texts =
    service.loadBalancerSourceRanges.length > 0 ? service.loadBalancerSourceRanges : written;
  if (texts.length === 0) return undefined;
  const prefixes = texts.map((text) => parsePrefix(text.trim()));
  if (prefixes.some((prefix) => prefix === undefined)) {
    note('a source range of it cannot be read; the lab lets nobody in by it');
  }
  const own = addressesOfPrefixes(prefixes.filter((each): each is Prefix => each !== undefined));
  const isStrict =
    texts !== written ||
    service.annotations[`${PREFIX}deny-all-except-load-balancer-source-ranges`] === 'true';
  return isStrict ? own : unionAddresses(own, PRIVATE);
}

/** Sources that the default rule for the virtual network lets in; the NSG of the subnet judges them apart. */
const PRIVATE = addressesOfPrefixes(
  ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10']
    .map(parsePrefix)
    .filter((each): each is Prefix => each !== undefined),
);
