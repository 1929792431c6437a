import type { Brand } from './brand.ts';

/** 0…65535. */
export type Port = Brand<number, 'Port'>;

/** Sorted, disjoint, non-adjacent inclusive pairs of ports. */
export type PortSet = readonly number[];

export const ALL_PORTS: PortSet = [0, 65535];

/** Transport protocols the boxes tell apart. `other` is every remaining IANA protocol number. */
export type Protocol = 'tcp' | 'udp' | 'icmp' | 'sctp' | 'esp' | 'ah' | 'other';

export function parsePort(text: string | number): Port | undefined {
  const value =
    typeof text === 'number' ? text : /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isInteger(value) && value >= 0 && value <= 65535 ? (value as Port) : undefined;
}

/** `*`, `443` or `1000-2000`. `undefined` when it is none of them or runs backwards. */
export function parsePortRange(text: string): readonly [Port, Port] | undefined {
  const trimmed = text.trim();
  if (trimmed === '*') return [0 as Port, 65535 as Port];
  const dash = trimmed.indexOf('-');
  const low = parsePort(dash < 0 ? trimmed : trimmed.slice(0, dash).trim());
  const high = dash < 0 ? low : parsePort(trimmed.slice(dash + 1).trim());
  if (low === undefined || high === undefined || low > high) return undefined;
  return [low, high];
}

export function portSet(ranges: Iterable<readonly [number, number]>): PortSet {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const out: number[] = [];
  for (const [low, high] of sorted) {
    const last = out.length - 1;
    if (last > 0 && low <= out[last]! + 1) out[last] = Math.max(out[last]!, high);
    else out.push(low, high);
  }
  return out;
}

export function portSetHas(set: PortSet, port: number): boolean {
  for (let index = 0; index < set.length; index += 2) {
    if (set[index]! <= port && port <= set[index + 1]!) return true;
  }
  return false;
}

export function portSetsOverlap(a: PortSet, b: PortSet): boolean {
  for (let i = 0; i < a.length; i += 2) {
    for (let j = 0; j < b.length; j += 2) {
      if (a[i]! <= b[j + 1]! && b[j]! <= a[i + 1]!) return true;
    }
  }
  return false;
}

/** Does `outer` hold every port of `inner`? */
export function portSetCovers(outer: PortSet, inner: PortSet): boolean {
  for (let i = 0; i < inner.length; i += 2) {
    let covered = false;
    for (let j = 0; j < outer.length; j += 2) {
      if (outer[j]! <= inner[i]! && inner[i + 1]! <= outer[j + 1]!) covered = true;
    }
    if (!covered) return false;
  }
  return true;
}

export function formatPortSet(set: PortSet): string {
  if (set.length === 0) return 'no port';
  if (set.length === 2 && set[0] === 0 && set[1] === 65535) return '*';
  const texts: string[] = [];
  for (let index = 0; index < set.length; index += 2) {
    texts.push(set[index] === set[index + 1] ? `${set[index]}` : `${set[index]}-${set[index + 1]}`);
  }
  return texts.join(',');
}
