import type { FactId } from '../../facts/index.ts';
import type {
  AddressValue,
  LoadBalancer,
  LoadBalancingRule,
  PodClass,
  ServicePort,
  Setting,
} from '../../model/index.ts';
import { ALL_IPV4, type Ip, type Port, parseIp } from '../../net/index.ts';
import type { ClusterPlacement, Network, ServiceFrontend } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { Flow, FlowAddress } from '../flow.ts';
import { eitherOf, nodeAddressOf, podAddressOf } from '../masquerade/own-address.ts';
import type { Decider, Match, MissingFact, Verdict } from '../verdict.ts';
import { allOf, NO, unknownMatch, YES } from '../verdict.ts';
import { ANNOTATIONS, hasNoProbe, hasNoRule, isOn } from './annotations.ts';
import { clientFilter } from './client-filter.ts';

/** What becomes of a flow that arrives at the frontend of a LoadBalancer Service. */
export type ServiceDelivery =
  /** The load balancer has no rule for that protocol and port: dropped. */
  | { readonly kind: 'no-listener'; readonly by: Decider; readonly facts: readonly FactId[] }
  | {
      readonly kind: 'listening';
      readonly port: ServicePort;
      /** The Service's own client ranges, before anything else looks at the flow. */
      readonly filter: Verdict;
      /** The flow as NSGs of the node subnet see it: source still the client. */
      readonly nsgView: NsgView;
      /** May the pod see the client's address? `no` under `externalTrafficPolicy: Cluster`. */
      readonly keepsClient: Match;
      /** Empty when no pod in the input is selected. */
      readonly backends: readonly BackendFlow[];
      readonly probe: Probe;
      readonly facts: readonly FactId[];
    };

export type NsgView =
  | { readonly kind: 'known'; readonly flow: Flow }
  | { readonly kind: 'unknown'; readonly why: readonly MissingFact[] };

/** The flow as it reaches one kind of pod: after kube-proxy, destination port the container's. */
export interface BackendFlow {
  readonly pod: PodClass;
  readonly port: Port | undefined;
  readonly flow: Flow;
  /** Set when the port has a name that the pod does not declare: then nothing listens for it. */
  readonly problem?: string;
}

export type Probe =
  | { readonly kind: 'tcp' | 'http'; readonly port: Port | undefined; readonly path?: string }
  | { readonly kind: 'none'; readonly why: string };

/**
 * What a LoadBalancer Service does with one flow.
 * @param flow destination is the frontend (before any rewriting by the node)
 * @see AKS-71 what NSGs see, AKS-75 and AKS-76 what pods see, AKS-78 which ports there are
 */
export function deliverToService(
  network: Network,
  cluster: ClusterPlacement,
  frontend: ServiceFrontend,
  flow: Flow,
): ServiceDelivery {
  const { service } = frontend;
  const name = `Service ${service.namespace}/${service.name}`;
  const port = service.ports.find(
    (each) => each.protocol === flow.protocol && each.port === flow.destinationPort,
  );
  if (port === undefined || hasNoRule(service, port)) {
    const wanted = `${flow.protocol} ${flow.destinationPort ?? ''}`.trim();
    return {
      kind: 'no-listener',
      by: { kind: 'default', name: `${name} has no ${wanted}`, at: service.at, fact: 'AKS-78' },
      facts: ['AKS-78', 'AZS-42'],
    };
  }
  const nodes = cluster.pools.find((pool) => pool.nodeSubnet.kind === 'found')?.nodeSubnet;
  const filter = clientFilter(
    network,
    service,
    frontend.isInternal,
    flow.source,
    nodes?.kind === 'found' ? nodes.target : undefined,
  );
  const node = nodeAddressOf(network, cluster, undefined);
  const seen = sourceAtPod(cluster, frontend, flow, node);
  return {
    kind: 'listening',
    port,
    filter,
    nsgView: nsgView(frontend, port, flow, node),
    keepsClient: seen.keepsClient,
    backends: frontend.backends.map((pod) => {
      // kube-proxy translates what leaves the node: a host-network pod of the receiving one sees the client.
      const source =
        pod.hostNetwork && seen.source === node ? eitherNodeOrClient(node, flow) : seen.source;
      return backendFlow(network, cluster, pod, port, flow, source);
    }),
    probe: probeOf(frontend, port),
    facts: ['AKS-71', service.externalTrafficPolicy === 'Local' ? 'AKS-76' : 'AKS-75', 'AZS-40'],
  };
}

