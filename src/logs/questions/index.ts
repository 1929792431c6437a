export * from './ask-cost.ts';
export * from './ask-denied.ts';
export { type AnswerRow, askRows } from './ask-rows.ts';
export * from './ask-snat.ts';
export * from './ask-summary.ts';
export * from './ask-threats.ts';
export * from './ask-timeline.ts';
export type { Asking } from './asking.ts';
export type { DenialClass } from './classify-denial.ts';
export * from './completeness.ts';
export { denied, deniedNetworks, deniedSpread } from './denial-questions.ts';
export { FIREWALL_PRICES } from './firewall-prices.ts';
export { fitLine, type LinearFit } from './linear-fit.ts';
export {
  actions,
  newNames,
  recordsByKind,
  recordsOverTime,
  ruleHits,
  type TopOf,
  timeline,
  timelineOfRules,
  top,
} from './questions.ts';
export {
  parseSearchTerm,
  SEARCH_FIELDS,
  type SearchField,
  type SearchTerm,
  search,
} from './search-questions.ts';
export {
  budgetOf,
  budgetsOf,
  INSIDE,
  rangesOf,
  SNAT_PORTS,
  type SnatBudget,
} from './snat-budgets.ts';
export {
  busiestDestinations,
  connectionsOverTime,
  lettingFirewalls,
  type Ranges,
  transferred,
} from './snat-questions.ts';
export { column, DECISION_COLUMNS, decisions, WRITTEN } from './tables.ts';
export { dnsAnswers, dnsNames, longNames, threats, unresolvedNames } from './threat-questions.ts';
export { intervalsOf, stepFor } from './time-steps.ts';
export { gatewayHosts, wafClients, wafRules } from './web-questions.ts';
export { type Window, within } from './window.ts';
