import type { FlowRule } from '../../flows/index.ts';
import { equalIp } from '../../net/index.ts';
import { findOwner } from '../../network/index.ts';
import type { EffectiveRoute } from '../../semantics/routes/effective-route.ts';
import { type RouteEffect, routeRules } from '../../semantics/routes/symbolic.ts';
import type { Decider } from '../../semantics/verdict.ts';
import { isUnknown } from '../../values/index.ts';
import { type Branch, cut, type Ending, ends, open, type Session, type Step } from '../branch.ts';
import { AS_SENT, type End } from '../header.ts';
import { toldOnce, type World } from '../world.ts';
import { nameOfSubnet } from './leaving-subnet.ts';

/** How many routers an answer passes before it is taken to run in circles. */
const ANSWER_HOPS_MAX = 8;

/**
 * The way of the answer, by routing alone: filters remember what they let through. It must come by every firewall that opened a
 * session, in reverse, and by no other: a firewall drops an answer whose question it never saw, and the rest of a connection
 * whose answer it never sees (AFW-E06).
 * @param from the subnet where the answer sets out
 */
export function answeredFrom(
  world: World,
  branch: Branch,
  from: string,
  arrived: Ending,
): readonly Step[] {
  return back(world, branch, { from, arrived, left: branch.sessions, to: branch.header.source }, 0);
}

/** The flow left by a firewall's public address: the answer finds it there. */
export function answeredAtFirewall(world: World, branch: Branch, arrived: Ending): readonly Step[] {
  return handedBack(world, branch, { from: '', arrived, left: branch.sessions, to: AS_SENT }, 0);
}

/** Something that answers straight to the address it was called from, around every route table (AZS-31). */
export function answeredDirectly(world: World, branch: Branch, arrived: Ending): readonly Step[] {
  const last = branch.sessions.at(-1);
  const answer = { from: '', arrived, left: branch.sessions, to: branch.header.source };
  if (last !== undefined && last.before !== last.after) return handedBack(world, branch, answer, 0);
  const by: Decider = { kind: 'platform', name: 'the answer goes straight to the sender' };
  return [arrives(world, branch, answer, by)];
}

interface Answer {
  readonly from: string;
  readonly arrived: Ending;
  /** Sessions that still wait for the answer; the last opened one is met first. */
  readonly left: readonly Session[];
  /** Whom the answer is addressed to here. */
  readonly to: End;
}

function back(world: World, branch: Branch, answer: Answer, hops: number): readonly Step[] {
  const { from, to } = answer;
  const name = nameOfSubnet(world, from);
  if (hops === ANSWER_HOPS_MAX) {
    return [open(branch, { missing: `whether the answer ever leaves ${name}` })];
  }
  const turned = { ...branch, header: { ...branch.header, source: to, destination: AS_SENT } };
  const { parts, rest } = cut(turned, returnRoutes(world, from), {
    box: 'subnet',
    name,
    stage: 'return route',
  });
  const restored = (part: Branch): Branch => ({ ...part, header: branch.header });
  const steps = parts.flatMap(({ branch: part, effect, by }) =>
    follow(world, restored(part), answer, effect, by, hops),
  );
  if (rest === undefined) return steps;
  return [...steps, open(restored(rest), { missing: `the routes of ${name}` })];
}

/** Routes as an answer reads them: by its destination, which is the source of the flow. */
function returnRoutes(world: World, subnetKey: string): readonly FlowRule<RouteEffect, Decider>[] {
  return toldOnce(world, `return routes ${subnetKey}`, () =>
    routeRules(world.network, subnetKey).map((rule) => ({
      ...rule,
      region: rule.region.map(({ destinations, ...box }) =>
        destinations === undefined ? box : { ...box, sources: destinations },
      ),
    })),
  );
}

