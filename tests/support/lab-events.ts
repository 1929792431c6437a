import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run as runWafLog } from '../../src/lab/agents/waf-log.ts';
import { LogWriter } from '../../src/nva/log/log-writer.ts';
import { readLogWriterProgram } from '../../src/nva/log/writer-program.ts';

/**
 * An afternoon of the lab: what ulogd, HAProxy, the DNS proxy, nginx and ModSecurity write, in their own words, turned into Azure's logs by
 * the programs that do so in the lab. What was planted is counted by hand in `tests/e2e/logs-of-the-lab.test.ts`.
 */

/** 2026-11-21T17:00:00Z. */
const HOUR = 1_795_280_400;

const RULES = [
  { kind: 'default', collection: '', rule: '' },
  { kind: 'network', collection: 'net', rule: 'partner' },
  // To 10.1.0.10.
  {
    kind: 'dnat',
    collection: 'in',
    rule: 'web',
    translated: { address: { family: 4, value: 0x0a01_000a }, port: 8443 },
  },
  { kind: 'application', collection: 'web', rule: 'images' },
  { kind: 'network', collection: 'shut', rule: 'no-mail', action: 'Deny' },
].map(({ action = 'Allow', ...rule }, number) => ({
  ...{ number, action, ...rule },
  policy: number === 0 ? '' : 'fwp',
  group: number === 0 ? '' : 'egress',
}));

/** ulogd 2.0.8 with JSON output, shortened to what is read. */
function packet(
  prefix: string,
  rule: number,
  second: number,
  [source, destination, port]: readonly [string, string, number],
  sequence: number,
): object {
  return {
    ...{ 'oob.prefix': prefix, 'oob.time.sec': HOUR + second, 'oob.time.usec': sequence },
    ...{ 'oob.mark': 0x0100_0000 + rule, 'ip.protocol': 6, 'tcp.seq': 1_000_000 + sequence },
    ...{ 'tcp.ack': 0, 'tcp.rst': 0, 'tcp.syn': 1, 'tcp.fin': 0, src_ip: source },
    ...{ dest_ip: destination, src_port: 40_000 + sequence, dest_port: port },
  };
}

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

const NETWORK: readonly object[] = [
  ...times(5, (at) => packet('cat=net;act=Allow', 1, at, ['10.42.1.4', '192.0.2.10', 443], at)),
  ...times(3, (at) =>
    packet('cat=default;act=Deny', 0, 60 + at, ['10.42.1.5', '198.51.100.7', 22], 10 + at),
  ),
  // Its first packet, sent once more.
  packet('cat=default;act=Deny', 0, 63, ['10.42.1.5', '198.51.100.7', 22], 12),
  ...times(2, (at) =>
    packet('cat=net;act=Deny', 4, 70 + at, ['10.42.1.5', '198.51.100.25', 25], 20 + at),
  ),
  packet('cat=threat;act=Deny', 0, 80, ['10.42.1.6', '203.0.113.66', 443], 30),
  ...times(2, (at) =>
    packet('cat=nat;act=DNAT', 2, 90 + at, ['203.0.113.9', '20.51.7.9', 443], 40 + at),
  ),
  // Four machines at ten ports.
  ...times(40, (at) =>
    packet(
      ...(['cat=default;act=Deny', 0, 100 + at] as const),
      ['10.42.1.9', `10.60.0.${1 + (at % 4)}`, 1000 + Math.floor(at / 4)],
      100 + at,
    ),
  ),
];

function request(second: number, source: string, fqdn: string, more: object): object {
  return {
    ...{ t: `${HOUR + second}.250`, cat: 'AZFWApplicationRule', proto: 'HTTPS', src: source },
    ...{ sport: 50_000 + second, dst: '198.18.0.1', dport: 443, fqdn, ip: '198.18.0.1' },
    ...{ action: 'Deny', rule: '0', reason: 'rule', threat: '', tsc: '--', up: 1, down: 2, ms: 3 },
    ...more,
  };
}

const PROXY: readonly object[] = [
  ...times(4, (at) =>
    request(200 + at, '10.42.1.4', 'mcr.microsoft.com', { action: 'Allow', rule: '3' }),
  ),
  ...times(2, (at) => request(210 + at, '10.42.1.5', 'packages.aks.azure.com', {})),
  request(220, '10.42.1.5', 'paste.example', {}),
  request(230, '10.42.1.6', 'evil.example', { reason: 'threat', threat: '1' }),
];

