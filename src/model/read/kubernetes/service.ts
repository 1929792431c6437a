import type { EndpointSlice, Service, ServicePort } from '../../kubernetes/objects.ts';
import type { KubernetesObject } from '../../snapshot.ts';
import { present } from '../present.ts';
import type { Reading } from '../reading.ts';
import {
  booleanIn,
  choiceIn,
  field,
  labelsIn,
  namedObject,
  objectPart,
  type Part,
  partIn,
  partsIn,
  portIn,
  portOrNameIn,
  protocolIn,
  stringIn,
  stringsIn,
  wrongType,
} from './object.ts';

const TYPES = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'] as const;
const TRAFFIC = ['Cluster', 'Local'] as const;
const INTERNAL = 'service.beta.kubernetes.io/azure-load-balancer-internal';

/** A Service (K8P-91). */
export function readService(reading: Reading, object: KubernetesObject): Service {
  const part = objectPart(reading, object);
  const metadata = partIn(part, 'metadata');
  const spec = partIn(part, 'spec');
  const selector = field(spec.value, 'selector');
  const type = choiceIn(spec, 'type', TYPES, 'ClusterIP');
  const writtenType = field(spec.value, 'type');
  const loadBalancer = partIn(partIn(part, 'status'), 'loadBalancer');
  const clusterIp = textIn(spec, 'clusterIP');
  const externalName = textIn(spec, 'externalName');
  const loadBalancerIp = textIn(spec, 'loadBalancerIP');
  const loadBalancerClass = textIn(spec, 'loadBalancerClass');
  return {
    ...present({
      clusterIp,
      externalName,
      loadBalancerIp,
      loadBalancerClass,
      unknownType: writtenType?.kind === 'unknown' ? writtenType : undefined,
      selector: selector === undefined ? undefined : labelsIn(spec, 'selector'),
    }),
    kind: object.kind,
    namespace: object.namespace,
    name: object.name,
    at: object.at,
    type,
    annotations: labelsIn(metadata, 'annotations'),
    ports: partsIn(spec, 'ports').flatMap(readPort),
    externalIps: stringsIn(spec, 'externalIPs'),
    loadBalancerSourceRanges: stringsIn(spec, 'loadBalancerSourceRanges'),
    ingressAddresses: partsIn(loadBalancer, 'ingress').flatMap(
      (each) => stringIn(each, 'ip') ?? [],
    ),
    externalTrafficPolicy: choiceIn(spec, 'externalTrafficPolicy', TRAFFIC, 'Cluster'),
    internalTrafficPolicy: choiceIn(spec, 'internalTrafficPolicy', TRAFFIC, 'Cluster'),
    allocateNodePorts: booleanIn(spec, 'allocateLoadBalancerNodePorts', true),
    typeAt: typePlace(part, spec, metadata),
  };
}

/** An empty text is how live objects write "none". */
function textIn(part: Part, name: string): string | undefined {
  const text = stringIn(part, name);
  return text === '' ? undefined : text;
}

/** What a fix would edit: the annotation that says internal or not when there is one, else the type. */
function typePlace(part: Part, spec: Part, metadata: Part): Service['typeAt'] {
  const annotation = field(partIn(metadata, 'annotations').value, INTERNAL);
  return (annotation ?? field(spec.value, 'type'))?.at ?? part.at;
}

function readPort(entry: Part): readonly ServicePort[] {
  const port = portIn(entry, 'port');
  if (port === undefined) {
    if (field(entry.value, 'port') === undefined)
      wrongType(entry, 'ports', entry.value!, 'given a `port`');
    return [];
  }
  const name = stringIn(entry, 'name');
  const target = portOrNameIn(entry, 'targetPort');
  const nodePort = portIn(entry, 'nodePort');
  return [
    {
      ...present({ name }),
      protocol: protocolIn(entry),
      port,
      // Absent and 0 mean the port of the Service itself.
      targetPort: target === undefined || target === 0 ? port : target,
      ...(nodePort === undefined || nodePort === 0 ? {} : { nodePort }),
      at: entry.at,
    },
  ];
}

export function readEndpointSlice(reading: Reading, object: KubernetesObject): EndpointSlice {
  const part = objectPart(reading, object);
  const service = labelsIn(partIn(part, 'metadata'), 'labels')['kubernetes.io/service-name'];
  return {
    ...namedObject(object),
    ...present({ service }),
    addresses: partsIn(part, 'endpoints').flatMap((endpoint) => stringsIn(endpoint, 'addresses')),
    ports: partsIn(part, 'ports').flatMap(readEndpointPort),
  };
}

/** The older form of the same thing: an object named like its Service, one slice for each subset. */
export function readEndpoints(
  reading: Reading,
  object: KubernetesObject,
): readonly EndpointSlice[] {
  return partsIn(objectPart(reading, object), 'subsets').map((subset) => ({
    ...namedObject(object),
    service: object.name,
    addresses: partsIn(subset, 'addresses').flatMap((each) => stringIn(each, 'ip') ?? []),
    ports: partsIn(subset, 'ports').flatMap(readEndpointPort),
  }));
}

function readEndpointPort(entry: Part): EndpointSlice['ports'] {
  const port = portIn(entry, 'port');
  if (port === undefined) return [];
  const name = stringIn(entry, 'name');
  return [{ ...present({ name }), port, protocol: protocolIn(entry) }];
}
