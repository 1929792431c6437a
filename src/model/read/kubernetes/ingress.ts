import type { Ingress, IngressClass, ServiceBackend } from '../../kubernetes/objects.ts';
import type { KubernetesObject } from '../../snapshot.ts';
import { present } from '../present.ts';
import type { Reading } from '../reading.ts';
import {
  field,
  labelsIn,
  namedObject,
  objectPart,
  type Part,
  partIn,
  partsIn,
  portIn,
  portOrNameIn,
  stringIn,
} from './object.ts';

/** An Ingress, also in its form before networking.k8s.io/v1 (K8P-85). */
export function readIngress(reading: Reading, object: KubernetesObject): Ingress {
  const part = objectPart(reading, object);
  const spec = partIn(part, 'spec');
  const className = stringIn(spec, 'ingressClassName');
  const { namespace } = object;
  const fallback =
    backendOf(partIn(spec, 'defaultBackend'), namespace) ??
    backendOf(partIn(spec, 'backend'), namespace);
  return {
    ...namedObject(object),
    ...present({ className }),
    annotations: labelsIn(partIn(part, 'metadata'), 'annotations'),
    ...present({ defaultBackend: fallback }),
    rules: partsIn(spec, 'rules').map((rule) => readRule(rule, namespace)),
  };
}

/** K8P-86: without `http` a rule names a host only, and the default backend serves it. */
function readRule(rule: Part, namespace: string): Ingress['rules'][number] {
  const host = stringIn(rule, 'host');
  const paths = partsIn(partIn(rule, 'http'), 'paths').map((entry) => {
    const pathType = stringIn(entry, 'pathType');
    return {
      path: stringIn(entry, 'path') ?? '/',
      ...present({ pathType }),
      backend: backendOf(partIn(entry, 'backend'), namespace),
    };
  });
  return { ...(host === undefined || host === '' ? {} : { host }), paths, at: rule.at };
}

/** A backend that is a Service; one that is another resource is `undefined`. */
function backendOf(backend: Part, namespace: string): ServiceBackend | undefined {
  if (backend.value === undefined) return undefined;
  const service = partIn(backend, 'service');
  const port = partIn(service, 'port');
  const name = stringIn(service, 'name') ?? stringIn(backend, 'serviceName');
  if (name === undefined) return undefined;
  const number = portIn(port, 'number') ?? stringIn(port, 'name');
  const found =
    number ??
    (field(backend.value, 'servicePort') === undefined
      ? undefined
      : portOrNameIn(backend, 'servicePort'));
  return {
    service: name,
    namespace,
    ...present({ port: found }),
    at: backend.at,
  };
}

const DEFAULT_CLASS = 'ingressclass.kubernetes.io/is-default-class';

export function readIngressClass(reading: Reading, object: KubernetesObject): IngressClass {
  const part = objectPart(reading, object);
  const controller = stringIn(partIn(part, 'spec'), 'controller');
  const annotations = labelsIn(partIn(part, 'metadata'), 'annotations');
  return {
    ...namedObject(object),
    ...present({ controller }),
    isDefault: annotations[DEFAULT_CLASS] === 'true',
  };
}
