import type { Service } from '../model/index.ts';
import { addressesOfPrefixes, formatPrefix, type Port, type Protocol } from '../net/index.ts';
import { findOwner, type Network } from '../network/index.ts';
import type { Flow, FlowAddress } from '../semantics/flow.ts';
import { nodeAddressOf } from '../semantics/masquerade/own-address.ts';
import { flowAddressOf } from '../semantics/outbound/flow-address.ts';
import { addressOfEndpoint } from '../semantics/private-endpoint/concrete.ts';
import type { Decider, MissingFact } from '../semantics/verdict.ts';
import { apiServerTargets } from './api-server-target.ts';
import { applicationOf } from './application-of.ts';
import { deliverToOf } from './deliver-to.ts';
import { elsewhere } from './elsewhere.ts';
import type { Endpoint } from './endpoint.ts';
import type { DeliverTo, Journey } from './journey.ts';
import { nameTargets } from './name-target.ts';
import { findPools } from './node-pools.ts';
import { findPods, type Origin } from './origin.ts';
import { type Placement, problem } from './placement.ts';
import { podFlows } from './pod-flows.ts';
import { podName } from './pod-name.ts';
import { placeService, portOf, serviceTargets } from './service-target.ts';
import type { Disposition, Step } from './trace.ts';

/** What a traced flow is addressed to, as its sender sees it. */
export interface Target {
  readonly label: string;
  readonly flow: Flow;
  readonly deliverTo?: DeliverTo;
  /** What happened before the first packet: a name was resolved, a Service chose a backend. */
  readonly prelude: readonly Step[];
  readonly conditions: readonly MissingFact[];
  /** The flow may be addressed to something else altogether: then not even a denial is certain. */
  readonly doubts?: readonly MissingFact[];
  /** The flow never starts: a name that does not exist. */
  readonly stillborn?: Disposition;
  /** Taken as true and said so. */
  readonly notes: readonly string[];
  /** Which of several targets of one question this is: `backend shop/canary`. */
  readonly way?: string;
  readonly endsAtGateway?: Journey['endsAtGateway'];
}

/** Nothing happens before the first packet, and nothing is left open. */
const PLAIN: Pick<Target, 'prelude' | 'conditions' | 'notes'> = {
  prelude: [],
  conditions: [],
  notes: [],
};

/** A flow from the origin to an address, with what the question says of port and protocol. */
export type FlowTo = (destination: FlowAddress, extra?: Partial<Flow>) => Flow;

/** The flows that an endpoint as a destination stands for, seen from one origin. */
export function placeTarget(
  network: Network,
  origin: Origin,
  endpoint: Endpoint,
  asked: Protocol | undefined,
): Placement<Target> {
  const protocol = endpoint.protocol ?? asked ?? 'tcp';
  const port = endpoint.port ?? (443 as Port);
  const to: FlowTo = (destination, extra = {}) => ({
    source: origin.address,
    destination,
    protocol,
    ...(protocol === 'icmp' ? {} : { destinationPort: port }),
    application: applicationOf(protocol, port, undefined),
    ...extra,
  });
  const found = (label: string, flow: Flow, more: Partial<Target> = {}): Placement<Target> => ({
    kind: 'found',
    found: [{ ...PLAIN, label, flow, ...more }],
  });

  switch (endpoint.kind) {
    case 'internet': {
      const addresses = elsewhere(network);
      const symbol = 'internet-any';
      return found(
        'the internet',
        to({ kind: 'within', addresses, label: 'an internet address', symbol }),
      );
    }
    case 'address':
      return addressTargets(network, origin, endpoint, to, found);
    case 'name':
      return { kind: 'found', found: nameTargets(network, origin, endpoint.name, to) };
    case 'on-premises': {
      const addresses = addressesOfPrefixes([endpoint.prefix]);
      const text = `onprem:${formatPrefix(endpoint.prefix)}`;
      return found(text, to({ kind: 'within', addresses, label: text, symbol: text }));
    }
    case 'workload':
      return workloadTargets(network, endpoint, to, port);
    case 'node':
      return nodeTargets(network, endpoint, to);
    case 'private-endpoint':
      return privateEndpointTarget(network, endpoint, to);
    case 'public-ip':
      return publicIpTarget(network, endpoint, to);
    case 'api-server':
      return apiServerTargets(network, origin, to);
    case 'service':
      return placeService(network, origin, endpoint, asked, to);
    case 'ingress':
      return problem('an ingress is placed by its own legs', []);
  }
}

/**
 * A number. From inside a cluster the address of a Service leads to its pods without leaving the node: that of the
 * cluster, and that of its load balancer too (azure-networking 7). A port that the Service does not have is refused at the one, and
 * led on to the load balancer at the other.
 */
