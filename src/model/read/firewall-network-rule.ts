import { isUnknown, itemsOf, type Uncertain, type Value } from '../../values/index.ts';
import type { NetworkRule } from '../azure/firewall.ts';
import { addressTerms } from './addresses.ts';
import {
  namesIn,
  narrowedByPlace,
  RULE_PORTS,
  sourcesOf,
  withDescription,
} from './firewall-rule.ts';
import type { Element } from './named.ts';
import { portsOf } from './ports.ts';
import { report, titleOf, valueIn } from './reading.ts';
import { referencesIn } from './references.ts';
import { choiceOf, missingMember, required } from './scalars.ts';

const PROTOCOLS = ['TCP', 'UDP', 'ICMP', 'Any'] as const;
type Protocol = (typeof PROTOCOLS)[number];

export function readNetworkRule(rule: Element): NetworkRule {
  const written = itemsOf(valueIn(rule, 'destinationAddresses'));
  const view: NetworkRule = {
    key: rule.key,
    name: rule.name,
    at: rule.at,
    sources: sourcesOf(rule),
    protocols: protocolsIn(rule),
    destinationAddresses: narrowedByPlace(
      rule,
      'destinationGeoLocations',
      addressTerms(rule, 'destinationAddresses', written),
    ),
    destinationIpGroups: referencesIn(rule, 'destinationIpGroups'),
    destinationFqdns: namesIn(rule, 'destinationFqdns', (text, value) =>
      refuseWildcard(rule, text, value),
    ),
    destinationPorts: portsIn(rule),
  };
  checkDestinations(rule, view);
  return withDescription(rule, view);
}

/** Policies write `ipProtocols`, classic rules `protocols` (azure-firewall 1.7). */
export function protocolsIn(rule: Element): readonly Uncertain<Protocol>[] {
  const name = valueIn(rule, 'ipProtocols') === undefined ? 'protocols' : 'ipProtocols';
  const values = itemsOf(valueIn(rule, name));
  if (values.length === 0) return [missingMember(rule, name)];
  return values.map((value) => required(rule, name, choiceOf(rule, name, value, PROTOCOLS)));
}

function portsIn(rule: Element): NetworkRule['destinationPorts'] {
  const values = itemsOf(valueIn(rule, 'destinationPorts'));
  if (values.length === 0) return missingMember(rule, 'destinationPorts');
  return portsOf(rule, 'destinationPorts', values, RULE_PORTS);
}

/** AFW-39: a network rule resolves its names, and a wildcard resolves to nothing. */
function refuseWildcard(rule: Element, text: string, value: Value): void {
  if (!text.includes('*')) return;
  report(
    rule.reading,
    'error',
    'firewall/fqdn-wildcard',
    `\`${text}\` in ${titleOf(rule)}: a network rule takes no wildcards in names`,
    value.at,
    'use an application rule, or name every host',
  );
}

function checkDestinations(rule: Element, view: NetworkRule): void {
  const { destinationAddresses, destinationIpGroups, destinationFqdns } = view;
  const kinds = [destinationAddresses, destinationIpGroups, destinationFqdns].filter(
    (list) => list.length > 0,
  );
  if (kinds.length === 0) {
    report(
      rule.reading,
      'error',
      'firewall/no-destination',
      `${titleOf(rule)} has no destination; Azure refuses it, and it matches nothing`,
      rule.at,
    );
  }
  if (kinds.length > 1 && !isUnknown(rule.value)) {
    report(
      rule.reading,
      'warning',
      'firewall/several-destinations',
      `${titleOf(rule)} has destinations of several kinds; they are read as alternatives`,
      rule.at,
      'give each kind of destination a rule of its own',
    );
  }
}
