import type { ClusterObjects, PodClass, Service } from '../../model/index.ts';
import { exactAddress, homeOfObjects, type Network } from '../../network/index.ts';
import type { AddressPool } from './address-pool.ts';
import { ingressControllers } from './ingress/index.ts';

/**
 * The network with the ingress controllers that an add-on makes and no file holds: their pods, and the public load balancer in front of
 * them. Without them nobody would serve the Ingresses of the input.
 */
export function withStandInControllers(network: Network, pool: AddressPool): Network {
  const objects = network.perimeter.kubernetes;
  const standIns = ingressControllers(objects).controllers.filter(({ isStandIn }) => isStandIn);
  const home = homeOfObjects(network);
  if (standIns.length === 0 || home === undefined) return network;
  const pods: PodClass[] = [];
  const services: Service[] = [];
  const frontends: (typeof home.loadBalancerServices)[number][] = [];
  for (const { pod, service } of standIns) {
    pods.push(pod);
    const address = service === undefined ? undefined : pool.lent();
    if (service === undefined || address === undefined) continue;
    services.push(service);
    frontends.push({
      service,
      isInternal: false,
      address: exactAddress(address, `service ${service.namespace}/${service.name}`, service.at),
      subnet: { kind: 'none' },
      backends: [pod],
    });
  }
  const kubernetes: ClusterObjects = {
    ...objects,
    pods: [...objects.pods, ...pods],
    services: [...objects.services, ...services],
  };
  const perimeter = { ...network.perimeter, kubernetes };
  const clusters = network.clusters.map((cluster) =>
    cluster === home
      ? { ...cluster, loadBalancerServices: [...cluster.loadBalancerServices, ...frontends] }
      : cluster,
  );
  return { ...network, perimeter, clusters };
}
