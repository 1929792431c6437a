import { equalIp, parseIp } from '../net/index.ts';
import type { Network } from '../network/index.ts';
import type { FlowAddress } from '../semantics/flow.ts';
import { clusterOfObjects } from './cluster-of-objects.ts';
import type { DeliverTo } from './journey.ts';

/** The live pod at an address, when the input holds its address. Host-network pods have their node's: left out. */
export function deliverToOf(network: Network, address: FlowAddress): DeliverTo | undefined {
  const cluster = clusterOfObjects(network);
  if (address.kind !== 'exact' || cluster === undefined) return undefined;
  const pod = network.perimeter.kubernetes.pods.find((one) => {
    const ip = one.address === undefined || one.hostNetwork ? undefined : parseIp(one.address);
    return ip !== undefined && equalIp(ip, address.ip);
  });
  return pod === undefined ? undefined : { cluster, pod };
}
