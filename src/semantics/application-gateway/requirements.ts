import type { Place } from '../../diagnostics/index.ts';
import type { FactId } from '../../facts/index.ts';
import type { AddressTerm, ApplicationGateway, NetworkSecurityGroup } from '../../model/index.ts';
import { type Ip, type Port, parseIp, prefixOf, rangeOfPrefix } from '../../net/index.ts';
import { type Network, PUBLIC_IPV4, type SubnetPlacement } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { Flow, FlowAddress } from '../flow.ts';
import { PROBE_SOURCE } from '../load-balancer/concrete.ts';
import { evaluateNsg } from '../nsg/concrete.ts';
import type { Match, Verdict } from '../verdict.ts';
import { NO, unknownMatch, YES } from '../verdict.ts';
import { gatewayInstance, gatewaySubnet } from './concrete.ts';

/** One thing an Application Gateway's subnet must offer. */
export interface Requirement {
  readonly id:
    | 'gateway-manager'
    | 'load-balancer-probes'
    | 'outbound-internet'
    | 'default-route'
    | 'dedicated-subnet';
  /** Does it hold? `yes` also where it is not asked for (isolated gateways). */
  readonly holds: Match;
  /** For people: what was found. */
  readonly text: string;
  readonly at?: Place;
  readonly facts: readonly FactId[];
}

/** How the gateway is deployed. `unknown` when only one of the two marks of isolation is there. */
export type Isolation = 'classic' | 'isolated' | 'unknown';

/** @see AZS-64: the delegation of the subnet and the tag go together */
export function isolationOf(network: Network, gateway: ApplicationGateway): Isolation {
  const subnet = gatewaySubnet(network, gateway);
  const isDelegated =
    subnet?.subnet.delegations.includes('microsoft.network/applicationgateways') ?? false;
  if (gateway.isIsolated && isDelegated) return 'isolated';
  return gateway.isIsolated || isDelegated ? 'unknown' : 'classic';
}

/**
 * Everything the subnet of a gateway must offer, in the order of the reference.
 * Cost: one NSG evaluation per requirement, one look at the route table.
 * @see AZS-60…AZS-65
 */
export function gatewayRequirements(
  network: Network,
  gateway: ApplicationGateway,
): readonly Requirement[] {
  const subnet = gatewaySubnet(network, gateway);
  if (subnet === undefined) {
    const holds = unknownMatch(`the subnet of ${gateway.name}`, gateway.at);
    return [
      { id: 'default-route', holds, text: 'subnet not in the input', at: gateway.at, facts: [] },
    ];
  }
  const isolation = isolationOf(network, gateway);
  return [
    unlessIsolated(isolation, gatewayManager(network, gateway, subnet)),
    probes(network, gateway, subnet),
    unlessIsolated(isolation, outboundInternet(network, gateway, subnet)),
    unlessIsolated(isolation, defaultRoute(network, subnet)),
    dedicated(network, gateway, subnet),
  ];
}

/** An isolated gateway does not ask for it; where we cannot tell, a fault is only perhaps one. */
function unlessIsolated(isolation: Isolation, requirement: Requirement): Requirement {
  if (isolation === 'classic' || requirement.holds.kind === 'yes') return requirement;
  const facts: FactId[] = [...requirement.facts, 'AZS-64'];
  if (isolation === 'isolated') {
    return { ...requirement, holds: YES, text: 'not asked for: network isolation', facts };
  }
  const holds = unknownMatch('whether the gateway runs with network isolation', requirement.at);
  return { ...requirement, holds, facts };
}

function gatewayManager(
  network: Network,
  gateway: ApplicationGateway,
  subnet: SubnetPlacement,
): Requirement {
  const base = {
    id: 'gateway-manager',
    text: 'TCP 65200-65535 from GatewayManager',
    facts: ['AZS-60'],
  } as const;
  const link = subnet.networkSecurityGroup;
  if (link.kind === 'none') return { ...base, holds: YES };
  if (link.kind !== 'found') return { ...base, holds: missingGroup(subnet) };
  const group = withStandIn(link.target);
  const verdicts = controlPorts(group).map((port) =>
    judge(network, group, 'Inbound', inbound(CONTROL_PLANE, network, gateway, port), subnet),
  );
  const worst =
    verdicts.find((verdict) => verdict.kind === 'deny') ??
    verdicts.find((verdict) => verdict.kind === 'unknown');
  const at = worst?.by.at ?? verdicts[0]?.by.at ?? group.at;
  if (worst === undefined) return { ...base, holds: YES, at };
  const holds: Match = worst.kind === 'unknown' ? { kind: 'unknown', why: worst.why } : NO;
  return { ...base, holds, at };
}

