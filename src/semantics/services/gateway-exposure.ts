import type {
  ClusterObjects,
  Gateway,
  HttpRoute,
  PodClass,
  ReferenceGrant,
  Service,
  ServiceBackend,
} from '../../model/index.ts';
import { parseLabelSelector } from '../network-policy/parse/parse-selector.ts';
import { matchLabels } from '../network-policy/selectors/label-selector.ts';
import { namespaceLabels } from '../network-policy/selectors/labels.ts';
import { type Match, NO, YES } from '../verdict.ts';
import { type Controller, controllerOfGateway } from './controllers.ts';
import type { Exposure, ReachableFrom } from './exposure.ts';
import { reachOf, resolveBackend } from './ingress-exposure.ts';

type Listener = Gateway['listeners'][number];

/** One exposure per route and Gateway it attaches to. @see K8P-87, K8P-88 */
export function gatewayExposures(
  objects: ClusterObjects,
  backends: (service: Service) => readonly PodClass[],
  services: readonly Exposure[],
): readonly Exposure[] {
  const gateways = new Map(objects.gateways.map((one) => [`${one.namespace}/${one.name}`, one]));
  const named = new Map(objects.services.map((one) => [`${one.namespace}/${one.name}`, one]));
  return objects.httpRoutes.flatMap((route) =>
    route.parents.flatMap((parent) => {
      const gateway = gateways.get(`${parent.namespace}/${parent.name}`);
      const title = `${route.kind} ${route.namespace}/${route.name}`;
      if (gateway === undefined)
        return [dangling(route, title, `${parent.namespace}/${parent.name}`)];
      const listeners = gateway.listeners.filter(
        (listener) =>
          (parent.sectionName === undefined || parent.sectionName === listener.name) &&
          (parent.port === undefined || parent.port === listener.port) &&
          hostnamesMeet(route.hostnames, listener.hostname),
      );
      const admitted = listeners.map((listener) => ({
        listener,
        match: admitsNamespace(listener, gateway, route, objects),
      }));
      const attached = admitted.filter((one) => one.match.kind !== 'no');
      if (attached.length === 0) return [];
      const controller = controllerOfGateway(gateway, objects);
      const allowed = allowedBackends(route, objects.referenceGrants);
      const targets = allowed.backends.map((one) => resolveBackend(one, named, backends));
      const doubts = attached.flatMap((one) => (one.match.kind === 'unknown' ? one.match.why : []));
      const exposure: Exposure = {
        how: 'gateway',
        title,
        at: route.at,
        from: reachOfGateway(gateway, controller, services),
        hosts: hostsOf(
          route,
          attached.map((one) => one.listener),
        ),
        controller,
        backends: targets.flatMap((target) => target.backends),
        allowedSources: [],
        remarks: [
          ...targets.flatMap((target) => target.remarks),
          ...allowed.remarks,
          ...doubts.map((one) => ({
            what: `whether it attaches is not known: ${one.missing}`,
            at: gateway.at,
          })),
        ],
      };
      return [exposure];
    }),
  );
}

/** Do the route's host names and the listener's have any name in common? Absent means every name. */
export function hostnamesMeet(
  routeNames: readonly string[],
  listenerName: string | undefined,
): boolean {
  if (routeNames.length === 0 || listenerName === undefined || listenerName === '') return true;
  return routeNames.some((name) => namesMeet(name.toLowerCase(), listenerName.toLowerCase()));
}

/** A leading `*.` stands for one or more labels on either side. */
function namesMeet(a: string, b: string): boolean {
  if (a === b) return true;
  const isUnder = (name: string, wildcard: string) =>
    wildcard.startsWith('*.') &&
    name.length > wildcard.length - 1 &&
    name.endsWith(wildcard.slice(1));
  return isUnder(a, b) || isUnder(b, a);
}

/** @see K8P-87 Same is the default */
function admitsNamespace(
  listener: Listener,
  gateway: Gateway,
  route: HttpRoute,
  objects: ClusterObjects,
): Match {
  switch (listener.allowedNamespaces) {
    case 'All':
      return YES;
    case 'Same':
      return route.namespace === gateway.namespace ? YES : NO;
    case 'Selector': {
      const reading = {
        title: `Gateway ${gateway.namespace}/${gateway.name}`,
        diagnostics: [],
        gaps: [],
        doubts: [],
      };
      const selector = parseLabelSelector(
        reading,
        listener.namespaceSelector,
        'allowedRoutes.namespaces.selector',
      );
      return matchLabels(selector, namespaceLabels(objects, route.namespace));
    }
  }
}

/** @see K8P-88 another namespace needs a grant; weight 0 and redirects expose nothing */
function allowedBackends(route: HttpRoute, grants: readonly ReferenceGrant[]) {
  const backends: ServiceBackend[] = [];
  const remarks: { what: string; at: ServiceBackend['at'] }[] = [];
  for (const rule of route.rules) {
    if (rule.redirects) continue;
    for (const backend of rule.backends) {
      if (backend.weight === 0) continue;
      if (isGranted(route, backend, grants)) backends.push(backend);
      else {
        const what = `no ReferenceGrant in \`${backend.namespace}\` lets ${route.kind}s of \`${route.namespace}\` use Service \`${backend.service}\``;
        remarks.push({ what, at: backend.at });
      }
    }
  }
  return { backends, remarks };
}

/** May a route use a backend: its own namespace's, or one that a ReferenceGrant there opens (K8P-88)? */
export function isGranted(
  route: HttpRoute,
  backend: ServiceBackend,
  grants: readonly ReferenceGrant[],
): boolean {
  if (backend.namespace === route.namespace) return true;
  return grants.some(
    (grant) =>
      grant.namespace === backend.namespace &&
      grant.from.some((from) => from.kind === route.kind && from.namespace === route.namespace) &&
      grant.to.some(
        (to) => to.kind === 'Service' && (to.name === undefined || to.name === backend.service),
      ),
  );
}

function hostsOf(route: HttpRoute, listeners: readonly Listener[]): readonly string[] {
  if (route.hostnames.length > 0) return route.hostnames;
  const names = listeners.map((listener) => listener.hostname ?? '');
  return names.includes('') ? [] : names;
}

/** Application Gateway for Containers has public frontends only. */
function reachOfGateway(
  gateway: Gateway,
  controller: Controller,
  services: readonly Exposure[],
): ReachableFrom {
  if (controller.name === 'Application Gateway for Containers') return { kind: 'internet' };
  if (controller.dataPlane.kind !== 'pods' && gateway.addresses.length > 0) {
    return { kind: 'addresses', addresses: gateway.addresses };
  }
  return reachOf(controller, services);
}

function dangling(route: HttpRoute, title: string, name: string): Exposure {
  return {
    how: 'gateway',
    title,
    at: route.at,
    from: { kind: 'unknown', missing: `Gateway ${name}, which is not in the input` },
    hosts: route.hostnames,
    backends: [],
    allowedSources: [],
    remarks: [{ what: `Gateway ${name} is not in the input`, at: route.at }],
  };
}
