import type { Diagnostic } from '../diagnostics/index.ts';
import type { HttpRoute, Ingress, Service, ServiceBackend } from '../model/index.ts';
import type { Port } from '../net/index.ts';
import type { ClusterPlacement, Network } from '../network/index.ts';
import { gatewaySubnet } from '../semantics/application-gateway/concrete.ts';
import {
  addonGateway,
  flowToPod,
  ingressRoutes,
} from '../semantics/application-gateway/ingress.ts';
import {
  type Controller,
  controllerOfGateway,
  ownerOfIngress,
  servicePortNamed,
} from '../semantics/services/index.ts';
import type { TraceAnswer, TraceQuestion } from './answer.ts';
import type { Endpoint } from './endpoint.ts';
import { type Origin, placeOrigin } from './origin.ts';
import { podEndpoint, podName } from './pod-name.ts';
import { placeTarget, type Target } from './target.ts';
import type { Trace } from './trace.ts';
import type { TraceContext } from './trace-context.ts';

export type TraceOne = (
  context: TraceContext,
  origin: Origin,
  target: Target,
  question: TraceQuestion,
) => Trace;

type IngressEndpoint = Endpoint & { kind: 'ingress' };

/** What an Ingress or a route publishes under a host and path. */
interface Published {
  readonly title: string;
  readonly backend: ServiceBackend;
  readonly controller: Controller | undefined;
  readonly className: string;
}

/**
 * An ingress is two connections: the client's to the data plane of the controller, and the data plane's own to the
 * backend pod (K8P-89). One trace for each leg that can be placed; what cannot is a diagnostic, never a silent gap.
 */
export function ingressLegs(
  context: TraceContext,
  origins: readonly Origin[],
  endpoint: IngressEndpoint,
  question: TraceQuestion,
  traceOne: TraceOne,
): TraceAnswer {
  const { network } = context;
  const published = findPublished(network, endpoint);
  if (published === undefined) return notPublished(network, endpoint);
  const { controller, backend, title } = published;
  const service = network.perimeter.kubernetes.services.find(
    (one) => one.namespace === backend.namespace && one.name === backend.service,
  );
  const port = service === undefined ? undefined : servicePortNamed(service, backend.port)?.port;
  if (service === undefined || port === undefined) {
    return problem(
      `${title} sends \`${endpoint.host}${endpoint.path}\` to Service ${backend.namespace}/${backend.service}, which is not in the input or has no such port`,
      'add the Service to the input, or correct the backend',
    );
  }
  if (controller?.dataPlane.kind === 'gateway-subnet')
    return throughGateway(context, published, endpoint, question, traceOne);
  const front =
    controller?.dataPlane.kind === 'pods'
      ? frontOf(network, controller.dataPlane.namespaces)
      : undefined;
  if (front === undefined) {
    const name = controller?.name ?? 'no controller';
    return problem(
      `${title} is owned by ${name} (class \`${published.className}\`), whose LoadBalancer Service is not in the input`,
      `add the controller's manifests; the backend alone: --to service:${service.namespace}/${service.name}:${port}`,
    );
  }
  const first = firstLeg(context, origins, front, endpoint, question, traceOne);
  const second = secondLeg(context, front, { service, port }, question, traceOne);
  return {
    traces: [...first.traces, ...second.traces],
    diagnostics: [...first.diagnostics, ...second.diagnostics],
  };
}

function firstLeg(
  context: TraceContext,
  origins: readonly Origin[],
  front: Service,
  endpoint: IngressEndpoint,
  question: TraceQuestion,
  traceOne: TraceOne,
): TraceAnswer {
  const wanted =
    endpoint.port ?? front.ports.find((one) => one.port === 443)?.port ?? front.ports[0]?.port;
  const to = `service:${front.namespace}/${front.name}:${wanted ?? 443}`;
  const target: Endpoint = {
    kind: 'service',
    namespace: front.namespace,
    name: front.name,
    text: to,
    ...(wanted === undefined ? {} : { port: wanted }),
  };
  return legs(context, origins, target, { ...question, to }, traceOne);
}

