import { formatIp, formatPrefix, type Ip, type Ipv4, type Ipv6, type Prefix, parsePrefix, prefixOf } from '../../../net/index.ts';
import type { Value } from '../../../values/index.ts';
import { type Call, failure, type FunctionTable, type Known, numberResult, objectResult, plain, textResult } from '../call.ts';

/** `cidrSubnet`, `cidrHost`, `parseCidr`: own arithmetic, both families. */
export const CIDR_FUNCTIONS: FunctionTable = {
  cidrsubnet: plain(3, 3, (list, call) =>
    withPrefix(list, call, (prefix) => {
      const length = wholeNumber(list[1]);
      const index = wholeNumber(list[2]);
      if (length === undefined || index === undefined) return failure(call, 'numbers are expected');
      const widest = widthOf(prefix);
      if (length < prefix.length || length > widest) {
        return failure(call, `/${length} does not lie between /${prefix.length} and /${widest}`);
      }
      if (BigInt(index) >= 1n << BigInt(length - prefix.length)) {
        return failure(call, `${formatPrefix(prefix)} has no subnet /${length} number ${index}`);
      }
      const base = BigInt(prefix.base) + (BigInt(index) << BigInt(widest - length));
      return textResult(call, formatPrefix(prefixOf(ipOf(prefix, base), length)));
    }),
  ),
  cidrhost: plain(2, 2, (list, call) =>
    withPrefix(list, call, (prefix) => {
      const index = wholeNumber(list[1]);
      if (index === undefined) return failure(call, 'the index is a whole number from 0');
      const { first, last } = usable(prefix);
      const address = first + BigInt(index);
      if (address > last) return failure(call, `${formatPrefix(prefix)} has no host ${index}`);
      return textResult(call, formatIp(ipOf(prefix, address)));
    }),
  ),
  parsecidr: plain(1, 1, (list, call) =>
    withPrefix(list, call, (prefix) => describe(prefix, call)),
  ),
};

/**
 * First and last usable address. ARM-07: IPv4 leaves out the network and the broadcast address; IPv6 has no
 * broadcast and its first address is usable by `parseCidr`, while `cidrHost` starts one later in both families.
 */
function usable(prefix: Prefix): { first: bigint; last: bigint } {
  const base = BigInt(prefix.base);
  const size = 1n << BigInt(widthOf(prefix) - prefix.length);
  // Point-to-point blocks have no room for reserved addresses.
  if (size <= 2n) return { first: base, last: base + size - 1n };
  return { first: base + 1n, last: base + size - (prefix.family === 4 ? 2n : 1n) };
}

function describe(prefix: Prefix, call: Call): Value {
  const width = widthOf(prefix);
  const hostBits = BigInt(width - prefix.length);
  const base = BigInt(prefix.base);
  const last = base + (1n << hostBits) - 1n;
  const mask = ((1n << BigInt(width)) - 1n) ^ ((1n << hostBits) - 1n);
  const text = (address: bigint) => textResult(call, formatIp(ipOf(prefix, address)));
  const hosts = usable(prefix);
  const pairs: [string, Value][] = [
    ['network', text(base)],
    ['netmask', text(mask)],
    ['firstUsable', text(prefix.family === 4 ? hosts.first : base)],
    ['lastUsable', text(hosts.last)],
    ['cidr', numberResult(call, prefix.length)],
  ];
  if (prefix.family === 4) pairs.splice(2, 0, ['broadcast', text(last)]);
  return objectResult(call, pairs);
}

function withPrefix(list: readonly Known[], call: Call, use: (prefix: Prefix) => Value): Value {
  const written = list[0];
  const prefix =
    written?.kind === 'string' && written.value.includes('/')
      ? parsePrefix(written.value)
      : undefined;
  if (prefix === undefined) return failure(call, 'the first argument is no address prefix');
  return use(prefix);
}

function widthOf(prefix: Prefix): number {
  return prefix.family === 4 ? 32 : 128;
}

function ipOf(prefix: Prefix, value: bigint): Ip {
  return prefix.family === 4
    ? { family: 4, value: Number(value) as Ipv4 }
    : { family: 6, value: value as Ipv6 };
}

function wholeNumber(value: Known | undefined): number | undefined {
  if (value?.kind !== 'number' || !Number.isInteger(value.value) || value.value < 0) return undefined;
  return value.value;
}
