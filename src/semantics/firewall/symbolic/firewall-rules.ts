import type { FirewallPlacement } from '../../../network/index.ts';
import type { FirewallContext } from '../context.ts';
import { applicationStageRules } from './application-stage.ts';
import type { FirewallRule } from './firewall-decider.ts';
import { ipv6Rules } from './ipv6.ts';
import { networkStageRules } from './network-stage.ts';
import { behindThreats, threatRules } from './threat-stage.ts';

/**
 * Everything a firewall may say of flows that are not addressed to itself: threat intelligence, network rules, application
 * rules, the built-in collection, deny. Complete: the last entry takes every flow. `inboundRules` comes before it where the
 * destination may be the firewall.
 * @returns over flows before source translation, of new connections (AFW-16)
 * @see AFW-10, AFW-15, AFW-27 order. O(rules)
 */
export function firewallRules(
  placement: FirewallPlacement,
  context: FirewallContext,
): readonly FirewallRule[] {
  const stages = [
    ...networkStageRules(placement, context),
    ...applicationStageRules(placement, context),
    DEFAULT_DENY,
  ];
  return [
    ...ipv6Rules(placement, 'allow' as const, 'deny' as const),
    ...behindThreats(threatRules(placement, context), stages, 'deny'),
  ];
}

const DEFAULT_DENY: FirewallRule = {
  region: [{}],
  effect: 'deny',
  by: { kind: 'default', name: 'default deny', fact: 'AFW-15', stage: 'default' },
};
