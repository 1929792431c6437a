import type { ApplicationGateway, Ingress, PodClass, ServiceBackend } from '../../model/index.ts';
import type { Port } from '../../net/index.ts';
import { type ClusterPlacement, type Network, podSelector } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { Flow } from '../flow.ts';
import { targetPortOf } from '../load-balancer/concrete.ts';
import { podAddressOf } from '../masquerade/own-address.ts';
import type { Decider, Match } from '../verdict.ts';
import { gatewayInstance, gatewaySubnet } from './concrete.ts';

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const CONTROLLER = 'azure/application-gateway';
const PREFIX = 'appgw.ingress.kubernetes.io/';

/** One host and path of an Ingress that the gateway serves, and the pods behind it. */
export interface IngressRoute {
  readonly ingress: Ingress;
  readonly host?: string;
  readonly path: string;
  readonly backend: ServiceBackend;
  readonly targets: readonly { readonly pod: PodClass; readonly port: Port | undefined }[];
  /** True when the annotation puts it on the private frontend. */
  readonly usesPrivateIp: boolean;
  /** 443 with a TLS section or certificate is not told apart here: absent unless overridden. */
  readonly frontendPort?: number;
}

/** Does the gateway's ingress controller take this Ingress? @see AZS-72 */
export function isForGateway(network: Network, ingress: Ingress): boolean {
  const annotated = ingress.annotations[CLASS_ANNOTATION];
  if (annotated !== undefined) return annotated === CONTROLLER;
  const { className } = ingress;
  const classes = network.perimeter.kubernetes.ingressClasses;
  if (className === undefined) {
    return classes.some((each) => each.isDefault && each.controller === CONTROLLER);
  }
  const written = classes.find((each) => each.name === className);
  return written === undefined
    ? className === 'azure-application-gateway'
    : written.controller === CONTROLLER;
}

/** Everything the ingress controller of the gateway publishes. O(Ingress paths + pods). */
export function ingressRoutes(network: Network): readonly IngressRoute[] {
  const { kubernetes } = network.perimeter;
  const select = podSelector(kubernetes);
  const services = new Map(
    kubernetes.services.map((service) => [`${service.namespace}/${service.name}`, service]),
  );
  const routes: IngressRoute[] = [];
  for (const ingress of kubernetes.ingresses) {
    if (!isForGateway(network, ingress)) continue;
    const add = (host: string | undefined, path: string, backend: ServiceBackend | undefined) => {
      if (backend === undefined) return;
      const service = services.get(`${backend.namespace}/${backend.service}`);
      const port = service?.ports.find(
        (each) => each.port === backend.port || each.name === backend.port,
      );
      const pods = service === undefined ? [] : select(service);
      const override = Number(ingress.annotations[`${PREFIX}override-frontend-port`]);
      routes.push({
        ingress,
        ...(host === undefined ? {} : { host }),
        path,
        backend,
        targets: pods.map((pod) => ({
          pod,
          port: port === undefined ? undefined : targetPortOf(pod, port),
        })),
        usesPrivateIp: ingress.annotations[`${PREFIX}use-private-ip`]?.toLowerCase() === 'true',
        ...(Number.isInteger(override) ? { frontendPort: override } : {}),
      });
    };
    add(undefined, '/*', ingress.defaultBackend);
    for (const rule of ingress.rules) {
      for (const { path, backend } of rule.paths) add(rule.host, path, backend);
    }
  }
  return routes;
}

/**
 * The gateway's new connection to one pod of a route: to the pod's address and container port, past Service,
 * kube-proxy and load balancer. `undefined` when no container declares the port's name.
 * @see AZS-72
 */
export function flowToPod(
  network: Network,
  gateway: ApplicationGateway,
  cluster: ClusterPlacement,
  target: IngressRoute['targets'][number],
): Flow | undefined {
  if (target.port === undefined) return undefined;
  return {
    source: gatewayInstance(network, gateway),
    destination: podAddressOf(network, cluster, undefined, target.pod),
    protocol: 'tcp',
    destinationPort: target.port,
    application: { kind: 'http' },
  };
}

/**
 * Can the gateway route to pod addresses of the cluster at all?
 * @see AZS-73
 */
export function canReachPods(
  network: Network,
  gateway: ApplicationGateway,
  cluster: ClusterPlacement,
): { readonly match: Match; readonly by: Decider } {
  const by: Decider = {
    kind: 'platform',
    name: `pod addresses of ${cluster.name} (${cluster.addressing})`,
    fact: 'AZS-73',
    ...(cluster.cluster === undefined ? {} : { at: cluster.cluster.network.at }),
  };
  const unknown = (missing: string): Match => ({ kind: 'unknown', why: [{ missing }] });
  switch (cluster.addressing) {
    case 'node-subnet':
    case 'pod-subnet':
      return { match: { kind: 'yes' }, by };
    case 'overlay':
      return { match: unknown('the AGIC version (1.8 or newer reaches overlay pods)'), by };
    case 'kubenet': {
      const gatewayTable = gatewaySubnet(network, gateway)?.routeTable;
      const nodes = cluster.pools.find((pool) => pool.nodeSubnet.kind === 'found')?.nodeSubnet;
      const nodeTable = nodes?.kind === 'found' ? nodes.target.routeTable : undefined;
      if (gatewayTable?.kind === 'none') return { match: { kind: 'no' }, by };
      if (gatewayTable?.kind !== 'found' || nodeTable?.kind !== 'found') {
        return {
          match: unknown('whether the gateway subnet carries the route table of the nodes'),
          by,
        };
      }
      const isSame = gatewayTable.target.key === nodeTable.target.key;
      return { match: { kind: isSame ? 'yes' : 'no' }, by };
    }
    case 'byo':
    case 'unknown':
      return { match: unknown(`how pods of ${cluster.name} get their addresses`), by };
  }
}

/** The gateway that the cluster's ingress add-on drives; absent when the add-on is off or its gateway unknown. */
export function addonGateway(
  network: Network,
  cluster: ClusterPlacement,
): ApplicationGateway | undefined {
  const reference = cluster.cluster?.addons.applicationGateway?.gateway;
  return reference === undefined || isUnknown(reference)
    ? undefined
    : network.perimeter.applicationGateways.get(reference.key);
}
