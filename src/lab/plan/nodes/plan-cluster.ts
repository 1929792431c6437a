import type { Gap } from '../../../diagnostics/index.ts';
import type { ClusterObjects, Labels, Service } from '../../../model/index.ts';
import {
  type AddressSet,
  addressesOfPrefixes,
  formatIp,
  NO_ADDRESSES,
  type Prefix,
  parsePrefix,
} from '../../../net/index.ts';
import type { ClusterPlacement, Network } from '../../../network/index.ts';
import type { FrontEndView } from '../front-end-view.ts';
import type { FrontendRoute, NodeSeat, NodesContext, NodesPart } from '../node-seat.ts';
import { dnsProcess, isDnsPod } from './cluster-dns.ts';
import { type ClusterServices, servicesOfCluster, withStandIns } from './cluster-services.ts';
import { denialLog } from './denial-log.ts';
import { masqueradeOf } from './near-ranges.ts';
import { nodeEnd, nodeHost } from './node-host.ts';
import { placePods } from './place-pods.ts';
import { addressPods } from './pod-addresses.ts';
import { podEnd, podHost, podLink } from './pod-host.ts';
import { type PoliciesOfNode, planPolicies } from './policy/plan-policies.ts';
import type { PolicyWorld } from './policy/policy-rule.ts';
import { policyRules } from './policy/policy-rules.ts';
import { seatPods } from './seat-pods.ts';
import type { SeatedPod } from './seated-pod.ts';
import { serviceRules } from './service-rules.ts';
import { simplificationsOf } from './simplifications.ts';

export interface ClusterToPlan {
  readonly network: Network;
  readonly cluster: ClusterPlacement;
  readonly seats: readonly NodeSeat[];
  /** Absent: the objects are another cluster's, and the nodes stand empty. */
  readonly objects: ClusterObjects | undefined;
  readonly context: NodesContext;
  readonly nameOf: (wanted: string) => string;
}

/** All nodes of one cluster, with their pods. */
export function planCluster(plan: ClusterToPlan): NodesPart {
  const { cluster, seats, objects, context } = plan;
  const stand = withStandIns(cluster, objects);
  const { placed, gaps: unplaced } = placePods(
    objects?.pods ?? [],
    stand.pods,
    seats,
    objects?.nodes ?? [],
    context.podsPerWorkload,
  );
  const given = addressPods(cluster, seats, placed);
  const pods = seatPods(placed, given.addresses, plan.nameOf);
  const services = servicesOfCluster(plan, stand, pods);
  const policies = policiesOf(plan, pods, services);
  const doubtful = new Map([...policies.values()].flatMap(({ doubtful: each }) => [...each]));
  const dns = pods.filter((each) => each.isStandIn === true && isDnsPod(each));
  const nodes = seats.map((seat) => {
    const rules = rulesOf(plan, seat, pods, services, policies.get(seat));
    return { seat, rules };
  });
  const daemons = [
    ...nodes.filter(({ rules }) => rules.policies !== '').map(({ seat }) => denialLog(seat)),
    ...dns.map((each) => dnsProcess(each, services.planned)),
  ];
  const resolvers = services.dnsAddress === undefined ? [] : [services.dnsAddress];
  const own = pods.filter(({ pod }) => !pod.hostNetwork);
  return {
    hosts: [
      ...nodes.map(({ seat, rules }) => nodeHost(seat, own, [rules.services, rules.policies])),
      ...own.map((each) => podHost(each, resolversOf(each, resolvers), !dns.includes(each))),
    ],
    links: own.map(podLink),
    ends: [
      ...seats.map(nodeEnd),
      ...pods.filter((each) => !dns.includes(each)).map((each) => podEnd(each, doubtful.get(each))),
    ],
    processes: daemons.map(({ process }) => process),
    files: daemons.map(({ file }) => file),
    gaps: [...unplaced, ...given.gaps, ...services.gaps, ...gapsOf(policies)],
    simplifications: simplificationsOf(cluster, objects, dns.length > 0),
    podRoutes: given.routes,
    frontendRoutes: frontendRoutes(cluster, seats, services),
  };
}

