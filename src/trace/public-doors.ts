import type { ApplicationGateway, DnatRule, GatewayRoute } from '../model/index.ts';
import { type DomainName, type Port, parseDomainName } from '../net/index.ts';
import type { FirewallPlacement, Network } from '../network/index.ts';
import { orderedRules } from '../semantics/firewall/index.ts';
import type { FlowAddress } from '../semantics/flow.ts';
import { matchAddresses, matchSameAddress } from '../semantics/match.ts';
import { flowAddressOf } from '../semantics/outbound/flow-address.ts';
import { isUnknown } from '../values/index.ts';

/** A public address and port that is written to lead to something private. Whether it does, the walk tells. */
export interface PublicDoor {
  readonly address: FlowAddress;
  readonly port: Port;
  /** `DNAT rule web/shop of fw-hub`. */
  readonly name: string;
  /** The host and path that a gateway's listener and rule ask for. */
  readonly host?: DomainName;
  readonly path?: string;
}

/** Every way in that the input writes down: DNAT rules, and Application Gateways, also those behind a DNAT rule. */
export function publicDoors(network: Network, front: FlowAddress, port: Port): PublicDoor[] {
  return [...dnatDoors(network, front, port), ...gatewayDoors(network, front, port)];
}

/** One per DNAT rule that surely leads to an address and port, by the public address the rule names. */
export function dnatDoors(network: Network, front: FlowAddress, port: Port): PublicDoor[] {
  const doors: PublicDoor[] = [];
  for (const placement of network.firewalls.values()) {
    for (const rank of orderedRules(placement).dnat) {
      for (const entry of rank.collections) {
        if (entry.kind !== 'known' || entry.collection.kind !== 'dnat') continue;
        for (const rule of entry.collection.rules) {
          const open = portThrough(rule, port);
          const address = publicAddressOf(network, placement, rule);
          if (open === undefined || address === undefined || !leadsTo(rule, front)) continue;
          const name = `DNAT rule ${entry.name}/${rule.name} of ${placement.firewall.name}`;
          doors.push({ address, port: open, name });
        }
      }
    }
  }
  return doors;
}

function leadsTo({ translatedAddress: to }: DnatRule, front: FlowAddress): boolean {
  if (to === undefined) return false;
  return isUnknown(to)
    ? to.symbol !== undefined && to.symbol === front.symbol
    : matchSameAddress({ kind: 'exact', ip: to }, front).kind === 'yes';
}

/** The port to call so that the rule leads to `port`. */
function portThrough(rule: DnatRule, port: Port): Port | undefined {
  const { destinationPorts: ports, translatedPort } = rule;
  if (isUnknown(ports) || ports.length === 0 || isUnknown(translatedPort)) return undefined;
  if (translatedPort !== undefined) return translatedPort === port ? (ports[0] as Port) : undefined;
  for (let pair = 0; pair + 1 < ports.length; pair += 2) {
    if (ports[pair]! <= port && port <= ports[pair + 1]!) return port;
  }
  return undefined;
}

/** The firewall's public address that the rule names: for sure if there is one, else one it may name. */
function publicAddressOf(
  { perimeter }: Network,
  placement: FirewallPlacement,
  rule: DnatRule,
): FlowAddress | undefined {
  const { datasets } = perimeter.snapshot;
  const all = placement.publicAddresses.map(({ address }) => flowAddressOf(address));
  const named = (kind: 'yes' | 'unknown') =>
    all.find((one) => matchAddresses(rule.destinationAddresses, one, datasets).kind === kind);
  return named('yes') ?? named('unknown');
}

function gatewayDoors(network: Network, front: FlowAddress, port: Port): PublicDoor[] {
  return [...network.perimeter.applicationGateways.values()].flatMap((gateway) =>
    gateway.routes
      .filter((route) => route.backendPort === port && hasBackend(route, front))
      .flatMap((route) => doorsOf(network, gateway, route)),
  );
}

function hasBackend({ backends }: GatewayRoute, front: FlowAddress): boolean {
  return backends.some((one) => {
    if (one.kind !== 'address') return false;
    return isUnknown(one.address)
      ? one.address.symbol !== undefined && one.address.symbol === front.symbol
      : matchSameAddress({ kind: 'exact', ip: one.address }, front).kind === 'yes';
  });
}

/** The listener's public front end, or the DNAT rules that lead to its private one (azure-networking 10.5). */
function doorsOf(
  network: Network,
  gateway: ApplicationGateway,
  route: GatewayRoute,
): readonly PublicDoor[] {
  const listener = gateway.listeners.find(({ key }) => key === route.listenerKey);
  const key = listener?.frontend?.kind === 'reference' ? listener.frontend.key : undefined;
  const frontend = gateway.frontends.find((one) => one.key === key);
  const entry = network.owners.entries.find(
    ({ owner }) => owner.kind === 'application-gateway-frontend' && owner.frontendKey === key,
  );
  if (listener === undefined || frontend === undefined || entry === undefined) return [];
  const { port } = listener;
  if (port === undefined || isUnknown(port)) return [];
  const address = flowAddressOf(entry.address);
  const name = `listener ${listener.name} of ${gateway.name}`;
  const [pattern = ''] = listener.hostNames;
  const host = parseDomainName(pattern.replace('*', 'any'));
  const path = route.paths[0]?.replace(/\*$/, '');
  const asked = {
    ...(host === undefined ? {} : { host }),
    ...(path === undefined ? {} : { path }),
  };
  if (frontend.publicIp !== undefined) return [{ address, port, name, ...asked }];
  return dnatDoors(network, address, port).map((door) => ({
    ...door,
    name: `${door.name}, then ${name}`,
    ...asked,
  }));
}
