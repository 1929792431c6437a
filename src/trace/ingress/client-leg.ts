import type { ApplicationGateway } from '../../model/index.ts';
import { type Port, type Protocol, parseDomainName } from '../../net/index.ts';
import type { KnownAddress, Network, ServiceFrontend } from '../../network/index.ts';
import type { Flow, FlowAddress } from '../../semantics/flow.ts';
import { flowAddressOf } from '../../semantics/outbound/flow-address.ts';
import { itemsOf, path } from '../../values/index.ts';
import { applicationOf } from '../application-of.ts';
import { elsewhere } from '../elsewhere.ts';
import type { Endpoint } from '../endpoint.ts';
import { isPrivate } from '../is-private.ts';
import type { Origin } from '../origin.ts';
import { dnatDoors } from '../public-doors.ts';
import type { Target } from '../target.ts';
import type { DataPlane } from './data-plane.ts';
import type { Published } from './published.ts';

type IngressEndpoint = Endpoint & { kind: 'ingress' };

/** One way clients take to the data plane. */
export interface ClientLeg {
  /** How a question names it: `service:ingress-nginx/nginx:443`, or the gateway. */
  readonly to: string;
  readonly target: Target;
}

/** The first connection of an ingress: the client's, to what publishes the host. */
export function clientLegs(
  network: Network,
  origin: Origin,
  plane: DataPlane,
  published: Published,
  endpoint: IngressEndpoint,
): readonly ClientLeg[] {
  switch (plane.kind) {
    case 'pods':
      return plane.fronts.length === 0
        ? [
            unknownLeg(
              network,
              origin,
              endpoint,
              `the LoadBalancer Service of ${plane.name}`,
              published,
            ),
          ]
        : plane.fronts.map((front) => serviceLeg(network, origin, front, published, endpoint));
    case 'application-gateway':
      return [gatewayLeg(network, origin, plane.gateway, published, endpoint)];
    case 'for-containers':
      return [unknownLeg(network, origin, endpoint, `the frontend of ${plane.name}`, published)];
    case 'unknown':
      return [unknownLeg(network, origin, endpoint, plane.missing, published)];
  }
}

function serviceLeg(
  network: Network,
  origin: Origin,
  front: ServiceFrontend,
  published: Published,
  endpoint: IngressEndpoint,
): ClientLeg {
  const { service, address } = front;
  const usual = hasTls(network, published) === false ? [80, 443] : [443, 80];
  const offered = service.ports.map(({ port }) => port);
  const port =
    endpoint.port ??
    (usual.find((one) => offered.includes(one as Port)) as Port) ??
    offered[0] ??
    (443 as Port);
  const title = `${service.namespace}/${service.name}`;
  return {
    to: `service:${title}:${port}`,
    target: frontTarget(network, origin, `${title}:${port}`, address, port, endpoint),
  };
}

/** AGIC writes the gateway's listeners at run time: the walk ends at the gateway, and what it does stands in the Ingress. */
function gatewayLeg(
  network: Network,
  origin: Origin,
  gateway: ApplicationGateway,
  published: Published,
  endpoint: IngressEndpoint,
): ClientLeg {
  const annotations = published.ingress?.annotations ?? {};
  const PREFIX = 'appgw.ingress.kubernetes.io/';
  const isPrivateFront = annotations[`${PREFIX}use-private-ip`]?.toLowerCase() === 'true';
  const frontend = gateway.frontends.find(
    ({ publicIp }) => (publicIp === undefined) === isPrivateFront,
  );
  const entry = network.owners.entries.find(
    ({ owner }) =>
      owner.kind === 'application-gateway-frontend' && owner.frontendKey === frontend?.key,
  );
  const kind = isPrivateFront ? 'private' : 'public';
  if (entry === undefined) {
    return unknownLeg(
      network,
      origin,
      endpoint,
      `a ${kind} front end of ${gateway.name}`,
      published,
    );
  }
  const override = Number(annotations[`${PREFIX}override-frontend-port`] ?? '');
  const usual = hasTls(network, published) === false ? 80 : 443;
  const port = endpoint.port ?? ((override > 0 ? override : usual) as Port);
  const label = `${gateway.name} (${kind} front end):${port}`;
  const target = frontTarget(network, origin, label, entry.address, port, endpoint);
  return {
    to: `${gateway.name}:${port}`,
    target: { ...target, endsAtGateway: { key: gateway.key, published: published.title } },
  };
}

/**
 * A flow to a front end, for the host. From the internet a private front end is reached by the DNAT rule that leads to
 * it, when there is one.
 */
function frontTarget(
  network: Network,
  origin: Origin,
  label: string,
  front: KnownAddress,
  port: Port,
  endpoint: IngressEndpoint,
): Target {
  const address = flowAddressOf(front);
  const [door] =
    origin.isOnInternet === true && isPrivate(address) ? dnatDoors(network, address, port) : [];
  const flow = flowFor(origin, door?.address ?? address, door?.port ?? port, endpoint, 'tcp');
  const said = door === undefined ? label : `${label}, published by ${door.name}`;
  return { label: said, flow, prelude: [], conditions: [], notes: [] };
}

function flowFor(
  origin: Origin,
  destination: FlowAddress,
  port: Port,
  endpoint: IngressEndpoint,
  protocol: Protocol,
): Flow {
  const host = parseDomainName(endpoint.host);
  const application = applicationOf(protocol, port, host);
  const asked =
    application.kind === 'http' || application.kind === 'https'
      ? { ...application, path: endpoint.path }
      : application;
  return {
    source: origin.address,
    destination,
    ...(host === undefined ? {} : { destinationName: host }),
    protocol,
    destinationPort: port,
    application: asked,
  };
}

function unknownLeg(
  network: Network,
  origin: Origin,
  endpoint: IngressEndpoint,
  missing: string,
  published: Published,
): ClientLeg {
  const anywhere: FlowAddress = {
    kind: 'within',
    addresses: elsewhere(network),
    label: endpoint.host,
    symbol: `name:${endpoint.host}`,
  };
  const why = [{ missing, at: published.at }];
  const port = endpoint.port ?? (443 as Port);
  const target: Target = {
    label: endpoint.host,
    flow: flowFor(origin, anywhere, port, endpoint, 'tcp'),
    prelude: [],
    conditions: [],
    notes: [],
    stillborn: { kind: 'unknown', why },
  };
  return { to: endpoint.text, target };
}

/** Does the Ingress name a certificate? `undefined` where the object does not say (a route's listener does). */
function hasTls(network: Network, { ingress, gateway }: Published): boolean | undefined {
  if (ingress === undefined) {
    return gateway?.listeners.some(({ protocol }) => protocol === 'HTTPS' || protocol === 'TLS');
  }
  const isAnnotated = Object.keys(ingress.annotations).some((key) => key.includes('ssl'));
  if (isAnnotated) return true;
  for (const object of network.perimeter.snapshot.objects.values()) {
    if (object.kind !== 'Ingress' || object.name !== ingress.name) continue;
    if (object.namespace === ingress.namespace)
      return itemsOf(path(object.body, 'spec', 'tls')).length > 0;
  }
  return undefined;
}