function rulesOf(
  { network, cluster, seats }: ClusterToPlan,
  seat: NodeSeat,
  pods: readonly SeatedPod[],
  { planned }: ClusterServices,
  policies: PoliciesOfNode | undefined,
): { readonly services: string; readonly policies: string } {
  const masquerade = masqueradeOf(network, cluster, seat);
  return {
    services: serviceRules(seat, planned, pods, masquerade),
    policies: policies === undefined ? '' : policyRules(seat, seats, pods, policies),
  };
}

/** Compiled for each node: `host` means another one on each. */
function policiesOf(
  { cluster, seats, objects, context }: ClusterToPlan,
  pods: readonly SeatedPod[],
  services: ClusterServices,
): ReadonlyMap<NodeSeat, PoliciesOfNode> {
  const labelsOfNamespace = (name: string): Labels =>
    objects?.namespaces.get(name)?.labels ?? { 'kubernetes.io/metadata.name': name };
  const inSubnet = cluster.addressing === 'node-subnet' || cluster.addressing === 'pod-subnet';
  const world = (here: NodeSeat): PolicyWorld => ({
    pods,
    labelsOfNamespace,
    seats,
    here,
    services: services.planned,
    podRange: inSubnet ? NO_ADDRESSES : cluster.podAddresses,
    apiServer: addressesOf(services.apiServer),
    addressesOfName: (name) => addressesOf(context.resolve(name) ?? []),
    names: context.names ?? [],
  });
  return new Map(
    seats.map((seat) => [
      seat,
      planPolicies(cluster.policyEngine, objects?.policies ?? [], world(seat)),
    ]),
  );
}

function gapsOf(policies: ReadonlyMap<NodeSeat, PoliciesOfNode>): readonly Gap[] {
  const [first] = policies.values();
  return first?.gaps ?? [];
}

/** Pods ask the cluster's DNS; those in the node's network, and those that say so, ask whom the node asks. */
function resolversOf({ pod, seat }: SeatedPod, cluster: readonly string[]): readonly string[] {
  if (pod.dnsPolicy === 'Default') return seat.resolvers;
  return cluster.length > 0 ? cluster : seat.resolvers;
}

/** With `Local` only nodes that have a pod of the Service take its flows: the probe fails on the others. */
function frontendRoutes(
  { loadBalancerServices }: ClusterPlacement,
  seats: readonly NodeSeat[],
  { planned }: ClusterServices,
): readonly FrontendRoute[] {
  return planned.flatMap(({ service, frontAddresses, pods }) => {
    const frontend = loadBalancerServices.find((each) => each.service === service);
    const [address] = frontAddresses;
    if (frontend === undefined || address === undefined || !frontend.address.isExact) return [];
    const isLocal = service.externalTrafficPolicy === 'Local';
    const nodes = seats
      .filter((seat) => !isLocal || pods.some((each) => each.seat === seat))
      .map(({ host }) => host);
    const views = viewsOf(service, address, seats);
    return [
      {
        address,
        nodes,
        label: frontend.address.label,
        isInternal: frontend.isInternal,
        ...(views.length === 0 ? {} : { views }),
      },
    ];
  });
}

const NO_FLOATING_IP = 'service.beta.kubernetes.io/azure-disable-load-balancer-floating-ip';

/** AKS-71: then groups see the node and its port. One that the API server is to pick nobody knows: the front end stays. */
function viewsOf(
  { annotations, ports }: Service,
  frontEnd: string,
  seats: readonly NodeSeat[],
): readonly FrontEndView[] {
  if (annotations[NO_FLOATING_IP]?.toLowerCase() !== 'true') return [];
  return ports.flatMap(({ protocol, port, nodePort }): readonly FrontEndView[] =>
    nodePort === undefined || (protocol !== 'tcp' && protocol !== 'udp')
      ? []
      : seats.map(({ host, address }) => ({
          host,
          frontEnd,
          protocol,
          ports: { called: port, seen: nodePort },
          seen: formatIp(address),
        })),
  );
}

function addressesOf(texts: readonly string[]): AddressSet {
  return addressesOfPrefixes(
    texts.map(parsePrefix).filter((each): each is Prefix => each !== undefined),
  );
}
