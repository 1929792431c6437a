import type { LogKind } from '../logs/columns.ts';
import type { Completeness, LogGap } from '../logs/questions/index.ts';
import { countWords, type Sentence, secondsWords, timeWords } from './logs-page.ts';

/** What each log is called where people read. */
export const LOG_NAMES: Readonly<Record<LogKind, string>> = {
  network: 'network rules',
  application: 'application rules',
  dnat: 'DNAT rules',
  threat: 'threat intelligence',
  idps: 'IDPS',
  dns: 'DNS proxy',
  'resolve-failure': 'name resolution failures',
  'flow-trace': 'flow trace',
  'fat-flow': 'top flows',
  'network-aggregation': 'network rules, aggregated',
  'application-aggregation': 'application rules, aggregated',
  'dnat-aggregation': 'DNAT rules, aggregated',
  'dns-flow': 'DNS flow trace',
  'vnet-flow': 'VNet flow logs',
  'gateway-access': 'gateway access',
  waf: 'web application firewall',
  hubble: 'Hubble flows',
};

/** Logs in which the firewall says what it let through and what it did not. */
const DECISIONS: readonly LogKind[] = ['network', 'application', 'dnat', 'threat', 'idps'];

/** Without one, that nothing was denied is no news: nobody would have written it down. */
export function hasDecisions({ logs }: Completeness): boolean {
  return logs.some(({ kind }) => DECISIONS.includes(kind));
}

/** What an answer about decisions says where no log of any is there. */
export function noDecisions({ logs }: Completeness, what: string): Sentence {
  const others = logs.map(({ kind }) => LOG_NAMES[kind]);
  const seen = others.length === 0 ? '' : `; there are logs of ${others.join(', ')} only`;
  return { mark: 'warn', text: `no log of what a firewall decided: ${what} cannot be told${seen}` };
}

/** Gaps that are told one by one. */
const GAPS_MAX = 5;

/** Where the log is missing: whoever reads on must not take it for calm. */
export function gapRemarks({ gaps }: Completeness): readonly string[] {
  const more = gaps.length - GAPS_MAX;
  return [
    ...gaps.slice(0, GAPS_MAX).map(gapText),
    ...(more > 0 ? [`the log is missing in ${more} more stretches`] : []),
  ];
}

function gapText({ kind, from, to, expected }: LogGap): string {
  const when = `${timeWords(from)} to ${timeWords(to)} UTC (${secondsWords((to - from) / 1e6)})`;
  const usual = `about ${countWords(Math.round(expected))} records are usual at quiet times`;
  return kind === 'all'
    ? `the log is missing from ${when}: nothing at all was recorded, ${usual}; that is no calm`
    : `the log of ${LOG_NAMES[kind]} is missing from ${when} while others go on: ${usual}`;
}

/** `2026-11-01 00:00 to 2026-11-08 00:00 UTC`. */
export function spanText({ span }: Completeness): string {
  return span === undefined
    ? 'no records'
    : `${timeWords(span.first)} to ${timeWords(span.last)} UTC`;
}
