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

/** Expected values: azure-firewall.md 2.2, 2.4, 5 and 9 (edges 4, 9); azure-networking.md on resolvers (AZS-20). */
const sound = soundPerimeter();
const DNS = 'policy/properties/dnsSettings';
const COLLECTIONS = 'rules/properties/ruleCollections';
const SERVERS = 'spoke/properties/dhcpOptions/dnsServers';
const proxy = (enableProxy: unknown, perimeter: Perimeter = sound) =>
  changed(perimeter, `${DNS}/enableProxy`, enableProxy);
const servers = (...list: readonly unknown[]) => changed(sound, SERVERS, list);
const base = (properties: Json): Json => ({
  id: net('firewallPolicies', 'base'),
  type: 'Microsoft.Network/firewallPolicies',
  name: 'base',
  properties,
});
const withBase = (properties: Json | undefined, own: Json): Perimeter => {
  const child = changed(sound, 'policy/properties', {
    sku: { tier: 'Standard' },
    basePolicy: { id: net('firewallPolicies', 'base') },
    ...own,
  });
  return properties === undefined ? child : { ...child, base: base(properties) };
};

describe('FW-4: names in network rules', () => {
  const id = 'firewall/fqdn-rule-without-dns-proxy';
  const ask = asking(id);
  // The rule `time` of the sound perimeter names time.example.com.
  pinCheck('firewall/fqdn-rule-without-dns-proxy', {
    pass: of(proxy(true)),
    fail: of(proxy(false), {
      says: 'A network rule of fw names hosts, and its DNS proxy is off',
    }),
    unknown: of(proxy(unknown('the proxy switch')), { says: 'the proxy switch' }),
  });

  it(`${id}: off by default, and always on Basic`, () => {
    expect(ask.kind(changed(sound, DNS, undefined))).toBe('fail');
    expect(ask.kind(changed(sound, 'fw/properties/sku/tier', 'Basic'))).toBe('fail');
    const names = `${COLLECTIONS}/1/rules/1/destinationFqdns`;
    expect(ask.kind(proxy(false, changed(sound, names, ['10.9.9.9.example'])))).toBe('fail');
    expect(ask.kind(proxy(false, changed(sound, names, [])))).toBe('not-applicable');
  });

  it(`${id}: a rule of the base policy counts, an unattached policy does not`, () => {
    const moved = changed(
      withBase({ dnsSettings: { enableProxy: false } }, { dnsSettings: { enableProxy: false } }),
      'rules/id',
      `${net('firewallPolicies', 'base')}/ruleCollectionGroups/rules`,
    );
    expect(ask.messages(moved)).toEqual([
      'A network rule of fw names hosts, and its DNS proxy is off: what it matches is luck.',
    ]);
    expect(ask.kind(proxy(false, without(sound, 'fw')))).toBe('not-applicable');
  });

  it(`${id}: rules that nobody has seen may name hosts`, () => {
    const absent = without(sound, 'policy', 'rules');
    expect(ask.kind(absent)).toBe('unknown');
    const unread = changed(sound, COLLECTIONS, [unknown('a collection')]);
    expect(ask.kind(proxy(false, unread))).toBe('unknown');
    expect(ask.kind(unread)).toBe('pass');
  });

  it(`${id}: whether the child takes the proxy of its base is contradictory (2.2)`, () => {
    expect(ask.kind(withBase({ dnsSettings: { enableProxy: true } }, {}))).toBe('unknown');
    expect(
      ask.kind(
        withBase({ dnsSettings: { enableProxy: true } }, { dnsSettings: { enableProxy: true } }),
      ),
    ).toBe('pass');
  });
});

