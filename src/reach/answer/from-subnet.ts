import { assertNever } from '../../diagnostics/index.ts';
import type { FlowRule } from '../../flows/index.ts';
import { addressSetCovers, addressSetsOverlap } from '../../net/index.ts';
import { findOwner, type SubnetPlacement, vnetReaches } from '../../network/index.ts';
import type { EffectiveRoute } from '../../semantics/routes/effective-route.ts';
import { type RouteEffect, routeRules } from '../../semantics/routes/symbolic.ts';
import type { Decider } from '../../semantics/verdict.ts';
import { isUnknown } from '../../values/index.ts';
import { type Branch, cut, open, provided, type Step } from '../branch.ts';
import { type End, likeEnd, sameEnd } from '../header.ts';
import { nameOfSubnet } from '../hops/leaving-subnet.ts';
import { limited, split } from '../split.ts';
import { toldOnce, type World } from '../world.ts';
import { type Answer, type AnswerPlace, answers, arrives, carry, isHome, lost } from './answer.ts';
import { subnetsSeenFrom } from './answered-home.ts';
import { toFirewall } from './to-firewall.ts';

/** A part of an answer that one route takes. */
export interface AnswerRouted {
  readonly world: World;
  readonly at: AnswerPlace & { readonly kind: 'leaving-subnet' };
  readonly branch: Branch;
  readonly answer: Answer;
  readonly route: EffectiveRoute;
  readonly by: Decider;
}

/** Out of a subnet by its routes; its security group lets answers pass. */
export function fromSubnet(
  world: World,
  branch: Branch,
  answer: Answer,
  at: AnswerRouted['at'],
): readonly Step[] {
  const name = nameOfSubnet(world, at.subnetKey);
  const turned = { ...branch, header: { ...branch.header, source: answer.to } };
  const box = { box: 'subnet', name, stage: 'return route' };
  const { parts, rest } = cut(turned, returnRoutes(world, at.subnetKey), box);
  const restored = (part: Branch): Branch => ({ ...part, header: branch.header });
  const steps = parts.flatMap(({ branch: part, effect, by, doubts }): readonly Step[] => {
    const there = restored(part);
    const doubted = doubts.length === 0 ? [] : [open(there, ...doubts)];
    if (effect === 'platform') return [...doubted, lost(there, by)];
    return [...doubted, ...follow({ world, at, branch: there, answer, route: effect, by })];
  });
  return rest === undefined
    ? steps
    : [...steps, open(restored(rest), { missing: `the routes of ${name}` })];
}

/** Routes as an answer reads them: by its destination, which is a source of the flow. */
function returnRoutes(world: World, subnetKey: string): readonly FlowRule<RouteEffect, Decider>[] {
  return toldOnce(world, `return routes ${subnetKey}`, () =>
    routeRules(world.network, subnetKey).map((rule) => ({
      ...rule,
      region: rule.region.map(({ destinations, destinationIs, ...box }) => ({
        ...box,
        ...(destinations === undefined ? {} : { sources: destinations }),
        ...(destinationIs === undefined ? {} : { sourceIs: destinationIs }),
      })),
    })),
  );
}

function follow(here: AnswerRouted): readonly Step[] {
  const { world, at, branch, answer, route, by } = here;
  const { nextHopType } = route;
  if (isUnknown(nextHopType)) {
    return [open(branch, { missing: nextHopType.missing, at: nextHopType.at })];
  }
  switch (nextHopType) {
    case 'VirtualAppliance':
    case 'VirtualApplianceEcmp':
      return toFirewall(here);
    case 'Internet':
      return carry(world, branch, asCalled(branch, answer), { kind: 'internet' });
    case 'VnetLocal':
    case 'VNetPeering':
    case 'VNetGlobalPeering':
      return insideNetwork(here);
    case 'InterfaceEndpoint':
      return [open(branch, { missing: 'whether a private endpoint ever sends' })];
    case 'VirtualNetworkServiceEndpoint':
      // Nobody says with which source the answer of a translated flow reaches the service.
      return branch.sessions.length === 0
        ? [arrives(world, branch, answer)]
        : [open(branch, { missing: 'how the answer passes the service endpoint' })];
    case 'VirtualNetworkGateway': {
      const vnetKey = world.network.subnets.get(at.subnetKey)?.vnet.key;
      const by = vnetKey === undefined ? {} : { vnetKey };
      return carry(world, branch, answer, { kind: 'behind-gateway', way: 'out', ...by });
    }
    case 'None':
      return [lost(branch, by)];
    default:
      return assertNever(nextHopType);
  }
}

