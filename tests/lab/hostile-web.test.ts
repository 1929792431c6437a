import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gatewayJson, planGateway, wafPolicyJson } from '../support/gateway-json.ts';
import {
  ingressJson,
  nginxController,
  planCluster,
  serviceAt,
} from '../support/ingress-cluster.ts';
import type { Json } from '../support/snapshot-of.ts';
import {
  ask,
  configurationTest,
  echoServer,
  freePorts,
  startWeb,
  WEB_SERVER_MISSING,
} from '../support/web-server.ts';

/** Texts of the input that would like to be directives of nginx or ModSecurity. */

/** A long run: `FUZZ_RUNS=1000 npx vitest run tests/lab/hostile-web.test.ts`. */
const LENGTH = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 15) };

const NASTY: readonly string[] = [
  '"; return 200 pwned; #',
  "'; SecRuleEngine Off; '",
  '" "id:1,phase:1,allow"\nSecRuleEngine Off\n#',
  'a{b}c;d',
  `$http_host $request_uri $${'{x}'}`,
  '%{tx.anomaly_score}',
  'ends in a backslash\\',
  '\\"',
  '/a b\tc\r\nd\u0000e\u007f',
  '\u202e日本語 é 𝒳',
  '*?()[]|^$.+',
  '../../etc/passwd',
  '@rx !@streq x',
  'x'.repeat(6000),
  'é'.repeat(3000),
  '$'.repeat(499),
  '"'.repeat(499),
  '',
];

const texts = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.stringMatching(/^[\\"'$%{};#@!/ ax]{0,20}$/),
);

const perimeters = fc.array(texts, { minLength: 12, maxLength: 12 });

function gatewayOf(hostile: readonly string[]): readonly Json[] {
  const at = (index: number): string => hostile[index % hostile.length] ?? '';
  return [
    gatewayJson({
      listeners: [
        {
          name: 'site',
          port: 18080,
          hosts: [at(0), 'shop.example', `*.${at(1)}`],
          paths: [
            { name: at(2), paths: [at(3), `/${at(4)}*`], policy: 'waf' },
            { name: 'redirected', paths: ['/r'], redirect: 'away' },
            { name: 'override', paths: [`/${at(5)}/*`], settings: 'override' },
          ],
        },
      ],
      pools: { shop: [{ ipAddress: '127.0.0.1' }, { fqdn: at(6) }] },
      settings: {
        web: { port: 80, protocol: 'Http', hostName: at(7) },
        override: { port: 80, protocol: 'Http', path: at(8) },
      },
      redirects: { away: { redirectType: 'Found', targetUrl: at(9), includePath: true } },
    }),
    wafPolicyJson('waf', {
      policySettings: { mode: 'Prevention' },
      managedRules: {
        managedRuleSets: [],
        exclusions: ['Equals', 'StartsWith', 'EndsWith', 'Contains'].map((operator, index) => ({
          matchVariable: 'RequestArgNames',
          selectorMatchOperator: operator,
          selector: at(index),
        })),
      },
      customRules: ['Equal', 'Contains', 'Regex', 'IPMatch', 'LessThan'].map((operator, index) => ({
        name: at(index),
        priority: index + 1,
        action: 'Block',
        matchConditions: [
          {
            matchVariables: [{ variableName: 'RequestHeaders', selector: at(index + 3) }],
            operator,
            negationConditon: index % 2 === 0,
            matchValues: [at(index + 5), at(index + 6)],
          },
        ],
      })),
    }),
  ];
}

function clusterOf(hostile: readonly string[]) {
  const at = (index: number): string => hostile[index % hostile.length] ?? '';
  const path = (text: string, pathType: string): Json => ({
    path: text,
    pathType,
    backend: { service: { name: 'web', port: { number: 80 } } },
  });
  const paths = [
    path(at(0), 'Prefix'),
    path(`/${at(1)}`, 'Exact'),
    path(`/${at(2)}`, 'ImplementationSpecific'),
    path(at(3), at(4)),
  ];
  const spec = { ingressClassName: 'nginx', rules: [{ host: at(5), http: { paths } }] };
  return planCluster(
    [
      ...nginxController(18080, 18443),
      ingressJson('hostile', spec),
      ingressJson('patterns', spec, {
        'nginx.ingress.kubernetes.io/rewrite-target': at(6),
        'nginx.ingress.kubernetes.io/whitelist-source-range': at(7),
        'nginx.ingress.kubernetes.io/backend-protocol': at(8),
        [`nginx.ingress.kubernetes.io/${at(9)}`]: at(10),
      }),
    ],
    [{ ...serviceAt('web', 8080) }],
  ).plan;
}

describe.skipIf(WEB_SERVER_MISSING !== undefined)('hostile texts', () => {
  it('in a gateway and its policy leave a configuration that nginx accepts', () => {
    fc.assert(
      fc.property(perimeters, (hostile) => {
        expect(configurationTest(planGateway(gatewayOf(hostile)))).toBe('');
      }),
      LENGTH,
    );
  });

  it('in an Ingress leave a configuration that nginx accepts', () => {
    fc.assert(
      fc.property(perimeters, (hostile) => {
        expect(configurationTest(clusterOf(hostile))).toBe('');
      }),
      LENGTH,
    );
  });

  it('each match exactly themselves in a custom rule, and nothing else is blocked', async () => {
    const visible = NASTY.filter((text) => /^[\u0020-\u007e]{1,100}$/.test(text));
    const values = visible.map((text) => text.trim());
    const backend = await echoServer('web');
    const [port = 0] = await freePorts(1);
    const plan = planGateway([
      gatewayJson({
        listeners: [{ name: 'site', port }],
        pools: { shop: [{ ipAddress: '127.0.0.1' }] },
        settings: { web: { port: backend.port, protocol: 'Http' } },
        policy: 'waf',
      }),
      wafPolicyJson('waf', {
        policySettings: { mode: 'Prevention' },
        managedRules: { managedRuleSets: [] },
        customRules: values.map((value, index) => ({
          name: `rule${index}`,
          priority: index + 1,
          action: 'Block',
          matchConditions: [
            {
              matchVariables: [{ variableName: 'RequestHeaders', selector: 'X-Text' }],
              operator: 'Equal',
              matchValues: [value],
            },
          ],
        })),
      }),
    ]);
    const web = await startWeb(plan);
    try {
      for (const value of values) {
        const status = async (text: string) =>
          (await ask({ port, headers: { 'x-text': text } })).status;
        expect([value, await status(value), await status(`${value}x`)]).toEqual([value, 403, 200]);
      }
    } finally {
      await web.stop();
      await backend.close();
    }
  });
});
