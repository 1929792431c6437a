import type { ApplicationGateway } from '../../model/index.ts';
import type { Network } from '../../network/index.ts';
import { wafInForce } from '../../semantics/application-gateway/waf.ts';
import type { Unless } from './expectation.ts';

/** Boxes a flow passed, as chains and traces tell them. */
export type Boxes = readonly { readonly box: string; readonly name: string }[];

/** Is the flow excused for having passed one of them? */
export type Excuse = (passed: Boxes) => boolean;

export const NO_EXCUSE: Excuse = () => false;

/**
 * Boxes by kind or by name. A web application firewall is a gateway that blocks on every one of its routes: one that only detects, is
 * switched off or cannot be told stops nothing.
 */
export function excuseOf(network: Network, { via }: Unless): Excuse {
  if (via.length === 0) return NO_EXCUSE;
  const gateways = [...network.perimeter.applicationGateways.values()];
  const guarding = new Set(
    gateways.filter((gateway) => isGuarding(network, gateway)).map(({ name }) => name),
  );
  return (passed) =>
    via.some((wanted) =>
      passed.some(({ box, name }) =>
        wanted === 'waf'
          ? box === 'application-gateway' && guarding.has(name)
          : box === wanted || name.toLowerCase() === wanted,
      ),
    );
}

function isGuarding(network: Network, gateway: ApplicationGateway): boolean {
  return (
    gateway.routes.length > 0 &&
    gateway.routes.every((route) => {
      const listener = gateway.listeners.find(({ key }) => key === route.listenerKey);
      return wafInForce(network, gateway, listener, route).kind === 'prevention';
    })
  );
}
