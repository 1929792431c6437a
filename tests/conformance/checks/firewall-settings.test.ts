import { describe, expect, it } from 'vitest';
import { outcomeOf, pinCheck } from '../../support/check-cases.ts';
import { asking, resourcesOf as of, without } from '../../support/outcome-words.ts';
import type { Json } from '../../support/snapshot-of.ts';
import {
  changed,
  collection,
  net,
  type Perimeter,
  soundPerimeter,
  unknown,
} from '../../support/sound-perimeter.ts';

/** Expected values: azure-firewall.md 9 (edges 10, 23, 32, 36), 1.5, 2.1, 2.2, 2.8, 5, 7; aks.md 11.3 A14. */
const sound = soundPerimeter();
const POLICY = 'policy/properties';
const FIREWALL = 'fw/properties';
const COLLECTIONS = 'rules/properties/ruleCollections';

/** A base policy over the policy of the firewall. */
const withBase = (properties: Json, perimeter: Perimeter = sound): Perimeter => ({
  ...changed(perimeter, `${POLICY}/basePolicy`, { id: net('firewallPolicies', 'base') }),
  base: {
    id: net('firewallPolicies', 'base'),
    type: 'Microsoft.Network/firewallPolicies',
    name: 'base',
    properties: { sku: { tier: 'Standard' }, ...properties },
  },
});
/** The same firewall without a policy. */
const classic = (properties: Json): Perimeter =>
  changed(without(sound, 'policy', 'rules'), FIREWALL, {
    ...(sound['fw']!['properties'] as Json),
    firewallPolicy: undefined,
    ...properties,
  });
const tier = (text: unknown, perimeter: Perimeter = sound) =>
  changed(perimeter, `${FIREWALL}/sku/tier`, text);

describe('FW-23: threat intelligence', () => {
  const id = 'firewall/threat-intelligence-not-denying';
  const mode = (text: unknown) => changed(sound, `${POLICY}/threatIntelMode`, text);
  const ask = asking(id);
  pinCheck('firewall/threat-intelligence-not-denying', {
    pass: of(mode('Deny')),
    fail: of(mode('Alert'), { says: 'Threat intelligence of fw only alerts.' }),
    unknown: of(mode(unknown('the mode')), { says: 'needs the mode' }),
  });

  it(`${id}: off, not written (section 5: default Alert), any case`, () => {
    expect(ask.messages(mode('Off'))).toEqual(['Threat intelligence of fw is off.']);
    expect(ask.messages(mode(undefined))).toEqual(['Threat intelligence of fw only alerts.']);
    expect(ask.kind(mode('deny'))).toBe('pass');
  });

  // 2.2: inherited; a child may only be stricter.
  it.each([
    ['Deny', 'Alert', 'pass'],
    ['Alert', 'Deny', 'pass'],
    [unknown('it'), 'Deny', 'pass'],
    ['Deny', unknown('it'), 'pass'],
    [unknown('it'), 'Alert', 'unknown'],
    ['Off', 'Alert', 'fail'],
  ])(`${id}: base %j over %j: %s`, (base, own, kind) => {
    expect(ask.kind(withBase({ threatIntelMode: base }, mode(own)))).toBe(kind);
  });

  it(`${id}: the words name the stricter mode`, () => {
    const alerts = ['Threat intelligence of fw only alerts.'];
    expect(ask.messages(withBase({ threatIntelMode: 'Off' }, mode('Alert')))).toEqual(alerts);
    expect(ask.messages(withBase({ threatIntelMode: 'Alert' }, mode('Off')))).toEqual(alerts);
  });

  it(`${id}: a policy that is not in the input decides, not the firewall's own mode (AFW-01)`, () => {
    const absent = without(changed(sound, `${FIREWALL}/threatIntelMode`, 'Deny'), 'policy');
    expect(ask.kind(absent)).toBe('unknown');
    const based = changed(mode('Alert'), `${POLICY}/basePolicy`, {
      id: net('firewallPolicies', 'x'),
    });
    expect(ask.kind(based)).toBe('unknown');
  });

  it(`${id}: Basic can only alert, whatever is written (section 5)`, () => {
    expect(ask.messages(tier('Basic', mode('Deny')))).toEqual([
      'Threat intelligence of fw only alerts (the Basic tier cannot deny).',
    ]);
    expect(ask.kind(tier(unknown('the tier'), mode('Deny')))).toBe('unknown');
  });

  it('AFW-E23: in Alert mode network rules on 80 and 443 hide alerts by name, and Deny mends it', () => {
    const lines = (perimeter: Perimeter) => {
      const outcome = outcomeOf(id, of(perimeter));
      const evidence = outcome.kind === 'fail' ? outcome.findings[0]!.evidence : undefined;
      return evidence?.kind === 'configured' ? evidence.lines : [];
    };
    const rule = `${COLLECTIONS}/1/rules/0`;
    const web = (destinationPorts: readonly string[], ipProtocols = ['TCP'], of = mode('Alert')) =>
      changed(
        changed(of, `${rule}/destinationPorts`, destinationPorts),
        `${rule}/ipProtocols`,
        ipProtocols,
      );
    const masked = [
      'threatIntelMode: Alert',
      'network rule rules/net/database hides alerts by name',
    ];
    expect(lines(web(['443']))).toEqual(masked);
    expect(lines(web(['80'], ['Any']))).toEqual(masked);
    expect(lines(web(['400-500']))).toEqual(masked);
    // Other ports carry no names, QUIC is read by nobody, and a rule that denies lets nothing bad through.
    expect(lines(web(['5432']))).toEqual(['threatIntelMode: Alert']);
    expect(lines(web(['443'], ['UDP']))).toEqual(['threatIntelMode: Alert']);
    const denied = changed(web(['443']), `${COLLECTIONS}/1/action/type`, 'Deny');
    expect(lines(denied)).toEqual(['threatIntelMode: Alert']);
    expect(ask.kind(web(['443'], ['TCP'], mode('Deny')))).toBe('pass');
  });

  it(`${id}: a classic firewall has its own mode`, () => {
    expect(ask.kind(classic({ threatIntelMode: 'Deny' }))).toBe('pass');
    expect(ask.kind(classic({ threatIntelMode: 'Alert' }))).toBe('fail');
    expect(ask.kind(without(sound, 'fw'))).toBe('not-applicable');
  });
});

