import {
  type Condition,
  type FlowBox,
  type FlowRegion,
  type FlowRule,
  intersectRegions,
  needing,
  WITHOUT_NAME,
} from '../../flows/index.ts';
import type {
  ApplicationGateway,
  GatewayListener,
  GatewayRoute,
  Setting,
  WafPolicy,
} from '../../model/index.ts';
import { type AddressSet, ALL_IPV4, isEmptyAddressSet, type Port } from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { Decider, MissingFact } from '../verdict.ts';

/** What an Application Gateway does with a request at one of its front ends. */
export type GatewayEffect =
  | { readonly kind: 'no-listener' }
  | {
      readonly kind: 'listening';
      readonly listener: GatewayListener;
      /** By path, in the order tried: the first that fits decides, and one without paths fits any (AZS-67). */
      readonly routes: readonly RouteEffect[];
    };

export interface RouteEffect {
  readonly route: GatewayRoute;
  /** Empty: every path that none before took. Compared without case; `*` at the end stands for anything. */
  readonly paths: readonly string[];
  readonly waf: WafEffect;
  /** The gateway answers by itself. */
  readonly isRedirect: boolean;
  /** The gateway's own connection, to any one of the backends (AZS-66). */
  readonly opens: {
    readonly source: AddressSet;
    readonly application: 'http' | 'https';
    readonly port: Setting<Port>;
    readonly backends: GatewayRoute['backends'];
    readonly why: readonly MissingFact[];
  };
}

/** Whether requests are inspected. `unknown`: it may do either. */
export type WafEffect =
  | {
      readonly kind: 'prevention' | 'detection' | 'disabled' | 'none';
      readonly policy?: WafPolicy;
    }
  | { readonly kind: 'unknown'; readonly why: readonly MissingFact[] };

export type GatewayRule = FlowRule<GatewayEffect, Decider>;

/**
 * Which listener takes a request, by port and name, for flows that arrived at one front end. Complete. Paths are no
 * header of a flow: they are a table in the effect.
 * @param frontendKey lower-cased id
 * @see AZS-66 a connection of its own, AZS-67 priorities, AZS-68 and AZS-69 WAF
 */
export function gatewayRules(
  network: Network,
  gateway: ApplicationGateway,
  frontendKey: string,
): readonly GatewayRule[] {
  const listening = gateway.listeners.flatMap((listener): readonly Listening[] => {
    const region = regionOf(listener, frontendKey);
    if (region === undefined) return [];
    const routes = gateway.routes.filter(({ listenerKey }) => listenerKey === listener.key);
    const written = routes.find(({ priority }) => priority !== undefined)?.priority;
    return [{ listener, region, routes, priority: written }];
  });
  const ruleOf = ({ listener, routes }: Listening, region: FlowRegion): GatewayRule => ({
    region,
    effect:
      routes.length === 0
        ? { kind: 'no-listener' }
        : { kind: 'listening', listener, routes: tableOf(network, gateway, listener, routes) },
    by: { kind: 'rule', name: `listener ${listener.name}`, at: listener.at, fact: 'AZS-67' },
  });
  const unordered = listening.filter(({ priority }) => priority === undefined);
  const ordered = listening
    .filter(({ priority }) => priority !== undefined)
    .sort((a, b) => a.priority! - b.priority!);
  // Whose priority is not written may come before any that shares a flow with it.
  const early = unordered.flatMap((one) =>
    listening
      .filter((other) => other !== one)
      .map((other) => {
        const names = [one, other]
          .map(({ listener }) => listener.name)
          .sort()
          .join(', ');
        const missing = `the rule priorities of listeners ${names}`;
        const shared = intersectRegions(one.region, other.region);
        return ruleOf(one, needing(shared, [{ missing, at: one.listener.at }]));
      }),
  );
  const by: Decider = {
    kind: 'default',
    name: `${gateway.name} has no listener for it`,
    at: gateway.at,
    fact: 'AZS-67',
  };
  return [
    ...early,
    ...[...ordered, ...unordered].map((one) => ruleOf(one, one.region)),
    { region: [{}], effect: { kind: 'no-listener' }, by },
  ];
}

interface Listening {
  readonly listener: GatewayListener;
  readonly region: FlowRegion;
  readonly routes: readonly GatewayRoute[];
  readonly priority: number | undefined;
}

