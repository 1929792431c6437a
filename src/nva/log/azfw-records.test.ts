import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../../tests/support/source-tree.ts';
import { type AzureLogRecord, azfwRecords } from './azfw-records.ts';
import type { FirewallEvent } from './event.ts';
import { readEvent } from './read-event.ts';
import type { LoggedRule, RecordContext } from './record-context.ts';
import { recordTime } from './record-context.ts';
import { storagePath } from './storage-path.ts';

const samples = join(projectRoot, 'tests', 'samples', 'firewall-logs');
const sample = (name: string) => readFileSync(join(samples, name), 'utf8');

interface Vector {
  readonly category: string;
  readonly operationName: string;
  readonly msg: string;
  readonly expect: Readonly<Record<string, string | number | boolean>>;
}

const VECTORS: readonly Vector[] = JSON.parse(sample('legacy-msg-vectors.json')).vectors;
const SCHEMA: Readonly<
  Record<string, { readonly diagnosticCategory: string; readonly columns: Record<string, string> }>
> = JSON.parse(sample('azfw-log-schema.json')).tables;
const STORED: readonly AzureLogRecord[] = sample('storage-PT1H.jsonl')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

const RESOURCE =
  '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-perimeter/providers/Microsoft.Network/azureFirewalls/fw-perimeter';

/** The event behind a text, from the fields that the vector says it has; its rule is number 1. */
function eventOf(expected: Vector['expect']): { event: FirewallEvent; rules: LoggedRule[] } {
  const text = (member: string) => String(expected[member] ?? '');
  const number = (member: string) => Number(expected[member] ?? 0);
  const hasRule = expected['rule'] !== undefined || expected['translatedIp'] !== undefined;
  const rules = hasRule
    ? [rule({ number: 0 }), rule({ number: 1, ...namesOf(expected) })]
    : [rule({ number: 0 })];
  const base = {
    microseconds: 0,
    protocol: text('protocol'),
    source: text('srcIp'),
    sourcePort: number('srcPort'),
    destination: text('dstIp'),
    destinationPort: number('dstPort'),
    rule: hasRule ? 1 : 0,
  };
  if (expected['queryType'] !== undefined) {
    return {
      rules,
      event: {
        kind: 'dns',
        microseconds: 0,
        source: text('srcIp'),
        sourcePort: number('srcPort'),
        queryId: number('queryId'),
        queryType: text('queryType'),
        queryClass: text('queryClass'),
        queryName: text('queryName'),
        protocol: text('protocol'),
        requestSize: number('requestSize'),
        isDnssecOk: expected['dnssecOk'] === true,
        edns0BufferSize: number('edns0BufferSize'),
        responseCode: text('responseCode'),
        responseFlags: text('responseFlags'),
        responseSize: number('responseSize'),
        seconds: number('durationSecs'),
        error: text('detail'),
      },
    };
  }
  if (base.protocol.startsWith('HTTP')) {
    const reason = text('reason');
    return {
      rules,
      event: {
        kind: 'proxy',
        ...base,
        fqdn: text('fqdn'),
        url: text('url'),
        isAllowed: expected['action'] !== 'Deny',
        reason,
        isThreat: expected['threatIntel'] !== undefined,
        isAlert: false,
      },
    };
  }
  const verdict = { Allow: 'allow', Deny: 'deny', DNAT: 'dnat' } as const;
  return {
    rules,
    event: {
      kind: 'verdict',
      ...base,
      verdict: verdict[text('action') as 'Allow'],
      ...(expected['icmpType'] === undefined ? {} : { icmpType: number('icmpType') }),
    },
  };
}

function namesOf(expected: Vector['expect']): Partial<LoggedRule> {
  const text = (member: string) => String(expected[member] ?? '');
  return {
    policy: text('policy'),
    group: text('ruleCollectionGroup'),
    collection: text('ruleCollection'),
    rule: text('rule'),
    translatedAddress: text('translatedIp'),
    translatedPort: Number(expected['translatedPort'] ?? 0),
  };
}

function rule(members: Partial<LoggedRule>): LoggedRule {
  return {
    number: 0,
    kind: members.number === 0 ? 'default' : 'network',
    action: 'Allow',
    policy: '',
    group: '',
    collection: '',
    rule: '',
    ...members,
  };
}

const context = (rules: readonly LoggedRule[]): RecordContext => ({ resourceId: RESOURCE, rules });

/** Texts that the appliance has no event for, or that carry a form which only some versions write. */
const NOT_OURS: Readonly<Record<string, string>> = {
  signatureId: 'the appliance has no IDPS',
  webCategory: 'the appliance knows no web categories',
};

/** Differences in spacing and full stops that the grammar names as noise (azure-firewall 8.4, parser notes). */
const tidy = (text: string) =>
  text
    .replace(/ {2,}/g, ' ')
    .replace(/[. ]+$/, '')
    .replace(/\.\.+ /g, '. ');

