import type { ClusterNode, ClusterObjects, PodClass } from '../../../model/index.ts';
import {
  type AddressSet,
  ALL_ADDRESSES,
  formatIp,
  type Ip,
  intersectAddresses,
  isEmptyAddressSet,
  parseIp,
  singleAddress,
  subtractAddresses,
  unionAddresses,
} from '../../../net/index.ts';
import { type ClusterView, rangesOf } from './cluster-view.ts';
import { type FarAddress, type FarEnd, podAddress } from './far-end.ts';
import { podClasses } from './pod-classes.ts';
import { type Engine, TRAITS } from './told-engines.ts';

/** What stands at the other end. */
export type FarThing =
  | { readonly kind: 'pod'; readonly pod: PodClass }
  | {
      readonly kind: 'addresses';
      readonly what: AddressKind;
      /** Only flows with these are asked about; the list says nothing of others. */
      readonly within?: AddressSet;
    };

/**
 * What the addresses are. `told`: pods, nodes or neither, as far as input and ranges say. `no-member`: neither a pod nor a node, even
 * where their ranges hold it.
 */
export type AddressKind =
  | 'told'
  | 'no-member'
  | 'own-node'
  | 'other-node'
  | 'some-node'
  | 'api-server';

/** Some addresses and all that may stand there. */
export interface FarPart {
  /** Absent: every address. */
  readonly addresses?: AddressSet;
  readonly ends: readonly FarEnd[];
  /** What tells which, when there are several. */
  readonly missing: string;
  /** The same for parts with the same ends. */
  readonly key: string;
}

/** The other end by what it may be. Parts are disjoint and hold every address asked about. */
export function partsOf(
  view: ClusterView,
  engine: Engine,
  subject: PodClass,
  far: FarThing,
): readonly FarPart[] {
  const { objects } = view.policies;
  const title = `${subject.namespace}/${subject.name}`;
  if (far.kind === 'pod') return [podPart(view, engine, subject, far.pod)];
  const outside: FarEnd = {
    kind: 'outside',
    address: 'header',
    isApiServer: far.what === 'api-server',
  };
  const whole = far.within === undefined ? {} : { addresses: far.within };
  switch (far.what) {
    case 'no-member':
    case 'api-server':
      return [{ ...whole, ends: [outside], missing: '', key: 'outside' }];
    case 'told':
      return toldParts(view, subject, far.within ?? ALL_ADDRESSES);
    default: {
      const missing = `which node ${title} runs on`;
      const which =
        far.what === 'own-node'
          ? (['own'] as const)
          : far.what === 'other-node'
            ? (['other'] as const)
            : (['own', 'other'] as const);
      const within = far.within ?? ALL_ADDRESSES;
      const live = liveOf(objects).nodes;
      const parts: FarPart[] = [];
      let rest = within;
      for (const { node, addresses, key } of live) {
        const here = intersectAddresses(addresses, rest);
        if (isEmptyAddressSet(here)) continue;
        rest = subtractAddresses(rest, here);
        const ends = which.map((one) => nodeEnd(one, 'header', node));
        parts.push({ addresses: here, ends, missing, key });
      }
      const ends = which.map((one) => nodeEnd(one, 'header', undefined));
      return [...parts, { addresses: rest, ends, missing, key: 'some node' }];
    }
  }
}

/** @see K8P-17 a host-network pod may be taken for a pod or for its node */
function podPart(view: ClusterView, engine: Engine, subject: PodClass, pod: PodClass): FarPart {
  const { objects } = view.policies;
  const address = podAddress(pod, rangesOf(view));
  const asPod: FarEnd = { kind: 'pod', pod, address };
  const base = { key: 'pod' };
  if (!pod.hostNetwork) return { ...base, ends: [asPod], missing: '' };
  const node = objects.nodes.find(({ name }) => name === pod.nodeName);
  const nodes = sidesOf(subject, pod.nodeName).map((which) => nodeEnd(which, address, node));
  const isNode = TRAITS[engine].seesHostNetworkAs === 'node';
  const missing = `how the engine sees the host-network pod ${pod.namespace}/${pod.name}, and whether it shares a node with ${subject.namespace}/${subject.name}`;
  return { ...base, ends: isNode ? nodes : [asPod, ...nodes], missing };
}

