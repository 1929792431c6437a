import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run as runWafLog } from '../../src/lab/agents/waf-log.ts';
import {
  type AuditLogContext,
  accessRecord,
  type FirewallLogRecord,
  type GatewayLogContext,
  parseAuditLine,
  wafRecords,
} from '../../src/lab/waf-log/index.ts';
import { gatewayJson, planGateway, wafPolicyJson } from '../support/gateway-json.ts';
import type { Json } from '../support/snapshot-of.ts';
import {
  ask,
  type Echo,
  echoServer,
  freePorts,
  type RunningWeb,
  startWeb,
  WEB_SERVER_MISSING,
} from '../support/web-server.ts';

/** Real requests through nginx with ModSecurity, configured from policies as Azure writes them. */

const INJECTION = `/?q=${encodeURIComponent("' OR 1=1-- -")}`;
const SCRIPT = `/?q=${encodeURIComponent('<script>alert(1)</script>')}`;

const condition = (
  variableName: string,
  operator: string,
  matchValues: readonly string[],
  more: Json = {},
): Json => {
  const { selector, ...rest } = more;
  return { matchVariables: [{ variableName, selector }], operator, matchValues, ...rest };
};

const CUSTOM_RULES: readonly Json[] = [
  {
    name: 'noEvilBot',
    priority: 20,
    ruleType: 'MatchRule',
    action: 'Block',
    matchConditions: [
      condition('RequestHeaders', 'Contains', ['evilbot'], {
        selector: 'User-Agent',
        transforms: ['Lowercase'],
      }),
    ],
  },
  {
    name: 'scannerMayPass',
    priority: 10,
    ruleType: 'MatchRule',
    action: 'Allow',
    matchConditions: [
      condition('RemoteAddr', 'IPMatch', ['127.0.0.9', '192.0.2.0/24']),
      condition('RequestUri', 'BeginsWith', ['/scan']),
    ],
  },
  {
    name: 'needsKey',
    priority: 30,
    ruleType: 'MatchRule',
    action: 'Block',
    matchConditions: [
      condition('RequestUri', 'BeginsWith', ['/keyed']),
      condition('RequestHeaders', 'Equal', ['secret "1"'], {
        selector: 'X-Key',
        negationConditon: true,
      }),
    ],
  },
  {
    name: 'watchAdmin',
    priority: 40,
    ruleType: 'MatchRule',
    action: 'Log',
    matchConditions: [condition('RequestUri', 'Regex', ['^/admin(/|$)'])],
  },
];

/** Policies by name: one listener each, all in one gateway. */
const POLICIES: Readonly<Record<string, Json>> = {
  prevention: { policySettings: { mode: 'Prevention' } },
  detection: { policySettings: { mode: 'Detection' }, customRules: CUSTOM_RULES },
  off: { policySettings: { mode: 'Prevention', state: 'Disabled' } },
  custom: { policySettings: { mode: 'Prevention' }, customRules: CUSTOM_RULES },
  exclusions: {
    policySettings: { mode: 'Prevention' },
    managedRules: {
      managedRuleSets: [{ ruleSetType: 'OWASP', ruleSetVersion: '3.2' }],
      exclusions: [
        { matchVariable: 'RequestArgNames', selectorMatchOperator: 'Equals', selector: 'comment' },
        {
          matchVariable: 'RequestHeaderValues',
          selectorMatchOperator: 'StartsWith',
          selector: 'X-Query',
        },
        {
          matchVariable: 'RequestArgValues',
          selectorMatchOperator: 'Equals',
          selector: 'sql',
          exclusionManagedRuleSets: [
            {
              ruleSetType: 'OWASP',
              ruleSetVersion: '3.2',
              ruleGroups: [{ ruleGroupName: 'REQUEST-942-APPLICATION-ATTACK-SQLI' }],
            },
          ],
        },
      ],
    },
  },
  overrides: {
    policySettings: {
      mode: 'Prevention',
      requestBodyInspectLimitInKB: 1,
      maxRequestBodySizeInKb: 8,
    },
    managedRules: {
      managedRuleSets: [
        {
          ruleSetType: 'Microsoft_DefaultRuleSet',
          ruleSetVersion: '2.1',
          ruleGroupOverrides: [
            { ruleGroupName: 'XSS', rules: [] },
            {
              ruleGroupName: 'PROTOCOL-ENFORCEMENT',
              rules: [{ ruleId: '920350', state: 'Enabled', action: 'Block' }],
            },
          ],
        },
      ],
    },
  },
  levelOne: {
    policySettings: { mode: 'Prevention' },
    managedRules: {
      managedRuleSets: [{ ruleSetType: 'Microsoft_DefaultRuleSet', ruleSetVersion: '2.2' }],
    },
  },
  bodyUnseen: { policySettings: { mode: 'Prevention', requestBodyCheck: false } },
};
const NAMES = Object.keys(POLICIES);

