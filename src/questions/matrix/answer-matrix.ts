import { decodeBox, type FlowRegion, type FlowSets } from '../../flows/index.ts';
import type { PodClass } from '../../model/index.ts';
import { type ClusterPlacement, homeOfObjects, type Network } from '../../network/index.ts';
import { type Budget, type Diagram, NOTHING, withinBudget } from '../../packets/index.ts';
import {
  conclude,
  doorsFor,
  mayCutPods,
  type Origin,
  originsOf,
  parseSelector,
  startsOf,
  type Target,
  targetsOf,
  type World,
  walkAll,
  worldOf,
} from '../../reach/index.ts';
import { parsePolicies } from '../../semantics/network-policy/index.ts';
import { betweenPods, podMatrix } from '../../semantics/network-policy/symbolic/index.ts';
import type { Inconclusive } from '../query/answer.ts';
import { cellOf, type Matrix, type MatrixCell, type MatrixEnd, NOTHING_PASSES } from './matrix.ts';

export interface MatrixOptions {
  /** A row and a column per namespace for a workload that nobody has deployed yet and that carries no labels. */
  readonly exposure?: boolean;
  /** Only workloads of this namespace. */
  readonly namespace?: string;
  readonly budget?: Budget;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Above this many classes only what policies say is told pair by pair; the rest of the way is asked once per class and end. */
const WALKED_PAIRS_MAX = 2_500;

interface Group {
  readonly end: MatrixEnd;
  /** Absent: not a pod. */
  readonly pod?: PodClass;
  /** In the matrix of policies; absent for pods that do not exist. */
  readonly classId?: number;
}

/**
 * Who may talk to whom. Pods are grouped as their policies see them; inside the cluster network a cell is what the policies of both ends
 * say, elsewhere it is the whole way. Cost: classes² look-ups, and a walk per pair of a class and an end that is no pod.
 */
export function answerMatrix(network: Network, options: MatrixOptions = {}): Matrix {
  const world = worldOf(network, options.budget === undefined ? {} : { budget: options.budget });
  const cluster = clusterOfPods(network);
  const groups = cluster === undefined ? [] : groupsOf(network, cluster, options);
  const others = othersOf(network);
  const senders = [...groups, ...others.filter(({ end }) => end.kind !== 'private-endpoint')];
  const receivers = [...groups, ...others.filter(({ end }) => end.kind !== 'on-premises')];
  const inconclusive: Inconclusive[] = [];
  const pairCell =
    cluster === undefined ? () => NOTHING_PASSES : podCells(world, cluster, groups, inconclusive);
  const total = senders.length * receivers.length;
  let done = 0;
  const cells = senders.map((from) =>
    receivers.map((to): MatrixCell => {
      options.onProgress?.(done, total);
      done += 1;
      if (from.pod !== undefined && to.pod !== undefined) return pairCell(from, to);
      return walked(world, from.end, to.end, inconclusive);
    }),
  );
  return {
    senders: senders.map(({ end }) => end),
    receivers: receivers.map(({ end }) => end),
    cells,
    notes: notesOf(world, cluster, groups),
    inconclusive,
  };
}

function clusterOfPods(network: Network): ClusterPlacement | undefined {
  return network.perimeter.kubernetes.pods.length === 0 ? undefined : homeOfObjects(network);
}

function groupsOf(
  network: Network,
  cluster: ClusterPlacement,
  { exposure, namespace }: MatrixOptions,
): readonly Group[] {
  const policies = parsePolicies(network.perimeter.kubernetes).value;
  const view = { policies, engine: cluster.policyEngine, ranges: cluster };
  const { classes } = podMatrix(view).classes;
  const alike = classes.flatMap(({ id, pods }) => {
    const byPlace = new Map<string, PodClass[]>();
    for (const pod of pods) {
      if (namespace !== undefined && pod.namespace !== namespace) continue;
      byPlace.set(placeOf(pod), [...(byPlace.get(placeOf(pod)) ?? []), pod]);
    }
    return [...byPlace.values()].map((wanted) => ({ id, wanted }));
  });
  const groups = alike.map(({ id, wanted }): Group => {
    const first = wanted[0]!;
    const members = wanted.map((pod) => `${pod.namespace}/${pod.name}`);
    const label = members.length === 1 ? members[0]! : `${members[0]} +${members.length - 1}`;
    const end: MatrixEnd = { kind: 'workloads', label, members, selector: selectorOf(first) };
    return { end, pod: first, classId: id };
  });
  if (exposure !== true) return groups;
  const namespaces = [...new Set(network.perimeter.kubernetes.pods.map((pod) => pod.namespace))];
  const future = namespaces
    .filter((each) => namespace === undefined || each === namespace)
    .map((each): Group => {
      const label = `${each}/(any new pod)`;
      const sample = network.perimeter.kubernetes.pods.find((pod) => pod.namespace === each)!;
      const { address: _, nodeName: __, ...rest } = sample;
      const pod: PodClass = {
        ...rest,
        name: '(any new pod)',
        labels: {},
        ports: [],
        hostNetwork: false,
      };
      return { end: { kind: 'future', label, members: [] }, pod };
    });
  return [...groups, ...future];
}

/** What decides where a pod runs and how it leaves: pods of one class that differ in it go other ways outside the cluster. */
function placeOf({ nodeSelector, os, hostNetwork, annotations, address }: PodClass): string {
  const gateway = annotations['kubernetes.azure.com/static-gateway-configuration'];
  return JSON.stringify([nodeSelector, os, hostNetwork, gateway, address !== undefined]);
}

const KINDS: Readonly<Record<string, string>> = {
  Deployment: 'deploy',
  StatefulSet: 'sts',
  DaemonSet: 'ds',
  Job: 'job',
  CronJob: 'cronjob',
  ReplicaSet: 'rs',
};

function selectorOf(pod: PodClass): string {
  return `${KINDS[pod.kind] ?? 'pod'}:${pod.namespace}/${pod.name}`;
}

/** Ends that are no pods, as far as the input has such. */
function othersOf(network: Network): readonly Group[] {
  const { perimeter } = network;
  const ends: MatrixEnd[] = [];
  if (network.clusters.some(({ pools }) => pools.length > 0)) {
    ends.push({ kind: 'nodes', label: 'nodes', members: [], selector: 'nodes' });
  }
  ends.push({ kind: 'internet', label: 'internet', members: [], selector: 'internet' });
  if (perimeter.virtualNetworkGateways.size > 0) {
    const selector = 'onprem:192.168.0.0/16';
    ends.push({ kind: 'on-premises', label: 'on-premises', members: [], selector });
  }
  for (const { name } of perimeter.privateEndpoints.values()) {
    const selector = `private-endpoint:${name}`;
    ends.push({ kind: 'private-endpoint', label: name, members: [name], selector });
  }
  return ends.map((end) => ({ end }));
}

/** Between pods: policies alone where nothing else looks in the cluster network, else the whole way while there are few. */
function podCells(
  world: World,
  cluster: ClusterPlacement,
  groups: readonly Group[],
  inconclusive: Inconclusive[],
): (from: Group, to: Group) => MatrixCell {
  const view = { policies: world.policies, engine: cluster.policyEngine, ranges: cluster };
  const matrix = podMatrix(view);
  const known = new Map<number, MatrixCell>();
  const isWalked = isMoreThanPolicies(world, cluster) && groups.length ** 2 <= WALKED_PAIRS_MAX;
  return (from, to) => {
    if (from.classId === undefined || to.classId === undefined) {
      // A pod always reaches itself; what is asked about is another one like it.
      const other = from === to ? { ...to.pod!, name: `${to.pod!.name} ` } : to.pod!;
      const { both } = betweenPods(view, from.pod!, other);
      const { always, perhaps } = matrix.ports.admitted(matrix.ports.ofRules(both));
      return cellOf(always, perhaps);
    }
    if (isWalked && from !== to) return walked(world, from.end, to.end, inconclusive);
    const id = matrix.cell(from.classId, to.classId);
    let cell = known.get(id);
    if (cell === undefined) {
      const { always, perhaps } = matrix.ports.admitted(id);
      cell = cellOf(always, perhaps);
      known.set(id, cell);
    }
    return cell;
  };
}

/** Pods with addresses of the network are routed and filtered in it; those of an overlay meet the groups of their nodes' subnets (AKS-61). */
function isMoreThanPolicies(world: World, cluster: ClusterPlacement): boolean {
  const { addressing } = cluster;
  return addressing === 'node-subnet' || addressing === 'pod-subnet' || mayCutPods(world, cluster);
}

const NOT_PLACED: MatrixCell = {
  level: 'open',
  allowed: [],
  open: [{ protocol: 'tcp' }, { protocol: 'udp' }],
  isPartial: false,
};

/** The whole way from one end to another, all origins and targets of the two together. */
function walked(
  world: World,
  from: MatrixEnd,
  to: MatrixEnd,
  inconclusive: Inconclusive[],
): MatrixCell {
  // Nobody has scheduled it anywhere yet: where its flows would go is not known.
  if (from.selector === undefined || to.selector === undefined) return NOT_PLACED;
  // What the internet exchanges with itself is nobody's perimeter.
  if (from.kind === 'internet' && to.kind === 'internet') return NOTHING_PASSES;
  const [sender, receiver] = [parseSelector(from.selector), parseSelector(to.selector)];
  if (sender.kind === 'problem' || receiver.kind === 'problem') return NOTHING_PASSES;
  const origins = originsOf(world, sender.selector);
  const targets = targetsOf(world, receiver.selector);
  if (origins.kind === 'problem' || targets.kind === 'problem') return NOTHING_PASSES;
  const always: FlowRegion[] = [];
  const perhaps: FlowRegion[] = [];
  let isPartial = false;
  const artefact = `${from.label} to ${to.label}`;
  for (const origin of origins.found) {
    for (const target of targets.found) {
      const starts = startsOf(world, origin, target);
      const [first] = starts;
      if (first === undefined) continue;
      const asked = withinBudget(artefact, () => {
        const ended = walkAll(starts);
        if (ended.kind === 'too-many-ways') return undefined;
        return conclude(ended.ended, first.branch.sets);
      });
      const conclusion = asked.kind === 'answered' ? asked.value : undefined;
      if (conclusion === undefined) {
        const exhausted = asked.kind === 'inconclusive' ? asked.exhausted : 'ways';
        const hint = `sallyport query --from ${from.selector} --to ${to.selector}:443`;
        inconclusive.push({ exhausted, artefact, hint });
        continue;
      }
      const { sets, regions } = conclusion;
      const sure = servicesIn(sets, regions.allowed);
      always.push(sure.region);
      perhaps.push(servicesIn(sets, regions.open).region);
      isPartial ||= sure.isPartial;
    }
    if (receiver.selector.kind !== 'pods') continue;
    for (const door of doorsFor(world, origin)) {
      const entered = throughDoor(world, origin, door, to.members);
      always.push(entered.always);
      perhaps.push(entered.perhaps);
    }
  }
  return { ...cellOf(always.flat(), perhaps.flat()), isPartial };
}

/**
 * What gets to these workloads by an address that stands for them, with the ports of that address. Where nobody knows whom a flow would
 * reach, it may be any of them.
 */
function throughDoor(
  world: World,
  origin: Origin,
  door: Target,
  members: readonly string[],
): { readonly always: FlowRegion; readonly perhaps: FlowRegion } {
  const starts = startsOf(world, origin, door);
  const [first] = starts;
  const walked = first === undefined ? undefined : walkAll(starts);
  if (first === undefined || walked?.kind !== 'walked') return { always: [], perhaps: [] };
  const { sets, cells } = conclude(walked.ended, first.branch.sets);
  const always: FlowRegion[] = [];
  const perhaps: FlowRegion[] = [];
  for (const { verdict, chain, flows, to } of cells) {
    const pod = chain.find(({ box }) => box === 'pod')?.name;
    const { region } = servicesIn(sets, flows);
    if (verdict === 'allowed' && pod !== undefined && members.includes(pod)) always.push(region);
    const isPerhaps = pod === undefined ? to === undefined : members.includes(pod);
    if (verdict === 'open' && isPerhaps) perhaps.push(region);
  }
  return { always: always.flat(), perhaps: perhaps.flat() };
}

/** Boxes of one region looked at for its services; more of them repeat the same few. */
const BOXES_MAX = 400;

/** The protocols and ports of a region, and whether each goes to some destinations only. */
function servicesIn(
  sets: FlowSets,
  flows: Diagram,
): { readonly region: FlowRegion; readonly isPartial: boolean } {
  if (flows === NOTHING) return { region: [], isPartial: false };
  const { boxes } = sets.boxes(flows, BOXES_MAX);
  let isPartial = false;
  const region = boxes.map((box) => {
    const { protocols, destinationPorts, destinations, names } = decodeBox(sets.universe, box);
    const isNamed =
      names !== undefined && (names.except.length > 0 || !names.patterns.includes('*'));
    isPartial ||= (isNamed && names.patterns.length > 0) || destinations !== undefined;
    return {
      ...(protocols === undefined ? {} : { protocols }),
      ...(destinationPorts === undefined ? {} : { destinationPorts }),
    };
  });
  return { region, isPartial };
}

function notesOf(
  world: World,
  cluster: ClusterPlacement | undefined,
  groups: readonly Group[],
): readonly string[] {
  if (cluster === undefined) return ['no pods in the input: add Kubernetes manifests'];
  const isMore = isMoreThanPolicies(world, cluster);
  if (cluster.policyEngine === 'none') {
    const cut = mayCutPods(world, cluster) ? ', where security groups let them' : '';
    return [`the cluster enforces no network policy: pods reach pods${cut}`];
  }
  return isMore && groups.length ** 2 > WALKED_PAIRS_MAX
    ? ['between pods only network policies are told: security groups and routes are in query']
    : [];
}
