import type { Gap } from '../../../diagnostics/index.ts';
import {
  addressSetHas,
  formatIp,
  type Ip,
  type Ipv4,
  type Prefix,
  parseIp,
  prefixesOfAddressSet,
  prefixHas,
} from '../../../net/index.ts';
import type { ClusterPlacement } from '../../../network/index.ts';
import type { NodeSeat, PodRoute } from '../node-seat.ts';
import { type PlacedPod, titleOf } from './place-pods.ts';

/** Where each pod of one cluster is reached. Host-network pods are not among them. */
export interface PodAddresses {
  readonly addresses: ReadonlyMap<PlacedPod, Ip>;
  readonly routes: readonly PodRoute[];
  readonly gaps: readonly Gap[];
}

/**
 * Gives pods addresses as the cluster does: in overlay and kubenet a /24 of the pod range per node, else addresses of the subnet that
 * the seat was given. An address that a live pod has is kept (AZN-50).
 */
export function addressPods(
  cluster: ClusterPlacement,
  seats: readonly NodeSeat[],
  pods: readonly PlacedPod[],
): PodAddresses {
  const own = pods.filter(({ pod }) => !pod.hostNetwork);
  const inSubnet = cluster.addressing === 'node-subnet' || cluster.addressing === 'pod-subnet';
  if (!inSubnet && cluster.podAddresses.v4.length === 0) {
    return { addresses: new Map(), routes: [], gaps: noRange(cluster, own) };
  }
  const addresses = new Map<PlacedPod, Ip>();
  const gaps: Gap[] = [];
  const live = liveAddresses(cluster, own);
  const taken = new Set([...live.values()].map(formatIp));
  const blocks = inSubnet ? new Map<NodeSeat, Prefix>() : blocksOf(cluster, seats);
  const free = new Map(
    seats.map((seat) => [seat, inSubnet ? seat.podAddresses.values() : hostsOf(blocks.get(seat))]),
  );
  for (const placed of own) {
    const address = live.get(placed) ?? nextFree(free.get(placed.seat), taken);
    if (address !== undefined) {
      addresses.set(placed, address);
      continue;
    }
    const what = titleOf(placed.pod);
    gaps.push({ what, why: 'its node has no address left for pods', at: placed.pod.at });
  }
  return { addresses, routes: routesOf(cluster.name, addresses, blocks, inSubnet), gaps };
}

/** Azure keeps the first addresses of a block for itself. */
const FIRST_HOST = 4;
const LAST_HOST = 254;

function blocksOf(
  { podAddresses }: ClusterPlacement,
  seats: readonly NodeSeat[],
): Map<NodeSeat, Prefix> {
  const blocks = new Map<NodeSeat, Prefix>();
  const ranges = prefixesOfAddressSet({ v4: podAddresses.v4, v6: [] });
  let index = 0;
  for (const range of ranges) {
    if (range.family !== 4 || range.length > 24) continue;
    const most = 2 ** (24 - range.length);
    for (let block = 0; block < most && index < seats.length; block++, index++) {
      const seat = seats[index];
      const base = (range.base + block * 256) as Ipv4;
      if (seat !== undefined) blocks.set(seat, { family: 4, base, length: 24 });
    }
  }
  return blocks;
}

function* hostsOf(block: Prefix | undefined): Generator<Ip> {
  if (block?.family !== 4) return;
  for (let host = FIRST_HOST; host <= LAST_HOST; host++) {
    yield { family: 4, value: (block.base + host) as Ipv4 };
  }
}

function nextFree(free: Iterator<Ip> | undefined, taken: Set<string>): Ip | undefined {
  for (;;) {
    const next = free?.next();
    if (next === undefined || next.done === true) return undefined;
    const text = formatIp(next.value);
    if (taken.has(text)) continue;
    taken.add(text);
    return next.value;
  }
}

/** Only what lies in the cluster's range and is claimed once: an export of another day must not make two pods one. */
function liveAddresses(
  cluster: ClusterPlacement,
  pods: readonly PlacedPod[],
): ReadonlyMap<PlacedPod, Ip> {
  const live = new Map<PlacedPod, Ip>();
  const seen = new Set<string>();
  for (const placed of pods) {
    const ip = placed.pod.address === undefined ? undefined : parseIp(placed.pod.address);
    if (ip?.family !== 4 || !addressSetHas(cluster.podAddresses, ip) || seen.has(formatIp(ip))) {
      continue;
    }
    seen.add(formatIp(ip));
    live.set(placed, ip);
  }
  return live;
}

function routesOf(
  cluster: string,
  addresses: ReadonlyMap<PlacedPod, Ip>,
  blocks: ReadonlyMap<NodeSeat, Prefix>,
  inSubnet: boolean,
): readonly PodRoute[] {
  const routes: PodRoute[] = [...blocks].map(([seat, block]) => ({
    prefix: `${formatIp({ family: 4, value: block.base as Ipv4 })}/24`,
    node: seat.host,
    inSubnet: false,
    cluster,
  }));
  for (const [{ seat }, address] of addresses) {
    const block = blocks.get(seat);
    if (block !== undefined && prefixHas(block, address)) continue;
    routes.push({ prefix: `${formatIp(address)}/32`, node: seat.host, inSubnet, cluster });
  }
  return routes;
}

function noRange(cluster: ClusterPlacement, pods: readonly PlacedPod[]): readonly Gap[] {
  if (pods.length === 0) return [];
  return [
    {
      what: `pods of ${cluster.name}`,
      why: 'how the cluster gives pods addresses is not known, so the lab runs none of them',
      count: pods.length,
    },
  ];
}
