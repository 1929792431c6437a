export { denied, deniedNetworks, deniedSpread } from './denial-questions.ts';
export {
  actions,
  recordsByKind,
  recordsOverTime,
  ruleHits,
  type TopOf,
  timeline,
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
  busiestDestinations,
  connectionsOverTime,
  type Ranges,
  transferred,
} from './snat-questions.ts';
export { column, DECISION_COLUMNS, decisions, WRITTEN } from './tables.ts';
export { dnsAnswers, dnsNames, longNames, threats, unresolvedNames } from './threat-questions.ts';
export { gatewayHosts, wafClients, wafRules } from './web-questions.ts';
export { type Window, within } from './window.ts';
