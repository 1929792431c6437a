import {
  type AddressSet,
  firstAddress,
  isEmptyAddressSet,
  unionAddresses,
} from '../../net/index.ts';
import type { KnownAddress } from '../../network/index.ts';
import type { FlowAddress } from '../flow.ts';

/** The end of a flow that a known thing sits at. */
export function flowAddressOf(known: KnownAddress): FlowAddress {
  const only = known.isExact ? firstAddress(known.addresses) : undefined;
  const symbol = known.symbol === undefined ? {} : { symbol: known.symbol };
  if (only !== undefined) return { kind: 'exact', ip: only, label: known.label, ...symbol };
  return { kind: 'within', addresses: known.addresses, label: known.label, ...symbol };
}

/** One of several addresses, nobody can tell which. One alone stays what it is; none gives `otherwise`. */
export function oneOf(
  addresses: readonly KnownAddress[],
  label: string,
  otherwise: AddressSet,
): FlowAddress {
  const only = addresses[0];
  if (addresses.length === 1 && only !== undefined) return flowAddressOf(only);
  const union = unionAddresses(...addresses.map((address) => address.addresses));
  return { kind: 'within', addresses: isEmptyAddressSet(union) ? otherwise : union, label };
}
