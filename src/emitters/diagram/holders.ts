import type { AddressValue } from '../../model/index.ts';
import type { Ip } from '../../net/index.ts';
import { findOwner, type Network, type Owner, subnetOf } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { boxOfOwner, outsideAddress } from './places.ts';
import type { Sketch } from './sketch.ts';
import { addressText } from './words.ts';

export interface Holder {
  readonly owner: Owner;
  readonly certainty: 'yes' | 'maybe';
}

/**
 * Who sits at an address that somebody wrote: one when that is certain, several when any of them may. Public addresses
 * that Azure has not given out yet are nobody's. @param vnetKey from where it is asked
 */
export function holdersOf(
  network: Network,
  address: AddressValue,
  vnetKey: string | undefined,
): readonly Holder[] {
  const asked = isUnknown(address)
    ? address.symbol === undefined
      ? undefined
      : ({ kind: 'within', addresses: { v4: [], v6: [] }, symbol: address.symbol } as const)
    : ({ kind: 'exact', ip: address } as const);
  if (asked === undefined) return [];
  const found = findOwner(network, asked, vnetKey === undefined ? {} : { vnetKey });
  const meant = found.filter(({ isGuess }) => !isGuess);
  const [first] = meant;
  // An address has one holder, though several resources describe it: the most telling comes first.
  const holders = first?.certainty === 'yes' ? [first] : meant;
  return holders.map(({ owner, certainty }) => ({ owner, certainty }));
}

export interface HeldBox {
  readonly id: string;
  readonly standing: 'certain' | 'unknown';
}

/** The boxes an address leads to. One that nobody holds gets a box of its own. */
export function boxesAt(
  network: Network,
  address: AddressValue,
  vnetKey: string | undefined,
  sketch: Sketch,
): readonly HeldBox[] {
  const holders = holdersOf(network, address, vnetKey);
  if (holders.length === 0) {
    const standing = isUnknown(address) ? 'unknown' : 'certain';
    const home = isUnknown(address) ? undefined : homeOf(network, address, vnetKey);
    return [{ id: outsideAddress(sketch, addressText(address), home), standing }];
  }
  return holders.map(({ owner, certainty }) => ({
    id: boxOfOwner(owner),
    standing: certainty === 'yes' ? 'certain' : 'unknown',
  }));
}

/** The subnet that certainly holds a number. */
function homeOf(network: Network, ip: Ip, vnetKey: string | undefined): string | undefined {
  const hits = subnetOf(network, { kind: 'exact', ip }, vnetKey);
  const sure = hits.find(({ certainty }) => certainty === 'yes');
  return sure?.subnet.subnet.key;
}
