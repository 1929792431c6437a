import type { ClusterNode, ClusterObjects, PodClass } from '../../../model/index.ts';
import { type DomainName, formatIp, type Ip, parseIp } from '../../../net/index.ts';
import type { FlowAddress } from '../../flow.ts';
import type { ClusterRanges } from '../policy.ts';
import type { PolicyEnd } from '../question.ts';
import { addressOfPod, mayBeIn, mustBeIn } from './address-match.ts';

/** What a policy engine takes the far end for. */
export type ResolvedEnd =
  /** `isPlain`: its address is what the cluster gives it, so that matches can be remembered per pod. */
  | {
      readonly kind: 'pod';
      readonly pod: PodClass;
      readonly address: FlowAddress;
      readonly isPlain: boolean;
    }
  /** A pod of the cluster that the input does not hold: no selector can be decided. */
  | { readonly kind: 'some-pod'; readonly address: FlowAddress }
  | {
      readonly kind: 'node';
      readonly which: 'own' | 'other';
      readonly address: FlowAddress;
      readonly node?: ClusterNode;
    }
  | {
      readonly kind: 'outside';
      readonly address: FlowAddress;
      readonly name?: DomainName;
      readonly isApiServer: boolean;
    };

/** Everything the end may be; several when the input does not tell. */
export interface ResolvedEnds {
  readonly ends: readonly ResolvedEnd[];
  /** What would settle it, when there are several. */
  readonly missing: string;
}

/**
 * @param hostNetworkPeer `pod-or-node`: an engine may see a host-network pod either way (K8P-17)
 */
export function resolveEnd(
  end: PolicyEnd,
  subject: PodClass,
  objects: ClusterObjects,
  ranges: ClusterRanges,
  hostNetworkPeer: 'pod-or-node' | 'node',
): ResolvedEnds {
  if (end.kind === 'pod') {
    const address = end.address ?? addressOfPod(end.pod, ranges);
    const asPod: ResolvedEnd = { kind: 'pod', pod: end.pod, address, isPlain: false };
    if (!end.pod.hostNetwork) return { ends: [asPod], missing: '' };
    const nodes = nodesOf(address, subject, objects, end.pod.nodeName);
    return {
      ends: hostNetworkPeer === 'node' ? nodes : [asPod, ...nodes],
      missing: `how the engine sees the host-network pod ${end.pod.namespace}/${end.pod.name}, and whether it shares a node with ${subject.namespace}/${subject.name}`,
    };
  }
  const outside: ResolvedEnd = {
    kind: 'outside',
    address: end.address,
    isApiServer: end.isApiServer === true,
    ...(end.name === undefined ? {} : { name: end.name }),
  };
  if (end.isNode === 'no' || end.isApiServer === true) return { ends: [outside], missing: '' };
  if (end.isNode !== undefined) return resolveNode(end.address, end.isNode, subject, objects);
  return resolveAddress(end.address, outside, subject, objects, ranges, end.name);
}

function resolveNode(
  address: FlowAddress,
  which: 'own-node' | 'other-node' | 'some-node',
  subject: PodClass,
  objects: ClusterObjects,
): ResolvedEnds {
  const node = address.kind === 'exact' ? nodeAt(objects, address.ip) : undefined;
  const found = node === undefined ? {} : { node };
  const own: ResolvedEnd = { kind: 'node', which: 'own', address, ...found };
  const other: ResolvedEnd = { kind: 'node', which: 'other', address, ...found };
  const missing = `which node ${subject.namespace}/${subject.name} runs on`;
  if (which === 'own-node') return { ends: [own], missing };
  return { ends: which === 'other-node' ? [other] : [own, other], missing };
}

/** An address nobody said anything about: a live pod's, a live node's, in a range of the cluster, or outside. */
function resolveAddress(
  address: FlowAddress,
  outside: ResolvedEnd,
  subject: PodClass,
  objects: ClusterObjects,
  ranges: ClusterRanges,
  name: DomainName | undefined,
): ResolvedEnds {
  if (address.kind === 'exact') {
    const pod = liveAddresses(objects).pods.get(formatIp(address.ip));
    if (pod !== undefined) {
      return { ends: [{ kind: 'pod', pod, address, isPlain: false }], missing: '' };
    }
    const node = nodeAt(objects, address.ip);
    if (node !== undefined) {
      return {
        ends: nodesOf(address, subject, objects, node.name),
        missing: `which node ${subject.namespace}/${subject.name} runs on`,
      };
    }
  }
  // A name of which only Azure knows the address: names of the cluster's own things do not come here.
  if (name !== undefined && address.kind === 'within') return { ends: [outside], missing: '' };
  const isPod = mayBeIn(ranges.podAddresses, address);
  const isNode = mayBeIn(ranges.nodeAddresses, address);
  if (!isPod && !isNode) return { ends: [outside], missing: '' };
  const ends: ResolvedEnd[] = [];
  if (isPod) ends.push({ kind: 'some-pod', address });
  if (isNode) ends.push(...nodesOf(address, subject, objects, undefined));
  // A subnet of nodes also holds frontends and endpoints; a range that only pods use does not.
  if (isNode || !mustBeIn(ranges.podAddresses, address)) ends.push(outside);
  const shown = address.kind === 'exact' ? 'this address' : address.label;
  return { ends, missing: `whether ${shown} is a pod, a node or something else in their range` };
}

/** The own node, another one, or both when nobody knows where the subject runs. */
function nodesOf(
  address: FlowAddress,
  subject: PodClass,
  objects: ClusterObjects,
  nodeName: string | undefined,
): readonly ResolvedEnd[] {
  const node = objects.nodes.find((one) => one.name === nodeName);
  const found = node === undefined ? {} : { node };
  const own: ResolvedEnd = { kind: 'node', which: 'own', address, ...found };
  const other: ResolvedEnd = { kind: 'node', which: 'other', address, ...found };
  if (nodeName === undefined || subject.nodeName === undefined) return [own, other];
  return [nodeName === subject.nodeName ? own : other];
}

interface LiveAddresses {
  readonly pods: ReadonlyMap<string, PodClass>;
  readonly nodes: ReadonlyMap<string, ClusterNode>;
}

const liveIndexes = new WeakMap<ClusterObjects, LiveAddresses>();

/** Pods and nodes by the address the input gives them. Host-network pods have their node's: they are not listed. */
function liveAddresses(objects: ClusterObjects): LiveAddresses {
  const known = liveIndexes.get(objects);
  if (known !== undefined) return known;
  const pods = new Map<string, PodClass>();
  for (const pod of objects.pods) {
    if (pod.hostNetwork || pod.address === undefined) continue;
    const ip = parseIp(pod.address);
    if (ip !== undefined) pods.set(formatIp(ip), pod);
  }
  const nodes = new Map<string, ClusterNode>();
  for (const node of objects.nodes) {
    for (const text of node.addresses) {
      const ip = parseIp(text);
      if (ip !== undefined) nodes.set(formatIp(ip), node);
    }
  }
  const index = { pods, nodes };
  liveIndexes.set(objects, index);
  return index;
}

function nodeAt(objects: ClusterObjects, ip: Ip): ClusterNode | undefined {
  return liveAddresses(objects).nodes.get(formatIp(ip));
}
