import type { DnsQueryEvent, FirewallEvent, ProxyEvent, VerdictEvent } from './event.ts';
import {
  DNS_FAILED,
  type LoggedRule,
  type RecordContext,
  ruleOf,
  THREAT_LIST,
  translationOf,
} from './record-context.ts';

/** A record of `AzureDiagnostics`: the text is its only property (azure-firewall 8.4). */
export interface LegacyText {
  readonly category: string;
  readonly operationName: string;
  readonly msg: string;
}

/** The text Azure Firewall writes for this event; `undefined` for events that have no text form. */
export function legacyText(event: FirewallEvent, context: RecordContext): LegacyText | undefined {
  switch (event.kind) {
    case 'verdict':
      return ofVerdict(event, ruleOf(context, event.rule));
    case 'proxy':
      return ofProxy(event, ruleOf(context, event.rule));
    case 'dns':
      return {
        category: 'AzureFirewallDnsProxy',
        operationName: 'AzureFirewallDnsProxyLog',
        msg: dnsText(event),
      };
    case 'resolve-failure':
    case 'lost':
      return undefined;
  }
}

const network = (operation: string, msg: string): LegacyText => ({
  category: 'AzureFirewallNetworkRule',
  operationName: `AzureFirewall${operation}Log`,
  msg,
});

function ofVerdict(event: VerdictEvent, rule: LoggedRule | undefined): LegacyText | undefined {
  const protocol =
    event.protocol === 'ICMP' && event.icmpType !== undefined
      ? `ICMP Type=${event.icmpType}`
      : event.protocol;
  const from = `${event.source}:${event.sourcePort}`;
  const request = `${protocol} request from ${from} to ${event.destination}:${event.destinationPort}`;
  switch (event.verdict) {
    case 'allow':
    case 'deny': {
      const action = `${request}. Action: ${event.verdict === 'allow' ? 'Allow' : 'Deny'}`;
      if (rule === undefined) return network('NetworkRule', action);
      const words = ruleWords(rule, 'Rule Name');
      // With a policy two full stops stand before it; classic rules have one.
      const stops = rule.policy === '' ? '. ' : '.. ';
      return network('NetworkRule', `${action}${stops}${words}`);
    }
    case 'dnat': {
      const { address, port } = translationOf(rule, event.destinationPort);
      const to = `${address}:${port}`;
      const words = rule === undefined ? '' : `. ${ruleWords(rule, 'Rule')}`;
      return network('NatRule', `${request} was DNAT'ed to ${to}${words}`);
    }
    case 'threat-alert':
    case 'threat-deny': {
      const action = event.verdict === 'threat-deny' ? 'Deny' : 'Alert';
      return network('ThreatIntel', `${request}. Action: ${action}. ThreatIntel: ${THREAT_LIST}`);
    }
    case 'invalid':
      return undefined;
  }
}

function ofProxy(event: ProxyEvent, rule: LoggedRule | undefined): LegacyText {
  const action = event.isAllowed ? 'Allow' : 'Deny';
  const from = `${event.source}:${event.sourcePort}`;
  if (event.isThreat) {
    const to = `${event.fqdn}:${event.destinationPort}`;
    const verb = event.isAllowed ? 'Alert' : 'Deny';
    const msg = `${event.protocol} request from ${from} to ${to}. Action: ${verb}. ThreatIntel: ${THREAT_LIST}`;
    return network('ThreatIntel', msg);
  }
  return {
    category: 'AzureFirewallApplicationRule',
    operationName: 'AzureFirewallApplicationRuleLog',
    msg: `${event.protocol}${event.url === '' ? '' : ' '} request from ${from}${applicationWords(event, action, rule)}`,
  };
}

/** What follows the client: destination, URL, action and the rule or the reason. */
function applicationWords(event: ProxyEvent, action: string, rule: LoggedRule | undefined): string {
  // Who names nobody has no destination in the log.
  if (event.fqdn === '' && event.reason !== '') {
    return `. Action: ${action}. Reason: ${event.reason}.`;
  }
  const url = event.url === '' ? '' : `. Url: ${event.url}`;
  const to = ` to ${event.fqdn}:${event.destinationPort}${url}. Action: ${action}`;
  if (rule !== undefined) return `${to}. ${ruleWords(rule, 'Rule')}`;
  if (event.reason !== '') return `${to}. Reason: ${event.reason}.`;
  return `${to}. No rule matched. Proceeding with default action`;
}

/** Classic rules have neither policy nor group, and their network rules say `Rule Name`. */
function ruleWords(rule: LoggedRule, classicWord: 'Rule' | 'Rule Name'): string {
  if (rule.policy === '')
    return `Rule Collection: ${rule.collection}. ${classicWord}: ${rule.rule}`;
  return `Policy: ${rule.policy}. Rule Collection Group: ${rule.group}. Rule Collection: ${rule.collection}. Rule: ${rule.rule}`;
}

function dnsText(event: DnsQueryEvent): string {
  if (event.error !== '') {
    return ` Error: ${DNS_FAILED} ${event.queryName} ${event.queryType}: ${event.error}`;
  }
  const { source, sourcePort, queryId, queryType, queryClass, queryName, protocol } = event;
  const question = `${source}:${sourcePort} - ${queryId} ${queryType} ${queryClass} ${queryName}`;
  const request = `${protocol} ${event.requestSize} ${event.isDnssecOk} ${event.edns0BufferSize}`;
  const response = `${event.responseCode} ${event.responseFlags} ${event.responseSize}`;
  return `DNS Request: ${question} ${request} ${response} ${event.seconds}s`;
}
