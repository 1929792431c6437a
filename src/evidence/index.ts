export { alertKql, alertResource, alertTemplate } from './alert-resources.ts';
export {
  ALERT_LIMITS,
  type AlertLimits,
  type AlertRule,
  alertRules,
} from './alert-rules.ts';
export { DISAGREEMENT_WORDS, DISAGREEMENTS, type DisagreementKind } from './compare-decision.ts';
export type { Confidence } from './confidence.ts';
export { isoTime } from './coverage.ts';
export { type LearnAnswer, type LearnOptions, learn } from './learn.ts';
export type { LearnedEgress } from './learned-egress.ts';
export { type LoggedFlow, loggedFlows, loggedName } from './logged-flows.ts';
export type { NarrowRule } from './narrowing.ts';
export { type ForeignRule, type RuleUsage, ruleUsage, type UsageAnswer } from './rule-usage.ts';
export { type AlertOutcome, type AlertsAnswer, runAlerts } from './run-alerts.ts';
export { type Lost, lostFlows } from './still-allowed.ts';
export { type TightenAnswer, type Tightening, tighten } from './tighten.ts';
export { type Disagreement, type VerifyAnswer, verifyFlows, verifyLogs } from './verify-logs.ts';
