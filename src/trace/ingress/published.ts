import type { Place } from '../../diagnostics/index.ts';
import type {
  ClusterObjects,
  Gateway,
  HttpRoute,
  Ingress,
  ServiceBackend,
} from '../../model/index.ts';
import {
  type Controller,
  controllerOfGateway,
  hostnamesMeet,
  isGranted,
  ownerOfIngress,
} from '../../semantics/services/index.ts';

/** What one Ingress or route makes of a host and path. */
export interface Published {
  /** `Ingress shop/web`. */
  readonly title: string;
  readonly at: Place;
  /** More than one: the route shares requests among them. */
  readonly backends: readonly ServiceBackend[];
  readonly owner:
    | { readonly kind: 'controller'; readonly controller: Controller }
    /** Fits after "needs: ". */
    | { readonly kind: 'unknown'; readonly missing: string };
  readonly ingress?: Ingress;
  readonly gateway?: Gateway;
}

/**
 * Who publishes a host and path: the best match of every ingress class, and every Gateway a fitting route attaches
 * to. Exact hosts before wildcards before none, then the longest path, then the default backend (K8P-85, K8P-87).
 * Empty: nobody in the input does. O(rules + routes).
 */
export function findPublished(
  objects: ClusterObjects,
  host: string,
  path: string,
): readonly Published[] {
  return [...ofIngresses(objects, host, path), ...ofRoutes(objects, host, path)];
}

/** Hosts that somebody publishes, sorted; `*` for rules without one. */
export function publishedHosts({ ingresses, httpRoutes }: ClusterObjects): readonly string[] {
  const hosts = [
    ...ingresses.flatMap((one) => one.rules.map((rule) => rule.host ?? '*')),
    ...httpRoutes.flatMap((one) => one.hostnames),
  ];
  return [...new Set(hosts)].sort();
}

interface Ranked {
  readonly published: Published;
  readonly className: string;
  /** Lower is better, member by member. */
  readonly rank: readonly [host: number, path: number];
}

function ofIngresses(objects: ClusterObjects, host: string, path: string): readonly Published[] {
  const best = new Map<string, Ranked>();
  for (const ingress of objects.ingresses) {
    const found = backendOf(ingress, host, path);
    if (found === undefined) continue;
    const owner = ownerOfIngress(ingress, objects);
    const title = `Ingress ${ingress.namespace}/${ingress.name}`;
    const className = owner.kind === 'controller' ? owner.className : '';
    const isKnown = owner.kind === 'controller' && owner.controller.dataPlane.kind !== 'unknown';
    const published: Published = {
      title,
      at: ingress.at,
      backends: [found.backend],
      owner: isKnown
        ? { kind: 'controller', controller: owner.controller }
        : { kind: 'unknown', missing: unowned(title, className) },
      ingress,
    };
    const known = best.get(className);
    const candidate = { published, className, rank: found.rank };
    if (known === undefined || isBetter(candidate, known)) best.set(className, candidate);
  }
  return [...best.values()].map(({ published }) => published);
}

function unowned(title: string, className: string): string {
  return className === ''
    ? `which controller owns ${title} (no class, and no default class in the input)`
    : `which controller owns ingress class \`${className}\``;
}

function isBetter(a: Ranked, b: Ranked): boolean {
  return a.rank[0] !== b.rank[0] ? a.rank[0] < b.rank[0] : a.rank[1] < b.rank[1];
}

/** One label stands for the `*` of an Ingress host (kubernetes-policy 11). */
function hostRank(pattern: string | undefined, host: string): number | undefined {
  if (pattern === undefined || pattern === '') return 2;
  const wanted = pattern.toLowerCase();
  if (!wanted.startsWith('*.')) return wanted === host ? 0 : undefined;
  const dot = host.indexOf('.');
  return dot > 0 && host.slice(dot + 1) === wanted.slice(2) ? 1 : undefined;
}

function backendOf(
  ingress: Ingress,
  host: string,
  path: string,
): { readonly backend: ServiceBackend; readonly rank: Ranked['rank'] } | undefined {
  let best: { readonly backend: ServiceBackend; readonly rank: Ranked['rank'] } | undefined;
  const offer = (backend: ServiceBackend | undefined, rank: Ranked['rank']): void => {
    if (backend === undefined) return;
    const isFirst = best === undefined || rank[0] < best.rank[0];
    if (isFirst || (rank[0] === best!.rank[0] && rank[1] < best!.rank[1])) best = { backend, rank };
  };
  for (const rule of ingress.rules) {
    const rank = hostRank(rule.host, host);
    if (rank === undefined) continue;
    for (const one of rule.paths) {
      const isExact = one.pathType === 'Exact';
      if (isExact ? one.path !== path : !pathFits(one.path, path)) continue;
      offer(one.backend, [rank, isExact ? -one.path.length - 1 : -one.path.length]);
    }
    offer(ingress.defaultBackend, [rank, 1]);
  }
  if (ingress.rules.length === 0) offer(ingress.defaultBackend, [3, 1]);
  return best;
}

/** By whole segments: `/cart` holds `/cart/1`, not `/carts`. A `*` at the end is how some controllers write a prefix. */
function pathFits(written: string, path: string): boolean {
  let base = written.endsWith('*') ? written.slice(0, -1) : written;
  while (base.endsWith('/')) base = base.slice(0, -1);
  return base === '' || path === base || path.startsWith(`${base}/`);
}

function ofRoutes(objects: ClusterObjects, host: string, path: string): readonly Published[] {
  return objects.httpRoutes.flatMap((route) => {
    const fits =
      route.hostnames.length === 0 || route.hostnames.some((name) => hostnamesMeet([name], host));
    const rule = fits
      ? [...route.rules]
          .map((one) => ({ one, length: longest(one.paths, path) }))
          .filter(({ length }) => length >= 0)
          .sort((a, b) => b.length - a.length)[0]?.one
      : undefined;
    if (rule === undefined) return [];
    const title = `${route.kind} ${route.namespace}/${route.name}`;
    const backends = rule.backends.filter(
      (one) => one.weight > 0 && isGranted(route, one, objects.referenceGrants),
    );
    return backends.length === 0
      ? []
      : route.parents.map((parent) => ofParent(objects, route, parent, title, backends));
  });
}

/** -1: no path fits. A rule without paths holds every path. */
function longest(paths: readonly string[], path: string): number {
  if (paths.length === 0) return 0;
  return Math.max(-1, ...paths.filter((one) => pathFits(one, path)).map((one) => one.length));
}

function ofParent(
  objects: ClusterObjects,
  route: HttpRoute,
  parent: HttpRoute['parents'][number],
  title: string,
  backends: readonly ServiceBackend[],
): Published {
  const gateway = objects.gateways.find(
    (one) => one.name === parent.name && one.namespace === parent.namespace,
  );
  const base = { title, at: route.at, backends };
  if (gateway === undefined) {
    const missing = `Gateway ${parent.namespace}/${parent.name} (not in the input)`;
    return { ...base, owner: { kind: 'unknown', missing } };
  }
  const controller = controllerOfGateway(gateway, objects);
  if (controller.dataPlane.kind === 'unknown') {
    const missing = `which controller owns gateway class \`${gateway.className ?? ''}\``;
    return { ...base, gateway, owner: { kind: 'unknown', missing } };
  }
  return { ...base, gateway, owner: { kind: 'controller', controller } };
}
