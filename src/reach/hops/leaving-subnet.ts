import { assertNever } from '../../diagnostics/index.ts';
import type { FlowRule } from '../../flows/index.ts';
import type { PodClass } from '../../model/index.ts';
import type { ClusterPlacement, PoolPlacement } from '../../network/index.ts';
import { subnetNsgRules } from '../../semantics/nsg/symbolic.ts';
import type { EffectiveRoute } from '../../semantics/routes/effective-route.ts';
import { type RouteEffect, routeRules } from '../../semantics/routes/symbolic.ts';
import type { Decider } from '../../semantics/verdict.ts';
import { isUnknown } from '../../values/index.ts';
import { answeredHome } from '../answer/answered-home.ts';
import { type Branch, cut, ends, goesOn, open, type Place, type Step } from '../branch.ts';
import { toldOnce, type World } from '../world.ts';
import { betweenNodes, hasOverlay } from './between-nodes.ts';
import { filters } from './filter.ts';
import { interfaceFilter } from './interface-filter.ts';
import { intoNetwork } from './into-network.ts';
import { privateEndpoint } from './private-endpoint.ts';
import { toAppliance } from './to-appliance.ts';
import { toGateway } from './to-gateway.ts';
import { toInternet } from './to-internet.ts';

/** An interface in a subnet that sends. */
export interface Sending {
  readonly subnetKey: string;
  /** The node pool it is a node of: AKS gives it its way out to the internet. */
  readonly pool?: { readonly cluster: ClusterPlacement; readonly placement: PoolPlacement };
  /** The firewall that sends: it has put its own address on what leaves, so the platform translates nothing. */
  readonly firewallKey?: string;
  /** The interface that sends, when the input holds it: its own security group looks first (AZN-42). */
  readonly interfaceKey?: string;
  /** The Application Gateway that sends. */
  readonly gatewayName?: string;
  /** Answers pass security groups without being looked at. */
  readonly isAnswer?: true;
}

/** A part of a branch that one route takes. */
export interface Routed {
  readonly world: World;
  readonly at: Sending;
  readonly branch: Branch;
  readonly route: EffectiveRoute;
  readonly by: Decider;
}

/** A subnet's outbound side: its security group, then its effective routes (AZN-42, AZN-08). */
export function leavingSubnet(world: World, at: Sending): Place {
  return {
    key: `leaving ${at.subnetKey} ${at.firewallKey ?? at.gatewayName ?? at.interfaceKey ?? ''}`,
    ...(at.isAnswer ? {} : { isOne: true }),
    visit: (branch) => {
      const name = nameOfSubnet(world, at.subnetKey);
      if (at.isAnswer) return route(world, at, branch, name);
      const to = podOfOwnOverlay(at, branch);
      if (to !== undefined) return asNode(world, to, branch);
      const own = interfaceFilter(world, at.interfaceKey, at.subnetKey, 'Outbound');
      const box = { box: 'subnet', name, stage: 'nsg' };
      const { passed, stopped } = filters(branch, [
        ...(own === undefined ? [] : [own]),
        { rules: nsgOf(world, at.subnetKey, 'Outbound'), box },
      ]);
      return [...stopped, ...passed.flatMap((each) => route(world, at, each, name))];
    },
  };
}

/**
 * An address of the nodes' subnet calls a pod of their overlay, which no network routes to: a node of the pool, or nobody who gets there
 * (AKS-60). `undefined` for every other flow.
 */
function podOfOwnOverlay(
  { pool, interfaceKey, firewallKey, gatewayName }: Sending,
  { deliverTo }: Branch,
): ToPod | undefined {
  if (pool === undefined || deliverTo === undefined || deliverTo.pod.hostNetwork) return undefined;
  const isOther = [interfaceKey, firewallKey, gatewayName].some((one) => one !== undefined);
  const { cluster, placement } = pool;
  if (isOther || deliverTo.cluster !== cluster || !hasOverlay(cluster)) return undefined;
  return { cluster, pool: placement, pod: deliverTo.pod };
}

interface ToPod {
  readonly cluster: ClusterPlacement;
  readonly pool: PoolPlacement;
  readonly pod: PodClass;
}

