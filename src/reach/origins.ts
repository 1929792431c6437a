import type { FlowPoint } from '../flows/index.ts';
import type { PodClass } from '../model/index.ts';
import {
  type AddressSet,
  addressSetsOverlap,
  formatAddressSet,
  formatIp,
  intersectAddresses,
  isEmptyAddressSet,
  singleAddress,
  subtractAddresses,
} from '../net/index.ts';
import {
  type ClusterPlacement,
  homeOfObjects,
  type Network,
  type PoolPlacement,
  PUBLIC_IPV4,
  type SubnetPlacement,
} from '../network/index.ts';
import { membersOfTag } from '../semantics/match.ts';
import { type Home, open, type Place } from './branch.ts';
import { NO_FAILURES } from './failures.ts';
import { fittingPools } from './fitting-pools.ts';
import { AS_SENT, type End } from './header.ts';
import { internet } from './hops/internet.ts';
import { endOfNode, endOfSender, leavingNode } from './hops/leaving-node.ts';
import { leavingPod } from './hops/leaving-pod.ts';
import { leavingSubnet, type Sending } from './hops/leaving-subnet.ts';
import { onPremises } from './hops/on-premises.ts';
import { unlessFailed } from './hops/unless-failed.ts';
import { livePods } from './live-pods.ts';
import { outside } from './outside.ts';
import { poolsNamed } from './pools-named.ts';
import type { Selector } from './selector.ts';
import type { World } from './world.ts';

/** A place from which flows of a question set out. */
export interface Origin {
  /** For people: `pets/order-service`, `nodes of pool nodepool1`. */
  readonly label: string;
  readonly source: End;
  /** Set when sources are told apart: an address of them is the one to trace from. */
  readonly sources?: AddressSet;
  /** One flow's sender as `trace --from` takes it. */
  readonly spell: (point: FlowPoint) => string;
  readonly home?: Home;
  /** The network whose DNS servers answer the sender; absent for the internet and for on-premises. */
  readonly vnetKey?: string;
  /** The cluster it is in: as a pod, a node, or an address of its nodes' subnets. */
  readonly sender?: ClusterPlacement;
  readonly cluster?: ClusterPlacement;
  readonly pool?: PoolPlacement;
  readonly pod?: PodClass;
  readonly place: Place;
}

export type Found<T> =
  | { readonly kind: 'found'; readonly found: readonly T[] }
  | { readonly kind: 'problem'; readonly message: string; readonly hint: string };

/** The places a selector names as a sender. Pods that later boxes cannot tell apart may be asked once: see `query`. */
export function originsOf(world: World, selector: Selector): Found<Origin> {
  const { network } = world;
  switch (selector.kind) {
    case 'pods': {
      const pods = podsOf(network, selector);
      if (pods.kind === 'problem') return pods;
      return { kind: 'found', found: pods.found.flatMap((pod) => podOrigins(world, pod)) };
    }
    case 'nodes':
      return nodeOrigins(world, selector);
    case 'internet':
      return found(internetOrigin(world, outside(world), 'internet'));
    case 'addresses':
      if (isIpv6Only(selector.addresses)) return noIpv6(selector.text);
      return addressOrigins(world, selector.addresses, selector.text, selector.onPremises === true);
    case 'subnet': {
      const subnet = subnetNamed(network, selector.name);
      return subnet === undefined
        ? unknownSubnet(network, selector.name)
        : addressOrigins(world, subnet.addresses, selector.text, false);
    }
    case 'tag': {
      const set = membersOfTag(network.perimeter.snapshot.datasets.serviceTags, selector.tag);
      return set === undefined
        ? unknownTag(selector.tag)
        : addressOrigins(world, { v4: set.v4, v6: [] }, selector.text, false);
    }
    default:
      return {
        kind: 'problem',
        message: `\`${selector.text}\` cannot send: it only receives`,
        hint: 'start from pods, ns:…, deploy:…, nodes, internet, subnet:…, onprem:CIDR or a CIDR',
      };
  }
}

/** The workloads a selector names, in the order of the input. */
export function podsOf(network: Network, selector: Selector & { kind: 'pods' }): Found<PodClass> {
  const all = network.perimeter.kubernetes.pods;
  const { workload, namespace, labels } = selector;
  const wanted = all.filter(
    (pod) =>
      (namespace === undefined || pod.namespace === namespace) &&
      (workload === undefined || (pod.kind === workload.kind && pod.name === workload.name)) &&
      labels.every(([key, value]) => pod.labels[key] === value),
  );
  if (wanted.length > 0) return { kind: 'found', found: wanted };
  const near = all
    .filter((pod) => workload === undefined || pod.name === workload.name)
    .slice(0, 5)
    .map((pod) => `${pod.namespace}/${pod.name}`);
  return {
    kind: 'problem',
    message: `no pod of the input is \`${selector.text}\``,
    hint:
      near.length > 0
        ? `there is ${near.join(', ')}`
        : 'add Kubernetes manifests or an export of the cluster',
  };
}

