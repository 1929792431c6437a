import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeAll, decodeChunks } from '../../../tests/support/decode-all.ts';
import type { LogRecord } from '../record.ts';
import { formatOrigin } from '../record.ts';

const sample = (name: string) => readFileSync(`tests/samples/firewall-logs/${name}`);
const bytes = (text: string) => Buffer.from(text, 'utf8');

/** A record of the structured form; the least that is one. */
const record = (rest: Readonly<Record<string, unknown>> = {}, time = '2025-03-04T10:15:01.5Z') =>
  JSON.stringify({
    category: 'AZFWNetworkRule',
    time,
    resourceId: '/SUBSCRIPTIONS/S',
    properties: { Protocol: 'TCP', SourceIp: '10.0.0.4', SourcePort: 1, Action: 'Deny', ...rest },
  });

/** What a record says, without where it stood. */
const content = (one: LogRecord) => ({ ...one, source: 0, line: 0, item: 0 });

describe('the same records, however they were delivered', () => {
  it('storage lines: every category of the samples, every column of the tables', async () => {
    const { records, reports } = await decodeAll(sample('storage-PT1H.jsonl'));
    expect(reports[0]).toMatchObject({ units: 12, records: 12, quarantined: 0, layout: 'lines' });
    // From the sample by hand.
    expect(records[0]).toMatchObject({
      kind: 'network',
      time: 1_741_083_301_123_456,
      category: 'AZFWNetworkRule',
      protocol: 'UDP',
      sourceIp: '10.42.1.7',
      sourcePort: 41_612,
      destinationIp: '20.62.130.10',
      destinationPort: 1194,
      action: 'Allow',
      actionReason: '',
      policy: 'fwp-aks-prod',
      rule: 'apiudp',
      line: 1,
      item: 0,
    });
    expect(records[5]).toMatchObject({ kind: 'threat', isTlsInspected: false });
    expect(records[7]).toMatchObject({ kind: 'dns', requestDurationSecs: 0.005563465 });
  });

  it('no field of a structured sample is unknown', async () => {
    const { records, reports } = await decodeAll(sample('eventhub-structured.json'));
    expect(records.length).toBe(14);
    expect(reports[0]?.unknownFields).toEqual([]);
    expect(reports[0]?.unknownCategories).toEqual([]);
    expect(records.map(({ kind }) => kind)).toEqual([
      ...['network', 'network', 'application', 'application', 'dnat', 'threat', 'idps', 'dns'],
      ...['resolve-failure', 'flow-trace', 'fat-flow', 'network-aggregation'],
      ...['application-aggregation', 'dnat-aggregation'],
    ]);
  });

  it('every value of every structured record stands in a column', async () => {
    const { records } = await decodeAll(sample('eventhub-structured.json'));
    const streamed = JSON.parse(sample('eventhub-structured.json').toString()).records;
    for (const [index, { properties }] of streamed.entries()) {
      const values = Object.values(records[index] as object).map(String);
      for (const value of Object.values(properties)) expect(values).toContain(String(value));
    }
  });

  it('an envelope, its elements on one line, an array, and lines give the same', async () => {
    const envelope = sample('eventhub-structured.json');
    const { records } = JSON.parse(envelope.toString());
    const ways = await Promise.all(
      [
        envelope,
        bytes(JSON.stringify({ records })),
        bytes(JSON.stringify(records)),
        bytes(JSON.stringify(records, null, 2)),
        bytes(records.map((one: unknown) => JSON.stringify(one)).join('\n')),
        bytes(records.map((one: unknown) => JSON.stringify(one)).join('\r\n')),
        bytes(records.map((one: unknown) => JSON.stringify(one, null, 1)).join('\n')),
        bytes(records.map((one: unknown) => JSON.stringify({ records: [one] })).join('\n')),
        gzipSync(envelope),
        Buffer.concat([gzipSync(bytes('[')), gzipSync(bytes(`${JSON.stringify(records[0])}]`))]),
        Buffer.from(`\uFEFF${envelope}`, 'utf8'),
        Buffer.from(envelope.toString(), 'utf16le'),
        Buffer.from(`\uFEFF${envelope}`, 'utf16le'),
        Buffer.from(`\uFEFF${envelope}`, 'utf16le').swap16(),
      ].map((each) => decodeAll(each)),
    );
    const first = ways[0]!.records.map(content);
    expect(first.length).toBe(14);
    for (const [index, way] of ways.entries()) {
      const wanted = index === 9 ? first.slice(0, 1) : first;
      expect([index, way.records.map(content)]).toEqual([index, wanted]);
      expect(way.quarantined).toEqual([]);
    }
    const remarks = ways.map(({ reports }) => reports[0]!.diagnostics.map(({ code }) => code));
    expect(remarks.slice(0, 11).flat()).toEqual([]);
    expect(remarks.slice(11)).toEqual([['logs/encoding'], ['logs/encoding'], ['logs/encoding']]);
  });

  it('a progressive answer that replaces rows it gave before is said to hold both', async () => {
    const { columns, rows } = JSON.parse(sample('loganalytics-query-result.json').toString())
      .tables[0];
    const Columns = columns.map(({ name }: { name: string }) => ({ ColumnName: name }));
    const header = { FrameType: 'TableHeader', TableId: 1, TableKind: 'PrimaryResult', Columns };
    const part = (TableFragmentType: string, Rows: readonly unknown[]) => ({
      ...{ FrameType: 'TableFragment', TableId: 1, TableFragmentType, Rows },
    });
    const read = async (...parts: readonly object[]) => {
      const { reports, records } = await decodeAll(bytes(JSON.stringify([header, ...parts])));
      return [records.length, reports[0]!.diagnostics.map(({ code }) => code)];
    };
    const all = rows.length;
    // The first one replaces nothing.
    expect(await read(part('DataReplace', rows))).toEqual([all, []]);
    expect(await read(part('DataAppend', rows), part('DataReplace', rows))).toEqual([
      all * 2,
      ['logs/partial-result'],
    ]);
  });

  it('the answer of Log Analytics, of Data Explorer (v1, v2, progressive), of az, and CSV give the same', async () => {
    const answer = JSON.parse(sample('loganalytics-query-result.json').toString());
    const { columns, rows } = answer.tables[0];
    const names: readonly string[] = columns.map(({ name }: { name: string }) => name);
    const kusto = names.map((ColumnName) => ({ ColumnName, ColumnType: 'string' }));
    const frame = {
      FrameType: 'DataTable',
      TableKind: 'PrimaryResult',
      TableName: 'PrimaryResult',
    };
    const other = { FrameType: 'DataTable', TableKind: 'QueryProperties', TableName: '@Ext' };
    const done = { FrameType: 'DataSetCompletion', HasErrors: false, Cancelled: false };
    const header = { FrameType: 'TableHeader', TableId: 1, TableKind: 'PrimaryResult' };
    const part = { FrameType: 'TableFragment', TableId: 1, TableFragmentType: 'DataAppend' };
    const objects = rows.map((row: readonly unknown[]) =>
      Object.fromEntries(names.map((name, index) => [name, row[index]])),
    );
    const csv = (delimiter: string, head: readonly string[]) =>
      [head, ...rows]
        .map((row) => row.map((cell: unknown) => `"${cell}"`).join(delimiter))
        .join('\r\n');
    const portal = names.map((name) => (name === 'TimeGenerated' ? `${name} [UTC]` : name));
    const ways = await Promise.all(
      [
        sample('loganalytics-query-result.json').toString(),
        JSON.stringify(answer),
        JSON.stringify({
          Tables: [
            { TableName: 'Table_0', Columns: kusto, Rows: rows },
            { TableName: 'Table_1', Columns: [{ ColumnName: 'Value' }], Rows: [['x']] },
          ],
        }),
        JSON.stringify([
          { FrameType: 'DataSetHeader', Version: 'v2.0' },
          { ...other, Columns: [{ ColumnName: 'Key' }], Rows: [['k']] },
          { ...frame, Columns: kusto, Rows: rows },
          done,
        ]),
        `[${[{ ...header, Columns: kusto }, { ...part, Rows: rows.slice(0, 1) }, { ...part, Rows: rows.slice(1) }, { FrameType: 'TableCompletion', TableId: 1, RowCount: 2 }, done].map((each) => JSON.stringify(each)).join('\n,')}]`,
        JSON.stringify(objects, null, 2),
        csv(',', names),
        csv(';', names),
        csv('\t', portal),
      ].map((text) => decodeAll(bytes(text))),
    );
    const first = ways[0]!.records.map(content);
    expect(first).toMatchObject([
      { kind: 'network', sourcePort: 41_612, resource: rows[0][12], rule: 'apiudp' },
      { kind: 'network', action: 'Deny', actionReason: 'Default Action', policy: '' },
    ]);
    for (const [index, way] of ways.entries()) {
      expect([index, way.records.map(content)]).toEqual([index, first]);
      expect(way.quarantined).toEqual([]);
      expect(way.reports[0]?.units).toBe(2);
    }
  });

  it('AzureDiagnostics rows are read from their text', async () => {
    const { records } = await decodeAll(sample('loganalytics-azurediagnostics-result.json'));
    const streamed = await decodeAll(sample('eventhub-legacy.json'));
    expect(records.map(content)).toEqual(streamed.records.slice(0, 6).map(content));
    expect(records[0]?.form).toBe('legacy');
  });

  it('a table tells its kind by its columns where no column names it', async () => {
    const text =
      'TimeGenerated,SourceIp,QueryName,QueryType\n2025-03-04T10:15:01Z,10.0.0.4,a.example.,A\n';
    const { records } = await decodeAll(bytes(text));
    expect(records).toMatchObject([
      { kind: 'dns', category: 'AZFWDnsQuery', queryName: 'a.example.' },
    ]);
  });
});

