import type { FirewallEvent, ProxyEvent, VerdictEvent } from './event.ts';
import { legacyText } from './legacy-text.ts';
import {
  DEFAULT_ACTION,
  DNS_FAILED,
  type RecordContext,
  recordTime,
  ruleColumns,
  ruleOf,
  THREAT_LIST,
  translationOf,
} from './record-context.ts';

/** One line of a diagnostic log in storage (azure-firewall 8.3). */
export interface AzureLogRecord {
  readonly category: string;
  readonly time: string;
  readonly resourceId: string;
  /** Only the text forms have one. */
  readonly operationName?: string;
  readonly properties: Readonly<Record<string, string | number | boolean>>;
}

export interface RecordForms {
  readonly structured: boolean;
  /** The text forms of `AzureDiagnostics`, as a second diagnostic setting would send them. */
  readonly legacy: boolean;
}

/** The records Azure Firewall would write for this event: a structured one, and the older text form. */
export function azfwRecords(
  event: FirewallEvent,
  context: RecordContext,
  forms: RecordForms,
): readonly AzureLogRecord[] {
  if (event.kind === 'lost') return [];
  const head = {
    time: recordTime(event.microseconds),
    resourceId: upperCase(context.resourceId),
  };
  const records: AzureLogRecord[] = [];
  for (const told of tellings(event)) {
    if (forms.structured) {
      const { category, properties } = structured(told, context);
      records.push({ category, ...head, properties });
    }
    const text = forms.legacy ? legacyText(told, context) : undefined;
    if (text !== undefined) {
      const { category, operationName, msg } = text;
      records.push({ category, ...head, operationName, properties: { msg } });
    }
  }
  return records;
}

/** Azure writes ids in capitals (azure-firewall 8.3); one writer has one. */
function upperCase(id: string): string {
  if (id !== lastId) {
    lastId = id;
    lastUpperCase = id.toUpperCase();
  }
  return lastUpperCase;
}

let lastId = '';
let lastUpperCase = '';

/** In alert mode a listed name is told first, and then what the rules made of it (azure-firewall 2.1). */
function tellings<T extends FirewallEvent>(event: T): readonly T[] {
  if (event.kind !== 'proxy' || !event.isAlert) return [event];
  return [
    { ...event, isThreat: true, isAllowed: true },
    { ...event, isThreat: false, isAlert: false },
  ];
}

interface Structured {
  readonly category: string;
  readonly properties: AzureLogRecord['properties'];
}

function structured(
  event: Exclude<FirewallEvent, { kind: 'lost' }>,
  context: RecordContext,
): Structured {
  switch (event.kind) {
    case 'verdict':
      return ofVerdict(event, context);
    case 'proxy':
      return ofProxy(event, context);
    case 'dns':
      return {
        category: 'AZFWDnsQuery',
        properties: {
          SourceIp: event.source,
          SourcePort: event.sourcePort,
          QueryId: event.queryId,
          QueryType: event.queryType,
          QueryClass: event.queryClass,
          QueryName: event.queryName,
          Protocol: event.protocol,
          RequestSize: event.requestSize,
          DnssecOkBit: event.isDnssecOk,
          EDNS0BufferSize: event.edns0BufferSize,
          ResponseCode: event.responseCode,
          ResponseFlags: event.responseFlags,
          ResponseSize: event.responseSize,
          RequestDurationSecs: event.seconds,
          ErrorNumber: event.error === '' ? 0 : DNS_FAILED,
          ErrorMessage: event.error,
        },
      };
    case 'resolve-failure':
      return {
        category: 'AZFWFqdnResolveFailure',
        properties: {
          Fqdn: event.fqdn,
          Error: event.error,
          ServerIp: event.server,
          ServerPort: event.serverPort,
          ...ruleColumns(undefined),
        },
      };
  }
}

function ofVerdict(event: VerdictEvent, context: RecordContext): Structured {
  const rule = ruleOf(context, event.rule);
  const ends = {
    Protocol: event.protocol,
    SourceIp: event.source,
    SourcePort: event.sourcePort,
    DestinationIp: event.destination,
    DestinationPort: event.destinationPort,
  };
  const translation = translationOf(rule, event.destinationPort);
  switch (event.verdict) {
    case 'allow':
    case 'deny':
      return {
        category: 'AZFWNetworkRule',
        properties: {
          ...ends,
          Action: event.verdict === 'allow' ? 'Allow' : 'Deny',
          ...ruleColumns(rule),
          ActionReason: rule === undefined ? DEFAULT_ACTION : '',
        },
      };
    case 'dnat':
      return {
        category: 'AZFWNatRule',
        properties: {
          ...ends,
          TranslatedIp: translation.address,
          TranslatedPort: translation.port,
          ...ruleColumns(rule),
        },
      };
    case 'threat-alert':
    case 'threat-deny':
      return {
        category: 'AZFWThreatIntel',
        properties: {
          ...ends,
          Fqdn: '',
          TargetUrl: '',
          Action: event.verdict === 'threat-deny' ? 'Deny' : 'Alert',
          ThreatDescription: THREAT_LIST,
          IsTlsInspected: false,
        },
      };
    case 'invalid':
      return {
        category: 'AZFWFlowTrace',
        properties: {
          ...ends,
          Flag: 'INVALID',
          Action: 'Log',
          ActionReason: 'Additional TCP Log',
        },
      };
  }
}

function ofProxy(event: ProxyEvent, context: RecordContext): Structured {
  const rule = ruleOf(context, event.rule);
  if (event.isThreat) {
    return {
      category: 'AZFWThreatIntel',
      properties: {
        Protocol: event.protocol,
        SourceIp: event.source,
        SourcePort: event.sourcePort,
        // Application processing does not say the address (azure-firewall 8, sample of storage).
        DestinationIp: '',
        DestinationPort: event.destinationPort,
        Fqdn: event.fqdn,
        TargetUrl: event.url,
        Action: event.isAllowed ? 'Alert' : 'Deny',
        ThreatDescription: THREAT_LIST,
        IsTlsInspected: false,
      },
    };
  }
  return {
    category: 'AZFWApplicationRule',
    properties: {
      Protocol: event.protocol,
      SourceIp: event.source,
      SourcePort: event.sourcePort,
      DestinationPort: event.destinationPort,
      Fqdn: event.fqdn,
      TargetUrl: event.url,
      Action: event.isAllowed ? 'Allow' : 'Deny',
      ...ruleColumns(rule),
      ActionReason: event.reason !== '' ? event.reason : rule === undefined ? DEFAULT_ACTION : '',
      IsTlsInspected: false,
      WebCategory: '',
      IsExplicitProxyRequest: false,
    },
  };
}
