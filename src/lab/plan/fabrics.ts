import type { Gap } from '../../diagnostics/index.ts';
import type { Network } from '../../network/index.ts';
import type { HostNames } from './host-names.ts';

/** A set of VNets that are peered with each other, directly or through others: they share no address, so one router is exact. */
export interface Fabric {
  readonly host: string;
  readonly edge: string;
  readonly platform: string;
  readonly vnetKeys: readonly string[];
  /** From 0; part of the addresses of its cables. */
  readonly index: number;
}

/** Each brings an edge and a platform of its own, and addresses for their cables. */
const FABRICS_MAX = 100;

/** The fabrics of a perimeter, in the order of their first VNet's name. Peerings that are broken or lead out of the input join nothing. */
export function fabricsOf(network: Network, names: HostNames): readonly Fabric[] {
  const keys = [...network.vnets.keys()].sort();
  const groupOf = new Map<string, string[]>();
  for (const key of keys) groupOf.set(key, [key]);
  for (const key of keys) {
    for (const peer of network.vnets.get(key)?.peers ?? []) {
      const other = peer.remote.kind === 'found' ? peer.remote.target.key : undefined;
      if (peer.state !== 'connected' || other === undefined) continue;
      const mine = groupOf.get(key);
      const theirs = groupOf.get(other);
      if (mine === undefined || theirs === undefined || mine === theirs) continue;
      mine.push(...theirs);
      for (const member of theirs) groupOf.set(member, mine);
    }
  }
  const groups = [...new Set(groupOf.values())];
  return groups.slice(0, FABRICS_MAX).map((vnetKeys, index) => ({
    host: names.give(numbered('fabric', index)),
    edge: names.give(numbered('edge', index)),
    platform: names.give(numbered('platform', index)),
    vnetKeys: [...vnetKeys].sort(),
    index,
  }));
}

/** VNets beyond the number of fabrics a lab has. */
export function vnetsWithoutFabric(network: Network, fabrics: readonly Fabric[]): readonly Gap[] {
  const placed = new Set(fabrics.flatMap(({ vnetKeys }) => vnetKeys));
  return [...network.vnets.values()]
    .filter(({ vnet }) => !placed.has(vnet.key))
    .map(({ vnet }) => ({
      what: `virtual network ${vnet.name}`,
      why: `a lab has at most ${FABRICS_MAX} sets of peered networks`,
      at: vnet.at,
    }));
}

/** VNets that a VNet hands packets to without help: itself and its connected peers (AZN-03). */
export function reachedVnets(network: Network, vnetKey: string): ReadonlySet<string> {
  const reached = new Set([vnetKey]);
  for (const peer of network.vnets.get(vnetKey)?.peers ?? []) {
    if (peer.state === 'connected' && peer.remote.kind === 'found') {
      reached.add(peer.remote.target.key);
    }
  }
  return reached;
}

function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name}-${index + 1}`;
}
