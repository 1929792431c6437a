import type {
  Gateway,
  GatewayClass,
  HttpRoute,
  ReferenceGrant,
  ServiceBackend,
} from '../../kubernetes/objects.ts';
import type { KubernetesObject } from '../../snapshot.ts';
import { present } from '../present.ts';
import { type Reading, reportGap } from '../reading.ts';
import {
  choiceIn,
  field,
  labelsIn,
  namedObject,
  numberIn,
  objectPart,
  type Part,
  partIn,
  partsIn,
  portIn,
  stringIn,
  stringsIn,
} from './object.ts';

/** Gateway API objects (K8P-87, K8P-93). */
export function readGatewayClass(reading: Reading, object: KubernetesObject): GatewayClass {
  const controller = stringIn(partIn(objectPart(reading, object), 'spec'), 'controllerName');
  return { ...namedObject(object), ...(controller === undefined ? {} : { controller }) };
}

export function readGateway(reading: Reading, object: KubernetesObject): Gateway {
  const part = objectPart(reading, object);
  const metadata = partIn(part, 'metadata');
  const spec = partIn(part, 'spec');
  const className = stringIn(spec, 'gatewayClassName');
  const asked = partsIn(spec, 'addresses');
  const given = partsIn(partIn(part, 'status'), 'addresses');
  return {
    ...namedObject(object),
    ...present({ className }),
    labels: labelsIn(metadata, 'labels'),
    annotations: labelsIn(metadata, 'annotations'),
    listeners: partsIn(spec, 'listeners').flatMap(readListener),
    addresses: (given.length > 0 ? given : asked).flatMap((each) => stringIn(each, 'value') ?? []),
  };
}

const FROM = ['Same', 'All', 'Selector'] as const;

function readListener(listener: Part): Gateway['listeners'] {
  const port = portIn(listener, 'port');
  if (port === undefined) return [];
  const hostname = stringIn(listener, 'hostname');
  const namespaces = partIn(partIn(listener, 'allowedRoutes'), 'namespaces');
  const selector = field(namespaces.value, 'selector');
  return [
    {
      name: stringIn(listener, 'name') ?? '',
      port,
      protocol: stringIn(listener, 'protocol') ?? '',
      ...(hostname === undefined || hostname === '' ? {} : { hostname }),
      allowedNamespaces: choiceIn(namespaces, 'from', FROM, 'Same'),
      ...present({ namespaceSelector: selector }),
    },
  ];
}

/** HTTPRoute, GRPCRoute, TLSRoute, TCPRoute and UDPRoute follow one rule; the view keeps the kind. */
export function readRoute(reading: Reading, object: KubernetesObject): HttpRoute {
  const part = objectPart(reading, object);
  const spec = partIn(part, 'spec');
  return {
    ...namedObject(object),
    parents: partsIn(spec, 'parentRefs').flatMap((parent) => readParent(parent, object.namespace)),
    hostnames: stringsIn(spec, 'hostnames'),
    rules: partsIn(spec, 'rules').map((rule) => ({
      paths: partsIn(rule, 'matches').flatMap(
        (match) => stringIn(partIn(match, 'path'), 'value') ?? [],
      ),
      backends: partsIn(rule, 'backendRefs').flatMap((each) => readBackend(each, object.namespace)),
      redirects: partsIn(rule, 'filters').some(
        (filter) => stringIn(filter, 'type') === 'RequestRedirect',
      ),
    })),
  };
}

/** A parent that is no Gateway (a Service of a mesh) does not expose anything. */
function readParent(parent: Part, namespace: string): HttpRoute['parents'] {
  const name = stringIn(parent, 'name');
  if (name === undefined || (stringIn(parent, 'kind') ?? 'Gateway') !== 'Gateway') return [];
  const sectionName = stringIn(parent, 'sectionName');
  const port = portIn(parent, 'port');
  return [
    {
      name,
      namespace: stringIn(parent, 'namespace') ?? namespace,
      ...present({ sectionName, port }),
    },
  ];
}

function readBackend(
  backend: Part,
  namespace: string,
): readonly (ServiceBackend & { readonly weight: number })[] {
  const name = stringIn(backend, 'name');
  if (name === undefined) return [];
  const kind = stringIn(backend, 'kind') ?? 'Service';
  if (kind !== 'Service') {
    const why = 'a route may send requests to it; what stands behind it is not read';
    reportGap(backend.reading, `backendRefs of kind ${kind}`, why, backend.at);
    return [];
  }
  const port = portIn(backend, 'port');
  return [
    {
      service: name,
      namespace: stringIn(backend, 'namespace') ?? namespace,
      ...present({ port }),
      at: backend.at,
      weight: numberIn(backend, 'weight') ?? 1,
    },
  ];
}

export function readReferenceGrant(reading: Reading, object: KubernetesObject): ReferenceGrant {
  const spec = partIn(objectPart(reading, object), 'spec');
  return {
    ...namedObject(object),
    from: partsIn(spec, 'from').map((each) => ({
      kind: stringIn(each, 'kind') ?? '',
      namespace: stringIn(each, 'namespace') ?? '',
    })),
    to: partsIn(spec, 'to').map((each) => {
      const name = stringIn(each, 'name');
      return {
        kind: stringIn(each, 'kind') ?? '',
        ...(name === undefined || name === '' ? {} : { name }),
      };
    }),
  };
}
