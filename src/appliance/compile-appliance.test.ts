import { describe, expect, it } from 'vitest';
import {
  applicationCollection,
  applicationRule,
  DATASETS,
  dnatCollection,
  dnatRule,
  type FirewallParts,
  firewall,
  fqdns,
  group,
  ip,
  ipGroup,
  networkCollection,
  networkRule,
  policy,
  ports,
  publicAddress,
  reference,
  sources,
  terms,
  threatList,
  tunnelled,
  unknown,
} from '../../tests/conformance/firewall/build-firewall.ts';
import { wireSite } from '../../tests/support/appliance-wire.ts';
import type { RuleCollection } from '../model/index.ts';
import type { DomainName, Port } from '../net/index.ts';
import type { Unknown } from '../values/index.ts';
import type { Appliance } from './appliance.ts';
import { type ApplianceInput, compileAppliance } from './compile-appliance.ts';
import { titleOfRule } from './rules/rule-numbers.ts';

function compiled(parts: FirewallParts, more: Partial<ApplianceInput> = {}): Appliance {
  return compileAppliance({
    firewall: firewall(parts),
    perimeter: { ipGroups: new Map(), clusters: new Map() },
    datasets: DATASETS,
    site: wireSite(['20.51.7.8']),
    ...more,
  });
}

function ofRules(...collections: readonly RuleCollection[]): Appliance {
  return compiled({ collections });
}

/** The elements of one map or set of the table. */
function elements(appliance: Appliance, name: string): readonly string[] {
  const found = new RegExp(`(?:map|set) ${name} \\{[^}]*?elements = \\{([^}]*)\\}`).exec(
    appliance.nftables,
  );
  return found === null ? [] : found[1]!.split(',').map((element) => element.trim());
}

function chain(appliance: Appliance, name: string): readonly string[] {
  const found = new RegExp(`\\n {2}chain ${name} \\{\\n([\\s\\S]*?)\\n {2}\\}`).exec(
    appliance.nftables,
  );
  return (found?.[1] ?? '').split('\n').map((line) => line.trim());
}

function gaps({ gaps: found }: Appliance): readonly string[] {
  return found.map(({ what, why }) => `${what}: ${why}`);
}

function nameMap({ haproxy }: Appliance, name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(haproxy?.maps.get(name) ?? []);
}

const HTTPS = [{ type: 'Https' as const, port: 443 as Port }];
const to = (...destinations: readonly (string | Unknown)[]) => ({
  destinationAddresses: terms(...destinations),
  destinationPorts: ports('443'),
});

describe('the order of rules', () => {
  it('AFW-10 AFW-13 is that of the worked example of the documentation', () => {
    const dnat = (name: string, priority: number) =>
      dnatCollection(name, priority, dnatRule(name, {}));
    const net = (name: string, priority: number) =>
      networkCollection(name, priority, 'Allow', networkRule(name, to('*')));
    const app = (name: string, priority: number) =>
      applicationCollection(
        name,
        priority,
        'Allow',
        applicationRule(name, { targetFqdns: fqdns('a.example') }),
      );
    const parent = policy('parent', [
      group(
        'parent',
        'BaseRCG1',
        200,
        dnat('DNATRC1', 600),
        dnat('DNATRC3', 610),
        net('NetworkRC1', 800),
      ),
      group('parent', 'BaseRCG2', 300, app('AppRC2', 1200), net('NetworkRC2', 1300)),
    ]);
    const child = policy('child', [
      group('child', 'ChildRCG1', 300, net('ChNetRC1', 700), app('ChAppRC1', 900)),
      group(
        'child',
        'ChildRCG2',
        650,
        net('ChNetRC2', 1100),
        app('ChAppRC2', 2000),
        dnat('ChDNATRC3', 3000),
      ),
    ]);
    const { rules } = compiled({ policies: [parent, child] });
    expect(rules.slice(1).map(({ collection }) => collection)).toEqual([
      'DNATRC1',
      'DNATRC3',
      'ChDNATRC3',
      'NetworkRC1',
      'NetworkRC2',
      'ChNetRC1',
      'ChNetRC2',
      'AppRC2',
      'ChAppRC1',
      'ChAppRC2',
    ]);
    expect(rules.map(({ number }) => number)).toEqual([...rules.keys()]);
    expect(titleOfRule(rules[1]!)).toBe('parent/BaseRCG1/DNATRC1/DNATRC1');
  });

  it('AFW-14 of equal priorities puts denials first, and says so', () => {
    const allow = networkCollection('yes', 200, 'Allow', networkRule('a', to('8.8.8.8')));
    const deny = networkCollection('no', 200, 'Deny', networkRule('b', to('8.8.8.0/24')));
    const appliance = ofRules(allow, deny);
    expect(elements(appliance, 'network_0')).toEqual([
      '0.0.0.0-255.255.255.255 . 8.8.8.0-8.8.8.255 . 6 . 443 : 0x02000001',
    ]);
    expect(gaps(appliance)).toContainEqual(expect.stringContaining('equal priorities'));
  });

  it('of a policy that is not in the input denies everything from its place on', () => {
    const own = policy('own', [
      group('own', 'g', 200, networkCollection('c', 200, 'Allow', networkRule('a', to('8.8.8.8')))),
    ]);
    const appliance = compiled({
      policies: [own],
      placement: { missingPolicy: { id: '/x/firewallPolicies/parent', at: own.at } },
    });
    expect(elements(appliance, 'network_0')).toEqual([
      '0.0.0.0-255.255.255.255 . 0.0.0.0-255.255.255.255 . 6-17 . 0-65535 : 0x02000002',
    ]);
    expect(elements(appliance, 'network_1')).toEqual([]);
    expect(gaps(appliance)).toContainEqual(expect.stringContaining('policy `parent`'));
  });
});

