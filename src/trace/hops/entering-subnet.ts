import {
  type FoundOwner,
  findOwner,
  type Network,
  type SubnetPlacement,
} from '../../network/index.ts';
import { apiServerPrivateAddress } from '../../semantics/dns/cluster-names.ts';
import type { Flow } from '../../semantics/flow.ts';
import type { MissingFact } from '../../semantics/verdict.ts';
import type { DeliverTo, HopResult, Journey, Placed, Position } from '../journey.ts';
import { replyTo, sameAddress } from '../session.ts';
import { formatAddress } from '../step-of.ts';
import type { Disposition, Hop, Step } from '../trace.ts';
import type { TraceContext } from '../trace-context.ts';
import { somethingAnswers } from '../unowned.ts';
import { interfaceVerdict, judge, subnetVerdict } from './verdicts.ts';

/**
 * A subnet's inbound side: its NSG and the interface's (not for answers), then whatever holds the address. Boxes with
 * filters of their own (firewall, load balancers, gateways, private endpoints) ask the NSG themselves.
 */
export function enteringSubnetHop(
  context: TraceContext,
  at: Position & { kind: 'entering-subnet' },
  flow: Flow,
  journey: Journey,
  deliverTo: DeliverTo | undefined,
): HopResult {
  const { network } = context;
  const placement = network.subnets.get(at.subnetKey);
  const steps: Step[] = [];
  const hop: Hop = {
    kind: 'subnet',
    name: placement?.subnet.name ?? at.subnetKey,
    ...(placement === undefined ? {} : { at: placement.subnet.at }),
    steps,
    flow,
  };
  const forward = (to: Position): HopResult => ({
    hop,
    next: { kind: 'forward', to: { at: to, flow } },
  });

  if (journey.direction === 'return') {
    if (journey.home !== undefined && sameAddress(journey.home, flow.destination)) {
      steps.push({ stage: 'arrives', text: `back at ${formatAddress(flow.destination)}` });
      const disposition: Disposition = { kind: 'delivered', to: 'the client' };
      return { hop, next: { kind: 'stop', disposition } };
    }
    const translator = translatorOf(network, flow, journey);
    if (translator !== undefined) return forward(translator);
  }

  const from = placement === undefined ? {} : { vnetKey: placement.vnet.key };
  const owners = findOwner(network, flow.destination, from).filter((found) => !found.isGuess);
  const box = boxAt(network, owners, flow, at.subnetKey);
  if (box !== undefined) return forward(box);

  const interfaceKey = interfaceOf(owners);
  const looks = journey.direction === 'forward' ? placement : undefined;
  const judged =
    looks === undefined
      ? { open: [] }
      : judge(steps, [
          ['nsg', () => subnetVerdict(network, looks, 'Inbound', flow)],
          ['nsg', () => interfaceVerdict(network, interfaceKey, looks, 'Inbound', flow)],
        ]);
  if (judged.denied !== undefined) {
    const disposition: Disposition = { kind: 'denied', by: judged.denied };
    return { hop, next: { kind: 'stop', disposition } };
  }
  const reply = replyFrom(at.subnetKey, flow);
  const unsure = deliverTo === undefined ? strangers(context, placement, owners, flow) : [];
  const open = [...judged.open, ...unsure];
  const said = open.length > 0 ? { conditions: open } : {};
  if (deliverTo !== undefined) {
    return { ...forward(intoPod(deliverTo, flow, journey, reply)), ...said };
  }
  const name =
    interfaceKey === undefined
      ? formatAddress(flow.destination)
      : nameOfInterface(network, interfaceKey);
  const isNobodys = flow.destination.kind === 'exact' && owners.length === 0;
  return {
    hop,
    next: { kind: 'stop', disposition: { kind: 'delivered', to: name }, reply },
    ...said,
    ...(isNobodys ? { assumptions: [somethingAnswers(name)] } : {}),
  };
}

function interfaceOf(owners: readonly FoundOwner[]): string | undefined {
  const held = owners.find(
    ({ certainty, owner }) => certainty === 'yes' && owner.kind === 'network-interface',
  )?.owner;
  return held?.kind === 'network-interface' ? held.interfaceKey : undefined;
}

function replyFrom(subnetKey: string, flow: Flow): Placed {
  const sender = formatAddress(flow.destination);
  return { at: { kind: 'leaving-subnet', subnetKey, sender }, flow: replyTo(flow) };
}