describe('FW-32: what Basic lacks', () => {
  const id = 'firewall/basic-tier-lacks-feature';
  const ask = asking(id);
  /** Basic with nothing it lacks; the policy then has the one setting of a case. */
  const bare = tier(
    'Basic',
    changed(changed(sound, POLICY, { sku: { tier: 'Basic' } }), COLLECTIONS, []),
  );
  const given = (path: string, value: unknown) => changed(bare, `${POLICY}/${path}`, value);
  const rules = (action: string, rule: Json) =>
    changed(bare, COLLECTIONS, [collection('c', 200, action, [rule])]);
  pinCheck('firewall/basic-tier-lacks-feature', {
    pass: of(bare),
    fail: of(given('dnsSettings', { enableProxy: true }), {
      says: 'fw is Basic and is given DNS proxy.',
    }),
    unknown: of(tier(unknown('the tier'))),
  });

  // Section 9, edge 32, and the feature table of section 7 (AFW-93).
  it.each([
    [given('dnsSettings', { servers: ['10.9.9.9'] }), 'custom DNS servers'],
    [given('threatIntelMode', 'Deny'), 'threat intelligence deny'],
    [
      rules('Allow', {
        ruleType: 'NetworkRule',
        name: 'n',
        ipProtocols: ['TCP'],
        sourceAddresses: ['*'],
        destinationFqdns: ['x.example.com'],
        destinationPorts: ['9000'],
      }),
      'FQDN in network rules',
    ],
    [
      rules('Deny', {
        ruleType: 'ApplicationRule',
        name: 'n',
        sourceAddresses: ['*'],
        protocols: [{ protocolType: 'Https', port: 443 }],
        webCategories: ['gambling'],
      }),
      'web categories',
    ],
    [
      rules('DNAT', {
        ruleType: 'NatRule',
        name: 'n',
        ipProtocols: ['TCP'],
        sourceAddresses: ['10.9.0.0/16'],
        destinationAddresses: ['10.0.0.4'],
        destinationPorts: ['8883'],
        translatedAddress: '10.1.3.10',
        translatedPort: '8883',
      }),
      'DNAT on its private address',
    ],
  ] as const)(`${id}: %#: %s`, (perimeter, what) => {
    expect(ask.messages(perimeter)).toEqual([`fw is Basic and is given ${what}.`]);
    expect(ask.kind(tier('Standard', perimeter))).toBe('pass');
  });

  it(`${id}: the tier of the policy counts where the firewall names none (AFW-07)`, () => {
    const proxied = given('dnsSettings', { enableProxy: true });
    expect(ask.kind(tier(undefined, proxied))).toBe('fail');
    expect(ask.kind(tier(undefined, changed(proxied, `${POLICY}/sku/tier`, undefined)))).toBe(
      'pass',
    );
    const open = changed(proxied, `${POLICY}/sku/tier`, unknown('the tier'));
    expect(ask.kind(tier(undefined, open))).toBe('unknown');
  });

  it(`${id}: on Basic an unknown setting, policy or collection leaves it open`, () => {
    expect(ask.kind(given('dnsSettings', { enableProxy: unknown('it') }))).toBe('unknown');
    expect(ask.kind(given('dnsSettings', { enableProxy: false }))).toBe('pass');
    expect(ask.kind(without(bare, 'policy', 'rules'))).toBe('unknown');
    expect(ask.kind(changed(bare, COLLECTIONS, unknown('the rules')))).toBe('unknown');
    expect(ask.kind(tier('Standard', without(bare, 'policy', 'rules')))).toBe('pass');
  });
});

