import { addressSetCovers, addressSetHas } from '../net/index.ts';
import { PLATFORM_ADDRESSES, PRIVATE_IPV4, PUBLIC_IPV4 } from '../network/index.ts';
import type { FlowAddress } from '../semantics/flow.ts';

/** Certainly inside the private and shared ranges: nobody on the internet has such an address. */
export function isPrivate(address: FlowAddress): boolean {
  return address.kind === 'exact'
    ? addressSetHas(PRIVATE_IPV4, address.ip)
    : addressSetCovers(PRIVATE_IPV4, address.addresses);
}

/** Certainly an address that can be a host on the internet. */
export function isPublic(address: FlowAddress): boolean {
  return address.kind === 'exact'
    ? addressSetHas(PUBLIC_IPV4, address.ip)
    : addressSetCovers(PUBLIC_IPV4, address.addresses);
}

/** Certainly a service of the Azure host: DNS, probes, metadata. Only machines in Azure can call it (AZN-17). */
export function isPlatform(address: FlowAddress): boolean {
  return address.kind === 'exact'
    ? addressSetHas(PLATFORM_ADDRESSES, address.ip)
    : addressSetCovers(PLATFORM_ADDRESSES, address.addresses);
}
