import type {
  AddressTerm,
  ApplicationRule,
  NetworkRule,
  Perimeter,
  RuleBase,
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
  readonly rule: RuleBase;
  readonly destinations: readonly string[];
  readonly services: string;
  /** May the sender be among the sources: `maybe` when a source is not known. */
  readonly applies: 'yes' | 'maybe';
}

/** Network and application rules, in the order their types are tried (AFW-10), that may take flows of these addresses. */
export function egressRows(
  firewall: FirewallPlacement,
  senders: AddressSet,
  perimeter: Perimeter,
): readonly EgressRow[] {
  const rows: EgressRow[] = [];
  for (const kind of ['network', 'application'] as const) {
    for (const { path, collection } of collectionsOf(firewall)) {
      if (collection.kind !== kind) continue;
      const action = isUnknown(collection.action)
        ? unknownText(collection.action.missing)
        : collection.action;
      for (const rule of collection.rules) {
        const applies = holds(rule.sources, senders, perimeter);
        if (applies === 'no') continue;
        const told = 'targetFqdns' in rule ? applicationWords(rule) : networkWords(rule);
        rows.push({ path: `${path}/${rule.name}`, action, kind, rule, applies, ...told });
      }
    }
  }
  return rows;
}

function networkWords(rule: NetworkRule): Pick<EgressRow, 'destinations' | 'services'> {
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

function applicationWords(rule: ApplicationRule): Pick<EgressRow, 'destinations' | 'services'> {
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

/** A tag, a selector or an unknown may hold the sender: then the row stays, and says so. */
function holds(
  { addresses, ipGroups, kubeSelectorGroups }: RuleSources,
  senders: AddressSet,
  { ipGroups: groups }: Perimeter,
): 'yes' | 'maybe' | 'no' {
  const terms: AddressTerm[] = [...addresses];
  let isOpen = kubeSelectorGroups.length > 0;
  for (const group of ipGroups) {
    const found = isUnknown(group) ? undefined : groups.get(group.key);
    if (found === undefined || found.isReference === true) isOpen = true;
    else terms.push(...found.addresses);
  }
  for (const term of terms) {
    if (term.kind === 'any') return 'yes';
    if (term.kind === 'range' && addressSetsOverlap(addressSet([term.range]), senders))
      return 'yes';
    if (term.kind === 'service-tag' || term.kind === 'unknown') isOpen = true;
  }
  return isOpen ? 'maybe' : 'no';
}
