import type { AddressTerm, IpGroup, Reference, RuleSources } from '../../model/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { FlowAddress } from '../flow.ts';
import { matchAddresses } from '../match.ts';
import { anyOf, type Match, type MissingFact, NO, unknownMatch } from '../verdict.ts';
import type { FirewallContext } from './context.ts';

/**
 * Does one of the rule's sources hold the address? No source of any kind holds nothing; Kubernetes selectors are
 * always unknown, since what they add to the other sources is unpublished.
 * @see AFW-06, AFW-34, AFW-35
 */
export function matchSources(
  sources: RuleSources,
  address: FlowAddress,
  context: FirewallContext,
): Match {
  const match = matchTerms(sources.addresses, sources.ipGroups, address, context);
  const selector = sources.kubeSelectorGroups[0];
  if (selector === undefined) return match;
  const name = isUnknown(selector) ? selector.text : (selector.id.split('/').at(-1) ?? selector.id);
  const doubt: MissingFact = {
    missing: `which pods Kubernetes selector group \`${name}\` selects`,
    at: selector.at,
  };
  return { kind: 'unknown', why: [doubt, ...(match.kind === 'unknown' ? match.why : [])] };
}

/**
 * Does the list or one of the IP groups hold the address? `others` are further alternatives of the same side of the
 * rule. An empty IP group makes the rule be skipped; what happens when other alternatives remain is not documented.
 */
export function matchTerms(
  addresses: readonly AddressTerm[],
  ipGroups: readonly Reference[],
  address: FlowAddress,
  context: FirewallContext,
  others: readonly Match[] = [],
): Match {
  const matches = [matchAddresses(addresses, address, context.datasets), ...others];
  let empty: IpGroup | undefined;
  for (const reference of ipGroups) {
    const group = groupOf(reference, context);
    if ('missing' in group) matches.push({ kind: 'unknown', why: [group] });
    else if (group.addresses.length === 0) empty = group;
    else matches.push(matchAddresses(group.addresses, address, context.datasets));
  }
  const match = anyOf(matches);
  if (empty === undefined || match.kind === 'no') return match.kind === 'no' ? NO : match;
  return unknownMatch(
    `whether a rule is skipped when \`${empty.name}\` is empty and other addresses remain`,
    empty.at,
  );
}

function groupOf(reference: Reference, context: FirewallContext): IpGroup | MissingFact {
  if (isUnknown(reference)) return { missing: reference.missing, at: reference.at };
  const group = context.ipGroups.get(reference.key);
  if (group !== undefined && group.isReference !== true && group.exists === undefined) return group;
  const name = reference.id.split('/').at(-1) ?? reference.id;
  return { missing: `addresses of IP group \`${name}\``, at: reference.at };
}
