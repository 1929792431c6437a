import { describe, expect, it } from 'vitest';
import type { Port } from '../../../src/net/index.ts';
import { effectiveSettings } from '../../../src/semantics/firewall/index.ts';
import {
  AT,
  applicationCollection,
  applicationRule,
  DATASETS,
  dnatCollection,
  dnatRule,
  exact,
  firewall,
  flow,
  fqdns,
  group,
  https,
  networkCollection,
  networkRule,
  PUBLIC_ADDRESS,
  policy,
  terms,
  threatList,
  unknown,
} from './build-firewall.ts';
import { decide, leaving, verdict } from './summary.ts';

const allow = networkCollection(
  'allow',
  100,
  'Allow',
  networkRule('all', { destinationAddresses: terms('*') }),
);
const deny = networkCollection(
  'deny',
  65000,
  'Deny',
  networkRule('all', { destinationAddresses: terms('*') }),
);

describe('policies and their parents', () => {
  it('AFW-17: network rules of the parent come first, whatever the numbers', () => {
    const placement = firewall({
      policies: [
        policy('parent', [group('parent', 'late', 65000, deny)]),
        policy('child', [group('child', 'early', 100, allow)]),
      ],
    });
    expect(verdict(placement, flow())).toBe('deny parent/late/deny/all');
  });

  it('AFW-13: inside a policy groups go by priority before collections do', () => {
    const placement = firewall({
      policies: [policy('p', [group('p', 'second', 300, allow), group('p', 'first', 200, deny)])],
    });
    expect(verdict(placement, flow())).toBe('deny p/first/deny/all');
  });

  it('AFW-14: groups of equal priority leave the order of all their collections open', () => {
    const placement = firewall({
      policies: [policy('p', [group('p', 'a', 200, allow), group('p', 'b', 200, deny)])],
    });
    expect(verdict(placement, flow())).toBe(
      'unknown: which rule group of equal priority runs first: `a` and `b`',
    );
  });

  it('AFW-17: a parent that is not in the input may decide everything', () => {
    const placement = firewall({
      policies: [policy('child', [group('child', 'g', 100, allow)])],
      placement: { missingPolicy: { id: '/x/firewallPolicies/base', at: AT } },
    });
    expect(verdict(placement, flow())).toBe('unknown: the rules of `base` (not in the input)');
  });

  it('AFW-17: a child that is not in the input cannot take back what its parent decides', () => {
    const placement = firewall({
      policies: [
        policy('parent', [group('parent', 'g', 100, deny)]),
        policy('child', [], { isReference: true }),
      ],
      placement: { missingPolicy: { id: 'child', at: AT } },
    });
    expect(verdict(placement, flow())).toBe('deny parent/g/deny/all');
    const other = flow({ protocol: 'udp' });
    expect(verdict(placement, other)).toBe('unknown: the rules of `child` (not in the input)');
  });

  it('AFW-01 AFW-E10: with a policy the classic rules and settings are silent', () => {
    const placement = firewall({
      collections: [allow],
      settings: { threatIntelMode: 'Deny', dnsProxyEnabled: true },
      policies: [policy('p', [])],
    });
    expect(verdict(placement, flow())).toBe('deny default deny');
    const settings = effectiveSettings(placement);
    expect(settings.threatIntelMode).toBe('Alert');
    expect(settings.dnsProxy.state).toBe('off');
  });

  it('AFW-19: the stricter threat intelligence mode is in force, whichever policy has it', () => {
    const of = (parent: 'Off' | 'Alert' | 'Deny', child: 'Off' | 'Alert' | 'Deny') =>
      effectiveSettings(
        firewall({
          policies: [
            policy('parent', [], { settings: { threatIntelMode: parent } }),
            policy('child', [], { settings: { threatIntelMode: child } }),
          ],
        }),
      ).threatIntelMode;
    expect(of('Deny', 'Off')).toBe('Deny');
    expect(of('Off', 'Alert')).toBe('Alert');
    expect(of('Alert', 'Deny')).toBe('Deny');
  });

  it('AFW-20: the allow lists of parent and child add up', () => {
    const settings = effectiveSettings(
      firewall({
        policies: [
          policy('parent', [], { settings: { threatIntelAllowedFqdns: ['a.example'] } }),
          policy('child', [], {
            settings: {
              threatIntelAllowedFqdns: ['b.example'],
              threatIntelAllowedAddresses: terms('198.51.100.7'),
            },
          }),
        ],
      }),
    );
    expect(settings.threatIntelAllowedFqdns).toEqual(['a.example', 'b.example']);
    expect(settings.threatIntelAllowedAddresses.map((term) => term.text)).toEqual(['198.51.100.7']);
  });

  it('AFW-21: the stricter IDPS mode is in force', () => {
    const settings = effectiveSettings(
      firewall({
        policies: [
          policy('parent', [], { intrusionDetectionMode: 'Deny' }),
          policy('child', [], { intrusionDetectionMode: 'Alert' }),
        ],
      }),
    );
    expect(settings.intrusionDetectionMode).toBe('Deny');
  });

  it('AFW-22: DNS proxy that only the parent turns on is neither on nor off', () => {
    const of = (child: boolean | undefined) =>
      effectiveSettings(
        firewall({
          policies: [
            policy('parent', [], { settings: { dnsProxyEnabled: true } }),
            policy('child', [], { settings: { dnsProxyEnabled: child } }),
          ],
        }),
      ).dnsProxy;
    expect(of(undefined)).toMatchObject({ state: 'unknown', standing: 'contradictory' });
    expect(of(true)).toMatchObject({ state: 'on', standing: 'settled' });
    expect(of(false)).toMatchObject({ state: 'off', standing: 'settled' });
  });

  it('AFW-29: SNAT private ranges that only the parent sets may be in force or not', () => {
    const placement = firewall({
      policies: [
        policy('parent', [], { settings: { snatPrivateRanges: terms('10.0.0.0/8') } }),
        policy('child', [group('child', 'g', 100, allow)]),
      ],
    });
    // In both lists: no doubt. In the default list only: it depends.
    expect(leaving(placement, flow({ destination: exact('10.50.0.4') }))).toBe(
      '10.42.1.6 → 10.50.0.4:443',
    );
    expect(leaving(placement, flow({ destination: exact('192.168.1.4') }))).toBe(
      '10.42.1.6 or an instance of firewall fw or 20.51.7.8 → 192.168.1.4:443',
    );
  });

  it('AFW-18: DNAT of a parent counts by default, says so, and can be left out', () => {
    const placement = firewall({
      policies: [
        policy('parent', [
          group('parent', 'g', 100, dnatCollection('in', 100, dnatRule('web', {}))),
        ]),
        policy('child', []),
      ],
    });
    const arriving = flow({
      source: exact('203.0.113.74'),
      destination: exact(PUBLIC_ADDRESS),
      destinationPort: 80 as Port,
    });
    const decision = decide(placement, arriving);
    expect(decision.verdict).toMatchObject({ kind: 'allow', by: { name: 'parent/g/in/web' } });
    expect(decision.assumptions).toContain(
      'DNAT rules of parent policies are inherited (sources disagree)',
    );
    expect(verdict(placement, arriving, { inheritDnat: false })).toBe(
      'deny default deny: no DNAT rule matches',
    );
    expect(decide(placement, arriving, { inheritDnat: true }).assumptions).toEqual([]);
  });
});

