import { parseIp } from '../../net/index.ts';
import { type FirewallPlacement, PRIVATE_IPV4, PUBLIC_IPV4 } from '../../network/index.ts';
import type { FirewallContext } from '../../semantics/firewall/context.ts';
import { allFirewallRules } from '../../semantics/firewall/symbolic/index.ts';

/** Addresses that no rule of a firewall tells apart are one cell. */
export interface AddressCells {
  /** The number of the cell; `undefined` for what is no IPv4 address. O(log prefixes), and O(1) for texts seen before. */
  cellOf(address: string): number | undefined;
  readonly count: number;
}

/**
 * Cuts IPv4 where any range of the firewall begins or ends, so that two flows with the same cells, port and protocol get the same
 * verdict: the symbolic telling names every range that the concrete one compares with (tests/property/logs-verify.test.ts).
 */
export function addressCells(
  placement: FirewallPlacement,
  context: FirewallContext,
  side: 'sources' | 'destinations',
): AddressCells {
  const starts = new Set<number>([0]);
  const cut = (ranges: readonly number[]) => {
    for (let at = 0; at + 1 < ranges.length; at += 2) {
      starts.add(ranges[at]!);
      if (ranges[at + 1]! < 0xffff_ffff) starts.add(ranges[at + 1]! + 1);
    }
  };
  const seen = new Set<object>();
  for (const { region } of allFirewallRules(placement, context)) {
    for (const box of region) {
      const set = box[side];
      if (set === undefined || seen.has(set)) continue;
      seen.add(set);
      cut(set.v4);
    }
  }
  for (const set of [PRIVATE_IPV4, PUBLIC_IPV4]) cut(set.v4);
  const bounds = Uint32Array.from([...starts].sort((a, b) => a - b));
  const known = new Map<string, number>();
  return {
    count: bounds.length,
    cellOf(address) {
      const remembered = known.get(address);
      if (remembered !== undefined) return remembered;
      const ip = parseIp(address);
      if (ip?.family !== 4) return undefined;
      const cell = lastAtMost(bounds, ip.value);
      if (known.size < REMEMBERED_MAX) known.set(address, cell);
      return cell;
    },
  };
}

/** Logs hold any number of addresses. */
const REMEMBERED_MAX = 500_000;

/** Index of the last bound that is at most `value`; the first one is 0. */
function lastAtMost(bounds: Uint32Array, value: number): number {
  let low = 0;
  let high = bounds.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (bounds[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
