import { PLATFORM_ADDRESSES, PRIVATE_IPV4 } from '../../network/index.ts';
import { type Branch, open, type Step } from '../branch.ts';
import { sameEnd } from '../header.ts';
import { split } from '../split.ts';
import type { World } from '../world.ts';
import { type Answer, answers, arrives, carry, isHome, lost } from './answer.ts';

/** An answer on the internet: to the client, or to whoever put a public address on the question. */
export function onInternet(world: World, branch: Branch, answer: Answer): readonly Step[] {
  const turned: Branch = {
    ...branch,
    header: { ...branch.header, source: answer.to, destination: answer.from },
  };
  const restored = (part: Branch): Branch => ({ ...part, header: branch.header });
  const steps: Step[] = [];
  let left: Branch | undefined = turned;
  for (const [side, set, name] of [
    ['source', PLATFORM_ADDRESSES, 'the Azure host, which answers only its own machines'],
    ['source', PRIVATE_IPV4, 'a private address, which nothing on the internet reaches'],
    ['destination', PRIVATE_IPV4, 'a private address, which nothing on the internet can answer'],
  ] as const) {
    if (left === undefined) break;
    const cut = split(left, side, set);
    if (cut.inside !== undefined)
      steps.push(lost(restored(cut.inside), { kind: 'platform', name }));
    left = cut.outside;
  }
  if (left === undefined) return steps;
  return [...steps, ...received(world, restored(left), answer)];
}

function received(world: World, branch: Branch, answer: Answer): readonly Step[] {
  if (isHome(branch, answer)) return [arrives(world, branch, answer)];
  const translator = branch.sessions.find(
    ({ kind, after }) => kind === 'firewall' && sameEnd(after.source, answer.to),
  );
  if (translator?.kind === 'firewall') {
    const { firewallKey } = translator;
    return carry(world, branch, answer, { kind: 'firewall', firewallKey, isFromInternet: true });
  }
  const outbound = branch.sessions.find((one) => one.kind === 'outbound' && answers(one, answer));
  if (outbound?.kind === 'outbound') {
    const { before, subnetKey } = outbound;
    const inside = { ...answer, to: before.source, from: before.destination };
    return carry(world, branch, inside, { kind: 'entering-subnet', subnetKey });
  }
  return [open(branch, { missing: 'who gets the answer on the internet' })];
}
