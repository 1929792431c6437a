import type { Labels, PodClass, Service } from '../../model/index.ts';

/**
 * The pods a Service sends to: same namespace, every label of its selector. Empty without a selector: then
 * EndpointSlices decide, and they hold addresses, not pods. Linear in the pods.
 * @see K8P-80
 */
export function backendsOf(service: Service, pods: readonly PodClass[]): readonly PodClass[] {
  const wanted = Object.entries(service.selector ?? {});
  if (wanted.length === 0 || service.type === 'ExternalName') return [];
  return pods.filter((pod) => pod.namespace === service.namespace && hasLabels(pod.labels, wanted));
}

/** `backendsOf` for many Services over the same pods: indexed by namespace. */
export function backendFinder(
  pods: readonly PodClass[],
): (service: Service) => readonly PodClass[] {
  const byNamespace = new Map<string, PodClass[]>();
  for (const pod of pods) {
    const list = byNamespace.get(pod.namespace);
    if (list === undefined) byNamespace.set(pod.namespace, [pod]);
    else list.push(pod);
  }
  return (service) => backendsOf(service, byNamespace.get(service.namespace) ?? []);
}

function hasLabels(labels: Labels, wanted: readonly (readonly [string, string])[]): boolean {
  return wanted.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
}
