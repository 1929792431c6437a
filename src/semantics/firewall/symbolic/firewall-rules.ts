import type { FirewallPlacement } from '../../../network/index.ts';
import type { FirewallContext } from '../context.ts';
import { applicationStageRules } from './application-stage.ts';
import type { InboundEffect, InboundRule } from './dnat-rules.ts';
import type { FirewallRule, Passage } from './firewall-decider.ts';
import { ownStages } from './inbound-rules.ts';
import { ipv6Rules } from './ipv6.ts';
import { networkStageRules } from './network-stage.ts';
import { behindThreats, threatRules } from './threat-stage.ts';

/**
 * Everything a firewall may say of flows that are not addressed to itself: threat intelligence, network rules, application
 * rules, the built-in collection, deny. Complete: the last entry takes every flow.
 * @returns over flows before source translation, of new connections (AFW-16)
 * @see AFW-10, AFW-15, AFW-27 order. O(rules)
 */
export function firewallRules(
  placement: FirewallPlacement,
  context: FirewallContext,
): readonly FirewallRule[] {
  const threats = threatRules(placement, context);
  return [
    ...ipv6Rules<Passage>(placement, 'allow', 'deny'),
    ...behindThreats<Passage>(threats, passingStages(placement, context), 'deny'),
  ];
}

/**
 * The same for every flow, whoever it is addressed to: `inboundRules` first, in the worlds where the flow is the firewall's own.
 * @returns over flows before every translation
 */
export function allFirewallRules(
  placement: FirewallPlacement,
  context: FirewallContext,
): readonly InboundRule[] {
  const passing = passingStages(placement, context).map(
    (rule): InboundRule => ({ ...rule, effect: { kind: rule.effect } }),
  );
  return [
    ...ipv6Rules<InboundEffect>(placement, { kind: 'allow' }, { kind: 'deny' }),
    ...behindThreats<InboundEffect>(
      threatRules(placement, context),
      [...ownStages(placement, context), ...passing],
      { kind: 'deny' },
    ),
  ];
}

function passingStages(placement: FirewallPlacement, context: FirewallContext): FirewallRule[] {
  return [
    ...networkStageRules(placement, context),
    ...applicationStageRules(placement, context),
    DEFAULT_DENY,
  ];
}

const DEFAULT_DENY: FirewallRule = {
  region: [{}],
  effect: 'deny',
  by: { kind: 'default', name: 'default deny', fact: 'AFW-15', stage: 'default' },
};
