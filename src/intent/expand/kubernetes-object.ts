import type { Place } from '../../diagnostics/index.ts';
import type { KubernetesObject } from '../../model/index.ts';
import { type DraftObject, placedObject } from '../draft.ts';

interface Description {
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty for cluster-scoped kinds. */
  readonly namespace: string;
  readonly name: string;
  readonly at: Place;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly body: DraftObject;
}

export function kubernetesObject(one: Description): KubernetesObject {
  const { apiVersion, kind, namespace, name, at, labels, annotations, body } = one;
  return {
    apiVersion,
    kind,
    namespace,
    name,
    body: placedObject(at, {
      apiVersion,
      kind,
      metadata: {
        name,
        namespace: namespace === '' ? undefined : namespace,
        labels,
        annotations,
      },
      ...body,
    }),
    at,
  };
}
