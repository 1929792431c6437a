import type { PodClass } from '../../model/index.ts';
import {
  type AddressSet,
  ALL_IPV4,
  isEmptyAddressSet,
  parseIp,
  singleAddress,
} from '../../net/index.ts';
import type {
  ClusterPlacement,
  Link,
  PoolPlacement,
  SubnetPlacement,
} from '../../network/index.ts';
import { NOTHING } from '../../packets/index.ts';
import { masqueradeRules } from '../../semantics/masquerade/symbolic.ts';
import type { Decider } from '../../semantics/verdict.ts';
import { type Branch, cut, goesOn, open, type Part, type Place, type Step } from '../branch.ts';
import type { End } from '../header.ts';
import { toldOnce, type World } from '../world.ts';
import { leavingSubnet } from './leaving-subnet.ts';
import { atOwnNode } from './own-node.ts';

export const STATIC_EGRESS = 'kubernetes.azure.com/static-gateway-configuration';

/** The node: decides whether the network outside sees the pod or the node (aks.md 2.1). `pod` absent: the node itself sends. */
export function leavingNode(
  world: World,
  cluster: ClusterPlacement,
  pool: PoolPlacement | undefined,
  pod: PodClass | undefined,
): Place {
  const poolName = pool?.pool.name;
  const name = poolName === undefined ? `node of ${cluster.name}` : `node of pool ${poolName}`;
  return {
    key: `node ${pool?.pool.key ?? cluster.name}`,
    visit: (branch) => {
      const gateway =
        pod === undefined || pod.hostNetwork ? undefined : pod.annotations[STATIC_EGRESS];
      if (pod !== undefined && gateway !== undefined) {
        const missing = `how static egress gateway \`${gateway}\` carries it (a tunnel to gateway nodes that no walk follows)`;
        return [open(branch, { missing, at: pod.at })];
      }
      const node = endOfNode(world, cluster, pool, pod);
      if (pod === undefined) {
        return [
          outside(
            world,
            { ...branch, header: { ...branch.header, source: node } },
            cluster,
            pool,
            pool?.nodeSubnet,
          ),
        ];
      }
      const { arrived, onward } = atOwnNode(world, cluster, pod, node, branch);
      const rules = toldOnce(
        world,
        `masquerade ${cluster.name} ${pool?.pool.key ?? ''} ${pod.hostNetwork}`,
        () => masqueradeRules(world.network, cluster, pool, pod),
      );
      const masqueraded = onward.flatMap((each): readonly Step[] => {
        const { parts, rest } = cut(each, rules, { box: 'node', name, stage: 'masquerade' });
        const steps = settle(parts).map(({ branch: part, effect }): Step => {
          const isKept = effect === 'kept';
          const source = isKept ? endOfSender(world, cluster, pool, pod) : node;
          const hasPodSubnet = pool?.podSubnet.kind === 'found' && !pod.hostNetwork;
          const link = isKept && hasPodSubnet ? pool.podSubnet : pool?.nodeSubnet;
          const sent = { ...part, header: { ...part.header, source } };
          return outside(world, isKept ? knownAs(sent, pod, source) : sent, cluster, pool, link);
        });
        return rest === undefined
          ? steps
          : [...steps, open(rest, { missing: `how ${cluster.name} masquerades` })];
      });
      return [...arrived, ...masqueraded];
    },
  };
}

/** Where it is open whose address the network sees, no arrival is certain. */
function settle<T>(parts: readonly Part<T, Decider>[]): readonly Part<T, Decider>[] {
  const [first] = parts;
  const doubtful = parts.filter(({ doubts }) => doubts.length > 0);
  const [unsettled] = doubtful.flatMap(({ doubts }) => doubts);
  if (first === undefined || unsettled === undefined) return parts;
  const { table } = first.branch.sets;
  const flows = doubtful.reduce((all, { branch }) => table.override(all, branch.flows), NOTHING);
  return parts.flatMap((part): readonly Part<T, Decider>[] => {
    const inside = table.mask(part.branch.flows, flows);
    const beside = table.except(part.branch.flows, flows);
    return [
      ...(inside === NOTHING
        ? []
        : [{ ...part, branch: { ...part.branch, flows: inside, unsettled } }]),
      ...(beside === NOTHING ? [] : [{ ...part, branch: { ...part.branch, flows: beside } }]),
    ];
  });
}

