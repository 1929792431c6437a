import { isUnknown, type Uncertain, type Unknown } from '../../values/index.ts';
import type { AddressTerm } from '../azure/common.ts';
import type { NetworkSecurityGroup, SecurityRule } from '../azure/network.ts';
import type { AzureResource } from '../snapshot.ts';
import { addressTerms } from './addresses.ts';
import { childrenOf, doubtOf } from './children.ts';
import { locatedOf } from './named.ts';
import { portsOf } from './ports.ts';
import { present } from './present.ts';
import { type Reading, report, type Source, sourceOf, titleOf, valueIn } from './reading.ts';
import { referencesIn } from './references.ts';
import { choiceIn, missingMember, numberIn, required, textIn, twinsIn } from './scalars.ts';

const PROTOCOLS = ['tcp', 'udp', 'icmp', 'esp', 'ah', '*'] as const;
const PRIORITY = { low: 100, high: 4096 };

/** `Microsoft.Network/networkSecurityGroups` with its own rules; the default ones are not read (AZN-31). */
export function readNetworkSecurityGroup(
  reading: Reading,
  resource: AzureResource,
): NetworkSecurityGroup {
  const children = childrenOf(reading.children, resource, 'securityrules');
  const sources = children.map((child) => sourceOf(reading, 'security rule', child));
  const rules = children.map((child, index) =>
    readRule(sources[index]!, child, doubtOf(child, resource)),
  );
  checkPriorities(sources, rules);
  return { ...locatedOf(resource), rules };
}

function readRule(source: Source, child: AzureResource, doubt: Unknown | undefined): SecurityRule {
  const description = textIn(source, 'description');
  const protocol = choiceIn(source, 'protocol', PROTOCOLS);
  const rule: SecurityRule = {
    key: child.key,
    name: child.name,
    at: child.at,
    ...present({ description }),
    direction: required(
      source,
      'direction',
      choiceIn(source, 'direction', ['Inbound', 'Outbound'] as const),
    ),
    priority: priorityIn(source),
    access: required(source, 'access', choiceIn(source, 'access', ['Allow', 'Deny'] as const)),
    protocol: required(source, 'protocol', protocol),
    sourcePorts: portsIn(source, 'sourcePortRange'),
    destinationPorts: portsIn(source, 'destinationPortRange'),
    sources: termsIn(source, 'sourceAddressPrefix'),
    destinations: termsIn(source, 'destinationAddressPrefix'),
    sourceApplicationSecurityGroups: referencesIn(source, 'sourceApplicationSecurityGroups'),
    destinationApplicationSecurityGroups: referencesIn(
      source,
      'destinationApplicationSecurityGroups',
    ),
  };
  checkEnds(source, rule);
  return doubt === undefined ? rule : inDoubt(rule, doubt);
}

function portsIn(
  source: Source,
  singular: 'sourcePortRange' | 'destinationPortRange',
): SecurityRule['sourcePorts'] {
  const values = twinsIn(source, `${singular}s`, singular);
  return values.length === 0 ? missingMember(source, singular) : portsOf(source, singular, values);
}

function termsIn(
  source: Source,
  singular: 'sourceAddressPrefix' | 'destinationAddressPrefix',
): readonly AddressTerm[] {
  return addressTerms(source, singular, twinsIn(source, `${singular}es`, singular));
}

function priorityIn(source: Source): Uncertain<number> {
  const priority = required(source, 'priority', numberIn(source, 'priority'));
  if (isUnknown(priority)) return priority;
  if (!Number.isInteger(priority) || priority < PRIORITY.low || priority > PRIORITY.high) {
    report(
      source.reading,
      'error',
      'nsg/priority-out-of-range',
      `${titleOf(source)} has priority \`${priority}\`; Azure accepts ${PRIORITY.low} to ${PRIORITY.high}`,
      valueIn(source, 'priority')?.at ?? source.at,
      'lower numbers run first',
    );
  }
  return priority;
}

function checkEnds(source: Source, rule: SecurityRule): void {
  const sources = rule.sources.length + rule.sourceApplicationSecurityGroups.length;
  const destinations = rule.destinations.length + rule.destinationApplicationSecurityGroups.length;
  if (sources === 0) missingMember(source, 'sourceAddressPrefix');
  if (destinations === 0) missingMember(source, 'destinationAddressPrefix');
}

/** A rule that exists in some worlds only matches nothing for certain. */
function inDoubt(rule: SecurityRule, exists: Unknown): SecurityRule {
  const term: AddressTerm = { kind: 'unknown', unknown: exists, text: exists.text, at: rule.at };
  return { ...rule, sources: [term], sourceApplicationSecurityGroups: [] };
}

/** ARM-53: priorities are unique per direction. */
function checkPriorities(sources: readonly Source[], rules: readonly SecurityRule[]): void {
  const first = new Map<string, string>();
  for (const [index, rule] of rules.entries()) {
    if (isUnknown(rule.priority) || isUnknown(rule.direction)) continue;
    const key = `${rule.direction} ${rule.priority}`;
    const other = first.get(key);
    if (other === undefined) {
      first.set(key, rule.name);
      continue;
    }
    const source = sources[index]!;
    report(
      source.reading,
      'error',
      'nsg/priority-duplicate',
      `${titleOf(source)} has priority \`${rule.priority}\` like \`${other}\` in the same direction; Azure refuses that`,
      valueIn(source, 'priority')?.at ?? source.at,
    );
  }
}
