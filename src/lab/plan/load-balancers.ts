import type { Gap } from '../../diagnostics/index.ts';
import type {
  LoadBalancer,
  LoadBalancerFrontend,
  LoadBalancingRule,
  Reference,
} from '../../model/index.ts';
import { formatIp } from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { TranslatedFrontend } from './edge-host.ts';
import type { FrontEndView } from './front-end-view.ts';
import type { FrontendRoute } from './node-seat.ts';
import type { Seat } from './seat.ts';
import { exact, publicText } from './seat-making.ts';

export interface LoadBalancers {
  /** Front ends the fabric spreads over their hosts, which own the address. */
  readonly routes: readonly FrontendRoute[];
  /** Front ends that the edge rewrites. */
  readonly translated: readonly TranslatedFrontend[];
  /** Front-end addresses a host must own, by host. */
  readonly owned: ReadonlyMap<string, readonly string[]>;
  /** Public addresses that hosts send from by their load balancer, by host (AZS-04). */
  readonly outbound: ReadonlyMap<string, readonly string[]>;
  readonly gaps: readonly Gap[];
}

/**
 * Load balancers written as such (those AKS makes for Services come with their nodes). Public front ends without floating IP are rewritten
 * at the edge, as Azure does before any NSG (AZN-37); internal ones arrive at the machine still addressed to the front end, and groups are
 * told what they would see (`FrontEndView`).
 * @param known addresses of front ends that Services have
 */
export function loadBalancers(
  network: Network,
  seats: readonly Seat[],
  known: ReadonlySet<string>,
): LoadBalancers {
  const routes: FrontendRoute[] = [];
  const translated: TranslatedFrontend[] = [];
  const owned = new Map<string, string[]>();
  const outbound = new Map<string, readonly string[]>();
  const gaps: Gap[] = [];
  for (const balancer of network.perimeter.loadBalancers.values()) {
    for (const frontend of balancer.frontends) {
      const isInternal = frontend.publicIp === undefined;
      const [address] = isInternal
        ? exact(frontend.privateAddress).map(formatIp)
        : publicText(network, frontend.publicIp);
      const rules = balancer.rules.filter((rule) => isAbout(rule, frontend));
      if (address === undefined || known.has(address) || rules.length === 0) continue;
      const label = `load balancer ${balancer.name}`;
      for (const rule of rules) {
        const hosts = backendsOf(balancer, rule, seats);
        if (hosts.length === 0) {
          const why = 'the input says of none of its machines which they are';
          gaps.push({ what: `${label}: rule ${rule.name}`, why, at: rule.at });
          continue;
        }
        const rewrite = isInternal ? undefined : rewriting(rule, address, hosts);
        if (rewrite !== undefined) translated.push(...rewrite);
        else {
          const nodes = hosts.map(({ host }) => host);
          if (!routes.some((route) => route.address === address)) {
            const ports = portsOf(rules);
            const views = rules.flatMap((one) => viewsOf(balancer, one, address, seats));
            routes.push({
              address,
              nodes,
              label,
              isInternal,
              ...(ports === undefined ? {} : { ports }),
              ...(views.length === 0 ? {} : { views }),
            });
          }
          for (const host of nodes) {
            const list = owned.get(host) ?? [];
            if (!list.includes(address)) owned.set(host, [...list, address]);
          }
        }
      }
    }
  }
  for (const balancer of network.perimeter.loadBalancers.values()) {
    for (const [host, addresses] of sendersOf(network, balancer, seats)) {
      if (!outbound.has(host)) outbound.set(host, addresses);
    }
  }
  return { routes, translated, owned, outbound, gaps };
}

