import type { Condition, FlowRule } from '../../flows/index.ts';
import { addressSetCovers, unionAddresses } from '../../net/index.ts';
import { type FirewallPlacement, PRIVATE_IPV4 } from '../../network/index.ts';
import { firewallNameRules, type NameEffect } from '../../semantics/dns/symbolic.ts';
import type { Decider } from '../../semantics/verdict.ts';
import { type Branch, cut, ends, open, type Step } from '../branch.ts';
import { type End, sameEnd } from '../header.ts';
import { outside } from '../outside.ts';
import { toldOnce, type World } from '../world.ts';

/** Where a firewall goes with what an application rule let through. */
export interface Connected {
  readonly onward: readonly Branch[];
  readonly stopped: readonly Step[];
}

/**
 * An application rule ends at the name: the firewall resolves it itself and connects there (AFW-47), or for HTTPS that it does not
 * inspect to where the client's packet went (AFW-48). A name that it cannot resolve it cannot reach (AFW-E35).
 * @param isResolving false for the built-in collection, which only needs the name to exist
 */
export function connected(
  world: World,
  placement: FirewallPlacement,
  branch: Branch,
  isResolving: boolean,
): Connected {
  const { firewall: view, subnet } = placement;
  if (subnet.kind !== 'found') return { onward: [branch], stopped: [] };
  const rules = toldOnce(world, `names with hosts ${view.key}`, () => hosted(world, placement));
  const { parts, rest } = cut(branch, rules, { box: 'firewall', name: view.name, stage: 'dns' });
  const onward: Branch[] = rest === undefined ? [] : [{ ...rest, trail: branch.trail }];
  const stopped: Step[] = [];
  const doubted: Branch[] = [];
  let need: Condition | undefined;
  for (const { branch: part, effect, doubts } of parts) {
    // What the walk does with a name of which nobody can tell is to take the client's word.
    const trail = branch.trail;
    const here: Branch = { ...part, trail, needs: branch.needs };
    if (doubts.length > 0) {
      onward.push(here);
      doubted.push(here);
      [need = need] = doubts;
    } else if (effect.answer.kind === 'nxdomain') {
      const name = `${view.name} cannot resolve the name`;
      const by: Decider = { kind: 'platform', name, fact: 'AFW-E35' };
      stopped.push(ends(part, { kind: 'denied', by }));
    } else {
      const { destination } = here.header;
      const again = isResolving ? resolved(world, destination, effect.answer) : destination;
      const end = effect.isSure || sameEnd(again, destination) ? again : either(destination, again);
      onward.push({ ...here, header: { ...here.header, destination: end } });
    }
  }
  if (need !== undefined) {
    for (const each of together(doubted)) stopped.push(open(each, need));
  }
  return { onward: together(onward), stopped };
}

/** Flows with one destination go on as one: of one cut, with nothing else between them. O(branches · destinations). */
function together(branches: readonly Branch[]): readonly Branch[] {
  const groups: Branch[] = [];
  for (const branch of branches) {
    const { destination } = branch.header;
    const at = groups.findIndex((one) => sameEnd(one.header.destination, destination));
    const known = groups[at];
    if (known === undefined) groups.push(branch);
    else groups[at] = { ...known, flows: branch.sets.table.override(known.flows, branch.flows) };
  }
  return groups;
}

interface Hosted {
  readonly answer: NameEffect;
  /** Plain HTTP: where the firewall resolves it to, whatever the client saw. */
  readonly isSure: boolean;
}

function hosted(world: World, placement: FirewallPlacement): readonly FlowRule<Hosted, Decider>[] {
  const rules = firewallNameRules(world.network, placement);
  return (['http', 'https'] as const).flatMap((application) =>
    rules.map(({ region, effect, by }) => ({
      region: region.map((box) => ({ ...box, applications: [application] })),
      effect: { answer: effect, isSure: application === 'http' },
      by,
    })),
  );
}

/** A public answer differs from what the client saw only where that was a private one. */
function resolved(world: World, seen: End, answer: NameEffect): End {
  if (answer.kind === 'private') {
    const { addresses, symbol } = answer;
    const label = 'the private address of the name';
    return { kind: 'one-of', addresses, label, ...(symbol === undefined ? {} : { symbol }) };
  }
  const isPrivate = seen.kind === 'one-of' && addressSetCovers(PRIVATE_IPV4, seen.addresses);
  if (answer.kind !== 'public' || !isPrivate) return seen;
  return { kind: 'one-of', addresses: outside(world), label: 'the name' };
}

function either(a: End, b: End): End {
  if (a.kind === 'as-sent' || b.kind === 'as-sent') return a;
  return {
    kind: 'one-of',
    addresses: unionAddresses(a.addresses, b.addresses),
    label: `${a.label}, or ${b.label}`,
  };
}
