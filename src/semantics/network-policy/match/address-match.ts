import type { PodClass } from '../../../model/index.ts';
import {
  type AddressSet,
  ALL_IPV4,
  addressSetCovers,
  addressSetHas,
  addressSetsOverlap,
  isEmptyAddressSet,
  parseIp,
} from '../../../net/index.ts';
import type { FlowAddress } from '../../flow.ts';
import { type Match, NO, unknownMatch, YES } from '../../verdict.ts';
import type { ClusterRanges } from '../policy.ts';

/** Is the address in the set? An address that may be one of several is in it for sure only when all are. */
export function matchAddress(set: AddressSet, address: FlowAddress): Match {
  if (address.kind === 'exact') return addressSetHas(set, address.ip) ? YES : NO;
  if (addressSetCovers(set, address.addresses)) return YES;
  if (!addressSetsOverlap(set, address.addresses)) return NO;
  return unknownMatch(`the address of ${address.label}`);
}

/** A live pod's address, or any of the cluster's pod addresses, or any IPv4 address. */
export function addressOfPod(pod: PodClass, ranges: ClusterRanges): FlowAddress {
  const ip = pod.address === undefined ? undefined : parseIp(pod.address);
  const label = `pod ${pod.namespace}/${pod.name}`;
  if (ip !== undefined) return { kind: 'exact', ip, label };
  const known = pod.hostNetwork ? ranges.nodeAddresses : ranges.podAddresses;
  return { kind: 'within', addresses: isEmptyAddressSet(known) ? ALL_IPV4 : known, label };
}

/** Could the address be one of the set? False for an empty set. */
export function mayBeIn(set: AddressSet, address: FlowAddress): boolean {
  return address.kind === 'exact'
    ? addressSetHas(set, address.ip)
    : addressSetsOverlap(set, address.addresses);
}

export function mustBeIn(set: AddressSet, address: FlowAddress): boolean {
  if (isEmptyAddressSet(set)) return false;
  return address.kind === 'exact'
    ? addressSetHas(set, address.ip)
    : addressSetCovers(set, address.addresses);
}
