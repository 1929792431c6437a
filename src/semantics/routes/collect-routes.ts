import type { Network, SubnetPlacement } from '../../network/index.ts';
import type { DraftRoute } from './draft-route.ts';
import { endpointRoutes } from './endpoint-routes.ts';
import { gatewayRoutes } from './gateway-routes.ts';
import {
  defaultRoutes,
  localRoutes,
  peeringRoutes,
  serviceEndpointRoutes,
} from './system-routes.ts';
import { userRoutes } from './user-routes.ts';

/**
 * All routes of a subnet before selection (AZN-01 to AZN-24). O(routes + peers + private endpoints of connected VNets
 * + prefixes of the tags in use).
 */
export function collectRoutes(network: Network, subnet: SubnetPlacement): DraftRoute[] {
  const vnet = network.vnets.get(subnet.vnet.key);
  const user = userRoutes(network, subnet);
  if (vnet === undefined) return user;
  return [
    ...localRoutes(network, vnet, user),
    ...peeringRoutes(vnet, subnet),
    ...endpointRoutes(network, vnet, user),
    ...serviceEndpointRoutes(network, subnet),
    ...gatewayRoutes(network, vnet, subnet),
    ...user,
    ...defaultRoutes(vnet, user),
  ];
}
