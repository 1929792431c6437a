export { applicationStageRules } from './application-stage.ts';
export { dnatRules, type InboundEffect, type InboundRule } from './dnat-rules.ts';
export type { DnatTarget, MemberOf } from './dnat-target.ts';
export type {
  FirewallDecider,
  FirewallRule,
  FirewallStage,
  Passage,
} from './firewall-decider.ts';
export { allFirewallRules, firewallRules } from './firewall-rules.ts';
export { implicitNetworkRules } from './implicit-rules.ts';
export { inboundRules } from './inbound-rules.ts';
export { networkStageRules } from './network-stage.ts';
export { type OwnFlows, ownFlows } from './own-addresses.ts';
export { type SourceEffect, type SourceRule, sourceTranslation } from './source-translation.ts';
export { type ThreatRule, threatRules } from './threat-stage.ts';