function follow(
  world: World,
  branch: Branch,
  answer: Answer,
  route: RouteEffect,
  by: Decider,
  hops: number,
): readonly Step[] {
  if (route === 'platform') return [lost(branch, by)];
  const { nextHopType } = route;
  const last = answer.left.at(-1);
  if (isUnknown(nextHopType)) {
    return [open(branch, { missing: nextHopType.missing, at: nextHopType.at })];
  }
  switch (nextHopType) {
    case 'VnetLocal':
    case 'VNetPeering':
    case 'VNetGlobalPeering':
      // Addressed to the firewall that put its own address there, or to the sender.
      if (last !== undefined && last.before !== last.after) {
        return handedBack(world, branch, answer, hops);
      }
      return [arrives(world, branch, answer, by)];
    case 'VirtualAppliance':
    case 'VirtualApplianceEcmp':
      return throughFirewall(world, branch, answer, route, by, hops);
    case 'Internet':
      return branch.home?.kind === 'subnet'
        ? [lost(branch, by)]
        : [arrives(world, branch, answer, by)];
    case 'VirtualNetworkGateway':
      return branch.home?.kind === 'on-premises'
        ? [arrives(world, branch, answer, by)]
        : [open(branch, { missing: 'what the network behind the gateway does with the answer' })];
    case 'None':
      return [lost(branch, by)];
    default:
      return [arrives(world, branch, answer, by)];
  }
}

/** The firewall takes the answer, undoes its translation and routes on from its own subnet. */
function handedBack(world: World, branch: Branch, answer: Answer, hops: number): readonly Step[] {
  const session = answer.left.at(-1);
  if (session === undefined) return [ends(branch, answer.arrived)];
  const placement = world.network.firewalls.get(session.firewallKey);
  if (placement?.subnet.kind !== 'found') {
    const name = placement?.firewall.name ?? session.firewallKey;
    return [open(branch, { missing: `the network of ${name} (its subnet is not in the input)` })];
  }
  const rest = answer.left.slice(0, -1);
  if (branch.home?.kind === 'internet' && rest.length === 0) return [ends(branch, answer.arrived)];
  const from = placement.subnet.target.subnet.key;
  return back(world, branch, { ...answer, from, left: rest, to: session.before }, hops + 1);
}

function throughFirewall(
  world: World,
  branch: Branch,
  answer: Answer,
  route: EffectiveRoute,
  by: Decider,
  hops: number,
): readonly Step[] {
  const firewall = firewallAt(world, answer.from, route);
  const name = route.nextHops.map((hop) => (isUnknown(hop) ? hop.text : '')).join('');
  if (firewall === undefined) {
    return [
      open(branch, {
        missing: `what takes the answer at the next hop of ${by.name} ${name}`.trim(),
      }),
    ];
  }
  const last = answer.left.at(-1);
  if (last?.firewallKey !== firewall.key) {
    const dropped = {
      ...by,
      name: `${firewall.name} never saw the request this answers (${by.name})`,
    };
    return [ends(branch, { kind: 'broken', by: { ...dropped, fact: 'AFW-E06' } })];
  }
  if (last.before !== last.after) {
    // The route leads to the address that all instances share (AFW-E04).
    const missing = `which instance of ${firewall.name} gets the answer: route ${route.name} leads to the address they share`;
    return [open(branch, { missing }), ...handedBack(world, branch, answer, hops)];
  }
  return handedBack(world, branch, answer, hops);
}

function firewallAt(world: World, from: string, { nextHops }: EffectiveRoute) {
  const [hop] = nextHops;
  if (hop === undefined || nextHops.length > 1) return undefined;
  if (isUnknown(hop) && hop.symbol === undefined) return undefined;
  const address = isUnknown(hop)
    ? ({
        kind: 'within',
        addresses: { v4: [0, 0xffff_ffff], v6: [] },
        symbol: hop.symbol!,
      } as const)
    : ({ kind: 'exact', ip: hop } as const);
  const vnetKey = world.network.subnets.get(from)?.vnet.key;
  const found = findOwner(world.network, address, vnetKey === undefined ? {} : { vnetKey }).find(
    ({ owner, certainty, address: known }) =>
      owner.kind === 'firewall-private' &&
      (certainty === 'yes' ||
        (known.likely !== undefined && !isUnknown(hop) && equalIp(known.likely, hop))),
  );
  return found?.owner.kind === 'firewall-private' ? found.owner.firewall.firewall : undefined;
}

function arrives(world: World, branch: Branch, { left, arrived }: Answer, by: Decider): Step {
  const blind = left.at(-1);
  if (blind === undefined) return ends(branch, arrived);
  const name = world.network.firewalls.get(blind.firewallKey)?.firewall.name ?? blind.firewallKey;
  const text = `${name} saw the request and never its answer (${by.name})`;
  return ends(branch, { kind: 'broken', by: { ...by, name: text, fact: 'AFW-E06' } });
}

function lost(branch: Branch, by: Decider): Step {
  return ends(branch, { kind: 'broken', by: { ...by, name: `the answer is lost at ${by.name}` } });
}
