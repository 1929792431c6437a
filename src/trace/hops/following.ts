import type { Network, SubnetPlacement } from '../../network/index.ts';
import type { Flow } from '../../semantics/flow.ts';
import type { EffectiveRoute } from '../../semantics/routes/concrete.ts';
import { routeDecider } from '../../semantics/routes/concrete.ts';
import type { DeliverTo, HopResult, Journey, Placed, Position } from '../journey.ts';
import type { Disposition, Hop, Step } from '../trace.ts';
import type { TraceContext } from '../trace-context.ts';

export type Leaving = Position & { kind: 'leaving-subnet' };

/** A flow that leaves a subnet by a route that was chosen, and the ways to go on. */
export interface Following {
  readonly network: Network;
  readonly at: Leaving;
  readonly flow: Flow;
  readonly journey: Journey;
  readonly deliverTo: DeliverTo | undefined;
  readonly hop: Hop;
  readonly route: EffectiveRoute;
  /** Absent when the subnet is not in the input. */
  readonly placement: SubnetPlacement | undefined;
  /** Writes down where the route leads. */
  readonly routed: (text: string) => void;
  readonly stop: (disposition: Disposition, reply?: Placed) => HopResult;
  readonly forward: (to: Position) => HopResult;
}

export function following(
  here: {
    readonly context: TraceContext;
    readonly at: Leaving;
    readonly flow: Flow;
    readonly journey: Journey;
    readonly deliverTo: DeliverTo | undefined;
    readonly hop: Hop;
    readonly steps: Step[];
    readonly placement: SubnetPlacement | undefined;
  },
  route: EffectiveRoute,
): Following {
  const { context, at, flow, journey, deliverTo, hop, steps, placement } = here;
  const by = routeDecider(route);
  const onward = deliverTo === undefined ? {} : { deliverTo };
  return {
    network: context.network,
    at,
    flow,
    journey,
    deliverTo,
    hop,
    route,
    placement,
    routed: (text) => {
      const said = `${route.name} ${route.prefixText} → ${text}`;
      steps.push({ stage: 'route', by, text: said, facts: [route.fact] });
    },
    stop: (disposition, reply) => ({
      hop,
      next: { kind: 'stop', disposition, ...(reply === undefined ? {} : { reply }) },
    }),
    forward: (to) => ({ hop, next: { kind: 'forward', to: { at: to, flow, ...onward } } }),
  };
}
