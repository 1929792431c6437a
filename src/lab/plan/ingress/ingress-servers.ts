import type { Gap } from '../../../diagnostics/index.ts';
import { parseIp, parsePrefix } from '../../../net/index.ts';
import type { Route, RouteAction, Site, WeightedBackend } from './ingress-sites.ts';
import {
  hostOfAddress,
  isHostHeader,
  isHostPattern,
  literalPattern,
  quoted,
  quotedPattern,
  TEXT_CHARACTERS_MAX,
} from './nginx-text.ts';
import { block } from './web-server.ts';

/** The addresses behind one Service, as the cluster has them. */
export interface ServiceSeat {
  readonly namespace: string;
  readonly name: string;
  readonly clusterIp?: string;
  readonly ports: readonly {
    readonly name?: string;
    readonly port: number;
    /** Pods that are ready, with the port they listen on. */
    readonly endpoints: readonly { readonly address: string; readonly port: number }[];
  }[];
}

/** A port of the controller's pods, and what is served there. */
export interface IngressPort {
  readonly port: number;
  readonly isTls: boolean;
  readonly sites: readonly Site[];
}

export interface IngressHttp {
  readonly ports: readonly IngressPort[];
  readonly services: readonly ServiceSeat[];
  readonly gaps: Gap[];
}

/** Everything inside `http` of an ingress controller's nginx. */
export function ingressHttp(input: IngressHttp): readonly string[] {
  const upstreams = new Upstreams(input);
  const servers = input.ports.flatMap((port) => serversOf(port, upstreams, input));
  return [...ACCESS_LOG, ...upstreams.lines(), ...servers];
}

const ACCESS_LOG: readonly string[] = [
  `log_format ingress escape=json '{"time":"$msec","client":"$remote_addr","method":"$request_method","host":"$host","uri":"$request_uri","status":"$status","upstream":"$upstream_addr","upstreamStatus":"$upstream_status","owner":"$ingress_owner","requestId":"$request_id"}';`,
  'access_log access.json ingress;',
];

/** Sites of one host are one server; the first of two routes with one path counts. */
function serversOf(port: IngressPort, upstreams: Upstreams, input: IngressHttp): readonly string[] {
  const hosts = new Map<string, Route[]>();
  for (const { host, routes } of port.sites) {
    const name = host?.toLowerCase() ?? '';
    hosts.set(name, [...(hosts.get(name) ?? []), ...routes]);
  }
  if (!hosts.has('')) hosts.set('', []);
  return [...hosts].flatMap(([host, routes]) => {
    if (host !== '' && !(isHostPattern(host) && !/[?]|.\*/.test(host))) {
      input.gaps.push({ what: `host \`${host}\``, why: 'it is no host name: it is left out' });
      return [];
    }
    return serverOf(port, host, routes, upstreams, input);
  });
}

function serverOf(
  port: IngressPort,
  host: string,
  routes: readonly Route[],
  upstreams: Upstreams,
  input: IngressHttp,
): readonly string[] {
  const listen = `listen ${port.port}${host === '' ? ' default_server' : ''}${port.isTls ? ' ssl http2' : ''};`;
  const places = new Map<string, Route>();
  for (const route of routes) {
    for (const head of locationHeads(route, input)) {
      const first = places.get(head);
      if (first === undefined) places.set(head, route);
      else if (first.owner !== route.owner) {
        const what = `${route.owner}: path ${route.path}`;
        input.gaps.push({
          what,
          why: `${first.owner} has the same path and comes first`,
          at: route.at,
        });
      }
    }
  }
  // Patterns are asked in the order written: the longest first, as the controller orders them.
  const ordered = [...places].sort(([, a], [, b]) =>
    a.match === 'pattern' && b.match === 'pattern' ? b.path.length - a.path.length : 0,
  );
  return block('server', [
    listen,
    ...(port.isTls
      ? [
          'ssl_certificate tls/ingress.crt;',
          'ssl_certificate_key tls/ingress.key;',
          'ssl_protocols TLSv1.2 TLSv1.3;',
        ]
      : []),
    `server_name ${host === '' ? '_' : serverName(host)};`,
    'set $ingress_owner "";',
    'client_max_body_size 0;',
    ...ordered.flatMap(([head, route]) => block(head, routeLines(route, port, upstreams, input))),
    ...(places.has('location /') ? [] : block('location /', NOT_FOUND)),
  ]);
}

