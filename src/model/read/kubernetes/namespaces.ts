import type { Namespace } from '../../kubernetes/objects.ts';
import type { KubernetesObject } from '../../snapshot.ts';
import type { Reading } from '../reading.ts';
import { labelsIn, namedObject, objectPart, partIn } from './object.ts';

/** The label that the API server sets on every namespace (K8P-10). */
const NAME_LABEL = 'kubernetes.io/metadata.name';

/** Declared namespaces, and those that appear only in the metadata of other objects. O(objects). */
export function readNamespaces(reading: Reading): ReadonlyMap<string, Namespace> {
  const namespaces = new Map<string, Namespace>();
  const others: KubernetesObject[] = [];
  for (const object of reading.snapshot.objects.values()) {
    if (object.kind !== 'Namespace' || object.apiVersion !== 'v1') {
      others.push(object);
      continue;
    }
    const written = labelsIn(partIn(objectPart(reading, object), 'metadata'), 'labels');
    const labels = { ...written, [NAME_LABEL]: object.name };
    namespaces.set(object.name, { ...namedObject(object), labels, isDeclared: true });
  }
  for (const { namespace: name, at } of others) {
    if (name === '' || namespaces.has(name)) continue;
    const labels = { [NAME_LABEL]: name };
    namespaces.set(name, {
      kind: 'Namespace',
      namespace: '',
      name,
      at,
      labels,
      isDeclared: false,
    });
  }
  return namespaces;
}
