import type { FlowRule } from '../../../flows/index.ts';
import { ALL_IPV6 } from '../../../net/index.ts';
import type { FirewallPlacement } from '../../../network/index.ts';
import type { FirewallDecider } from './firewall-decider.ts';

/** AFW-36: nothing in the input tells whether the dual-stack preview is on, or what it passes. */
export function ipv6Rules<Effect>(
  { firewall: { name, at } }: FirewallPlacement,
  allow: Effect,
  deny: Effect,
): readonly FlowRule<Effect, FirewallDecider>[] {
  const by = {
    kind: 'platform',
    name: 'IPv6',
    fact: 'AFW-36',
    at,
    stage: 'network rules',
  } as const;
  const missing = `whether firewall \`${name}\` takes part in the dual-stack preview`;
  const region = [{ destinations: ALL_IPV6 }];
  return [
    { region: [{ destinations: ALL_IPV6, needs: [{ missing, at }] }], effect: allow, by },
    { region, effect: deny, by },
  ];
}
