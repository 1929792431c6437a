import type { Condition, FlowBox, FlowRule } from '../../flows/index.ts';
import type {
  AddressValue,
  LoadBalancer,
  LoadBalancingRule,
  PodClass,
  Service,
  ServicePort,
} from '../../model/index.ts';
import type { Port, Protocol } from '../../net/index.ts';
import type { ClusterPlacement, ServiceFrontend } from '../../network/index.ts';
import { isUnknown, type Uncertain, type Unknown } from '../../values/index.ts';
import type { Decider, MissingFact } from '../verdict.ts';
import { isSwitchedOn } from './symbolic-clients.ts';

export { type ClientRule, clientFilterRules } from './symbolic-clients.ts';

/** What becomes of a flow at the front end of a `LoadBalancer` Service. */
export type FrontEndEffect =
  | { readonly kind: 'no-listener' }
  | {
      readonly kind: 'listening';
      readonly port: ServicePort;
      /** What security groups of the nodes see as destination; the source is still the client (AKS-71). */
      readonly seen:
        | { readonly kind: 'front-end' }
        /** A node, at this port; absent when the API server picks it. */
        | { readonly kind: 'node'; readonly port?: Port; readonly why: readonly MissingFact[] };
      /** What the pod sees as source (AKS-75, AKS-76). `either`: depends on the node that received it. */
      readonly client: 'kept' | 'a node' | 'either';
      /** Empty when no pod of the input is selected. A port is absent for a name that the pod does not declare. */
      readonly backends: readonly { readonly pod: PodClass; readonly port?: Port }[];
    };

export type FrontEndRule = FlowRule<FrontEndEffect, Decider>;

/**
 * The ports of a Service that its load balancer forwards, for flows that arrived at its front end. Complete. Which clients
 * may use them is `clientFilterRules`.
 * @see AKS-71 what security groups see, AKS-75 and AKS-76 what pods see, AKS-78 which ports
 */
export function serviceFrontEndRules(
  cluster: ClusterPlacement,
  { service, backends }: ServiceFrontend,
): readonly FrontEndRule[] {
  const title = `Service ${service.namespace}/${service.name}`;
  const rules = service.ports
    .filter(({ port }) => !isSwitchedOn(service, `port_${port}_no_lb_rule`))
    .map(
      (port): FrontEndRule => ({
        region: [{ protocols: [port.protocol], destinationPorts: [port.port, port.port] }],
        effect: {
          kind: 'listening',
          port,
          seen: seenBy(service, port),
          client: clientOf(cluster, service),
          backends: backends.map((pod) => {
            const number = portAt(pod, port);
            return number === undefined ? { pod } : { pod, port: number };
          }),
        },
        by: { kind: 'rule', name: `${title}:${port.port}`, at: port.at, fact: 'AKS-78' },
      }),
    );
  const by: Decider = {
    kind: 'default',
    name: `${title} forwards nothing else`,
    at: service.at,
    fact: 'AKS-78',
  };
  return [...rules, { region: [{}], effect: { kind: 'no-listener' }, by }];
}

/** AKS-71: floating IP is on for every rule unless the annotation switches it off. */
function seenBy(
  service: Service,
  { port, nodePort, at }: ServicePort,
): Extract<FrontEndEffect, { kind: 'listening' }>['seen'] {
  if (!isSwitchedOn(service, 'azure-disable-load-balancer-floating-ip')) {
    return { kind: 'front-end' };
  }
  if (nodePort !== undefined) return { kind: 'node', port: nodePort, why: [] };
  const missing = `the node port of ${service.namespace}/${service.name}:${port}`;
  return { kind: 'node', why: [{ missing, at }] };
}

/** Without kube-proxy a backend on the receiving node may see the client even under `Cluster`. */
function clientOf(
  { policyEngine, cluster }: ClusterPlacement,
  { externalTrafficPolicy }: Service,
): 'kept' | 'a node' | 'either' {
  if (externalTrafficPolicy === 'Local') return 'kept';
  const isCilium = policyEngine === 'cilium' || cluster?.network.dataplane === 'cilium';
  return isCilium ? 'either' : 'a node';
}

function portAt(pod: PodClass, { targetPort, protocol }: ServicePort): Port | undefined {
  if (typeof targetPort === 'number') return targetPort;
  const named = pod.ports.filter((one) => one.name === targetPort);
  return named.find((one) => one.protocol === protocol)?.port;
}

