import type { Flow } from '../../semantics/flow.ts';
import { deliverToService } from '../../semantics/load-balancer/concrete.ts';
import type { MissingFact } from '../../semantics/verdict.ts';
import type { HopResult, Position } from '../journey.ts';
import { replyTo } from '../session.ts';
import { formatAddress, stepOf } from '../step-of.ts';
import type { Step } from '../trace.ts';
import type { TraceContext } from '../trace-context.ts';
import { inboundVerdict } from './entering-subnet.ts';

/**
 * The load balancer of a Service, and the node behind it: the Service's own client ranges, the NSG of the nodes'
 * subnet (floating IP: it sees the front end's address and the Service's port), then kube-proxy. The answer sets
 * out from the node with the front end as its source, to the client as the load balancer kept it.
 */
export function serviceFrontendHop(
  context: TraceContext,
  at: Position & { kind: 'service-frontend' },
  flow: Flow,
): HopResult {
  const { network } = context;
  const { service } = at.frontend;
  const steps: Step[] = [];
  const hop = {
    kind: 'load-balancer',
    name: `${service.namespace}/${service.name}`,
    at: service.typeAt,
    steps,
    flow,
  };
  const delivery = deliverToService(network, at.cluster, at.frontend, flow);
  if (delivery.kind === 'no-listener') {
    steps.push({
      stage: 'listener',
      by: delivery.by,
      text: delivery.by.name,
      facts: delivery.facts,
    });
    return { hop, next: { kind: 'stop', disposition: { kind: 'denied', by: delivery.by } } };
  }
  const conditions: MissingFact[] = [];
  steps.push(stepOf('client ranges', delivery.filter));
  if (delivery.filter.kind === 'deny') {
    return { hop, next: { kind: 'stop', disposition: { kind: 'denied', by: delivery.filter.by } } };
  }
  if (delivery.filter.kind === 'unknown') conditions.push(...delivery.filter.why);

  const nodes = at.cluster.pools.find((pool) => pool.nodeSubnet.kind === 'found')?.nodeSubnet;
  const nodeSubnet = nodes?.kind === 'found' ? nodes.target : undefined;
  if (nodeSubnet !== undefined) {
    if (delivery.nsgView.kind === 'known') {
      const verdict = inboundVerdict(network, nodeSubnet, delivery.nsgView.flow);
      if (verdict !== undefined) {
        steps.push(stepOf(`nsg of ${nodeSubnet.subnet.name}`, verdict));
        if (verdict.kind === 'deny') {
          return { hop, next: { kind: 'stop', disposition: { kind: 'denied', by: verdict.by } } };
        }
        if (verdict.kind === 'unknown') conditions.push(...verdict.why);
      }
    } else if (nodeSubnet.networkSecurityGroup.kind !== 'none') {
      conditions.push(...delivery.nsgView.why);
    }
  }

  const backend = delivery.backends[0];
  if (backend === undefined) {
    const why = [
      ...conditions,
      { missing: `a workload that ${service.namespace}/${service.name} selects`, at: service.at },
    ];
    return { hop, next: { kind: 'stop', disposition: { kind: 'unknown', why } } };
  }
  if (backend.problem !== undefined) {
    steps.push({ stage: 'target port', text: backend.problem });
    const by = { kind: 'default', name: backend.problem, at: service.at } as const;
    return { hop, next: { kind: 'stop', disposition: { kind: 'denied', by } } };
  }
  const isLocal = service.externalTrafficPolicy === 'Local';
  steps.push({
    stage: 'kube-proxy',
    text: `${formatAddress(flow.destination)}:${flow.destinationPort} → ${backend.pod.namespace}/${backend.pod.name}:${backend.port}${isLocal ? '' : `, source ${formatAddress(backend.flow.source)}`}`,
    facts: delivery.facts,
  });
  return {
    hop: { ...hop, flow: backend.flow },
    next: {
      kind: 'forward',
      to: {
        at: {
          kind: 'entering-pod',
          cluster: at.cluster,
          pod: backend.pod,
          from: { kind: 'address', address: backend.flow.source, ...notAPod(flow, backend.flow) },
          arrival: isLocal ? 'load-balancer-local' : 'load-balancer-cluster',
          reply: replyFromNode(at, flow, nodeSubnet?.subnet.key),
        },
        flow: backend.flow,
      },
    },
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

function replyFromNode(
  at: Position & { kind: 'service-frontend' },
  flow: Flow,
  subnetKey: string | undefined,
): { at: Position; flow: Flow } {
  const answer = replyTo(flow);
  return subnetKey === undefined
    ? { at: { kind: 'leaving-node', cluster: at.cluster }, flow: answer }
    : {
        at: { kind: 'leaving-subnet', subnetKey, sender: `a node of ${at.cluster.name}` },
        flow: answer,
      };
}

/** A client that kube-proxy left as it was came by the load balancer: it is neither a pod nor a node. */
function notAPod(arrived: Flow, delivered: Flow): { isNode?: 'no' } {
  return arrived.source === delivered.source ? { isNode: 'no' } : {};
}
