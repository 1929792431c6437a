import { describe, expect, it } from 'vitest';
import { parseAuditLine } from './audit-entry.ts';
import { firewallLogRow, wafRecords } from './firewall-log.ts';
import type { AuditLogContext, GatewayLogContext } from './log-context.ts';

/** An entry as ModSecurity 3.0.9 wrote it, shortened. */
const LINE = JSON.stringify({
  transaction: {
    client_ip: '203.0.113.147',
    time_stamp: 'Sat Nov  7 17:26:57 2026',
    server_id: '2ce124b0c5d02b433a9392782ff8b313286c1942',
    client_port: 40032,
    host_ip: '10.1.3.4',
    host_port: 443,
    unique_id: '8a96c76e41240dacb9b0f2a8325bcdb8',
    request: {
      method: 'GET',
      http_version: 1.1,
      uri: '/?q=1',
      headers: { host: '127.0.0.1', Cookie: 'session=secret' },
    },
    response: { http_code: 403 },
    messages: [
      {
        message: 'Host header is a numeric IP address',
        details: {
          match:
            "Matched \"Operator `Rx' with parameter `^[\\d.:]+$' against variable `REQUEST_HEADERS:Host' (Value: `127.0.0.1' )",
          ruleId: '920350',
          file: '/usr/share/modsecurity-crs/rules/REQUEST-920-PROTOCOL-ENFORCEMENT.conf',
          lineNumber: '719',
          data: '127.0.0.1',
          severity: '4',
          ver: 'OWASP_CRS/3.3.4',
        },
      },
      {
        message: 'Inbound Anomaly Score Exceeded (Total Score: 8)',
        details: {
          match: "Matched \"Operator `Ge' with parameter `5' against variable `TX:ANOMALY_SCORE'",
          ruleId: '949110',
          file: '/usr/share/modsecurity-crs/rules/REQUEST-949-BLOCKING-EVALUATION.conf',
          lineNumber: '81',
          data: '',
          ver: 'OWASP_CRS/3.3.4',
        },
      },
    ],
  },
});

const GATEWAY: GatewayLogContext = {
  resourceId:
    '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/applicationGateways/agw',
  instanceId: 'appgw_0',
  accessLog: 'access.json',
  audits: [],
};

const audit = (more: Partial<AuditLogContext> = {}): AuditLogContext => ({
  auditLog: 'audit-1.json',
  policyId: 'waf policy 1',
  scope: 'Global',
  scopeName: 'Default Policy',
  mode: 'prevention',
  customRules: [],
  blockingRules: [],
  ...more,
});

function records(more: Partial<AuditLogContext> = {}, line = LINE) {
  const entry = parseAuditLine(line);
  if (entry === undefined) throw new Error('no entry');
  return wafRecords(entry, { gateway: GATEWAY, audit: audit(more) });
}

