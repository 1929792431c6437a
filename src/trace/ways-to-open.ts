import type { NetworkSecurityGroup } from '../model/index.ts';
import { formatAddressSet } from '../net/index.ts';
import type { FirewallPlacement, Network } from '../network/index.ts';
import type { Flow, FlowAddress } from '../semantics/flow.ts';
import type { Direction } from '../semantics/nsg/concrete.ts';
import type { Decider } from '../semantics/verdict.ts';
import {
  type Dimension,
  type NearRule,
  nearestFirewallRule,
  nearestSecurityRule,
} from './nearest-rule.ts';
import { formatAddress } from './step-of.ts';
import type { Hop, Trace } from './trace.ts';
import type { TraceContext } from './trace-context.ts';
import { waysBack } from './ways-back.ts';

type Judged = Omit<Trace, 'summary' | 'wouldOpen'>;

/**
 * For a denial: who decided, which allow was passed over by how little, and the smallest change that would open it.
 * Suggestions, not proofs: the change must be traced again.
 */
export function waysToOpen({ network }: TraceContext, trace: Judged): readonly string[] {
  if (trace.answer === 'broken') return waysBack(network, trace);
  const last = trace.forward.hops.at(-1);
  const end = trace.forward.disposition;
  if (trace.answer !== 'denied') return [];
  if (end.kind === 'loop')
    return [`take away the route that leads back to ${end.through[0] ?? 'it'}`];
  if (end.kind === 'no-route') return waysOn(end.by, last);
  if (end.kind !== 'denied') return [];
  const ways = ((): readonly string[] => {
    switch (last?.kind) {
      case 'firewall':
        return throughFirewall(network, last, end.by);
      case 'pod':
        return throughPolicy(last, end.by);
      case 'subnet':
      case 'load-balancer':
      case 'application-gateway':
        return throughSecurityGroup(network, last, end.by) ?? throughBox(last, end.by);
      case 'api-server':
        return [`add ${cidr(last.flow.source)} to ${end.by.name}`];
      case 'private-endpoint':
        return end.by.kind === 'platform'
          ? ['approve the connection of the private endpoint']
          : (throughSecurityGroup(network, last, end.by) ?? []);
      case 'name':
        return beforeTheFirstPacket(last, end.by);
      default:
        return [];
    }
  })();
  return ways;
}

/** A name without an answer, or a Service that leads nowhere. */
function beforeTheFirstPacket({ steps }: Hop, by: Decider): readonly string[] {
  if (steps.at(-1)?.stage !== 'service') return [`give the name an answer: ${by.name}`];
  return by.name.includes(' declares no ')
    ? [`declare the port in the pod, or let the Service name one that it has: ${by.name}`]
    : [`call a port that the Service has, or add this one to it: ${by.name}`];
}

function waysOn(by: Decider, last: Hop | undefined): readonly string[] {
  // Nothing leads to the Azure host from outside.
  return by.fact === 'AZN-17' ? [] : [wayOn(by, last)];
}

function wayOn(by: Decider, last: Hop | undefined): string {
  if (by.name.startsWith('no outbound method')) {
    return 'give the subnet a way out: a NAT gateway, or a route 0.0.0.0/0 to a firewall';
  }
  if (by.name.includes('nothing on the internet can answer')) {
    return 'translate the source: take the destination out of the private ranges (SNAT) of the firewall';
  }
  if (last?.kind === 'internet') {
    return 'publish it: a DNAT rule of the firewall, a public load balancer or an Application Gateway';
  }
  const to = last === undefined ? 'the destination' : cidr(last.flow.destination);
  return `give ${last?.name ?? 'the subnet'} a route to ${to} (now: ${by.name})`;
}

function throughFirewall(network: Network, hop: Hop, by: Decider): readonly string[] {
  const placement = firewallOf(network, hop);
  const { flow } = hop;
  const wanted = `${flow.protocol.toUpperCase()} ${flow.destinationPort ?? ''}`.trim();
  if (by.name.startsWith('the firewall cannot resolve')) {
    return [`link the zone to the network of ${hop.name}, or add the record: ${by.name}`];
  }
  if (by.name.includes('no DNAT rule')) {
    return [
      `a DNAT rule on ${hop.name}: ${wanted} at its address, to the front end that serves it`,
    ];
  }
  if (by.name.includes('SNI')) {
    return [
      'a request to an address names no host, so no application rule can match',
      `a network rule on ${hop.name}: ${wanted} from ${cidr(flow.source)} to ${cidr(flow.destination)}; or call it by name`,
    ];
  }
  const decided = by.kind === 'default' ? 'no rule matches' : `${by.name} denies`;
  const near = placement === undefined ? undefined : nearestFirewallRule(network, placement, flow);
  const own = ownRule(hop);
  if (by.kind !== 'default') {
    return [`${decided}: narrow it, or put an allow before it`, ...nearest(near), own];
  }
  return near === undefined
    ? [`${decided}; ${own}`]
    : [...nearest(near), `${widen(near, flow)}; or ${own}`];
}