/** What the controller's own default backend says. */
const NOT_FOUND: readonly string[] = [
  'default_type text/plain;',
  'return 404 "default backend - 404";',
];

/** A wildcard takes one label, as Kubernetes means it; nginx alone would take any number. */
function serverName(host: string): string {
  return host.startsWith('*.')
    ? `"~^[a-z0-9_-]+\\.${literalPattern(host.slice(2))}$"`
    : quoted(host);
}

function locationHeads(route: Route, input: IngressHttp): readonly string[] {
  const text = route.path.startsWith('/') ? route.path : `/${route.path}`;
  if (text.length >= TEXT_CHARACTERS_MAX) {
    const what = `${route.owner}: path ${text.slice(0, 40)}…`;
    input.gaps.push({ what, why: 'it is too long for the lab: it is left out', at: route.at });
    return [];
  }
  switch (route.match) {
    case 'exact':
      return [`location = ${quoted(text)}`];
    case 'prefix':
      return [text === '/' ? 'location /' : `location ${quoted(text)}`];
    case 'segments': {
      const bare = text.replace(/\/+$/, '');
      return bare === ''
        ? ['location /']
        : [`location = ${quoted(bare)}`, `location ${quoted(`${bare}/`)}`];
    }
    case 'pattern': {
      if (text === '/') return ['location /'];
      const pattern = quotedPattern(`^${text}`);
      if (pattern !== undefined) return [`location ~* ${pattern}`];
      const what = `${route.owner}: path ${route.path}`;
      input.gaps.push({ what, why: 'the pattern is not understood: it is left out', at: route.at });
      return [];
    }
  }
}

function routeLines(
  route: Route,
  port: IngressPort,
  upstreams: Upstreams,
  input: IngressHttp,
): readonly string[] {
  const owner = `set $ingress_owner ${quoted(route.owner)};`;
  const { action } = route;
  if (action.kind === 'redirect') return [owner, redirectLine(action, port)];
  if (action.redirectsToTls && !port.isTls) return [owner, 'return 308 https://$host$request_uri;'];
  const upstream = upstreams.of(action, route);
  // `return` would come before the question who may ask.
  if (upstream === undefined) return [owner, ...accessLines(route, action, input), 'return 503;'];
  return [
    owner,
    ...accessLines(route, action, input),
    ...rewriteLines(route, action, input),
    'proxy_http_version 1.1;',
    'proxy_set_header Host $http_host;',
    'proxy_set_header Upgrade $http_upgrade;',
    'proxy_set_header Connection $connection_upgrade;',
    'proxy_set_header X-Request-ID $request_id;',
    'proxy_set_header X-Real-IP $remote_addr;',
    'proxy_set_header X-Forwarded-For $remote_addr;',
    'proxy_set_header X-Forwarded-Host $http_host;',
    'proxy_set_header X-Forwarded-Port $server_port;',
    'proxy_set_header X-Forwarded-Proto $scheme;',
    ...(action.isTls ? ['proxy_ssl_server_name on;', 'proxy_ssl_name $host;'] : []),
    'proxy_connect_timeout 5s;',
    'proxy_read_timeout 60s;',
    `proxy_pass ${action.isTls ? 'https' : 'http'}://${upstream};`,
  ];
}

type Forward = Extract<RouteAction, { kind: 'forward' }>;

function accessLines(route: Route, action: Forward, input: IngressHttp): readonly string[] {
  if (action.allowedSources.length === 0) return [];
  const known = action.allowedSources.filter(
    (text) => parsePrefix(text) !== undefined || parseIp(text) !== undefined,
  );
  if (known.length < action.allowedSources.length) {
    const what = `${route.owner}: allowed sources`;
    input.gaps.push({ what, why: 'one of them is no range: it admits nobody', at: route.at });
  }
  return [...known.map((text) => `allow ${text};`), 'deny all;'];
}

function rewriteLines(route: Route, action: Forward, input: IngressHttp): readonly string[] {
  const target = action.rewriteTo;
  if (target === undefined) return [];
  const pattern = quotedPattern(`^${route.path}`);
  if (
    pattern === undefined ||
    target.length > TEXT_CHARACTERS_MAX ||
    !/^[A-Za-z0-9/._~-]*(?:\$\d[A-Za-z0-9/._~-]*)*$/.test(target)
  ) {
    const what = `${route.owner}: rewrite-target`;
    input.gaps.push({ what, why: `\`${target}\` is not understood: paths stay`, at: route.at });
    return [];
  }
  return [`rewrite ${pattern.replace('"^', '"(?i)^')} "${target}" break;`];
}

