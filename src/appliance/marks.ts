/**
 * What the appliance writes into connection marks, and into packet marks while a packet is logged: in the highest byte what was
 * decided, below it the number of the rule. Every source of events (NFLOG, conntrack) carries it, so none needs to be joined
 * with another to know the rule (lab-design 4.1). Zero: not decided yet.
 */
export type Decision = keyof typeof DECISIONS;

export const DECISIONS = {
  /** A network rule allows. */
  allow: 1,
  /** A network rule, a threat or nothing at all: denied. */
  deny: 2,
  /** The L7 proxy decides; it logs by itself. */
  proxy: 3,
  /** Translated to another destination, and allowed by that. */
  dnat: 4,
  /** The appliance itself answers: DNS proxy, management. */
  own: 5,
} as const;

/** Rule numbers have 24 bits; Azure's limits keep policies far below (firewall-limits.json). */
export const RULE_NUMBER_MAX = 0xff_ffff;

/** The packet mark that turns packets of proxied connections towards the proxy's sockets. */
export const PROXY_MARK = 0x8000_0000;

/** Texts that verdicts are logged under (NFLOG prefix); the packet mark beside it names decision and rule. */
export const LOG_PREFIXES = {
  networkAllow: 'cat=net;act=Allow',
  networkDeny: 'cat=net;act=Deny',
  dnat: 'cat=nat;act=DNAT',
  threatAlert: 'cat=threat;act=Alert',
  threatDeny: 'cat=threat;act=Deny',
  /** No rule matched; the mark names rule 0. */
  defaultDeny: 'cat=default;act=Deny',
  /** A packet that belongs to no connection the appliance knows: the answer of an asymmetric route (AFW-E06). */
  invalid: 'cat=flow;act=INVALID',
} as const;

export function markOf(decision: Decision, rule: number): number {
  return DECISIONS[decision] * 2 ** 24 + rule;
}

/** The two parts of a mark; `undefined` for a mark the appliance does not write. */
export function decisionOfMark(
  mark: number,
): { readonly decision: Decision; readonly rule: number } | undefined {
  const code = Math.floor(mark / 2 ** 24);
  for (const [decision, value] of Object.entries(DECISIONS)) {
    if (value === code) return { decision: decision as Decision, rule: mark % 2 ** 24 };
  }
  return undefined;
}

export function formatMark(mark: number): string {
  return `0x${mark.toString(16).padStart(8, '0')}`;
}
