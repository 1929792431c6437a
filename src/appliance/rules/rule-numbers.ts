import type { ApplianceRule } from '../appliance.ts';
import type { PlacedCollection } from './rule-order.ts';

/** Hands out the numbers that marks, logs and counters carry, in the order in which the firewall tries its rules. */
export interface RuleNumbers {
  readonly next: (rule: Omit<ApplianceRule, 'number'>) => number;
  readonly all: () => readonly ApplianceRule[];
}

const DEFAULT: ApplianceRule = {
  number: 0,
  kind: 'default',
  action: 'Deny',
  policy: '',
  group: '',
  collection: '',
  rule: '',
};

export function ruleNumbers(): RuleNumbers {
  const rules: ApplianceRule[] = [DEFAULT];
  return {
    next: (rule) => {
      rules.push({ number: rules.length, ...rule });
      return rules.length - 1;
    },
    all: () => rules,
  };
}

/** Where a rule stands, as its number is listed. */
export function placeOf({ policy, group, collection }: PlacedCollection) {
  return { policy, group, collection };
}

/** `policy/group/collection/rule`, as people know it. */
export function titleOfRule({ policy, group, collection, rule }: ApplianceRule): string {
  return [policy, group, collection, rule].filter((part) => part !== '').join('/');
}
