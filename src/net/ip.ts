import type { Brand } from './brand.ts';

/** Unsigned 32-bit, host order: `0` … `2 ** 32 - 1`. */
export type Ipv4 = Brand<number, 'Ipv4'>;
/** Unsigned 128-bit, host order. */
export type Ipv6 = Brand<bigint, 'Ipv6'>;

/** One address. The two families never match each other: `::/0` does not cover IPv4. */
export type Ip =
  | { readonly family: 4; readonly value: Ipv4 }
  | { readonly family: 6; readonly value: Ipv6 };

export type Family = Ip['family'];

export const IPV4_LAST = 0xffff_ffff as Ipv4;
export const IPV6_LAST = ((1n << 128n) - 1n) as Ipv6;

/** Parses a dotted quad or an IPv6 literal (RFC 4291 text forms, no zone, no port). `undefined` when it is neither. */
export function parseIp(text: string): Ip | undefined {
  if (text.includes(':')) {
    const value = parseIpv6(text);
    return value === undefined ? undefined : { family: 6, value };
  }
  const value = parseIpv4(text);
  return value === undefined ? undefined : { family: 4, value };
}

/** Four decimal octets without leading zeros (`010` is refused: some resolvers read it as octal). */
export function parseIpv4(text: string): Ipv4 | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  let value = 0;
  for (let index = 1; index <= 4; index += 1) {
    const part = match[index]!;
    const octet = Number(part);
    if (octet > 255 || (part.length > 1 && part.startsWith('0'))) return undefined;
    value = value * 256 + octet;
  }
  return value as Ipv4;
}

function parseIpv6(text: string): Ipv6 | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1]!, true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  let value = 0n;
  for (const group of [...head, ...new Array<number>(missing).fill(0), ...tail]) {
    value = (value << 16n) | BigInt(group);
  }
  return value as Ipv6;
}

/** Hex groups of one half of an IPv6 literal; a trailing dotted quad counts as two groups. */
function groupsOf(half: string, mayEndInIpv4: boolean): number[] | undefined {
  if (half === '') return [];
  const groups: number[] = [];
  const parts = half.split(':');
  for (const [index, part] of parts.entries()) {
    if (mayEndInIpv4 && index === parts.length - 1 && part.includes('.')) {
      const quad = parseIpv4(part);
      if (quad === undefined) return undefined;
      groups.push(quad >>> 16, quad & 0xffff);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return groups;
}

/** The canonical text: dotted quad, or RFC 5952 (lower case, longest run of zero groups as `::`). */
export function formatIp(ip: Ip): string {
  return ip.family === 4 ? formatIpv4(ip.value) : formatIpv6(ip.value);
}

export function formatIpv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

function formatIpv6(value: bigint): string {
  const groups: number[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(Number((value >> shift) & 0xffffn));
  let bestStart = -1;
  let bestLength = 1; // RFC 5952 4.2.2: a single zero group is not shortened
  for (let start = 0; start < 8; start += 1) {
    let end = start;
    while (end < 8 && groups[end] === 0) end += 1;
    if (end - start > bestLength) [bestStart, bestLength] = [start, end - start];
  }
  const hex = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  if (bestStart < 0) return hex(0, 8);
  return `${hex(0, bestStart)}::${hex(bestStart + bestLength, 8)}`;
}

export function equalIp(a: Ip, b: Ip): boolean {
  return a.family === b.family && a.value === b.value;
}