function secondLeg(
  context: TraceContext,
  front: Service,
  { service, port }: { readonly service: Service; readonly port: Port },
  question: TraceQuestion,
  traceOne: TraceOne,
): TraceAnswer {
  const cluster = context.network.clusters.find((one) =>
    one.loadBalancerServices.some((each) => each.service === front),
  );
  const pod = cluster?.loadBalancerServices.find((each) => each.service === front)?.backends[0];
  if (pod === undefined) {
    return problem(
      `no workload behind ${front.namespace}/${front.name} in the input`,
      "add the controller's manifests",
    );
  }
  const from = podEndpoint(pod);
  const placed = placeOrigin(context.network, {
    kind: 'workload',
    workload: pod.kind,
    namespace: pod.namespace,
    name: pod.name,
    text: from,
  });
  if (placed.kind === 'problem') return problem(placed.message, placed.hint);
  const to = `service:${service.namespace}/${service.name}:${port}`;
  const target: Endpoint = {
    kind: 'service',
    namespace: service.namespace,
    name: service.name,
    port,
    text: to,
  };
  return legs(
    context,
    placed.found,
    target,
    { from, to, ...(question.protocol === undefined ? {} : { protocol: question.protocol }) },
    traceOne,
  );
}

function legs(
  context: TraceContext,
  origins: readonly Origin[],
  endpoint: Endpoint,
  question: TraceQuestion,
  traceOne: TraceOne,
): TraceAnswer {
  const traces: Trace[] = [];
  for (const origin of origins) {
    const targets = placeTarget(context.network, origin, endpoint, question.protocol);
    if (targets.kind === 'problem') return problem(targets.message, targets.hint);
    for (const target of targets.found) traces.push(traceOne(context, origin, target, question));
  }
  return { traces, diagnostics: [] };
}

/** AGIC writes listeners at run time, so no file holds the client's leg; the gateway's own to the pod can be walked. */
function throughGateway(
  context: TraceContext,
  published: Published,
  endpoint: IngressEndpoint,
  question: TraceQuestion,
  traceOne: TraceOne,
): TraceAnswer {
  const { network } = context;
  const note: Diagnostic = {
    code: 'trace/endpoint',
    severity: 'warning',
    message: `the listener for \`${endpoint.host}\` is made at run time by ${published.controller?.name ?? 'the controller'}: the client's leg is not in the input`,
    hint: 'export the gateway (az network application-gateway show) to walk that leg too',
  };
  const route = ingressRoutes(network).find(
    (one) =>
      one.backend.service === published.backend.service &&
      one.backend.namespace === published.backend.namespace,
  );
  for (const cluster of network.clusters) {
    const gateway =
      addonGateway(network, cluster) ?? [...network.perimeter.applicationGateways.values()][0];
    const subnetKey =
      gateway === undefined ? undefined : gatewaySubnet(network, gateway)?.subnet.key;
    const target = route?.targets[0];
    const flow =
      gateway === undefined || target === undefined
        ? undefined
        : flowToPod(network, gateway, cluster, target);
    if (
      gateway === undefined ||
      subnetKey === undefined ||
      target === undefined ||
      flow === undefined
    )
      continue;
    const deliverTo = { cluster, pod: target.pod };
    const origin: Origin = {
      label: `gateway ${gateway.name}`,
      address: flow.source,
      place: (placed) => ({
        at: { kind: 'leaving-subnet', subnetKey, sender: gateway.name },
        flow: placed,
        deliverTo,
      }),
    };
    const label = podName(target.pod);
    const leg: Target = { label, flow, deliverTo, prelude: [], conditions: [], notes: [] };
    return {
      traces: [traceOne(context, origin, leg, { ...question, from: gateway.name, to: label })],
      diagnostics: [note],
    };
  }
  return { traces: [], diagnostics: [{ ...note, severity: 'error' }] };
}

/** The load balancer in front of a controller's pods: a public one before an internal one. */
function frontOf(network: Network, namespaces: readonly string[]): Service | undefined {
  const fronts = network.clusters
    .flatMap((cluster: ClusterPlacement) => cluster.loadBalancerServices)
    .filter(({ service }) => namespaces.includes(service.namespace));
  return (fronts.find(({ isInternal }) => !isInternal) ?? fronts[0])?.service;
}