function redirectLine(
  action: Extract<RouteAction, { kind: 'redirect' }>,
  port: IngressPort,
): string {
  const scheme = action.scheme === 'http' || action.scheme === 'https' ? action.scheme : '$scheme';
  const host = action.host !== undefined && isHostHeader(action.host) ? action.host : '$host';
  const usual = action.scheme === undefined ? undefined : action.scheme === 'https' ? 443 : 80;
  const wanted = action.port ?? (action.scheme === undefined ? port.port : usual);
  const shown = wanted === undefined || wanted === usual || [80, 443].includes(wanted);
  const status = [301, 302, 303, 307, 308].includes(action.status) ? action.status : 302;
  return `return ${status} ${scheme}://${host}${shown ? '' : `:${wanted}`}$request_uri;`;
}

/** The groups of addresses that routes send to, each written once. */
class Upstreams {
  readonly #input: IngressHttp;
  readonly #names = new Map<string, string | undefined>();
  readonly #lines: string[] = [];

  constructor(input: IngressHttp) {
    this.#input = input;
  }

  lines(): readonly string[] {
    return this.#lines;
  }

  /** What stands behind `http://`; nothing when nobody is there to answer. */
  of(action: Forward, route: Route): string | undefined {
    const key = JSON.stringify([
      action.byClusterIp,
      action.backends.map(({ namespace, service, port, weight }) => [
        namespace,
        service,
        port,
        weight,
      ]),
    ]);
    if (!this.#names.has(key)) this.#names.set(key, this.#made(action, route));
    return this.#names.get(key);
  }

  #made(action: Forward, route: Route): string | undefined {
    const groups = action.backends
      .filter(({ weight }) => weight > 0)
      .map((backend) => ({ backend, addresses: this.#addresses(backend, action, route) }));
    const usable = groups.filter(({ addresses }) => addresses.length > 0);
    if (usable.length === 0) return undefined;
    const names = usable.map(({ backend, addresses }) => ({
      name: this.#group(addresses),
      weight: backend.weight,
    }));
    const [first] = names;
    // Gateway API: the share of a backend that cannot answer is answered with an error; nginx shares among the rest.
    return names.length === 1 ? first?.name : this.#shared(names);
  }

  #group(addresses: readonly string[]): string {
    const name = `backend_${this.#lines.filter((line) => line.startsWith('upstream')).length + 1}`;
    const servers = addresses.map((address) => `server ${address};`);
    this.#lines.push(...block(`upstream ${name}`, servers));
    return name;
  }

  #shared(names: readonly { readonly name: string; readonly weight: number }[]): string {
    const total = names.reduce((sum, { weight }) => sum + weight, 0);
    const name = `$split_${this.#lines.filter((line) => line.startsWith('split')).length + 1}`;
    const shares = names.map(({ name: group, weight }, index) =>
      index === names.length - 1
        ? `* ${group};`
        : `${((100 * weight) / total).toFixed(2)}% ${group};`,
    );
    this.#lines.push(...block(`split_clients "$request_id" ${name}`, shares));
    return name;
  }

  #addresses(backend: WeightedBackend, action: Forward, route: Route): readonly string[] {
    const { namespace, service: name } = backend;
    const service = this.#input.services.find(
      (one) => one.namespace === namespace && one.name === name,
    );
    const port = service?.ports.find(
      (one) =>
        one.port === backend.port ||
        (typeof backend.port === 'string' && one.name === backend.port) ||
        (backend.port === undefined && service.ports.length === 1),
    );
    const found =
      action.byClusterIp && service?.clusterIp !== undefined && port !== undefined
        ? [{ address: service.clusterIp, port: port.port }]
        : (port?.endpoints ?? []);
    if (found.length === 0) {
      const why =
        service === undefined
          ? 'the Service is not in the lab'
          : port === undefined
            ? 'the Service has no such port'
            : 'the Service has no pods';
      this.#input.gaps.push({
        what: `${route.owner}: backend ${namespace}/${name}:${backend.port ?? ''}`,
        why: `${why}: the lab answers 503`,
        at: route.at,
      });
    }
    return found.map(({ address, port: at }) => `${hostOfAddress(address)}:${at}`);
  }
}
