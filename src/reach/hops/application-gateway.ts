import { open, type Place } from '../branch.ts';
import type { World } from '../world.ts';

/**
 * An Application Gateway ends the client's connection and opens one of its own. What it does with a request hangs on hosts and paths
 * that no set of flows here tells apart, so the way stays open with its name; `trace` walks single requests through it.
 */
export function applicationGateway(world: World, gatewayKey: string, frontendKey: string): Place {
  return {
    key: `application gateway ${gatewayKey} ${frontendKey}`,
    visit: (branch) => {
      const gateway = world.network.perimeter.applicationGateways.get(gatewayKey);
      const name = gateway?.name ?? gatewayKey.split('/').at(-1) ?? gatewayKey;
      const missing = `what application gateway ${name} makes of each request (walk one with trace)`;
      return [open(branch, gateway === undefined ? { missing } : { missing, at: gateway.at })];
    },
  };
}