function findPublished(network: Network, endpoint: IngressEndpoint): Published | undefined {
  const { kubernetes } = network.perimeter;
  for (const ingress of kubernetes.ingresses) {
    const backend = backendOf(ingress, endpoint);
    if (backend === undefined) continue;
    const owner = ownerOfIngress(ingress, kubernetes);
    return {
      title: `Ingress ${ingress.namespace}/${ingress.name}`,
      backend,
      controller: owner.kind === 'controller' ? owner.controller : undefined,
      className: owner.kind === 'controller' ? owner.className : 'none',
    };
  }
  for (const route of kubernetes.httpRoutes) {
    const backend = backendOfRoute(route, endpoint);
    const parent = route.parents[0];
    if (backend === undefined || parent === undefined) continue;
    const gateway = kubernetes.gateways.find(
      (one) => one.name === parent.name && one.namespace === parent.namespace,
    );
    return {
      title: `HTTPRoute ${route.namespace}/${route.name}`,
      backend,
      controller: gateway === undefined ? undefined : controllerOfGateway(gateway, kubernetes),
      className: gateway?.className ?? 'unknown',
    };
  }
  return undefined;
}

/** Exact hosts before wildcards before rules for any host; the longest path that fits; else the default backend. */
function backendOf(ingress: Ingress, { host, path }: IngressEndpoint): ServiceBackend | undefined {
  const rules = ingress.rules
    .filter((rule) => hostFits(rule.host, host))
    .sort((a, b) => hostRank(a.host) - hostRank(b.host));
  const [rule] = rules;
  if (rule === undefined) return ingress.rules.length === 0 ? ingress.defaultBackend : undefined;
  const fitting = rule.paths.filter((one) =>
    one.pathType === 'Exact' ? one.path === path : pathFits(one.path, path),
  );
  fitting.sort((a, b) => b.path.length - a.path.length);
  return fitting[0]?.backend ?? ingress.defaultBackend;
}

function backendOfRoute(
  route: HttpRoute,
  { host, path }: IngressEndpoint,
): ServiceBackend | undefined {
  if (route.hostnames.length > 0 && !route.hostnames.some((name) => hostFits(name, host)))
    return undefined;
  const rule = route.rules.find(
    (one) => one.paths.length === 0 || one.paths.some((each) => pathFits(each, path)),
  );
  return rule?.backends.find(({ weight }) => weight > 0);
}

function hostFits(pattern: string | undefined, host: string): boolean {
  if (pattern === undefined || pattern === '') return true;
  const wanted = pattern.toLowerCase();
  if (!wanted.startsWith('*.')) return wanted === host;
  const rest = host.slice(host.indexOf('.') + 1);
  return host.includes('.') && rest === wanted.slice(2); // one label (kubernetes-policy 11)
}

function hostRank(pattern: string | undefined): number {
  if (pattern === undefined || pattern === '') return 2;
  return pattern.startsWith('*.') ? 1 : 0;
}

function pathFits(prefix: string, path: string): boolean {
  const base = prefix.replace(/\/+$/, '');
  return base === '' || path === base || path.startsWith(`${base}/`);
}

function notPublished(network: Network, endpoint: IngressEndpoint): TraceAnswer {
  const { ingresses, httpRoutes } = network.perimeter.kubernetes;
  const hosts = [
    ...ingresses.flatMap((one) => one.rules.map((rule) => rule.host ?? '*')),
    ...httpRoutes.flatMap((one) => one.hostnames),
  ];
  const known = [...new Set(hosts)].sort().slice(0, 6).join(', ');
  return problem(
    `no Ingress or HTTPRoute in the input publishes \`${endpoint.host}${endpoint.path}\``,
    known === '' ? 'the input holds no Ingress and no HTTPRoute' : `hosts known here: ${known}`,
  );
}

function problem(message: string, hint: string): TraceAnswer {
  return {
    traces: [],
    diagnostics: [{ code: 'trace/endpoint', severity: 'error', message, hint }],
  };
}
