import type { PodClass } from '../../../model/index.ts';
import { type AddressSet, type Ip, singleAddress, unionAddresses } from '../../../net/index.ts';
import type { NodeSeat } from '../node-seat.ts';

/** One pod of a workload on one node of the lab. */
export interface SeatedPod {
  readonly pod: PodClass;
  /** Position within its workload, from 0. */
  readonly index: number;
  readonly seat: NodeSeat;
  /** The namespace: its own, or that of its node for host-network pods. */
  readonly host: string;
  readonly address: Ip;
  /** `pod/shop/web-0`. */
  readonly endName: string;
  /** The node's end of its cable; absent for host-network pods. */
  readonly nodeInterface?: string;
  /** Stands for one that AKS runs and no file shows. */
  readonly isStandIn?: boolean;
}

export function addressesOfPods(pods: Iterable<SeatedPod>): AddressSet {
  return unionAddresses(...[...pods].map(({ address }) => singleAddress(address)));
}

/** `shop/web-0`, for people. */
export function titleOfPod({ pod, index }: SeatedPod): string {
  return `${pod.namespace}/${pod.name}-${index}`;
}