describe('A14: zones', () => {
  const id = 'firewall/not-zone-redundant';
  const ask = asking(id);
  const zones = (value: unknown, of: string = 'fw') => changed(sound, `${of}/zones`, value);
  pinCheck('firewall/not-zone-redundant', {
    pass: of(zones(['1', '2'])),
    fail: of(zones(['1']), { says: 'fw is not zone redundant' }),
    unknown: of(zones(unknown('the zones')), { says: 'needs the zones' }),
  });

  it(`${id}: none at all, numbers, and one unknown zone among known ones`, () => {
    expect(ask.kind(zones(undefined))).toBe('fail');
    expect(ask.kind(zones([]))).toBe('fail');
    expect(ask.kind(zones([1, 2, 3]))).toBe('pass');
    expect(ask.kind(zones(['1', unknown('one')]))).toBe('unknown');
    expect(ask.kind(zones(['1', '2', unknown('one')]))).toBe('pass');
  });

  it('AFW-08: zone redundancy also needs public addresses that are not zonal', () => {
    expect(ask.messages(zones(['2'], 'pip-3'))).toEqual([
      'fw spans zones, but its public address pip-3 lies in one.',
    ]);
    expect(ask.kind(zones(unknown('it'), 'pip-3'))).toBe('unknown');
    expect(ask.kind(zones(undefined, 'pip-3'))).toBe('pass');
  });

  it(`${id}: a secured hub chooses no zones`, () => {
    const hub = changed(zones(undefined), FIREWALL, {
      sku: { name: 'AZFW_Hub', tier: 'Standard' },
      virtualHub: { id: net('virtualHubs', 'vhub') },
    });
    expect(ask.kind(hub)).toBe('not-applicable');
  });
});

describe('FW-10: classic settings beside a policy', () => {
  const id = 'firewall/classic-settings-ignored';
  const ask = asking(id);
  const beside = (additionalProperties: Json, perimeter: Perimeter = sound) =>
    changed(perimeter, `${FIREWALL}/additionalProperties`, additionalProperties);
  pinCheck('firewall/classic-settings-ignored', {
    pass: of(beside({})),
    fail: of(beside({ 'Network.DNS.EnableProxy': 'true' }), {
      says: 'fw has a policy, so its own Network.DNS.EnableProxy does nothing.',
    }),
    unknown: of(
      changed(
        beside({ 'Network.DNS.EnableProxy': 'true' }),
        `${FIREWALL}/firewallPolicy`,
        unknown('the policy'),
      ),
      { says: 'needs the policy' },
    ),
  });

  // 1.5
  it.each([
    ['Network.DNS.Servers', '10.9.9.9, 10.9.9.10'],
    ['Network.SNAT.PrivateRanges', 'IANAPrivateRanges'],
    ['ThreatIntel.Whitelist.FQDNs', 'a.example.com'],
    ['ThreatIntel.Whitelist.IpAddresses', '198.51.100.7'],
  ])(`${id}: %s`, (key, value) => {
    expect(ask.messages(beside({ [key]: value }))).toEqual([
      `fw has a policy, so its own ${key} does nothing.`,
    ]);
  });

  it(`${id}: threatIntelMode of the firewall; Alert is its default and what exports hold`, () => {
    const mode = (text: string) => changed(sound, `${FIREWALL}/threatIntelMode`, text);
    expect(ask.messages(mode('Deny'))).toEqual([
      'fw has a policy, so its own threatIntelMode does nothing.',
    ]);
    expect(ask.kind(mode('Off'))).toBe('fail');
    expect(ask.kind(mode('Alert'))).toBe('pass');
  });

  it(`${id}: without a policy they count`, () => {
    const alone = classic({ additionalProperties: { 'Network.DNS.EnableProxy': 'true' } });
    expect(ask.kind(alone)).toBe('not-applicable');
  });
});

