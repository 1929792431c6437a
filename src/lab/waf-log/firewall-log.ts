import type { AuditEntry, AuditMessage } from './audit-entry.ts';
import type { AuditLogContext, CustomRuleContext, GatewayLogContext } from './log-context.ts';

/**
 * One line of category ApplicationGatewayFirewallLog. Members and their order as Azure's own engine writes them for v2 gateways
 * (github.com/Azure/azwaf, logging tests) and as documented in articles/web-application-firewall/ag/web-application-firewall-logs.md, read 2026-11-21.
 */
export interface FirewallLogRecord {
  readonly timeStamp: string;
  readonly resourceId: string;
  readonly operationName: 'ApplicationGatewayFirewall';
  readonly category: 'ApplicationGatewayFirewallLog';
  readonly properties: {
    readonly instanceId: string;
    readonly clientIp: string;
    readonly clientPort: string;
    readonly requestUri: string;
    readonly ruleSetType: string;
    /** Absent for custom rules, as `ruleGroup`, `site` and `details` are. */
    readonly ruleSetVersion?: string;
    readonly ruleId: string;
    readonly ruleGroup?: string;
    readonly message: string;
    readonly action: WafAction;
    readonly site?: 'Global';
    readonly details?: {
      readonly message: string;
      readonly data: string;
      readonly file: string;
      readonly line: string;
    };
    readonly hostname: string;
    readonly transactionId: string;
    readonly policyId: string;
    readonly policyScope: AuditLogContext['scope'];
    readonly policyScopeName: string;
  };
}

/**
 * `Matched`: a rule scored or logged. `Blocked` and `Detected`: a rule ended the request, or would have in prevention mode. `Allowed`: a
 * custom rule let it pass. (The documentation once says that `Detected` is the only action in detection mode; Azure's engine, and the table's
 * own description, keep it for rules that decide.)
 */
export type WafAction = 'Matched' | 'Blocked' | 'Detected' | 'Allowed';

/** A record for every rule the request matched. */
export function wafRecords(
  entry: AuditEntry,
  context: { readonly gateway: GatewayLogContext; readonly audit: AuditLogContext },
): readonly FirewallLogRecord[] {
  const { gateway, audit } = context;
  return entry.messages.map((message): FirewallLogRecord => {
    const custom = audit.customRules.find(({ id }) => id === message.ruleId);
    return {
      timeStamp: entry.time.replace('Z', '+00:00'),
      resourceId: gateway.resourceId.toUpperCase(),
      operationName: 'ApplicationGatewayFirewall',
      category: 'ApplicationGatewayFirewallLog',
      properties: {
        instanceId: gateway.instanceId,
        clientIp: entry.clientIp,
        clientPort: String(entry.clientPort),
        requestUri: entry.uri,
        ...(custom === undefined
          ? managedPart(message, audit)
          : customPart(message, custom, audit)),
        hostname: entry.host,
        transactionId: entry.transactionId,
        policyId: audit.policyId,
        policyScope: audit.scope,
        policyScopeName: audit.scopeName,
      },
    };
  });
}

type RulePart = Pick<
  FirewallLogRecord['properties'],
  | 'ruleSetType'
  | 'ruleSetVersion'
  | 'ruleId'
  | 'ruleGroup'
  | 'message'
  | 'action'
  | 'site'
  | 'details'
>;

/** The rule set that really looked at the request: Azure's managed sets are not in the lab, and a log that named them would be wrong. */
function managedPart(message: AuditMessage, audit: AuditLogContext): RulePart {
  const [type = '', version = ''] = message.version.split('/');
  const isMandatory = DECIDING.has(message.ruleId);
  const decides = isMandatory || audit.blockingRules.includes(message.ruleId);
  return {
    ruleSetType: type,
    ruleSetVersion: version,
    ruleId: String(message.ruleId),
    ruleGroup: message.file.replace(/^(?:REQUEST|RESPONSE)-/, '').replace(/\.conf$/, ''),
    message: isMandatory
      ? `Mandatory rule. Cannot be disabled. ${message.message}`
      : message.message,
    action: decides ? decided(audit) : 'Matched',
    site: 'Global',
    details: {
      message: message.match,
      data: message.data,
      file: message.version === '' ? '' : `rules/${message.file}`,
      line: message.version === '' ? '' : message.line,
    },
  };
}

/** Rules that compare the score with the threshold. */
const DECIDING: ReadonlySet<number> = new Set([949110, 959100, 980130]);

const decided = (audit: AuditLogContext): WafAction =>
  audit.mode === 'prevention' ? 'Blocked' : 'Detected';

function customPart(
  message: AuditMessage,
  rule: CustomRuleContext,
  audit: AuditLogContext,
): RulePart {
  const actions = { allow: 'Allowed', block: decided(audit), log: 'Matched' } as const;
  const last = rule.conditions.length - 1;
  const found = rule.conditions.map(({ variable, selector, isNegated }, index) => {
    const field = selector === undefined ? '' : `, field name ${selector}`;
    // ModSecurity keeps the value of the condition it looked at last.
    const value = index === last && !isNegated ? `, with value ${message.data}` : '';
    return `Found condition ${index} in ${variable}${field}${value}.`;
  });
  return {
    ruleSetType: 'Custom',
    ruleId: rule.name,
    message: found.join(' '),
    action: actions[rule.action],
  };
}

/** The record as a row of table AGWFirewallLogs (Azure Monitor reference, read 2026-11-21), without the columns the workspace adds. */
export function firewallLogRow(record: FirewallLogRecord): Readonly<Record<string, unknown>> {
  const { properties } = record;
  return {
    TimeGenerated: record.timeStamp.replace('+00:00', 'Z'),
    OperationName: record.operationName,
    InstanceId: properties.instanceId,
    ClientIp: properties.clientIp,
    ClientPort: Number(properties.clientPort),
    RequestUri: properties.requestUri,
    RuleSetType: properties.ruleSetType,
    RuleSetVersion: properties.ruleSetVersion ?? '',
    RuleId: properties.ruleId,
    Message: properties.message,
    Action: properties.action,
    Site: properties.site ?? '',
    DetailedMessage: properties.details?.message ?? '',
    DetailedData: properties.details?.data ?? '',
    FileDetails: properties.details?.file ?? '',
    LineDetails: properties.details?.line ?? '',
    Hostname: properties.hostname,
    TransactionId: properties.transactionId,
    _ResourceId: record.resourceId.toLowerCase(),
    Type: 'AGWFirewallLogs',
  };
}
