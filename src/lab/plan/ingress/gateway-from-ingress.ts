import type { Gap } from '../../../diagnostics/index.ts';
import type { GatewayListener, Ingress, Perimeter } from '../../../model/index.ts';
import { objectKey } from '../../../model/index.ts';
import type { Port } from '../../../net/index.ts';
import { path } from '../../../values/index.ts';
import type { GatewayPlace, GatewaySite, GatewayTarget } from './gateway-parts.ts';
import type { ServiceSeat } from './ingress-servers.ts';
import { listAt, textsAt } from './written.ts';

const PREFIX = 'appgw.ingress.kubernetes.io/';

/** Annotations that change neither where a request goes nor whether it does, or what the lab does anyway. */
const HARMLESS =
  /^(?:connection-draining|cookie-based-affinity|request-timeout|health-probe-|appgw-trusted|appgw-ssl|rule-priority)/;
const FOLLOWED: ReadonlySet<string> = new Set([
  'backend-hostname',
  'backend-path-prefix',
  'backend-protocol',
  'override-frontend-port',
  'ssl-redirect',
  'waf-policy-for-path',
]);

/**
 * The sites that the ingress controller of an application gateway (AGIC) would write into it, in place of those its resource has: pods and
 * target ports as backends, no Service in the path (azure-networking 9.3). Hosts in the order of names, an Ingress without host last.
 */
export function sitesFromIngresses(
  perimeter: Perimeter,
  ingresses: readonly Ingress[],
  services: readonly ServiceSeat[],
  gaps: Gap[],
): readonly GatewaySite[] {
  const sites = new Map<string, GatewaySite>();
  for (const ingress of ingresses) {
    for (const site of sitesOf(perimeter, ingress, services, gaps)) {
      const { port, protocol, hostNames } = site.listener;
      const key = `${protocol} ${String(port)} ${hostNames.join()}`;
      const known = sites.get(key);
      sites.set(
        key,
        known === undefined ? site : { ...known, places: merged(known.places, site.places) },
      );
    }
  }
  return [...sites.values()];
}

/** The controller sorts paths by length, longest first; the default comes after all of them. */
function merged(a: readonly GatewayPlace[], b: readonly GatewayPlace[]): readonly GatewayPlace[] {
  const all = [...a, ...b];
  const byPath = all.filter(({ pattern }) => pattern !== undefined);
  const rest = all.filter(({ pattern }) => pattern === undefined);
  const chosen = rest.find(({ target }) => target.kind !== 'nowhere') ?? rest[0];
  const sorted = byPath.sort((x, y) => (y.pattern?.length ?? 0) - (x.pattern?.length ?? 0));
  return [...sorted, ...(chosen === undefined ? [] : [chosen])];
}