describe('the text form', () => {
  const ours = VECTORS.filter(
    ({ expect: fields }) => !Object.keys(NOT_OURS).some((member) => member in fields),
  );

  it('leaves out only what the appliance cannot say', () => {
    expect(VECTORS.length - ours.length).toBe(2);
  });

  it.each(
    ours
      // Written by older versions: no rule named, ICMP without its type, "was denied".
      .filter(
        ({ msg }) => !/Action: Allow\. $|^ICMP request|was denied|DNAT'ed to [\d.:]+$/.test(msg),
      )
      .filter(({ msg }) => !msg.includes('Bot Networks')),
  )('$msg', ({ category, operationName, msg, expect: fields }) => {
    const { event, rules } = eventOf(fields);
    const [record] = azfwRecords(event, context(rules), { structured: false, legacy: true });
    expect(record).toMatchObject({ category, operationName });
    expect(tidy(String(record!.properties['msg']))).toBe(tidy(msg));
  });

  it('of a threat is the published one with our own words about the entry', () => {
    const vector = VECTORS.find(({ msg }) => msg.includes('Bot Networks'))!;
    const { event, rules } = eventOf(vector.expect);
    const [record] = azfwRecords(event, context(rules), { structured: false, legacy: true });
    expect(record?.properties['msg']).toBe(vector.msg.replace('Bot Networks', 'Threat list'));
  });
});

describe('a structured record', () => {
  const ourCategories = [
    'AZFWNetworkRule',
    'AZFWApplicationRule',
    'AZFWNatRule',
    'AZFWThreatIntel',
    'AZFWDnsQuery',
  ];

  it.each(STORED.filter(({ category }) => ourCategories.includes(category)))(
    '$category at $time is what Azure stored',
    (stored) => {
      const { event, rules } = eventBehind(stored);
      const [record] = azfwRecords(event, context(rules), { structured: true, legacy: false });
      const description = stored.properties['ThreatDescription'];
      expect(record).toEqual({
        ...stored,
        properties: {
          ...stored.properties,
          // Azure writes text here and says `bool` in its schema; both are read (azure-firewall 8.2).
          ...(description === undefined
            ? {}
            : { ThreatDescription: 'Threat list', IsTlsInspected: false }),
        },
      });
    },
  );

  it.each([...ourCategories, 'AZFWFlowTrace', 'AZFWFqdnResolveFailure'])(
    '%s has exactly the columns of its table, each of its type',
    (category) => {
      const record = everyEvent()
        .flatMap((event) =>
          azfwRecords(event, context([rule({ number: 0 })]), { structured: true, legacy: false }),
        )
        .find((each) => each.category === category)!;
      const table = Object.values(SCHEMA).find((each) => each.diagnosticCategory === category)!;
      const types = { string: 'string', int: 'number', real: 'number', bool: 'boolean' } as const;
      expect(Object.keys(record.properties).sort()).toEqual(Object.keys(table.columns).sort());
      for (const [column, type] of Object.entries(table.columns)) {
        expect([column, typeof record.properties[column]]).toEqual([column, types[type as 'int']]);
      }
    },
  );

  it('of a denial without a rule has empty rule columns and says Default Action', () => {
    const [record] = azfwRecords(everyEvent()[0]!, context([]), {
      structured: true,
      legacy: false,
    });
    expect(record?.properties).toMatchObject({
      Action: 'Deny',
      Policy: '',
      RuleCollectionGroup: '',
      RuleCollection: '',
      Rule: '',
      ActionReason: 'Default Action',
    });
  });

  it('of a listed name in alert mode stands before that of the rule which allowed it', () => {
    const line =
      '{"t":"1741083301.123","cat":"AZFWApplicationRule","proto":"HTTPS","src":"10.0.0.4","sport":40000,"dst":"203.0.113.9","dport":443,"fqdn":"bad.example","ip":"203.0.113.9","action":"Allow","rule":"1","reason":"rule","threat":"2","tsc":"--","up":1,"down":2,"ms":3}';
    const event = readEvent('proxy', line)!;
    const rules = [rule({ number: 0 }), rule({ number: 1, rule: 'all' })];
    const written = azfwRecords(event, context(rules), { structured: true, legacy: false });
    expect(written).toMatchObject([
      { category: 'AZFWThreatIntel', properties: { Action: 'Alert', Fqdn: 'bad.example' } },
      { category: 'AZFWApplicationRule', properties: { Action: 'Allow', Rule: 'all' } },
    ]);
  });

  it('of a client that names nobody says so in the words of Azure', () => {
    const line =
      '{"t":"1741083301.123","cat":"AZFWApplicationRule","proto":"HTTPS","src":"10.0.0.4","sport":40000,"dst":"203.0.113.9","dport":443,"fqdn":"","ip":"","action":"Deny","rule":"0","reason":"no-sni","threat":"","tsc":"PR","up":0,"down":0,"ms":3}';
    const event = readEvent('proxy', line)!;
    const written = azfwRecords(event, context([]), { structured: true, legacy: true });
    expect(written[0]?.properties['ActionReason']).toBe('SNI TLS extension was missing');
    expect(written[1]?.properties['msg']).toBe(
      'HTTPS request from 10.0.0.4:40000. Action: Deny. Reason: SNI TLS extension was missing.',
    );
  });

  it('lies where Azure Monitor puts it', () => {
    expect(storagePath(STORED[0]!)).toBe(
      'insights-logs-azfwnetworkrule/resourceId=/SUBSCRIPTIONS/11111111-2222-3333-4444-555555555555/RESOURCEGROUPS/RG-PERIMETER/PROVIDERS/MICROSOFT.NETWORK/AZUREFIREWALLS/FW-PERIMETER/y=2025/m=03/d=04/h=10/m=00/PT1H.json',
    );
  });

  it('has a time with seven digits, to the microsecond', () => {
    // date -u -d @1741083301.123456 +%FT%T.%N
    expect(recordTime(1_741_083_301_123_456)).toBe('2025-03-04T10:15:01.1234560Z');
    expect(recordTime(1_741_083_301_000_009)).toBe('2025-03-04T10:15:01.0000090Z');
  });
});

