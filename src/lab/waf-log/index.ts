export { type AccessLogRecord, accessLogRow, accessRecord } from './access-log.ts';
export { type AuditEntry, type AuditMessage, parseAuditLine } from './audit-entry.ts';
export {
  type FirewallLogRecord,
  firewallLogRow,
  type WafAction,
  wafRecords,
} from './firewall-log.ts';
export type { AuditLogContext, CustomRuleContext, GatewayLogContext } from './log-context.ts';
