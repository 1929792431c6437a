import {
  formatIp,
  formatPrefix,
  type Ip,
  type Ipv4,
  type Ipv6,
  type Prefix,
  parsePrefix,
  prefixOf,
} from '../../../../net/index.ts';
import { ANY_NUMBER, type Call, type FunctionTable, plain } from '../evaluate/hcl-function.ts';
import { textOf, wholeNumberOf } from '../values/convert.ts';
import { type HclValue, type Known, sequence, textValue } from '../values/hcl-value.ts';
import { Refusal } from '../values/refusal.ts';

/** `cidrsubnet` and its kin. Unlike the functions of ARM they count new bits, and hosts from the network itself. */
export const CIDR_FUNCTIONS: FunctionTable = {
  cidrsubnet: plain(3, 3, ([text, bits, number], call) => {
    const prefix = prefixIn(text!);
    const newBits = wholeNumberOf(bits!);
    const index = wholeNumberOf(number!);
    const length = prefix.length + newBits;
    checkLength(prefix, newBits, length);
    if (index < 0 || BigInt(index) >= 1n << BigInt(newBits)) {
      throw new Refusal(`${formatPrefix(prefix)} has no part ${index} of ${newBits} new bits`);
    }
    const base = BigInt(prefix.base) + (BigInt(index) << BigInt(widthOf(prefix) - length));
    return subnet(prefix, base, length, call);
  }),
  cidrsubnets: plain(1, ANY_NUMBER, ([text, ...list], call) => {
    const prefix = prefixIn(text!);
    const width = widthOf(prefix);
    let next = BigInt(prefix.base);
    const end = next + (1n << BigInt(width - prefix.length));
    const subnets = list.map((bits): HclValue => {
      const newBits = wholeNumberOf(bits);
      const length = prefix.length + newBits;
      if (newBits < 1) throw new Refusal('every part takes at least one new bit');
      checkLength(prefix, newBits, length);
      const size = 1n << BigInt(width - length);
      // Each part starts at the next multiple of its own size.
      const base = ((next + size - 1n) / size) * size;
      next = base + size;
      if (next > end) throw new Refusal(`${formatPrefix(prefix)} has no room for all parts`);
      return subnet(prefix, base, length, call);
    });
    return sequence('list', subnets, call.at);
  }),
  cidrhost: plain(2, 2, ([text, number], call) => {
    const prefix = prefixIn(text!);
    const index = BigInt(wholeNumberOf(number!));
    const size = 1n << BigInt(widthOf(prefix) - prefix.length);
    // Negative numbers count from the end.
    const offset = index < 0n ? size + index : index;
    if (offset < 0n || offset >= size) {
      throw new Refusal(`${formatPrefix(prefix)} has no host ${index}`);
    }
    return textValue(formatIp(ipOf(prefix, BigInt(prefix.base) + offset)), call.at);
  }),
  cidrnetmask: plain(1, 1, ([text], call) => {
    const prefix = prefixIn(text!);
    if (prefix.family === 6) throw new Refusal('IPv6 prefixes have no netmask');
    const mask = (0xffff_ffffn << BigInt(32 - prefix.length)) & 0xffff_ffffn;
    return textValue(formatIp(ipOf(prefix, mask)), call.at);
  }),
};

function prefixIn(value: Known): Prefix {
  const text = textOf(value);
  const prefix = text.includes('/') ? parsePrefix(text) : undefined;
  if (prefix === undefined) throw new Refusal('the first argument is no address prefix');
  return prefix;
}

function checkLength(prefix: Prefix, newBits: number, length: number): void {
  if (newBits >= 0 && length <= widthOf(prefix)) return;
  throw new Refusal(`${formatPrefix(prefix)} cannot be divided by ${newBits} new bits`);
}

function subnet(prefix: Prefix, base: bigint, length: number, call: Call): HclValue {
  return textValue(formatPrefix(prefixOf(ipOf(prefix, base), length)), call.at);
}

function widthOf(prefix: Prefix): number {
  return prefix.family === 4 ? 32 : 128;
}

function ipOf(prefix: Prefix, value: bigint): Ip {
  return prefix.family === 4
    ? { family: 4, value: Number(value) as Ipv4 }
    : { family: 6, value: value as Ipv6 };
}
