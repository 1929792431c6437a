import { type Condition, type FlowBox, type FlowRule, needing } from '../../flows/index.ts';
import type { ContainerPort, PodClass, Service, ServicePort } from '../../model/index.ts';
import {
  type AddressSet,
  addressSet,
  type Ip,
  isEmptyAddressSet,
  type Port,
  type PortSet,
  parseIp,
  portSet,
  singleAddress,
  subtractAddresses,
  unionAddresses,
} from '../../net/index.ts';
import {
  type ClusterPlacement,
  homeOfObjects,
  type KnownAddress,
  type Network,
  PRIVATE_IPV4,
} from '../../network/index.ts';
import type { Decider, MissingFact } from '../verdict.ts';

/** What a node makes of a destination before policies and routes look (K8P-19). Rewriting is a table, never a relation. */
export type ServiceEffect =
  | Rewritten
  /** A host port: the pod on the node that has the address (K8P-90). */
  | { readonly kind: 'host-port'; readonly pod: PodClass; readonly port: ContainerPort }
  /** The address of a Service, and not one of its ports: nothing is listening. */
  | { readonly kind: 'refused'; readonly service: Service };

export interface Rewritten {
  readonly kind: 'rewritten';
  readonly way: 'cluster-ip' | 'external-ip' | 'load-balancer' | 'node-port';
  readonly service: Service;
  readonly port: ServicePort;
  /** Which backends a client gets: all, or those on the node that rewrites. */
  readonly policy: 'Cluster' | 'Local';
  readonly backends: readonly ServiceBackend[];
  /** Of a Service without selector: addresses from its EndpointSlices. */
  readonly endpoints: readonly { readonly address: Ip; readonly port: Port }[];
  /** Set when nothing in the input stands behind it. */
  readonly why: readonly MissingFact[];
}

export interface ServiceBackend {
  readonly pod: PodClass;
  /** What the pod receives; absent when the target port is a name that it does not declare (K8P-81). */
  readonly port?: Port;
}

export type ServiceRule = FlowRule<ServiceEffect, Decider>;

/**
 * Which destinations a node of the cluster takes for a Service, and what becomes of them. A flow that no rule takes is
 * none of a Service's. For flows of the cluster's own pods and nodes, which never meet the load balancer, and for
 * whatever reaches a node at a node port.
 * @see K8P-80 backends, K8P-81 ports, K8P-82 what each type opens, K8P-83 local backends only, K8P-90 host ports
 */
export function serviceRules(network: Network, cluster: ClusterPlacement): readonly ServiceRule[] {
  if (cluster !== homeOfObjects(network)) return [];
  const { services, pods } = network.perimeter.kubernetes;
  const nodes = nodeBoxes(network, cluster);
  const taken = services.flatMap(({ clusterIp }) => parseIp(clusterIp ?? '') ?? []);
  const free = subtractAddresses(
    orPrivate(cluster.serviceAddresses),
    unionAddresses(...taken.map(singleAddress)),
  );
  const freePorts = freeNodePorts(services);
  const doors = services
    // A headless Service gives its clients pod addresses: no node takes anything for it.
    .filter(({ type, clusterIp }) => type !== 'ExternalName' && clusterIp !== 'None')
    .map(
      (service): Door => ({ network, cluster, service, titled: titleOf(service), free, freePorts }),
    );
  return [
    ...doors.flatMap(atClusterAddress),
    ...doors.flatMap(atExternalAddresses),
    ...doors.flatMap(atFrontEnd),
    ...doors.flatMap((door) => atNodePorts(door, nodes)),
    ...pods.flatMap((pod) => hostPorts(pod, nodes)),
  ];
}

/** One Service, and where its ways in may be. */
interface Door {
  readonly network: Network;
  readonly cluster: ClusterPlacement;
  readonly service: Service;
  readonly titled: string;
  /** Where a cluster address that is not assigned yet may be. */
  readonly free: AddressSet;
  /** Which number a node port that nobody wrote may get. */
  readonly freePorts: PortSet;
}

