import type { Locate, Whereabouts } from '../logs/places/index.ts';
import { parseIp } from '../net/index.ts';
import type { SeenCall } from './learn.ts';
import type { Pods } from './learned-egress.ts';
import type { SubnetFlow } from './subnet-flows.ts';

/** A flow of a VNet flow log as a call, or why nobody can learn from it. */
export type SubnetCall = SeenCall & { readonly why?: string };

/**
 * Flows of network interfaces as calls of workloads, or of nodes where the plugin hides the pod. They repeat what firewalls and Hubble
 * logged, without names: what those tell is not learned a second time, as an address.
 * @param told what the other logs tell
 */
export function callsOfSubnets(
  flows: readonly SubnetFlow[],
  told: readonly SeenCall[],
  locate: Locate,
  podsOf: (label: string) => Pods,
): readonly SubnetCall[] {
  const targets = new Set<string>();
  const named = new Set<string>();
  for (const { pods, target, port, transport } of told) {
    // Behind a node any pod may be.
    for (const who of [JSON.stringify(pods), ANYBODY]) {
      targets.add(`${who} ${target} ${port} ${transport}`);
      if (parseIp(target) === undefined) named.add(`${who} ${port} ${transport}`);
    }
  }
  return flows.flatMap(({ source, destination, ...flow }): readonly SubnetCall[] => {
    const place = locate(source, flow.last);
    const pods = place.kind === 'workload' ? podsOf(place.label) : ('nodes' as const);
    const who = pods === 'nodes' ? ANYBODY : JSON.stringify(pods);
    const { port, transport } = flow;
    if (targets.has(`${who} ${destination} ${port} ${transport}`)) return [];
    const why = !OF_CLUSTERS.has(place.kind)
      ? 'it does not come from a cluster of the input'
      : named.has(`${who} ${port} ${transport}`)
        ? 'another log tells by name what was called on this port'
        : undefined;
    const call = { who: place.label, pods, target: destination, ...flow };
    return [why === undefined ? call : { ...call, why }];
  });
}

const ANYBODY = 'anybody';
const OF_CLUSTERS: ReadonlySet<Whereabouts['kind']> = new Set([
  'workload',
  'pool',
  'cluster',
  'node',
]);
