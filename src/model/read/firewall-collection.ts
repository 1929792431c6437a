import {
  isUnknown,
  itemsOf,
  member,
  stringOf,
  type Uncertain,
  type Unknown,
  type Value,
} from '../../values/index.ts';
import type { RuleCollection } from '../azure/firewall.ts';
import { readApplicationRule } from './firewall-application-rule.ts';
import { readDnatRule } from './firewall-dnat-rule.ts';
import { readNetworkRule } from './firewall-network-rule.ts';
import { type Element, elementsIn, namedOf } from './named.ts';
import { inside, report, type Source, titleOf, unreadable, valueIn } from './reading.ts';
import { choiceOf, missingMember, numberIn, required } from './scalars.ts';

type Kind = 'dnat' | 'network' | 'application';

const CLASSIC: readonly (readonly [string, Kind])[] = [
  ['natRuleCollections', 'dnat'],
  ['networkRuleCollections', 'network'],
  ['applicationRuleCollections', 'application'],
];

/** The rules written on the firewall itself (azure-firewall 1.4). */
export function readClassicCollections(firewall: Source, key: string): readonly RuleCollection[] {
  const all: RuleCollection[] = [];
  for (const [name, kind] of CLASSIC) {
    const items = itemsOf(valueIn(firewall, name));
    const elements = elementsIn(firewall, key, name, 'rule collection', items);
    const collections = elements.map((element) => readCollection(element, kind));
    checkPriorities(elements, collections);
    all.push(...collections);
  }
  return all;
}

/** The collections of a rule collection group, whose type each of them states (azure-firewall 1.7). */
export function readPolicyCollections(group: Source, key: string): readonly RuleCollection[] {
  const items = itemsOf(valueIn(group, 'ruleCollections'));
  const elements = elementsIn(group, key, 'ruleCollections', 'rule collection', items);
  const collections = elements.map((element) => readCollection(element, kindOf(element)));
  checkPriorities(elements, collections);
  return collections;
}

/** One that may hold any rule: it stands for what exists and could not be read. */
export function unknownCollection(
  key: string,
  name: string,
  unknown: Unknown,
  priority: Uncertain<number> = unknown,
): RuleCollection {
  return { kind: 'unknown', key: `${key}/?`, name, at: unknown.at, priority, unknown };
}

function readCollection(element: Element, kind: Kind | Unknown): RuleCollection {
  const base = { ...namedOf(element), priority: readPriority(element) };
  if (isUnknown(kind)) return { ...base, kind: 'unknown', unknown: kind };
  const action = valueIn(inside(element, 'action'), 'type');
  const rules = elementsIn(
    element,
    element.key,
    'rules',
    'rule',
    itemsOf(valueIn(element, 'rules')),
  );
  if (kind === 'dnat') {
    const wrong = wrongDnatAction(element, action);
    if (wrong !== undefined) return { ...base, kind: 'unknown', unknown: wrong };
    return { ...base, kind, rules: rules.map(readDnatRule) };
  }
  const verdict = required(
    element,
    'action',
    choiceOf(element, 'action', action, ['Allow', 'Deny'] as const),
  );
  return kind === 'network'
    ? { ...base, kind, action: verdict, rules: rules.map(readNetworkRule) }
    : { ...base, kind, action: verdict, rules: rules.map(readApplicationRule) };
}

const COLLECTION_TYPES: ReadonlyMap<string, 'nat' | 'filter'> = new Map([
  ['firewallpolicynatrulecollection', 'nat'],
  ['firewallpolicyfilterrulecollection', 'filter'],
]);

const RULE_TYPES: ReadonlyMap<string, Kind> = new Map([
  ['natrule', 'dnat'],
  ['networkrule', 'network'],
  ['applicationrule', 'application'],
]);

/**
 * What kind of rules a collection holds. A filter collection does not say; its rules do, and all must agree (ARM-45):
 * of one that Azure refuses nobody knows what is deployed instead.
 */