/**
 * No data names the members of `GatewayManager`. One address that nobody has (RFC 2544) stands for them: public, and
 * named by the rules that name the tag.
 */
const STAND_IN = parseIp('198.18.0.1') as Ip;
const CONTROL_PLANE: FlowAddress = { kind: 'exact', ip: STAND_IN, label: 'GatewayManager' };

/** The group with the stand-in where rules name the tag; whether `AzureCloud` holds it is left open. */
function withStandIn(group: NetworkSecurityGroup): NetworkSecurityGroup {
  const term = (each: AddressTerm): AddressTerm => {
    if (each.kind !== 'service-tag') return each;
    const tag = each.tag.toLowerCase();
    const { text, at } = each;
    if (tag === 'gatewaymanager')
      return { kind: 'range', range: rangeOfPrefix(prefixOf(STAND_IN, 32)), text, at };
    if (!tag.startsWith('azurecloud')) return each;
    const missing = `whether ${each.tag} holds GatewayManager`;
    return {
      kind: 'unknown',
      unknown: { kind: 'unknown', reason: 'external-link', text, missing, at },
      text,
      at,
    };
  };
  return {
    ...group,
    rules: group.rules.map((rule) => ({ ...rule, sources: rule.sources.map(term) })),
  };
}

/** Ports of 65200-65535 between which no rule makes a difference. */
function controlPorts(group: NetworkSecurityGroup): readonly number[] {
  const ports = new Set([65_200]);
  for (const { destinationPorts } of group.rules) {
    if (isUnknown(destinationPorts)) continue;
    for (const [index, edge] of destinationPorts.entries()) {
      const first = index % 2 === 0 ? edge : edge + 1;
      if (first > 65_200 && first <= 65_535) ports.add(first);
    }
  }
  return [...ports];
}

function probes(
  network: Network,
  gateway: ApplicationGateway,
  subnet: SubnetPlacement,
): Requirement {
  return byGroup(network, subnet, 'Inbound', inbound(PROBE_SOURCE, network, gateway, 65_200), {
    id: 'load-balancer-probes',
    text: 'probes from AzureLoadBalancer',
    facts: ['AZS-61'],
  });
}

function outboundInternet(
  network: Network,
  gateway: ApplicationGateway,
  subnet: SubnetPlacement,
): Requirement {
  const flow: Flow = {
    source: gatewayInstance(network, gateway),
    destination: somePublic('Internet'),
    protocol: 'tcp',
    destinationPort: 443 as Port,
    application: { kind: 'none' },
  };
  return byGroup(network, subnet, 'Outbound', flow, {
    id: 'outbound-internet',
    text: 'outbound to Internet',
    facts: ['AZS-62'],
  });
}

/** AZS-63: only `Internet` may be the next hop of 0.0.0.0/0, also of one learned by BGP. */
function defaultRoute(network: Network, subnet: SubnetPlacement): Requirement {
  const base = { id: 'default-route', facts: ['AZS-63'] } as const;
  const table = subnet.routeTable;
  const learns = network.vnets.get(subnet.vnet.key)?.learnsUnknownRoutes ?? false;
  if (table.kind === 'unknown' || table.kind === 'dangling') {
    const text = `route table of ${subnet.subnet.name} not in the input`;
    return { ...base, holds: unknownMatch(text, subnet.subnet.at), text, at: subnet.subnet.at };
  }
  if (table.kind === 'found') {
    for (const route of table.target.routes) {
      const { destination, nextHopType } = route;
      const isDefault =
        destination.kind === 'prefix' &&
        destination.prefix.length === 0 &&
        destination.prefix.family === 4;
      if (destination.kind === 'unknown') {
        const holds = unknownMatch(destination.missing, destination.at);
        return { ...base, holds, text: `route ${route.name}`, at: route.at };
      }
      if (!isDefault) continue;
      const text = `route ${route.name} 0.0.0.0/0`;
      if (isUnknown(nextHopType)) {
        return {
          ...base,
          holds: unknownMatch(nextHopType.missing, nextHopType.at),
          text,
          at: route.at,
        };
      }
      return { ...base, holds: nextHopType === 'Internet' ? YES : NO, text, at: route.at };
    }
    if (learns && table.target.disableBgpRoutePropagation !== true) return learned(base, subnet);
    return { ...base, holds: YES, text: 'no user route for 0.0.0.0/0' };
  }
  return learns ? learned(base, subnet) : { ...base, holds: YES, text: 'no route table' };
}

