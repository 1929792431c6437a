import { addressSetCovers } from '../../net/index.ts';
import { PRIVATE_IPV4, type SubnetPlacement, subnetOf, vnetReaches } from '../../network/index.ts';
import { type Branch, type Ending, open, type Step } from '../branch.ts';
import { likeEnd } from '../header.ts';
import { limited, split } from '../split.ts';
import type { World } from '../world.ts';
import { type AnswerPlace, answered } from './answer.ts';

/**
 * Answered straight into the sender's network, around every route table: by a private endpoint (AZS-31), or by a service behind a
 * service endpoint.
 * @param vnetKey the network it answers into
 * @param otherwise where it goes when nobody knows where the sender is; absent: nobody can tell
 */
export function answeredHome(
  world: World,
  branch: Branch,
  arrived: Ending,
  vnetKey: string | undefined,
  otherwise?: AnswerPlace,
): readonly Step[] {
  const { source } = branch.header;
  const into = (part: Branch, { subnet }: SubnetPlacement) =>
    answered(world, part, arrived, { kind: 'entering-subnet', subnetKey: subnet.key });
  const nobody = (part: Branch): readonly Step[] =>
    otherwise === undefined
      ? [open(part, { missing: 'the way of the answer' })]
      : answered(world, part, arrived, otherwise);
  const byGateway = (part: Branch): readonly Step[] =>
    answered(world, part, arrived, {
      kind: 'behind-gateway',
      way: 'out',
      ...(vnetKey === undefined ? {} : { vnetKey }),
    });
  if (source.kind === 'one-of') {
    const hits = subnetOf(world.network, likeEnd(source), vnetKey);
    const home =
      hits.find(({ certainty }) => certainty === 'yes') ??
      (hits.length === 1 ? hits[0] : undefined);
    if (home !== undefined) return into(branch, home.subnet);
    const isPrivate = addressSetCovers(PRIVATE_IPV4, source.addresses);
    return hits.length > 0 || !isPrivate ? nobody(branch) : byGateway(branch);
  }
  const steps: Step[] = [];
  let left: Branch | undefined = branch;
  for (const subnet of subnetsSeenFrom(world, vnetKey)) {
    if (left === undefined) return steps;
    const part: Branch | undefined = limited(left, 'source', subnet.addresses);
    if (part === undefined) continue;
    steps.push(...into(part, subnet));
    left = split(left, 'source', subnet.addresses).outside;
  }
  if (left === undefined) return steps;
  const { inside, outside } = split(left, 'source', PRIVATE_IPV4);
  if (inside !== undefined) steps.push(...byGateway(inside));
  if (outside !== undefined) steps.push(...nobody(outside));
  return steps;
}

/** Subnets of a network and of those it is peered with; its own first. All of them when the network is not known. */
export function subnetsSeenFrom(
  { network }: World,
  vnetKey: string | undefined,
): readonly SubnetPlacement[] {
  const all = [...network.subnets.values()];
  if (vnetKey === undefined) return all;
  const own = all.filter(({ vnet }) => vnet.key === vnetKey);
  const peers = all.filter(
    ({ vnet }) => vnet.key !== vnetKey && vnetReaches(network, vnetKey, vnet.key) !== 'no',
  );
  return [...own, ...peers];
}
