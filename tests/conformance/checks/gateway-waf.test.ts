import { describe, expect, it } from 'vitest';
import { pinCheck } from '../../support/check-cases.ts';
import { asking, resourcesOf as of, without } from '../../support/outcome-words.ts';
import type { Json } from '../../support/snapshot-of.ts';
import {
  changed,
  net,
  type Perimeter,
  soundPerimeter,
  unknown,
} from '../../support/sound-perimeter.ts';
import { LISTENING, named, part, publishing, WAF_TYPE, wafPolicy } from './gateway-world.ts';

/** Expected values: azure-networking.md 9.2 and 13 (NET-19, NET-20). */
const sound = soundPerimeter();
const SETTINGS = 'waf/properties/policySettings';
/** WAF configuration inside the gateway, which then has no policy. */
const inline = (configuration: Json): Perimeter =>
  changed(
    changed(without(sound, 'waf'), 'agw/properties/firewallPolicy', undefined),
    'agw/properties/webApplicationFirewallConfiguration',
    configuration,
  );

describe('NET-20, A15: the WAF blocks', () => {
  const id = 'gateway/waf-not-preventing';
  const ask = asking(id);
  const setting = (name: string, value: unknown) => changed(sound, `${SETTINGS}/${name}`, value);
  pinCheck('gateway/waf-not-preventing', {
    pass: of(setting('mode', 'prevention')),
    fail: of(setting('mode', 'Detection'), { says: 'The WAF of agw only logs (Detection).' }),
    unknown: of(setting('mode', unknown('the mode')), { says: 'needs the mode' }),
  });

  it(`${id}: disabled, absent, out of sight`, () => {
    expect(ask.messages(setting('state', 'Disabled'))).toEqual(['The WAF of agw is disabled.']);
    expect(ask.kind(setting('state', unknown('the state')))).toBe('unknown');
    const none = changed(sound, 'agw/properties/firewallPolicy', undefined);
    expect(ask.messages(none)).toEqual([
      'The WAF of agw does not exist: nothing inspects requests.',
    ]);
    expect(ask.kind(without(sound, 'waf'))).toBe('unknown');
    expect(ask.kind(without(sound, 'agw'))).toBe('not-applicable');
  });

  it(`${id}: configuration inside the gateway`, () => {
    const mode = (firewallMode: string, enabled = true) => inline({ enabled, firewallMode });
    expect(ask.kind(mode('Prevention'))).toBe('pass');
    expect(ask.kind(mode('Detection'))).toBe('fail');
    expect(ask.kind(mode('Prevention', false))).toBe('fail');
  });

  it(`${id}: a warning in production, a note elsewhere (NET-20)`, () => {
    const logs = setting('mode', 'Detection');
    expect(ask.severities(logs)).toEqual(['warning']);
    expect(ask.severities(logs, { profile: 'dev' })).toEqual(['note']);
  });

  it('AZS-68: the policy of listener and path replaces that of the gateway', () => {
    const weak = wafPolicy('weak', { state: 'Enabled', mode: 'Detection' });
    const strong = wafPolicy('strong', { state: 'Enabled', mode: 'Prevention' });
    const link = (name: string) => ({ id: net(WAF_TYPE, name) });
    const [web] = LISTENING['httpListeners'] as Json[];
    const listening = (name: string, properties: Json) => ({
      ...publishing({
        httpListeners: [
          named('httpListeners', 'web', {
            ...(web!['properties'] as Json),
            firewallPolicy: link(name),
          }),
        ],
        ...properties,
      }),
      weak,
      strong,
    });
    expect(ask.messages(listening('weak', {}))).toEqual(['The WAF of agw only logs (Detection).']);
    expect(ask.kind(listening('strong', { firewallPolicy: undefined }))).toBe('pass');
    expect(ask.kind(listening('strong', { firewallPolicy: link('weak') }))).toBe('pass');

    const [basic] = LISTENING['requestRoutingRules'] as Json[];
    const { backendAddressPool, backendHttpSettings } = basic!['properties'] as Json;
    const byPath = listening('strong', {
      urlPathMaps: [
        named('urlPathMaps', 'map', {
          defaultBackendAddressPool: backendAddressPool,
          defaultBackendHttpSettings: backendHttpSettings,
          pathRules: [
            {
              name: 'api',
              properties: {
                paths: ['/api/*'],
                backendAddressPool,
                backendHttpSettings,
                firewallPolicy: link('weak'),
              },
            },
          ],
        }),
      ],
      requestRoutingRules: [
        named('requestRoutingRules', 'rule', {
          ruleType: 'PathBasedRouting',
          httpListener: part('httpListeners', 'web'),
          urlPathMap: part('urlPathMaps', 'map'),
        }),
      ],
    });
    expect(ask.messages(byPath)).toEqual(['The WAF of agw, web/api, only logs (Detection).']);
  });

  it(`${id}: a redirect passes nothing on that could be inspected`, () => {
    const [web] = LISTENING['httpListeners'] as Json[];
    const [basic] = LISTENING['requestRoutingRules'] as Json[];
    const redirect = { redirectConfiguration: part('redirectConfigurations', 'tls') };
    /** `web` is protected, `plain` is not and has this rule. */
    const two = (target: Json): Perimeter => {
      const listener = web!['properties'] as Json;
      const waf = { id: net(WAF_TYPE, 'waf') };
      return publishing({
        firewallPolicy: undefined,
        httpListeners: [
          named('httpListeners', 'web', { ...listener, firewallPolicy: waf }),
          named('httpListeners', 'plain', { ...listener, protocol: 'Http' }),
        ],
        requestRoutingRules: [
          basic!,
          named('requestRoutingRules', 'other', {
            ruleType: 'Basic',
            httpListener: part('httpListeners', 'plain'),
            ...target,
          }),
        ],
      });
    };
    expect(ask.kind(two(redirect))).toBe('pass');
    const pool = { backendAddressPool: part('backendAddressPools', 'pool') };
    expect(ask.messages(two(pool))).toEqual([
      'The WAF of agw, plain, does not exist: nothing inspects requests.',
    ]);
  });
});