function kindOf(element: Element): Kind | Unknown {
  const written = valueIn(element, 'ruleCollectionType');
  if (written?.kind === 'unknown') return written;
  const type = COLLECTION_TYPES.get((stringOf(written) ?? '').toLowerCase());
  if (type === undefined && written !== undefined) {
    return refuse(element, 'ruleCollectionType', written, 'names no type of rule collection');
  }
  const rules = itemsOf(valueIn(element, 'rules'));
  const unreadableList = rules.length > 0 && rules.every(isUnknown);
  const kinds = new Set<Kind>();
  for (const rule of rules) {
    const ruleType = member(rule, 'ruleType');
    // An unknown rule is of the kind of its neighbours; `elementsIn` makes all its members unknown.
    if (isUnknown(rule)) continue;
    if (ruleType === undefined && type === 'nat') continue;
    if (isUnknown(ruleType)) return ruleType;
    const kind = RULE_TYPES.get((stringOf(ruleType) ?? '').toLowerCase());
    if (kind === undefined)
      return refuse(element, 'ruleType', ruleType ?? rule, 'names no type of rule');
    kinds.add(kind);
  }
  if (type === undefined) missingMember(element, 'ruleCollectionType');
  if (type === 'nat') kinds.add('dnat');
  const [first] = kinds;
  const isMixed = kinds.size > 1 || (type === 'filter' && kinds.has('dnat'));
  if (isMixed) return refuseMix(element, [...kinds]);
  if (first !== undefined) return first;
  if (unreadableList) return rules.find(isUnknown)!;
  // A filter collection without rules decides nothing, whatever it would have held.
  return type === undefined ? unreadable(element, 'ruleCollectionType', '', element.at) : 'network';
}

function refuse(element: Element, name: string, value: Value, says: string): Unknown {
  const text = stringOf(value) ?? '';
  report(
    element.reading,
    'error',
    'firewall/collection-unreadable',
    text === ''
      ? `a rule of ${titleOf(element)} has no \`${name}\``
      : `\`${name}\` \`${text}\` in ${titleOf(element)} ${says}`,
    value.at,
    'what this collection allows or denies is not known',
  );
  return unreadable(element, name, text, value.at);
}

function refuseMix(element: Element, kinds: readonly Kind[]): Unknown {
  report(
    element.reading,
    'error',
    'firewall/mixed-rules',
    `${titleOf(element)} mixes ${kinds.join(' and ')} rules; Azure refuses such a collection`,
    element.at,
    'give each kind of rule a collection of its own',
  );
  return unreadable(element, 'rules', '', element.at);
}

/** `Snat` is in the schema and does nothing we know of. An absent action can only be `Dnat`. */
function wrongDnatAction(element: Element, action: Value | undefined): Unknown | undefined {
  const text = stringOf(action);
  if (text === undefined || text.toLowerCase() === 'dnat') return undefined;
  const at = action?.at ?? element.at;
  const message = `${titleOf(element)} holds NAT rules and its action is \`${text}\`; Azure knows \`Dnat\``;
  report(element.reading, 'error', 'firewall/action', message, at);
  return unreadable(element, 'action', text, at);
}

const PRIORITY = { low: 100, high: 65000 };

/** AFW-11: 100 runs first, 65000 last. */
export function readPriority(source: Source): Uncertain<number> {
  const priority = required(source, 'priority', numberIn(source, 'priority'));
  if (isUnknown(priority)) return priority;
  if (!Number.isInteger(priority) || priority < PRIORITY.low || priority > PRIORITY.high) {
    report(
      source.reading,
      'error',
      'firewall/priority-out-of-range',
      `${titleOf(source)} has priority \`${priority}\`; Azure accepts ${PRIORITY.low} to ${PRIORITY.high}`,
      valueIn(source, 'priority')?.at ?? source.at,
      'lower numbers run first',
    );
  }
  return priority;
}

/** Equal priorities in one list: which runs first is not documented (azure-firewall 2.1). */
export function checkPriorities(
  sources: readonly Source[],
  values: readonly { readonly priority: Uncertain<number> }[],
): void {
  const first = new Map<number, Source>();
  for (const [index, source] of sources.entries()) {
    const priority = values[index]?.priority;
    if (typeof priority !== 'number') continue;
    const other = first.get(priority);
    if (other === undefined) {
      first.set(priority, source);
      continue;
    }
    report(
      source.reading,
      'warning',
      'firewall/priority-duplicate',
      `${titleOf(source)} has priority \`${priority}\` like \`${other.name}\`; which runs first is not documented`,
      valueIn(source, 'priority')?.at ?? source.at,
    );
  }
}