function atClusterAddress(door: Door): readonly ServiceRule[] {
  const { service, titled, free } = door;
  const { clusterIp, internalTrafficPolicy: policy, at } = service;
  const ip = clusterIp === undefined ? undefined : parseIp(clusterIp);
  const missing = `the cluster address of Service ${titled}`;
  const box: FlowBox =
    ip === undefined
      ? { destinations: free, needs: [{ missing, at }] }
      : { destinations: singleAddress(ip) };
  const local: Condition = {
    missing: `whether the sender's node runs a pod of Service ${titled}`,
    at,
  };
  // K8P-83: without a pod on the sender's own node the flow is dropped.
  const needs = policy === 'Local' ? [local] : [];
  const rules = service.ports.map((port) =>
    rewritten(door, 'cluster-ip', port, policy, needing([onPort(box, port)], needs)),
  );
  if (ip === undefined) return rules;
  const name = `Service ${titled} has no such port`;
  const by: Decider = { kind: 'default', name, at, fact: 'K8P-81' };
  return [...rules, { region: [box], effect: { kind: 'refused', service }, by }];
}

function atExternalAddresses(door: Door): readonly ServiceRule[] {
  const { externalIps, ports, externalTrafficPolicy: policy } = door.service;
  const known = externalIps.flatMap((text) => parseIp(text) ?? []);
  if (known.length === 0) return [];
  const destinations = unionAddresses(...known.map(singleAddress));
  return ports.map((port) =>
    rewritten(door, 'external-ip', port, policy, [onPort({ destinations }, port)]),
  );
}

/** Called from inside, the front end leads to every pod, whatever the policy for outside traffic says. */
function atFrontEnd(door: Door): readonly ServiceRule[] {
  const { cluster, service } = door;
  const front = cluster.loadBalancerServices.find((one) => one.service === service);
  if (front === undefined) return [];
  const box = boxOf(front.address);
  return service.ports.map((port) =>
    rewritten(door, 'load-balancer', port, 'Cluster', [onPort(box, port)]),
  );
}

function atNodePorts(door: Door, nodes: readonly FlowBox[]): readonly ServiceRule[] {
  const { type, allocateNodePorts, externalTrafficPolicy, ports, unknownType } = door.service;
  const opens = type === 'NodePort' || (type === 'LoadBalancer' && allocateNodePorts);
  if (!opens && unknownType === undefined) return [];
  return ports.map((port) => {
    const { nodePort, protocol, at } = port;
    const missing = `the node port of ${door.titled}:${port.port}`;
    const destinationPorts = nodePort === undefined ? door.freePorts : [nodePort, nodePort];
    const region = nodes.map((box) => ({ ...box, protocols: [protocol], destinationPorts }));
    const open = needing(region, nodePort === undefined ? [{ missing, at }] : []);
    return rewritten(door, 'node-port', port, externalTrafficPolicy, open);
  });
}

function rewritten(
  { network, service, titled }: Door,
  way: Rewritten['way'],
  port: ServicePort,
  policy: 'Cluster' | 'Local',
  region: readonly FlowBox[],
): ServiceRule {
  const { at, unknownType } = service;
  const isSelecting = Object.keys(service.selector ?? {}).length > 0;
  const backends = isSelecting ? backendsOf(network, service, port) : [];
  const endpoints = isSelecting ? [] : endpointsOf(network, service, port);
  const isEmpty = backends.length === 0 && endpoints.length === 0;
  const why = isEmpty ? [{ missing: `a workload that Service ${titled} selects`, at }] : [];
  // A type that is written and not known: this way in may not be there.
  const guess =
    unknownType === undefined ? [] : [{ missing: unknownType.missing, at: unknownType.at }];
  return {
    region: needing(region, guess),
    effect: { kind: 'rewritten', way, service, port, policy, backends, endpoints, why },
    by: { kind: 'rule', name: `Service ${titled}:${port.port}`, at, fact: 'K8P-82' },
  };
}

/** The API server picks from 30000-32767, and never a number that another Service has. */
function freeNodePorts(services: readonly Service[]): PortSet {
  const written = new Set(services.flatMap(({ ports }) => ports.map(({ nodePort }) => nodePort)));
  const ranges: [number, number][] = [];
  for (let port = 30_000; port <= 32_767; port += 1) {
    const last = ranges.at(-1);
    if (written.has(port as Port)) continue;
    if (last?.[1] === port - 1) last[1] = port;
    else ranges.push([port, port]);
  }
  return portSet(ranges);
}