describe('FW-4: clients of the proxy', () => {
  const id = 'firewall/dns-proxy-bypassed';
  const ask = asking(id);
  pinCheck('firewall/dns-proxy-bypassed', {
    pass: of(servers('10.0.0.4')),
    fail: of(servers(), { says: 'The DNS proxy of fw is on, and aks does not use it.' }),
    unknown: of(servers(unknown('the DNS server')), { says: 'needs the DNS server' }),
  });

  it(`${id}: with FQDN network rules it is an error, without a warning`, () => {
    expect(ask.severities(servers())).toEqual(['error']);
    expect(ask.messages(servers())[0]).toContain(
      'Its network rules with host names match by luck.',
    );
    const unnamed = changed(servers(), `${COLLECTIONS}/1/rules/1/destinationFqdns`, []);
    expect(ask.severities(unnamed)).toEqual(['warning']);
  });

  it(`${id}: Azure's own resolver by its address; a server of one's own may ask the firewall`, () => {
    expect(ask.kind(servers('168.63.129.16'))).toBe('fail');
    expect(ask.kind(servers('10.9.9.9'))).toBe('unknown');
    expect(ask.messages(servers('10.0.0.4', '168.63.129.16'))).toEqual(['unknown']);
  });

  it(`${id}: only clusters whose default route leads to the firewall`, () => {
    const hop = (value: unknown) =>
      changed(servers(), 'rt/properties/routes/0/properties/nextHopIpAddress', value);
    expect(ask.kind(hop('10.0.0.9'))).toBe('not-applicable');
    expect(ask.kind(hop(unknown('the next hop')))).toBe('unknown');
    expect(ask.kind(changed(servers(), 'rt/properties/routes', []))).toBe('not-applicable');
    expect(ask.kind(without(servers(), 'rt'))).toBe('unknown');
    expect(ask.kind(proxy(false, servers()))).toBe('not-applicable');
  });

  it(`${id}: another firewall's proxy is not this one's`, () => {
    const SUBNET = `${net('virtualNetworks', 'spoke')}/subnets/AzureFirewallSubnet`;
    const other: Json = {
      ...sound['fw']!,
      id: net('azureFirewalls', 'fw-b'),
      name: 'fw-b',
      properties: {
        ...(sound['fw']!['properties'] as Json),
        ipConfigurations: [
          {
            name: 'one',
            properties: { privateIPAddress: '10.1.9.4', subnet: { id: SUBNET } },
          },
        ],
      },
    };
    const two = changed({ ...sound, other }, SERVERS, ['10.1.9.4']);
    expect(ask.messages(two)[0]).toContain('The DNS proxy of fw is on, and aks does not use it.');
  });
});

describe('FW-9: DNS settings of the base policy alone', () => {
  const id = 'firewall/dns-settings-only-in-parent';
  const ask = asking(id);
  const PROXY = { dnsSettings: { enableProxy: true } };
  pinCheck('firewall/dns-settings-only-in-parent', {
    pass: of(withBase(PROXY, PROXY)),
    fail: of(withBase(PROXY, {}), { says: 'Only base policy base turns the DNS proxy on' }),
    unknown: of(withBase(PROXY, { dnsSettings: { enableProxy: unknown('the switch') } }), {
      says: 'needs the switch',
    }),
  });

  it(`AFW-E09: the child must define it itself, off included; nothing set in the base is no fault`, () => {
    expect(ask.kind(withBase(PROXY, { dnsSettings: { enableProxy: false } }))).toBe('pass');
    expect(ask.kind(withBase({}, {}))).toBe('pass');
    expect(ask.kind(withBase({ dnsSettings: { enableProxy: false } }, {}))).toBe('pass');
    expect(ask.messages(withBase({ dnsSettings: { servers: ['10.9.9.9'] } }, {}))[0]).toContain(
      'Only base policy base names DNS servers',
    );
    expect(ask.kind(sound)).toBe('not-applicable');
  });

  it(`${id}: a base that is not in the input, or whose switch is not known`, () => {
    expect(ask.kind(withBase(undefined, {}))).toBe('unknown');
    expect(ask.kind(withBase(undefined, PROXY))).toBe('pass');
    expect(ask.kind(withBase({ dnsSettings: { enableProxy: unknown('it') } }, {}))).toBe('unknown');
  });
});