describe('network rules', () => {
  it('AFW-11 become layers: a later rule that overlaps goes one further, a covered one is dropped', () => {
    const appliance = ofRules(
      networkCollection(
        'c',
        200,
        'Allow',
        networkRule('one', { ...to('8.8.8.8'), sources: sources('10.42.1.4') }),
        networkRule('same', { ...to('8.8.8.8'), sources: sources('10.42.1.4') }),
        networkRule('wider', { ...to('8.8.8.0/24'), sources: sources('10.42.1.0/24') }),
        networkRule('elsewhere', { ...to('9.9.9.9'), sources: sources('10.42.1.0/24') }),
      ),
    );
    expect(elements(appliance, 'network_0')).toEqual([
      '10.42.1.4 . 8.8.8.8 . 6 . 443 : 0x01000001',
      '10.42.1.0-10.42.1.255 . 9.9.9.9 . 6 . 443 : 0x01000004',
    ]);
    expect(elements(appliance, 'network_1')).toEqual([
      '10.42.1.0-10.42.1.255 . 8.8.8.0-8.8.8.255 . 6 . 443 : 0x01000003',
    ]);
  });

  it('AFW-31 Any with port * is every protocol, Any with a port TCP and UDP; AFW-32 ICMP is itself', () => {
    const rule = (protocol: 'Any' | 'ICMP' | 'UDP', port: string) =>
      ofRules(
        networkCollection(
          'c',
          200,
          'Allow',
          networkRule('r', {
            protocols: [protocol],
            destinationAddresses: terms('10.0.0.1'),
            destinationPorts: ports(port),
          }),
        ),
      );
    const from = '0.0.0.0-255.255.255.255 . 10.0.0.1';
    expect(elements(rule('Any', '*'), 'network_0')).toEqual([
      `${from} . 6-17 . 0-65535 : 0x01000001`,
    ]);
    expect(elements(rule('Any', '*'), 'others_0')).toEqual([`${from} . 0-255 : 0x01000001`]);
    expect(elements(rule('Any', '443'), 'network_0')).toEqual([
      `${from} . 6-17 . 443 : 0x01000001`,
    ]);
    expect(elements(rule('Any', '443'), 'others_0')).toEqual([]);
    expect(elements(rule('ICMP', '*'), 'network_0')).toEqual([]);
    expect(elements(rule('ICMP', '*'), 'others_0')).toEqual([`${from} . 1 : 0x01000001`]);
    expect(elements(rule('ICMP', '443'), 'others_0')).toEqual([]);
    expect(elements(rule('UDP', '53'), 'network_0')).toEqual([`${from} . 17 . 53 : 0x01000001`]);
  });

  it('AFW-37 take the members of service tags, and only those of IPv4', () => {
    const appliance = ofRules(
      networkCollection('c', 200, 'Allow', networkRule('r', to('azurecloud.EastUS'))),
    );
    expect(elements(appliance, 'network_0')).toEqual([
      '0.0.0.0-255.255.255.255 . 20.42.0.0-20.42.127.255 . 6 . 443 : 0x01000001',
    ]);
  });

  it('AFW-38 that name an unknown tag allow nothing, and deny everything they may mean', () => {
    const allow = ofRules(
      networkCollection('c', 200, 'Allow', networkRule('r', to('NoTag', '8.8.8.8'))),
    );
    expect(elements(allow, 'network_0')).toEqual([
      '0.0.0.0-255.255.255.255 . 8.8.8.8 . 6 . 443 : 0x01000001',
    ]);
    expect(gaps(allow)).toContainEqual(
      'rule `c/r`: the members of service tag `NoTag`: what it may allow beyond what is certain is left to later rules',
    );
    const deny = ofRules(networkCollection('c', 200, 'Deny', networkRule('r', to('NoTag'))));
    expect(elements(deny, 'network_0')).toEqual([
      '0.0.0.0-255.255.255.255 . 0.0.0.0-255.255.255.255 . 6 . 443 : 0x02000001',
    ]);
    expect(gaps(deny)).toContainEqual(
      'rule `c/r`: the members of service tag `NoTag`: everything it may deny is denied',
    );
  });

  it('AFW-35 with an empty IP group are skipped; with a group that is not there, unknown', () => {
    const groups = new Map([['empty', ipGroup('empty', [])]]);
    const rule = (id: string) =>
      compiled(
        {
          collections: [
            networkCollection(
              'c',
              200,
              'Allow',
              networkRule('r', { ...to(), destinationIpGroups: [reference(id)] }),
            ),
          ],
        },
        { perimeter: { ipGroups: groups, clusters: new Map() } },
      );
    expect(elements(rule('empty'), 'network_0')).toEqual([]);
    expect(gaps(rule('empty')).some((gap) => gap.includes('c/r'))).toBe(false);
    expect(elements(rule('gone'), 'network_0')).toEqual([]);
    expect(gaps(rule('gone'))).toContainEqual(expect.stringContaining('IP group `gone`'));
  });

  it('AFW-06 from Kubernetes selectors are neither any nor nothing', () => {
    const from = { ...sources('10.42.1.4'), kubeSelectorGroups: [reference('pods')] };
    const rule = (action: 'Allow' | 'Deny') =>
      ofRules(
        networkCollection('c', 200, action, networkRule('r', { ...to('8.8.8.8'), sources: from })),
      );
    expect(elements(rule('Allow'), 'network_0')).toEqual([]);
    expect(elements(rule('Deny'), 'network_0')).toEqual([
      '0.0.0.0-255.255.255.255 . 8.8.8.8 . 6 . 443 : 0x02000001',
    ]);
  });

  it('AFW-39 by name become a set that the DNS proxy fills, before the layer of later rules', () => {
    const appliance = ofRules(
      networkCollection(
        'c',
        200,
        'Allow',
        networkRule('time', {
          protocols: ['UDP'],
          sources: sources('10.42.1.0/24'),
          destinationFqdns: fqdns('NTP.ubuntu.com', '*.wild.example'),
          destinationPorts: ports('123'),
        }),
      ),
      networkCollection(
        'd',
        300,
        'Deny',
        networkRule('no', {
          protocols: ['UDP'],
          destinationAddresses: terms('*'),
          destinationPorts: ports('*'),
        }),
      ),
    );
    expect(appliance.dnsProxy.sets).toEqual([{ fqdn: 'ntp.ubuntu.com', set: 'fq_1' }]);
    expect(chain(appliance, 'c_network').slice(0, 2)).toEqual([
      'ip saddr 10.42.1.0-10.42.1.255 ip daddr @fq_1 meta l4proto 17 th dport 123 ct mark set 0x01000001 return',
      'ct mark set ip saddr . ip daddr . meta l4proto . th dport map @network_0',
    ]);
  });

  it('AFW-36 of IPv6 addresses say that they are left out', () => {
    const appliance = ofRules(
      networkCollection('c', 200, 'Allow', networkRule('r', to('2001:db8::/32', '8.8.8.8'))),
    );
    expect(elements(appliance, 'network_0')).toHaveLength(1);
    expect(gaps(appliance)).toContainEqual(expect.stringContaining('IPv6'));
  });

  it('whose action is unknown deny', () => {
    const appliance = ofRules(
      networkCollection('c', 200, unknown('the action'), networkRule('r', to('8.8.8.8'))),
    );
    expect(elements(appliance, 'network_0')).toEqual([
      '0.0.0.0-255.255.255.255 . 8.8.8.8 . 6 . 443 : 0x02000001',
    ]);
    expect(gaps(appliance)).toContainEqual(expect.stringContaining('the action'));
  });

  it('with more addresses than boxes are good for become two sets', () => {
    const many = Array.from({ length: 150 }, (_, at) => `10.${at}.0.0/24`);
    const targets = Array.from({ length: 150 }, (_, at) => `20.${at}.0.0/24`);
    const appliance = ofRules(
      networkCollection(
        'c',
        200,
        'Allow',
        networkRule('r', { ...to(...targets), sources: sources(...many) }),
      ),
    );
    expect(elements(appliance, 'network_set_0')).toHaveLength(150);
    expect(elements(appliance, 'network_set_1')).toHaveLength(150);
    expect(chain(appliance, 'c_network')[0]).toBe(
      'ip saddr @network_set_0 ip daddr @network_set_1 meta l4proto 6 th dport 443 ct mark set 0x01000001 return',
    );
  });
});