describe('other logs of the perimeter', () => {
  // The sample record of MicrosoftDocs/azure-docs articles/network-watcher/vnet-flow-logs-overview.md, addresses of documentation.
  const flowLog = {
    records: [
      {
        time: '2022-09-14T09:00:52.5625085Z',
        flowLogVersion: 4,
        macAddress: '112233445566',
        category: 'FlowLogFlowEvent',
        targetResourceID:
          '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v',
        operationName: 'FlowLogFlowEvent',
        flowRecords: {
          flows: [
            {
              aclID: '00aa00aa',
              flowGroups: [
                {
                  rule: 'DefaultRule_AllowInternetOutBound',
                  flowTuples: [
                    '1663146003599,10.0.0.6,192.0.2.180,23956,443,6,O,B,NX,0,0,0,0',
                    '1663146003606,10.0.0.6,192.0.2.180,23956,443,6,O,E,NX,3,767,2,1580',
                  ],
                },
                {
                  rule: 'Block',
                  flowTuples: ['1663145998065,203.0.113.9,10.0.0.6,55188,22,17,I,D,NX,,,,', 'x'],
                },
              ],
            },
          ],
        },
      },
    ],
  };

  it('a VNet flow log gives a record for each tuple', async () => {
    const { records, quarantined, reports } = await decodeAll(bytes(JSON.stringify(flowLog)));
    expect(records).toMatchObject([
      { kind: 'vnet-flow', time: 1_663_146_003_599_000, protocol: 'TCP', state: 'B', bytesSent: 0 },
      {
        ...{ sourceIp: '10.0.0.6', destinationPort: 443, direction: 'O', state: 'E' },
        ...{ packetsSent: 3, bytesSent: 767, packetsReceived: 2, bytesReceived: 1580 },
        ...{ rule: 'DefaultRule_AllowInternetOutBound', aclId: '00aa00aa', encryption: 'NX' },
        resource: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v',
      },
      { protocol: 'UDP', state: 'D', rule: 'Block', bytesSent: undefined, item: 4 },
    ]);
    expect(quarantined).toMatchObject([{ reason: 'a flow tuple has too few parts', text: 'x' }]);
    expect(reports[0]).toMatchObject({ units: 4, records: 3, quarantined: 1 });
  });

  it('an NSG flow log does so too', async () => {
    const text = JSON.stringify({
      records: [
        {
          category: 'NetworkSecurityGroupFlowEvent',
          resourceId: '/NSG',
          properties: {
            Version: 2,
            flows: [
              {
                rule: 'UserRule_x',
                flows: [
                  {
                    mac: '000D3AF8',
                    flowTuples: [
                      '1542110377,192.0.2.4,10.5.16.4,28746,443,U,I,D,B,,,,',
                      '1542110424,10.5.16.4,192.0.2.7,56509,59336,T,O,A,E,52,29952,47,27072',
                    ],
                  },
                ],
              },
            ],
          },
        },
      ],
    });
    const { records } = await decodeAll(bytes(text));
    expect(records).toMatchObject([
      { protocol: 'UDP', state: 'D', rule: 'UserRule_x', macAddress: '000D3AF8' },
      { protocol: 'TCP', state: 'E', packetsSent: 52, bytesReceived: 27_072 },
    ]);
  });

  // From MicrosoftDocs/azure-docs articles/application-gateway/application-gateway-diagnostics.md, shortened.
  const access = {
    timeStamp: '2021-10-14T22:17:11+00:00',
    resourceId: '/SUBSCRIPTIONS/S/PROVIDERS/MICROSOFT.NETWORK/APPLICATIONGATEWAYS/G',
    listenerName: 'HTTP-Listener',
    ruleName: 'Storage-Static-Rule',
    operationName: 'ApplicationGatewayAccess',
    category: 'ApplicationGatewayAccessLog',
    properties: {
      clientIP: '192.0.2.24',
      clientPort: 45_057,
      httpMethod: 'GET',
      httpStatus: 200,
      timeTaken: 0.034,
      WAFEvaluationTime: '0.000',
      WAFMode: 'Detection',
      serverStatus: '200',
      serverResponseLatency: '-',
      error_info: 'ERRORINFO_NO_ERROR',
      sslClientCertificateFingerprint: '',
    },
  };
  const waf = {
    timeStamp: '2021-10-14T22:17:11+00:00',
    resourceId: '/G',
    operationName: 'ApplicationGatewayFirewall',
    category: 'ApplicationGatewayFirewallLog',
    properties: {
      clientIp: '192.0.2.24',
      clientPort: '',
      ruleId: '920350',
      action: 'Matched',
      details: {
        message: 'Warning. Pattern match',
        data: '192.0.2.30:80',
        file: 'x.conf',
        line: '791',
      },
      policyScope: 'Global',
    },
  };

  it('Application Gateway: texts where numbers belong, `timeStamp`, names beside the head', async () => {
    const { records, reports } = await decodeAll(
      bytes(`${JSON.stringify(access)}\n${JSON.stringify(waf)}`),
    );
    expect(records).toMatchObject([
      {
        ...{ kind: 'gateway-access', time: 1_634_249_831_000_000, clientIp: '192.0.2.24' },
        ...{ listenerName: 'HTTP-Listener', wafEvaluationTime: 0, serverStatus: 200 },
        ...{ serverResponseLatency: undefined, errorInfo: 'ERRORINFO_NO_ERROR', timeTaken: 0.034 },
      },
      { kind: 'waf', clientPort: undefined, detailedData: '192.0.2.30:80', lineDetails: '791' },
    ]);
    expect(reports[0]?.unknownFields).toEqual([]);
  });

  it('its columns in AzureDiagnostics and in the AGW tables', async () => {
    const rows = [
      [
        'TimeGenerated [UTC]',
        'ResourceId',
        'Category',
        'clientIP_s',
        'httpStatus_d',
        'clientIp_s',
        'ruleId_s',
        'details_data_s',
        'Type',
      ],
      [
        '3/4/2025, 10:15:01.123 AM',
        '/G',
        'ApplicationGatewayAccessLog',
        '192.0.2.24',
        '200.0',
        '',
        '',
        '',
        'AzureDiagnostics',
      ],
      [
        '3/4/2025, 10:15:02.000 AM',
        '/G',
        'ApplicationGatewayFirewallLog',
        '',
        '',
        '192.0.2.25',
        '920350',
        'x',
        'AzureDiagnostics',
      ],
    ];
    const text = rows.map((row) => row.map((cell) => `"${cell}"`).join(',')).join('\n');
    const { records, reports } = await decodeAll(bytes(text));
    expect(records).toMatchObject([
      { kind: 'gateway-access', time: 1_741_083_301_123_000, httpStatus: 200 },
      { kind: 'waf', ruleId: '920350', detailedData: 'x', clientIp: '192.0.2.25' },
    ]);
    expect(reports[0]?.diagnostics).toEqual([]);
  });

  it('Hubble flows, as its exporter writes them', async () => {
    const line =
      '{"flow":{"time":"2023-08-21T12:12:18.510175415Z","verdict":"DROPPED","IP":{"source":"10.244.1.60","destination":"10.244.1.5","ipVersion":"IPv4"},"l4":{"TCP":{"source_port":44916,"destination_port":80,"flags":{"SYN":true}}},"source":{"namespace":"default","pod_name":"xwing","workloads":[{"name":"xwing","kind":"Deployment"}]},"destination":{"namespace":"default","pod_name":"deathstar"},"node_name":"kind-worker","drop_reason_desc":"POLICY_DENIED","destination_names":["a.example","b.example"]},"node_name":"kind-worker","time":"2023-08-21T12:12:18.510175415Z"}';
    const { records, reports } = await decodeAll(
      bytes(`${line}\n{"lost_events":{"source":"x"},"time":"2023-08-21T12:12:18Z"}\n`),
    );
    expect(records).toMatchObject([
      {
        ...{ kind: 'hubble', time: 1_692_619_938_510_175, verdict: 'DROPPED', protocol: 'TCP' },
        ...{ sourcePort: 44_916, destinationPort: 80, flags: 'SYN', dropReason: 'POLICY_DENIED' },
        ...{ sourcePod: 'xwing', sourceWorkload: 'Deployment/xwing', node: 'kind-worker' },
        destinationNames: 'a.example,b.example',
      },
    ]);
    expect(reports[0]).toMatchObject({ units: 2, passedOver: 1, unknownFields: [] });
  });
});