describe('FW-36: the built-in infrastructure collection', () => {
  const id = 'firewall/infrastructure-collection-disabled';
  const ask = asking(id);
  const DENY = `${COLLECTIONS}/3`;
  const denying = (targetFqdns: unknown) =>
    changed(sound, `${DENY}/rules/0/targetFqdns`, targetFqdns);
  pinCheck('firewall/infrastructure-collection-disabled', {
    pass: of(denying(['bad.example.com'])),
    fail: of(denying(['*']), { says: 'rules/deny/bad denies every name' }),
    unknown: of(denying([unknown('a name')]), { says: 'needs a name' }),
  });

  it(`${id}: one * among names, a wildcard below a domain, an unknown action`, () => {
    expect(ask.kind(denying(['bad.example.com', '*']))).toBe('fail');
    expect(ask.kind(denying(['*.example.com']))).toBe('pass');
    const action = (type: unknown) => changed(denying(['*']), `${DENY}/action/type`, type);
    expect(ask.kind(action(unknown('the action')))).toBe('unknown');
    expect(ask.kind(action('Allow'))).toBe('not-applicable');
    expect(ask.severities(denying(['*']))).toEqual(['note']);
    expect(ask.kind(changed(sound, COLLECTIONS, [unknown('a collection')]))).toBe('unknown');
  });
});

describe('2.1: equal priorities', () => {
  const id = 'firewall/duplicate-priority';
  const ask = asking(id);
  const second = (
    priority: unknown,
    action = 'Allow',
    rule = `${COLLECTIONS}/1/rules/0`,
  ): Perimeter => {
    const [, , , index, , one] = rule.split('/');
    const rules = (sound['rules']!['properties'] as { ruleCollections: { rules: Json[] }[] })
      .ruleCollections[Number(index)]!.rules;
    return changed(sound, `${COLLECTIONS}/-`, {
      ...collection('twin', 200, action, [rules[Number(one)]!]),
      priority,
    });
  };
  pinCheck('firewall/duplicate-priority', {
    pass: of(second(201)),
    fail: of(second(200), { says: 'Collections net and twin both have priority 200.' }),
    unknown: of(second(unknown('its priority')), { says: 'needs its priority' }),
  });

  it(`${id}: rules of another kind are another order, an action is not`, () => {
    expect(ask.kind(second(200, 'Deny'))).toBe('fail');
    expect(ask.kind(second(300))).toBe('pass');
    // Alone in its scope a collection collides with nobody.
    const alone = changed(second(200), `${COLLECTIONS}/4/priority`, unknown('it'));
    const [, , , , only] = (alone['rules']!['properties'] as { ruleCollections: Json[] })
      .ruleCollections;
    expect(ask.kind(changed(sound, COLLECTIONS, [only]))).toBe('pass');
  });

  it(`${id}: the first of two may be the unknown one`, () => {
    const open = changed(second(200), `${COLLECTIONS}/1/priority`, unknown('the first'));
    expect(ask.kind(open)).toBe('unknown');
  });

  it(`${id}: groups of one policy are ordered too, those of base and child are not`, () => {
    const group = (policy: string, priority: number): Json => ({
      id: `${net('firewallPolicies', policy)}/ruleCollectionGroups/more`,
      type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
      name: 'more',
      properties: { priority, ruleCollections: [] },
    });
    expect(ask.messages({ ...sound, more: group('policy', 300) })).toEqual([
      'Rule collection groups rules and more both have priority 300.',
    ]);
    expect(ask.kind({ ...sound, more: group('policy', 301) })).toBe('pass');
    expect(ask.kind({ ...withBase({}), more: group('base', 300) })).toBe('pass');
  });

  it(`${id}: classic collections`, () => {
    const list = (...priorities: readonly number[]) =>
      priorities.map((priority, index) => ({
        name: `c${index}`,
        properties: { priority, action: { type: 'Allow' }, rules: [] },
      }));
    expect(ask.kind(classic({ networkRuleCollections: list(200, 200) }))).toBe('fail');
    expect(
      ask.kind(
        classic({ networkRuleCollections: list(200), applicationRuleCollections: list(200) }),
      ),
    ).toBe('pass');
  });
});
