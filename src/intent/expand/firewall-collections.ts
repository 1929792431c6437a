import type { Place } from '../../diagnostics/index.ts';
import { type Draft, type DraftObject, placedObject } from '../draft.ts';

/** Rules before they are written as a policy or as classic rules: both say the same in other words (azure-firewall 1.7). */
export interface Collection {
  readonly kind: 'dnat' | 'network' | 'application';
  readonly name: string;
  readonly priority: number;
  readonly rules: readonly FirewallRule[];
}

export interface FirewallRule {
  readonly name: string;
  readonly at: Place;
  readonly description?: string;
  readonly sources: readonly string[];
  /** Application rules: `Https` 443; others: TCP, UDP. */
  readonly protocols: readonly (
    | string
    | { readonly type: 'Http' | 'Https'; readonly port: number }
  )[];
  readonly addresses?: readonly Draft[];
  readonly ports?: readonly string[];
  /** In network rules resolved by the firewall, in application rules read from the request. */
  readonly names?: readonly string[];
  readonly nameTags?: readonly string[];
  readonly translatedAddress?: Draft;
  readonly translatedPort?: string;
}

/** Azure's three levels: collections of a group, by priority. */
export interface Group {
  readonly name: string;
  readonly priority: number;
  readonly collections: readonly Collection[];
}

const POLICY_RULES = { dnat: 'NatRule', network: 'NetworkRule', application: 'ApplicationRule' };

export function policyCollection({ kind, name, priority, rules }: Collection): DraftObject {
  return {
    ruleCollectionType:
      kind === 'dnat' ? 'FirewallPolicyNatRuleCollection' : 'FirewallPolicyFilterRuleCollection',
    name,
    priority,
    action: { type: kind === 'dnat' ? 'DNAT' : 'Allow' },
    rules: rules.map((rule) =>
      placedObject(rule.at, {
        ruleType: POLICY_RULES[kind],
        ...ruleDraft(kind, rule, 'ipProtocols'),
      }),
    ),
  };
}

export function classicCollection({ kind, name, priority, rules }: Collection): DraftObject {
  return {
    name,
    properties: {
      priority,
      action: { type: kind === 'dnat' ? 'Dnat' : 'Allow' },
      rules: rules.map((rule) => placedObject(rule.at, ruleDraft(kind, rule, 'protocols'))),
    },
  };
}

function ruleDraft(
  kind: Collection['kind'],
  rule: FirewallRule,
  protocolKey: 'ipProtocols' | 'protocols',
): DraftObject {
  const shared = {
    name: rule.name,
    description: rule.description === '' ? undefined : rule.description,
    sourceAddresses: rule.sources,
  };
  if (kind === 'application') {
    return {
      ...shared,
      protocols: rule.protocols.map((one) =>
        typeof one === 'string' ? one : { protocolType: one.type, port: one.port },
      ),
      targetFqdns: rule.names,
      fqdnTags: rule.nameTags,
    };
  }
  return {
    ...shared,
    [protocolKey]: rule.protocols.map(String),
    destinationAddresses: rule.addresses,
    destinationFqdns: rule.names,
    destinationPorts: rule.ports,
    translatedAddress: rule.translatedAddress,
    translatedPort: rule.translatedPort,
  };
}
