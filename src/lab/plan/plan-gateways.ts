import type { Perimeter } from '../../model/index.ts';
import { formatIp } from '../../net/index.ts';
import { controllerSeats } from './controller-seats.ts';
import {
  gatewayUnderController,
  type IngressPart,
  planApplicationGateways,
  planIngress,
} from './ingress/index.ts';
import type { NodesPart } from './node-seat.ts';
import type { Seat } from './seat.ts';

export interface GatewayPart extends IngressPart {
  /** Hosts that answer by a program of their own. */
  readonly silent: ReadonlySet<string>;
}

/** nginx where the perimeter has it: in application gateways, and in the pods of ingress controllers. */
export function gatewayPart(
  perimeter: Perimeter,
  seats: readonly Seat[],
  nodes: NodesPart,
): GatewayPart {
  const gateways = [...perimeter.applicationGateways.values()]
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .flatMap((gateway) => {
      const seat = seats.find(
        ({ kind, of }) => kind === 'application-gateway' && of === gateway.key,
      );
      if (seat === undefined) return [];
      // What is addressed to a public front end arrives at the gateway's own address.
      const frontends = new Map(
        gateway.frontends
          .filter(({ publicIp }) => publicIp !== undefined)
          .map(({ key }) => [key, formatIp(seat.addresses[0]!)]),
      );
      const { host, resolvers } = seat;
      return [{ gateway, host, address: formatIp(seat.addresses[0]!), frontends, resolvers }];
    });
  const controllers = controllerSeats(perimeter.kubernetes, nodes);
  const written = gatewayUnderController(perimeter);
  const outside = planApplicationGateways({
    perimeter,
    seats: gateways.map((seat) =>
      seat.gateway.key === written.gatewayKey
        ? { ...seat, ingresses: written.ingresses, services: controllers.services }
        : seat,
    ),
  });
  const inside = planIngress({
    perimeter,
    seats: controllers.seats,
    services: controllers.services,
  });
  return {
    files: [...outside.files, ...inside.files],
    processes: [...outside.processes, ...inside.processes],
    certificates: [...outside.certificates, ...inside.certificates],
    gaps: [...outside.gaps, ...written.gaps, ...controllers.gaps, ...inside.gaps],
    simplifications: [...outside.simplifications, ...inside.simplifications],
    silent: new Set([...gateways, ...controllers.seats].map(({ host }) => host)),
  };
}
