import { isAbsent, isUnknown, itemsOf, type Uncertain, type Value } from '../../values/index.ts';
import type { AddressTerm } from '../azure/common.ts';
import type { FqdnAt, RuleBase, RuleSources } from '../azure/firewall.ts';
import { addressTerms } from './addresses.ts';
import type { Element } from './named.ts';
import type { PortBounds } from './ports.ts';
import { report, reportGap, titleOf, valueIn } from './reading.ts';
import { referencesIn } from './references.ts';
import { textIn, wrongType } from './scalars.ts';

/** azure-firewall 2.4. */
export const RULE_PORTS: PortBounds = { low: 1, high: 65535, code: 'firewall/port-out-of-range' };
/** ARM-47: ports above 63999 are not for translation. */
export const NAT_PORTS: PortBounds = { low: 1, high: 63999, code: 'firewall/port-out-of-range' };
/** The schema of application rules (azure-firewall 1.7). */
export const PROTOCOL_PORTS: PortBounds = {
  low: 0,
  high: 64000,
  code: 'firewall/port-out-of-range',
};

/** Where a flow may come from, as every kind of rule writes it. */
export function sourcesOf(rule: Element): RuleSources {
  const written = addressTerms(rule, 'sourceAddresses', itemsOf(valueIn(rule, 'sourceAddresses')));
  const addresses = narrowedByPlace(rule, 'sourceGeoLocations', written);
  const ipGroups = referencesIn(rule, 'sourceIpGroups');
  const kubeSelectorGroups = referencesIn(rule, 'sourceKubeSelectorGroups');
  // Of a rule that cannot be read nobody knows whether it names one.
  if (kubeSelectorGroups.length > 0 && rule.value?.kind === 'object') {
    reportGap(
      rule.reading,
      'sourceKubeSelectorGroups',
      'which pods a Kubernetes selector group matches is not published, so rules that name one stay undecided',
      rule.at,
    );
  }
  for (const term of addresses) {
    if (term.kind !== 'service-tag') continue;
    report(
      rule.reading,
      'warning',
      'firewall/address-kind',
      `\`${term.text}\` is a source of ${titleOf(rule)}; service tags are destinations only`,
      term.at,
    );
  }
  if (addresses.length + ipGroups.length + kubeSelectorGroups.length === 0) {
    report(
      rule.reading,
      'error',
      'firewall/no-source',
      `${titleOf(rule)} has no source; Azure refuses it, and it matches nothing`,
      rule.at,
    );
  }
  return { addresses, ipGroups, kubeSelectorGroups };
}

/**
 * ARM-54: countries narrow or widen an address list; which of the two, and what they hold, is not published. The list as a
 * whole is then unknown.
 */
export function narrowedByPlace(
  rule: Element,
  name: 'sourceGeoLocations' | 'destinationGeoLocations',
  terms: readonly AddressTerm[],
): readonly AddressTerm[] {
  const places = itemsOf(valueIn(rule, name));
  const first = rule.value?.kind === 'unknown' ? undefined : places[0];
  if (first === undefined) return terms;
  const why =
    'which addresses belong to a country is not published, so rules that name one stay undecided';
  reportGap(rule.reading, name, why, first.at);
  const text = first.kind === 'string' ? first.value : name;
  const missing = `which addresses \`${name}\` of ${titleOf(rule)} stands for`;
  const unknown = { kind: 'unknown', reason: 'unsupported', text, missing, at: first.at } as const;
  return [{ kind: 'unknown', unknown, text, at: first.at }];
}

/** Names as they are written. Unknown ones stay; nothing is dropped. */
export function namesIn(
  rule: Element,
  name: string,
  check?: (text: string, value: Value) => void,
): readonly Uncertain<FqdnAt>[] {
  const names: Uncertain<FqdnAt>[] = [];
  for (const value of itemsOf(valueIn(rule, name))) {
    if (isAbsent(value)) continue;
    if (isUnknown(value)) names.push(value);
    else if (value.kind === 'string') {
      const text = value.value.trim();
      check?.(text, value);
      names.push({ kind: 'fqdn', text, at: value.at });
    } else names.push(wrongType(rule, name, value, 'a name'));
  }
  return names;
}

export function withDescription<R extends RuleBase>(rule: Element, view: R): R {
  const description = textIn(rule, 'description');
  return description === undefined ? view : { ...view, description };
}