/** The box that translated the request is the one its answer is addressed to. */
function translatorOf(network: Network, flow: Flow, journey: Journey): Position | undefined {
  const session = journey.sessions.find((one) => sameAddress(one.left.source, flow.destination));
  if (session === undefined) return undefined;
  if (network.firewalls.has(session.boxKey)) {
    return { kind: 'firewall', firewallKey: session.boxKey };
  }
  return network.perimeter.applicationGateways.has(session.boxKey)
    ? { kind: 'application-gateway', gatewayKey: session.boxKey, frontendKey: '' }
    : undefined;
}

/** The box at an address that looks at flows by itself. A Service's front end before the load balancer that serves it. */
function boxAt(
  network: Network,
  owners: readonly FoundOwner[],
  flow: Flow,
  subnetKey: string,
): Position | undefined {
  const { symbol } = flow.destination;
  const api = network.clusters.find(
    (cluster) =>
      symbol !== undefined &&
      cluster.cluster !== undefined &&
      apiServerPrivateAddress(network, cluster).symbol === symbol,
  );
  if (api !== undefined) return { kind: 'api-server', cluster: api, subnetKey };
  let balancer: Position | undefined;
  for (const { owner, certainty } of owners) {
    if (certainty !== 'yes') continue;
    switch (owner.kind) {
      case 'firewall-private':
        return { kind: 'firewall', firewallKey: owner.firewall.firewall.key };
      case 'private-endpoint':
        return { kind: 'private-endpoint', endpointKey: owner.endpoint.key };
      case 'service-frontend':
        // A front end has no interface: the NSG of the nodes' subnet decides (aks.md 8.5), in the load balancer's hop.
        return { kind: 'service-frontend', cluster: owner.cluster, frontend: owner.frontend };
      case 'application-gateway-frontend':
        return {
          kind: 'application-gateway',
          gatewayKey: owner.gatewayKey,
          frontendKey: owner.frontendKey,
        };
      case 'load-balancer-frontend':
        balancer = {
          kind: 'load-balancer',
          loadBalancer: owner.loadBalancer,
          frontendKey: owner.frontend.key,
        };
        break;
      default:
    }
  }
  return balancer;
}

/** The receiving pod knows its sender as a pod only while the sender's own address is on the flow. */
function intoPod(
  deliverTo: DeliverTo,
  flow: Flow,
  journey: Journey,
  reply: Placed,
): Position & { kind: 'entering-pod' } {
  const { address, cluster, pod, isNode } = journey.sender;
  const isOwn = cluster === deliverTo.cluster;
  const isAsSent = sameAddress(address, flow.source);
  return {
    kind: 'entering-pod',
    cluster: deliverTo.cluster,
    pod: deliverTo.pod,
    from:
      isOwn && isAsSent && pod !== undefined
        ? { kind: 'pod', pod, address: flow.source }
        : {
            kind: 'address',
            address: flow.source,
            ...(isOwn && isAsSent && isNode ? { isNode: 'some-node' as const } : {}),
          },
    arrival: 'direct',
    ...(deliverTo.throughService === undefined ? {} : { throughService: true }),
    reply,
  };
}

/**
 * What nobody knows about a number that no certain owner has: a front end, endpoint or gateway of the subnet may have
 * been given it, or a pod with policies of its own.
 */
function strangers(
  { network, policies }: TraceContext,
  placement: SubnetPlacement | undefined,
  owners: readonly FoundOwner[],
  flow: Flow,
): readonly MissingFact[] {
  if (flow.destination.kind !== 'exact' || placement === undefined) return [];
  if (owners.some(({ certainty }) => certainty === 'yes')) return [];
  const text = formatAddress(flow.destination);
  const labels = [...new Set(owners.map(({ address }) => address.label))];
  if (labels.length > 0) {
    const more = labels.length > 2 ? `, or ${labels.length - 2} more` : '';
    return [{ missing: `whether ${text} is ${labels.slice(0, 2).join(', or ')}${more}` }];
  }
  const cluster = network.clusters.find(
    ({ pools, policyEngine }) =>
      policyEngine !== 'none' &&
      pools.some(({ podSubnet }) => podSubnet.kind === 'found' && podSubnet.target === placement),
  );
  return cluster === undefined || policies.policies.length === 0
    ? []
    : [{ missing: `which pod has the address ${text}` }];
}

function nameOfInterface(network: Network, key: string): string {
  return `network interface ${network.perimeter.networkInterfaces.get(key)?.name ?? key}`;
}
