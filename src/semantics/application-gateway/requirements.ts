import type { Place } from '../../diagnostics/index.ts';
import type { FactId } from '../../facts/index.ts';
import type { ApplicationGateway, NetworkSecurityGroup } from '../../model/index.ts';
import { type Ip, type Port, parseIp } from '../../net/index.ts';
import { type Network, PUBLIC_IPV4, type SubnetPlacement } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { Flow, FlowAddress } from '../flow.ts';
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
  // The members of GatewayManager are in no bundled data: the rule is looked for by the tag's name.
  const base = {
    id: 'gateway-manager',
    text: 'TCP 65200-65535 from GatewayManager',
    facts: ['AZS-60'],
  } as const;
  const group = subnet.networkSecurityGroup;
  if (group.kind === 'none') return { ...base, holds: YES };
  if (group.kind !== 'found') return { ...base, holds: missingGroup(subnet) };
  const flow = inbound(somePublic('GatewayManager'), network, gateway, 65_200);
  const decided = decideByTag(network, group.target, subnet, flow);
  return { ...base, ...decided };
}

/**
 * The first rule for the control plane's ports: an allow that names the tag (or everybody) before any deny of them.
 * A rule for other sources, or for other ports, says nothing of it.
 */
function decideByTag(
  network: Network,
  group: NetworkSecurityGroup,
  subnet: SubnetPlacement,
  flow: Flow,
): { readonly holds: Match; readonly at?: Place } {
  const rules = group.rules
    .filter((rule) => rule.direction === 'Inbound')
    .filter((rule) => !isUnknown(rule.priority) && !isUnknown(rule.access))
    .toSorted((a, b) => Number(a.priority) - Number(b.priority));
  for (const rule of rules) {
    if (isUnknown(rule.protocol) || isUnknown(rule.destinationPorts)) {
      return { holds: unknownMatch(`rule ${rule.name} of ${group.name}`, rule.at), at: rule.at };
    }
    if (rule.protocol !== 'tcp' && rule.protocol !== '*') continue;
    const tags = rule.sources.map((term) => {
      if (term.kind === 'any') return 'any';
      return term.kind === 'service-tag' ? term.tag.toLowerCase() : term.kind;
    });
    const ports = coverage(rule.destinationPorts);
    if (ports === 'none') continue;
    const names = tags.some((tag) => tag === 'any' || tag === 'gatewaymanager');
    if (names && ports === 'all') {
      return { holds: rule.access === 'Allow' ? YES : NO, at: rule.at };
    }
    if (names && rule.access === 'Deny') return { holds: NO, at: rule.at };
    if (rule.access === 'Deny' && tags.some((tag) => tag === 'internet' || tag === 'azurecloud')) {
      return { holds: NO, at: rule.at };
    }
  }
  // Left to the default rules, which deny everything that is neither network nor probe.
  const rest = evaluateNsg(network, group, 'Inbound', flow, { subnetKey: subnet.subnet.key });
  return { holds: rest.kind === 'allow' ? YES : NO, at: group.at };
}

/** How much of 65200-65535 a port set takes. */
function coverage(ports: readonly number[]): 'all' | 'some' | 'none' {
  let result: 'none' | 'some' = 'none';
  for (let index = 0; index < ports.length; index += 2) {
    const low = ports[index]!;
    const high = ports[index + 1]!;
    if (low <= 65_200 && high >= 65_535) return 'all';
    if (high >= 65_200) result = 'some';
  }
  return result;
}

function probes(
  network: Network,
  gateway: ApplicationGateway,
  subnet: SubnetPlacement,
): Requirement {
  const host: FlowAddress = { kind: 'exact', ip: parseIp('168.63.129.16') as Ip, label: 'probe' };
  return byGroup(network, subnet, 'Inbound', inbound(host, network, gateway, 65_200), {
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
  const verdict: Verdict = evaluateNsg(network, group.target, direction, flow, {
    subnetKey: subnet.subnet.key,
  });
  const at = verdict.by.at ?? group.target.at;
  if (verdict.kind === 'unknown') {
    return { ...base, holds: { kind: 'unknown', why: verdict.why }, at };
  }
  return { ...base, holds: verdict.kind === 'allow' ? YES : NO, at };
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
