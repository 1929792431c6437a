import type { PodClass, Service, ServicePort } from '../model/index.ts';
import { type Protocol, parseDomainName, parseIp } from '../net/index.ts';
import { type ClusterPlacement, type Network, podSelector } from '../network/index.ts';
import type { FlowAddress } from '../semantics/flow.ts';
import { translateServicePort } from '../semantics/services/index.ts';
import type { Decider, MissingFact } from '../semantics/verdict.ts';
import { applicationOf } from './application-of.ts';
import { deliverToOf } from './deliver-to.ts';
import type { Endpoint } from './endpoint.ts';
import { frontendTargets } from './front-end-target.ts';
import type { DeliverTo } from './journey.ts';
import { nameTargets } from './name-target.ts';
import type { Origin } from './origin.ts';
import { type Placement, problem } from './placement.ts';
import { podFlows } from './pod-flows.ts';
import { podName } from './pod-name.ts';
import type { FlowTo, Target } from './target.ts';
import type { Step } from './trace.ts';

/** A Service by name, as its sender sees it: from inside the cluster its pods, from outside its front end. */
export function placeService(
  network: Network,
  origin: Origin,
  endpoint: Endpoint & { kind: 'service' },
  asked: Protocol | undefined,
  to: FlowTo,
): Placement<Target> {
  const services = network.perimeter.kubernetes.services;
  const found = services.filter(
    (one) =>
      one.name === endpoint.name &&
      (endpoint.namespace === undefined || one.namespace === endpoint.namespace),
  );
  const [service] = found;
  if (service === undefined || found.length > 1) {
    return problem(
      found.length > 1
        ? `\`${endpoint.text}\` is in several namespaces`
        : `no Service \`${endpoint.name}\` in the input`,
      (found.length > 1 ? found : services).map((one) => `service:${one.namespace}/${one.name}`),
    );
  }
  const wanted = { ...endpoint, ...(asked === undefined ? {} : { protocol: asked }) };
  return serviceTargets(network, origin, service, wanted, to);
}

/** The same for a Service that is already known. */
export function serviceTargets(
  network: Network,
  origin: Origin,
  service: Service,
  endpoint: Endpoint,
  to: FlowTo,
): Placement<Target> {
  const title = `${service.namespace}/${service.name}`;
  const isInside =
    origin.cluster !== undefined && (origin.pod !== undefined || origin.isNode === true);
  if (service.type === 'ExternalName' && isInside) {
    const name = parseDomainName(service.externalName ?? '');
    if (name === undefined) return problem(`Service ${title} is an alias of no name`, []);
    return { kind: 'found', found: nameTargets(network, origin, name, to) };
  }
  const port = portOf(service, endpoint);
  if (port === undefined) {
    return problem(
      `Service ${title} has no port ${endpoint.port ?? ''}`.trimEnd(),
      service.ports.map((one) => `service:${title}:${one.port}`),
    );
  }
  if (!isInside) return frontendTargets(network, origin, service, port, to);
  return insideTargets(network, origin.cluster!, service, port, to);
}

/** TCP before other protocols, unless the question names one. */
export function portOf(
  service: Service,
  endpoint: Pick<Endpoint, 'port' | 'protocol'>,
): ServicePort | undefined {
  const fitting = service.ports.filter(
    (one) =>
      (endpoint.port === undefined || one.port === endpoint.port) &&
      (endpoint.protocol === undefined || one.protocol === endpoint.protocol),
  );
  return fitting.find((one) => one.protocol === 'tcp') ?? fitting[0];
}

