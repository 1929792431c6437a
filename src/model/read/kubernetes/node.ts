import type { ClusterNode } from '../../kubernetes/objects.ts';
import type { KubernetesObject } from '../../snapshot.ts';
import type { Reading } from '../reading.ts';
import {
  labelsIn,
  namedObject,
  objectPart,
  partIn,
  partsIn,
  stringIn,
  stringsIn,
} from './object.ts';

/** A live Node: its addresses (host names among them) and the pod ranges it was given. */
export function readNode(reading: Reading, object: KubernetesObject): ClusterNode {
  const part = objectPart(reading, object);
  const spec = partIn(part, 'spec');
  const several = stringsIn(spec, 'podCIDRs');
  const one = stringIn(spec, 'podCIDR');
  return {
    ...namedObject(object),
    labels: labelsIn(partIn(part, 'metadata'), 'labels'),
    addresses: partsIn(partIn(part, 'status'), 'addresses').flatMap(
      (each) => stringIn(each, 'address') ?? [],
    ),
    podCidrs: several.length > 0 || one === undefined ? several : [one],
  };
}
