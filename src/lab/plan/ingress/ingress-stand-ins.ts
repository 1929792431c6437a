import type { ClusterObjects, PodClass, Service } from '../../../model/index.ts';
import { ingressControllers } from './ingress-controllers.ts';

/** Proxies that an add-on or an operator makes and no file shows, with the load balancers that come with them. */
export function ingressStandIns(objects: ClusterObjects): {
  readonly pods: readonly PodClass[];
  readonly services: readonly Service[];
} {
  const controllers = ingressControllers(objects).controllers.filter(({ isStandIn }) => isStandIn);
  return {
    pods: controllers.map(({ pod }) => pod),
    services: controllers.flatMap(({ service }) => service ?? []),
  };
}
