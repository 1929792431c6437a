import { parseIp, parseIpRange, parsePrefix } from '../../net/index.ts';
import { isAbsent, type Uncertain, type Unknown, type Value } from '../../values/index.ts';
import type { AddressTerm, AddressValue } from '../azure/common.ts';
import type { PrefixAt } from '../azure/network.ts';
import { report, type Source, titleOf, unreadable, valueIn } from './reading.ts';
import { twinsIn, wrongType } from './scalars.ts';

/** A service tag: letters first, then what tags use (`AzureCloud.eastus`, `AzureFrontDoor.Backend`). */
const TAG = /^[A-Za-z][A-Za-z0-9._-]*$/;

/** Address terms of a list. Nothing is dropped: what is no address and no tag is an unknown term with a diagnostic. */
export function addressTerms(
  source: Source,
  name: string,
  values: readonly Value[],
): readonly AddressTerm[] {
  const terms: AddressTerm[] = [];
  for (const value of values) {
    if (value.kind !== 'null') terms.push(addressTerm(source, name, value));
  }
  return terms;
}

function addressTerm(source: Source, name: string, value: Value): AddressTerm {
  const { at } = value;
  if (value.kind === 'unknown') return { kind: 'unknown', unknown: value, text: value.text, at };
  if (value.kind !== 'string') {
    const unknown = wrongType(source, name, value, 'an address, a CIDR, a range or a service tag');
    return { kind: 'unknown', unknown, text: unknown.text, at };
  }
  const text = value.value.trim();
  if (text === '*') return { kind: 'any', text, at };
  const range = parseIpRange(text);
  if (range !== undefined) {
    noteHostBits(source, name, text, range.low, value);
    return { kind: 'range', range, text, at };
  }
  if (TAG.test(text)) return { kind: 'service-tag', tag: text, text, at };
  return { kind: 'unknown', unknown: malformed(source, name, text, value), text, at };
}

/** One address; an absent or empty one is `undefined`. */
export function addressIn(source: Source, name: string): AddressValue | undefined {
  const value = valueIn(source, name);
  return isAbsent(value) ? undefined : addressOf(source, name, value);
}

export function addressOf(source: Source, name: string, value: Value): AddressValue | undefined {
  if (value.kind === 'unknown') return value;
  if (value.kind !== 'string') return wrongType(source, name, value, 'an address');
  const text = value.value.trim();
  if (text === '') return undefined;
  return parseIp(text) ?? malformed(source, name, text, value);
}

export function addressesIn(
  source: Source,
  name: string,
  values: readonly Value[],
): readonly AddressValue[] {
  const addresses: AddressValue[] = [];
  for (const value of values) {
    const address = isAbsent(value) ? undefined : addressOf(source, name, value);
    if (address !== undefined) addresses.push(address);
  }
  return addresses;
}

/** The address, or the unknown under a symbol that other mentions of it share. */
export function withSymbol(address: AddressValue | undefined, unknown: Unknown): AddressValue {
  if (address === undefined) return unknown;
  if (address.kind === undefined || address.symbol !== undefined) return address;
  return unknown.symbol === undefined ? address : { ...address, symbol: unknown.symbol };
}

/** Prefixes of a plural and singular pair of members, in order. */
export function prefixesIn(
  source: Source,
  plural: string,
  singular: string,
): readonly Uncertain<PrefixAt>[] {
  return twinsIn(source, plural, singular).map((value) => prefixOf(source, plural, value));
}

export function prefixOf(source: Source, name: string, value: Value): Uncertain<PrefixAt> {
  if (value.kind === 'unknown') return value;
  if (value.kind !== 'string') return wrongType(source, name, value, 'a CIDR');
  const text = value.value.trim();
  const prefix = parsePrefix(text);
  if (prefix === undefined) return malformed(source, name, text, value);
  noteHostBits(source, name, text, prefix.base, value);
  return { kind: 'prefix', prefix, text, at: value.at };
}

/** @param first the first address of the block that `text` was read as */
function noteHostBits(
  source: Source,
  name: string,
  text: string,
  first: number | bigint,
  value: Value,
): void {
  const slash = text.indexOf('/');
  if (slash < 0 || parseIp(text.slice(0, slash))?.value === first) return;
  report(
    source.reading,
    'warning',
    'model/host-bits',
    `\`${text}\` in \`${name}\` of ${titleOf(source)} has bits set beyond its length; the whole block is meant`,
    value.at,
  );
}

function malformed(source: Source, name: string, text: string, value: Value): Unknown {
  report(
    source.reading,
    'error',
    'model/malformed-address',
    `\`${text}\` in \`${name}\` of ${titleOf(source)} is no address`,
    value.at,
  );
  return unreadable(source, name, text, value.at);
}
