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

/** Expected values: azure-firewall.md 4 (ranges, ports), 5 (IDPS) and 9 (edges 11, 14, 15); aks.md 11.2 O4. */
const sound = soundPerimeter();
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];
const RFC_1918 = PRIVATE.slice(0, 3);

describe('FW-14: private ranges', () => {
  const id = 'firewall/private-ranges-incomplete';
  const ask = asking(id);
  const ranges = (privateRanges: unknown) =>
    changed(sound, 'policy/properties/snat', { privateRanges });
  pinCheck('firewall/private-ranges-incomplete', {
    pass: of(ranges([...PRIVATE, '203.0.113.0/24'])),
    fail: of(ranges(RFC_1918), { says: 'policy translates traffic to 100.64.0.0/10' }),
    unknown: of(ranges([...RFC_1918, unknown('a range')]), { says: 'needs a range' }),
  });

  it(`${id}: parts that add up, a wider prefix, one's own range alone`, () => {
    const halves = ['10.0.0.0/9', '10.128.0.0/9', ...PRIVATE.slice(1)];
    expect(ask.kind(ranges(halves))).toBe('pass');
    expect(ask.kind(ranges(['100.0.0.0/8', ...RFC_1918]))).toBe('pass');
    expect(ask.messages(ranges(['203.0.113.0/24']))).toEqual([
      `policy translates traffic to ${PRIVATE.join(', ')} although these ranges are private.`,
    ]);
    expect(ask.kind(ranges(['255.255.255.255/32']))).toBe('fail');
    expect(ask.kind(sound)).toBe('not-applicable');
  });

  it(`${id}: 0.0.0.0/0 ends the egress of network rules, unless the firewall is tunnelled (4)`, () => {
    const never = ranges(['0.0.0.0/0']);
    expect(ask.severities(never)).toEqual(['error']);
    expect(ask.messages(never)[0]).toContain('policy never translates what network rules allow');
    expect(ask.kind(ranges(['0.0.0.0/0', unknown('a range')]))).toBe('fail');
    const managed = changed(never, 'fw/properties/managementIpConfiguration', {
      name: 'm',
      properties: {
        subnet: { id: `${net('virtualNetworks', 'hub')}/subnets/AzureFirewallManagementSubnet` },
      },
    });
    expect(ask.kind(managed)).toBe('fail');
    const table = (nextHopType: unknown): Perimeter => ({
      ...changed(managed, 'hub/properties/subnets/0/properties/routeTable', {
        id: net('routeTables', 'tunnel'),
      }),
      tunnel: {
        id: net('routeTables', 'tunnel'),
        type: 'Microsoft.Network/routeTables',
        name: 'tunnel',
        properties: {
          routes: [{ name: 'd', properties: { addressPrefix: '0.0.0.0/0', nextHopType } }],
        },
      },
    });
    expect(ask.kind(table('VirtualNetworkGateway'))).toBe('pass');
    expect(ask.kind(table('Internet'))).toBe('fail');
    expect(ask.kind(table(unknown('the next hop')))).toBe('unknown');
  });

  it(`${id}: classic lists, with the keyword; beside a policy they do nothing (1.5)`, () => {
    const setting = (text: string) => ({ 'Network.SNAT.PrivateRanges': text });
    const classic = (text: string) =>
      changed(without(sound, 'policy', 'rules'), 'fw/properties', {
        sku: { name: 'AZFW_VNet', tier: 'Standard' },
        additionalProperties: setting(text),
      });
    expect(ask.kind(classic('IANAPrivateRanges, 203.0.113.0/24'))).toBe('pass');
    expect(ask.kind(classic('10.0.0.0/8, 203.0.113.0/24'))).toBe('fail');
    const beside = changed(sound, 'fw/properties/additionalProperties', setting('10.0.0.0/8'));
    expect(ask.kind(beside)).toBe('not-applicable');
  });
});

