import type { DomainName, Protocol } from '../net/index.ts';
import type { Application } from '../semantics/flow.ts';

/** What a port usually carries; `name` becomes SNI or Host. */
export function applicationOf(
  protocol: Protocol,
  port: number,
  name: DomainName | undefined,
): Application {
  if (protocol !== 'tcp') return { kind: 'none' };
  const host = name === undefined ? {} : { host: name };
  if (port === 443) return { kind: 'https', ...(name === undefined ? {} : { serverName: name }) };
  if (port === 80) return { kind: 'http', ...host };
  if (port === 1433) return { kind: 'mssql', ...host };
  return { kind: 'none' };
}
