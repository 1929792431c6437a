import { PUBLIC_IPV4 } from '../../network/index.ts';
import { type Branch, ends, open, type Session, type Step } from '../branch.ts';
import { split } from '../split.ts';
import type { World } from '../world.ts';
import { type Answer, type AnswerPlace, answers, carry } from './answer.ts';

/** A firewall passes the answer to a session it saw begin, undoes its translation and routes on; anything else it drops (AFW-E06). */
export function atFirewall(
  world: World,
  branch: Branch,
  answer: Answer,
  place: AnswerPlace & { readonly kind: 'firewall' },
): readonly Step[] {
  const { firewallKey } = place;
  const name = world.network.firewalls.get(firewallKey)?.firewall.name ?? firewallKey;
  const drop = (part: Branch, text: string): Step =>
    ends(part, { kind: 'broken', by: { kind: 'platform', name: text, fact: 'AFW-E06' } });
  const session = branch.sessions.find(
    (one) => one.kind === 'firewall' && one.firewallKey === firewallKey && answers(one, answer),
  );
  if (session === undefined) return [drop(branch, `${name} never saw the request this answers`)];
  // What left to a public address waits for its answer there; from inside it is a stranger (azure-firewall 3).
  if (place.isFromInternet === true) return undone(world, branch, answer, firewallKey, session);
  const seen = { ...branch, header: { ...branch.header, source: session.after.source } };
  const { inside, outside } = split(seen, 'source', PUBLIC_IPV4);
  const text = `${name} waits for the answer from the internet, and it comes from inside`;
  return [
    ...(inside === undefined ? [] : [drop({ ...inside, header: branch.header }, text)]),
    ...(outside === undefined
      ? []
      : undone(world, { ...outside, header: branch.header }, answer, firewallKey, session)),
  ];
}

/** Routed on by the firewall's own subnet. One of a virtual hub has none: its answers go to the internet, or to where they belong. */
function undone(
  world: World,
  branch: Branch,
  answer: Answer,
  firewallKey: string,
  { before }: Session,
): readonly Step[] {
  const here: Answer = {
    ...answer,
    to: before.source,
    from: before.destination,
    seenBy: [...answer.seenBy, firewallKey],
  };
  const placement = world.network.firewalls.get(firewallKey);
  if (placement?.subnet.kind === 'found') {
    const { key } = placement.subnet.target.subnet;
    return carry(world, branch, here, { kind: 'leaving-subnet', subnetKey: key, firewallKey });
  }
  const seen = { ...branch, header: { ...branch.header, source: here.to } };
  const { inside, outside } = split(seen, 'source', PUBLIC_IPV4);
  const steps: Step[] = [];
  if (inside !== undefined) {
    steps.push(...carry(world, { ...inside, header: branch.header }, here, { kind: 'internet' }));
  }
  if (outside === undefined) return steps;
  const rest = { ...outside, header: branch.header };
  if (rest.home?.kind === 'subnet') {
    const { subnetKey } = rest.home;
    steps.push(...carry(world, rest, here, { kind: 'entering-subnet', subnetKey }));
  } else {
    const name = placement?.firewall.name ?? firewallKey;
    steps.push(open(rest, { missing: `the network of ${name}` }));
  }
  return steps;
}
