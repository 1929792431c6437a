import type { Gap } from '../../diagnostics/index.ts';
import { prefixesOverlap } from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { Fabric } from './fabrics.ts';

/**
 * VNets of one fabric that share addresses, each with the reason why nobody in it is asked. Azure peers no such VNets; two readings of
 * one estate in the same input look like them. A router has one way to an address.
 */
export function overlappingVnets(
  network: Network,
  fabrics: readonly Fabric[],
): ReadonlyMap<string, string> {
  const why = new Map<string, string>();
  for (const { vnetKeys } of fabrics) {
    for (const [index, one] of vnetKeys.entries()) {
      for (const other of vnetKeys.slice(index + 1)) {
        if (!overlap(network, one, other)) continue;
        if (!why.has(one)) why.set(one, reason(network, other));
        if (!why.has(other)) why.set(other, reason(network, one));
      }
    }
  }
  return why;
}

export function overlapGaps(
  network: Network,
  overlapping: ReadonlyMap<string, string>,
): readonly Gap[] {
  return [...overlapping].flatMap(([key, why]) => {
    const vnet = network.vnets.get(key)?.vnet;
    return vnet === undefined ? [] : [{ what: `virtual network ${vnet.name}`, why, at: vnet.at }];
  });
}

function reason(network: Network, other: string): string {
  const name = network.vnets.get(other)?.vnet.name ?? other;
  return `it shares addresses with another virtual network in its reach (${name}): the lab leads them to one of the two`;
}

function overlap(network: Network, one: string, other: string): boolean {
  const [left, right] = [prefixes(network, one), prefixes(network, other)];
  return left.some((a) => right.some((b) => prefixesOverlap(a, b)));
}

function prefixes(network: Network, key: string) {
  const space = network.vnets.get(key)?.vnet.addressSpace ?? [];
  return space.flatMap((entry) => (isUnknown(entry) ? [] : [entry.prefix]));
}