function addressTargets(
  network: Network,
  origin: Origin,
  endpoint: Endpoint & { kind: 'address' },
  to: FlowTo,
  found: (label: string, flow: Flow, more?: Partial<Target>) => Placement<Target>,
): Placement<Target> {
  const address: FlowAddress = { kind: 'exact', ip: endpoint.ip };
  if (origin.cluster !== undefined && (origin.pod !== undefined || origin.isNode === true)) {
    for (const { owner, certainty } of findOwner(network, address)) {
      if (certainty !== 'yes') continue;
      const isService = owner.kind === 'cluster-service' || owner.kind === 'service-frontend';
      if (!isService || owner.cluster !== origin.cluster) continue;
      const { protocol, destinationPort: port } = to(address);
      const wanted = { protocol, ...(port === undefined ? {} : { port }) };
      const service = owner.kind === 'cluster-service' ? owner.service : owner.frontend.service;
      if (portOf(service, wanted) !== undefined) {
        return serviceTargets(network, origin, service, { ...endpoint, ...wanted }, to);
      }
      if (owner.kind === 'service-frontend') break;
      return found(endpoint.text, to(address), refusedBy(service));
    }
  }
  const deliverTo = deliverToOf(network, address);
  return found(endpoint.text, to(address), deliverTo === undefined ? {} : { deliverTo });
}

/** Nothing listens at the address of a Service but its ports. */
function refusedBy(service: Service): Partial<Target> {
  const name = `Service ${service.namespace}/${service.name} has no such port`;
  const by: Decider = { kind: 'default', name, at: service.at, fact: 'K8P-81' };
  const step: Step = { stage: 'service', by, text: name, facts: ['K8P-81'] };
  return { prelude: [step], stillborn: { kind: 'denied', by } };
}

function nodeTargets(
  network: Network,
  endpoint: Endpoint & { kind: 'node' },
  to: FlowTo,
): Placement<Target> {
  const pools = findPools(network, endpoint);
  if (pools.kind === 'problem') return pools;
  const found = pools.found.map(
    ({ cluster, pool, label }): Target => ({
      ...PLAIN,
      label,
      flow: to(nodeAddressOf(network, cluster, pool)),
    }),
  );
  return { kind: 'found', found };
}

function privateEndpointTarget(
  network: Network,
  endpoint: Endpoint & { kind: 'private-endpoint' },
  to: FlowTo,
): Placement<Target> {
  const all = [...network.perimeter.privateEndpoints.values()];
  const wanted = endpoint.name.toLowerCase();
  const one = all.find((each) => each.name.toLowerCase() === wanted);
  if (one === undefined) {
    return problem(
      `no private endpoint is named \`${endpoint.name}\``,
      all.map((each) => `private-endpoint:${each.name}`),
    );
  }
  const flow = to(flowAddressOf(addressOfEndpoint(network, one)));
  return { kind: 'found', found: [{ ...PLAIN, label: `private endpoint ${one.name}`, flow }] };
}

/** A public address by the name of its resource: most of them have no number before they are deployed. */
function publicIpTarget(
  network: Network,
  endpoint: Endpoint & { kind: 'public-ip' },
  to: FlowTo,
): Placement<Target> {
  const all = network.owners.entries.flatMap(({ owner, address }) =>
    owner.kind === 'public-ip' ? [{ publicIp: owner.publicIp, address }] : [],
  );
  const named = all.filter(
    ({ publicIp }) => publicIp.name.toLowerCase() === endpoint.name.toLowerCase(),
  );
  const wanted = endpoint.resourceGroup?.toLowerCase();
  const found = named.filter(
    ({ publicIp }) => wanted === undefined || resourceGroupOf(publicIp.key) === wanted,
  );
  const [one] = found;
  if (one === undefined) {
    const candidates = named.length > 0 ? named : all;
    return problem(
      `no public IP address is named \`${endpoint.text.replace(/^[^:]*:/, '').replace(/:\d+(\/\w+)?$/, '')}\``,
      candidates.map(({ publicIp }) => `publicip:${publicIp.name}`),
    );
  }
  if (found.length > 1) {
    return problem(
      `\`${endpoint.name}\` is a public IP address of several resource groups`,
      found.map(({ publicIp }) => `publicip:${resourceGroupOf(publicIp.key)}/${publicIp.name}`),
    );
  }
  const flow = to(flowAddressOf(one.address));
  const port = flow.destinationPort === undefined ? '' : `:${flow.destinationPort}`;
  const label = `public IP ${one.publicIp.name}${port}`;
  return { kind: 'found', found: [{ ...PLAIN, label, flow }] };
}

/** Lower-cased, as keys are. */
function resourceGroupOf(key: string): string {
  return /\/resourcegroups\/([^/]+)\//.exec(key)?.[1] ?? '';
}

/** A workload's pods: one target per pool whose subnet differs, where pods have addresses of the network. */
function workloadTargets(
  network: Network,
  endpoint: Endpoint & { kind: 'workload' },
  to: FlowTo,
  port: Port,
): Placement<Target> {
  const pods = findPods(network, endpoint);
  if (pods.kind === 'problem') return pods;
  return {
    kind: 'found',
    found: pods.found.flatMap((deliverTo) => {
      const podPort = endpoint.port ?? deliverTo.pod.ports[0]?.port ?? port;
      return podFlows(network, deliverTo, (address) =>
        to(address, {
          destinationPort: podPort,
          application: applicationOf(endpoint.protocol ?? 'tcp', podPort, undefined),
        }),
      ).map(
        ({ flow, way }): Target => ({
          ...PLAIN,
          label: podName(deliverTo.pod),
          flow,
          deliverTo,
          ...(way === undefined ? {} : { way }),
        }),
      );
    }),
  };
}
