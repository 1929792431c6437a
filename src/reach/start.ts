import { type FlowBox, FlowSets, intersectBoxes, type NameSet } from '../flows/index.ts';
import {
  type AddressSet,
  ALL_PORTS,
  addressSetCovers,
  addressSetHas,
  formatIp,
  type Port,
  type PortSet,
  type Protocol,
  portSet,
  singleAddress,
} from '../net/index.ts';
import { type ClusterPlacement, PRIVATE_IPV4 } from '../network/index.ts';
import type { Budget } from '../packets/index.ts';
import { type Branch, type Home, open } from './branch.ts';
import type { End } from './header.ts';
import { clusterService } from './hops/cluster-service.ts';
import { resolving } from './hops/resolving.ts';
import { livePods } from './live-pods.ts';
import { clusterOfPods, type Origin } from './origins.ts';
import { mayBePublished } from './published.ts';
import type { Start } from './run.ts';
import { type SplitBranch, split } from './split.ts';
import type { Target } from './targets.ts';
import { towardsPod } from './towards-pod.ts';
import type { World } from './world.ts';

/** What a question says of the service: nothing is every TCP and UDP port, and ICMP. */
export interface AskedService {
  readonly ports?: PortSet;
  readonly protocol?: Protocol;
}

/** Which application a port carries when nobody says otherwise; the same reading as a trace's. */
const SPOKEN = [
  { port: 443 as Port, application: 'https' },
  { port: 80 as Port, application: 'http' },
  { port: 1433 as Port, application: 'mssql' },
] as const;

/** The services asked about, each with what it speaks. Disjoint. */
export function servicesAsked({ ports, protocol }: AskedService): readonly FlowBox[] {
  const protocols: readonly Protocol[] =
    protocol === undefined
      ? ports === undefined
        ? ['tcp', 'udp', 'icmp']
        : ['tcp', 'udp']
      : [protocol];
  const asked = ports ?? ALL_PORTS;
  const boxes: FlowBox[] = [];
  const others = protocols.filter((each) => each !== 'tcp');
  if (others.includes('icmp')) boxes.push({ protocols: ['icmp'], applications: ['none'] });
  const silent = others.filter((each) => each !== 'icmp');
  if (silent.length > 0)
    boxes.push({ protocols: silent, destinationPorts: asked, applications: ['none'] });
  if (!protocols.includes('tcp')) return boxes;
  for (const { port, application } of SPOKEN) {
    boxes.push({ protocols: ['tcp'], destinationPorts: [port, port], applications: [application] });
  }
  const rest = portSet([
    [0, 79],
    [81, 442],
    [444, 1432],
    [1434, 65535],
  ]);
  boxes.push({ protocols: ['tcp'], destinationPorts: rest, applications: ['none'] });
  const limit: FlowBox = { destinationPorts: asked };
  return boxes.flatMap((box) =>
    box.protocols?.includes('icmp') === true ? [box] : (intersectBoxes(box, limit) ?? []),
  );
}

/** What the sending and the receiving side put into the first packet. */
export interface Sent {
  readonly source: End;
  /** Sources asked about, where they are told apart. */
  readonly sources?: AddressSet;
  readonly destination: End;
  readonly destinations?: AddressSet;
  readonly names?: NameSet;
  readonly service: AskedService;
  readonly home?: Home;
  readonly sender?: ClusterPlacement;
}

/** The flows of a question where they set out; `undefined` when it asks about none. */
export function startOf(sent: Sent, budget?: Budget): Branch | undefined {
  const ends: FlowBox = {
    ...(sent.sources === undefined ? {} : { sources: sent.sources }),
    ...(sent.destinations === undefined ? {} : { destinations: sent.destinations }),
    ...(sent.names === undefined ? {} : { names: sent.names }),
  };
  const boxes = servicesAsked(sent.service).flatMap((box) => intersectBoxes(box, ends) ?? []);
  if (boxes.length === 0) return undefined;
  const sets = FlowSets.over(4, boxes, budget);
  const bounds: FlowBox =
    sent.service.ports === undefined ? ends : { ...ends, destinationPorts: sent.service.ports };
  return {
    sets,
    flows: sets.region(boxes),
    bounds,
    header: { source: sent.source, destination: sent.destination },
    needs: [],
    called: sent.destination,
    trail: [],
    sessions: [],
    assumptions: [],
    ...(sent.home === undefined ? {} : { home: sent.home }),
    ...(sent.sender === undefined ? {} : { sender: sent.sender }),
  };
}

