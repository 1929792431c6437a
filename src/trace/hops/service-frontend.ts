import {
  isElsewhere,
  type Network,
  type PoolPlacement,
  type SubnetPlacement,
  targetOf,
} from '../../network/index.ts';
import type { Flow } from '../../semantics/flow.ts';
import {
  type BackendFlow,
  deliverToService,
  type ServiceDelivery,
} from '../../semantics/load-balancer/concrete.ts';
import { nodeAddressOf } from '../../semantics/masquerade/own-address.ts';
import type { MissingFact, Verdict } from '../../semantics/verdict.ts';
import type { HopResult, Journey, Placed, Position } from '../journey.ts';
import { podName } from '../pod-name.ts';
import { replyTo } from '../session.ts';
import { formatAddress } from '../step-of.ts';
import type { Disposition, Hop, Step } from '../trace.ts';
import type { TraceContext } from '../trace-context.ts';
import { type BetweenNodes, betweenNodes, hasOverlay } from './between-nodes.ts';
import { type HandedOn, handedOn } from './handed-on.ts';
import { replyHome } from './reply-home.ts';
import { judge, subnetVerdict } from './verdicts.ts';

type AtFrontend = Position & { kind: 'service-frontend' };
type Listening = Extract<ServiceDelivery, { kind: 'listening' }>;

/**
 * The load balancer of a Service, and the node behind it: the Service's own client ranges, the NSG of the nodes'
 * subnet (floating IP: it sees the front end's address and the Service's port), then kube-proxy. The answer sets
 * out from the node with the front end as its source, to the client as the load balancer kept it.
 */
export function serviceFrontendHop(
  { network }: TraceContext,
  at: AtFrontend,
  flow: Flow,
  journey: Journey,
): HopResult {
  const { service } = at.frontend;
  const steps: Step[] = [];
  const hop: Hop = {
    kind: 'load-balancer',
    name: `${service.namespace}/${service.name}`,
    at: service.typeAt,
    steps,
    flow,
  };
  const stop = (disposition: Disposition): HopResult => ({
    hop,
    next: { kind: 'stop', disposition },
  });
  if (isElsewhere(network, at.cluster)) {
    // What that cluster lets in is its own view's answer: here it stands for any machine of the network.
    const reply = replyHome(network, flow, targetOf(at.frontend.subnet)?.vnet.key);
    const to = `service ${hop.name} of ${at.cluster.name}`;
    return {
      hop,
      next: {
        kind: 'stop',
        disposition: { kind: 'left-network', to },
        ...(reply === undefined ? {} : { reply }),
      },
    };
  }
  const delivery = deliverToService(network, at.cluster, at.frontend, flow);
  if (delivery.kind === 'no-listener') {
    const { by, facts } = delivery;
    steps.push({ stage: 'listener', by, text: by.name, facts });
    return stop({ kind: 'denied', by });
  }
  const nodes = nodesBehind(at);
  const node =
    nodes.length === 0 ? undefined : journey.choose(nodes, ({ pool }) => `pool ${pool.name}`);
  const subnet = node?.nodeSubnet.kind === 'found' ? node.nodeSubnet.target : undefined;
  const nsgFlow = delivery.nsgView.kind === 'known' ? delivery.nsgView.flow : undefined;
  const judged = judge(steps, [
    ['client ranges', () => delivery.filter],
    [
      subnet === undefined ? 'nsg' : `nsg of ${subnet.subnet.name}`,
      (): Verdict | undefined =>
        subnet === undefined || nsgFlow === undefined
          ? undefined
          : subnetVerdict(network, subnet, 'Inbound', nsgFlow),
    ],
  ]);
  if (judged.denied !== undefined) return stop({ kind: 'denied', by: judged.denied });
  const open: MissingFact[] = [...judged.open, ...unseenByNsg(delivery, subnet)];

  if (delivery.backends.length === 0) {
    const missing = `a workload that ${service.namespace}/${service.name} selects`;
    return stop({ kind: 'unknown', why: [...open, { missing, at: service.at }] });
  }
  const backend = journey.choose(delivery.backends, ({ pod }) => `backend ${podName(pod)}`);
  if (backend.problem !== undefined) {
    const by = { kind: 'default', name: backend.problem, at: service.at, fact: 'K8P-81' } as const;
    steps.push({ stage: 'target port', by, text: backend.problem });
    return stop({ kind: 'denied', by });
  }
  const seen = formatAddress(backend.flow.source);
  const isKept = backend.flow.source === flow.source;
  steps.push({
    stage: 'kube-proxy',
    text: `→ ${podName(backend.pod)}:${backend.port}, source ${isKept ? `stays ${seen}` : seen}`,
    facts: delivery.facts,
  });
  const between = toOtherNode(network, at, node, backend, steps);
  if (between?.denied !== undefined) {
    const told = between.flow === undefined ? hop : { ...hop, flow: between.flow };
    return { ...stop({ kind: 'denied', by: between.denied }), hop: told };
  }
  open.push(...(between?.open ?? []));
  return {
    hop: { ...hop, flow: backend.flow },
    next: { kind: 'forward', to: intoPod(at, backend, flow, journey, subnet, between?.reply) },
    ...(open.length > 0 ? { conditions: open } : {}),
    ...(between === undefined ? {} : { assumptions: between.assumptions }),
  };
}

