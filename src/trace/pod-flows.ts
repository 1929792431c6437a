import type { Network } from '../network/index.ts';
import type { Flow, FlowAddress } from '../semantics/flow.ts';
import { podAddressOf } from '../semantics/masquerade/own-address.ts';
import type { DeliverTo } from './journey.ts';
import { poolsOf } from './origin.ts';

/** The flows towards one kind of pod: where pods have addresses of the network, one per pool it may run on. */
export function podFlows(
  network: Network,
  { cluster, pod }: DeliverTo,
  to: (address: FlowAddress) => Flow,
): readonly { readonly flow: Flow; readonly way?: string }[] {
  const isFlat = cluster.addressing === 'node-subnet' || cluster.addressing === 'pod-subnet';
  const pools = isFlat || pod.hostNetwork ? poolsOf(cluster, pod) : [];
  if (pools.length < 2 || pod.address !== undefined) {
    return [{ flow: to(podAddressOf(network, cluster, pools[0], pod)) }];
  }
  return pools.map((pool) => ({
    flow: to(podAddressOf(network, cluster, pool, pod)),
    way: `a pod on pool ${pool.pool.name}`,
  }));
}