describe('translation', () => {
  it('AFW-62 AFW-63 sends every listed port of TCP and UDP to the one port', () => {
    const appliance = ofRules(
      dnatCollection(
        'c',
        100,
        dnatRule('r', { protocols: ['Any'], destinationPorts: ports('80', '8000-8010') }),
      ),
    );
    expect(elements(appliance, 'dnat_0')).toEqual([
      '203.0.113.0-203.0.113.255 . 20.51.7.8 . 6-17 . 80 : 0x04000001',
      '203.0.113.0-203.0.113.255 . 20.51.7.8 . 6-17 . 8000-8010 : 0x04000001',
    ]);
    expect(elements(appliance, 'dnat_targets')).toEqual(['0x04000001 : 10.42.1.200 . 80']);
    expect(appliance.rules[1]!.translated).toEqual({ address: ip('10.42.1.200'), port: 80 });
  });

  it('AFW-64 to a name takes what the name has now, and without it denies', () => {
    const rule = dnatRule('r', {
      translatedAddress: undefined,
      translatedFqdn: 'shop.internal',
    } as never);
    const parts = { collections: [dnatCollection('c', 100, rule)] };
    const resolve = (name: DomainName) => (name === 'shop.internal' ? ip('10.42.1.9') : undefined);
    expect(elements(compiled(parts, { resolve }), 'dnat_targets')).toEqual([
      '0x04000001 : 10.42.1.9 . 80',
    ]);
    const without = compiled(parts);
    expect(elements(without, 'dnat_0')).toEqual([
      '203.0.113.0-203.0.113.255 . 20.51.7.8 . 6 . 80 : 0x02000001',
    ]);
    expect(gaps(without)).toContainEqual(expect.stringContaining('shop.internal'));
  });

  it('AFW-61 on the private address is not for Basic', () => {
    const parts = (skuTier: 'Basic' | 'Standard') => ({
      firewall: { skuTier },
      collections: [dnatCollection('c', 100, dnatRule('r', { destinationAddresses: terms('*') }))],
    });
    expect(elements(compiled(parts('Standard')), 'dnat_0')).toHaveLength(2);
    expect(elements(compiled(parts('Basic')), 'dnat_0')).toEqual([
      '203.0.113.0-203.0.113.255 . 20.51.7.8 . 6 . 80 : 0x04000001',
    ]);
  });

  it('AFW-65 AFW-74 is none with forced tunnelling, and nothing leaves with a public address', () => {
    const appliance = compiled({
      ...tunnelled('VirtualNetworkGateway'),
      collections: [dnatCollection('c', 100, dnatRule('r', {}))],
    });
    expect(elements(appliance, 'dnat_0')).toEqual([]);
    expect(chain(appliance, 'c_source')).toContain('ip daddr @public_space snat ip to 10.42.2.5');
  });

  it('AFW-26 of every source says what it leaves out', () => {
    const appliance = ofRules(dnatCollection('c', 100, dnatRule('r', { sources: sources('*') })));
    expect(gaps(appliance)).toContainEqual(expect.stringContaining('implicit network rule'));
  });

  it('AFW-71 AFW-73 of sources is at random over the public addresses, unless a NAT gateway does it', () => {
    const two = { site: wireSite(['20.51.7.8', '20.51.7.9']) };
    expect(chain(compiled({}, two), 'c_source')).toContain(
      'ip daddr @public_space snat ip to numgen random mod 2 map { 0 : 20.51.7.8, 1 : 20.51.7.9 } fully-random',
    );
    const gateway = {
      placement: {
        natGateway: {
          kind: 'dangling' as const,
          id: '/x/natGateways/gone',
          at: publicAddress('1.1.1.1').address.at!,
        },
      },
    };
    expect(chain(compiled(gateway, two), 'c_source')).toContain(
      'ip daddr @public_space snat ip to 10.42.2.5',
    );
  });

  it('AFW-75 AFW-76 leaves sources alone towards the private ranges, of which one may have a list', () => {
    expect(elements(compiled({}), 'private_ranges')).toHaveLength(4);
    const never = compiled({ settings: { snatPrivateRanges: terms('0.0.0.0/0') } });
    expect(elements(never, 'private_ranges')).toEqual(['0.0.0.0-255.255.255.255']);
    const always = compiled({ settings: { snatPrivateRanges: terms('255.255.255.255/32') } });
    expect(elements(always, 'private_ranges')).toEqual(['255.255.255.255']);
  });
});