/** Out of an interface that was called by its public address: the platform puts that address back (AZN-37). */
function asCalled({ sessions }: Branch, answer: Answer): Answer {
  const session = sessions.find((one) => one.kind === 'public-address' && answers(one, answer));
  if (session === undefined) return answer;
  return { ...answer, to: session.before.source, from: session.before.destination };
}

/** An answer goes back to where its question set out, whatever other subnet might hold such an address. */
function insideNetwork(here: AnswerRouted): readonly Step[] {
  const { world, at, branch, answer } = here;
  const { network } = world;
  const { home } = branch;
  const into = (part: Branch, subnetKey: string) =>
    carry(world, part, answer, { kind: 'entering-subnet', subnetKey });
  if (isHome(branch, answer) && home?.kind === 'subnet') return into(branch, home.subnetKey);
  const from = network.subnets.get(at.subnetKey)?.vnet.key;
  const subnets = subnetsSeenFrom(world, from);
  if (answer.to.kind === 'one-of') return toSubnetOf(here, answer.to, subnets, from, into);
  const steps: Step[] = [];
  let left: Branch | undefined = branch;
  for (const subnet of subnets) {
    if (left === undefined) break;
    const part: Branch | undefined = limited(left, 'source', subnet.addresses);
    if (part === undefined) continue;
    const isSure = from === undefined || vnetReaches(network, from, subnet.vnet.key) === 'yes';
    const doubt = { missing: `whether the sender lies in ${subnet.subnet.name}` };
    steps.push(...into(isSure ? part : provided(part, doubt), subnet.subnet.key));
    if (!isSure) steps.push(open(part, doubt));
    left = split(left, 'source', subnet.addresses).outside;
  }
  if (left !== undefined) steps.push(open(left, { missing: 'which subnet holds the sender' }));
  return steps;
}

function toSubnetOf(
  { world, branch, answer }: AnswerRouted,
  to: End & { readonly kind: 'one-of' },
  subnets: readonly SubnetPlacement[],
  from: string | undefined,
  into: (part: Branch, subnetKey: string) => readonly Step[],
): readonly Step[] {
  const hits = subnets.filter(({ addresses }) => addressSetsOverlap(addresses, to.addresses));
  const sure = hits.find(
    ({ addresses, vnet }) =>
      addressSetCovers(addresses, to.addresses) &&
      (from === undefined || vnetReaches(world.network, from, vnet.key) === 'yes'),
  );
  const only = sure ?? (hits.length === 1 ? hits[0] : undefined);
  if (only !== undefined) {
    if (sure !== undefined) return into(branch, only.subnet.key);
    const doubt = { missing: `whether ${to.label} lies in ${only.subnet.name}` };
    return [...into(provided(branch, doubt), only.subnet.key), open(branch, doubt)];
  }
  const owner = findOwner(
    world.network,
    likeEnd(to),
    from === undefined ? {} : { vnetKey: from },
  )[0];
  if (owner?.certainty === 'yes' && owner.owner.kind === 'firewall-private') {
    const { key } = owner.owner.firewall.firewall;
    return carry(world, branch, answer, { kind: 'firewall', firewallKey: key });
  }
  return [open(branch, { missing: `which subnet holds ${to.label}` })];
}

/** In a subnet: at the sender, or at the firewall whose address the question had. */
export function intoSubnet(
  world: World,
  branch: Branch,
  answer: Answer,
  subnetKey: string,
): readonly Step[] {
  if (isHome(branch, answer)) return [arrives(world, branch, answer)];
  const translator = branch.sessions.find(({ after }) => sameEnd(after.source, answer.to));
  if (translator?.kind === 'firewall') {
    const { firewallKey } = translator;
    return carry(world, branch, answer, { kind: 'firewall', firewallKey });
  }
  if (translator?.kind === 'gateway' && answers(translator, answer)) {
    const { before, subnetKey: own } = translator;
    const proxied = { ...answer, to: before.source, from: before.destination };
    return carry(world, branch, proxied, { kind: 'leaving-subnet', subnetKey: own });
  }
  const missing = `who gets the answer in ${nameOfSubnet(world, subnetKey)}`;
  return [open(branch, { missing })];
}
