import type { PodClass } from '../../model/index.ts';
import type { ExposedBackend, Exposure } from './exposure.ts';

/** @see K8P-90 host ports and host-network pods stand on the node's address, outside any Service */
export function hostExposures(pods: readonly PodClass[]): readonly Exposure[] {
  return pods.flatMap((pod) => {
    const ports = pod.hostNetwork
      ? pod.ports
      : pod.ports.filter((one) => one.hostPort !== undefined);
    if (ports.length === 0 && !pod.hostNetwork) return [];
    const backends = ports.map(
      (one): ExposedBackend => ({
        pod,
        protocol: one.protocol,
        clientPort: one.hostPort ?? one.port,
        podPort: one.port,
      }),
    );
    const exposure: Exposure = {
      how: pod.hostNetwork ? 'host-network' : 'host-port',
      title: `${pod.kind} ${pod.namespace}/${pod.name}`,
      at: ports[0]?.at ?? pod.at,
      from: { kind: 'node-addresses' },
      hosts: [],
      backends,
      allowedSources: [],
      remarks: pod.hostNetwork
        ? [{ what: 'it may listen on ports it does not declare', at: pod.at }]
        : [],
    };
    return [exposure];
  });
}