describe('the firewall log of an application gateway', () => {
  it('has a record as the documentation shows it', () => {
    // articles/web-application-firewall/ag/web-application-firewall-logs.md, the example of rule 920350; resource id in capitals as there.
    expect(records()[0]).toEqual({
      timeStamp: '2026-11-07T17:26:57+00:00',
      resourceId:
        '/SUBSCRIPTIONS/S/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.NETWORK/APPLICATIONGATEWAYS/AGW',
      operationName: 'ApplicationGatewayFirewall',
      category: 'ApplicationGatewayFirewallLog',
      properties: {
        instanceId: 'appgw_0',
        clientIp: '203.0.113.147',
        clientPort: '40032',
        requestUri: '/?q=1',
        ruleSetType: 'OWASP_CRS',
        ruleSetVersion: '3.3.4',
        ruleId: '920350',
        ruleGroup: '920-PROTOCOL-ENFORCEMENT',
        message: 'Host header is a numeric IP address',
        action: 'Matched',
        site: 'Global',
        details: {
          message:
            "Matched \"Operator `Rx' with parameter `^[\\d.:]+$' against variable `REQUEST_HEADERS:Host' (Value: `127.0.0.1' )",
          data: '127.0.0.1',
          file: 'rules/REQUEST-920-PROTOCOL-ENFORCEMENT.conf',
          line: '719',
        },
        hostname: '127.0.0.1',
        transactionId: '8a96c76e41240dacb9b0f2a8325bcdb8',
        policyId: 'waf policy 1',
        policyScope: 'Global',
        policyScopeName: 'Default Policy',
      },
    });
  });

  it('says Blocked of the rule that compares the score, and Detected of it in detection mode', () => {
    // web-application-firewall-troubleshoot.md: the message of the blocking record.
    const message =
      'Mandatory rule. Cannot be disabled. Inbound Anomaly Score Exceeded (Total Score: 8)';
    expect(records()[1]?.properties).toMatchObject({ message, action: 'Blocked' });
    // Azure/azwaf, TestSecRuleDetectionModeTriggered and …Blocked: Matched stays, Blocked becomes Detected.
    const actions = records({ mode: 'detection' }).map(({ properties }) => properties.action);
    expect(actions).toEqual(['Matched', 'Detected']);
  });

  it('a rule whose action is Block says Blocked itself', () => {
    const [first] = records({ blockingRules: [920350] });
    expect(first?.properties.action).toBe('Blocked');
  });

  it('a custom rule goes by its name, with every condition, and has neither version nor details', () => {
    const line = JSON.parse(LINE);
    line.transaction.messages = [
      { message: 'Custom rule', details: { ruleId: '1000001', data: 'abc', file: 'waf-1.conf' } },
    ];
    const rule = (action: 'allow' | 'block' | 'log') => ({
      customRules: [
        {
          id: 1000001,
          name: 'myCustomRule1',
          action,
          conditions: [
            { variable: 'PostArgs', selector: 'somefield', isNegated: true },
            { variable: 'RequestUri', isNegated: false },
          ],
        },
      ],
    });
    const [record] = records(rule('block'), JSON.stringify(line));
    // Azure/azwaf, TestCustomRuleTriggeredBlocked: the words of the message and the members there are.
    expect(record?.properties).toMatchObject({
      ruleSetType: 'Custom',
      ruleId: 'myCustomRule1',
      message:
        'Found condition 0 in PostArgs, field name somefield. Found condition 1 in RequestUri, with value abc.',
      action: 'Blocked',
    });
    expect(Object.keys(record?.properties ?? {})).not.toEqual(
      expect.arrayContaining(['ruleSetVersion']),
    );
    const action = (mode: 'detection' | 'prevention', of: 'allow' | 'block' | 'log') =>
      records({ ...rule(of), mode }, JSON.stringify(line))[0]?.properties.action;
    // TestCustomRuleDetectionModeBlocked, TestCustomRuleTriggeredAllowed, TestCustomRuleDetectionModeAllowed.
    expect(action('detection', 'block')).toBe('Detected');
    expect(action('prevention', 'allow')).toBe('Allowed');
    expect(action('detection', 'allow')).toBe('Allowed');
  });

  it('no header but Host leaves the audit log', () => {
    expect(JSON.stringify(records())).not.toContain('secret');
  });

  it('a row has the columns of AGWFirewallLogs and no other', () => {
    // azure-monitor-ref/tables/includes/agwfirewalllogs-include.md, without what the workspace adds.
    const columns = `Action ClientIp ClientPort DetailedData DetailedMessage FileDetails Hostname InstanceId LineDetails
      Message OperationName RequestUri _ResourceId RuleId RuleSetType RuleSetVersion Site TimeGenerated TransactionId Type`;
    const [record] = records();
    const row = record === undefined ? {} : firewallLogRow(record);
    expect(Object.keys(row).sort()).toEqual(columns.split(/\s+/).sort());
    expect(row).toMatchObject({ ClientPort: 40032, TimeGenerated: '2026-11-07T17:26:57Z' });
  });
});

describe('lines of an audit log', () => {
  it.each([
    ['half a line', LINE.slice(0, 200)],
    ['another value', '[1]'],
    ['no transaction', '{"a":1}'],
    ['a day that is none', LINE.replace('Sat Nov  7', 'Sat Foo  7')],
    ['nothing', ''],
  ])('that are no entry are none: %s', (_, line) => {
    expect(parseAuditLine(line)).toBeUndefined();
  });

  it('members of another type are read as absent', () => {
    const line = JSON.parse(LINE);
    line.transaction.messages = [{ message: 7, details: [] }, null, 'text'];
    line.transaction.request = null;
    const entry = parseAuditLine(JSON.stringify(line));
    expect(entry?.messages.map(({ message, ruleId }) => [message, ruleId])).toEqual([
      ['7', 0],
      ['', 0],
      ['', 0],
    ]);
    expect([entry?.uri, entry?.host]).toEqual(['', '']);
  });
});