function ownRule({ name, flow }: Hop): string {
  const { application, destinationName, destinationPort } = flow;
  const from = `from ${cidr(flow.source)}`;
  if (
    destinationName !== undefined &&
    (application.kind === 'https' || application.kind === 'http')
  ) {
    return `an application rule on ${name}: ${application.kind}:${destinationPort} ${from} to ${destinationName}`;
  }
  const port = destinationPort === undefined ? '' : ` ${destinationPort}`;
  return `a network rule on ${name}: ${flow.protocol.toUpperCase()}${port} ${from} to ${destinationName ?? cidr(flow.destination)}`;
}

const MISFIT: Readonly<Record<Dimension, string>> = {
  source: 'its sources',
  destination: 'its destinations',
  port: 'its ports',
  protocol: 'its protocol',
  name: 'its names',
};

function nearest(near: NearRule | undefined): readonly string[] {
  return near === undefined
    ? []
    : [`nearest allow: ${near.name}, all fits but ${MISFIT[near.dimension]}`];
}

function widen({ name, dimension }: NearRule, flow: Flow): string {
  const what: Readonly<Record<Dimension, string>> = {
    source: cidr(flow.source),
    destination: flow.destinationName ?? cidr(flow.destination),
    port: `port ${flow.destinationPort ?? ''}`.trim(),
    protocol: flow.protocol.toUpperCase(),
    name: flow.destinationName ?? cidr(flow.destination),
  };
  return `add ${what[dimension]} to ${MISFIT[dimension].replace('its ', 'the ')} of ${name}`;
}

function throughPolicy(hop: Hop, by: Decider): readonly string[] {
  const isEgress = hop.steps.at(-1)?.stage === 'egress policy';
  const { flow } = hop;
  const wanted = `${flow.protocol.toUpperCase()} ${flow.destinationPort ?? ''}`.trim();
  const peer = isEgress
    ? `to ${flow.destinationName ?? formatAddress(flow.destination)}`
    : `from ${formatAddress(flow.source)}`;
  const direction = isEgress ? 'egress' : 'ingress';
  return [
    `${by.name} covers ${hop.name} and no ${direction} rule admits the flow`,
    `an ${direction} rule in it, or in another policy of ${hop.name}: ${wanted} ${peer}`,
  ];
}

/** `undefined` when it was no security group that denied. */
function throughSecurityGroup(
  network: Network,
  hop: Hop,
  by: Decider,
): readonly string[] | undefined {
  const group = [...network.perimeter.networkSecurityGroups.values()].find(({ name }) =>
    by.name.startsWith(`${name}: `),
  );
  if (group === undefined) return undefined;
  const rule = by.name.slice(group.name.length + 2).replace(/ \d+$/, '');
  const direction = directionOf(group, rule);
  const subnetKey = [...network.subnets.values()].find(
    ({ networkSecurityGroup: link }) => link.kind === 'found' && link.target === group,
  )?.subnet.key;
  const { flow } = hop;
  const near =
    subnetKey === undefined
      ? undefined
      : nearestSecurityRule(network, group, direction, flow, subnetKey);
  const port = flow.destinationPort === undefined ? '' : ` ${flow.destinationPort}`;
  const own = `an ${direction.toLowerCase()} rule before ${rule} in ${group.name}: allow ${flow.protocol.toUpperCase()}${port} from ${cidr(flow.source)} to ${cidr(flow.destination)}`;
  return near === undefined ? [own] : [...nearest(near), `${widen(near, flow)}; or ${own}`];
}

function directionOf(group: NetworkSecurityGroup, rule: string): Direction {
  const written = group.rules.find(({ name }) => name === rule)?.direction;
  if (written === 'Inbound' || written === 'Outbound') return written;
  return rule.toLowerCase().includes('outbound') ? 'Outbound' : 'Inbound';
}

function throughBox(hop: Hop, by: Decider): readonly string[] {
  return hop.kind === 'load-balancer' && by.name.includes('client ranges')
    ? [`add ${cidr(hop.flow.source)} to the client ranges of the Service`]
    : [`change what decides: ${by.name}`];
}

function firewallOf(network: Network, hop: Hop): FirewallPlacement | undefined {
  return [...network.firewalls.values()].find(
    ({ firewall }) =>
      firewall.name === hop.name && (hop.at === undefined || firewall.at === hop.at),
  );
}

/** An address as a rule would write it. */
function cidr(address: FlowAddress): string {
  if (address.kind === 'exact') return formatAddress(address);
  const { v4, v6 } = address.addresses;
  // More ranges than a rule would list: whose it is says more.
  return v4.length / 2 + v6.length / 2 <= 2
    ? formatAddressSet(address.addresses, 2)
    : formatAddress(address);
}
