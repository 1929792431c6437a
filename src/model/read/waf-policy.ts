import { isUnknown, itemsOf } from '../../values/index.ts';
import type { WafPolicy } from '../azure/application-gateway.ts';
import type { AzureResource } from '../snapshot.ts';
import { elementsIn, locatedOf } from './named.ts';
import { inside, type Reading, type Source, sourceAt, sourceOf, valueIn } from './reading.ts';
import { booleanIn, choiceIn, noteUnknown, plainNumberIn, settingIn, textIn } from './scalars.ts';

/** `Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies` (azure-networking 11.2). */
export function readWafPolicy(reading: Reading, resource: AzureResource): WafPolicy {
  const source = sourceOf(reading, 'WAF policy', resource);
  const settings = inside(source, 'policySettings');
  return {
    ...locatedOf(resource),
    state: choiceIn(settings, 'state', ['Enabled', 'Disabled'] as const),
    mode: choiceIn(settings, 'mode', ['Prevention', 'Detection'] as const),
    requestBodyCheck: booleanIn(settings, 'requestBodyCheck'),
    ruleSets: readRuleSets(inside(source, 'managedRules')),
    customRules: readCustomRules(source, resource.key),
  };
}

function readRuleSets(managed: Source): WafPolicy['ruleSets'] {
  return itemsOf(valueIn(managed, 'managedRuleSets')).map((value) => {
    const set = sourceAt(managed, value);
    return {
      type: textIn(set, 'ruleSetType') ?? '',
      version: textIn(set, 'ruleSetVersion') ?? '',
      at: value.at,
    };
  });
}

function readCustomRules(source: Source, key: string): WafPolicy['customRules'] {
  const items = itemsOf(valueIn(source, 'customRules'));
  return elementsIn(source, key, 'customRules', 'custom rule', items).map((rule) => {
    const state = settingIn(rule, 'state');
    if (isUnknown(state)) noteUnknown(rule, 'state', state, 'Enabled');
    const isOff = typeof state === 'string' && state.toLowerCase() === 'disabled';
    return {
      name: rule.name,
      priority: plainNumberIn(rule, 'priority') ?? 0,
      action: textIn(rule, 'action') ?? '',
      enabled: !isOff,
      at: rule.at,
    };
  });
}
