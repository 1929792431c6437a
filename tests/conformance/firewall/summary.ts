import type { FirewallPlacement } from '../../../src/network/network.ts';
import { formatEnd } from '../../../src/semantics/firewall/format-end.ts';
import {
  evaluateFirewall,
  type FirewallContext,
  type FirewallDecision,
} from '../../../src/semantics/firewall/index.ts';
import type { Flow } from '../../../src/semantics/flow.ts';
import { context } from './build-firewall.ts';

export function decide(
  placement: FirewallPlacement,
  flow: Flow,
  more: Partial<FirewallContext> = {},
): FirewallDecision {
  return evaluateFirewall(placement, flow, context(more));
}

/** `allow c/r`, `deny default deny`, `unknown: missing; missing`. */
export function verdict(
  placement: FirewallPlacement,
  flow: Flow,
  more: Partial<FirewallContext> = {},
): string {
  const { verdict } = decide(placement, flow, more);
  return verdict.kind === 'unknown'
    ? `unknown: ${verdict.why.map((fact) => fact.missing).join('; ')}`
    : `${verdict.kind} ${verdict.by.name}`;
}

/** `source → destination:port` as the flow leaves. */
export function leaving(
  placement: FirewallPlacement,
  flow: Flow,
  more: Partial<FirewallContext> = {},
): string {
  const { after } = decide(placement, flow, more);
  if (after === undefined) return 'nothing';
  return `${formatEnd(after.source)} → ${formatEnd(after.destination, after.destinationPort)}`;
}
