import type { Flow } from '../../semantics/flow.ts';
import {
  connectionVerdict,
  policiesInForce,
  subnetOfEndpoint,
} from '../../semantics/private-endpoint/concrete.ts';
import type { HopResult, Position } from '../journey.ts';
import type { Step } from '../trace.ts';
import type { TraceContext } from '../trace-context.ts';
import { replyHome } from './reply-home.ts';
import { judge, subnetVerdict } from './verdicts.ts';

/**
 * A private endpoint: one direction only, and only when its connection is approved. The NSG of its subnet looks
 * only when the subnet's network policies say so (azure-networking 6.2). Its answer goes straight to the sender's
 * network, around every route table.
 */
export function privateEndpointHop(
  { network }: TraceContext,
  at: Position & { kind: 'private-endpoint' },
  flow: Flow,
): HopResult {
  const endpoint = network.perimeter.privateEndpoints.get(at.endpointKey);
  const name = endpoint?.name ?? at.endpointKey;
  const steps: Step[] = [];
  const hop = {
    kind: 'private-endpoint',
    name,
    ...(endpoint === undefined ? {} : { at: endpoint.at }),
    steps,
    flow,
  };
  if (endpoint === undefined) {
    const why = [{ missing: `private endpoint \`${name}\`` }];
    return { hop, next: { kind: 'stop', disposition: { kind: 'unknown', why } } };
  }
  const subnet = subnetOfEndpoint(network, endpoint);
  const guarded =
    subnet.kind === 'found' && policiesInForce(subnet.target).securityGroup
      ? subnet.target
      : undefined;
  const judged = judge(steps, [
    ['connection', () => connectionVerdict(endpoint)],
    [
      'nsg',
      () => (guarded === undefined ? undefined : subnetVerdict(network, guarded, 'Inbound', flow)),
    ],
  ]);
  if (judged.denied !== undefined) {
    const disposition = { kind: 'denied', by: judged.denied } as const;
    return { hop, next: { kind: 'stop', disposition } };
  }
  const vnetKey = subnet.kind === 'found' ? subnet.target.vnet.key : undefined;
  const reply = replyHome(network, flow, vnetKey);
  return {
    hop,
    next: {
      kind: 'stop',
      disposition: { kind: 'delivered', to: `private endpoint ${name}` },
      ...(reply === undefined ? {} : { reply }),
    },
    ...(judged.open.length > 0 ? { conditions: judged.open } : {}),
  };
}
