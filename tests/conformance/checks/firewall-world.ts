import type { CheckCase } from '../../support/check-cases.ts';
import type { Json } from '../../support/snapshot-of.ts';
import { changed, collection, net, soundPerimeter } from '../../support/sound-perimeter.ts';

/** The sound perimeter with the rules of one collection replaced. */

export const COLLECTIONS = 'rules/properties/ruleCollections';
export const NODES = '10.1.0.0/22';

export const ruleOf = (rule: Json): Json => ({
  ruleType: 'NetworkRule',
  name: 'one',
  ipProtocols: ['TCP'],
  sourceAddresses: [NODES],
  destinationAddresses: ['10.9.0.4'],
  destinationPorts: ['5432'],
  ...rule,
});

const applicationRule = (rule: Json): Json => ({
  ruleType: 'ApplicationRule',
  name: 'one',
  sourceAddresses: [NODES],
  protocols: [{ protocolType: 'Https', port: 443 }],
  ...rule,
});

const natRule = (rule: Json): Json => ({
  ruleType: 'NatRule',
  name: 'one',
  ipProtocols: ['TCP'],
  sourceAddresses: ['198.51.100.0/24'],
  destinationAddresses: ['203.0.113.1'],
  destinationPorts: ['8883'],
  translatedAddress: '10.1.3.10',
  translatedPort: '8883',
  ...rule,
});

/** `rule` as the only one in its collection `net`; further resources stand beside the perimeter. */
export function withRules(
  action: string,
  rules: readonly Json[],
  ...more: readonly Json[]
): CheckCase {
  const collections = [collection('net', 200, action, rules)];
  const resources = Object.values(changed(soundPerimeter(), COLLECTIONS, collections));
  return { resources: [...resources, ...more] };
}

export const network = (rule: Json, action = 'Allow', ...more: readonly Json[]): CheckCase =>
  withRules(action, [ruleOf(rule)], ...more);
export const application = (rule: Json, action = 'Allow', ...more: readonly Json[]): CheckCase =>
  withRules(action, [applicationRule(rule)], ...more);
export const dnat = (rule: Json, ...more: readonly Json[]): CheckCase =>
  withRules('DNAT', [natRule(rule)], ...more);

/** The same with a word about the message. */
export const says = (input: CheckCase, text: string): CheckCase => ({ ...input, says: text });

export const GROUP = net('ipGroups', 'clients');
export const ipGroup = (...ipAddresses: readonly string[]): Json => ({
  id: GROUP,
  type: 'Microsoft.Network/ipGroups',
  name: 'clients',
  location: 'westeurope',
  properties: { ipAddresses },
});
