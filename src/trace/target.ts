import type { Service } from '../model/index.ts';
import {
  type AddressSet,
  addressesOfPrefixes,
  type DomainName,
  firstAddress,
  NO_ADDRESSES,
  type Port,
  type Protocol,
  parseDomainName,
  singleAddress,
  subtractAddresses,
  unionAddresses,
} from '../net/index.ts';
import { type ClusterPlacement, type Network, PUBLIC_IPV4, podSelector } from '../network/index.ts';
import { apiServerPrivateAddress } from '../semantics/dns/cluster-names.ts';
import { resolveName } from '../semantics/dns/concrete.ts';
import { resolverOf } from '../semantics/dns/resolver.ts';
import type { Application, Flow, FlowAddress } from '../semantics/flow.ts';
import { targetPortOf } from '../semantics/load-balancer/concrete.ts';
import { nodeAddressOf, podAddressOf } from '../semantics/masquerade/own-address.ts';
import { flowAddressOf } from '../semantics/outbound/flow-address.ts';
import { addressOfEndpoint } from '../semantics/private-endpoint/concrete.ts';
import type { MissingFact } from '../semantics/verdict.ts';
import { attributeOf, isUnknown } from '../values/index.ts';
import { deliverToOf } from './deliver-to.ts';
import type { Endpoint } from './endpoint.ts';
import type { DeliverTo } from './journey.ts';
import { findPods, type Origin, type Placement, problem } from './origin.ts';
import type { Disposition, Step } from './trace.ts';

/** What a traced flow is addressed to, as its sender sees it. */
export interface Target {
  readonly label: string;
  readonly flow: Flow;
  readonly deliverTo?: DeliverTo;
  /** What happened before the first packet: a name was resolved, a Service chose a backend. */
  readonly prelude: readonly Step[];
  readonly conditions: readonly MissingFact[];
  /** The flow never starts: a name that does not exist. */
  readonly stillborn?: Disposition;
  /** Where the walk starts instead of at the origin: a front end that only the internet reaches. */
  readonly notes: readonly string[];
}

/** The address of a cluster's public API endpoint, which only Azure knows. */
export function apiServerSymbol(clusterKey: string): string {
  return attributeOf(clusterKey, 'apiServerAddress');
}

/** The flows that an endpoint as a destination stands for, seen from one origin. */
export function placeTarget(
  network: Network,
  origin: Origin,
  endpoint: Endpoint,
  asked: Protocol | undefined,
): Placement<Target> {
  const protocol = endpoint.protocol ?? asked ?? 'tcp';
  const port = endpoint.port ?? (443 as Port);
  const to = (destination: FlowAddress, extra: Partial<Flow> = {}): Flow => ({
    source: origin.address,
    destination,
    protocol,
    ...(protocol === 'icmp' ? {} : { destinationPort: port }),
    application: applicationOf(protocol, port, undefined),
    ...extra,
  });
  const found = (label: string, flow: Flow, more: Partial<Target> = {}): Placement<Target> => ({
    kind: 'found',
    found: [{ label, flow, prelude: [], conditions: [], notes: [], ...more }],
  });

  switch (endpoint.kind) {
    case 'internet':
      return found(
        'the internet',
        to({
          kind: 'within',
          addresses: elsewhere(network),
          label: 'an internet address',
          symbol: 'internet-any',
        }),
      );
    case 'address': {
      const address: FlowAddress = { kind: 'exact', ip: endpoint.ip };
      const deliverTo = deliverToOf(network, address);
      return found(endpoint.text, to(address), deliverTo === undefined ? {} : { deliverTo });
    }
    case 'name':
      return { kind: 'found', found: [nameTarget(network, origin, endpoint.name, to)] };
    case 'on-premises':
      return found(
        endpoint.text,
        to({
          kind: 'within',
          addresses: addressesOfPrefixes([endpoint.prefix]),
          label: endpoint.text,
        }),
      );
    case 'workload': {
      const pods = findPods(network, endpoint);
      if (pods.kind === 'problem') return pods;
      const { cluster, pod } = pods.found[0]!;
      const podPort = endpoint.port ?? pod.ports[0]?.port ?? port;
      return found(
        `${pod.namespace}/${pod.name}`,
        to(podAddressOf(network, cluster, undefined, pod), {
          destinationPort: podPort,
          application: applicationOf(protocol, podPort, undefined),
        }),
        { deliverTo: { cluster, pod } },
      );
    }
    case 'node': {
      const placed = network.clusters
        .flatMap((cluster) => cluster.pools.map((pool) => ({ cluster, pool })))
        .find(({ pool }) => endpoint.pool === undefined || pool.pool.name === endpoint.pool);
      if (placed === undefined)
        return problem(`no node pool is named \`${endpoint.pool ?? ''}\``, []);
      return found(
        `node of pool ${placed.pool.pool.name}`,
        to(nodeAddressOf(network, placed.cluster, placed.pool)),
      );
    }
    case 'private-endpoint': {
      const one = [...network.perimeter.privateEndpoints.values()].find(
        (each) => each.name.toLowerCase() === endpoint.name.toLowerCase(),
      );
      if (one === undefined) {
        return problem(
          `no private endpoint is named \`${endpoint.name}\``,
          [...network.perimeter.privateEndpoints.values()].map(
            (each) => `private-endpoint:${each.name}`,
          ),
        );
      }
      return found(
        `private endpoint ${one.name}`,
        to(flowAddressOf(addressOfEndpoint(network, one))),
      );
    }
    case 'api-server':
      return apiServerTarget(network, origin, to);
    case 'service':
      return serviceTarget(network, origin, endpoint, protocol, to);
    case 'ingress':
      return problem('an ingress is placed by its own legs', []);
  }
}

