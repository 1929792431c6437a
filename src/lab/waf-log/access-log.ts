import type { GatewayLogContext } from './log-context.ts';

/**
 * One line of category ApplicationGatewayAccessLog, as v2 gateways write it (articles/web-application-firewall/ag/web-application-firewall-logs.md
 * and the columns of AGWAccessLogs, read 2026-11-21). Times are seconds, as the table has them.
 */
export interface AccessLogRecord {
  readonly timeStamp: string;
  readonly resourceId: string;
  readonly operationName: 'ApplicationGatewayAccess';
  readonly category: 'ApplicationGatewayAccessLog';
  readonly listenerName: string;
  readonly ruleName: string;
  readonly backendPoolName: string;
  readonly backendSettingName: string;
  readonly properties: {
    readonly instanceId: string;
    readonly clientIP: string;
    readonly clientPort: number;
    readonly httpMethod: string;
    readonly originalRequestUriWithArgs: string;
    readonly requestUri: string;
    readonly requestQuery: string;
    readonly userAgent: string;
    readonly httpStatus: number;
    readonly httpVersion: string;
    readonly receivedBytes: number;
    readonly sentBytes: number;
    readonly timeTaken: number;
    readonly WAFMode: string;
    readonly transactionId: string;
    readonly sslEnabled: 'on' | 'off';
    readonly sslCipher: string;
    readonly sslProtocol: string;
    readonly serverRouted: string;
    readonly serverStatus: string;
    readonly serverResponseLatency: string;
    readonly originalHost: string;
    readonly host: string;
  };
}

const LINE_CHARACTERS_MAX = 1_000_000;

/** One line of nginx's access log; `undefined` when it is none. */
export function accessRecord(
  line: string,
  gateway: GatewayLogContext,
): AccessLogRecord | undefined {
  const written = parse(line);
  const milliseconds = Math.round(Number(written?.get('time')) * 1000);
  // The last millisecond a date can hold.
  if (written === undefined || !(Math.abs(milliseconds) <= 8.64e15)) return undefined;
  const text = (name: string): string => written.get(name) ?? '';
  const number = (name: string): number => {
    const found = Number(text(name));
    return Number.isFinite(found) ? found : 0;
  };
  // Several backends were tried: the last one answered.
  const last = (name: string): string =>
    text(name)
      .split(/, | : /)
      .at(-1) ?? '';
  return {
    timeStamp: new Date(milliseconds).toISOString().replace('Z', '+00:00'),
    resourceId: gateway.resourceId.toUpperCase(),
    operationName: 'ApplicationGatewayAccess',
    category: 'ApplicationGatewayAccessLog',
    listenerName: text('listenerName'),
    ruleName: text('ruleName'),
    backendPoolName: text('backendPoolName'),
    backendSettingName: text('backendSettingName'),
    properties: {
      instanceId: gateway.instanceId,
      clientIP: text('clientIp'),
      clientPort: number('clientPort'),
      httpMethod: text('httpMethod'),
      originalRequestUriWithArgs: text('originalUri'),
      requestUri: text('requestUri'),
      requestQuery: text('requestQuery'),
      userAgent: text('userAgent'),
      httpStatus: number('httpStatus'),
      httpVersion: text('httpVersion'),
      receivedBytes: number('receivedBytes'),
      sentBytes: number('sentBytes'),
      timeTaken: number('timeTaken'),
      WAFMode: text('wafMode'),
      transactionId: text('transactionId'),
      sslEnabled: text('sslEnabled') === 'on' ? 'on' : 'off',
      sslCipher: text('sslCipher'),
      sslProtocol: text('sslProtocol'),
      serverRouted: last('serverRouted'),
      serverStatus: last('serverStatus'),
      serverResponseLatency: last('serverResponseLatency'),
      originalHost: text('originalHost'),
      host: text('host') === '' ? text('originalHost') : text('host'),
    },
  };
}

/** The record as a row of table AGWAccessLogs, without the columns the workspace adds. */
export function accessLogRow(record: AccessLogRecord): Readonly<Record<string, unknown>> {
  const { properties } = record;
  return {
    TimeGenerated: record.timeStamp.replace('+00:00', 'Z'),
    OperationName: record.operationName,
    ListenerName: record.listenerName,
    RuleName: record.ruleName,
    BackendPoolName: record.backendPoolName,
    BackendSettingName: record.backendSettingName,
    InstanceId: properties.instanceId,
    ClientIp: properties.clientIP,
    HttpMethod: properties.httpMethod,
    HttpStatus: properties.httpStatus,
    HttpVersion: properties.httpVersion,
    RequestUri: properties.requestUri,
    OriginalRequestUriWithArgs: properties.originalRequestUriWithArgs,
    UserAgent: properties.userAgent,
    ReceivedBytes: properties.receivedBytes,
    SentBytes: properties.sentBytes,
    TimeTaken: properties.timeTaken,
    SslEnabled: properties.sslEnabled,
    SslCipher: properties.sslCipher,
    SslProtocol: properties.sslProtocol,
    ServerRouted: properties.serverRouted,
    ServerStatus: Number(properties.serverStatus) || 0,
    ServerResponseLatency: Number(properties.serverResponseLatency) || 0,
    Host: properties.host,
    OriginalHost: properties.originalHost,
    TransactionId: properties.transactionId,
    WafMode: properties.WAFMode,
    _ResourceId: record.resourceId.toLowerCase(),
    Type: 'AGWAccessLogs',
  };
}

function parse(line: string): ReadonlyMap<string, string> | undefined {
  if (line.length > LINE_CHARACTERS_MAX) return undefined;
  try {
    const json: unknown = JSON.parse(line);
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
    const texts = Object.entries(json).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    return new Map(texts);
  } catch {
    return undefined;
  }
}
