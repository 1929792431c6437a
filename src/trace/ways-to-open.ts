import type { Network } from '../network/index.ts';
import type { Hop, Trace } from './trace.ts';

/**
 * For a denial: what would have to change, smallest first. Suggestions, not proofs: the change must be traced again.
 */
export function waysToOpen(
  _network: Network,
  trace: Omit<Trace, 'summary' | 'wouldOpen'>,
): readonly string[] {
  if (trace.answer === 'broken') return waysBack(trace);
  const last = trace.forward.hops.at(-1);
  const end = trace.forward.disposition;
  if (trace.answer !== 'denied' || last === undefined) return [];
  if (end.kind === 'no-route') {
    return [`give the subnet a route for the destination, or an outbound method (${end.by.name})`];
  }
  if (end.kind !== 'denied') return [];
  const { flow } = last;
  const port = flow.destinationPort === undefined ? '' : `:${flow.destinationPort}`;
  if (last.kind === 'firewall') return [firewallRule(last, port)];
  if (last.kind === 'pod') {
    const stage = last.steps.at(-1)?.stage ?? 'policy';
    return [
      `add a rule to ${end.by.name} (or another policy of ${last.name}) that allows ${flow.protocol.toUpperCase()}${port} as ${stage.replace(' policy', '')}`,
    ];
  }
  if (last.kind === 'subnet') {
    return [
      `put an allow rule before ${end.by.name} in the network security group of ${last.name}`,
    ];
  }
  return [];
}

function firewallRule(hop: Hop, port: string): string {
  const { flow } = hop;
  const name = flow.destinationName;
  if (
    name !== undefined &&
    (flow.application.kind === 'https' || flow.application.kind === 'http')
  ) {
    return `an application rule on ${hop.name}: ${flow.application.kind}${port} to ${name} from the source above`;
  }
  return `a network rule on ${hop.name}: ${flow.protocol.toUpperCase()}${port} to ${name ?? 'the destination'} from the source above`;
}

function waysBack(trace: Omit<Trace, 'summary' | 'wouldOpen'>): readonly string[] {
  const entersByLoadBalancer = trace.forward.hops.some((hop) => hop.kind === 'load-balancer');
  if (!entersByLoadBalancer) return ['route both directions through the same firewall, or neither'];
  return [
    'make the Service internal (service.beta.kubernetes.io/azure-load-balancer-internal: "true") and publish it by a DNAT rule to its internal front end',
    'or publish it through an Application Gateway beside the firewall',
  ];
}
