import type { Gap, Place } from '../../../diagnostics/index.ts';
import {
  type Ingress,
  objectKey,
  type Perimeter,
  type ServiceBackend,
} from '../../../model/index.ts';
import { path } from '../../../values/index.ts';
import { listAt, textsAt } from './written.ts';

/** What one host name (or, without one, every other) is served by a controller. */
export interface Site {
  /** Absent: every host that no other site has. May begin with `*.`. */
  readonly host?: string;
  readonly routes: readonly Route[];
}

export interface Route {
  /** `segments`: `/a` takes `/a` and `/a/b`, never `/ab`. `pattern`: a regular expression, without case, from the start. */
  readonly match: 'exact' | 'segments' | 'prefix' | 'pattern';
  readonly path: string;
  readonly action: RouteAction;
  /** Whose route it is, for messages: `Ingress pets/store-front`. */
  readonly owner: string;
  readonly at: Place;
}

export type RouteAction =
  | {
      readonly kind: 'forward';
      readonly backends: readonly WeightedBackend[];
      readonly isTls: boolean;
      /** Sends plain requests to the same address with TLS. */
      readonly redirectsToTls: boolean;
      /** CIDR texts; empty: everybody. */
      readonly allowedSources: readonly string[];
      readonly rewriteTo?: string;
      /** By the Service's own address instead of its pods'. */
      readonly byClusterIp: boolean;
    }
  | {
      readonly kind: 'redirect';
      readonly status: number;
      readonly scheme?: string;
      readonly host?: string;
      readonly port?: number;
    };

export type WeightedBackend = Pick<ServiceBackend, 'service' | 'namespace' | 'port'> & {
  readonly weight: number;
};

/** What an Ingress says, site by site; annotations of ingress-nginx that change where a request goes are followed, the rest is said. */
export function sitesOfIngress(
  perimeter: Perimeter,
  ingress: Ingress,
  gaps: Gap[],
): readonly Site[] {
  const owner = `Ingress ${ingress.namespace}/${ingress.name}`;
  const body = perimeter.snapshot.objects.get(
    objectKey({ ...ingress, apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' }),
  )?.body;
  const tlsHosts = listAt(path(body, 'spec'), 'tls').flatMap((tls) => textsAt(tls, 'hosts'));
  const said = annotationsOf(ingress, owner, gaps);
  const action = (backend: ServiceBackend | undefined, host?: string): RouteAction => ({
    kind: 'forward',
    backends: backend === undefined ? [] : [{ ...backend, weight: 1 }],
    isTls: said.isTls,
    redirectsToTls: said.forcesTls || (said.redirectsToTls && tlsHosts.includes(host ?? '')),
    allowedSources: said.allowedSources,
    byClusterIp: said.byClusterIp,
    ...(said.rewriteTo === undefined ? {} : { rewriteTo: said.rewriteTo }),
  });
  const fallback = (host?: string): Route => ({
    match: 'prefix',
    path: '/',
    action: action(ingress.defaultBackend, host),
    owner,
    at: ingress.at,
  });
  const sites = ingress.rules.map((rule): Site => {
    const routes = rule.paths.map((entry): Route => {
      if (entry.backend === undefined) {
        gaps.push({ what: `${owner}: path ${entry.path}`, why: NO_SERVICE, at: rule.at });
      }
      return {
        match: said.usesPatterns ? 'pattern' : (MATCHES[entry.pathType ?? ''] ?? 'prefix'),
        path: entry.path,
        action: action(entry.backend, rule.host),
        owner,
        at: rule.at,
      };
    });
    const all = ingress.defaultBackend === undefined ? routes : [...routes, fallback(rule.host)];
    return { ...(rule.host === undefined ? {} : { host: rule.host }), routes: all };
  });
  // K8P-86: a default backend serves what no rule does, other hosts included.
  return ingress.defaultBackend === undefined ? sites : [...sites, { routes: [fallback()] }];
}

const NO_SERVICE = 'its backend is no Service: the lab answers 503';

/** ingress-nginx takes `ImplementationSpecific` as the plain beginning of a path. */
const MATCHES: Readonly<Record<string, Route['match']>> = {
  Exact: 'exact',
  Prefix: 'segments',
  ImplementationSpecific: 'prefix',
};

interface Said {
  readonly isTls: boolean;
  readonly redirectsToTls: boolean;
  readonly forcesTls: boolean;
  readonly usesPatterns: boolean;
  readonly byClusterIp: boolean;
  readonly allowedSources: readonly string[];
  readonly rewriteTo?: string;
}

const PREFIX = 'nginx.ingress.kubernetes.io/';

/** Annotations that change neither where a request goes nor whether it does. */
const HARMLESS =
  /^(?:proxy-|ssl-(?:ciphers|prefer)|limit-|affinity|session-cookie|connection-proxy|client-|keepalive|enable-access-log|enable-cors|cors-|x-forwarded)/;

function annotationsOf(ingress: Ingress, owner: string, gaps: Gap[]): Said {
  const own = Object.entries(ingress.annotations)
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([name, value]) => [name.slice(PREFIX.length), value] as const);
  const said = new Map(own);
  const is = (name: string, value: string): boolean =>
    said.get(name)?.trim().toLowerCase() === value;
  const rewriteTo = said.get('rewrite-target') || undefined;
  const sources = (said.get('whitelist-source-range') ?? said.get('allowlist-source-range') ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '');
  for (const [name] of own) {
    if (FOLLOWED.has(name) || HARMLESS.test(name)) continue;
    const what = `${owner}: annotation ${PREFIX}${name}`;
    gaps.push({ what, why: 'it is not followed', at: ingress.at });
  }
  const protocol = said.get('backend-protocol')?.toUpperCase() ?? 'HTTP';
  if (protocol !== 'HTTP' && protocol !== 'HTTPS') {
    const what = `${owner}: annotation ${PREFIX}backend-protocol`;
    gaps.push({ what, why: `\`${protocol}\` is not spoken: HTTP is`, at: ingress.at });
  }
  return {
    isTls: protocol === 'HTTPS',
    redirectsToTls: !is('ssl-redirect', 'false'),
    forcesTls: is('force-ssl-redirect', 'true'),
    usesPatterns: is('use-regex', 'true') || rewriteTo !== undefined,
    byClusterIp: is('service-upstream', 'true'),
    allowedSources: sources,
    ...(rewriteTo === undefined ? {} : { rewriteTo }),
  };
}

const FOLLOWED: ReadonlySet<string> = new Set([
  'backend-protocol',
  'ssl-redirect',
  'force-ssl-redirect',
  'use-regex',
  'rewrite-target',
  'service-upstream',
  'whitelist-source-range',
  'allowlist-source-range',
]);