/** The cluster that the Kubernetes objects belong to: the only one, the one whose view this is, or the nameless one. */
export function clusterOfPods(network: Network): ClusterPlacement | undefined {
  return homeOfObjects(network);
}

/** A workload's places: one per pool whose subnets differ; one without a pool when none is known. */
export function podOrigins(world: World, pod: PodClass): Origin[] {
  const cluster = clusterOfPods(world.network);
  if (cluster === undefined) return [];
  const all = poolsFor(cluster, pod);
  // Pods of a pool that is down start again on another one, where there is one.
  const standing = all.filter(({ pool }) => !world.failures.keys.has(pool.key));
  const pools = standing.length === 0 ? all : standing;
  const places: readonly (PoolPlacement | undefined)[] = pools.length === 0 ? [undefined] : pools;
  return places.map((pool) => {
    const name = `${pod.namespace}/${pod.name}`;
    return {
      label: places.length > 1 ? `${name} on pool ${pool?.pool.name}` : name,
      spell: () => `${spelledKind(pod)}:${name}`,
      source: endOfSender(world, cluster, pool, pod),
      cluster,
      pod,
      ...(pool === undefined ? {} : { pool }),
      ...networkOf(pool),
      sender: cluster,
      place: onPool(world, pool, leavingPod(world, cluster, pool, pod)),
    };
  });
}

/** Nothing sets out from a node pool that is down. */
function onPool(world: World, pool: PoolPlacement | undefined, place: Place): Place {
  if (pool === undefined || world.failures === NO_FAILURES) return place;
  const { key, name } = pool.pool;
  const visit: Place['visit'] = (branch) =>
    unlessFailed(world, key, `node pool ${name}`, branch, place.visit);
  return { ...place, visit };
}

function networkOf(pool: PoolPlacement | undefined): Pick<Origin, 'vnetKey'> {
  return pool?.nodeSubnet.kind === 'found' ? { vnetKey: pool.nodeSubnet.target.vnet.key } : {};
}

const KINDS: Readonly<Record<string, string>> = {
  Deployment: 'deploy',
  StatefulSet: 'sts',
  DaemonSet: 'ds',
  Job: 'job',
  CronJob: 'cronjob',
  ReplicaSet: 'rs',
};

export function spelledKind(pod: PodClass): string {
  return KINDS[pod.kind] ?? 'pod';
}

/** Pools a pod may be scheduled to: one of each that differ in their subnets. */
export function poolsFor(cluster: ClusterPlacement, pod: PodClass): readonly PoolPlacement[] {
  const seen = new Map<string, PoolPlacement>();
  for (const pool of fittingPools(cluster, pod)) {
    const key = [pool.nodeSubnet, pool.podSubnet]
      .map((link) => (link.kind === 'found' ? link.target.subnet.key : link.kind))
      .join('|');
    if (!seen.has(key)) seen.set(key, pool);
  }
  return [...seen.values()];
}

function nodeOrigins(world: World, selector: Selector & { kind: 'nodes' }): Found<Origin> {
  const pools = poolsNamed(world.network, selector);
  if (pools.kind === 'problem') return pools;
  return {
    kind: 'found',
    found: pools.found.map(({ cluster, pool, label, spelling }): Origin => {
      return {
        label,
        spell: () => spelling,
        source: endOfNode(world, cluster, pool),
        cluster,
        pool,
        ...networkOf(pool),
        sender: cluster,
        place: onPool(world, pool, leavingNode(world, cluster, pool, undefined)),
      };
    }),
  };
}

function internetOrigin(world: World, sources: AddressSet, label: string): Origin {
  return {
    label,
    spell: senderOf,
    source: AS_SENT,
    sources,
    home: { kind: 'internet', source: AS_SENT },
    place: internet(world),
  };
}

