import type { Gap, Place } from '../../../diagnostics/index.ts';
import type {
  ClusterObjects,
  EndpointSlice,
  KubernetesObject,
  PodClass,
  Service,
} from '../../../model/index.ts';
import { firstAddress, formatIp, type Ipv4, type Port } from '../../../net/index.ts';
import type { ClusterPlacement } from '../../../network/index.ts';
import { path, stringOf } from '../../../values/index.ts';
import {
  apiServerService,
  dnsAddressOf,
  isClusterDns,
  standInDns,
  standInDnsService,
} from './cluster-dns.ts';
import type { ClusterToPlan } from './plan-cluster.ts';
import { keyOf, type PlannedService, planServices } from './plan-services.ts';
import type { SeatedPod } from './seated-pod.ts';
import { slicesByService } from './service-backends.ts';

/** What AKS runs in every cluster and the snapshot does not show. */
export interface StandIns {
  readonly pods: readonly PodClass[];
  readonly services: readonly Service[];
}

export interface ClusterServices {
  readonly planned: readonly PlannedService[];
  readonly dnsAddress?: string;
  /** Addresses of the API server in this lab. */
  readonly apiServer: readonly string[];
  readonly gaps: readonly Gap[];
}

/** The cluster's DNS, where the input has pods but none of it. */
export function withStandIns(
  cluster: ClusterPlacement,
  objects: ClusterObjects | undefined,
): StandIns {
  if (objects === undefined || objects.pods.length === 0) return { pods: [], services: [] };
  const at = cluster.cluster?.at ?? objects.pods[0]?.at;
  const address = dnsAddressOf(cluster);
  const hasPods = objects.pods.some(
    ({ namespace, labels }) => namespace === 'kube-system' && labels['k8s-app'] === 'kube-dns',
  );
  if (at === undefined || hasPods) return { pods: [], services: [] };
  const hasService = objects.services.some(isClusterDns);
  return {
    pods: [standInDns(at)],
    services: hasService || address === undefined ? [] : [standInDnsService(at, address)],
  };
}

export function servicesOfCluster(
  { network, cluster, objects, context }: ClusterToPlan,
  stand: StandIns,
  pods: readonly SeatedPod[],
): ClusterServices {
  const apiServer = context.apiServer?.(cluster.name) ?? [];
  const written = objects?.services ?? [];
  const at = cluster.cluster?.at ?? objects?.pods[0]?.at;
  const isWritten = written.some((each) => keyOf(each) === API);
  const api = at === undefined || isWritten ? [] : apiService(cluster, apiServer, at);
  const all = [...written, ...stand.services, ...api];
  const slices = new Map(objects === undefined ? [] : slicesByService(objects));
  const [service] = all.filter((each) => keyOf(each) === API);
  // Whatever an export says of it: in the lab the API server has the lab's address.
  if (service !== undefined && apiServer.length > 0) {
    slices.set(API, [apiSlice(service, apiServer)]);
  }
  const dnsAddress = all.find(isClusterDns)?.clusterIp ?? dnsAddressOf(cluster);
  const reserved = dnsAddress === undefined ? [] : [dnsAddress];
  const sticky = stickyServices(network.perimeter.snapshot.objects.values());
  const { services, gaps } = planServices(cluster, all, slices, pods, sticky, reserved);
  const isServed = services.some((each) => isClusterDns(each.service) && each.pods.length > 0);
  return {
    planned: services,
    ...(isServed && dnsAddress !== undefined ? { dnsAddress } : {}),
    apiServer,
    gaps,
  };
}

const API = 'default/kubernetes';

function apiService(
  { serviceAddresses }: ClusterPlacement,
  addresses: readonly string[],
  at: Place,
): readonly Service[] {
  const base = firstAddress({ v4: serviceAddresses.v4, v6: [] });
  if (base?.family !== 4 || addresses.length === 0) return [];
  const first = formatIp({ family: 4, value: (base.value + 1) as Ipv4 });
  return [apiServerService(first, at)];
}

function apiSlice(service: Service, addresses: readonly string[]): EndpointSlice {
  return {
    kind: 'EndpointSlice',
    namespace: service.namespace,
    name: service.name,
    at: service.at,
    service: service.name,
    addresses: [...new Set(addresses)],
    ports: [{ name: service.ports[0]?.name ?? '', port: 443 as Port, protocol: 'tcp' }],
  };
}

/** Services whose clients stay with one pod; the typed view does not need to know. */
function stickyServices(objects: Iterable<KubernetesObject>): ReadonlySet<string> {
  const sticky = new Set<string>();
  for (const { kind, apiVersion, namespace, name, body } of objects) {
    if (kind !== 'Service' || apiVersion !== 'v1') continue;
    if (stringOf(path(body, 'spec', 'sessionAffinity')) === 'ClientIP') {
      sticky.add(`${namespace}/${name}`);
    }
  }
  return sticky;
}