function insideTargets(
  network: Network,
  cluster: ClusterPlacement,
  service: Service,
  port: ServicePort,
  to: FlowTo,
): Placement<Target> {
  const title = `${service.namespace}/${service.name}`;
  const backends = podSelector(network.perimeter.kubernetes)(service);
  // K8P-83: then only pods on the client's own node count, and no file says which those are.
  const conditions: MissingFact[] =
    service.internalTrafficPolicy === 'Local'
      ? [{ missing: `whether the sender's node runs a pod of Service ${title}`, at: service.at }]
      : [];
  const base = { label: `${title}:${port.port}`, conditions, notes: [] };
  if (backends.length === 0) {
    const selectorless = sliceTargets(network, service, port, to).map((target) => ({
      ...base,
      ...target,
    }));
    if (selectorless.length > 0) return { kind: 'found', found: selectorless };
    const why = [{ missing: `a workload that Service ${title} selects`, at: service.at }];
    const anyPod: FlowAddress = {
      kind: 'within',
      addresses: cluster.podAddresses,
      label: `a pod of ${cluster.name}`,
    };
    const stillborn = { kind: 'unknown', why } as const;
    return { kind: 'found', found: [{ ...base, flow: to(anyPod), prelude: [], stillborn }] };
  }
  const found = backends.flatMap((pod) =>
    backendTargets(network, { cluster, pod, throughService: true }, service, port, to).map(
      (target): Target => ({
        ...base,
        ...target,
        ...(backends.length === 1
          ? {}
          : { way: [`backend ${podName(pod)}`, target.way ?? ''].filter(Boolean).join(', ') }),
      }),
    ),
  );
  return { kind: 'found', found };
}

type PartOfTarget = Pick<Target, 'flow' | 'prelude' | 'deliverTo' | 'stillborn' | 'way'>;

/** K8P-19, K8P-81: policies see the backend pod and the port it receives. */
function backendTargets(
  network: Network,
  deliverTo: DeliverTo,
  service: Service,
  port: ServicePort,
  to: FlowTo,
): readonly PartOfTarget[] {
  const { pod } = deliverTo;
  const title = `${service.namespace}/${service.name}:${port.port}`;
  const translated = translateServicePort(service, port.port, port.protocol, pod);
  const podPort = translated.kind === 'port' ? translated.port : port.port;
  const text = `${title} → ${podName(pod)}:${podPort}`;
  const flows = podFlows(network, deliverTo, (address) =>
    to(address, {
      protocol: port.protocol,
      destinationPort: podPort,
      application: applicationOf(port.protocol, port.port, undefined),
    }),
  );
  return flows.map(({ flow, way }) => {
    const turned = way === undefined ? {} : { way };
    if (translated.kind === 'port') {
      return {
        flow,
        deliverTo,
        prelude: [{ stage: 'service', text, facts: ['K8P-19'] }],
        ...turned,
      };
    }
    const by = undeclared(pod, service, port);
    const step: Step = { stage: 'service', by, text: by.name, facts: ['K8P-81'] };
    return { flow, prelude: [step], stillborn: { kind: 'denied', by }, ...turned };
  });
}

function undeclared(pod: PodClass, service: Service, port: ServicePort): Decider {
  const name = `${podName(pod)} declares no ${port.protocol} port \`${port.targetPort}\`, which Service ${service.namespace}/${service.name} sends to`;
  return { kind: 'default', name, at: port.at, fact: 'K8P-81' };
}

/** A Service without a selector: its EndpointSlices hold addresses, not pods (K8P-80). */
function sliceTargets(
  network: Network,
  service: Service,
  port: ServicePort,
  to: FlowTo,
): readonly PartOfTarget[] {
  const slices = network.perimeter.kubernetes.endpointSlices.filter(
    (one) => one.namespace === service.namespace && one.service === service.name,
  );
  return slices.flatMap((slice) => {
    const found = slice.ports.find(
      (one) => one.protocol === port.protocol && (one.name ?? '') === (port.name ?? ''),
    );
    return slice.addresses.flatMap((text): PartOfTarget[] => {
      const ip = parseIp(text);
      if (ip === undefined || found === undefined) return [];
      const address: FlowAddress = { kind: 'exact', ip };
      const deliverTo = deliverToOf(network, address);
      const step: Step = {
        stage: 'service',
        text: `${service.namespace}/${service.name}:${port.port} → ${text}:${found.port}, by EndpointSlice ${slice.name}`,
      };
      const application = applicationOf(port.protocol, port.port, undefined);
      return [
        {
          flow: to(address, { protocol: port.protocol, destinationPort: found.port, application }),
          prelude: [step],
          way: `endpoint ${text}`,
          ...(deliverTo === undefined ? {} : { deliverTo }),
        },
      ];
    });
  });
}