/** Live pods and nodes by their address; then what the ranges of the cluster leave open; the rest lies outside. */
function toldParts(view: ClusterView, subject: PodClass, within: AddressSet): readonly FarPart[] {
  const { objects } = view.policies;
  const { podAddresses, nodeAddresses } = rangesOf(view);
  const live = liveOf(objects);
  const parts: FarPart[] = [];
  let rest = within;
  const take = (addresses: AddressSet, part: Omit<FarPart, 'addresses'>): void => {
    const here = intersectAddresses(addresses, rest);
    if (isEmptyAddressSet(here)) return;
    rest = subtractAddresses(rest, here);
    parts.push({ ...part, addresses: here });
  };
  for (const { pod, addresses, key } of podsByClass(view, live)) {
    take(addresses, { ends: [{ kind: 'pod', pod, address: 'header' }], missing: '', key });
  }
  const runsOn = `which node ${subject.namespace}/${subject.name} runs on`;
  for (const { node, addresses, key } of live.nodes) {
    const sides = sidesOf(subject, node.name);
    const ends = sides.map((which) => nodeEnd(which, 'header', node));
    take(addresses, { ends, missing: runsOn, key: `${key} ${sides.join()}` });
  }
  const missing = 'whether this address is a pod, a node or something else in their range';
  const somePod: FarEnd = { kind: 'some-pod', address: 'header' };
  const nodes = [nodeEnd('own', 'header', undefined), nodeEnd('other', 'header', undefined)];
  const outside: FarEnd = { kind: 'outside', address: 'header', isApiServer: false };
  take(intersectAddresses(podAddresses, nodeAddresses), {
    ends: [somePod, ...nodes, outside],
    missing,
    key: 'pod or node',
  });
  take(podAddresses, { ends: [somePod], missing: '', key: 'some pod' });
  // A subnet of nodes also holds frontends and endpoints.
  take(nodeAddresses, { ends: [...nodes, outside], missing, key: 'some node' });
  take(ALL_ADDRESSES, { ends: [outside], missing: '', key: 'outside' });
  return parts;
}

function nodeEnd(
  which: 'own' | 'other',
  address: FarAddress,
  node: ClusterNode | undefined,
): FarEnd {
  return { kind: 'node', which, address, ...(node === undefined ? {} : { node }) };
}

/** Is it the pod's own node? Both, when nobody knows where either runs. */
function sidesOf(subject: PodClass, nodeName: string | undefined): readonly ('own' | 'other')[] {
  if (nodeName === undefined || subject.nodeName === undefined) return ['own', 'other'];
  return [nodeName === subject.nodeName ? 'own' : 'other'];
}

interface Live {
  readonly pods: ReadonlyMap<string, { readonly pod: PodClass; readonly ip: Ip }>;
  readonly nodes: readonly {
    readonly node: ClusterNode;
    readonly addresses: AddressSet;
    readonly key: string;
  }[];
}

const liveThings = new WeakMap<ClusterObjects, Live>();

/** Addresses the input gives to pods and nodes. Host-network pods have their node's. */
function liveOf(objects: ClusterObjects): Live {
  const known = liveThings.get(objects);
  if (known !== undefined) return known;
  const pods = new Map<string, { pod: PodClass; ip: Ip }>();
  for (const pod of objects.pods) {
    const ip = pod.address === undefined || pod.hostNetwork ? undefined : parseIp(pod.address);
    if (ip !== undefined) pods.set(formatIp(ip), { pod, ip });
  }
  const owners = new Map<string, { node: ClusterNode; ip: Ip }>();
  for (const node of objects.nodes) {
    for (const text of node.addresses) {
      const ip = parseIp(text);
      if (ip !== undefined) owners.set(formatIp(ip), { node, ip });
    }
  }
  const ofNode = new Map<ClusterNode, Ip[]>();
  for (const { node, ip } of owners.values()) {
    const ips = ofNode.get(node);
    if (ips === undefined) ofNode.set(node, [ip]);
    else ips.push(ip);
  }
  const nodes = [...ofNode].map(([node, ips]) => ({
    node,
    addresses: unionAddresses(...ips.map(singleAddress)),
    key: `node ${node.name}`,
  }));
  const found = { pods, nodes };
  liveThings.set(objects, found);
  return found;
}

/** Live pods that policies cannot tell apart, with all their addresses. */
function podsByClass(view: ClusterView, { pods }: Live) {
  const classes = podClasses(view);
  const byClass = new Map<number, { pod: PodClass; ips: Ip[] }>();
  for (const { pod, ip } of pods.values()) {
    const id = classes.classOf(pod);
    const found = byClass.get(id);
    if (found === undefined) byClass.set(id, { pod, ips: [ip] });
    else found.ips.push(ip);
  }
  return [...byClass].map(([id, { pod, ips }]) => ({
    pod,
    addresses: unionAddresses(...ips.map(singleAddress)),
    key: `class ${id}`,
  }));
}
