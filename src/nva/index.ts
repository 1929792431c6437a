export { reloadAppliance } from './dns-proxy/commands.ts';
export type { DnsProxyProgram } from './dns-proxy/configuration.ts';
export { type AzureLogRecord, azfwRecords } from './log/azfw-records.ts';
export type { FirewallEvent } from './log/event.ts';
export { readEvent } from './log/read-event.ts';
export type { LoggedRule } from './log/record-context.ts';
export type { LogWriterProgram } from './log/writer-program.ts';