/** Addresses: those inside a subnet of the input leave from it, public ones are on the internet, the rest is on-premises. */
function addressOrigins(
  world: World,
  addresses: AddressSet,
  text: string,
  isOnPremises: boolean,
): Found<Origin> {
  const origins: Origin[] = [];
  let left = addresses;
  if (!isOnPremises) {
    for (const subnet of world.network.subnets.values()) {
      if (!addressSetsOverlap(left, subnet.addresses)) continue;
      const inside = intersectAddresses(left, subnet.addresses);
      left = subtractAddresses(left, inside);
      origins.push(...subnetOrigins(world, subnet, inside));
    }
    const outside = intersectAddresses(left, PUBLIC_IPV4);
    if (!isEmptyAddressSet(outside)) origins.push(internetOrigin(world, outside, text));
    left = subtractAddresses(left, outside);
  }
  if (!isEmptyAddressSet(left)) {
    origins.push({
      label: isOnPremises ? text : `${formatAddressSet(left)}, on-premises`,
      spell: ({ source }) => (isOnPremises ? `onprem:${formatIp(source)}/32` : formatIp(source)),
      source: AS_SENT,
      sources: left,
      home: { kind: 'on-premises', source: AS_SENT },
      place: onPremises(world),
    });
  }
  return { kind: 'found', found: origins };
}

/** Senders of one subnet: its interfaces, each with a group and a way out of its own, and whatever else has an address there. */
function subnetOrigins(
  world: World,
  subnet: SubnetPlacement,
  asked: AddressSet,
): readonly Origin[] {
  const { network } = world;
  const { key, name } = subnet.subnet;
  const origin = (sources: AddressSet, more: Omit<Sending, 'subnetKey'>): Origin => ({
    label: `${formatAddressSet(sources)} in ${name}`,
    spell: senderOf,
    source: AS_SENT,
    sources,
    home: { kind: 'subnet', subnetKey: key, source: AS_SENT },
    vnetKey: subnet.vnet.key,
    ...(more.pool === undefined ? {} : { sender: more.pool.cluster }),
    place: leavingSubnet(world, { subnetKey: key, ...more }),
  });
  const origins: Origin[] = [];
  let left = asked;
  const take = (set: AddressSet, make: (own: AddressSet) => Origin): void => {
    const own = intersectAddresses(left, set);
    if (isEmptyAddressSet(own)) return;
    left = subtractAddresses(left, own);
    origins.push(make(own));
  };
  for (const { ip } of livePods(network)) {
    take(singleAddress(ip), (own) => ({
      ...origin(own, {}),
      place: {
        key: `pod at ${formatIp(ip)}`,
        visit: (branch) => [
          open(branch, { missing: `what the pod at ${formatIp(ip)} may send (ask for the pod)` }),
        ],
      },
    }));
  }
  for (const { owner, address, scope } of network.owners.entries) {
    const isOwn = scope.kind === 'vnet' && scope.vnetKey === subnet.vnet.key;
    if (owner.kind !== 'network-interface' || !address.isExact || !isOwn) continue;
    take(address.addresses, (own) => origin(own, { interfaceKey: owner.interfaceKey }));
  }
  if (!isEmptyAddressSet(left)) origins.push(origin(left, poolIn(network, key)));
  return origins;
}

/** The pool whose nodes live in the subnet: an address there is taken for that of a node. */
function poolIn(network: Network, subnetKey: string): Pick<Sending, 'pool'> {
  for (const cluster of network.clusters) {
    for (const placement of cluster.pools) {
      const { nodeSubnet } = placement;
      if (nodeSubnet.kind === 'found' && nodeSubnet.target.subnet.key === subnetKey) {
        return { pool: { cluster, placement } };
      }
    }
  }
  return {};
}

export function subnetNamed(network: Network, name: string) {
  const wanted = name.toLowerCase();
  return [...network.subnets.values()].find((each) => each.subnet.name.toLowerCase() === wanted);
}

export function unknownSubnet(network: Network, name: string): Found<never> {
  const names = [...network.subnets.values()].map((each) => `subnet:${each.subnet.name}`);
  return {
    kind: 'problem',
    message: `no subnet of the input is named \`${name}\``,
    hint: names.slice(0, 6).join(', ') || 'add the virtual network',
  };
}

/** Sets of flows are of IPv4: routes, firewalls and load balancers are told for it alone. */
export function isIpv6Only({ v4, v6 }: AddressSet): boolean {
  return v4.length === 0 && v6.length > 0;
}

export function noIpv6(text: string): Found<never> {
  return {
    kind: 'problem',
    message: `\`${text}\` is IPv6, and sets of flows are told for IPv4 alone`,
    hint: 'sallyport trace walks single IPv6 flows',
  };
}

export function unknownTag(tag: string): Found<never> {
  return {
    kind: 'problem',
    message: `the members of service tag \`${tag}\` are not in the data`,
    hint: 'give a service tag file with --service-tags',
  };
}

/** Where senders are told apart by their address. */
function senderOf({ source }: FlowPoint): string {
  return formatIp(source);
}

function found<T>(...list: readonly T[]): Found<T> {
  return { kind: 'found', found: list };
}