/** K8P-80: pods of its namespace with every label of its selector. */
function backendsOf(
  { perimeter }: Network,
  service: Service,
  port: ServicePort,
): readonly ServiceBackend[] {
  const backends: ServiceBackend[] = [];
  for (const pod of perimeter.kubernetes.pods) {
    if (pod.namespace !== service.namespace || !isSelected(service, pod)) continue;
    const number = targetOf(port, pod);
    backends.push({ pod, ...(number === undefined ? {} : { port: number }) });
  }
  return backends;
}

function isSelected({ selector }: Service, { labels }: PodClass): boolean {
  for (const [key, value] of Object.entries(selector ?? {})) {
    if (!Object.hasOwn(labels, key) || labels[key] !== value) return false;
  }
  return true;
}

/** K8P-81: a number, or the name of a container port of the same protocol. */
function targetOf({ targetPort, protocol }: ServicePort, pod: PodClass): Port | undefined {
  if (typeof targetPort === 'number') return targetPort;
  for (const declared of pod.ports) {
    if (declared.protocol === protocol && declared.name === targetPort) return declared.port;
  }
  return undefined;
}

/** Without a selector its EndpointSlices decide: their ports belong to the Service's by name. */
function endpointsOf(
  { perimeter }: Network,
  { namespace, name }: Service,
  port: ServicePort,
): readonly { readonly address: Ip; readonly port: Port }[] {
  const endpoints: { address: Ip; port: Port }[] = [];
  for (const slice of perimeter.kubernetes.endpointSlices) {
    if (slice.namespace !== namespace || slice.service !== name) continue;
    const target = slice.ports.find(
      (one) => one.protocol === port.protocol && (one.name ?? '') === (port.name ?? ''),
    );
    if (target === undefined) continue;
    for (const text of slice.addresses) {
      const address = parseIp(text);
      if (address !== undefined) endpoints.push({ address, port: target.port });
    }
  }
  return endpoints;
}

/** The addresses of nodes: those of live ones for certain, any other of their subnets perhaps. */
function nodeBoxes(network: Network, cluster: ClusterPlacement): readonly FlowBox[] {
  const live = addressSet(
    network.perimeter.kubernetes.nodes
      .flatMap(({ addresses }) => addresses.flatMap((text) => parseIp(text) ?? []))
      .map((ip) =>
        ip.family === 4
          ? { family: 4, low: ip.value, high: ip.value }
          : { family: 6, low: ip.value, high: ip.value },
      ),
  );
  const missing = `which address a node of ${cluster.name} has`;
  const others = subtractAddresses(orPrivate(cluster.nodeAddresses), live);
  const boxes: FlowBox[] = [];
  if (!isEmptyAddressSet(live)) boxes.push({ destinations: live });
  if (!isEmptyAddressSet(others)) boxes.push({ destinations: others, needs: [{ missing }] });
  return boxes;
}

/** Only a node that runs the pod has it, and no file says which those are. */
function hostPorts(pod: PodClass, nodes: readonly FlowBox[]): readonly ServiceRule[] {
  if (pod.hostNetwork) return [];
  const missing = `whether the node runs a pod of ${pod.namespace}/${pod.name}`;
  return pod.ports.flatMap((port): readonly ServiceRule[] => {
    const { hostPort, protocol } = port;
    if (hostPort === undefined) return [];
    const region = nodes.map((box) => ({
      ...box,
      protocols: [protocol],
      destinationPorts: [hostPort, hostPort],
    }));
    const name = `host port ${hostPort} of ${pod.kind} ${pod.namespace}/${pod.name}`;
    return [
      {
        region: needing(region, [{ missing, at: port.at }]),
        effect: { kind: 'host-port', pod, port },
        by: { kind: 'rule', name, at: port.at, fact: 'K8P-90' },
      },
    ];
  });
}

function titleOf({ namespace, name }: Service): string {
  return `${namespace}/${name}`;
}

function boxOf(address: KnownAddress): FlowBox {
  if (address.isExact) return { destinations: address.addresses };
  const missing = `which address ${address.label} has`;
  return { destinations: address.addresses, needs: [{ missing }] };
}

function onPort(box: FlowBox, { protocol, port }: ServicePort): FlowBox {
  return { ...box, protocols: [protocol], destinationPorts: [port, port] };
}

/** A range that nobody knows is any private one, as for everything that lies inside a network. */
function orPrivate(set: AddressSet): AddressSet {
  return isEmptyAddressSet(set) ? PRIVATE_IPV4 : set;
}
