import {
  formatIp,
  formatPrefix,
  type Ip,
  type Ipv4,
  type Ipv6,
  type Prefix,
  parsePrefix,
  prefixOf,
} from '../../../net/index.ts';
import type { Value } from '../../../values/index.ts';
import {
  type Call,
  type FunctionTable,
  failure,
  type Known,
  numberResult,
  objectResult,
  plain,
  textResult,
} from '../call.ts';
import { unknownAt } from '../unknowns.ts';

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
      const hosts = hostsOf(prefix);
      const address = (hosts?.first ?? 0n) + BigInt(index);
      if (hosts === undefined || address > hosts.last)
        return failure(call, `${formatPrefix(prefix)} has no host ${index}`);
      return textResult(call, formatIp(ipOf(prefix, address)));
    }),
  ),
  parsecidr: plain(1, 1, (list, call) =>
    withPrefix(list, call, (prefix) => describe(prefix, call)),
  ),
};

/**
 * First and last host by `cidrHost`. ARM-07: the network address is left out in both families, the broadcast
 * address in IPv4 alone. Blocks of one or two addresses are not described by the documentation: `undefined`.
 */
function hostsOf(prefix: Prefix): { first: bigint; last: bigint } | undefined {
  const base = BigInt(prefix.base);
  const size = 1n << BigInt(widthOf(prefix) - prefix.length);
  if (size <= 2n) return undefined;
  return { first: base + 1n, last: base + size - (prefix.family === 4 ? 2n : 1n) };
}

function describe(prefix: Prefix, call: Call): Value {
  const width = widthOf(prefix);
  const hostBits = BigInt(width - prefix.length);
  const base = BigInt(prefix.base);
  const last = base + (1n << hostBits) - 1n;
  const mask = ((1n << BigInt(width)) - 1n) ^ ((1n << hostBits) - 1n);
  const text = (address: bigint) => textResult(call, formatIp(ipOf(prefix, address)));
  const hosts = hostsOf(prefix);
  const notDocumented = unknownAt(
    call.context.at,
    'unsupported',
    call.expression.text,
    `the usable addresses of ${formatPrefix(prefix)}, which has no room for reserved ones`,
  );
  // The documented IPv6 example counts the base itself as usable, unlike `cidrHost`.
  const firstUsable = prefix.family === 6 ? base : hosts?.first;
  const pairs: [string, Value][] = [
    ['network', text(base)],
    ['netmask', text(mask)],
    [
      'firstUsable',
      hosts === undefined || firstUsable === undefined ? notDocumented : text(firstUsable),
    ],
    ['lastUsable', hosts === undefined ? notDocumented : text(hosts.last)],
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
  if (value?.kind !== 'number' || !Number.isInteger(value.value) || value.value < 0)
    return undefined;
  return value.value;
}
