import type { ClusterObjects, PodClass, Service } from '../../model/index.ts';
import { podSelector } from '../../network/index.ts';
import {
  type ControllerSeat,
  type IngressController,
  ingressControllers,
  type ServiceSeat,
} from './ingress/index.ts';
import type { LabEnd } from './lab-plan.ts';
import type { NodesPart } from './node-seat.ts';

/** Where the pods of ingress controllers run, and the pods behind every Service they may send to, by what the nodes say they run. */
export function controllerSeats(
  objects: ClusterObjects,
  { ends }: NodesPart,
): {
  readonly seats: readonly ControllerSeat[];
  readonly services: readonly ServiceSeat[];
  readonly gaps: ReturnType<typeof ingressControllers>['gaps'];
} {
  const { controllers, gaps, forApplicationGateway } = ingressControllers(objects);
  const seats = controllers.flatMap((controller) =>
    endsOf(controller.pod, ends).map(({ host, addresses }) => ({ controller, host, addresses })),
  );
  const unseated = controllers
    .filter(({ pod }) => endsOf(pod, ends).length === 0)
    .map((controller) => ({ what: controller.key, why: whyUnseated(controller) }));
  const pods = podSelector(objects);
  const services =
    seats.length === 0 && forApplicationGateway.length === 0
      ? []
      : objects.services.map((service) => seatOf(service, pods(service), ends));
  return { seats, services, gaps: [...gaps, ...unseated] };
}

function whyUnseated({ isStandIn }: IngressController): string {
  return isStandIn
    ? 'its pods are in no file and the lab has no place for them: nobody serves its routes'
    : 'the lab runs none of its pods: nobody serves its routes';
}

function seatOf(service: Service, pods: readonly PodClass[], ends: readonly LabEnd[]): ServiceSeat {
  const { namespace, name, clusterIp } = service;
  return {
    namespace,
    name,
    ...(clusterIp === undefined ? {} : { clusterIp }),
    ports: service.ports.map((port) => ({
      ...(port.name === undefined ? {} : { name: port.name }),
      port: port.port,
      endpoints: pods.flatMap((pod) => {
        const number =
          typeof port.targetPort === 'number'
            ? port.targetPort
            : pod.ports.find((one) => one.name === port.targetPort)?.port;
        if (number === undefined) return [];
        return endsOf(pod, ends).flatMap(({ addresses }) =>
          addresses.slice(0, 1).map((address) => ({ address, port: number })),
        );
      }),
    })),
  };
}

/** The ends of a workload: `pod/NAMESPACE/NAME-0` and on, with the kind behind where two workloads share a name. */
function endsOf(pod: PodClass, ends: readonly LabEnd[]): readonly LabEnd[] {
  const front = `pod/${pod.namespace}/${pod.name}-`;
  const kind = `-${pod.kind.toLowerCase()}`;
  const own = ends.filter(({ name }) => name.startsWith(front));
  const exact = own.filter(
    ({ name }) => name.endsWith(kind) && isNumber(name.slice(front.length, -kind.length)),
  );
  if (exact.length > 0) return exact;
  return own.filter(({ name }) => isNumber(name.slice(front.length)));
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}