/** Under `Cluster` the node that receives hands on to a pod of any node, as itself (AKS-75): to one of the overlay, or of the network. */
function toOtherNode(
  network: Network,
  { cluster, frontend }: AtFrontend,
  pool: PoolPlacement | undefined,
  { pod, flow }: BackendFlow,
  steps: Step[],
): (BetweenNodes & Partial<HandedOn>) | undefined {
  if (pool === undefined || frontend.service.externalTrafficPolicy === 'Local') return undefined;
  if (!pod.hostNetwork && hasOverlay(cluster)) {
    const sender = { cluster, pool, isAnyNode: true } as const;
    const handed = { ...flow, source: nodeAddressOf(network, cluster, pool) };
    return betweenNodes(network, sender, pod, handed, steps);
  }
  const { addressing } = cluster;
  const isPlaced = pod.hostNetwork || addressing === 'node-subnet' || addressing === 'pod-subnet';
  return isPlaced ? handedOn(network, cluster, pool, pod, flow, steps) : undefined;
}

/** A load balancer hands to nodes of any pool: one of each that differ in their subnet. */
function nodesBehind({ cluster }: AtFrontend): readonly PoolPlacement[] {
  const bySubnet = new Map<string, PoolPlacement>();
  for (const pool of cluster.pools) {
    if (pool.nodeSubnet.kind !== 'found' || pool.pool.mode === 'Gateway') continue;
    const { key } = pool.nodeSubnet.target.subnet;
    if (!bySubnet.has(key)) bySubnet.set(key, pool);
  }
  return [...bySubnet.values()];
}

/** Without floating IP the NSG sees a node port that the input may not hold. */
function unseenByNsg(
  { nsgView }: Listening,
  subnet: SubnetPlacement | undefined,
): readonly MissingFact[] {
  const isGuarded = subnet !== undefined && subnet.networkSecurityGroup.kind !== 'none';
  return nsgView.kind === 'unknown' && isGuarded ? nsgView.why : [];
}

function intoPod(
  at: AtFrontend,
  backend: BackendFlow,
  arrived: Flow,
  journey: Journey,
  subnet: SubnetPlacement | undefined,
  lost: Placed | undefined,
): Placed {
  const isLocal = at.frontend.service.externalTrafficPolicy === 'Local';
  // What comes by the load balancer from elsewhere is neither a pod nor a node, whatever range its address lies in.
  const isElsewhere = journey.sender.cluster !== at.cluster;
  return {
    at: {
      kind: 'entering-pod',
      cluster: at.cluster,
      pod: backend.pod,
      // The client, not what kube-proxy made of it: under Cluster each engine sees the rewriting differently (K8P-20).
      from: {
        kind: 'address',
        address: arrived.source,
        ...(isElsewhere ? { isNode: 'no' as const } : {}),
      },
      arrival: isLocal ? 'load-balancer-local' : 'load-balancer-cluster',
      reply: lost ?? replyFromNode(at, arrived, subnet?.subnet.key),
    },
    flow: backend.flow,
  };
}

function replyFromNode(at: AtFrontend, arrived: Flow, subnetKey: string | undefined): Placed {
  const flow = replyTo(arrived);
  const sender = `a node of ${at.cluster.name}`;
  return subnetKey === undefined
    ? { at: { kind: 'leaving-node', cluster: at.cluster }, flow }
    : { at: { kind: 'leaving-subnet', subnetKey, sender }, flow };
}
