import type { PodClass, Service } from '../../model/index.ts';
import type { Port } from '../../net/index.ts';
import { formatPrefix } from '../../net/index.ts';
import { type AzureServiceSettings, parseAzureAnnotations } from './azure-annotations.ts';
import type { ExposedBackend, Exposure, ReachableFrom } from './exposure.ts';
import { isHeadless, podPortOf } from './service-port.ts';

/** @see K8P-82 what each type exposes */
export function serviceExposures(service: Service, pods: readonly PodClass[]): readonly Exposure[] {
  if (service.type === 'ExternalName') return [];
  const clusterIp: Exposure = exposure(service, 'cluster-ip', { kind: 'cluster' }, pods);
  const exposures: Exposure[] = [
    service.internalTrafficPolicy === 'Local'
      ? {
          ...clusterIp,
          // K8P-83.
          remarks: [
            ...clusterIp.remarks,
            {
              what: 'internalTrafficPolicy Local: only backends on the node of the client',
              at: service.at,
            },
          ],
        }
      : clusterIp,
  ];
  // Nodes take nothing for a headless Service, at whatever address.
  if (service.externalIps.length > 0 && !isHeadless(service)) {
    const from: ReachableFrom = { kind: 'addresses', addresses: service.externalIps };
    exposures.push(exposure(service, 'external-ip', from, pods));
  }
  const opensNodePorts =
    service.type === 'NodePort' || (service.type === 'LoadBalancer' && service.allocateNodePorts);
  if (opensNodePorts && !isHeadless(service)) exposures.push(nodePorts(service, pods));
  if (service.type === 'LoadBalancer') exposures.push(...loadBalancer(service, pods));
  return exposures;
}

function nodePorts(service: Service, pods: readonly PodClass[]): Exposure {
  const from: ReachableFrom = { kind: 'node-addresses' };
  const plain = exposure(service, 'node-port', from, pods);
  const isChosen = service.ports.every((one) => one.nodePort !== undefined);
  return {
    ...plain,
    backends: plain.backends.map(({ clientPort, ...rest }) => {
      const nodePort = rest.through?.nodePort;
      return nodePort === undefined ? rest : { ...rest, clientPort: nodePort };
    }),
    remarks: isChosen
      ? plain.remarks
      : [
          ...plain.remarks,
          { what: 'the cluster chooses the node port (30000-32767)', at: service.at },
        ],
  };
}

function loadBalancer(service: Service, pods: readonly PodClass[]): Exposure[] {
  const settings = parseAzureAnnotations(service).value;
  const plain = exposure(service, 'load-balancer', frontend(service, settings), pods);
  const allowedSources = [
    ...service.loadBalancerSourceRanges,
    ...settings.allowedRanges.map(formatPrefix),
    ...settings.allowedServiceTags,
  ];
  const filtered: Exposure = { ...plain, allowedSources };
  if (settings.privateLink === undefined) return [filtered];
  return [
    filtered,
    {
      ...plain,
      how: 'private-link',
      from: { kind: 'private-link' },
      allowedSources: settings.privateLink.visibility,
    },
  ];
}

/** Public unless the annotation says `"true"`; somebody else's class may do anything. */
function frontend(service: Service, settings: AzureServiceSettings): ReachableFrom {
  if (service.loadBalancerClass !== undefined) {
    return {
      kind: 'unknown',
      missing: `what load balancer class \`${service.loadBalancerClass}\` does`,
    };
  }
  if (typeof settings.isInternal === 'object') {
    return { kind: 'unknown', missing: settings.isInternal.missing };
  }
  if (!settings.isInternal) return { kind: 'internet' };
  return {
    kind: 'private-frontend',
    ...(settings.internalSubnet === undefined ? {} : { subnet: settings.internalSubnet }),
  };
}

function exposure(
  service: Service,
  how: Exposure['how'],
  from: ReachableFrom,
  pods: readonly PodClass[],
): Exposure {
  const backends = pods.flatMap((pod) => backendsIn(service, pod));
  const undeclared = backends.filter((one) => one.podPort === undefined);
  const hasSelector = Object.keys(service.selector ?? {}).length > 0;
  const remarks = [];
  if (!hasSelector) {
    remarks.push({ what: 'no selector: EndpointSlices decide where it leads', at: service.at });
  } else if (pods.length === 0) {
    remarks.push({
      what: 'no pod in the input carries the labels of its selector',
      at: service.at,
    });
  }
  for (const one of undeclared) {
    remarks.push({
      what: `${one.pod.namespace}/${one.pod.name} declares no port named \`${String(one.through?.targetPort)}\``,
      at: one.through?.at ?? service.at,
    });
  }
  return {
    how,
    title: `Service ${service.namespace}/${service.name}`,
    at: service.typeAt,
    from,
    hosts: [],
    service,
    backends,
    allowedSources: [],
    remarks,
  };
}

/** A headless Service only gives addresses: the client's port reaches the pod unchanged. */
function backendsIn(service: Service, pod: PodClass): readonly ExposedBackend[] {
  return service.ports.map((through): ExposedBackend => {
    const clientPort: Port = through.port;
    const common = { pod, protocol: through.protocol, clientPort, through };
    if (isHeadless(service)) return { ...common, podPort: clientPort };
    const translated = podPortOf(through, pod);
    return translated.kind === 'port' ? { ...common, podPort: translated.port } : common;
  });
}
