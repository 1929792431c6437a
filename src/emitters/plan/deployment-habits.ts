import type { Draft, Planning } from './draft.ts';
import { impliedNeeds } from './needs.ts';
import type { PlanValue } from './plan.ts';

/**
 * Order that no reference implies and that Azure wants all the same. Wishes: where one would close a cycle it is
 * given up (`breakCycles`).
 */
export function orderByHabit(planning: Planning): void {
  const drafts = [...planning.drafts.values()].filter((draft) => !draft.isExisting);
  const ofType = (type: string) => drafts.filter((draft) => draft.type.toLowerCase() === type);
  chainSiblings(ofType('microsoft.network/firewallpolicies/rulecollectiongroups'));
  chainSiblings(ofType('microsoft.network/virtualnetworks/subnets'));
  const groups = drafts.filter(({ type }) => /^microsoft\.resources\/resourcegroups$/i.test(type));
  for (const group of groups) {
    for (const draft of drafts) if (draft.scope === group.key) draft.order.add(group.key);
  }
  const rules = lastOfEachPolicy(ofType('microsoft.network/firewallpolicies/rulecollectiongroups'));
  for (const firewall of ofType('microsoft.network/azurefirewalls')) {
    // A policy cannot be changed while a firewall takes it up: the firewall comes after its rules.
    for (const key of impliedNeeds(firewall)) {
      const last = rules.get(key);
      if (last !== undefined) firewall.order.add(last);
    }
  }
  // Nodes call out while a cluster is made, and it fails when they cannot: its ways out come first.
  const ways = [
    ...ofType('microsoft.network/routetables/routes'),
    ...ofType('microsoft.network/azurefirewalls'),
  ];
  const besideNetworks = [
    ...ofType('microsoft.network/virtualnetworks/virtualnetworkpeerings'),
    ...ofType('microsoft.network/privatednszones/virtualnetworklinks'),
  ];
  for (const cluster of ofType('microsoft.containerservice/managedclusters')) {
    const networks = impliedNeeds(cluster);
    for (const way of ways) cluster.order.add(way.key);
    for (const each of besideNetworks) {
      if ([...impliedNeeds(each)].some((key) => networks.has(key))) cluster.order.add(each.key);
    }
  }
}

/** Children of one parent that Azure refuses to change at once: each waits for the one before, by priority and name. */
function chainSiblings(siblings: readonly Draft[]): void {
  const before = new Map<string, string>();
  const sorted = [...siblings].sort(
    (a, b) => priorityOf(a) - priorityOf(b) || (a.key < b.key ? -1 : 1),
  );
  for (const draft of sorted) {
    const parent = draft.parent ?? '';
    const previous = before.get(parent);
    if (previous !== undefined) draft.order.add(previous);
    before.set(parent, draft.key);
  }
}

function lastOfEachPolicy(groups: readonly Draft[]): ReadonlyMap<string, string> {
  const waitedFor = new Set(groups.flatMap((group) => [...group.order]));
  return new Map(
    groups
      .filter((group) => !waitedFor.has(group.key))
      .map((group) => [group.parent ?? '', group.key]),
  );
}

function priorityOf(draft: Draft): number {
  const properties = draft.body.find(({ name }) => name === 'properties')?.value;
  const members = properties?.kind === 'object' ? properties.members : [];
  const priority: PlanValue | undefined = members.find(({ name }) => name === 'priority')?.value;
  const isNumber = priority?.kind === 'literal' && typeof priority.value === 'number';
  return isNumber ? Number(priority.value) : Number.MAX_SAFE_INTEGER;
}

/**
 * Of what a resource must wait for, what nothing in it says and nothing else it waits for implies: short lists are
 * what people read. O(order × depth).
 */
export function explicitOrder(
  planning: Planning,
  draft: Draft,
  needsOf: (key: string) => ReadonlySet<string>,
): readonly string[] {
  const implied = impliedNeeds(draft);
  const wanted = [...draft.order].filter((key) => !implied.has(key) && planning.drafts.has(key));
  if (wanted.length === 0) return [];
  const reached = new Set<string>();
  const waiting: string[] = [];
  for (const key of [...implied, ...wanted]) waiting.push(...needsOf(key));
  while (waiting.length > 0) {
    const key = waiting.pop()!;
    if (reached.has(key)) continue;
    reached.add(key);
    waiting.push(...needsOf(key));
  }
  return wanted.filter((key) => !reached.has(key)).sort();
}
