import type {
  ApplicationGateway,
  GatewayListener,
  GatewayRoute,
  Reference,
  WafPolicy,
} from '../../model/index.ts';
import type { Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { Decider, MissingFact } from '../verdict.ts';

/** What the web application firewall does with requests on one route. */
export type WafInForce =
  | {
      readonly kind: 'prevention' | 'detection' | 'disabled';
      readonly by: Decider;
      /** Absent for configuration inside the gateway. */
      readonly policy?: WafPolicy;
    }
  /** No policy and no configuration: nothing inspects requests. */
  | { readonly kind: 'none'; readonly by: Decider }
  | { readonly kind: 'unknown'; readonly by: Decider; readonly why: readonly MissingFact[] };

/**
 * The WAF that applies to a route of a listener: the policy of the path rule, else of the listener, else of the
 * gateway, else the configuration inside the gateway. They do not add up.
 * @see AZS-68, AZS-69
 */
export function wafInForce(
  network: Network,
  gateway: ApplicationGateway,
  listener?: GatewayListener,
  route?: GatewayRoute,
): WafInForce {
  const reference = route?.wafPolicy ?? listener?.wafPolicy ?? gateway.wafPolicy;
  if (reference !== undefined) return byPolicy(network, reference);
  const inline = gateway.inlineWaf;
  if (inline === undefined) {
    const name = `${gateway.name} has no WAF policy`;
    return { kind: 'none', by: { kind: 'default', name, at: gateway.at, fact: 'AZS-68' } };
  }
  const by: Decider = {
    kind: 'rule',
    name: `${gateway.name}: webApplicationFirewallConfiguration`,
    at: inline.at,
    fact: 'AZS-69',
  };
  if (!inline.enabled) return { kind: 'disabled', by };
  const mode = inline.mode?.toLowerCase();
  if (mode === 'prevention' || mode === 'detection') return { kind: mode, by };
  return { kind: 'unknown', by, why: [{ missing: 'the mode of the WAF', at: inline.at }] };
}

/** Anomaly score of one request from the severities of the managed rules it matched (AZS-70). */
export function anomalyScore(severities: readonly Severity[]): number {
  return severities.reduce((sum, severity) => sum + SCORE[severity], 0);
}

/** Is a request of that score blocked? Only in Prevention mode, from 5 on (AZS-70). */
export function isBlocked(waf: WafInForce, score: number): boolean | 'unknown' {
  if (waf.kind === 'unknown') return 'unknown';
  return waf.kind === 'prevention' && score >= BLOCKING_SCORE;
}

export type Severity = 'Critical' | 'Error' | 'Warning' | 'Notice';
const SCORE: Readonly<Record<Severity, number>> = { Critical: 5, Error: 4, Warning: 3, Notice: 2 };
const BLOCKING_SCORE = 5;

/** Managed rule sets inside the support policy in force since February 2026 (AZS-71). */
export function isSupportedRuleSet(type: string, version: string): boolean {
  const name = type.toLowerCase();
  if (name === 'microsoft_defaultruleset') return version === '2.1' || version === '2.2';
  if (name === 'owasp') return version === '3.2';
  // Bot manager sets are add-ons outside that policy.
  return name === 'microsoft_botmanagerruleset';
}

function byPolicy(network: Network, reference: Reference): WafInForce {
  if (isUnknown(reference)) {
    const by: Decider = { kind: 'rule', name: 'WAF policy', at: reference.at, fact: 'AZS-68' };
    return { kind: 'unknown', by, why: [{ missing: reference.missing, at: reference.at }] };
  }
  const policy = network.perimeter.wafPolicies.get(reference.key);
  const name = `WAF policy ${reference.id.split('/').at(-1) ?? reference.id}`;
  const by: Decider = { kind: 'rule', name, at: policy?.at ?? reference.at, fact: 'AZS-69' };
  if (policy === undefined) {
    const missing = `${name} (not in the input)`;
    return { kind: 'unknown', by, why: [{ missing, at: reference.at }] };
  }
  if (isUnknown(policy.state)) {
    return {
      kind: 'unknown',
      by,
      why: [{ missing: policy.state.missing, at: policy.state.at }],
    };
  }
  if (policy.state === 'Disabled') return { kind: 'disabled', by, policy };
  const { mode } = policy;
  if (mode === undefined || isUnknown(mode)) {
    const why = isUnknown(mode)
      ? { missing: mode.missing, at: mode.at }
      : { missing: `the mode of ${name}`, at: policy.at };
    return { kind: 'unknown', by, why: [why] };
  }
  return { kind: mode === 'Prevention' ? 'prevention' : 'detection', by, policy };
}
