import type { FlowRegion } from '../../../flows/index.ts';
import {
  type AddressSet,
  ALL_ADDRESSES,
  intersectAddresses,
  isEmptyAddressSet,
  NO_ADDRESSES,
  subtractAddresses,
  unionAddresses,
} from '../../../net/index.ts';
import { type FirewallPlacement, PRIVATE_IPV4 } from '../../../network/index.ts';
import type { FirewallContext } from '../context.ts';
import { effectiveSettings } from '../effective-settings.ts';
import { type AddressLists, addressListsOf, type ListedAddresses } from './address-lists.ts';

/** All destinations, by what network rules do with the source of flows to them. */
export interface DestinationsBySnat {
  /** Private ranges: the source stays. */
  readonly kept: AddressSet;
  /** Certainly outside them. */
  readonly translated: AddressSet;
  /** The rest, under what would make it private. Empty when nothing is left over. */
  readonly open: FlowRegion;
  readonly notTranslated: AddressSet;
}

const remembered = new WeakMap<FirewallPlacement, WeakMap<object, DestinationsBySnat>>();

/**
 * Where the private ranges lie. Lists between which inheritance chooses must agree; prefixes that Route Server may have taught make
 * everything else doubtful.
 * @see AFW-70, AFW-75, AFW-76 lists. AFW-77 learned ranges. AFW-29 inheritance
 */
export function destinationsBySnat(
  placement: FirewallPlacement,
  context: FirewallContext,
): DestinationsBySnat {
  const lists = addressListsOf(context);
  const byLists = remembered.get(placement) ?? new WeakMap<object, DestinationsBySnat>();
  remembered.set(placement, byLists);
  const known = byLists.get(lists);
  if (known !== undefined) return known;
  const made = divide(placement, lists.read);
  byLists.set(lists, made);
  return made;
}

function divide(placement: FirewallPlacement, read: AddressLists['read']): DestinationsBySnat {
  const { readings, mayHoldMore, doubt } = effectiveSettings(placement).privateRanges;
  const listed = readings.map((reading) =>
    reading === 'default' ? DEFAULT_RANGES : certainAndOpen(read(reading)),
  );
  const kept = listed.map(({ addresses }) => addresses).reduce(intersectAddresses, ALL_ADDRESSES);
  const some = unionAddresses(...listed.map(({ addresses }) => addresses));
  const contested = subtractAddresses(some, kept);
  const beyond = subtractAddresses(ALL_ADDRESSES, some);
  const conditions = [...listed.flatMap(({ open }) => open), ...mayHoldMore];
  // One list with an entry nobody can resolve beside one without: they may disagree anywhere.
  const isUneven = new Set(listed.map(({ open }) => open.length > 0)).size > 1;
  const doubts = doubt === undefined ? [] : [doubt];
  const open = [
    ...doubts.map((need) => ({ destinations: contested, needs: [need] })),
    ...[...(isUneven ? doubts : []), ...conditions].map((need) => ({
      destinations: beyond,
      needs: [need],
    })),
    ...mayHoldMore.map((need) => ({ destinations: contested, needs: [need] })),
  ].filter(({ destinations }) => !isEmptyAddressSet(destinations));
  const translated = conditions.length === 0 ? beyond : NO_ADDRESSES;
  return {
    kept,
    translated,
    open,
    notTranslated: subtractAddresses(ALL_ADDRESSES, translated),
  };
}

type Ranges = Pick<ListedAddresses, 'addresses' | 'open'>;

const DEFAULT_RANGES: Ranges = { addresses: PRIVATE_IPV4, open: [] };

function certainAndOpen({ isAll, addresses, open }: ListedAddresses): Ranges {
  return isAll ? { addresses: ALL_ADDRESSES, open: [] } : { addresses, open };
}