/** What groups deny to a node is denied to everybody; the rest hangs on who has the address. */
function asNode(world: World, { cluster, pool, pod }: ToPod, branch: Branch): readonly Step[] {
  const sender = { pool, isAnyNode: true } as const;
  const { passed, stopped } = betweenNodes(world, cluster, sender, pod, branch);
  const { name } = cluster;
  const missing = `whether the sender is a node of ${name}: pods of its overlay are reached by its nodes alone`;
  return [...stopped, ...passed.map((each) => open(each, { missing }))];
}

export function nsgOf(
  world: World,
  subnetKey: string,
  direction: 'Inbound' | 'Outbound',
): readonly FlowRule<'allow' | 'deny', Decider>[] {
  return toldOnce(world, `nsg ${direction} ${subnetKey}`, () =>
    subnetNsgRules(world.network, subnetKey, direction),
  );
}

export function nameOfSubnet({ network }: World, subnetKey: string): string {
  return network.subnets.get(subnetKey)?.subnet.name ?? subnetKey.split('/').at(-1) ?? subnetKey;
}

function route(world: World, at: Sending, branch: Branch, name: string): readonly Step[] {
  const rules = toldOnce(world, `routes ${at.subnetKey}`, () =>
    routeRules(world.network, at.subnetKey),
  );
  const { parts, rest } = cut(branch, rules, { box: 'subnet', name, stage: 'route' });
  const steps = parts.flatMap(({ branch: part, effect, by, doubts }): readonly Step[] => {
    // A route nobody can tell leads to places that no walk knows: what is certain on all known ways is still not certain.
    const doubted =
      doubts.length === 0 || isByEndpoint(effect, branch) ? [] : [open(part, ...doubts)];
    if (effect === 'platform')
      return [...doubted, ends(part, { kind: 'left', to: 'the Azure host' })];
    return [...doubted, ...follow({ world, at, branch: part, route: effect, by })];
  });
  if (rest === undefined) return steps;
  return [
    ...steps,
    open(rest, { missing: `the subnet ${at.subnetKey}, which is not in the input` }),
  ];
}

/** A name whose addresses nobody knows may lie behind a service endpoint (AZN-15): both ways are known, and followed. */
function isByEndpoint(effect: RouteEffect, { header }: Branch): boolean {
  return (
    effect !== 'platform' &&
    effect.nextHopType === 'VirtualNetworkServiceEndpoint' &&
    header.destination.kind === 'one-of'
  );
}

/** Hands flows to whatever their route names. */
function follow(here: Routed): readonly Step[] {
  const { world, branch, route: taken, by } = here;
  const { nextHopType } = taken;
  if (isUnknown(nextHopType)) {
    return [open(branch, { missing: nextHopType.missing, at: nextHopType.at })];
  }
  switch (nextHopType) {
    case 'VirtualAppliance':
    case 'VirtualApplianceEcmp':
      return toAppliance(here);
    case 'Internet':
      return toInternet(here);
    case 'VnetLocal':
    case 'VNetPeering':
    case 'VNetGlobalPeering':
      return intoNetwork(here);
    case 'InterfaceEndpoint':
      return taken.endpoint === undefined
        ? [open(branch, { missing: 'the private endpoint at the destination' })]
        : [goesOn(branch, privateEndpoint(world, taken.endpoint.key))];
    case 'VirtualNetworkServiceEndpoint':
      return byServiceEndpoint(here);
    case 'VirtualNetworkGateway':
      return toGateway(here);
    case 'None':
      return [ends(branch, { kind: 'no-route', by })];
    default:
      return assertNever(nextHopType);
  }
}

/** The service answers the subnet it was called from, by the same backbone (azure-networking 6.1). */
function byServiceEndpoint({ world, at, branch }: Routed): readonly Step[] {
  const left = { kind: 'left', to: 'the platform service, by its service endpoint' } as const;
  const vnetKey = world.network.subnets.get(at.subnetKey)?.vnet.key;
  const own = { kind: 'entering-subnet', subnetKey: at.subnetKey } as const;
  return answeredHome(world, branch, left, vnetKey, at.firewallKey === undefined ? undefined : own);
}
