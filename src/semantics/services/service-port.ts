import type { PodClass, Service, ServicePort } from '../../model/index.ts';
import type { Port, Protocol } from '../../net/index.ts';

/** What a client's port becomes at one backend pod. */
export type TranslatedPort =
  | { readonly kind: 'port'; readonly port: Port; readonly through?: ServicePort }
  /** The Service does not have this port for this protocol: nothing is listening at its address. */
  | { readonly kind: 'not-offered' }
  /** `targetPort` is a name that no container of this pod declares: the pod is no backend for it. */
  | { readonly kind: 'undeclared-name'; readonly name: string; readonly through: ServicePort };

/**
 * The pod port behind a Service port, before policies look (K8P-19).
 * @param port what the client uses. A headless Service translates nothing: the client's port reaches the pod.
 * @see K8P-81 targetPort is a number, a name resolved per pod, or by default the same number
 */
export function translateServicePort(
  service: Service,
  port: Port,
  protocol: Protocol,
  pod: PodClass,
): TranslatedPort {
  if (isHeadless(service)) return { kind: 'port', port };
  const through = service.ports.find((one) => one.port === port && one.protocol === protocol);
  if (through === undefined) return { kind: 'not-offered' };
  return podPortOf(through, pod);
}

/** The pod port behind one entry of `spec.ports`. */
export function podPortOf(through: ServicePort, pod: PodClass): TranslatedPort {
  const target = through.targetPort;
  if (typeof target !== 'string') return { kind: 'port', port: target, through };
  const declared = pod.ports.find(
    (one) => one.name === target && one.protocol === through.protocol,
  );
  return declared === undefined
    ? { kind: 'undeclared-name', name: target, through }
    : { kind: 'port', port: declared.port, through };
}

/** The entry an Ingress or route names, by number or name. An absent port is the only one, when there is only one. */
export function servicePortNamed(
  service: Service,
  port: Port | string | undefined,
): ServicePort | undefined {
  if (port === undefined) return service.ports.length === 1 ? service.ports[0] : undefined;
  return service.ports.find((one) => (typeof port === 'string' ? one.name : one.port) === port);
}

export function isHeadless(service: Service): boolean {
  return service.clusterIp === 'None';
}
