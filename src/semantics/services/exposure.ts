import type { Place } from '../../diagnostics/index.ts';
import type { ClusterObjects, PodClass, Service, ServicePort } from '../../model/index.ts';
import type { Port, Protocol } from '../../net/index.ts';
import { backendFinder } from './backends.ts';
import type { Controller } from './controllers.ts';
import { gatewayExposures } from './gateway-exposure.ts';
import { hostExposures } from './host-exposure.ts';
import { ingressExposures } from './ingress-exposure.ts';
import { serviceExposures } from './service-exposure.ts';

/** Where clients of an exposure can be, before any firewall, NSG or policy looks. */
export type ReachableFrom =
  | { readonly kind: 'cluster' }
  /** Whoever reaches the addresses of the nodes. */
  | { readonly kind: 'node-addresses' }
  /** Whoever reaches the private frontend. */
  | { readonly kind: 'private-frontend'; readonly subnet?: string }
  /** Virtual networks with an approved private endpoint. */
  | { readonly kind: 'private-link' }
  | { readonly kind: 'internet' }
  /** Whoever reaches the listed addresses: the input does not say where they are. */
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  | { readonly kind: 'unknown'; readonly missing: string };

/** One way into pods. */
export interface Exposure {
  readonly how:
    | 'cluster-ip'
    | 'node-port'
    | 'load-balancer'
    | 'private-link'
    | 'external-ip'
    | 'ingress'
    | 'gateway'
    | 'host-port'
    | 'host-network';
  /** `Service shop/web`, `Ingress shop/web`. */
  readonly title: string;
  readonly at: Place;
  readonly from: ReachableFrom;
  /** Empty: any host name. Only for Ingress and Gateway. */
  readonly hosts: readonly string[];
  readonly service?: Service;
  /** Who carries the traffic, when pods do not see the client. */
  readonly controller?: Controller;
  readonly backends: readonly ExposedBackend[];
  /** Source filters before the pod (K8P-21); empty: none. */
  readonly allowedSources: readonly string[];
  /** What keeps it from working, or what the input does not tell. */
  readonly remarks: readonly { readonly what: string; readonly at: Place }[];
}

export interface ExposedBackend {
  readonly pod: PodClass;
  readonly protocol: Protocol;
  /** What the client uses; absent when the front end decides (Ingress, Gateway: see their listeners). */
  readonly clientPort?: Port;
  /** What the pod receives; absent for a port name the pod does not declare. */
  readonly podPort?: Port;
  readonly through?: ServicePort;
}

/**
 * Every way into the pods of a cluster: Services, Ingresses, Gateways, host ports. Linear in the objects, times the
 * pods of a namespace per Service.
 * @see K8P-82, K8P-85 to K8P-90
 */
export function exposureOf(objects: ClusterObjects): readonly Exposure[] {
  const backends = backendFinder(objects.pods);
  const ofServices = objects.services.flatMap((service) =>
    serviceExposures(service, backends(service)),
  );
  return [
    ...ofServices,
    ...ingressExposures(objects, backends, ofServices),
    ...gatewayExposures(objects, backends, ofServices),
    ...hostExposures(objects.pods),
  ];
}
