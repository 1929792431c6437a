import type { Pipeline } from '../../src/logs/query/index.ts';
import * as questions from '../../src/logs/questions/index.ts';

const WEEK = { from: '2026-11-01T00:00:00Z', to: '2026-11-08T00:00:00Z' };

/** Every question that is asked of logs, as it would be asked of a week. */
export const LOG_QUESTIONS: Readonly<Record<string, Pipeline>> = {
  'records-by-kind': questions.recordsByKind(['network', 'application', 'dns'], WEEK),
  'records-over-time': questions.recordsOverTime(['network', 'application'], WEEK, 3600),
  actions: questions.actions(WEEK),
  'top-talkers': questions.top('talkers', WEEK, 10),
  'top-names': questions.top('names', WEEK, 10),
  'top-addresses': questions.top('addresses', WEEK, 10),
  'top-ports': questions.top('ports', WEEK, 10),
  'rule-hits': questions.ruleHits({}),
  denied: questions.denied(WEEK, 100),
  'denied-spread': questions.deniedSpread(WEEK, 100),
  'denied-networks': questions.deniedNetworks(WEEK, ['10.42.1.9'], 100),
  timeline: questions.timeline(WEEK, 300),
  'timeline-of-rules': questions.timelineOfRules(WEEK, 300, ['aks-core/api']),
  threats: questions.threats(WEEK, 10),
  'long-names': questions.longNames(WEEK, 10),
  'dns-names': questions.dnsNames(WEEK, 10),
  'dns-answers': questions.dnsAnswers(WEEK),
  'unresolved-names': questions.unresolvedNames(WEEK, 10),
  'busiest-destinations': questions.busiestDestinations(WEEK, questions.INSIDE, 240, 10),
  'letting-firewalls': questions.lettingFirewalls(WEEK),
  'busiest-of-one': questions.busiestDestinations(WEEK, [], 240, 10, '/azurefirewalls/fw-a'),
  'connections-over-time': questions.connectionsOverTime(WEEK, 240, ['a.example']),
  transferred: questions.transferred(WEEK, questions.INSIDE),
  'waf-rules': questions.wafRules(WEEK, 10),
  'waf-clients': questions.wafClients(WEEK, 10),
  'gateway-hosts': questions.gatewayHosts(WEEK, 10),
  search: questions.search(WEEK, [{ value: "it's", isNot: false }], 10),
};