describe.skipIf(WEB_SERVER_MISSING !== undefined)('a web application firewall policy', () => {
  let backend: Echo;
  let web: RunningWeb;
  let ports: ReadonlyMap<string, number>;
  let context: GatewayLogContext;

  beforeAll(async () => {
    backend = await echoServer('shop');
    const free = await freePorts(NAMES.length);
    ports = new Map(NAMES.map((name, index) => [name, free[index] ?? 0]));
    const gateway = gatewayJson({
      listeners: NAMES.map((name) => ({ name, port: ports.get(name) ?? 0, policy: name })),
      pools: { shop: [{ ipAddress: '127.0.0.1' }] },
      settings: { web: { port: backend.port, protocol: 'Http' } },
    });
    const policies = Object.entries(POLICIES).map(([name, policy]) => wafPolicyJson(name, policy));
    const plan = planGateway([gateway, ...policies]);
    expect(plan.gaps).toEqual([]);
    web = await startWeb(plan);
    const written = plan.files.find(({ path }) => path.endsWith('/log-context.json'));
    context = JSON.parse(written?.text ?? '');
  });

  afterAll(async () => {
    await web?.stop();
    await backend?.close();
  });

  const port = (policy: string): number => ports.get(policy) ?? 0;
  const auditOf = (policy: string): AuditLogContext => {
    const found = context.audits.find(({ scopeName }) => scopeName === policy);
    if (found === undefined) throw new Error(`no audit log of ${policy}`);
    return found;
  };
  let requests = 0;

  /** The status of a request, and what the firewall log says of it. */
  async function send(
    policy: string,
    wanted: Omit<Parameters<typeof ask>[0], 'port'>,
  ): Promise<{
    readonly status: number;
    readonly log: readonly FirewallLogRecord['properties'][];
  }> {
    requests += 1;
    const mark = `r${requests}x`;
    const path = wanted.path ?? '/';
    const marked = `${path}${path.includes('?') ? '&' : '?'}mark=${mark}`;
    const { status } = await ask({ ...wanted, path: marked, port: port(policy) });
    const access = await until(async () =>
      (await web.lines('web/agw/access.json', 1)).find((line) => line.includes(mark)),
    );
    expect(accessRecord(access, context)?.properties.httpStatus).toBe(status);
    if (policy === 'off') return { status, log: [] };
    // The one worker answers this only after it has written all about the request before.
    await ask({ port: port('off') });
    const audit = auditOf(policy);
    const lines = await web.lines(`web/agw/${audit.auditLog}`, 0);
    const entries = lines.filter((line) => line.includes(mark)).map(parseAuditLine);
    return {
      status,
      log: entries.flatMap((entry) =>
        entry === undefined
          ? []
          : wafRecords(entry, { gateway: context, audit }).map(({ properties }) => properties),
      ),
    };
  }

  async function until<T>(found: () => Promise<T | undefined>): Promise<T> {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const value = await found();
      if (value !== undefined) return value;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('nothing came');
  }

  const ruleIds = (log: readonly FirewallLogRecord['properties'][]): readonly string[] =>
    log.map(({ ruleId }) => ruleId);

  it.each([
    ['the home page', '/'],
    ['a search with plain SQL words', '/search?q=drop+off+point+in+union+street'],
    ["a name with an apostrophe: O'Brien", `/login?name=${encodeURIComponent("O'Brien")}`],
    ['pages of an API', '/api/products?page=2&size=20&sort=name,asc'],
  ])('prevention lets shopping pass and logs nothing: %s', async (_, path) => {
    expect(await send('prevention', { path })).toEqual({ status: 200, log: [] });
  });

  it('prevention lets an order in JSON and its deletion pass', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ productId: 7, quantity: 2, note: 'leave it at the door' });
    const order = await send('prevention', { method: 'POST', path: '/order', headers, body });
    const deleted = await send('prevention', { method: 'DELETE', path: '/order/7' });
    expect([order.status, deleted.status]).toEqual([200, 200]);
  });

  it('prevention blocks an SQL injection with 403, and the log names the rules', async () => {
    const { status, log } = await send('prevention', { path: INJECTION });
    expect(status).toBe(403);
    expect(ruleIds(log)).toContain('942100');
    const rule = log.find(({ ruleId }) => ruleId === '942100');
    expect(rule).toMatchObject({
      instanceId: 'appgw_0',
      clientIp: '127.0.0.1',
      ruleSetType: 'OWASP_CRS',
      ruleSetVersion: '3.3.4',
      ruleGroup: '942-APPLICATION-ATTACK-SQLI',
      message: 'SQL Injection Attack Detected via libinjection',
      action: 'Matched',
      site: 'Global',
      hostname: 'shop.example',
      policyScope: 'Listener',
      policyScopeName: 'prevention',
    });
    expect(rule?.details?.data).toContain("found within ARGS:q: ' OR 1=1-- -");
    const verdict = log.find(({ ruleId }) => ruleId === '949110');
    expect(verdict?.action).toBe('Blocked');
    expect(verdict?.message).toMatch(
      /^Mandatory rule\. Cannot be disabled\. Inbound Anomaly Score Exceeded \(Total Score: \d+\)$/,
    );
  });

  it('prevention blocks a cross-site script in a query and in a JSON body', async () => {
    expect((await send('prevention', { path: SCRIPT })).status).toBe(403);
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ review: { text: '<script>alert(1)</script>' } });
    const posted = await send('prevention', { method: 'POST', path: '/review', headers, body });
    expect(posted.status).toBe(403);
    expect(ruleIds(posted.log)).toContain('941110');
  });

  it('detection logs the same attack as Detected and passes it', async () => {
    const { status, log } = await send('detection', { path: INJECTION });
    expect(status).toBe(200);
    expect(ruleIds(log)).toContain('942100');
    expect(log.find(({ ruleId }) => ruleId === '949110')?.action).toBe('Detected');
  });

  it('a disabled policy looks at nothing', async () => {
    expect(await send('off', { path: INJECTION })).toEqual({ status: 200, log: [] });
  });

  it('a score of 3 passes and is logged, a score of 5 blocks', async () => {
    // azure-networking 9.2: one Warning (3) does not block, Warning and Notice (5) do. 920350 is a warning, 920330 a notice.
    const numeric = await send('prevention', { host: '127.0.0.1' });
    expect(numeric).toMatchObject({ status: 200, log: [{ ruleId: '920350', action: 'Matched' }] });
    const { status, log } = await send('prevention', {
      host: '127.0.0.1',
      headers: { 'user-agent': '' },
    });
    expect(status).toBe(403);
    expect(log.at(-1)?.message).toContain('Total Score: 5');
  });

  it('Default Rule Set 2.2 looks at paranoia level 1 alone, 2.1 at level 2 as well', async () => {
    const path = '/search?q=select+a+toy+and+order+by+price';
    expect(await send('levelOne', { path })).toEqual({ status: 200, log: [] });
    expect(ruleIds((await send('prevention', { path })).log)).toEqual(['942380', '949110']);
    expect((await send('levelOne', { path: INJECTION })).status).toBe(403);
  });

  it('an excluded argument passes, any other with the same value does not', async () => {
    const value = encodeURIComponent("' OR 1=1-- -");
    expect((await send('exclusions', { path: `/?comment=${value}` })).status).toBe(200);
    expect((await send('exclusions', { path: `/?comments=${value}` })).status).toBe(403);
  });

  it('an excluded header is taken by the beginning of its name, whatever its case', async () => {
    const value = '../../etc/passwd';
    const excluded = await send('exclusions', { headers: { 'x-query-1': value } });
    expect(excluded).toEqual({ status: 200, log: [] });
    expect((await send('exclusions', { headers: { 'my-x-query': value } })).status).toBe(403);
    expect((await send('prevention', { headers: { 'x-query-1': value } })).status).toBe(403);
  });

  it('an exclusion for one group leaves the other groups looking', async () => {
    const injection = encodeURIComponent("' OR 1=1-- -");
    const script = encodeURIComponent('<script>alert(1)</script>');
    expect((await send('exclusions', { path: `/?sql=${injection}` })).status).toBe(200);
    expect((await send('exclusions', { path: `/?sql=${script}` })).status).toBe(403);
  });

  it('a group that is switched off does not score', async () => {
    expect((await send('overrides', { path: '/?q=%3Csvg%20onload%3Dx%3E' })).status).toBe(200);
    expect((await send('prevention', { path: '/?q=%3Csvg%20onload%3Dx%3E' })).status).toBe(403);
  });

  it('a rule whose action is Block ends the request by itself', async () => {
    const { status, log } = await send('overrides', { host: '127.0.0.1' });
    expect(status).toBe(403);
    expect(log).toMatchObject([{ ruleId: '920350', action: 'Blocked' }]);
  });

  it('a body above the limit is refused with 413, one behind the inspected part passes unseen', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const post = (body: string) =>
      send('overrides', {
        method: 'POST',
        headers: { ...headers, 'content-length': `${body.length}` },
        body,
      });
    expect((await post(`a=${'x'.repeat(9000)}`)).status).toBe(413);
    const attack = `b=${encodeURIComponent("' OR 1=1-- -")}`;
    expect((await post(`a=x&${attack}`)).status).toBe(403);
    expect((await post(`a=${'x'.repeat(2000)}&${attack}`)).status).toBe(200);
  });

  it('without the body check an attack in a body passes and one in the query does not', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = `q=${encodeURIComponent("' OR 1=1-- -")}`;
    expect((await send('bodyUnseen', { method: 'POST', headers, body })).status).toBe(200);
    expect((await send('bodyUnseen', { path: INJECTION })).status).toBe(403);
  });

  it('a custom rule blocks by a header, after the transformation', async () => {
    const { status, log } = await send('custom', { headers: { 'user-agent': 'EvilBot/2' } });
    expect(status).toBe(403);
    expect(log).toMatchObject([
      {
        ruleSetType: 'Custom',
        ruleId: 'noEvilBot',
        action: 'Blocked',
        message:
          'Found condition 0 in RequestHeaders, field name User-Agent, with value evilbot/2.',
      },
    ]);
  });

  it('a custom rule that blocks only logs in detection mode', async () => {
    const { status, log } = await send('detection', { headers: { 'user-agent': 'EvilBot/2' } });
    expect(status).toBe(200);
    expect(log).toMatchObject([{ ruleId: 'noEvilBot', action: 'Detected' }]);
  });

  it('a custom rule that allows skips everything behind it, only where all conditions hold', async () => {
    const attack = `/scan${INJECTION.slice(1)}`;
    const allowed = await send('custom', { path: attack, from: '127.0.0.9' });
    expect(allowed.status).toBe(200);
    expect(allowed.log).toMatchObject([{ ruleId: 'scannerMayPass', action: 'Allowed' }]);
    expect((await send('custom', { path: attack })).status).toBe(403);
    expect((await send('custom', { path: INJECTION, from: '127.0.0.9' })).status).toBe(403);
  });

  it('a negated condition holds for a header that is missing or different', async () => {
    const path = '/keyed/a';
    expect((await send('custom', { path })).status).toBe(403);
    expect((await send('custom', { path, headers: { 'x-key': 'other' } })).status).toBe(403);
    expect((await send('custom', { path, headers: { 'x-key': 'secret "1"' } })).status).toBe(200);
  });

  it('the agent writes it all as Azure stores it, and each record once', async () => {
    await send('prevention', { path: `${INJECTION}&stored=1` });
    const output = join(web.folder, 'azure-logs');
    const configuration = {
      context: join(web.folder, 'web/agw/log-context.json'),
      output,
      state: join(web.folder, 'web/agw/waf-log-state.json'),
    };
    // Already asked to end: it reads what is there. The second time there is nothing new.
    await runWafLog(configuration, AbortSignal.abort());
    await runWafLog(configuration, AbortSignal.abort());
    const stored = readdirSync(output, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const linesIn = (category: string): readonly string[] =>
      stored
        .filter(
          (path) => path.includes(`insights-logs-${category}/`) && path.endsWith('/PT1H.json'),
        )
        .flatMap((path) => readFileSync(path, 'utf8').trim().split('\n'));
    const firewall = linesIn('applicationgatewayfirewalllog').map((line) => JSON.parse(line));
    const mine = firewall.filter(({ properties }) => properties.requestUri.includes('stored=1'));
    expect(mine.filter(({ properties }) => properties.ruleId === '949110')).toMatchObject([
      { category: 'ApplicationGatewayFirewallLog', properties: { action: 'Blocked' } },
    ]);
    const access = linesIn('applicationgatewayaccesslog').filter((line) =>
      line.includes('stored=1'),
    );
    expect(access.map((line) => JSON.parse(line).properties)).toMatchObject([
      { httpStatus: 403, WAFMode: 'Prevention', transactionId: mine[0]?.properties.transactionId },
    ]);
  });

  it('a custom rule that logs leaves the decision to the rest', async () => {
    const plain = await send('custom', { path: '/admin/users' });
    expect(plain).toMatchObject({
      status: 200,
      log: [{ ruleId: 'watchAdmin', action: 'Matched' }],
    });
    expect((await send('custom', { path: `/admin${INJECTION}` })).status).toBe(403);
  });
});