describe('application rules', () => {
  const app = (
    action: 'Allow' | 'Deny',
    rule: Parameters<typeof applicationRule>[1],
    priority = 300,
  ) =>
    applicationCollection(
      `c${priority}`,
      priority,
      action,
      applicationRule('r', { protocols: HTTPS, ...rule }),
    );

  it('AFW-51 push an earlier wildcard into later names, and leave earlier names alone', () => {
    const appliance = ofRules(
      app('Deny', { targetFqdns: fqdns('bad.x.com') }, 300),
      app('Allow', { targetFqdns: fqdns('*.x.com') }, 301),
      app('Deny', { targetFqdns: fqdns('later.x.com', '*.deep.x.com', '*') }, 302),
    );
    expect(nameMap(appliance, 'tls.map')).toEqual({
      'bad.x.com|443|*': 'Deny:1',
      '*.x.com|443|*': 'Allow:2',
      'later.x.com|443|*': 'Allow:2',
      '*.deep.x.com|443|*': 'Allow:2',
      '*|443|*': 'Deny:3',
    });
  });

  it('give a class of clients entries only for what it decides otherwise', () => {
    const appliance = ofRules(
      app('Deny', { sources: sources('10.42.1.64/26'), targetFqdns: fqdns('*.x.com') }, 300),
      app('Allow', { targetFqdns: fqdns('a.x.com', 'y.com') }, 301),
    );
    expect(nameMap(appliance, 'sources.map')).toEqual({ '10.42.1.64/26': '0' });
    expect(nameMap(appliance, 'tls.map')).toEqual({
      'a.x.com|443|*': 'Allow:2',
      'y.com|443|*': 'Allow:2',
      '*.x.com|443|0': 'Deny:1',
      'a.x.com|443|0': 'Deny:1',
    });
  });

  it('AFW-43 make their ports ports of the proxy, each for its protocol', () => {
    const appliance = ofRules(
      app('Allow', {
        protocols: [...HTTPS, { type: 'Http', port: 8080 as Port }],
        targetFqdns: fqdns('x.com'),
      }),
    );
    expect(chain(appliance, 'c_network')).toEqual([
      'tcp dport { 443, 8080 } ct mark set 0x03000000',
    ]);
    expect(chain(appliance, 'c_proxy').slice(0, 2)).toEqual([
      'tcp dport { 443 } tproxy ip to 127.0.0.1:3129 meta mark set 0x80000000 accept',
      'tcp dport { 8080 } tproxy ip to 127.0.0.1:3128 meta mark set 0x80000000 accept',
    ]);
    expect(nameMap(appliance, 'http.map')).toEqual({ 'x.com|8080|*': 'Allow:1' });
  });

  it('AFW-54 AFW-55 allow the documented members of a tag on their own ports, and deny every name', () => {
    const tagged = (action: 'Allow' | 'Deny') =>
      compiled(
        {
          collections: [
            app(action, {
              protocols: [...HTTPS, { type: 'Http', port: 80 as Port }],
              fqdnTags: fqdns('AzureKubernetesService'),
            }),
          ],
        },
        {
          perimeter: {
            ipGroups: new Map(),
            clusters: new Map([['c', { location: 'westeurope' }]]) as never,
          },
        },
      );
    expect(nameMap(tagged('Allow'), 'tls.map')).toEqual({
      '*.hcp.westeurope.azmk8s.io|443|*': 'Allow:1',
      'mcr.microsoft.com|443|*': 'Allow:1',
    });
    expect(nameMap(tagged('Allow'), 'http.map')).toEqual({});
    expect(nameMap(tagged('Deny'), 'tls.map')['*|443|*']).toBe('Deny:1');
  });

  it('AFW-49 AFW-50 AFW-53 AFW-56 of categories, paths, SQL or addresses allow nothing and say why', () => {
    for (const [rule, why] of [
      [{ webCategories: ['gambling'] }, 'web category `gambling`'],
      [{ targetUrls: fqdns('x.com/pets/*') }, 'paths'],
      [{ protocols: [{ type: 'Mssql', port: 1433 as Port }], targetFqdns: fqdns('x.com') }, 'SQL'],
      [
        { targetFqdns: fqdns('x.com'), destinationAddresses: terms('8.8.8.8') },
        'destination addresses',
      ],
    ] as const) {
      const allow = ofRules(app('Allow', rule as never));
      expect(nameMap(allow, 'tls.map')).toEqual({});
      expect(gaps(allow)).toContainEqual(expect.stringContaining(why));
    }
    const deny = ofRules(
      app('Deny', { webCategories: ['gambling'] }, 300),
      app('Allow', { targetFqdns: fqdns('x.com') }, 301),
    );
    expect(nameMap(deny, 'tls.map')).toEqual({ '*|443|*': 'Deny:1', 'x.com|443|*': 'Deny:1' });
  });

  it('AFW-51 whose asterisk stands elsewhere match nothing', () => {
    const appliance = ofRules(
      app('Allow', { targetFqdns: fqdns('www.*.com', 'x.com', 'a b', '#x') }),
    );
    expect(nameMap(appliance, 'tls.map')).toEqual({ 'x.com|443|*': 'Allow:1' });
  });

  it('AFW-52 of a URL deny the whole host', () => {
    const appliance = ofRules(app('Deny', { targetUrls: fqdns('x.com/pets/*') }));
    expect(nameMap(appliance, 'tls.map')).toEqual({ 'x.com|443|*': 'Deny:1' });
  });

  it('need no proxy where there are none', () => {
    expect(compiled({}).haproxy).toBeUndefined();
    expect(compiled({}).nftables).not.toContain('tproxy');
  });
});

