import type {
  AddressTerm,
  ApplicationRule,
  NetworkRule,
  Perimeter,
  RuleSources,
} from '../../model/index.ts';
import { type AddressSet, addressSet, addressSetsOverlap } from '../../net/index.ts';
import type { FirewallPlacement } from '../../network/index.ts';
import { isUnknown, type Uncertain } from '../../values/index.ts';
import { collectionsOf } from '../diagram/firewall-settings.ts';
import { portsText, referenceText, termText, unknownText } from '../diagram/words.ts';

/** A rule that lets something out, as a row: what is written, and not whether an earlier rule already decides. */
export interface EgressRow {
  readonly path: string;
  readonly action: string;
  readonly kind: 'network' | 'application';
  readonly rule: NetworkRule | ApplicationRule;
  /** May the sender be among the sources: `maybe` when a source is not known. */
  readonly applies: 'yes' | 'maybe';
}

/** Network and application rules, in the order their types are tried (AFW-10), that may take flows of these addresses. O(rules). */
export function egressRows(
  firewall: FirewallPlacement,
  senders: AddressSet,
  perimeter: Perimeter,
): readonly EgressRow[] {
  const { rules, sources } = rulesBySource(firewall, perimeter);
  const answers = sources.map((source) => holds(source, senders));
  return rules.flatMap(({ source, ...rule }): readonly EgressRow[] => {
    const applies = answers[source] ?? 'no';
    return applies === 'no' ? [] : [{ ...rule, applies }];
  });
}

/** Who a rule is for. Most rules of a policy are for one of few. */
interface Sources {
  readonly addresses: AddressSet;
  readonly isAny: boolean;
  /** A tag, a selector or an unknown may hold the sender. */
  readonly isOpen: boolean;
}

interface RulesBySource {
  readonly rules: readonly (Omit<EgressRow, 'applies'> & { readonly source: number })[];
  readonly sources: readonly Sources[];
}

const known = new WeakMap<FirewallPlacement, RulesBySource>();

/** Every rule with the number of its sources: a page asks for each of many subnets. O(rules × sources of a rule), once. */
function rulesBySource(firewall: FirewallPlacement, perimeter: Perimeter): RulesBySource {
  const before = known.get(firewall);
  if (before !== undefined) return before;
  const rules: RulesBySource['rules'][number][] = [];
  const sources: Sources[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (written: RuleSources): number => {
    const found = sourcesOf(written, perimeter);
    const { isAny, isOpen, addresses } = found;
    const key = `${isAny} ${isOpen} ${addresses.v4.join()} ${addresses.v6.join()}`;
    const number = numbers.get(key);
    if (number !== undefined) return number;
    numbers.set(key, sources.length);
    return sources.push(found) - 1;
  };
  for (const kind of ['network', 'application'] as const) {
    for (const { path, collection } of collectionsOf(firewall)) {
      if (collection.kind !== kind) continue;
      const action = isUnknown(collection.action)
        ? unknownText(collection.action.missing)
        : collection.action;
      for (const rule of collection.rules) {
        const source = numberOf(rule.sources);
        rules.push({ path: `${path}/${rule.name}`, action, kind, rule, source });
      }
    }
  }
  const made = { rules, sources };
  known.set(firewall, made);
  return made;
}

/** What a rule is about, in words. */
export function wordsOf(rule: EgressRow['rule']): RowWords {
  return 'targetFqdns' in rule ? applicationWords(rule) : networkWords(rule);
}

interface RowWords {
  readonly destinations: readonly string[];
  readonly services: string;
}

function networkWords(rule: NetworkRule): RowWords {
  const protocols = rule.protocols.map((each) =>
    isUnknown(each) ? unknownText(each.missing) : each.toLowerCase(),
  );
  return {
    destinations: [
      ...rule.destinationAddresses.map(termText),
      ...rule.destinationIpGroups.map((group) => `group ${referenceText(group)}`),
      ...rule.destinationFqdns.map(nameText),
    ],
    services: `${protocols.join('+')} ${portsText(rule.destinationPorts)}`,
  };
}

function applicationWords(rule: ApplicationRule): RowWords {
  const services = rule.protocols.map(({ type, port }) => {
    const word = isUnknown(type) ? unknownText(type.missing) : type.toLowerCase();
    return `${word} ${isUnknown(port) ? unknownText(port.missing) : port}`;
  });
  return {
    destinations: [
      ...rule.targetFqdns.map(nameText),
      ...rule.targetUrls.map(nameText),
      ...rule.fqdnTags.map((tag) => `FQDN tag ${nameText(tag)}`),
      ...rule.webCategories.map((category) => `web category ${category}`),
      ...rule.destinationAddresses.map(termText),
    ],
    services: services.join(', '),
  };
}

function nameText(name: Uncertain<{ readonly kind: 'fqdn'; readonly text: string }>): string {
  return isUnknown(name) ? unknownText(name.missing) : name.text;
}

function sourcesOf(
  { addresses, ipGroups, kubeSelectorGroups }: RuleSources,
  { ipGroups: groups }: Perimeter,
): Sources {
  const terms: AddressTerm[] = [...addresses];
  let isOpen = kubeSelectorGroups.length > 0;
  for (const group of ipGroups) {
    const found = isUnknown(group) ? undefined : groups.get(group.key);
    if (found === undefined || found.isReference === true) isOpen = true;
    else for (const term of found.addresses) terms.push(term);
  }
  const ranges = terms.flatMap((term) => (term.kind === 'range' ? [term.range] : []));
  return {
    addresses: addressSet(ranges),
    isAny: terms.some(({ kind }) => kind === 'any'),
    isOpen: isOpen || terms.some(({ kind }) => kind === 'service-tag' || kind === 'unknown'),
  };
}

/** What may hold the sender keeps the row, and says so. */
function holds({ addresses, isAny, isOpen }: Sources, senders: AddressSet): 'yes' | 'maybe' | 'no' {
  if (isAny || addressSetsOverlap(addresses, senders)) return 'yes';
  return isOpen ? 'maybe' : 'no';
}