function learned(
  base: { readonly id: 'default-route'; readonly facts: readonly FactId[] },
  subnet: SubnetPlacement,
): Requirement {
  const text = `routes that ${subnet.vnet.name} learns by BGP`;
  const holds = unknownMatch(`whether ${subnet.vnet.name} learns 0.0.0.0/0 by BGP`, subnet.vnet.at);
  return { ...base, holds, text, at: subnet.subnet.at };
}

/** AZS-65: nothing but gateways. Node and pod pools, interfaces and endpoints in it are faults we can see. */
function dedicated(
  network: Network,
  gateway: ApplicationGateway,
  subnet: SubnetPlacement,
): Requirement {
  const key = subnet.subnet.key;
  const isHere = (reference: { readonly kind: string; readonly key?: string } | undefined) =>
    reference?.kind === 'reference' && reference.key === key;
  const others: string[] = [];
  for (const cluster of network.perimeter.clusters.values()) {
    if (cluster.pools.some((pool) => isHere(pool.subnet) || isHere(pool.podSubnet))) {
      others.push(`cluster ${cluster.name}`);
    }
  }
  for (const nic of network.perimeter.networkInterfaces.values()) {
    if (nic.ipConfigurations.some((each) => isHere(each.subnet))) others.push(nic.name);
  }
  for (const endpoint of network.perimeter.privateEndpoints.values()) {
    if (isHere(endpoint.subnet)) others.push(endpoint.name);
  }
  for (const firewall of network.perimeter.firewalls.values()) {
    if (firewall.ipConfigurations.some((each) => isHere(each.subnet))) others.push(firewall.name);
  }
  return {
    id: 'dedicated-subnet',
    holds: others.length === 0 ? YES : NO,
    text:
      others.length === 0
        ? `${subnet.subnet.name} holds gateways only`
        : `${subnet.subnet.name} of ${gateway.name} also holds ${others.join(', ')}`,
    at: subnet.subnet.at,
    facts: ['AZS-65'],
  };
}

function byGroup(
  network: Network,
  subnet: SubnetPlacement,
  direction: 'Inbound' | 'Outbound',
  flow: Flow,
  base: Pick<Requirement, 'id' | 'text' | 'facts'>,
): Requirement {
  const group = subnet.networkSecurityGroup;
  if (group.kind === 'none') return { ...base, holds: YES };
  if (group.kind !== 'found') return { ...base, holds: missingGroup(subnet) };
  const verdict = judge(network, group.target, direction, flow, subnet);
  const at = verdict.by.at ?? group.target.at;
  if (verdict.kind === 'unknown') {
    return { ...base, holds: { kind: 'unknown', why: verdict.why }, at };
  }
  return { ...base, holds: verdict.kind === 'allow' ? YES : NO, at };
}

/** Whether a default route widens `VirtualNetwork` is not documented: a rule that rests on it decides nothing here. */
function judge(
  network: Network,
  group: NetworkSecurityGroup,
  direction: 'Inbound' | 'Outbound',
  flow: Flow,
  subnet: SubnetPlacement,
): Verdict {
  const at = { subnetKey: subnet.subnet.key };
  return evaluateNsg(network, group, direction, flow, at, { defaultRouteInTag: 'undecided' });
}

function missingGroup(subnet: SubnetPlacement): Match {
  return unknownMatch(`the network security group of ${subnet.subnet.name}`, subnet.subnet.at);
}

function inbound(
  source: FlowAddress,
  network: Network,
  gateway: ApplicationGateway,
  port: number,
): Flow {
  return {
    source,
    destination: gatewayInstance(network, gateway),
    protocol: 'tcp',
    destinationPort: port as Port,
    application: { kind: 'none' },
  };
}

function somePublic(label: string): FlowAddress {
  return { kind: 'within', addresses: PUBLIC_IPV4, label };
}
