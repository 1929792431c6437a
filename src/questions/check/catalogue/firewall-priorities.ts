import type { RuleCollection, RuleCollectionGroup } from '../../../model/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS } from '../judge.ts';
import { collectionsOf } from './firewall-subjects.ts';

/** What one priority orders: collections of one kind in one place, and the groups of one policy. */
interface Ranked {
  readonly what: 'Collections' | 'Rule collection groups';
  readonly scope: string;
  /** `unknown`: of any kind. */
  readonly kind: RuleCollection['kind'] | 'group';
  readonly one: RuleCollection | RuleCollectionGroup;
}

const samePriority = eachSubject<Ranked & { readonly rivals: readonly Ranked[] }>({
  id: 'firewall/duplicate-priority',
  severity: 'error',
  title: 'Collections of one scope have different priorities.',
  explanation:
    'What runs first among equal priorities is undocumented, so the verdict of overlapping rules is too. That holds for collections of one kind in one group, and for the groups of a policy. Azure refuses most of these.',
  fix: 'give each its own priority',
  facts: ['AFW-14'],
  covers: ['AFW-2.1'],
  subjects: withRivals,
  none: 'no rule collection',
  key: ({ one }) => one.key,
  judge: ({ what, kind, one, rivals }) => {
    const { priority } = one;
    const open = rivals.find(
      (rival) =>
        isUnknown(priority) ||
        isUnknown(rival.one.priority) ||
        (rival.one.priority === priority && rival.kind !== kind),
    );
    const twin = isUnknown(priority)
      ? undefined
      : rivals.find((rival) => rival.kind === kind && rival.one.priority === priority)?.one;
    if (twin !== undefined)
      return {
        kind: 'fails',
        message: `${what} ${twin.name} and ${one.name} both have priority ${String(priority)}.`,
        places: [
          { at: one.at, what: `priority ${String(priority)}` },
          { at: twin.at, what: `priority ${String(priority)}` },
        ],
        evidence: ['order undocumented'],
      };
    if (open === undefined) return HOLDS;
    const unknown = [priority, open.one.priority].find(isUnknown);
    return {
      kind: 'undecided',
      message: `Whether ${open.one.name} and ${one.name} have one priority is not known.`,
      missing: unknown?.missing ?? `the kind of rules in ${open.one.name} or ${one.name}`,
      at: one.at,
    };
  },
});

export const FIREWALL_PRIORITY_CHECKS: readonly Check[] = [samePriority];

/** Each with the earlier ones of its place: a pair is told once. */
function withRivals(context: CheckContext) {
  const earlier = new Map<string, Ranked[]>();
  return rankedOf(context).map((ranked) => {
    const before = earlier.get(ranked.scope) ?? [];
    earlier.set(ranked.scope, [...before, ranked]);
    const rivals = before.filter(
      ({ kind }) => [kind, ranked.kind].includes('unknown') || kind === ranked.kind,
    );
    return { ...ranked, rivals };
  });
}

function rankedOf(context: CheckContext): readonly Ranked[] {
  const groups = [...context.perimeter.firewallPolicies.values()].flatMap(({ key, groups }) =>
    groups.map(
      (one): Ranked => ({ what: 'Rule collection groups', scope: key, kind: 'group', one }),
    ),
  );
  const collections = collectionsOf(context).map(({ collection, holder, group }): Ranked => {
    const scope = `${(group ?? holder).key}/`;
    return { what: 'Collections', scope, kind: collection.kind, one: collection };
  });
  return [...groups, ...collections];
}
