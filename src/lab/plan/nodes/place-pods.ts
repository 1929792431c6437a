import type { Gap } from '../../../diagnostics/index.ts';
import type { AgentPool, ClusterNode, PodClass } from '../../../model/index.ts';
import { formatIp, parseIp } from '../../../net/index.ts';
import type { NodeSeat } from '../node-seat.ts';

/** A pod that has a node, and no address yet. */
export interface PlacedPod {
  readonly pod: PodClass;
  readonly index: number;
  readonly seat: NodeSeat;
  readonly isStandIn?: boolean;
}

/**
 * Which pods the lab runs, and where: one per workload, two where the workload has several, one on each node for a DaemonSet. Pods
 * without a wish go to the pools for applications, those of kube-system to the system pools, round robin. O(pods × nodes).
 */
export function placePods(
  pods: readonly PodClass[],
  standIns: readonly PodClass[],
  seats: readonly NodeSeat[],
  nodes: readonly ClusterNode[],
  podsPerWorkload: number,
): { readonly placed: readonly PlacedPod[]; readonly gaps: readonly Gap[] } {
  const placed: PlacedPod[] = [];
  const gaps: Gap[] = [];
  const linux = seats.filter((seat) => seat.pool?.osType !== 'Windows');
  const addressesOf = new Map(nodes.map(({ name, addresses }) => [name, addresses]));
  let turn = 0;
  for (const pod of [...pods, ...standIns].sort(inOrder)) {
    const isStandIn = standIns.includes(pod);
    const places = seatsFor(pod, linux, addressesOf);
    const wanted = wantedPods(pod, places.length, podsPerWorkload);
    if (wanted === 0) {
      gaps.push({ what: titleOf(pod), why: whyNone(pod, seats), at: pod.at });
      continue;
    }
    for (let index = 0; index < wanted; index++) {
      const first = pod.kind === 'DaemonSet' ? 0 : turn;
      const seat = places[(first + index) % places.length];
      if (seat === undefined) continue;
      placed.push({ pod, index, seat, ...(isStandIn ? { isStandIn } : {}) });
    }
    if (pod.kind !== 'DaemonSet') turn++;
  }
  return { placed, gaps };
}

export function titleOf({ kind, namespace, name }: PodClass): string {
  return `${kind} ${namespace}/${name}`;
}

/** Labels that AKS gives its nodes, with those of the pool. */
export function labelsOfSeat({ pool, host }: NodeSeat): Readonly<Record<string, string>> {
  const own = { 'kubernetes.io/os': 'linux', 'kubernetes.io/hostname': host };
  if (pool === undefined) return own;
  return {
    ...own,
    'kubernetes.io/os': pool.osType.toLowerCase(),
    agentpool: pool.name,
    'kubernetes.azure.com/agentpool': pool.name,
    'kubernetes.azure.com/mode': pool.mode?.toLowerCase() ?? 'user',
    ...pool.labels,
  };
}

/** Labels a node has whose value no file says: a wish for one of them is taken as granted. */
const OF_THE_MACHINE =
  /^(?:kubernetes\.io\/(?:arch|hostname)|(?:beta|node|topology|failure-domain\.beta)\.kubernetes\.io\/)/;

function seatsFor(
  pod: PodClass,
  seats: readonly NodeSeat[],
  addressesOf: ReadonlyMap<string, readonly string[]>,
): readonly NodeSeat[] {
  if (pod.os === 'windows') return [];
  // A live pod stays on its node, as far as the lab has that node.
  const own = pod.nodeName === undefined ? undefined : addressesOf.get(pod.nodeName);
  const named = seats.filter(
    ({ host, address }) => host === pod.nodeName || own?.includes(formatIp(address)) === true,
  );
  if (named.length > 0) return named;
  // Its address is one of the subnet of its pool.
  const beside = seats.filter((seat) => isBeside(seat, pod));
  if (beside.length > 0) return beside;
  const fitting = seats.filter((seat) => grants(labelsOfSeat(seat), pod.nodeSelector));
  if (pod.kind === 'DaemonSet') return fitting;
  const isSystem = pod.namespace === 'kube-system';
  const preferred = fitting.filter(({ pool }) => isSystemPool(pool) === isSystem);
  return preferred.length > 0 ? preferred : fitting;
}

function isBeside({ address, prefixLength }: NodeSeat, pod: PodClass): boolean {
  const own = parseIp(pod.address ?? '');
  if (own === undefined || own.family !== 4 || address.family !== 4) return false;
  const size = 2 ** (32 - prefixLength);
  return Math.floor(own.value / size) === Math.floor(address.value / size);
}

function isSystemPool(pool: AgentPool | undefined): boolean {
  return pool?.mode?.toLowerCase() === 'system';
}

function grants(
  labels: Readonly<Record<string, string>>,
  wishes: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(wishes).every(
    ([name, value]) => labels[name] === value || OF_THE_MACHINE.test(name),
  );
}

function wantedPods(pod: PodClass, places: number, podsPerWorkload: number): number {
  if (places === 0 || pod.replicas === 0) return 0;
  if (pod.kind === 'DaemonSet') return places;
  if (pod.kind === 'Pod') return 1;
  return Math.min(pod.replicas ?? 1, Math.max(podsPerWorkload, 2));
}

function whyNone(pod: PodClass, seats: readonly NodeSeat[]): string {
  if (pod.replicas === 0) return 'it is scaled to no pod, so the lab runs none';
  if (pod.os === 'windows') return 'the lab has no Windows nodes';
  return seats.length === 0
    ? 'the lab has no node of its cluster'
    : 'no node of the lab has the labels that its `nodeSelector` wants';
}

function inOrder(a: PodClass, b: PodClass): number {
  const [left, right] = [titleOf(a), titleOf(b)];
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1;
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return left < right ? -1 : left > right ? 1 : 0;
}