/** Every health probe of the platform comes from here, and an NSG must let it in (AZS-43). */
export const PROBE_SOURCE: FlowAddress = {
  kind: 'exact',
  ip: parseIp('168.63.129.16') as Ip,
  label: 'health probe',
};

/** AKS-77: the probe of one service port. Its source is 168.63.129.16. An unknown port is one the API server picks. */
export function probeOf(frontend: ServiceFrontend, port: ServicePort): Probe {
  const { service } = frontend;
  if (hasNoProbe(service, port)) return { kind: 'none', why: 'switched off by annotation' };
  if (service.externalTrafficPolicy === 'Local') {
    return { kind: 'http', port: undefined, path: '/healthz' };
  }
  if (port.protocol === 'udp') return { kind: 'none', why: 'UDP ports have no probe of their own' };
  const protocol = service.annotations[ANNOTATIONS.probeProtocol]?.toLowerCase() ?? 'tcp';
  return protocol === 'tcp'
    ? { kind: 'tcp', port: port.nodePort }
    : { kind: 'http', port: port.nodePort, path: '/' };
}

/** What a plain load balancer (not made by a Service) does with one flow. */
export type LoadBalancerDelivery =
  | { readonly kind: 'no-listener'; readonly by: Decider }
  | {
      readonly kind: 'forwarded';
      readonly by: Decider;
      readonly rule: LoadBalancingRule;
      /** One per backend address in the input, after the load balancer. Source unchanged (AZS-40). */
      readonly flows: readonly Flow[];
      /** Set when the pool's members are network interfaces, which the pool itself does not list. */
      readonly why: readonly MissingFact[];
    }
  | { readonly kind: 'unknown'; readonly by: Decider; readonly why: readonly MissingFact[] };

/**
 * @param frontendKey lower-cased id of the frontend the flow arrived at
 * @see AZS-41 floating IP, AZS-42 which rule
 */
export function deliverToLoadBalancer(
  loadBalancer: LoadBalancer,
  frontendKey: string,
  flow: Flow,
): LoadBalancerDelivery {
  const doubts: MissingFact[] = [];
  for (const rule of loadBalancer.rules) {
    const match = ruleMatches(rule, frontendKey, flow);
    if (match.kind === 'no') continue;
    const by: Decider = {
      kind: 'rule',
      name: `${loadBalancer.name}/${rule.name}`,
      at: rule.at,
      fact: 'AZS-42',
    };
    if (match.kind === 'unknown') {
      doubts.push(...match.why);
      continue;
    }
    // Frontend, protocol and port are unique among rules, so a certain match is the only one.
    return forward(loadBalancer, rule, by, flow);
  }
  const by: Decider = {
    kind: 'default',
    name: `${loadBalancer.name} has no rule for ${flow.protocol} ${flow.destinationPort ?? ''}`.trim(),
    at: loadBalancer.at,
    fact: 'AZS-42',
  };
  return doubts.length === 0 ? { kind: 'no-listener', by } : { kind: 'unknown', by, why: doubts };
}

function nsgView(
  frontend: ServiceFrontend,
  port: ServicePort,
  flow: Flow,
  node: FlowAddress,
): NsgView {
  const { service } = frontend;
  if (!isOn(service, ANNOTATIONS.disableFloatingIp)) return { kind: 'known', flow };
  if (port.nodePort === undefined) {
    const missing = `the node port of ${service.namespace}/${service.name}:${port.port}`;
    return { kind: 'unknown', why: [{ missing, at: port.at }] };
  }
  return { kind: 'known', flow: { ...flow, destination: node, destinationPort: port.nodePort } };
}

function sourceAtPod(
  cluster: ClusterPlacement,
  frontend: ServiceFrontend,
  flow: Flow,
  node: FlowAddress,
): { readonly source: FlowAddress; readonly keepsClient: Match } {
  if (frontend.service.externalTrafficPolicy === 'Local') {
    return { source: flow.source, keepsClient: YES };
  }
  if (cluster.policyEngine === 'cilium' || cluster.cluster?.network.dataplane === 'cilium') {
    // Without kube-proxy a backend on the receiving node may see the client as it is.
    const missing = 'whether the node that received the flow also runs the pod';
    return {
      source: eitherNodeOrClient(node, flow),
      keepsClient: { kind: 'unknown', why: [{ missing }] },
    };
  }
  return { source: node, keepsClient: NO };
}

function eitherNodeOrClient(node: FlowAddress, flow: Flow): FlowAddress {
  return eitherOf(node, flow.source, 'a node, or the client');
}

