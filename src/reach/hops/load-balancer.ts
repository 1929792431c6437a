import type { LoadBalancer } from '../../model/index.ts';
import { open, type Place } from '../branch.ts';
import type { World } from '../world.ts';

/** A load balancer that no Service of the input made: whom it hands to is walked flow by flow, by `trace`. */
export function loadBalancer(_world: World, balancer: LoadBalancer, frontendKey: string): Place {
  return {
    key: `load balancer ${balancer.key} ${frontendKey}`,
    visit: (branch) => [
      open(branch, {
        missing: `which backends load balancer ${balancer.name} hands each flow to (walk one with trace)`,
        at: balancer.at,
      }),
    ],
  };
}