describe('what we do not know is counted and shown', () => {
  it('fields are kept beside the columns, categories are passed over by name', async () => {
    const lines = [
      record({ NewColumn: 'x', Nested: { a: [1] } }),
      record({ NewColumn: 'y', SourcePort: 'many' }),
      JSON.stringify({ category: 'AZFWBrandNew', time: '2025-03-04T10:15:01Z', properties: {} }),
      JSON.stringify({ category: 'AuditEvent', time: '2025-03-04T10:15:01Z', properties: {} }),
    ];
    const { records, reports } = await decodeAll(bytes(lines.join('\n')));
    expect(records.map(({ extra }) => ({ ...extra }))).toEqual([
      { NewColumn: 'x', 'Nested.a': '[1]' },
      { NewColumn: 'y', SourcePort: 'many' },
    ]);
    expect(records[1]).toMatchObject({ sourcePort: undefined });
    expect(reports[0]?.unknownFields).toEqual([
      { name: 'AZFWNetworkRule.NewColumn', count: 2, line: 1 },
      { name: 'AZFWNetworkRule.Nested.a', count: 1, line: 1 },
      { name: 'AZFWNetworkRule.SourcePort', count: 1, line: 2 },
    ]);
    expect(reports[0]?.unknownCategories).toEqual([
      { name: 'AZFWBrandNew', count: 1, line: 3 },
      { name: 'AuditEvent', count: 1, line: 4 },
    ]);
    expect(reports[0]?.diagnostics.map(({ code }) => code)).toEqual([
      'logs/unknown-category',
      'logs/unknown-field',
    ]);
  });

  it('a field called `__proto__` is a field', async () => {
    const { records } = await decodeAll(
      bytes(record().replace('"Protocol"', '"__proto__":"x","Protocol"')),
    );
    expect(Object.keys(records[0]?.extra ?? {})).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('a million names do not fill the memory', async () => {
    const properties = Object.fromEntries(
      Array.from({ length: 3000 }, (_, index) => [`f${index}`, 1]),
    );
    const { reports } = await decodeAll(bytes(record(properties)));
    expect(reports[0]?.unknownFields.length).toBe(1001);
    expect(reports[0]?.unknownFields[0]).toEqual({ name: '(others)', count: 2000, line: 1 });
  });
});

describe('broken input is kept aside with its place', () => {
  const codes = async (input: Uint8Array, options = {}) => {
    const { quarantined, reports } = await decodeChunks([input], options);
    return {
      quarantined: quarantined.map((each) => `${formatOrigin(each)}: ${each.reason}`),
      codes: reports[0]!.diagnostics.map(({ code }) => code),
      records: reports[0]!.records,
      units: reports[0]!.units,
    };
  };

  it('a line of another log, a cut line, NUL bytes, a record without time', async () => {
    const lines = [
      record(),
      'Mar  4 10:15:01 pa-220 1,2025/03/04,TRAFFIC,end',
      record().slice(0, 60),
      `\0\0\0${record()}`,
      '',
      record({}, 'soon'),
      JSON.stringify({ category: 'AZFWNetworkRule', properties: {} }),
      JSON.stringify({ category: 'AZFWNetworkRule', time: '2025-03-04T10:15:01Z' }),
      '42',
      JSON.stringify({
        category: 'AzureFirewallNetworkRule',
        time: '2025-03-04T10:15:01Z',
        properties: { msg: 'new words' },
      }),
      record(),
    ];
    expect(await codes(bytes(lines.join('\n')))).toEqual({
      quarantined: [
        'sample:2: the line is not JSON',
        'sample:3: the line is cut off',
        'sample:4: the line holds NUL bytes',
        'sample:6: the time of the record cannot be read',
        'sample:7: the record has no time',
        'sample:8: the record has no `properties`',
        'sample:9: the line is not JSON',
        'sample:10: the message is not written as any we know',
      ],
      codes: ['logs/broken-line'],
      records: 2,
      units: 10,
    });
  });

  it('a line beyond the limit passes by without being held, and the lines after it are read', async () => {
    const chunk = Buffer.alloc(1 << 20, 120);
    async function* chunks() {
      yield bytes(`${record()}\n{"category":"`);
      // 600 MB on one line.
      for (let count = 0; count < 600; count += 1) yield chunk;
      yield bytes(`"}\n${record()}\n`);
    }
    const before = process.memoryUsage().rss;
    const { records, quarantined, reports } = await decodeChunks(chunks());
    expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
    expect(records.map(({ line }) => line)).toEqual([1, 3]);
    expect(quarantined).toMatchObject([
      { code: 'logs/line-too-long', line: 2, length: 13 + 600 * (1 << 20) + 2 },
    ]);
    expect(quarantined[0]!.text.length).toBeLessThan(310);
    expect(reports[0]?.position?.line).toBe(3);
  });

  it('an element, a row and a line beyond the limit', async () => {
    const long = record({ Rule: 'x'.repeat(5000) });
    const limit = { lineBytesMax: 2000 };
    expect((await codes(bytes(`${record()}\n${long}\n${record()}\n`), limit)).records).toBe(2);
    const csv = `TimeGenerated,SourceIp,DestinationIp,Action\n2025-03-04T10:15:01Z,a,b,Deny\n2025-03-04T10:15:01Z,"${'x'.repeat(5000)},b,Deny\n2025-03-04T10:15:01Z,a,b,Deny\n`;
    const rows = await codes(bytes(csv), limit);
    expect(rows).toMatchObject({ records: 2, units: 3 });
    expect(rows.quarantined).toEqual(['sample:3: the row is longer than the limit']);
  });

  it('an envelope that is cut off: what came before is read', async () => {
    const whole = sample('eventhub-structured.json');
    const cut = await codes(whole.subarray(0, whole.length - 900));
    expect(cut.records).toBe(12);
    expect(cut.codes).toContain('logs/cut-off');
  });

  it('an element that never closes does not swallow the ones after it', async () => {
    const text = `[\n${record()},\n${record().slice(0, -1)},\n${record()},\n${record()}\n]`;
    expect(await codes(bytes(text))).toMatchObject({ records: 3 });
  });

  it('gzip that is cut off or broken', async () => {
    const lines = Array.from({ length: 5000 }, (_, index) => record({ SourcePort: index })).join(
      '\n',
    );
    const packed = gzipSync(bytes(lines));
    const cut = await codes(packed.subarray(0, packed.length >> 1));
    expect(cut.records).toBeGreaterThan(1000);
    expect(cut.codes).toContain('logs/cut-off');
    const broken = Buffer.from(packed);
    broken.fill(0xff, packed.length >> 1);
    expect((await codes(broken)).codes).toContain('logs/cut-off');
  });

  it.each([
    ['a zip archive', Buffer.from('PK\x03\x04rest')],
    ['a Parquet file', Buffer.from('PAR1rest')],
  ])('%s is named', async (what, input) => {
    const { reports } = await decodeAll(input);
    expect(reports[0]?.diagnostics[0]).toMatchObject({
      code: 'logs/not-a-log',
      message: `\`sample\` is ${what}; it was not read`,
    });
  });

  it('a file of something else is named as such', async () => {
    for (const text of ['hello\nworld\n', '{"a":1}\n', 'a,b\n1,2\n', 'Time,Src\n1,2\n', '[]x']) {
      expect([text, (await codes(bytes(text))).codes]).toEqual([text, ['logs/not-a-log']]);
    }
    expect((await codes(bytes(''))).codes).toEqual([]);
  });

  it('Latin-1 in a line costs nothing but a remark', async () => {
    const line = Buffer.from(`${record({ Rule: 'Büro' })}\n`, 'latin1');
    const { records, reports } = await decodeAll(Buffer.concat([bytes(`${record()}\n`), line]));
    expect(records.map((each) => 'rule' in each && each.rule)).toEqual([undefined, 'Büro']);
    expect(reports[0]?.diagnostics).toMatchObject([
      {
        code: 'logs/encoding',
        message: 'line 2 of `sample` is not UTF-8; such lines are read as Latin-1',
      },
    ]);
  });

  it('nesting of a hundred thousand brackets is a broken line', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const lines = await codes(
      bytes(`${record()}\n${deep}\n${record({ Odd: 1 }).replace('1}', `${deep}}`)}\n${record()}\n`),
    );
    expect(lines.records).toBe(3);
    expect((await codes(bytes(deep))).records).toBe(0);
  });

  it('an answer that says it is not complete', async () => {
    const answer = JSON.parse(sample('loganalytics-query-result.json').toString());
    const error = { code: 'PartialError', message: 'There were some errors' };
    const text = JSON.stringify({ ...answer, error });
    expect(await codes(bytes(text))).toMatchObject({ records: 2, codes: ['logs/partial-result'] });
    expect(await codes(bytes(`${text}\n${text}\n`))).toMatchObject({ records: 4 });
  });
});