/** The event that must have led to a stored record. */
function eventBehind(stored: AzureLogRecord): { event: FirewallEvent; rules: LoggedRule[] } {
  const of = stored.properties;
  const named = (of['Rule'] ?? '') !== '';
  const rules = [
    rule({ number: 0 }),
    rule({
      number: 1,
      policy: String(of['Policy'] ?? ''),
      group: String(of['RuleCollectionGroup'] ?? ''),
      collection: String(of['RuleCollection'] ?? ''),
      rule: String(of['Rule'] ?? ''),
      translatedAddress: String(of['TranslatedIp'] ?? ''),
      translatedPort: Number(of['TranslatedPort'] ?? 0),
    }),
  ];
  const base = {
    microseconds: microsecondsOf(stored.time),
    protocol: String(of['Protocol']),
    source: String(of['SourceIp']),
    sourcePort: Number(of['SourcePort']),
    destination: String(of['DestinationIp'] ?? ''),
    destinationPort: Number(of['DestinationPort'] ?? 0),
    rule: named ? 1 : 0,
  };
  if (stored.category === 'AZFWDnsQuery') {
    return {
      rules,
      event: {
        ...base,
        kind: 'dns',
        queryId: Number(of['QueryId']),
        queryType: String(of['QueryType']),
        queryClass: String(of['QueryClass']),
        queryName: String(of['QueryName']),
        requestSize: Number(of['RequestSize']),
        isDnssecOk: of['DnssecOkBit'] === true,
        edns0BufferSize: Number(of['EDNS0BufferSize']),
        responseCode: String(of['ResponseCode']),
        responseFlags: String(of['ResponseFlags']),
        responseSize: Number(of['ResponseSize']),
        seconds: Number(of['RequestDurationSecs']),
        error: '',
      },
    };
  }
  if (stored.category === 'AZFWApplicationRule' || stored.category === 'AZFWThreatIntel') {
    return {
      rules,
      event: {
        ...base,
        kind: 'proxy',
        fqdn: String(of['Fqdn']),
        url: String(of['TargetUrl']),
        isAllowed: of['Action'] !== 'Deny',
        reason: '',
        isThreat: stored.category === 'AZFWThreatIntel',
        isAlert: false,
      },
    };
  }
  const verdict =
    stored.category === 'AZFWNatRule' ? 'dnat' : of['Action'] === 'Allow' ? 'allow' : 'deny';
  return { rules, event: { ...base, kind: 'verdict', verdict } };
}

function microsecondsOf(time: string): number {
  return Date.parse(`${time.slice(0, 19)}Z`) * 1000 + Number(time.slice(20, 26));
}

function everyEvent(): FirewallEvent[] {
  const base = {
    microseconds: 1_741_083_301_123_456,
    protocol: 'TCP',
    source: '10.42.1.4',
    sourcePort: 51990,
    destination: '198.51.100.17',
    destinationPort: 443,
    rule: 0,
  };
  return [
    { ...base, kind: 'verdict', verdict: 'deny' },
    { ...base, kind: 'verdict', verdict: 'dnat' },
    { ...base, kind: 'verdict', verdict: 'threat-deny' },
    { ...base, kind: 'verdict', verdict: 'invalid', tcpFlags: 'SYN-ACK' },
    {
      ...base,
      kind: 'proxy',
      fqdn: 'a.example',
      url: '',
      isAllowed: false,
      reason: '',
      isThreat: false,
      isAlert: false,
    },
    {
      kind: 'resolve-failure',
      microseconds: 0,
      fqdn: 'a.example',
      error: 'x',
      server: '',
      serverPort: 0,
    },
    {
      ...base,
      kind: 'dns',
      queryId: 1,
      queryType: 'A',
      queryClass: 'IN',
      queryName: 'a.example.',
      requestSize: 40,
      isDnssecOk: false,
      edns0BufferSize: 512,
      responseCode: 'NOERROR',
      responseFlags: 'qr,rd,ra',
      responseSize: 80,
      seconds: 0.001,
      error: '',
    },
  ];
}
