import { formatIp, type Ip, type Ipv4, type Ipv6, parseIp } from './ip.ts';

/** A CIDR block. `base` has its host bits cleared; `length` is 0…32 or 0…128. */
export type Prefix =
  | { readonly family: 4; readonly base: Ipv4; readonly length: number }
  | { readonly family: 6; readonly base: Ipv6; readonly length: number };

/** An inclusive range of addresses of one family, `low <= high`. */
export type IpRange =
  | { readonly family: 4; readonly low: Ipv4; readonly high: Ipv4 }
  | { readonly family: 6; readonly low: Ipv6; readonly high: Ipv6 };

/** Parses `a.b.c.d/n` or `x::/n`; a bare address is its host prefix. Host bits are cleared. */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf('/');
  const ip = parseIp(slash < 0 ? text : text.slice(0, slash));
  if (ip === undefined) return undefined;
  const widest = ip.family === 4 ? 32 : 128;
  if (slash < 0) return prefixOf(ip, widest);
  const lengthText = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(lengthText)) return undefined;
  const length = Number(lengthText);
  return length > widest ? undefined : prefixOf(ip, length);
}

/** True when `text` names a prefix whose address has bits set beyond its length (`10.0.0.1/8`). */
export function hasHostBits(text: string): boolean {
  const prefix = parsePrefix(text);
  const ip = parseIp(text.split('/')[0]!);
  return prefix !== undefined && ip !== undefined && prefix.base !== ip.value;
}

/** The prefix of `length` bits around `ip`. Length 0 is treated apart: JS shifts are modulo 32. */
export function prefixOf(ip: Ip, length: number): Prefix {
  if (ip.family === 4) {
    const mask = length === 0 ? 0 : (-1 << (32 - length)) >>> 0;
    return { family: 4, base: ((ip.value & mask) >>> 0) as Ipv4, length };
  }
  const hostBits = BigInt(128 - length);
  return { family: 6, base: ((ip.value >> hostBits) << hostBits) as Ipv6, length };
}

export function rangeOfPrefix(prefix: Prefix): IpRange {
  if (prefix.family === 4) {
    const size = 2 ** (32 - prefix.length);
    return { family: 4, low: prefix.base, high: (prefix.base + size - 1) as Ipv4 };
  }
  const last = prefix.base | ((1n << BigInt(128 - prefix.length)) - 1n);
  return { family: 6, low: prefix.base, high: last as Ipv6 };
}

/** Parses an address, a CIDR or `low-high` (both ends of one family, `low <= high`). */
export function parseIpRange(text: string): IpRange | undefined {
  const dash = text.indexOf('-');
  if (dash < 0) {
    const prefix = parsePrefix(text);
    return prefix === undefined ? undefined : rangeOfPrefix(prefix);
  }
  const low = parseIp(text.slice(0, dash).trim());
  const high = parseIp(text.slice(dash + 1).trim());
  if (low === undefined || high === undefined) return undefined;
  if (low.family === 4 && high.family === 4 && low.value <= high.value) {
    return { family: 4, low: low.value, high: high.value };
  }
  if (low.family === 6 && high.family === 6 && low.value <= high.value) {
    return { family: 6, low: low.value, high: high.value };
  }
  return undefined;
}

export function formatPrefix(prefix: Prefix): string {
  const ip =
    prefix.family === 4
      ? ({ family: 4, value: prefix.base } as const)
      : ({ family: 6, value: prefix.base } as const);
  return `${formatIp(ip)}/${prefix.length}`;
}

/** Does `outer` contain every address of `inner`? */
export function prefixCovers(outer: Prefix, inner: Prefix): boolean {
  if (outer.family === 4 && inner.family === 4) {
    return (
      outer.length <= inner.length &&
      prefixOf({ family: 4, value: inner.base }, outer.length).base === outer.base
    );
  }
  if (outer.family === 6 && inner.family === 6) {
    return (
      outer.length <= inner.length &&
      prefixOf({ family: 6, value: inner.base }, outer.length).base === outer.base
    );
  }
  return false;
}

/** Two prefixes overlap exactly when one covers the other. */
export function prefixesOverlap(a: Prefix, b: Prefix): boolean {
  return prefixCovers(a, b) || prefixCovers(b, a);
}

export function prefixHas(prefix: Prefix, ip: Ip): boolean {
  return prefixCovers(prefix, prefixOf(ip, ip.family === 4 ? 32 : 128));
}

/** Number of addresses in the block. Exact for IPv4; for IPv6 it may exceed 2^53, hence bigint. */
export function prefixSize(prefix: Prefix): bigint {
  return 1n << BigInt((prefix.family === 4 ? 32 : 128) - prefix.length);
}

export function equalPrefix(a: Prefix, b: Prefix): boolean {
  return a.family === b.family && a.length === b.length && a.base === b.base;
}