describe('NET-20: request bodies', () => {
  const id = 'gateway/waf-body-not-inspected';
  const ask = asking(id);
  const check = (value: unknown) => changed(sound, `${SETTINGS}/requestBodyCheck`, value);
  pinCheck('gateway/waf-body-not-inspected', {
    pass: of(check(true)),
    fail: of(check(false), { says: 'WAF policy waf does not look into request bodies.' }),
    unknown: of(check(unknown('the switch')), { says: 'needs the switch' }),
  });

  it(`${id}: not written says nothing; the configuration inside a gateway counts too`, () => {
    expect(ask.kind(check(undefined))).toBe('unknown');
    const body = (requestBodyCheck: unknown) =>
      inline({ enabled: true, firewallMode: 'Prevention', requestBodyCheck });
    expect(ask.messages(body(false))).toEqual([
      'the WAF configuration of agw does not look into request bodies.',
    ]);
    expect(ask.kind(body(true))).toBe('pass');
    expect(ask.kind(body(unknown('the switch')))).toBe('unknown');
    expect(ask.kind(inline(undefined as unknown as Json))).toBe('not-applicable');
  });
});

describe('NET-19: managed rule sets', () => {
  const id = 'gateway/waf-rule-set-unsupported';
  const ask = asking(id);
  const sets = (...managedRuleSets: readonly (readonly [unknown, unknown])[]) =>
    changed(
      sound,
      'waf/properties/managedRules/managedRuleSets',
      managedRuleSets.map(([ruleSetType, ruleSetVersion]) => ({ ruleSetType, ruleSetVersion })),
    );
  pinCheck('gateway/waf-rule-set-unsupported', {
    pass: of(sets(['OWASP', '3.2'])),
    fail: of(sets(['OWASP', '3.1']), {
      says: 'WAF policy waf uses OWASP 3.1, which is out of support since February 2026.',
    }),
    unknown: of(sets(['OWASP', unknown('the version')])),
  });

  // The table of 9.2.
  it.each([
    ['Microsoft_DefaultRuleSet', '2.2', 'pass'],
    ['Microsoft_DefaultRuleSet', '2.1', 'pass'],
    ['microsoft_defaultruleset', '2.0', 'fail'],
    ['OWASP', '3.0', 'fail'],
    ['owasp', '2.2.9', 'fail'],
    ['Microsoft_DefaultRuleSet', '2.3', 'unknown'],
    ['OWASP', '3.10', 'unknown'],
    ['Microsoft_BotManagerRuleSet', '1.0', 'pass'],
    [unknown('the type'), '3.0', 'unknown'],
  ])(`${id}: %j %s: %s`, (type, version, kind) => {
    expect(ask.kind(sets([type, version]))).toBe(kind);
  });

  it(`${id}: one old set beside a new one; no set at all`, () => {
    expect(ask.kind(sets(['Microsoft_DefaultRuleSet', '2.1'], ['OWASP', '3.1']))).toBe('fail');
    expect(ask.kind(sets())).toBe('unknown');
  });

  it(`${id}: the policy is in force since February 2026`, () => {
    const old = sets(['OWASP', '3.1']);
    expect(ask.severities(old, { asOf: '2026-02-01' })).toEqual(['warning']);
    expect(ask.severities(old, { asOf: '2026-01-31' })).toEqual(['note']);
    expect(ask.messages(old, { asOf: '2026-01-31' })[0]).toContain('from February 2026 on');
  });

  it(`${id}: the configuration inside a gateway, unless a policy replaces it`, () => {
    const old = { enabled: true, ruleSetType: 'OWASP', ruleSetVersion: '3.0' };
    expect(ask.messages(inline(old))[0]).toContain('the WAF configuration of agw uses OWASP 3.0');
    const both = changed(sound, 'agw/properties/webApplicationFirewallConfiguration', old);
    expect(ask.kind(both)).toBe('pass');
  });
});