describe('threat intelligence', () => {
  const list = threatList({ addresses: ['66.6.6.0/24', '2001:db8::/32'], fqdns: ['bad.example'] });
  const withMode = (mode: 'Off' | 'Alert' | 'Deny', skuTier: 'Basic' | 'Standard' = 'Standard') =>
    compiled(
      {
        firewall: { skuTier },
        settings: {
          threatIntelMode: mode,
          threatIntelAllowedAddresses: terms('66.6.6.6'),
          threatIntelAllowedFqdns: ['*.bad.example'],
        },
        collections: [
          applicationCollection(
            'c',
            300,
            'Allow',
            applicationRule('r', { protocols: HTTPS, targetFqdns: fqdns('*') }),
          ),
        ],
      },
      { datasets: { ...DATASETS, threatList: list } },
    );

  it('AFW-27 AFW-81 AFW-82 looks at both ends before any rule, allow-listed ones apart', () => {
    const appliance = withMode('Deny');
    expect(elements(appliance, 'threats')).toEqual(['66.6.6.0-66.6.6.255']);
    expect(elements(appliance, 'threats_allowed')).toEqual(['66.6.6.6']);
    expect(chain(appliance, 'c_threat').at(-1)).toBe('drop');
    const order = chain(appliance, 'c_prerouting');
    expect(order.indexOf('jump c_threats')).toBeLessThan(order.indexOf('jump c_decide'));
    expect(nameMap(appliance, 'threats.map')).toEqual({
      'bad.example|threat': 'Hit:1',
      '*.bad.example|threat': 'Pass:0',
    });
    expect(appliance.rules[1]).toMatchObject({ kind: 'threat-intelligence', action: 'Deny' });
  });

  it('AFW-80 only tells in mode Alert, which is all that Basic can do, and is silent in mode Off', () => {
    for (const appliance of [withMode('Alert'), withMode('Deny', 'Basic')]) {
      expect(chain(appliance, 'c_threat').at(-1)).toContain('meta mark set 0');
      expect(appliance.haproxy!.text).not.toContain('reject if { var(sess.threat)');
    }
    expect(withMode('Off').nftables).not.toContain('threats');
    expect(withMode('Off').haproxy!.maps.has('threats.map')).toBe(false);
  });
});

