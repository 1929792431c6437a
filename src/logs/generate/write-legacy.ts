import type { LogRecord } from '../record.ts';
import { streamTime } from './write-structured.ts';

/** A record in the form before structured logs, or `undefined`: its kind came later (azure-firewall 8.4). */
export function legacyRecord(record: LogRecord): Readonly<Record<string, unknown>> | undefined {
  const written = legacyMessage(record);
  if (written === undefined) return undefined;
  const { category, operation, msg } = written;
  return {
    category: `AzureFirewall${category}`,
    time: streamTime(record.time),
    resourceId: record.resource,
    operationName: `AzureFirewall${operation}Log`,
    properties: { msg },
  };
}

interface Written {
  readonly category: 'NetworkRule' | 'ApplicationRule' | 'DnsProxy';
  readonly operation: string;
  readonly msg: string;
}

export function legacyMessage(record: LogRecord): Written | undefined {
  switch (record.kind) {
    case 'network': {
      const { icmpType, protocol } = record;
      const name = icmpType === undefined ? protocol : `ICMP Type=${icmpType}`;
      const msg = `${name} request ${ends(record)}. Action: ${record.action}${decision(record)}`;
      return { category: 'NetworkRule', operation: 'NetworkRule', msg };
    }
    case 'application': {
      const url = (record.targetUrl ?? '') === '' ? '' : `. Url: ${record.targetUrl}`;
      const to = `${record.fqdn}:${record.destinationPort}`;
      const from = `${record.sourceIp}:${record.sourcePort}`;
      const category =
        (record.webCategory ?? '') === '' ? '' : `. Web Category: ${record.webCategory}`;
      const msg = `${record.protocol} request from ${from} to ${to}${url}. Action: ${record.action}${decision(record)}${category}`;
      return { category: 'ApplicationRule', operation: 'ApplicationRule', msg };
    }
    case 'dnat': {
      const to = `${record.translatedIp}:${record.translatedPort}`;
      const msg = `${record.protocol} request ${ends(record)} was DNAT'ed to ${to}${names(record)}`;
      return { category: 'NetworkRule', operation: 'NatRule', msg };
    }
    case 'threat': {
      const to = `${record.fqdn === undefined || record.fqdn === '' ? record.destinationIp : record.fqdn}:${record.destinationPort}`;
      const from = `${record.sourceIp}:${record.sourcePort}`;
      const msg = `${record.protocol} request from ${from} to ${to}. Action: ${record.action}. ThreatIntel: ${record.threatDescription}`;
      return { category: 'NetworkRule', operation: 'ThreatIntel', msg };
    }
    case 'idps': {
      const what = `Signature: ${record.signatureId}. IDS: ${record.description}. Priority: ${record.severity}. Classification: ${record.signatureCategory}`;
      const msg = `${record.protocol} request ${ends(record)}. Action: ${record.action}. ${what}`;
      return { category: 'NetworkRule', operation: 'IDS', msg };
    }
    case 'dns': {
      const client = `${record.sourceIp}:${record.sourcePort}`;
      const query = `${record.queryId} ${record.queryType} ${record.queryClass} ${record.queryName} ${record.protocol} ${record.requestSize} ${record.dnssecOkBit} ${record.edns0BufferSize}`;
      const answer = `${record.responseCode} ${record.responseFlags} ${record.responseSize} ${record.requestDurationSecs}s`;
      return {
        category: 'DnsProxy',
        operation: 'DnsProxy',
        msg: `DNS Request: ${client} - ${query} ${answer}`,
      };
    }
    default:
      return undefined;
  }
}

interface Ends {
  readonly sourceIp: string | undefined;
  readonly sourcePort: number | undefined;
  readonly destinationIp: string | undefined;
  readonly destinationPort: number | undefined;
}

function ends({ sourceIp, sourcePort, destinationIp, destinationPort }: Ends): string {
  const from = sourcePort === undefined ? sourceIp : `${sourceIp}:${sourcePort}`;
  const to = destinationPort === undefined ? destinationIp : `${destinationIp}:${destinationPort}`;
  return `from ${from} to ${to}`;
}

interface Named {
  readonly policy: string | undefined;
  readonly ruleCollectionGroup: string | undefined;
  readonly ruleCollection: string | undefined;
  readonly rule: string | undefined;
}

function names({ policy, ruleCollectionGroup, ruleCollection, rule }: Named): string {
  const labels = [
    ['Policy', policy],
    ['Rule Collection Group', ruleCollectionGroup],
    ['Rule Collection', ruleCollection],
    ['Rule', rule],
  ];
  return labels.map(([label, name]) => (name === undefined ? '' : `. ${label}: ${name}`)).join('');
}

function decision(record: Named & { readonly actionReason: string | undefined }): string {
  if (record.actionReason === 'Default Action') {
    return '. No rule matched. Proceeding with default action';
  }
  return names(record);
}