/** By the outbound rules of a public load balancer; without any, by its balancing rules that keep outbound SNAT (AZS-04). */
function* sendersOf(
  network: Network,
  balancer: LoadBalancer,
  seats: readonly Seat[],
): Generator<readonly [string, readonly string[]]> {
  const addressesOf = (keys: readonly (string | undefined)[]) =>
    balancer.frontends
      .filter(({ key }) => keys.includes(key))
      .flatMap(({ publicIp }) => publicText(network, publicIp));
  const keyOf = (reference: Reference | undefined) =>
    reference === undefined || isUnknown(reference) ? undefined : reference.key;
  const ruled = addressesOf(
    balancer.outboundRules.flatMap(({ frontends }) => frontends.map(keyOf)),
  );
  for (const rule of balancer.rules) {
    const kept = rule.disableOutboundSnat === true ? [] : addressesOf([keyOf(rule.frontend)]);
    const addresses = balancer.outboundRules.length > 0 ? ruled : kept;
    if (addresses.length === 0) continue;
    for (const { host, isPoolMember } of backendsOf(balancer, rule, seats)) {
      // Pools by address leave their members the default access, whatever the rules say (azure-networking 4.2).
      if (isPoolMember !== true) yield [host, addresses];
    }
  }
}

/** AZS-42: what the rules of a front end name. Undefined where one forwards everything, or says what nobody knows. */
function portsOf(rules: readonly LoadBalancingRule[]): FrontendRoute['ports'] {
  const ports: { protocol: 'tcp' | 'udp'; port: number }[] = [];
  for (const { protocol, frontendPort } of rules) {
    const kind = protocol?.toLowerCase();
    if ((kind !== 'tcp' && kind !== 'udp') || isUnknown(frontendPort)) return undefined;
    if (frontendPort === undefined || frontendPort === 0) return undefined;
    ports.push({ protocol: kind, port: frontendPort });
  }
  return ports;
}

/** AZS-41: without floating IP each member of the pool sees its own address and the backend's port. */
function viewsOf(
  balancer: LoadBalancer,
  rule: LoadBalancingRule,
  frontEnd: string,
  seats: readonly Seat[],
): readonly FrontEndView[] {
  const { protocol, frontendPort, backendPort, enableFloatingIp } = rule;
  if (enableFloatingIp === true || isUnknown(enableFloatingIp)) return [];
  if (isUnknown(frontendPort) || isUnknown(backendPort)) return [];
  const kind = protocol?.toLowerCase();
  const protocols = (['tcp', 'udp'] as const).filter((one) => kind === one || kind === 'all');
  const [called = 0, seen = 0] = [frontendPort, backendPort];
  const ports = called === 0 || seen === 0 ? {} : { ports: { called, seen } };
  return backendsOf(balancer, rule, seats).flatMap(({ host, addresses: [own] }) =>
    own === undefined
      ? []
      : protocols.map((one) => ({ host, frontEnd, protocol: one, seen: formatIp(own), ...ports })),
  );
}

function isAbout(rule: LoadBalancingRule, frontend: LoadBalancerFrontend): boolean {
  const { frontend: named } = rule;
  return named !== undefined && !isUnknown(named) && named.key === frontend.key;
}

function backendsOf(
  balancer: LoadBalancer,
  rule: LoadBalancingRule,
  seats: readonly Seat[],
): readonly Seat[] {
  const { backendPool } = rule;
  if (backendPool === undefined || isUnknown(backendPool)) return [];
  const pool = balancer.backendPools.find(({ key }) => key === backendPool.key);
  const wanted = new Set((pool?.addresses ?? []).flatMap(exact).map(formatIp));
  return seats.filter(({ addresses }) => addresses.some((ip) => wanted.has(formatIp(ip))));
}

function rewriting(
  rule: LoadBalancingRule,
  address: string,
  hosts: readonly Seat[],
): readonly TranslatedFrontend[] | undefined {
  const { frontendPort, backendPort, protocol, enableFloatingIp } = rule;
  if (enableFloatingIp === true || isUnknown(frontendPort) || isUnknown(backendPort))
    return undefined;
  if (frontendPort === undefined || backendPort === undefined || frontendPort === 0)
    return undefined;
  const backends = hosts.map(({ addresses }) => formatIp(addresses[0]!));
  const kinds =
    protocol?.toLowerCase() === 'all' ? (['tcp', 'udp'] as const) : [protocol?.toLowerCase()];
  return kinds.flatMap((kind) =>
    kind === 'tcp' || kind === 'udp'
      ? [{ address, protocol: kind, port: frontendPort, backends, backendPort }]
      : [],
  );
}
