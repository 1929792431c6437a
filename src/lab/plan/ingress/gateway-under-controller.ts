import type { Gap } from '../../../diagnostics/index.ts';
import type { Ingress, Perimeter } from '../../../model/index.ts';
import { isUnknown } from '../../../values/index.ts';
import { ingressControllers } from './ingress-controllers.ts';

/** The application gateway that an ingress controller writes, and the Ingresses it writes there. */
export interface GatewayUnderController {
  /** Absent: there is no such Ingress, or nobody knows which gateway it is. */
  readonly gatewayKey?: string;
  readonly ingresses: readonly Ingress[];
  readonly gaps: readonly Gap[];
}

/** The gateway that the add-on of a cluster names; else the only one there is. */
export function gatewayUnderController(perimeter: Perimeter): GatewayUnderController {
  const { forApplicationGateway: ingresses } = ingressControllers(perimeter.kubernetes);
  if (ingresses.length === 0) return { ingresses, gaps: [] };
  const all = [...perimeter.applicationGateways.keys()];
  const named = [...perimeter.clusters.values()].flatMap(({ addons }) => {
    const gateway = addons.applicationGateway?.gateway;
    return gateway === undefined || isUnknown(gateway) ? [] : [gateway.key];
  });
  const gatewayKey =
    all.find((key) => named.includes(key)) ?? (all.length === 1 ? all[0] : undefined);
  if (gatewayKey !== undefined) return { gatewayKey, ingresses, gaps: [] };
  return {
    ingresses,
    gaps: ingresses.map(({ namespace, name, at }) => ({
      what: `Ingress ${namespace}/${name}`,
      why: 'which application gateway its controller writes is not known: nobody serves it',
      at,
    })),
  };
}