type FlowTo = (destination: FlowAddress, extra?: Partial<Flow>) => Flow;

/** What a port usually carries; `name` becomes SNI or Host. */
export function applicationOf(
  protocol: Protocol,
  port: number,
  name: DomainName | undefined,
): Application {
  if (protocol !== 'tcp') return { kind: 'none' };
  const host = name === undefined ? {} : { host: name };
  if (port === 443) return { kind: 'https', ...(name === undefined ? {} : { serverName: name }) };
  if (port === 80) return { kind: 'http', ...host };
  if (port === 1433) return { kind: 'mssql', ...host };
  return { kind: 'none' };
}

function nameTarget(network: Network, origin: Origin, name: DomainName, to: FlowTo): Target {
  const flowTo = (destination: FlowAddress): Flow => {
    const flow = to(destination, { destinationName: name });
    return { ...flow, application: applicationOf(flow.protocol, flow.destinationPort ?? 0, name) };
  };
  const outside: FlowAddress = {
    kind: 'within',
    addresses: elsewhere(network),
    label: name,
    symbol: `name:${name}`,
  };
  const base = { label: name, conditions: [] };
  if (origin.vnetKey === undefined) {
    return { ...base, flow: flowTo(outside), prelude: [], notes: [] };
  }
  const resolution = resolveName(network, origin.vnetKey, name);
  const resolver = resolverOf(network, origin.vnetKey);
  const notes =
    resolver.kind === 'firewall' && resolver.assumption !== undefined ? [resolver.assumption] : [];
  const step = (text: string): Step => ({ stage: 'dns', by: resolution.by, text });
  switch (resolution.kind) {
    case 'public':
      return {
        ...base,
        notes,
        flow: flowTo(outside),
        prelude: [step(`${name}: a public address`)],
      };
    case 'private':
      return {
        ...base,
        notes,
        flow: flowTo(flowAddressOf(resolution.address)),
        prelude: [step(`${name}: ${resolution.address.label}`)],
      };
    case 'nxdomain':
    case 'unanswered':
      return {
        ...base,
        notes,
        flow: flowTo(outside),
        prelude: [step(resolution.why)],
        stillborn: { kind: 'denied', by: resolution.by },
      };
    case 'unknown': {
      // The name may be answered by somebody's own server; most names it has no zone for are public.
      const why = resolution.why.map((fact) => fact.missing).join('; ');
      return {
        ...base,
        flow: flowTo(outside),
        prelude: [step(`${name}: taken as public (needs ${why})`)],
        notes: [`${name} is taken to resolve to its public address`],
      };
    }
  }
}

function apiServerTarget(network: Network, origin: Origin, to: FlowTo): Placement<Target> {
  const cluster = origin.pod?.cluster ?? network.clusters[0];
  if (cluster?.cluster === undefined)
    return problem('no managed cluster in the input, so no API server', []);
  const { apiServer, fqdn } = cluster.cluster;
  const base = { label: `API server of ${cluster.name}`, prelude: [], conditions: [], notes: [] };
  if (isUnknown(apiServer.isPrivate)) {
    return {
      kind: 'found',
      found: [
        {
          ...base,
          flow: to({ kind: 'within', addresses: PUBLIC_IPV4, label: base.label }),
          conditions: [{ missing: apiServer.isPrivate.missing, at: apiServer.isPrivate.at }],
        },
      ],
    };
  }
  const name = parseDomainName(fqdn ?? '') ?? hcpName(cluster);
  if (apiServer.isPrivate === true || apiServer.vnetIntegration === true) {
    return {
      kind: 'found',
      found: [{ ...base, flow: to(flowAddressOf(apiServerPrivateAddress(network, cluster))) }],
    };
  }
  const address: FlowAddress = {
    kind: 'within',
    addresses: elsewhere(network),
    label: base.label,
    symbol: apiServerSymbol(cluster.cluster.key),
  };
  // aks.md 5.2.5: only kube-system and gatekeeper-system pods get the name; others call the address, without SNI.
  const callsByName =
    origin.pod === undefined ||
    origin.pod.pod.annotations['kubernetes.azure.com/set-kube-service-host-fqdn'] === 'true' ||
    ['kube-system', 'gatekeeper-system'].includes(origin.pod.pod.namespace);
  const flow =
    callsByName && name !== undefined
      ? to(address, { destinationName: name, application: { kind: 'https', serverName: name } })
      : to(address);
  return {
    kind: 'found',
    found: [
      {
        ...base,
        flow,
        notes: callsByName
          ? []
          : ['the pod calls the API server by address: no name for application rules to match'],
      },
    ],
  };
}