describe('the appliance', () => {
  it('AFW-85 AFW-86 answers DNS where the proxy is on and the tier has one', () => {
    const own = (skuTier: 'Basic' | 'Standard', dnsProxyEnabled: boolean) =>
      compiled({ firewall: { skuTier }, settings: { dnsProxyEnabled } });
    const line =
      'ip daddr 10.42.2.4 meta l4proto { tcp, udp } th dport 53 ct mark set 0x05000000 return';
    expect(chain(own('Standard', true), 'c_own')).toContain(line);
    expect(own('Standard', true).dnsProxy.isListening).toBe(true);
    for (const without of [own('Basic', true), own('Standard', false)]) {
      expect(chain(without, 'c_own')).not.toContain(line);
      expect(without.dnsProxy.isListening).toBe(false);
    }
  });

  it('lets nobody manage it unless the site says who', () => {
    expect(compiled({}).nftables).not.toContain('dport 22');
    const site = {
      ...wireSite([]),
      managementSources: [{ family: 4, base: 0x0a09_0000, length: 24 }],
    };
    expect(chain(compiled({}, { site: site as never }), 'c_own')).toContain(
      'ip daddr 10.42.2.4 ip saddr { 10.9.0.0/24 } tcp dport 22 ct mark set 0x05000000 return',
    );
  });

  it('takes a symbol of its own address for the address of its site', () => {
    const symbol = 'public-address:pip';
    const appliance = compiled({
      collections: [
        dnatCollection(
          'c',
          100,
          dnatRule('r', { destinationAddresses: terms(unknown('the address', symbol)) }),
        ),
      ],
      placement: {
        publicAddresses: [
          { address: { ...publicAddress('1.1.1.1').address, isExact: false, symbol } },
        ],
      },
    });
    expect(elements(appliance, 'dnat_0')).toEqual([
      '203.0.113.0-203.0.113.255 . 20.51.7.8 . 6 . 80 : 0x04000001',
    ]);
  });

  it('keeps names of people in comments on one line', () => {
    const name = 'evil\n} flush ruleset\u2028x';
    const appliance = ofRules(
      networkCollection(name, 200, 'Allow', networkRule(name, to('8.8.8.8'))),
    );
    const lines = appliance.nftables.split('\n').filter((line) => line.includes('flush ruleset'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^# 1 network Allow evil } flush ruleset x/);
  });

  it('compiles 10,000 rules to as many elements, and three thousand that all overlap to a bounded number of layers', () => {
    const rules = Array.from({ length: 10_000 }, (_, at) =>
      networkRule(`r${at}`, {
        sources: sources(`10.${at >> 8}.${at & 255}.0/24`),
        destinationAddresses: terms(`20.${at & 255}.${at >> 8}.3`),
        destinationPorts: ports('443'),
      }),
    );
    const appliance = ofRules(networkCollection('c', 200, 'Allow', ...rules));
    expect(elements(appliance, 'network_0')).toHaveLength(10_000);
    const stars = Array.from({ length: 3000 }, (_, at) =>
      networkRule(
        `r${at}`,
        at % 2 === 0
          ? { ...to('*'), sources: sources(`10.${at >> 8}.${at & 255}.0/24`) }
          : to(`20.${at >> 8}.${at & 255}.0/24`),
      ),
    );
    const entangled = ofRules(networkCollection('c', 200, 'Allow', ...stars));
    expect(entangled.nftables.match(/^ {2}map network_\d+ /gm)!.length).toBeLessThanOrEqual(64);
    expect(gaps(entangled)).toContainEqual(expect.stringContaining('too entangled'));
  });
});
