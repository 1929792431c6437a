import type { FactId } from '../../facts/index.ts';
import type { AddressValue, ApplicationGateway, GatewayRoute } from '../../model/index.ts';
import { ALL_IPV4, type DomainName, isEmptyAddressSet, parseDomainName } from '../../net/index.ts';
import type { Network, SubnetPlacement } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { Application, Flow, FlowAddress } from '../flow.ts';
import type { Decider, MissingFact } from '../verdict.ts';
import { type Choice, chooseListener, chooseRoute, type Request } from './choice.ts';
import { type WafInForce, wafInForce } from './waf.ts';

/** What an Application Gateway does with a request that reached one of its frontends. */
export type GatewayDelivery =
  /** No listener or no routing rule: nothing answers. */
  | { readonly kind: 'no-listener'; readonly by: Decider }
  | { readonly kind: 'redirected'; readonly by: Decider; readonly waf: WafInForce }
  | {
      readonly kind: 'proxied';
      readonly by: Decider;
      readonly waf: WafInForce;
      readonly route: GatewayRoute;
      /** One per backend: a new connection from the gateway subnet. Empty pools give none. */
      readonly flows: readonly BackendConnection[];
      readonly facts: readonly FactId[];
      readonly why: readonly MissingFact[];
    }
  | { readonly kind: 'unknown'; readonly by: Decider; readonly why: readonly MissingFact[] };

export interface BackendConnection {
  readonly flow: Flow;
  /** What `X-Forwarded-For` names: the source the gateway saw, which behind a DNAT is the firewall (AZS-81). */
  readonly forwardedFor: FlowAddress;
  /** Backends by name are resolved by the gateway; `flow.destination` is then any address. */
  readonly backendName?: DomainName;
}

/**
 * Follows one request through listener, routing rule and WAF to new connections towards the backends.
 * @param flow as it arrives at the frontend; its application says host and path
 * @see AZS-66 the gateway's own connection, AZS-67 which listener and rule, AZS-68 which WAF policy
 */
export function deliverToGateway(
  network: Network,
  gateway: ApplicationGateway,
  frontendKey: string,
  flow: Flow,
): GatewayDelivery {
  if (flow.protocol !== 'tcp' || flow.destinationPort === undefined) {
    const name = `${gateway.name} listens on TCP only`;
    return { kind: 'no-listener', by: { kind: 'default', name, at: gateway.at } };
  }
  const request: Request = {
    frontendKey,
    port: flow.destinationPort,
    ...hostAndPath(flow.application),
  };
  const listener = chooseListener(gateway, request);
  if (listener.kind !== 'found') return notFound(listener);
  const route = chooseRoute(gateway, listener.value, request.path);
  if (route.kind !== 'found') return notFound(route);
  const waf = wafInForce(network, gateway, listener.value, route.value);
  if (route.value.redirects) return { kind: 'redirected', by: route.by, waf };
  return {
    kind: 'proxied',
    by: route.by,
    waf,
    route: route.value,
    ...backendConnections(network, gateway, route.value, flow),
    facts: ['AZS-66'],
  };
}

/** An address of the gateway's subnet: one instance or another, nobody can tell which. */
export function gatewayInstance(network: Network, gateway: ApplicationGateway): FlowAddress {
  const subnet = gatewaySubnet(network, gateway);
  const label = `an instance of ${gateway.name}`;
  return subnet === undefined || isEmptyAddressSet(subnet.addresses)
    ? { kind: 'within', addresses: ALL_IPV4, label }
    : { kind: 'within', addresses: subnet.addresses, label };
}

export function gatewaySubnet(
  network: Network,
  gateway: ApplicationGateway,
): SubnetPlacement | undefined {
  const reference = gateway.subnet;
  return reference === undefined || isUnknown(reference)
    ? undefined
    : network.subnets.get(reference.key);
}

function backendConnections(
  network: Network,
  gateway: ApplicationGateway,
  route: GatewayRoute,
  flow: Flow,
): { readonly flows: readonly BackendConnection[]; readonly why: readonly MissingFact[] } {
  const port = route.backendPort;
  if (isUnknown(port)) return { flows: [], why: [{ missing: port.missing, at: port.at }] };
  const why: MissingFact[] =
    route.backends.length === 0
      ? [{ missing: `the members of the backend pool of ${route.name}`, at: route.at }]
      : [];
  const source = gatewayInstance(network, gateway);
  const flows = route.backends.map((backend): BackendConnection => {
    const name = backend.kind === 'fqdn' ? parseDomainName(backend.fqdn) : undefined;
    const destination =
      backend.kind === 'fqdn'
        ? ({ kind: 'within', addresses: ALL_IPV4, label: backend.fqdn } as const)
        : backendAddress(backend.address, gateway.name);
    return {
      forwardedFor: flow.source,
      ...(name === undefined ? {} : { backendName: name }),
      flow: {
        source,
        destination,
        ...(name === undefined ? {} : { destinationName: name }),
        protocol: 'tcp',
        ...(port === undefined ? {} : { destinationPort: port }),
        application: backendApplication(route, flow.application, name),
      },
    };
  });
  return { flows, why };
}

/** TLS ends at the gateway: towards the backend it is whatever the backend setting says. */
function backendApplication(
  route: GatewayRoute,
  arrived: Application,
  name: DomainName | undefined,
): Application {
  const { host, path } = hostAndPath(arrived);
  const kept = path === undefined ? {} : { path };
  if (route.backendProtocol?.toLowerCase() === 'https') {
    const serverName = name ?? host;
    return { kind: 'https', ...(serverName === undefined ? {} : { serverName }), ...kept };
  }
  return { kind: 'http', ...(host === undefined ? {} : { host }), ...kept };
}

function hostAndPath(application: Application): { readonly host?: DomainName; path?: string } {
  if (application.kind !== 'http' && application.kind !== 'https') return {};
  const host = application.kind === 'http' ? application.host : application.serverName;
  return {
    ...(host === undefined ? {} : { host }),
    ...(application.path === undefined ? {} : { path: application.path }),
  };
}

function backendAddress(address: AddressValue, name: string): FlowAddress {
  const label = `a backend of ${name}`;
  if (!isUnknown(address)) return { kind: 'exact', ip: address, label };
  const symbol = address.symbol === undefined ? {} : { symbol: address.symbol };
  return { kind: 'within', addresses: ALL_IPV4, label, ...symbol };
}

function notFound(choice: Exclude<Choice<unknown>, { kind: 'found' }>): GatewayDelivery {
  return choice.kind === 'none' ? { kind: 'no-listener', by: choice.by } : choice;
}
