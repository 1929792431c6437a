import { type Ip, parseIp } from '../net/index.ts';
import type { Network } from '../network/index.ts';

/** Addresses of running pods, as far as the input holds them; those of host-network pods are their nodes'. */
export function livePodAddresses({ perimeter }: Network): readonly Ip[] {
  return perimeter.kubernetes.pods.flatMap(({ address, hostNetwork }) => {
    const ip = address === undefined || hostNetwork ? undefined : parseIp(address);
    return ip === undefined ? [] : [ip];
  });
}
