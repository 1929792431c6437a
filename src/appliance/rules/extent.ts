import {
  type AddressSet,
  ALL_IPV4,
  equalAddressSets,
  intersectAddresses,
  NO_ADDRESSES,
  unionAddresses,
} from '../../net/index.ts';

/**
 * The addresses a list stands for, from below and from above. They differ where the input does not say: a tag without data, an
 * address that only Azure knows. An allow rule is compiled with what is certain, a deny rule with what is possible, so that
 * nothing passes by a guess. IPv4 only: the dual-stack preview is not followed (AFW-36).
 */
export interface Extent {
  readonly certain: AddressSet;
  readonly possible: AddressSet;
  /** What is missing, as phrases; empty when both sets are equal. */
  readonly doubts: readonly string[];
}

export const EVERYWHERE: Extent = { certain: ALL_IPV4, possible: ALL_IPV4, doubts: [] };
export const NOWHERE: Extent = { certain: NO_ADDRESSES, possible: NO_ADDRESSES, doubts: [] };

export function certainExtent(addresses: AddressSet): Extent {
  const v4 = intersectAddresses(addresses, ALL_IPV4);
  return { certain: v4, possible: v4, doubts: [] };
}

/** Nothing for certain, anything perhaps. */
export function unknownExtent(doubt: string): Extent {
  return { certain: NO_ADDRESSES, possible: ALL_IPV4, doubts: [doubt] };
}

export function unionExtents(...extents: readonly Extent[]): Extent {
  if (extents.length === 1 && extents[0] !== undefined) return extents[0];
  const certain = unionAddresses(...extents.map((extent) => extent.certain));
  const possible = unionAddresses(...extents.map((extent) => extent.possible));
  // What one list leaves open may be certain by another.
  const isSettled = equalAddressSets(certain, possible);
  return { certain, possible, doubts: isSettled ? [] : extents.flatMap(({ doubts }) => doubts) };
}

export function intersectExtent(extent: Extent, addresses: AddressSet): Extent {
  const certain = intersectAddresses(extent.certain, addresses);
  const possible = intersectAddresses(extent.possible, addresses);
  const isSettled = equalAddressSets(certain, possible);
  return { certain, possible, doubts: isSettled ? [] : extent.doubts };
}
