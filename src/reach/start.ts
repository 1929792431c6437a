import { type FlowBox, FlowSets, intersectBoxes, type NameSet } from '../flows/index.ts';
import type { PodClass } from '../model/index.ts';
import {
  type AddressSet,
  ALL_PORTS,
  type Port,
  type PortSet,
  type Protocol,
  portSet,
} from '../net/index.ts';
import type { ClusterPlacement } from '../network/index.ts';
import type { Budget } from '../packets/index.ts';
import type { Branch, Home } from './branch.ts';
import type { End } from './header.ts';
import { enteringPod, fromPodToPod } from './hops/entering-pod.ts';
import { leavingPodToPod } from './hops/leaving-pod.ts';
import type { Origin } from './origins.ts';
import type { Start } from './run.ts';
import type { Target } from './targets.ts';
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
  const { pod: to, cluster } = target;
  if (to === undefined || cluster === undefined) return [{ branch: sent, place: origin.place }];
  return [towardsPod(world, origin, sent, cluster, to)];
}

/** Pods of overlay clusters reach each other, and are reached by their nodes, inside the cluster network. */
function towardsPod(
  world: World,
  origin: Origin,
  sent: Branch,
  cluster: ClusterPlacement,
  to: PodClass,
): Start {
  const { pod: from, pool } = origin;
  const isSameCluster = origin.cluster === cluster;
  const isFlat = cluster.addressing === 'node-subnet' || cluster.addressing === 'pod-subnet';
  if (isSameCluster && from !== undefined) {
    const isBetweenPods = pool === undefined || (!to.hostNetwork && !from.hostNetwork);
    if (from === to || (!isFlat && isBetweenPods)) {
      return { branch: sent, place: fromPodToPod(world, cluster, from, to) };
    }
    const branch = { ...sent, deliverTo: { cluster, pod: to } };
    return { branch, place: leavingPodToPod(world, cluster, pool, from, to) };
  }
  const isOverlay = cluster.addressing === 'overlay' || cluster.addressing === 'kubenet';
  if (isSameCluster && isOverlay && !to.hostNetwork) {
    const place = enteringPod(world, cluster, to, 'direct', 'some-node', 'no box on its way');
    return { branch: sent, place };
  }
  const node = isSameCluster ? { fromNode: true as const } : {};
  return { branch: { ...sent, deliverTo: { cluster, pod: to, ...node } }, place: origin.place };
}