/** `PREFIX-….hcp.REGION.azmk8s.io`: the part Azure generates is left as a label that matches the documented wildcard. */
function hcpName(cluster: ClusterPlacement): DomainName | undefined {
  const region = cluster.cluster?.location;
  return region === undefined ? undefined : parseDomainName(`apiserver.hcp.${region}.azmk8s.io`);
}

function serviceTarget(
  network: Network,
  origin: Origin,
  endpoint: Endpoint & { kind: 'service' },
  protocol: Protocol,
  to: FlowTo,
): Placement<Target> {
  const services = network.perimeter.kubernetes.services;
  const found = services.filter(
    (one) =>
      one.name === endpoint.name &&
      (endpoint.namespace === undefined || one.namespace === endpoint.namespace),
  );
  const service = found[0];
  if (service === undefined || found.length > 1) {
    const candidates = (found.length > 1 ? found : services).map(
      (one) => `service:${one.namespace}/${one.name}`,
    );
    return problem(
      found.length > 1
        ? `\`${endpoint.text}\` is in several namespaces`
        : `no Service \`${endpoint.name}\` in the input`,
      candidates,
    );
  }
  const port = service.ports.find(
    (one) =>
      one.protocol === protocol && (endpoint.port === undefined || one.port === endpoint.port),
  );
  if (port === undefined) {
    return problem(
      `Service ${service.namespace}/${service.name} has no port ${endpoint.port ?? ''}`,
      service.ports.map((one) => `service:${service.namespace}/${service.name}:${one.port}`),
    );
  }
  if (origin.pod === undefined) return frontendTarget(network, service, port.port, protocol, to);

  const cluster = origin.pod.cluster;
  const backends = podSelector(network.perimeter.kubernetes)(service);
  const pod = backends[0];
  if (pod === undefined) {
    const why = [
      {
        missing: `a workload that Service ${service.namespace}/${service.name} selects`,
        at: service.at,
      },
    ];
    return {
      kind: 'found',
      found: [
        {
          label: endpoint.text,
          flow: to(podless(cluster)),
          prelude: [],
          conditions: [],
          notes: [],
          stillborn: { kind: 'unknown', why },
        },
      ],
    };
  }
  const number = targetPortOf(pod, port);
  const destination = podAddressOf(network, cluster, undefined, pod);
  const target = number ?? port.port;
  const step: Step = {
    stage: 'service',
    text: `${service.namespace}/${service.name}:${port.port} → ${pod.namespace}/${pod.name}:${target}`,
    facts: [],
  };
  return {
    kind: 'found',
    found: [
      {
        label: `${service.namespace}/${service.name}:${port.port}`,
        flow: to(destination, {
          destinationPort: target,
          application: applicationOf(protocol, port.port, undefined),
        }),
        deliverTo: { cluster, pod },
        prelude: [step],
        conditions: [],
        notes:
          backends.length > 1 ? [`one of ${backends.length} kinds of backend was followed`] : [],
      },
    ],
  };
}

function frontendTarget(
  network: Network,
  service: Service,
  port: Port,
  protocol: Protocol,
  to: FlowTo,
): Placement<Target> {
  const frontend = network.clusters
    .flatMap((cluster) => cluster.loadBalancerServices)
    .find((one) => one.service === service);
  if (frontend === undefined) {
    return problem(
      `Service ${service.namespace}/${service.name} is a ${service.type}: it has no address outside the cluster`,
      [],
    );
  }
  const flow = to(flowAddressOf(frontend.address), {
    destinationPort: port,
    application: applicationOf(protocol, port, undefined),
  });
  return {
    kind: 'found',
    found: [
      {
        label: `${service.namespace}/${service.name}:${port}`,
        flow,
        prelude: [],
        conditions: [],
        notes: [],
      },
    ],
  };
}

function podless(cluster: ClusterPlacement): FlowAddress {
  return { kind: 'within', addresses: cluster.podAddresses, label: `a pod of ${cluster.name}` };
}

const outsides = new WeakMap<Network, AddressSet>();

/** Public addresses that are not ours: where a host on the internet can be. */
export function elsewhere(network: Network): AddressSet {
  const known = outsides.get(network);
  if (known !== undefined) return known;
  const ours = network.owners.entries.flatMap(({ address, scope }) => {
    const only =
      address.isExact && scope.kind === 'public' ? firstAddress(address.addresses) : undefined;
    return only === undefined ? [] : [singleAddress(only)];
  });
  const set = subtractAddresses(PUBLIC_IPV4, unionAddresses(NO_ADDRESSES, ...ours));
  outsides.set(network, set);
  return set;
}
