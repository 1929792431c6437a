import type { ClusterObjects, EndpointSlice, Service, ServicePort } from '../../../model/index.ts';
import { formatIp, type Port, parseIp } from '../../../net/index.ts';
import type { SeatedPod } from './seated-pod.ts';

/** An address and port behind a Service. `node` is set when it is a pod of the lab. */
export interface Backend {
  readonly address: string;
  readonly port: number;
  readonly node?: string;
  /** A pod in the network of its node: the address is the node's. */
  readonly isNode?: boolean;
}

/** Finds the pods of a Service: same namespace, every label of the selector; none without a selector (K8P-80). */
export function podsOfServices(
  pods: readonly SeatedPod[],
): (service: Service) => readonly SeatedPod[] {
  const byNamespace = new Map<string, SeatedPod[]>();
  for (const seated of pods) {
    const list = byNamespace.get(seated.pod.namespace);
    if (list === undefined) byNamespace.set(seated.pod.namespace, [seated]);
    else list.push(seated);
  }
  return ({ namespace, selector }) => {
    const wanted = Object.entries(selector ?? {});
    if (wanted.length === 0) return [];
    return (byNamespace.get(namespace) ?? []).filter(({ pod }) =>
      wanted.every(([name, value]) => pod.labels[name] === value),
    );
  };
}

/** Behind one port of a Service (K8P-81): a named target is looked up in each pod, one that does not declare it is no backend. */
export function backendsOf(
  service: Service,
  port: ServicePort,
  pods: readonly SeatedPod[],
  slices: readonly EndpointSlice[],
): readonly Backend[] {
  if (Object.keys(service.selector ?? {}).length === 0) return ofSlices(service, port, slices);
  return pods.flatMap((seated) => {
    const target = targetIn(seated, port);
    if (target === undefined) return [];
    const { hostNetwork } = seated.pod;
    const place = { address: formatIp(seated.address), port: target, node: seated.seat.host };
    return [hostNetwork ? { ...place, isNode: true } : place];
  });
}

export function slicesByService(
  objects: ClusterObjects,
): ReadonlyMap<string, readonly EndpointSlice[]> {
  const slices = new Map<string, EndpointSlice[]>();
  for (const slice of objects.endpointSlices) {
    if (slice.service === undefined) continue;
    const key = `${slice.namespace}/${slice.service}`;
    const list = slices.get(key);
    if (list === undefined) slices.set(key, [slice]);
    else list.push(slice);
  }
  return slices;
}

function targetIn({ pod }: SeatedPod, { targetPort, protocol }: ServicePort): Port | undefined {
  if (typeof targetPort !== 'string') return targetPort;
  return pod.ports.find((each) => each.name === targetPort && each.protocol === protocol)?.port;
}

function ofSlices(
  service: Service,
  port: ServicePort,
  slices: readonly EndpointSlice[],
): readonly Backend[] {
  const isOnly = service.ports.length === 1;
  return slices.flatMap(({ addresses, ports }) =>
    ports
      .filter((each) => each.protocol === port.protocol)
      .filter((each) => isOnly || (each.name ?? '') === (port.name ?? ''))
      .flatMap((each) =>
        addresses
          .map(parseIp)
          .flatMap((ip) =>
            ip?.family === 4 ? [{ address: formatIp(ip), port: each.port as number }] : [],
          ),
      ),
  );
}
