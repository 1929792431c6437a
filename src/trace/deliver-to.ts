import { parseIp } from '../net/index.ts';
import type { Network } from '../network/index.ts';
import type { FlowAddress } from '../semantics/flow.ts';
import type { DeliverTo } from './journey.ts';

/** The live pod at an address, when the input holds its address. */
export function deliverToOf(network: Network, address: FlowAddress): DeliverTo | undefined {
  if (address.kind !== 'exact') return undefined;
  for (const cluster of network.clusters) {
    const pod = network.perimeter.kubernetes.pods.find((one) => {
      const ip = one.address === undefined ? undefined : parseIp(one.address);
      return ip !== undefined && ip.family === address.ip.family && ip.value === address.ip.value;
    });
    if (pod !== undefined) return { cluster, pod };
  }
  return undefined;
}
