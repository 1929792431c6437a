import type { PodClass } from '../model/index.ts';
import { addressSetHas, type Ip, parseIp } from '../net/index.ts';
import type { Network } from '../network/index.ts';
import { type End, isOneAddress } from './header.ts';

/** Running pods and their addresses, as far as the input holds them; those of host-network pods are their nodes'. */
export function livePods({
  perimeter,
}: Network): readonly { readonly pod: PodClass; readonly ip: Ip }[] {
  return perimeter.kubernetes.pods.flatMap((pod) => {
    const { address, hostNetwork } = pod;
    const ip = address === undefined || hostNetwork ? undefined : parseIp(address);
    return ip === undefined ? [] : [{ pod, ip }];
  });
}

/** The running pod at an address whose number is known. */
export function livePodAt(network: Network, end: End): PodClass | undefined {
  if (end.kind === 'as-sent' || !isOneAddress(end)) return undefined;
  return livePods(network).find(({ ip }) => addressSetHas(end.addresses, ip))?.pod;
}