function asked(second: number, name: string, rcode: string, more: object = {}): object {
  return {
    ...{ cat: 'dns', t: HOUR + second, src: '10.42.1.4', sport: 33_000 + second, id: second },
    ...{ type: 'A', class: 'IN', name, proto: 'udp', size: 45, do: false, bufsize: 1232, rcode },
    ...{ flags: 'qr,rd,ra', rsize: 60, seconds: 0.002, ...more },
  };
}

const DNS: readonly object[] = [
  ...times(6, (at) => asked(300 + at, 'mcr.microsoft.com.', 'NOERROR')),
  ...times(2, (at) => asked(310 + at, 'nowhere.example.', 'NXDOMAIN')),
  asked(320, 'slow.example.', 'SERVFAIL', { seconds: 4, error: 'i/o timeout' }),
  {
    ...{ cat: 'resolve-failure', t: HOUR + 330, name: 'git.example', error: 'no such host' },
    ...{ server: '192.0.2.53', port: 53 },
  },
];

/** ModSecurity 3.0.9 about one request that it ended. */
function audit(second: number): object {
  const rule = (ruleId: string, file: string, message: string) => ({
    message,
    details: { ruleId, file, lineNumber: '1', match: '', data: '', ver: 'OWASP_CRS/3.3.4' },
  });
  return {
    transaction: {
      ...{
        client_ip: '203.0.113.147',
        client_port: 40_000 + second,
        unique_id: `request${second}`,
      },
      time_stamp: `Sat Nov 21 17:10:${second} 2026`,
      request: { method: 'GET', uri: `/?id=${second}`, headers: { host: 'shop.example' } },
      response: { http_code: 403 },
      messages: [
        rule('942100', 'REQUEST-942-APPLICATION-ATTACK-SQLI.conf', 'SQL Injection Attack'),
        rule('949110', 'REQUEST-949-BLOCKING-EVALUATION.conf', 'Inbound Anomaly Score Exceeded'),
      ],
    },
  };
}

function access(second: number): object {
  return {
    ...{ time: `${HOUR + 600 + second}.000`, transactionId: `request${second}` },
    ...{ clientIp: '203.0.113.147', clientPort: '1', httpMethod: 'GET', requestUri: '/' },
    ...{ httpStatus: '403', originalHost: 'shop.example', wafMode: 'Prevention' },
  };
}

const lines = (objects: readonly object[]) =>
  objects.map((object) => `${JSON.stringify(object)}\n`).join('');

/** Writes the afternoon into `folder`: Azure's logs lie in `azure-logs`. */
export async function writeLabLogs(
  folder: string,
  forms: { readonly structured: boolean; readonly legacy: boolean },
): Promise<void> {
  const at = (name: string) => join(folder, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(at('rules.json'), JSON.stringify(RULES));
  // Before the events: they are told by these rules.
  utimesSync(at('rules.json'), HOUR - 60, HOUR - 60);
  writeFileSync(at('ulogd.json'), lines(NETWORK));
  writeFileSync(at('proxy.json'), lines(PROXY));
  writeFileSync(at('dns.json'), lines(DNS));
  const id = (type: string, name: string) =>
    `/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/${type}/${name}`;
  const writer = new LogWriter(
    readLogWriterProgram({
      sources: (['ulogd', 'proxy', 'dns'] as const).map((kind) => ({
        ...{ kind, path: at(`${kind}.json`) },
      })),
      ...{ output: at('azure-logs'), state: at('state.json'), rules: at('rules.json'), forms },
      resourceId: id('azureFirewalls', 'fw'),
    }),
  );
  for (let round = 0; round < 100 && writer.round(); round += 1);
  writer.close();
  const policy = { policyId: 'waf', scope: 'Global', scopeName: 'Default Policy' };
  const context = {
    ...{ resourceId: id('applicationGateways', 'agw'), instanceId: 'appgw_0' },
    accessLog: 'access.json',
    audits: [
      { auditLog: 'audit.json', ...policy, mode: 'prevention', customRules: [], blockingRules: [] },
    ],
  };
  writeFileSync(at('context.json'), JSON.stringify(context));
  writeFileSync(at('access.json'), lines(times(2, (second) => access(10 + second))));
  writeFileSync(at('audit.json'), lines(times(2, (second) => audit(10 + second))));
  // Asked to end at once: it reads what is there.
  await runWafLog(
    { context: at('context.json'), output: at('azure-logs'), state: at('waf-state.json') },
    AbortSignal.abort(),
  );
}