/** While this source is on the flow, a receiving pod knows who sends. */
function knownAs(branch: Branch, pod: PodClass, source: End): Branch {
  const { deliverTo } = branch;
  return deliverTo === undefined
    ? branch
    : { ...branch, deliverTo: { ...deliverTo, from: { pod, source } } };
}

function outside(
  world: World,
  branch: Branch,
  cluster: ClusterPlacement,
  pool: PoolPlacement | undefined,
  link: Link<SubnetPlacement> | undefined,
): Step {
  if (link?.kind !== 'found' || pool === undefined)
    return open(branch, missingSubnet(cluster, link));
  const { key } = link.target.subnet;
  return goesOn(
    { ...branch, home: { kind: 'subnet', subnetKey: key, source: branch.header.source } },
    leavingSubnet(world, { subnetKey: key, pool: { cluster, placement: pool } }),
  );
}

function missingSubnet(cluster: ClusterPlacement, link: Link<SubnetPlacement> | undefined) {
  if (link?.kind === 'dangling')
    return { missing: `subnet \`${link.id}\` (not in the input)`, at: link.at };
  if (link?.kind === 'unknown') return { missing: link.unknown.missing, at: link.unknown.at };
  return cluster.cluster === undefined
    ? { missing: 'the AKS cluster that these objects run in (add its export or template)' }
    : { missing: `the subnet of ${cluster.name}'s nodes` };
}

/** The address of the node a pod runs on: exact when the input holds the live node, else one of its subnet (aks.md 2.1). */
export function endOfNode(
  { network }: World,
  cluster: ClusterPlacement,
  pool: PoolPlacement | undefined,
  pod?: PodClass,
): End {
  const live = network.perimeter.kubernetes.nodes.find((node) => node.name === pod?.nodeName);
  const ip = live?.addresses.map(parseIp).find((address) => address !== undefined);
  if (live !== undefined && ip !== undefined) {
    return { kind: 'one-of', addresses: singleAddress(ip), label: `node ${live.name}` };
  }
  const subnet = pool?.nodeSubnet;
  if (subnet?.kind === 'found' && !isEmptyAddressSet(subnet.target.addresses)) {
    const label = `a node of ${subnet.target.subnet.name}`;
    return { kind: 'one-of', addresses: subnet.target.addresses, label };
  }
  const known = pool === undefined ? cluster.nodeAddresses : { v4: [], v6: [] };
  return { kind: 'one-of', addresses: orAny(known), label: `a node of ${cluster.name}` };
}

/** A pod's own address: live when the input holds it, else one of the range its pool hands out (aks.md 2.1). */
export function endOfPod(
  world: World,
  cluster: ClusterPlacement,
  pool: PoolPlacement | undefined,
  pod: PodClass,
): End {
  if (pod.hostNetwork) return endOfNode(world, cluster, pool, pod);
  const name = `${pod.namespace}/${pod.name}`;
  const ip = pod.address === undefined ? undefined : parseIp(pod.address);
  if (ip !== undefined)
    return { kind: 'one-of', addresses: singleAddress(ip), label: `pod ${name}` };
  return { kind: 'one-of', addresses: orAny(podRange(cluster, pool)), label: `a pod of ${name}` };
}

/** The same for the pod that sends. Without its name: pods that every box treats alike are told together. */
export function endOfSender(
  world: World,
  cluster: ClusterPlacement,
  pool: PoolPlacement | undefined,
  pod: PodClass,
): End {
  const end = endOfPod(world, cluster, pool, pod);
  return pod.hostNetwork || end.kind === 'as-sent' ? end : { ...end, label: 'the sending pod' };
}

function podRange(cluster: ClusterPlacement, pool: PoolPlacement | undefined): AddressSet {
  const link =
    cluster.addressing === 'pod-subnet'
      ? pool?.podSubnet
      : cluster.addressing === 'node-subnet'
        ? pool?.nodeSubnet
        : undefined;
  return link?.kind === 'found' ? link.target.addresses : cluster.podAddresses;
}

/** Nothing known is any address: an end is never an empty set. */
function orAny(set: AddressSet): AddressSet {
  return isEmptyAddressSet(set) ? ALL_IPV4 : set;
}