/** The flows from an origin to a target, where they stand first. Empty when nothing is asked about. */
export function startsOf(world: World, origin: Origin, target: Target): readonly Start[] {
  const sent = startOf(
    {
      source: origin.source,
      destination: target.destination,
      service: target.service,
      ...(origin.sources === undefined ? {} : { sources: origin.sources }),
      ...(target.destinations === undefined ? {} : { destinations: target.destinations }),
      ...(target.names === undefined ? {} : { names: target.names }),
      ...(origin.home === undefined ? {} : { home: origin.home }),
      ...(origin.sender === undefined ? {} : { sender: origin.sender }),
    },
    world.budget,
  );
  if (sent === undefined) return [];
  const { pod: to, cluster, called } = target;
  if (called !== undefined) return atService(world, origin, target, sent);
  if (target.isByName === true) {
    const asking = {
      label: origin.label,
      isOnInternet: origin.home?.kind === 'internet',
      ...(origin.vnetKey === undefined ? {} : { vnetKey: origin.vnetKey }),
    };
    return [{ branch: sent, place: resolving(world, asking, origin.place) }];
  }
  if (to !== undefined && cluster !== undefined) {
    return [towardsPod(world, origin, sent, cluster, to)];
  }
  return towardsLivePods(world, origin, sent).flatMap((start) =>
    start.branch.deliverTo === undefined && start.place === origin.place
      ? aroundServices(world, origin, start.branch)
      : [start],
  );
}

/** More running pods than this among the addresses asked about are not told apart. */
const LIVE_PODS_MAX = 64;

/** An address of a running pod is the pod. */
function towardsLivePods(world: World, origin: Origin, sent: Branch): readonly Start[] {
  const cluster = clusterOfPods(world.network);
  const { destinations } = sent.bounds;
  const all = { branch: sent, place: origin.place };
  if (cluster === undefined || sent.header.destination.kind !== 'as-sent') return [all];
  const live = livePods(world.network).filter(
    ({ ip }) => destinations === undefined || addressSetHas(destinations, ip),
  );
  const starts: Start[] = [];
  let left: Branch | undefined = sent;
  for (const { pod, ip } of live) {
    if (left === undefined) break;
    const { inside, outside }: SplitBranch = split(left, 'destination', singleAddress(ip));
    left = outside;
    if (inside === undefined) continue;
    const missing = `what the pod at ${formatIp(ip)} takes (ask for the pod)`;
    starts.push(
      live.length <= LIVE_PODS_MAX
        ? towardsPod(world, origin, inside, cluster, pod)
        : { branch: inside, place: { key: missing, visit: (one) => [open(one, { missing })] } },
    );
  }
  return left === undefined ? starts : [...starts, { branch: left, place: origin.place }];
}

/** From inside a cluster the address of a Service leads to its pods without leaving the node. */
function aroundServices(world: World, origin: Origin, sent: Branch): readonly Start[] {
  const { cluster, place } = origin;
  if (cluster === undefined || sent.header.destination.kind !== 'as-sent') {
    return [{ branch: sent, place }];
  }
  const starts: Start[] = [];
  let left: Branch | undefined = sent;
  for (const { owner, address } of world.network.owners.entries) {
    if (left === undefined) break;
    const isService = owner.kind === 'cluster-service' || owner.kind === 'service-frontend';
    if (!isService || owner.cluster !== cluster || !address.isExact) continue;
    const { inside, outside }: SplitBranch = split(left, 'destination', address.addresses);
    if (inside === undefined) continue;
    const service = owner.kind === 'cluster-service' ? owner.service : owner.frontend.service;
    const way = owner.kind === 'cluster-service' ? 'cluster-ip' : 'load-balancer';
    starts.push({ branch: inside, place: clusterService(world, origin, cluster, service, way) });
    left = outside;
  }
  return left === undefined ? starts : [...starts, { branch: left, place }];
}

/** A Service by name: from inside the cluster its pods, from outside its front end. */
function atService(
  world: World,
  origin: Origin,
  { called }: Target,
  sent: Branch,
): readonly Start[] {
  const { cluster, service } = called!;
  if (origin.cluster === cluster) {
    return [{ branch: sent, place: clusterService(world, origin, cluster, service, 'cluster-ip') }];
  }
  const name = `${service.namespace}/${service.name}`;
  const frontend = cluster.loadBalancerServices.find((one) => one.service === service);
  const closed = (missing: string): readonly Start[] => [
    { branch: sent, place: { key: name, visit: (branch) => [open(branch, { missing })] } },
  ];
  if (frontend === undefined) {
    return closed(`a front end of Service ${name}: it has no address outside the cluster`);
  }
  const { addresses, symbol, label } = frontend.address;
  const isPrivate = addressSetCovers(PRIVATE_IPV4, addresses);
  if (origin.home?.kind === 'internet' && isPrivate && mayBePublished(world, frontend.address)) {
    return closed(`which public address leads to ${name} (its front end is private)`);
  }
  const destination: End = {
    kind: 'one-of',
    addresses,
    label,
    ...(symbol === undefined ? {} : { symbol }),
  };
  const branch = { ...sent, called: destination, header: { ...sent.header, destination } };
  return [{ branch, place: origin.place }];
}