describe('what is in force', () => {
  it('AFW-02 AFW-07: a tier that is not written is Standard, or the one its policy is for', () => {
    const tierOf = (tier?: 'Basic' | 'Standard' | 'Premium') =>
      effectiveSettings(
        firewall({
          firewall: { skuTier: undefined },
          policies: [policy('p', [], { skuTier: tier })],
        }),
      ).tier;
    expect(tierOf()).toBe('Standard');
    expect(tierOf('Premium')).toBe('Premium');
    expect(tierOf('Basic')).toBe('Basic');
  });

  it('AFW-07: a firewall that is only referred to has a tier that nobody told us', () => {
    const { tier } = effectiveSettings(
      firewall({ firewall: { skuTier: undefined, isReference: true } }),
    );
    expect(tier).toMatchObject({ kind: 'unknown' });
  });

  it('AFW-80 AFW-93 AFW-E32: Basic can only alert', () => {
    const basic = firewall({
      firewall: { skuTier: 'Basic' },
      settings: { threatIntelMode: 'Deny' },
    });
    expect(effectiveSettings(basic).threatIntelMode).toBe('Alert');
  });

  it('AFW-86 AFW-E32: Basic has no DNS proxy, whatever is written', () => {
    const basic = firewall({
      firewall: { skuTier: 'Basic' },
      settings: { dnsProxyEnabled: true },
    });
    expect(effectiveSettings(basic).dnsProxy.state).toBe('off');
  });

  const bad = threatList({ addresses: ['8.8.8.8', '198.51.100.0/24'], fqdns: ['*.bad.example'] });
  const withList = { datasets: { ...DATASETS, threatList: bad } };
  const open = (mode: 'Off' | 'Alert' | 'Deny', more = {}) =>
    firewall({ collections: [allow], settings: { threatIntelMode: mode, ...more } });

  it('AFW-27 AFW-80: a hit in Deny mode comes before the rule that allows; Alert and Off let it pass', () => {
    expect(verdict(open('Deny'), flow(), withList)).toBe(
      'deny threat intelligence (Deny): hit in threats.txt',
    );
    expect(verdict(open('Alert'), flow(), withList)).toBe('allow allow/all');
    expect(verdict(open('Off'), flow(), withList)).toBe('allow allow/all');
  });

  it('AFW-27: a known-bad client is denied before DNAT', () => {
    const placement = firewall({
      collections: [
        dnatCollection(
          'in',
          100,
          dnatRule('web', {
            sources: { addresses: terms('*'), ipGroups: [], kubeSelectorGroups: [] },
          }),
        ),
      ],
      settings: { threatIntelMode: 'Deny' },
    });
    const arriving = flow({
      source: exact('198.51.100.9'),
      destination: exact(PUBLIC_ADDRESS),
      destinationPort: 80 as Port,
    });
    expect(verdict(placement, arriving, withList)).toContain('deny threat intelligence');
  });

  it('AFW-81: names count in HTTP and HTTPS, addresses for any protocol; without a list nothing hits', () => {
    const named = https('www.bad.example');
    expect(verdict(open('Deny'), named, withList)).toContain('deny threat intelligence');
    const hidden = https('www.bad.example', { application: { kind: 'none' } });
    expect(verdict(open('Deny'), hidden, withList)).toBe('allow allow/all');
    const { destinationPort: _none, ...ping } = flow({ protocol: 'icmp' });
    expect(verdict(open('Deny'), ping, withList)).toContain('deny threat intelligence');
    const decision = decide(open('Deny'), flow());
    expect(decision.verdict.kind).toBe('allow');
    expect(decision.assumptions).toEqual([
      "nothing in Microsoft's threat intelligence feed is touched",
    ]);
  });

  it('AFW-82: allow-listed names and addresses are left alone', () => {
    const byName = open('Deny', { threatIntelAllowedFqdns: ['www.bad.example'] });
    expect(verdict(byName, https('www.bad.example'), withList)).toBe('allow allow/all');
    expect(verdict(byName, https('x.bad.example'), withList)).toContain('deny');
    const byAddress = open('Deny', { threatIntelAllowedAddresses: terms('8.8.8.0/24') });
    expect(verdict(byAddress, flow(), withList)).toBe('allow allow/all');
  });

  it('AFW-80: a mode that is not known leaves a hit open and nothing else', () => {
    const placement = firewall({
      collections: [allow],
      settings: { threatIntelMode: unknown('a value for parameter threatIntelMode') },
    });
    expect(verdict(placement, flow(), withList)).toBe(
      'unknown: a value for parameter threatIntelMode',
    );
    expect(verdict(placement, flow({ destination: exact('9.9.9.9') }), withList)).toBe(
      'allow allow/all',
    );
  });

  it('AFW-83: IDPS in Deny mode leaves the verdict to the rules and states what it assumes', () => {
    const placement = firewall({
      firewall: { skuTier: 'Premium' },
      policies: [policy('p', [group('p', 'g', 100, allow)], { intrusionDetectionMode: 'Deny' })],
    });
    const decision = decide(placement, flow());
    expect(decision.verdict.kind).toBe('allow');
    expect(decision.steps.map((step) => step.stage)).toContain('idps');
    expect(decision.assumptions).toEqual(['no IDPS signature recognises the flow']);
  });

  it('AFW-57 AFW-58 AFW-E36: names of the built-in collection are open by default and closed by a deny-all', () => {
    const disk = https('md-abc.z1.blob.storage.azure.net');
    expect(verdict(firewall(), disk)).toBe(
      'unknown: whether the built-in infrastructure collection contains md-abc.z1.blob.storage.azure.net',
    );
    expect(verdict(firewall(), https('umsabc.blob.core.windows.net'))).toContain('unknown');
    expect(verdict(firewall(), https('md.example.com'))).toBe('deny default deny');
    const closed = firewall({
      collections: [
        applicationCollection(
          'last',
          65000,
          'Deny',
          applicationRule('all', { targetFqdns: fqdns('*') }),
        ),
      ],
    });
    expect(verdict(closed, disk)).toBe('deny last/all');
  });
});