function sitesOf(
  perimeter: Perimeter,
  ingress: Ingress,
  services: readonly ServiceSeat[],
  gaps: Gap[],
): readonly GatewaySite[] {
  const owner = `Ingress ${ingress.namespace}/${ingress.name}`;
  const body = perimeter.snapshot.objects.get(
    objectKey({ ...ingress, apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' }),
  )?.body;
  const tls = listAt(path(body, 'spec'), 'tls');
  const tlsHosts = tls.flatMap((one) => textsAt(one, 'hosts'));
  const said = annotationsOf(ingress, owner, gaps);
  const rules = ingress.rules.length === 0 ? [{ host: undefined, paths: [] }] : ingress.rules;
  return rules.flatMap((rule): readonly GatewaySite[] => {
    const target = (backend: Ingress['defaultBackend']): GatewayTarget =>
      poolOf(backend, services, said, owner, gaps);
    const written = rule.paths.map((entry): GatewayPlace => {
      const isAll = /^\/?\*?$/.test(entry.path);
      return {
        name: ingress.name,
        ...(isAll ? {} : { pattern: patternOf(entry.path, entry.pathType) }),
        target: target(entry.backend),
        ...(said.policy === undefined ? {} : { wafPolicy: said.policy }),
      };
    });
    const fallback = { name: ingress.name, target: target(ingress.defaultBackend) };
    const places = merged(written, [fallback]);
    const isTls = tls.length > 0 && (tlsHosts.length === 0 || tlsHosts.includes(rule.host ?? ''));
    const site = (
      port: number,
      overTls: boolean,
      served: readonly GatewayPlace[],
    ): GatewaySite => ({
      listener: listenerOf(ingress, rule.host, port, overTls),
      rule: `${ingress.namespace}/${ingress.name}`,
      // Names come before the listener that takes every name.
      priority: rule.host === undefined ? 20_000 : rule.host.startsWith('*') ? 19_000 : 10_000,
      places: served,
    });
    if (!isTls) return [site(said.port ?? 80, false, places)];
    const secure = site(said.port ?? 443, true, places);
    const redirect: GatewayTarget = {
      kind: 'redirect',
      status: 301,
      to: { kind: 'listener', name: secure.listener.name.toLowerCase() },
      includesPath: true,
      includesQuery: true,
    };
    return said.redirectsToTls
      ? [site(80, false, [{ name: ingress.name, target: redirect }]), secure]
      : [secure];
  });
}

/** `Prefix` takes everything below, `Exact` the path alone; others mean what they say, with an asterisk at the end. */
function patternOf(text: string, pathType: string | undefined): string {
  const bare = text.replace(/\/?\*$/, '');
  if (pathType === 'Prefix') return `${bare.replace(/\/$/, '')}*`;
  return pathType === 'Exact' ? bare : text;
}

function listenerOf(
  ingress: Ingress,
  host: string | undefined,
  port: number,
  isTls: boolean,
): GatewayListener {
  const name = `fl-${host ?? 'all'}-${port}`;
  return {
    key: `${ingress.namespace}/${ingress.name}/${name}`.toLowerCase(),
    name,
    at: ingress.at,
    port: port as Port,
    protocol: isTls ? 'Https' : 'Http',
    hostNames: host === undefined ? [] : [host],
  };
}

interface Said {
  readonly port?: number;
  readonly isTls: boolean;
  readonly redirectsToTls: boolean;
  readonly hostName?: string;
  readonly path?: string;
  readonly policy?: NonNullable<GatewayPlace['wafPolicy']>;
}

function annotationsOf(ingress: Ingress, owner: string, gaps: Gap[]): Said {
  const own = Object.entries(ingress.annotations)
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([name, value]) => [name.slice(PREFIX.length), value] as const);
  for (const [name] of own) {
    if (FOLLOWED.has(name) || HARMLESS.test(name)) continue;
    gaps.push({
      what: `${owner}: annotation ${PREFIX}${name}`,
      why: 'it is not followed',
      at: ingress.at,
    });
  }
  const said = new Map(own);
  const port = Number(said.get('override-frontend-port'));
  const hostName = said.get('backend-hostname');
  const prefix = said.get('backend-path-prefix');
  const policy = said.get('waf-policy-for-path');
  return {
    ...(Number.isInteger(port) && port > 0 && port < 65_536 ? { port } : {}),
    isTls: said.get('backend-protocol')?.toLowerCase() === 'https',
    redirectsToTls: said.get('ssl-redirect')?.toLowerCase() === 'true',
    ...(hostName === undefined ? {} : { hostName }),
    ...(prefix === undefined ? {} : { path: prefix.endsWith('/') ? prefix : `${prefix}/` }),
    ...(policy === undefined
      ? {}
      : {
          policy: { kind: 'reference', id: policy, key: policy.toLowerCase(), at: ingress.at },
        }),
  };
}

function poolOf(
  backend: Ingress['defaultBackend'],
  services: readonly ServiceSeat[],
  said: Said,
  owner: string,
  gaps: Gap[],
): GatewayTarget {
  if (backend === undefined) return { kind: 'nowhere' };
  const service = services.find(
    ({ namespace, name }) => namespace === backend.namespace && name === backend.service,
  );
  const ports = service?.ports ?? [];
  const port = ports.find(({ port: number, name }) =>
    backend.port === undefined
      ? ports.length === 1
      : number === backend.port || name === backend.port,
  );
  const [first] = port?.endpoints ?? [];
  if (first === undefined) {
    gaps.push({
      what: `${owner}: backend ${backend.namespace}/${backend.service}:${backend.port ?? ''}`,
      why: 'it has no pods in the lab: the gateway answers 502',
      at: backend.at,
    });
    return { kind: 'nowhere' };
  }
  return {
    kind: 'pool',
    pool: `${backend.namespace}-${backend.service}`,
    members: (port?.endpoints ?? [])
      .filter((endpoint) => endpoint.port === first.port)
      .map(({ address }) => address),
    settings: {
      name: `${backend.namespace}-${backend.service}-${first.port}`,
      port: first.port,
      isTls: said.isTls,
      ...(said.hostName === undefined ? {} : { hostName: said.hostName }),
      takesHostOfBackend: false,
      ...(said.path === undefined ? {} : { path: said.path }),
      timeoutSeconds: 30,
    },
  };
}