function backendFlow(
  network: Network,
  cluster: ClusterPlacement,
  pod: PodClass,
  port: ServicePort,
  flow: Flow,
  source: FlowAddress,
): BackendFlow {
  const number = targetPortOf(pod, port);
  // Source translation also picks a new source port.
  const { sourcePort: _, destinationPort: __, ...rest } = flow;
  const keptPort =
    source === flow.source && flow.sourcePort !== undefined ? { sourcePort: flow.sourcePort } : {};
  const arrived: Flow = {
    ...rest,
    ...keptPort,
    source,
    destination: podAddressOf(network, cluster, undefined, pod),
    ...(number === undefined ? {} : { destinationPort: number }),
  };
  return number === undefined
    ? {
        pod,
        port: number,
        flow: arrived,
        problem: `${pod.kind} ${pod.namespace}/${pod.name} declares no ${port.protocol} port \`${port.targetPort}\``,
      }
    : { pod, port: number, flow: arrived };
}

/** A named target port is looked up in the containers of each pod, by name and protocol. */
export function targetPortOf(pod: PodClass, port: ServicePort): Port | undefined {
  if (typeof port.targetPort === 'number') return port.targetPort;
  return pod.ports.find((each) => each.name === port.targetPort && each.protocol === port.protocol)
    ?.port;
}

function ruleMatches(rule: LoadBalancingRule, frontendKey: string, flow: Flow): Match {
  const { frontend } = rule;
  if (frontend === undefined) return NO;
  // A rule for another port is none for this flow, whichever front end it is on.
  return allOf([
    frontend.kind === 'unknown'
      ? unknownMatch(frontend.missing, frontend.at)
      : frontend.key === frontendKey
        ? YES
        : NO,
    portMatches(rule, flow),
  ]);
}

function portMatches(rule: LoadBalancingRule, flow: Flow): Match {
  if (isForAll(rule)) return YES;
  const protocol = rule.protocol?.toLowerCase();
  const port = rule.frontendPort;
  if (protocol === undefined) return withoutProtocol(rule, port, flow);
  if (protocol !== flow.protocol) return NO;
  if (isUnknown(port)) return unknownMatch(port.missing, port.at);
  return port !== undefined && port === flow.destinationPort ? YES : NO;
}

/** Azure requires a protocol, so that one which the view does not hold is written and not known. */
function withoutProtocol(rule: LoadBalancingRule, port: Setting<Port>, flow: Flow): Match {
  const why: MissingFact[] = [{ missing: `the protocol of ${rule.name}`, at: rule.at }];
  if (isUnknown(port)) why.push({ missing: port.missing, at: port.at });
  else if (port === undefined || (port !== 0 && port !== flow.destinationPort)) return NO;
  return { kind: 'unknown', why };
}

/** HA ports are written as protocol All and port 0, and keep the port of the flow. */
function isForAll({ protocol }: LoadBalancingRule): boolean {
  return protocol === '*' || protocol?.toLowerCase() === 'all';
}

function forward(
  loadBalancer: LoadBalancer,
  rule: LoadBalancingRule,
  by: Decider,
  flow: Flow,
): LoadBalancerDelivery {
  const floating = rule.enableFloatingIp;
  if (isUnknown(floating)) {
    return { kind: 'unknown', by, why: [{ missing: floating.missing, at: floating.at }] };
  }
  const pool =
    rule.backendPool === undefined || rule.backendPool.kind === 'unknown'
      ? undefined
      : loadBalancer.backendPools.find(
          (each) => rule.backendPool?.kind === 'reference' && each.key === rule.backendPool.key,
        );
  const addresses = pool?.addresses ?? [];
  const why =
    addresses.length > 0
      ? []
      : [{ missing: `the members of the backend pool of ${by.name}`, at: rule.at }];
  const backendPort = isUnknown(rule.backendPort) ? undefined : rule.backendPort;
  const isHaPorts = isForAll(rule);
  const flows = addresses.map((address): Flow => {
    if (floating === true) return flow;
    const { destinationPort, ...rest } = flow;
    const port = isHaPorts ? destinationPort : backendPort;
    return {
      ...rest,
      destination: backendAddress(address, loadBalancer.name),
      ...(port === undefined ? {} : { destinationPort: port }),
    };
  });
  return { kind: 'forwarded', by, rule, flows, why };
}

function backendAddress(address: AddressValue, name: string): FlowAddress {
  const label = `a backend of ${name}`;
  if (!isUnknown(address)) return { kind: 'exact', ip: address, label };
  return {
    kind: 'within',
    addresses: ALL_IPV4,
    label,
    ...(address.symbol === undefined ? {} : { symbol: address.symbol }),
  };
}
