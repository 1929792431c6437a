import type { ApplicationGateway, GatewayListener, GatewayRoute } from '../../model/index.ts';
import type { DomainName, Port } from '../../net/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { Decider, Match, MissingFact } from '../verdict.ts';
import { allOf, NO, unknownMatch, YES } from '../verdict.ts';

/** A choice among things written in one gateway. */
export type Choice<T> =
  | { readonly kind: 'found'; readonly value: T; readonly by: Decider }
  | { readonly kind: 'none'; readonly by: Decider }
  | { readonly kind: 'unknown'; readonly by: Decider; readonly why: readonly MissingFact[] };

/** What a request shows before the gateway looks at paths. */
export interface Request {
  readonly frontendKey: string;
  readonly port: Port;
  /** Absent: a request by address, or a host we do not know. */
  readonly host?: DomainName;
  /** Begins with `/`; absent when unknown. */
  readonly path?: string;
}

/**
 * The listener that takes a request: frontend and port must fit, and the host when the listener names hosts.
 * @see AZS-67 among several that fit, the request routing rule with the lowest priority number decides
 */
export function chooseListener(
  gateway: ApplicationGateway,
  request: Request,
): Choice<GatewayListener> {
  const perhaps: { readonly listener: GatewayListener; readonly why: readonly MissingFact[] }[] =
    [];
  const fitting: GatewayListener[] = [];
  for (const listener of gateway.listeners) {
    const match = listenerTakes(listener, request);
    if (match.kind === 'yes') fitting.push(listener);
    else if (match.kind === 'unknown') perhaps.push({ listener, why: match.why });
  }
  const only = fitting[0];
  const first = fitting.length < 2 ? only : firstByPriority(gateway, fitting);
  // One that surely fits decides, whatever may fit after it.
  const open = perhaps.filter(
    ({ listener }) => first === undefined || firstByPriority(gateway, [first, listener]) !== first,
  );
  if (open.length > 0) {
    return {
      kind: 'unknown',
      by: { kind: 'rule', name: `${gateway.name}: listeners`, at: gateway.at, fact: 'AZS-67' },
      why: open.flatMap(({ why }) => why),
    };
  }
  if (only === undefined) {
    const name = `${gateway.name} has no listener for port ${request.port}`;
    return { kind: 'none', by: { kind: 'default', name, at: gateway.at, fact: 'AZS-67' } };
  }
  if (first === undefined) {
    const names = fitting.map((listener) => listener.name).join(', ');
    return {
      kind: 'unknown',
      by: { kind: 'rule', name: `${gateway.name}: ${names}`, at: only.at, fact: 'AZS-67' },
      why: [{ missing: `the rule priorities of listeners ${names}`, at: only.at }],
    };
  }
  return {
    kind: 'found',
    value: first,
    by: { kind: 'rule', name: `listener ${first.name}`, at: first.at, fact: 'AZS-67' },
  };
}

/**
 * Where a listener's requests go: the first listed path rule that matches, else the route without paths.
 * @see AZS-67
 */
export function chooseRoute(
  gateway: ApplicationGateway,
  listener: GatewayListener,
  path: string | undefined,
): Choice<GatewayRoute> {
  const routes = gateway.routes.filter((route) => route.listenerKey === listener.key);
  const byPath = routes.filter((route) => route.paths.length > 0);
  const fallback = routes.find((route) => route.paths.length === 0);
  const chosen =
    path === undefined
      ? undefined
      : byPath.find((route) => route.paths.some((pattern) => pathMatches(pattern, path)));
  if (path === undefined && byPath.length > 0) {
    return {
      kind: 'unknown',
      by: { kind: 'rule', name: `path rules of ${listener.name}`, at: listener.at, fact: 'AZS-67' },
      why: [{ missing: `the path of the request to ${listener.name}`, at: listener.at }],
    };
  }
  const route = chosen ?? fallback;
  if (route === undefined) {
    const name = `listener ${listener.name} has no routing rule`;
    return { kind: 'none', by: { kind: 'default', name, at: listener.at, fact: 'AZS-67' } };
  }
  return {
    kind: 'found',
    value: route,
    by: { kind: 'rule', name: `routing rule ${route.name}`, at: route.at, fact: 'AZS-67' },
  };
}

/** A `*` at the end stands for anything; without it the whole path must be equal. Paths compare without case. */
export function pathMatches(pattern: string, path: string): boolean {
  const wanted = pattern.toLowerCase();
  const given = path.toLowerCase();
  if (!wanted.endsWith('*')) return given === wanted;
  return given.startsWith(wanted.slice(0, -1));
}

/** `*` stands for any run of characters, `?` for one. */
export function hostMatches(pattern: string, host: DomainName): boolean {
  const body = pattern
    .toLowerCase()
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${body}$`).test(host);
}

function listenerTakes(listener: GatewayListener, request: Request): Match {
  const { frontend, port } = listener;
  if (frontend === undefined) return NO;
  // A listener for another port or host is none for this request, whichever front end it is on.
  return allOf([
    frontend.kind === 'unknown'
      ? unknownMatch(frontend.missing, frontend.at)
      : frontend.key === request.frontendKey
        ? YES
        : NO,
    isUnknown(port) ? unknownMatch(port.missing, port.at) : port === request.port ? YES : NO,
    hostFits(listener, request.host),
  ]);
}

function hostFits({ hostNames, name }: GatewayListener, host: DomainName | undefined): Match {
  if (hostNames.length === 0) return YES;
  if (host === undefined) return unknownMatch(`the host asked of listener ${name}`);
  return hostNames.some((pattern) => hostMatches(pattern, host)) ? YES : NO;
}

/** `undefined` when a priority is missing, so that the order is not known. */
function firstByPriority(
  gateway: ApplicationGateway,
  listeners: readonly GatewayListener[],
): GatewayListener | undefined {
  let best: { readonly listener: GatewayListener; readonly priority: number } | undefined;
  for (const listener of listeners) {
    const priorities = gateway.routes
      .filter((route) => route.listenerKey === listener.key)
      .map((route) => route.priority);
    const priority = priorities.find((each) => each !== undefined);
    if (priority === undefined) return undefined;
    if (best === undefined || priority < best.priority) best = { listener, priority };
  }
  return best?.listener;
}