describe('a name given twice', () => {
  it('counts as JSON.parse counts it, also on the lines that follow', async () => {
    const twice = (rule: string) =>
      record().replace('"Action"', `"Rule":"x","Rule":"${rule}","Action"`);
    const both = (rule: string) =>
      record().replace('"properties"', `"properties":{"Rule":"${rule}"},"properties"`);
    const lines = [...['a', 'b', 'c'].map(twice), ...['d', 'e', 'f'].map(both)];
    const { records } = await decodeAll(bytes(lines.join('\n')));
    expect(records.map((one) => 'rule' in one && one.rule)).toEqual([
      ...['a', 'b', 'c'],
      ...[undefined, undefined, undefined],
    ]);
  });
});

describe('time', () => {
  it('without zone is read as UTC and said, or as the zone one names', async () => {
    const input = bytes(record({}, '2025-03-04T10:15:01'));
    const utc = await decodeChunks([input]);
    expect(utc.records[0]?.time).toBe(1_741_083_301_000_000);
    expect(utc.reports[0]?.diagnostics.map(({ code }) => code)).toEqual(['logs/time-zone']);
    const zoned = await decodeChunks([input], { zoneMinutes: 60 });
    expect(zoned.records[0]?.time).toBe(1_741_083_301_000_000 - 3_600_000_000);
    expect(zoned.reports[0]?.diagnostics).toEqual([]);
  });

  it('out of order is counted, a clock that goes back an hour is said', async () => {
    const times = ['10:00:00', '10:00:05', '10:00:02', '08:30:00', '10:00:06'];
    const text = times.map((time) => record({}, `2025-03-04T${time}Z`)).join('\n');
    const { reports } = await decodeAll(bytes(text));
    expect(reports[0]).toMatchObject({
      outOfOrder: 2,
      span: {
        earliest: Date.UTC(2025, 2, 4, 8, 30) * 1000,
        latest: Date.UTC(2025, 2, 4, 10, 0, 6) * 1000,
      },
      diagnostics: [
        {
          code: 'logs/clock-jump',
          message: 'the clock of `sample` goes back by more than an hour once, first on line 4',
        },
      ],
    });
  });
});

describe('a file that is still written', () => {
  it('is read on from where one stopped, and its half line waits', async () => {
    const whole = bytes(
      `${record({ Rule: 'a' })}\n${record({ Rule: 'b' })}\n${record({ Rule: 'c' })}\n`,
    );
    for (const cut of [0, 1, 100, whole.indexOf(10) + 1, whole.length - 1, whole.length]) {
      const first = await decodeChunks([whole.subarray(0, cut)], { isGrowing: true });
      const from = first.reports[0]!.position!;
      const second = await decodeChunks([whole.subarray(from.bytes)], { isGrowing: true, from });
      const all = [...first.records, ...second.records];
      expect(all.map(({ line }) => line)).toEqual([1, 2, 3]);
      expect([...first.quarantined, ...second.quarantined]).toEqual([]);
      expect(second.reports[0]?.position).toEqual({ bytes: whole.length, line: 3 });
    }
  });

  it('errors of the reader pass through', async () => {
    async function* chunks() {
      yield bytes(`${record()}\n`);
      throw new Error('the disk is gone');
    }
    await expect(decodeChunks(chunks())).rejects.toThrow('the disk is gone');
  });
});
