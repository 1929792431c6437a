import type { Gap } from '../../../diagnostics/index.ts';
import { type Gateway, type HttpRoute, objectKey, type Perimeter } from '../../../model/index.ts';
import { isAbsent, path, type Value } from '../../../values/index.ts';
import type { Route, RouteAction, Site, WeightedBackend } from './ingress-sites.ts';
import { listAt, numberAt, textAt } from './written.ts';

/** The sites of one listener of a Gateway, from the HTTPRoutes that attach to it. */
export function sitesOfListener(
  perimeter: Perimeter,
  gateway: Gateway,
  listener: Gateway['listeners'][number],
  gaps: Gap[],
): readonly Site[] {
  return perimeter.kubernetes.httpRoutes.flatMap((route): readonly Site[] => {
    if (!attaches(perimeter, gateway, listener, route, gaps)) return [];
    const hosts = hostsOf(listener.hostname, route.hostnames);
    const routes = routesOf(perimeter, route, gaps);
    return hosts.map((host) => (host === undefined ? { routes } : { host, routes }));
  });
}

function attaches(
  perimeter: Perimeter,
  gateway: Gateway,
  listener: Gateway['listeners'][number],
  route: HttpRoute,
  gaps: Gap[],
): boolean {
  const isMeant = route.parents.some(
    (parent) =>
      parent.name === gateway.name &&
      parent.namespace === gateway.namespace &&
      (parent.sectionName === undefined || parent.sectionName === listener.name) &&
      (parent.port === undefined || parent.port === listener.port),
  );
  if (!isMeant) return false;
  switch (listener.allowedNamespaces) {
    case 'All':
      return true;
    case 'Same':
      return route.namespace === gateway.namespace;
    case 'Selector':
      return isSelected(perimeter, listener.namespaceSelector, route, gaps);
  }
}

/** `matchLabels` alone; an expression is not evaluated, and its route stays out. */
function isSelected(
  perimeter: Perimeter,
  selector: Value | undefined,
  route: HttpRoute,
  gaps: Gap[],
): boolean {
  const labels = perimeter.kubernetes.namespaces.get(route.namespace)?.labels ?? {};
  const wanted = path(selector, 'matchLabels');
  const hasExpressions = listAt(selector, 'matchExpressions').length > 0;
  if (hasExpressions || (wanted !== undefined && wanted.kind !== 'object')) {
    const what = `HTTPRoute ${route.namespace}/${route.name}`;
    gaps.push({ what, why: 'the namespaces of its listener are not told by labels alone' });
    return false;
  }
  return [...(wanted?.members.values() ?? [])].every(
    ({ name, value }) => labels[name] === textAt(value),
  );
}

/** Host names that both the listener and the route have; `undefined` stands for all. */
function hostsOf(
  ofListener: string | undefined,
  ofRoute: readonly string[],
): readonly (string | undefined)[] {
  if (ofRoute.length === 0) return [ofListener];
  if (ofListener === undefined) return ofRoute;
  return ofRoute.flatMap((host) => {
    if (covers(ofListener, host)) return [host];
    return covers(host, ofListener) ? [ofListener] : [];
  });
}

const covers = (wide: string, narrow: string): boolean =>
  wide === narrow || (wide.startsWith('*.') && narrow.endsWith(wide.slice(1)));

function routesOf(perimeter: Perimeter, route: HttpRoute, gaps: Gap[]): readonly Route[] {
  const owner = `HTTPRoute ${route.namespace}/${route.name}`;
  const body = perimeter.snapshot.objects.get(
    objectKey({ ...route, apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' }),
  )?.body;
  const written = listAt(path(body, 'spec'), 'rules');
  return route.rules.flatMap((rule, index) => {
    const value = written[index];
    const action = actionOf(perimeter, route, rule, value, gaps);
    const matches = listAt(value, 'matches');
    const at = value?.at ?? route.at;
    if (matches.length === 0) return [{ match: 'prefix' as const, path: '/', action, owner, at }];
    return matches.flatMap((match): readonly Route[] => {
      const narrows = ['headers', 'queryParams', 'method'].filter(
        (name) => !isAbsent(path(match, name)),
      );
      if (narrows.length > 0) {
        const why = `${narrows.join(', ')} are not compared: this match is left out`;
        gaps.push({ what: `${owner}: matches`, why, at: match.at });
        return [];
      }
      const type = textAt(match, 'path', 'type') ?? 'PathPrefix';
      const text = textAt(match, 'path', 'value') ?? '/';
      return [{ match: MATCHES[type] ?? 'segments', path: text, action, owner, at: match.at }];
    });
  });
}

const MATCHES: Readonly<Record<string, Route['match']>> = {
  Exact: 'exact',
  PathPrefix: 'segments',
  RegularExpression: 'pattern',
};

function actionOf(
  perimeter: Perimeter,
  route: HttpRoute,
  rule: HttpRoute['rules'][number],
  value: Value | undefined,
  gaps: Gap[],
): RouteAction {
  const filters = listAt(value, 'filters');
  for (const filter of filters) {
    const type = textAt(filter, 'type') ?? '';
    if (type === 'RequestRedirect') return redirectOf(path(filter, 'requestRedirect'));
    const what = `HTTPRoute ${route.namespace}/${route.name}: filter ${type}`;
    gaps.push({ what, why: 'it is not applied', at: filter.at });
  }
  return {
    kind: 'forward',
    backends: rule.backends.filter((backend) => isGranted(perimeter, route, backend)),
    isTls: false,
    redirectsToTls: false,
    allowedSources: [],
    byClusterIp: false,
  };
}

function redirectOf(value: Value | undefined): RouteAction {
  const scheme = textAt(value, 'scheme');
  const host = textAt(value, 'hostname');
  const port = numberAt(value, 'port');
  return {
    kind: 'redirect',
    status: numberAt(value, 'statusCode') ?? 302,
    ...(scheme === undefined ? {} : { scheme }),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
  };
}

/** A Service of another namespace must be granted there (K8P-88). */
function isGranted(perimeter: Perimeter, route: HttpRoute, backend: WeightedBackend): boolean {
  if (backend.namespace === route.namespace) return true;
  return perimeter.kubernetes.referenceGrants.some(
    (grant) =>
      grant.namespace === backend.namespace &&
      grant.from.some((from) => from.kind === 'HTTPRoute' && from.namespace === route.namespace) &&
      grant.to.some(
        (to) => to.kind === 'Service' && (to.name === undefined || to.name === backend.service),
      ),
  );
}
