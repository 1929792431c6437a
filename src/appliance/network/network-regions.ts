import type { Gap } from '../../diagnostics/index.ts';
import type { NetworkRule } from '../../model/index.ts';
import { type AddressSet, ALL_IPV4, type DomainName, parseDomainName } from '../../net/index.ts';
import { isUnknown } from '../../values/index.ts';
import { markOf } from '../marks.ts';
import type { AddressReader } from '../rules/address-reader.ts';
import { EVERYWHERE, type Extent, unionExtents, unknownExtent } from '../rules/extent.ts';
import { placeOf, type RuleNumbers } from '../rules/rule-numbers.ts';
import type { PlacedCollection } from '../rules/rule-order.ts';
import type { ApplianceSettings } from '../rules/settings.ts';
import type { Region, Service } from './region.ts';
import { areServicesSettled, type Services, servicesOf } from './services.ts';

/** Network rules as first-match lists of regions, one for protocols with ports and one for the rest. */
export interface NetworkRegions {
  readonly withPorts: readonly Region[];
  readonly others: readonly Region[];
  /** Names that the DNS proxy resolves, and the sets it puts their addresses into. */
  readonly names: readonly { readonly fqdn: DomainName; readonly set: string }[];
  readonly gaps: readonly Gap[];
}

/**
 * Compiles the network rules. An allow rule takes what it certainly matches, a deny rule what it possibly matches; the gap says
 * which rule was narrowed or widened so, and why.
 */
export function networkRegions(
  collections: readonly PlacedCollection[],
  reader: AddressReader,
  settings: ApplianceSettings,
  numbers: RuleNumbers,
): NetworkRegions {
  const withPorts: Region[] = [];
  const others: Region[] = [];
  const names: { fqdn: DomainName; set: string }[] = [];
  const gaps: Gap[] = [];
  const add = (mark: number, sources: AddressSet, to: Region['destinations'], what: Services) => {
    const push = (list: Region[], services: readonly Service[]) => {
      if (services.length > 0) list.push({ mark, sources, destinations: to, services });
    };
    push(withPorts, what.withPorts);
    push(others, what.others);
  };
  for (const place of collections) {
    const { rules: collection } = place;
    if (collection?.kind !== 'network') {
      const number = numbers.next({ kind: 'network', action: 'Deny', ...placeOf(place), rule: '' });
      const everything = { kind: 'addresses' as const, addresses: ALL_IPV4 };
      add(markOf('deny', number), ALL_IPV4, everything, servicesOf(['Any'], [0, 65535], 'certain'));
      continue;
    }
    const isAllow = collection.action === 'Allow';
    for (const rule of collection.rules) {
      const action = isAllow ? 'Allow' : 'Deny';
      const at = { ...placeOf(place), rule: rule.name };
      const number = numbers.next({ kind: 'network', action, ...at });
      const mark = markOf(isAllow ? 'allow' : 'deny', number);
      const found = readRule(rule, reader, settings);
      const set = `fq_${number}`;
      const reading = isAllow ? 'certain' : 'possible';
      const services = servicesOf(rule.protocols, rule.destinationPorts, reading);
      const addresses = found.destinations[reading];
      if (addresses.v4.length > 0) {
        add(mark, found.sources[reading], { kind: 'addresses', addresses }, services);
      }
      if (found.names.length > 0) {
        add(mark, found.sources[reading], { kind: 'names', set }, services);
        for (const fqdn of found.names) names.push({ fqdn, set });
      }
      const doubts = [...found.doubts];
      if (isUnknown(collection.action)) doubts.push(collection.action.missing);
      if (doubts.length > 0) gaps.push(gapOf(place, rule, isAllow, doubts));
    }
  }
  return { withPorts, others, names, gaps };
}

interface ReadRule {
  readonly sources: Extent;
  readonly destinations: Extent;
  readonly names: readonly DomainName[];
  readonly doubts: readonly string[];
}

function readRule(rule: NetworkRule, reader: AddressReader, settings: ApplianceSettings): ReadRule {
  const sources = reader.sources(rule.sources);
  let destinations = reader.termsAndGroups(rule.destinationAddresses, rule.destinationIpGroups);
  const names: DomainName[] = [];
  for (const fqdn of rule.destinationFqdns) {
    if (isUnknown(fqdn)) {
      destinations = unionExtents(destinations, unknownExtent(fqdn.missing));
      continue;
    }
    // AFW-39: no wildcards; what is no name resolves to nothing.
    const name = parseDomainName(fqdn.text);
    if (name !== undefined) names.push(name);
  }
  const doubts = [...sources.doubts, ...destinations.doubts];
  if (names.length > 0 && settings.tier === 'Basic') {
    // AFW-93: what a Basic firewall makes of such a rule is not documented.
    destinations = unionExtents(destinations, { ...EVERYWHERE, certain: { v4: [], v6: [] } });
    names.length = 0;
    doubts.push('whether a Basic firewall honours FQDNs in network rules');
  }
  if (!areServicesSettled(rule.protocols, rule.destinationPorts)) {
    doubts.push('the protocols and ports of the rule');
  }
  return { sources, destinations, names, doubts };
}

export function gapOf(
  place: PlacedCollection,
  rule: { readonly name: string; readonly at: Gap['at'] },
  isAllow: boolean,
  doubts: readonly string[],
): Gap {
  const effect = isAllow
    ? 'what it may allow beyond what is certain is left to later rules'
    : 'everything it may deny is denied';
  const { at } = rule;
  return {
    what: `rule \`${[place.collection, rule.name].filter((part) => part !== '').join('/')}\``,
    why: `${[...new Set(doubts)].join('; ')}: ${effect}`,
    ...(at === undefined ? {} : { at }),
  };
}
