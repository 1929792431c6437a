import type { Network } from '../network/index.ts';
import type { Hop, Trace, Walk } from './trace.ts';

/** For an answer that gets lost: what would bring both halves to the same stateful boxes. */
export function waysBack(
  network: Network,
  trace: Omit<Trace, 'summary' | 'wouldOpen'>,
): readonly string[] {
  const { forward, back } = trace;
  if (back?.disposition.kind !== 'no-session') return [];
  const isPublicFront = forward.hops.some(({ kind }) => kind === 'load-balancer');
  const startsOutside = forward.hops[0]?.kind === 'internet';
  if (isPublicFront && startsOutside && !meetsFirewall(forward)) {
    return [
      'make the Service internal (service.beta.kubernetes.io/azure-load-balancer-internal: "true") and publish it by a DNAT rule to its internal front end',
      'or publish it through an Application Gateway beside the firewall',
    ];
  }
  const { at } = back.disposition;
  const isOneWay = meetsFirewall(forward) !== meetsFirewall(back);
  if (!isOneWay || ![...network.firewalls.values()].some(({ firewall }) => firewall.name === at)) {
    return ['route both directions through the same firewall, or neither'];
  }
  const [through, around] = meetsFirewall(forward) ? [forward, back] : [back, forward];
  const to = routeOf(hopBefore(through, at));
  const missing = around.hops.find(({ kind }) => kind === 'subnet')?.name;
  const way = around === back ? 'the answer' : 'the request';
  return [
    ...(missing === undefined ? [] : [`a route in ${missing} that leads ${way} to ${at} too`]),
    ...(to === undefined ? [] : [`or none of them: without ${to}`]),
    ...(around === back
      ? ['or an application rule, which translates the source to the firewall']
      : []),
  ];
}

function meetsFirewall(walk: Walk): boolean {
  return walk.hops.some(({ kind }) => kind === 'firewall');
}

function hopBefore(walk: Walk, firewall: string): Hop | undefined {
  const at = walk.hops.findIndex(({ kind, name }) => kind === 'firewall' && name === firewall);
  return at < 1 ? undefined : walk.hops[at - 1];
}

function routeOf(hop: Hop | undefined): string | undefined {
  return hop?.steps.find(({ stage }) => stage === 'route')?.by?.name;
}
