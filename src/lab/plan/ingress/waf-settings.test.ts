import { describe, expect, it } from 'vitest';
import { gatewayJson, planGateway, wafPolicyJson } from '../../../../tests/support/gateway-json.ts';
import type { Json } from '../../../../tests/support/snapshot-of.ts';
import { CORE_RULES, groupOfRule, rulesOfGroup } from './core-rules.ts';

const GATEWAY = gatewayJson({
  listeners: [{ name: 'site', port: 8080 }],
  pools: { shop: [{ ipAddress: '127.0.0.1' }] },
  settings: { web: { port: 80, protocol: 'Http' } },
  policy: 'waf',
});

function planWith(policy: Json, gateway: Json = GATEWAY) {
  const { files, gaps } = planGateway([gateway, wafPolicyJson('waf', policy)]);
  const rules = files.find(({ path }) => path.endsWith('waf-1.conf'))?.text.split('\n') ?? [];
  return { rules, gaps: gaps.map(({ what, why }) => `${what}: ${why}`) };
}

const withOverrides = (ruleGroupOverrides: readonly Json[]): Json => ({
  policySettings: { mode: 'Prevention' },
  managedRules: {
    managedRuleSets: [{ ruleSetType: 'OWASP', ruleSetVersion: '3.2', ruleGroupOverrides }],
  },
});

describe('a policy as ModSecurity rules', () => {
  it('limits are those the documentation gives when none is written', () => {
    // azure-networking 9.2: inspection 128 KB, body 128 KB, upload 100 MB.
    const { rules } = planWith({ policySettings: { mode: 'Prevention' } });
    expect(rules).toContain('SecRequestBodyLimit 131072');
    expect(rules.find((line) => line.includes('Content-Length'))).toContain('@gt 131072');
  });

  it('limits that are not enforced are not there', () => {
    const { rules } = planWith({
      policySettings: { mode: 'Prevention', requestBodyEnforcement: false },
    });
    expect(rules.some((line) => line.includes('Content-Length'))).toBe(false);
  });

  it('an override without a state switches its rule off; a group without rules is off as a whole', () => {
    const { rules } = planWith(
      withOverrides([
        { ruleGroupName: 'REQUEST-920-PROTOCOL-ENFORCEMENT', rules: [{ ruleId: '920350' }] },
        { ruleGroupName: 'REQUEST-943-APPLICATION-ATTACK-SESSION-FIXATION' },
      ]),
    );
    expect(rules.filter((line) => line.startsWith('SecRuleRemoveById'))).toEqual([
      'SecRuleRemoveById 920350',
      'SecRuleRemoveById 943100',
      'SecRuleRemoveById 943110',
      'SecRuleRemoveById 943120',
    ]);
  });

  it('a rule that the Core Rule Set does not have is said', () => {
    const { rules, gaps } = planWith(
      withOverrides([
        {
          ruleGroupName: 'MS-ThreatIntel-SQLI',
          rules: [{ ruleId: '99031001', state: 'Disabled' }],
        },
      ]),
    );
    expect(rules.some((line) => line.startsWith('SecRuleRemoveById'))).toBe(false);
    expect(gaps).toEqual([
      'WAF policy waf: rule 99031001: the Core Rule Set, which stands in for the managed rules, has no such rule',
    ]);
  });

  it('a policy that is not in the input is said, and its requests are not inspected', () => {
    const { files, gaps } = planGateway([GATEWAY]);
    expect(files.some(({ path }) => path.includes('waf-1'))).toBe(false);
    expect(gaps.map(({ why }) => why)).toEqual([
      'the policy is not in the input: requests pass uninspected in the lab',
    ]);
  });

  it('a mode that is not written is said and taken as Detection', () => {
    const { rules, gaps } = planWith({});
    expect(rules[0]).toBe('SecRuleEngine DetectionOnly');
    expect(gaps).toEqual(['WAF policy waf: mode: it is not written: the lab takes Detection']);
  });

  it('the policy of a path rule stands alone, then the listener’s, then the gateway’s', () => {
    const gateway = gatewayJson({
      listeners: [
        {
          name: 'a',
          port: 8081,
          policy: 'listener',
          paths: [{ name: 'api', paths: ['/api/*'], policy: 'path' }],
        },
        { name: 'b', port: 8082 },
      ],
      pools: { shop: [{ ipAddress: '127.0.0.1' }] },
      settings: { web: { port: 80, protocol: 'Http' } },
      policy: 'waf',
    });
    const policies = ['waf', 'listener', 'path'].map((name) =>
      wafPolicyJson(name, { policySettings: { mode: 'Prevention' } }),
    );
    const { files } = planGateway([gateway, ...policies]);
    const context = JSON.parse(
      files.find(({ path }) => path.endsWith('/log-context.json'))?.text ?? '',
    );
    expect(
      context.audits.map((audit: { readonly [key: string]: string }) => [
        audit['policyId']?.split('/').at(-1),
        audit['scope'],
        audit['scopeName'],
      ]),
    ).toEqual([
      ['path', 'Location', 'api'],
      ['listener', 'Listener', 'a'],
      ['waf', 'Global', 'agw'],
    ]);
  });

  it('configuration inside the gateway counts where no policy does', () => {
    const gateway = gatewayJson({
      listeners: [{ name: 'site', port: 8080 }],
      pools: { shop: [{ ipAddress: '127.0.0.1' }] },
      settings: { web: { port: 80, protocol: 'Http' } },
      more: {
        webApplicationFirewallConfiguration: {
          enabled: true,
          firewallMode: 'Prevention',
          ruleSetType: 'OWASP',
          ruleSetVersion: '3.2',
          disabledRuleGroups: [
            { ruleGroupName: 'REQUEST-942-APPLICATION-ATTACK-SQLI', rules: [942100] },
          ],
        },
      },
    });
    const { rules } = planWith({}, gateway);
    expect(rules[0]).toBe('SecRuleEngine On');
    expect(rules).toContain('SecRuleRemoveById 942100');
  });
});

describe('groups of the Core Rule Set', () => {
  it('are found by the names of either rule set', () => {
    expect(rulesOfGroup('SQLI')).toBe(rulesOfGroup('REQUEST-942-APPLICATION-ATTACK-SQLI'));
    expect(rulesOfGroup('XSS')).toContain(941100);
    expect(rulesOfGroup('MS-ThreatIntel-CVEs')).toBeUndefined();
  });

  it('hold rules of their own number alone', () => {
    for (const { group, ids } of CORE_RULES) {
      const number = Number(group.split('-')[1]);
      expect(ids.every((id) => Math.floor(id / 1000) === number)).toBe(true);
    }
    expect(groupOfRule(942100)).toBe('REQUEST-942-APPLICATION-ATTACK-SQLI');
    expect(groupOfRule(949110)).toBeUndefined();
  });
});