describe('FW-15: private ranges of IDPS', () => {
  const id = 'firewall/idps-private-ranges-differ';
  const ask = asking(id);
  const SHARED = ['100.64.0.0/16'];
  /** IDPS on, and a spoke in 100.64.0.0/16 beside the others. */
  const idps = (privateRanges: unknown, addressPrefixes: unknown = SHARED): Perimeter => ({
    ...changed(sound, 'policy/properties/intrusionDetection', {
      mode: 'Alert',
      ...(privateRanges === undefined ? {} : { configuration: { privateRanges } }),
    }),
    shared: {
      id: net('virtualNetworks', 'shared'),
      type: 'Microsoft.Network/virtualNetworks',
      name: 'shared',
      properties: { addressSpace: { addressPrefixes }, subnets: [] },
    },
  });
  pinCheck('firewall/idps-private-ranges-differ', {
    pass: of(idps([...RFC_1918, '100.64.0.0/16'])),
    fail: of(idps(undefined), {
      says: 'IDPS of policy takes 100.64.0.0/16 for outside addresses.',
    }),
    unknown: of(idps([...RFC_1918, unknown('a range')]), { says: 'needs a range' }),
  });

  it('AFW-E15: RFC 1918 is the default, and a list replaces it', () => {
    expect(ask.kind(idps(undefined, ['172.20.0.0/16']))).toBe('pass');
    // The hub and the spoke lie in 10.0.0.0/8.
    expect(ask.messages(idps(['172.16.0.0/12'], ['172.20.0.0/16']))).toEqual([
      'IDPS of policy takes 10.0.0.0/15 for outside addresses.',
    ]);
    expect(ask.kind(idps([...RFC_1918, '100.65.0.0/16']))).toBe('fail');
    expect(ask.kind(idps(undefined, ['203.0.113.0/24']))).toBe('pass');
  });

  it(`${id}: off, unknown mode, unknown addresses`, () => {
    const mode = (text: unknown) =>
      changed(idps(undefined), 'policy/properties/intrusionDetection/mode', text);
    expect(ask.kind(mode('Off'))).toBe('not-applicable');
    expect(ask.kind(mode(unknown('the mode')))).toBe('unknown');
    expect(ask.kind(idps(undefined, [unknown('the space')]))).toBe('unknown');
    expect(ask.kind(idps(PRIVATE, [unknown('the space')]))).toBe('pass');
  });

  it(`${id}: pods of an overlay leave as their node; a network plugin of one's own may keep them`, () => {
    const pods = (networkProfile: Json) => {
      const profile = { podCidr: '100.64.0.0/16', serviceCidr: '10.100.0.0/16', ...networkProfile };
      return changed(idps(undefined, ['10.9.0.0/16']), 'aks/properties/networkProfile', profile);
    };
    expect(ask.kind(pods({ networkPlugin: 'azure', networkPluginMode: 'overlay' }))).toBe('pass');
    expect(ask.kind(pods({ networkPlugin: 'none' }))).toBe('unknown');
  });
});

describe('FW-11: public addresses', () => {
  const id = 'firewall/few-public-addresses';
  const ask = asking(id);
  const CONFIGURATIONS = 'fw/properties/ipConfigurations';
  const all = (sound['fw']!['properties'] as { ipConfigurations: Json[] }).ipConfigurations;
  const few = (count: number) => changed(sound, CONFIGURATIONS, all.slice(0, count));
  pinCheck('firewall/few-public-addresses', {
    pass: of(few(20)),
    fail: of(few(19), { says: 'fw has 19 public addresses' }),
    unknown: of(changed(sound, CONFIGURATIONS, unknown('the configurations')), {
      says: 'needs the configurations',
    }),
  });

  // Section 4: ports(dst) = 2496 x publicIPs x instances, at least two instances; the table there.
  it.each([
    [1, undefined, '4,992'],
    [5, undefined, '24,960'],
    [5, 4, '49,920'],
    [1, 1, '4,992'],
  ])('AFW-E11: %s addresses and %s instances: %s', (count, minCapacity, ports) => {
    const scaled = changed(few(count), 'fw/properties/autoscaleConfiguration', { minCapacity });
    expect(ask.messages(scaled)).toEqual([
      `fw has ${count} public ${count === 1 ? 'address' : 'addresses'}: ${ports} connections to one destination at a time.`,
    ]);
  });

  it(`${id}: a NAT gateway on the firewall subnet translates instead`, () => {
    const nat = (value: unknown) =>
      changed(few(1), 'hub/properties/subnets/0/properties/natGateway', value);
    const natGateway = {
      id: net('natGateways', 'nat'),
      type: 'Microsoft.Network/natGateways',
      name: 'nat',
      properties: {},
    };
    const link = { id: net('natGateways', 'nat') };
    expect(ask.kind({ ...nat(link), natGateway })).toBe('pass');
    expect(ask.kind(nat(link))).toBe('pass');
    expect(ask.kind(nat(unknown('whether there is one')))).toBe('unknown');
  });

  it(`${id}: a warning in production (O4), a note elsewhere; no firewall of a hub, no cluster`, () => {
    expect(ask.severities(few(3))).toEqual(['warning']);
    expect(ask.severities(few(3), { profile: 'dev' })).toEqual(['note']);
    expect(ask.kind(without(few(3), 'aks'))).toBe('not-applicable');
    const hub = changed(few(1), 'fw/properties/virtualHub', { id: net('virtualHubs', 'vhub') });
    expect(ask.kind(hub)).toBe('not-applicable');
  });

  it(`${id}: an address whose id is not known is an address all the same`, () => {
    const named = changed(few(20), `${CONFIGURATIONS}/7/properties/publicIPAddress`, unknown('id'));
    expect(ask.kind(named)).toBe('pass');
  });
});
