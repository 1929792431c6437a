import { describe, expect, it } from 'vitest';
import { accessLogRow, accessRecord } from './access-log.ts';

const GATEWAY = {
  resourceId: '/x/agw',
  instanceId: 'appgw_0',
  accessLog: 'access.json',
  audits: [],
};

const LINE = {
  time: '1493234858.250',
  transactionId: 't',
  clientIp: '203.0.113.97',
  clientPort: '46886',
  httpMethod: 'GET',
  requestUri: '/phpmyadmin/scripts/setup.php',
  requestQuery: '',
  originalUri: '/phpmyadmin/scripts/setup.php',
  userAgent: '',
  httpStatus: '404',
  httpVersion: 'HTTP/1.0',
  receivedBytes: '65',
  sentBytes: '553',
  timeTaken: '0.205',
  sslEnabled: '',
  sslCipher: '',
  sslProtocol: '',
  serverRouted: '10.4.0.4:80, 10.4.0.5:80',
  serverStatus: '502, 404',
  serverResponseLatency: '0.001, 0.023',
  host: '',
  originalHost: 'www.contoso.com',
  listenerName: 'l',
  ruleName: 'r',
  backendPoolName: 'p',
  backendSettingName: 's',
  wafMode: 'Prevention',
};

describe('the access log of an application gateway', () => {
  it('has a record with the values of the documented example', () => {
    // web-application-firewall-logs.md, access log of v2; 1493234858 is 2017-04-26T19:27:38Z.
    expect(accessRecord(JSON.stringify(LINE), GATEWAY)).toMatchObject({
      timeStamp: '2017-04-26T19:27:38.250+00:00',
      operationName: 'ApplicationGatewayAccess',
      category: 'ApplicationGatewayAccessLog',
      properties: {
        clientIP: '203.0.113.97',
        clientPort: 46886,
        httpStatus: 404,
        receivedBytes: 65,
        sentBytes: 553,
        sslEnabled: 'off',
        serverRouted: '10.4.0.5:80',
        serverStatus: '404',
        serverResponseLatency: '0.023',
        host: 'www.contoso.com',
        WAFMode: 'Prevention',
      },
    });
  });

  it('a row has columns of AGWAccessLogs alone', () => {
    // azure-monitor-ref/tables/includes/agwaccesslogs-include.md.
    const columns = new Set(
      `BackendPoolName BackendSettingName ClientIp ClientResponseTime Host HttpMethod HttpStatus HttpVersion InstanceId ListenerName
      OperationName OriginalHost OriginalRequestUriWithArgs ReceivedBytes RequestUri _ResourceId RuleName SentBytes ServerResponseLatency ServerRouted
      ServerStatus SslCipher SslEnabled SslProtocol TimeGenerated TimeTaken TransactionId Type UserAgent WafMode`.split(
        /\s+/,
      ),
    );
    const record = accessRecord(JSON.stringify(LINE), GATEWAY);
    const row = record === undefined ? {} : accessLogRow(record);
    expect(Object.keys(row).filter((name) => !columns.has(name))).toEqual([]);
    expect(row).toMatchObject({
      TimeTaken: 0.205,
      ServerStatus: 404,
      ServerResponseLatency: 0.023,
    });
  });

  it.each([
    ['half a line', JSON.stringify(LINE).slice(0, 90)],
    ['no time', '{"clientIp":"x"}'],
    ['a time no date can hold', JSON.stringify({ ...LINE, time: '1e300' })],
    ['a list', '[]'],
  ])('what is no line is none: %s', (_, line) => {
    expect(accessRecord(line, GATEWAY)).toBeUndefined();
  });
});
