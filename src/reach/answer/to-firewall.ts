import { ALL_IPV4, addressSetCovers, equalIp } from '../../net/index.ts';
import { type AddressLike, findOwner, PRIVATE_IPV4 } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { ends, open, provided, type Step } from '../branch.ts';
import { sameEnd } from '../header.ts';
import { carry } from './answer.ts';
import type { AnswerRouted } from './from-subnet.ts';

/**
 * The route of an answer names an appliance. One that leads to the address all instances of a firewall share may bring it to an
 * instance that never saw the question (azure-firewall.md 3).
 */
export function toFirewall(here: AnswerRouted): readonly Step[] {
  const { world, at, branch, answer, route, by } = here;
  const { network } = world;
  const where = by.at === undefined ? {} : { at: by.at };
  const [nextHop, second] = route.nextHops;
  if (nextHop === undefined) {
    return [ends(branch, { kind: 'broken', by })];
  }
  if (second !== undefined || (isUnknown(nextHop) && nextHop.symbol === undefined)) {
    return [open(branch, { missing: `which appliance takes the answer (${by.name})`, ...where })];
  }
  const address: AddressLike = isUnknown(nextHop)
    ? { kind: 'within', addresses: ALL_IPV4, symbol: nextHop.symbol as string }
    : { kind: 'exact', ip: nextHop };
  const vnetKey = network.subnets.get(at.subnetKey)?.vnet.key;
  const owners = findOwner(network, address, vnetKey === undefined ? {} : { vnetKey });
  const found = owners.find(({ owner, isGuess }) => !isGuess && owner.kind === 'firewall-private');
  if (found?.owner.kind !== 'firewall-private') {
    return [
      open(branch, { missing: `what takes the answer at the next hop of ${by.name}`, ...where }),
    ];
  }
  const { firewall } = found.owner.firewall;
  if (at.firewallKey === firewall.key) {
    const name = `the answer comes back to ${firewall.name}`;
    return [ends(branch, { kind: 'broken', by: { ...by, name } })];
  }
  const onward = (from: typeof branch) =>
    carry(world, from, answer, { kind: 'firewall', firewallKey: firewall.key });
  const doubts = [];
  const isToInstance =
    answer.to.kind === 'one-of' &&
    addressSetCovers(PRIVATE_IPV4, answer.to.addresses) &&
    branch.sessions.some(
      (session) =>
        session.kind === 'firewall' &&
        session.firewallKey === firewall.key &&
        session.after.source !== session.before.source &&
        sameEnd(session.after.source, answer.to),
    );
  if (isToInstance) {
    const missing = `which instance of ${firewall.name} gets the answer: route ${route.name} leads to the address they share`;
    doubts.push({ missing, ...where });
  }
  const { likely } = found.address;
  const isLikely = likely !== undefined && !isUnknown(nextHop) && equalIp(likely, nextHop);
  if (found.certainty !== 'yes' && !isLikely) {
    doubts.push({ missing: `whether the next hop of ${by.name} is ${firewall.name}`, ...where });
  }
  return doubts.length === 0
    ? onward(branch)
    : [open(branch, ...doubts), ...onward(provided(branch, ...doubts))];
}
