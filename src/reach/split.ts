import {
  type AddressSet,
  ALL_IPV4,
  addressSetCovers,
  intersectAddresses,
  isEmptyAddressSet,
  subtractAddresses,
} from '../net/index.ts';
import { type Branch, within } from './branch.ts';

/** Flows whose end at this place certainly lies in a set, and those of which that cannot be said. */
export interface SplitBranch {
  readonly inside?: Branch;
  readonly outside?: Branch;
}

/** Cuts a branch by where one of its ends lies; an end that somebody rewrote goes to one side as a whole. */
export function split(
  branch: Branch,
  side: 'source' | 'destination',
  set: AddressSet,
): SplitBranch {
  const end = branch.header[side];
  if (end.kind === 'one-of') {
    return addressSetCovers(set, end.addresses) ? { inside: branch } : { outside: branch };
  }
  const inside = limited(branch, side, set);
  // Nothing there: the rest is all of it, and need not be cut.
  if (inside === undefined) return { outside: branch };
  const outside = limited(branch, side, subtractAddresses(ALL_IPV4, set));
  return {
    ...(inside === undefined ? {} : { inside }),
    ...(outside === undefined ? {} : { outside }),
  };
}

/** The flows that were sent from, or to, an address of the set; the bounds say so too. */
export function limited(
  branch: Branch,
  side: 'source' | 'destination',
  set: AddressSet,
): Branch | undefined {
  const key = side === 'source' ? 'sources' : 'destinations';
  const limit = branch.bounds[key];
  const own = limit === undefined ? set : intersectAddresses(limit, set);
  if (isEmptyAddressSet(own)) return undefined;
  const part = within(branch, { [key]: own });
  return part === undefined ? undefined : { ...part, bounds: { ...part.bounds, [key]: own } };
}
