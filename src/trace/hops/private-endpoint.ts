import { subnetOf } from '../../network/index.ts';
import type { Flow } from '../../semantics/flow.ts';
import { evaluateNsg } from '../../semantics/nsg/concrete.ts';
import {
  connectionVerdict,
  policiesInForce,
  subnetOfEndpoint,
} from '../../semantics/private-endpoint/concrete.ts';
import type { MissingFact, Verdict } from '../../semantics/verdict.ts';
import type { HopResult, Position } from '../journey.ts';
import { replyTo } from '../session.ts';
import { stepOf } from '../step-of.ts';
import type { Step } from '../trace.ts';
import type { TraceContext } from '../trace-context.ts';

/**
 * A private endpoint: one direction only, and only when its connection is approved. The NSG of its subnet looks
 * only when the subnet's network policies say so (azure-networking 6.2). Its answer goes straight to the sender's
 * network, around every route table.
 */
export function privateEndpointHop(
  context: TraceContext,
  at: Position & { kind: 'private-endpoint' },
  flow: Flow,
): HopResult {
  const { network } = context;
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
  const verdicts: [string, Verdict][] = [['connection', connectionVerdict(endpoint)]];
  if (subnet.kind === 'found' && policiesInForce(subnet.target).securityGroup) {
    const nsg = subnet.target.networkSecurityGroup;
    if (nsg.kind === 'found') {
      const subnetKey = subnet.target.subnet.key;
      verdicts.push(['nsg', evaluateNsg(network, nsg.target, 'Inbound', flow, { subnetKey })]);
    }
  }
  const conditions: MissingFact[] = [];
  for (const [stage, verdict] of verdicts) {
    steps.push(stepOf(stage, verdict));
    if (verdict.kind === 'deny') {
      return { hop, next: { kind: 'stop', disposition: { kind: 'denied', by: verdict.by } } };
    }
    if (verdict.kind === 'unknown') conditions.push(...verdict.why);
  }
  const vnetKey = subnet.kind === 'found' ? subnet.target.vnet.key : undefined;
  const back = subnetOf(network, flow.source, vnetKey)[0];
  return {
    hop,
    next: {
      kind: 'stop',
      disposition: { kind: 'delivered', to: `private endpoint ${name}` },
      ...(back === undefined
        ? {}
        : {
            reply: {
              at: { kind: 'entering-subnet', subnetKey: back.subnet.subnet.key },
              flow: replyTo(flow),
            },
          }),
    },
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}
