import { addressSetSize } from '../../net/index.ts';
import type { FirewallPlacement, KnownAddress } from '../../network/index.ts';
import type { Flow, FlowAddress } from '../flow.ts';
import { addressesOfFlowAddress, matchSameAddress } from '../match.ts';
import { flowAddressOf } from '../outbound/flow-address.ts';
import { anyOf, type Match, NO, YES } from '../verdict.ts';

/** Is the flow addressed to the firewall itself (AFW-28, AFW-61)? */
export interface OwnAddressMatch {
  readonly publicAddress: Match;
  readonly privateAddress: Match;
  /** What was taken as true to say `no`, as a sentence; absent when nothing was. */
  readonly assumption?: string;
}

/** Sets larger than this (a /16) say no more than "some address": nobody has such a prefix of public addresses. */
const TELLING_SIZE_MAX = 65_536n;

export function matchOwnAddress(placement: FirewallPlacement, flow: Flow): OwnAddressMatch {
  let isAssumed = false;
  const compare = (known: KnownAddress): Match => {
    const match = matchSameAddress(flowAddressOf(known), flow.destination);
    if (match.kind !== 'unknown') return match;
    // "Some address of the internet" may in principle be the firewall's. Saying so of every flow would leave no
    // verdict at all, so the flow is taken to go elsewhere, and the assumption is stated.
    if (isTelling(flowAddressOf(known)) && isTelling(flow.destination)) return match;
    isAssumed = true;
    return NO;
  };
  const publicAddress = anyOf(
    placement.publicAddresses.map(({ address, publicIp }) =>
      flow.destinationName !== undefined && publicIp?.fqdn?.toLowerCase() === flow.destinationName
        ? YES
        : compare(address),
    ),
  );
  const privateAddress =
    placement.privateAddress === undefined ? NO : compare(placement.privateAddress);
  const isElsewhere = publicAddress.kind === 'no' && privateAddress.kind === 'no';
  if (!isAssumed || !isElsewhere) return { publicAddress, privateAddress };
  const target = flow.destinationName ?? flow.destination.label ?? 'the destination';
  const assumption = `${target} is not an address of firewall ${placement.firewall.name}`;
  return { publicAddress, privateAddress, assumption };
}

/** Does the end say where it is, more than "some address"? */
export function isTelling(address: FlowAddress): boolean {
  return addressSetSize(addressesOfFlowAddress(address)) <= TELLING_SIZE_MAX;
}
