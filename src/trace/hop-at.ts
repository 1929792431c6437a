import { assertNever } from '../diagnostics/index.ts';
import { apiServerHop } from './hops/api-server.ts';
import { applicationGatewayHop } from './hops/application-gateway.ts';
import { enteringPodHop } from './hops/entering-pod.ts';
import { enteringSubnetHop } from './hops/entering-subnet.ts';
import { firewallHop } from './hops/firewall.ts';
import { internetHop } from './hops/internet.ts';
import { leavingNodeHop } from './hops/leaving-node.ts';
import { leavingPodHop } from './hops/leaving-pod.ts';
import { leavingSubnetHop } from './hops/leaving-subnet.ts';
import { loadBalancerHop } from './hops/load-balancer.ts';
import { onPremisesHop } from './hops/on-premises.ts';
import { privateEndpointHop } from './hops/private-endpoint.ts';
import { serviceFrontendHop } from './hops/service-frontend.ts';
import type { HopResult, Journey, Placed } from './journey.ts';
import type { TraceContext } from './trace-context.ts';

/** The box at a position looks at the flow. */
export function hopAt(context: TraceContext, placed: Placed, journey: Journey): HopResult {
  const { at, flow } = placed;
  switch (at.kind) {
    case 'leaving-pod':
      return leavingPodHop(context, at, flow, journey, placed.deliverTo);
    case 'leaving-node':
      return leavingNodeHop(context, at, flow, journey, placed.deliverTo);
    case 'leaving-subnet':
      return leavingSubnetHop(context, at, flow, journey, placed.deliverTo);
    case 'entering-subnet':
      return enteringSubnetHop(context, at, flow, journey, placed.deliverTo);
    case 'firewall':
      return firewallHop(context, at, flow, journey, placed.deliverTo);
    case 'internet':
      return internetHop(context, flow, journey);
    case 'on-premises':
      return onPremisesHop(context, at, flow, journey, placed.deliverTo);
    case 'service-frontend':
      return serviceFrontendHop(context, at, flow, journey);
    case 'load-balancer':
      return loadBalancerHop(context, at, flow, journey);
    case 'application-gateway':
      return applicationGatewayHop(context, at, flow, journey);
    case 'private-endpoint':
      return privateEndpointHop(context, at, flow);
    case 'entering-pod':
      return enteringPodHop(context, at, flow, journey);
    case 'api-server':
      return apiServerHop(context, at, flow);
    default:
      return assertNever(at);
  }
}