/** The flows a listener takes; `undefined` when it stands at another front end. */
function regionOf(
  { frontend, port, hostNames, name }: GatewayListener,
  frontendKey: string,
): FlowRegion | undefined {
  if (frontend === undefined || port === undefined) return undefined;
  const needs: Condition[] = [];
  if (isUnknown(frontend)) needs.push({ missing: frontend.missing, at: frontend.at });
  else if (frontend.key !== frontendKey) return undefined;
  if (isUnknown(port)) needs.push({ missing: port.missing, at: port.at });
  const box: FlowBox = {
    protocols: ['tcp'],
    ...(isUnknown(port) ? {} : { destinationPorts: [port, port] }),
  };
  if (hostNames.length === 0) return needing([box], needs);
  const shown = { ...box, applications: ['http', 'https'] } as const;
  const host: Condition = { missing: `the host asked of listener ${name}` };
  return needing(
    [
      ...hostNames.map((pattern) => named(shown, pattern.toLowerCase(), name)),
      { ...shown, names: WITHOUT_NAME, needs: [host] },
      { ...box, applications: ['none', 'mssql'], needs: [host] },
    ],
    needs,
  );
}

/** A wildcard inside a host name says more than a pattern of names can: of what ends like it, some fit. */
function named(box: FlowBox, pattern: string, listener: string): FlowBox {
  const tail = /[*?][^*?]*$/.exec(pattern)?.[0];
  const isPlain = tail === undefined || tail === pattern;
  if (isPlain && !pattern.startsWith('?')) {
    return { ...box, names: { patterns: [pattern], withoutName: false } };
  }
  const missing = `whether the host asked of listener ${listener} fits \`${pattern}\``;
  const cone = `*${(tail ?? '').slice(1)}`;
  return { ...box, names: { patterns: [cone], withoutName: false }, needs: [{ missing }] };
}

/** Path rules in their order, then the route without paths. */
function tableOf(
  network: Network,
  gateway: ApplicationGateway,
  listener: GatewayListener,
  routes: readonly GatewayRoute[],
): readonly RouteEffect[] {
  const byPath = routes.filter(({ paths }) => paths.length > 0);
  const rest = routes.find(({ paths }) => paths.length === 0);
  const source = sourceOf(network, gateway);
  return [...byPath, ...(rest === undefined ? [] : [rest])].map((route): RouteEffect => {
    const { backendPort: port, backends, name, at } = route;
    const why: MissingFact[] = [];
    if (isUnknown(port)) why.push({ missing: port.missing, at: port.at });
    else if (backends.length === 0) {
      why.push({ missing: `the members of the backend pool of ${name}`, at });
    }
    const isTls = route.backendProtocol?.toLowerCase() === 'https';
    return {
      route,
      paths: route.paths,
      waf: wafOf(network, gateway, route.wafPolicy ?? listener.wafPolicy ?? gateway.wafPolicy),
      isRedirect: route.redirects,
      opens: { source, application: isTls ? 'https' : 'http', port, backends, why },
    };
  });
}

function sourceOf(network: Network, { subnet }: ApplicationGateway): AddressSet {
  if (subnet === undefined || isUnknown(subnet)) return ALL_IPV4;
  const addresses = network.subnets.get(subnet.key)?.addresses;
  return addresses === undefined || isEmptyAddressSet(addresses) ? ALL_IPV4 : addresses;
}

/** AZS-68: the most specific policy applies alone. AZS-69: Prevention blocks, Detection logs, Disabled does nothing. */
function wafOf(
  network: Network,
  { inlineWaf: inline }: ApplicationGateway,
  reference: ApplicationGateway['wafPolicy'],
): WafEffect {
  const unknown = (why: MissingFact): WafEffect => ({ kind: 'unknown', why: [why] });
  if (reference === undefined) {
    if (inline === undefined) return { kind: 'none' };
    if (!inline.enabled) return { kind: 'disabled' };
    const mode = inline.mode?.toLowerCase();
    return mode === 'prevention' || mode === 'detection'
      ? { kind: mode }
      : unknown({ missing: 'the mode of the WAF', at: inline.at });
  }
  if (isUnknown(reference)) return unknown({ missing: reference.missing, at: reference.at });
  const policy = network.perimeter.wafPolicies.get(reference.key);
  const title = `WAF policy ${reference.id.split('/').at(-1) ?? reference.id}`;
  if (policy === undefined) {
    return unknown({ missing: `${title} (not in the input)`, at: reference.at });
  }
  const { state, mode } = policy;
  if (isUnknown(state)) return unknown({ missing: state.missing, at: state.at });
  if (state === 'Disabled') return { kind: 'disabled', policy };
  if (mode === undefined) return unknown({ missing: `the mode of ${title}`, at: policy.at });
  if (isUnknown(mode)) return unknown({ missing: mode.missing, at: mode.at });
  return { kind: mode === 'Prevention' ? 'prevention' : 'detection', policy };
}
