import type { Network, ServiceFrontend } from '../../network/index.ts';
import { targetOf } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { idleAddresses } from './idle-addresses.ts';
import { byKey, frontEndId, internet, namespaceId, regionOf, standsIn } from './places.ts';
import type { Sketch } from './sketch.ts';
import { counted, knownAddressText, listed } from './words.ts';

/** Load balancers that somebody wrote, those that Kubernetes makes for Services, and public addresses nobody uses. */
export function drawFrontEnds(network: Network, sketch: Sketch): void {
  for (const { cluster, loadBalancerServices } of network.clusters) {
    for (const frontend of loadBalancerServices) {
      drawService(network, frontend, cluster, sketch);
    }
  }
  drawLoadBalancers(network, sketch);
  for (const address of idleAddresses(network)) {
    sketch.put(regionOf(network, address.key, address.location, sketch), {
      id: address.key,
      kind: 'public-addresses',
      name: address.name,
      lines: ['no use seen in the input'],
      layer: 'network',
    });
  }
}

function drawService(
  network: Network,
  frontend: ServiceFrontend,
  cluster: { readonly key: string; readonly location?: string } | undefined,
  sketch: Sketch,
): void {
  const { service, isInternal, address, subnet, backends } = frontend;
  const id = frontEndId(service.namespace, service.name);
  const place = targetOf(subnet);
  const home =
    place !== undefined && sketch.has(place.subnet.key)
      ? place.subnet.key
      : cluster === undefined
        ? undefined
        : regionOf(network, cluster.key, cluster.location, sketch);
  const ports = service.ports.map(({ protocol, port }) => `${protocol} ${port}`);
  sketch.put(home, {
    id,
    kind: 'service-front-end',
    name: `${service.namespace}/${service.name}`,
    lines: [
      isInternal ? 'internal load balancer' : 'public load balancer',
      knownAddressText(address),
    ],
    tooltip: [
      ...ports,
      `externalTrafficPolicy ${service.externalTrafficPolicy}`,
      ...(service.loadBalancerSourceRanges.length > 0
        ? [`only from ${listed(service.loadBalancerSourceRanges, 6)}`]
        : []),
      `${counted(backends.length, 'workload')} behind it`,
    ],
    layer: 'ingress',
  });
  if (!isInternal) {
    sketch.link({
      from: internet(sketch),
      to: id,
      meaning: 'ingress',
      label: listed([...new Set(ports)].sort(), 2),
      tooltip:
        service.loadBalancerSourceRanges.length > 0
          ? [`only from ${listed(service.loadBalancerSourceRanges, 6)}`]
          : [],
    });
  }
  const targets = [...new Set(service.ports.map(({ targetPort }) => String(targetPort)))].sort();
  sketch.link({
    from: id,
    to: namespaceId(service.namespace),
    meaning: 'ingress',
    label: `pod port ${listed(targets, 2)}`,
    tooltip: backends.slice(0, 12).map(({ kind, name }) => `${kind} ${name}`),
  });
}

function drawLoadBalancers(network: Network, sketch: Sketch): void {
  for (const balancer of byKey(network.perimeter.loadBalancers)) {
    const isPublic = balancer.frontends.some(({ publicIp }) => publicIp !== undefined);
    const subnet = balancer.frontends.find((each) => each.subnet !== undefined)?.subnet;
    const ports = balancer.rules.map(({ protocol, frontendPort }) => {
      const port = isUnknown(frontendPort) ? 'port not known' : (frontendPort ?? 'all ports');
      return `${(protocol ?? 'tcp').toLowerCase()} ${port}`;
    });
    sketch.put(standsIn(network, subnet, balancer, sketch), {
      id: balancer.key,
      kind: 'load-balancer',
      name: balancer.name,
      lines: [isPublic ? 'public' : 'internal', counted(balancer.rules.length, 'rule')],
      layer: 'ingress',
    });
    if (!isPublic || balancer.rules.length === 0) continue;
    const label = listed([...new Set(ports)].sort(), 2);
    sketch.link({ from: internet(sketch), to: balancer.key, meaning: 'ingress', label });
  }
}
