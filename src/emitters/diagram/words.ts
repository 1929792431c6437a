import type { AddressTerm, AddressValue, FirewallSettings, Reference } from '../../model/index.ts';
import { firstAddress, formatIp, formatPortSet, type PortSet } from '../../net/index.ts';
import type { KnownAddress } from '../../network/index.ts';
import { isUnknown, type Uncertain } from '../../values/index.ts';

/** How values read in pictures and documents. What is not known says so and never reads as empty. */

/** `1 rule`, `2 rules`. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en-GB')} ${number === 1 ? one : many}`;
}

/** `a, b and 3 more`. */
export function listed(names: readonly string[], most = 3): string {
  const left = names.length - most;
  return left > 0 ? `${names.slice(0, most).join(', ')} and ${left} more` : names.join(', ');
}

/** `not known (a value for parameter fwName)`. */
export function unknownText(missing: string): string {
  return `not known (${missing})`;
}

export function settingText<T>(value: Uncertain<T> | undefined, absent: string): string {
  if (value === undefined) return absent;
  return isUnknown(value) ? unknownText(value.missing) : String(value);
}

export function portsText(ports: Uncertain<PortSet>): string {
  return isUnknown(ports) ? unknownText(ports.missing) : formatPortSet(ports);
}

export function termText(term: AddressTerm): string {
  return term.kind === 'unknown' ? unknownText(term.unknown.missing) : term.text;
}

export function addressText(value: AddressValue): string {
  return isUnknown(value) ? unknownText(value.missing) : formatIp(value);
}

/** The number when it is known; else that Azure gives it. */
export function knownAddressText(address: KnownAddress | undefined): string {
  if (address === undefined) return 'no address';
  const ip = address.isExact ? firstAddress(address.addresses) : undefined;
  return ip === undefined ? 'address given by Azure' : formatIp(ip);
}

/** The last segment of the id; what is unknown says so. */
export function referenceText(reference: Reference): string {
  return isUnknown(reference) ? unknownText(reference.missing) : nameOfId(reference.id);
}

export function nameOfId(id: string): string {
  return id.split('/').at(-1) ?? id;
}

export function threatText({ threatIntelMode }: FirewallSettings): string {
  // AFW-80: absent means Alert.
  return settingText(threatIntelMode, 'Alert');
}
