import type { Service, ServiceBackend, ServicePort } from '../model/index.ts';
import type { Port, Protocol } from '../net/index.ts';
import type { Network } from '../network/index.ts';
import { flowAddressOf } from '../semantics/outbound/flow-address.ts';
import { applicationOf } from './application-of.ts';
import { isPrivate } from './is-private.ts';
import type { Origin } from './origin.ts';
import type { Placement } from './placement.ts';
import { type PublicDoor, publicDoors } from './public-doors.ts';
import { formatAddress } from './step-of.ts';
import type { FlowTo, Target } from './target.ts';

/** A Service as those outside its cluster call it: by its front end, or by what publishes that. */
export function frontendTargets(
  network: Network,
  origin: Origin,
  service: Service,
  port: ServicePort,
  to: FlowTo,
): Placement<Target> {
  const title = `${service.namespace}/${service.name}`;
  const frontend = network.clusters
    .flatMap((cluster) => cluster.loadBalancerServices)
    .find((one) => one.service === service);
  if (frontend === undefined) {
    return {
      kind: 'problem',
      message: `Service ${title} is a ${service.type}: it has no address outside the cluster`,
      hint: waysAround(network, service, port),
    };
  }
  const number: Port = port.port;
  const address = flowAddressOf(frontend.address);
  const plain = { prelude: [], conditions: [], notes: [] };
  const direct: Target = {
    ...plain,
    label: `${title}:${number}`,
    flow: to(address, {
      protocol: port.protocol,
      destinationPort: number,
      application: applicationOf(port.protocol, number, undefined),
    }),
  };
  if (origin.isOnInternet !== true || !isPrivate(address)) {
    return { kind: 'found', found: [direct] };
  }
  // From the internet a private front end is called by whatever publishes it.
  const doors = port.protocol === 'sctp' ? [] : publicDoors(network, address, number);
  if (doors.length > 0) {
    const found = doors.map((door) => byDoor(direct, door, port.protocol, to));
    return { kind: 'found', found };
  }
  const text = `Service ${title} has a private front end, and no DNAT rule or Application Gateway of the input leads to it`;
  const by = { kind: 'default', name: text, at: service.typeAt } as const;
  return { kind: 'found', found: [{ ...direct, prelude: [{ stage: 'published', by, text }] }] };
}

/** The same Service, called by the public address that leads to it. */
function byDoor(direct: Target, door: PublicDoor, protocol: Protocol, to: FlowTo): Target {
  const { address, port, host, path, name } = door;
  const application = applicationOf(protocol, port, host);
  const asked =
    path !== undefined && (application.kind === 'http' || application.kind === 'https')
      ? { ...application, path }
      : application;
  const flow = to(address, {
    protocol,
    destinationPort: port,
    application: asked,
    ...(host === undefined ? {} : { destinationName: host }),
  });
  const text = `at ${formatAddress(address)}:${port}, by ${name}`;
  return {
    ...direct,
    label: `${direct.label} ${text}`,
    flow,
    prelude: [{ stage: 'published', text }],
  };
}

/** For a Service that has no front end: what a person may ask for instead. */
function waysAround({ perimeter }: Network, service: Service, { nodePort }: ServicePort): string {
  const { ingresses, httpRoutes } = perimeter.kubernetes;
  const leads = (one: ServiceBackend | undefined): boolean =>
    one?.namespace === service.namespace && one.service === service.name;
  const hosts = [
    ...ingresses.flatMap(({ rules }) =>
      rules
        .filter(({ paths }) => paths.some(({ backend }) => leads(backend)))
        .map(({ host }) => host),
    ),
    ...httpRoutes.flatMap(({ hostnames, rules }) =>
      rules.some(({ backends }) => backends.some(leads)) ? hostnames : [],
    ),
  ].filter((host) => host !== undefined && host !== '');
  const [host] = hosts;
  if (host !== undefined) return `ask for ingress:${host}/, which leads to it`;
  return nodePort === undefined
    ? 'only the pods and nodes of its cluster call it; an Ingress or a front end would publish it'
    : `ask for a node by its node port: node:${nodePort}`;
}