/** What a load balancer that no Service made does with a flow. The source stays (AZS-40). */
export type LoadBalancerEffect =
  | { readonly kind: 'no-listener' }
  | {
      readonly kind: 'forwarded';
      readonly rule: LoadBalancingRule;
      /** Floating: backends see the front end's address and port (AZS-41), else their own. */
      readonly isFloating: boolean;
      readonly backends: readonly AddressValue[];
      /** What backends see without floating IP; `same`: the port of the flow (HA ports). Absent: not written. */
      readonly port?: Uncertain<Port> | 'same';
      /** Set when the pool's members are interfaces, which it does not list. */
      readonly why: readonly MissingFact[];
    };

export type LoadBalancerRule = FlowRule<LoadBalancerEffect, Decider>;

/**
 * The rules of a load balancer for flows that arrived at one of its front ends. Complete.
 *
 * Front end, protocol and port are unique among its rules, so those that are wholly known come first: where one of them
 * holds a flow, one that is known in part does not.
 * @param frontendKey lower-cased id
 * @see AZS-41 floating IP, AZS-42 which rule
 */
export function loadBalancerRules(
  loadBalancer: LoadBalancer,
  frontendKey: string,
): readonly LoadBalancerRule[] {
  const placed = loadBalancer.rules.flatMap((rule) => {
    const box = boxOf(rule, frontendKey);
    return box === undefined ? [] : [{ rule, box }];
  });
  const isSure = ({ box }: { readonly box: FlowBox }) => (box.needs ?? []).length === 0;
  const ordered = [...placed.filter(isSure), ...placed.filter((one) => !isSure(one))];
  const by: Decider = {
    kind: 'default',
    name: `${loadBalancer.name} has no rule for it`,
    at: loadBalancer.at,
    fact: 'AZS-42',
  };
  return [
    ...ordered.flatMap(({ rule, box }) => forwarding(loadBalancer, rule, box)),
    { region: [{}], effect: { kind: 'no-listener' }, by },
  ];
}

/** The flows that a rule names; `undefined` when it names none of this front end. */
function boxOf(rule: LoadBalancingRule, frontendKey: string): FlowBox | undefined {
  const { frontend, frontendPort: port } = rule;
  if (frontend === undefined) return undefined;
  const needs: Condition[] = [];
  if (isUnknown(frontend)) needs.push(factOf(frontend));
  else if (frontend.key !== frontendKey) return undefined;
  if (isForAll(rule)) return withNeeds({}, needs);
  const protocol = rule.protocol?.toLowerCase();
  // Required by Azure: it is written, and not known.
  if (protocol === undefined) needs.push({ missing: `the protocol of ${rule.name}`, at: rule.at });
  const box: FlowBox =
    protocol === undefined ? {} : { protocols: PROTOCOLS.filter((one) => one === protocol) };
  if (isUnknown(port)) return withNeeds(box, [...needs, factOf(port)]);
  if (port === undefined) return undefined;
  // Port 0 is written for HA ports only, which take every port.
  if (protocol === undefined && port === 0) return withNeeds(box, needs);
  return withNeeds({ ...box, destinationPorts: [port, port] }, needs);
}

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'icmp', 'sctp', 'esp', 'ah', 'other'];

/** HA ports: every protocol and port. */
function isForAll({ protocol }: LoadBalancingRule): boolean {
  return /^(all|\*)$/i.test(protocol ?? '');
}

function forwarding(
  loadBalancer: LoadBalancer,
  rule: LoadBalancingRule,
  box: FlowBox,
): readonly LoadBalancerRule[] {
  const name = `${loadBalancer.name}/${rule.name}`;
  const by: Decider = { kind: 'rule', name, at: rule.at, fact: 'AZS-42' };
  const wanted = rule.backendPool;
  const pool =
    wanted === undefined || isUnknown(wanted)
      ? undefined
      : loadBalancer.backendPools.find(({ key }) => key === wanted.key);
  const backends = pool?.addresses ?? [];
  const missing = `the members of the backend pool of ${name}`;
  const port = isForAll(rule) ? 'same' : rule.backendPort;
  const told = (region: FlowBox, isFloating: boolean): LoadBalancerRule => ({
    region: [region],
    effect: {
      kind: 'forwarded',
      rule,
      isFloating,
      backends,
      ...(port === undefined ? {} : { port }),
      why: backends.length === 0 ? [{ missing, at: rule.at }] : [],
    },
    by,
  });
  const floating = rule.enableFloatingIp;
  if (!isUnknown(floating)) return [told(box, floating === true)];
  const needs = [...(box.needs ?? []), factOf(floating)];
  return [told({ ...box, needs }, true), told(box, false)];
}

function withNeeds(box: FlowBox, needs: readonly Condition[]): FlowBox {
  return needs.length === 0 ? box : { ...box, needs };
}

function factOf({ missing, at }: Unknown): MissingFact {
  return { missing, at };
}
