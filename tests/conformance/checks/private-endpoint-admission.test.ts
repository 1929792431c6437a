import { describe, expect, it } from 'vitest';
import { pinCheck } from '../../support/check-cases.ts';
import { asking, resourcesOf as of, without } from '../../support/outcome-words.ts';
import type { Json } from '../../support/snapshot-of.ts';
import {
  changed,
  net,
  type Perimeter,
  rule,
  soundPerimeter,
  unknown,
} from '../../support/sound-perimeter.ts';

/** Expected values: aks.md 11.1 P7 (NSG permits 443 and 1433), 8.5 (endpoint subnet), AZS-32 (when an NSG acts there). */
const sound = soundPerimeter();
const HOME = 'spoke/properties/subnets/1/properties';
const CONNECTION = 'endpoint/properties/privateLinkServiceConnections/0/properties';
const id = 'private-endpoint/denied-by-security-group';
const ask = asking(id);

/** The endpoint subnet with a group of its own that acts on endpoints. */
function guarded(policies: unknown, ...securityRules: readonly Json[]): Perimeter {
  const group: Json = {
    id: net('networkSecurityGroups', 'guard'),
    type: 'Microsoft.Network/networkSecurityGroups',
    name: 'guard',
    properties: { securityRules },
  };
  const attached = changed(sound, `${HOME}/networkSecurityGroup`, { id: group['id'] });
  return { ...changed(attached, `${HOME}/privateEndpointNetworkPolicies`, policies), group };
}
const allow = (port: string, source = '10.1.0.0/22') =>
  rule('nodes', 100, 'Allow', source, '10.1.8.4', port);
const rest = rule('rest', 1000, 'Deny', '*', '*', '*', '*');
const out = (access: string, port: string): Json => {
  const written = rule('out', 100, access, '*', '10.1.8.0/24', port);
  return { ...written, properties: { ...(written['properties'] as Json), direction: 'Outbound' } };
};

describe('P7: security groups before private endpoints', () => {
  const withOut = (rules: Json) => changed(sound, 'nsg/properties/securityRules/-', rules);
  pinCheck('private-endpoint/denied-by-security-group', {
    pass: of(withOut(out('Allow', '443'))),
    fail: of(withOut(out('Deny', '443')), {
      says: 'nodes cannot reach private endpoint pe on 443: nsg: out 100 denies it',
    }),
    unknown: of(without(sound, 'nsg'), { says: 'the rules of' }),
  });

  it(`${id}: the endpoint's own group acts only where the subnet lets it (AZS-32)`, () => {
    expect(ask.kind(guarded('Enabled', rest))).toBe('fail');
    expect(ask.kind(guarded('NetworkSecurityGroupEnabled', rest))).toBe('fail');
    expect(ask.kind(guarded('RouteTableEnabled', rest))).toBe('pass');
    expect(ask.kind(guarded('Disabled', rest))).toBe('pass');
    expect(ask.kind(guarded(undefined, rest))).toBe('pass');
  });

  it(`${id}: an allow for the node subnet before the deny is the repair (aks 8.5)`, () => {
    const written = changed(
      guarded('Enabled', allow('443'), rest),
      'endpoint/properties/ipConfigurations',
      [
        {
          name: 'a',
          properties: { privateIPAddress: '10.1.8.4', groupId: 'vault', memberName: 'default' },
        },
      ],
    );
    expect(ask.kind(written)).toBe('pass');
    expect(
      ask.kind(changed(written, 'group/properties/securityRules/0', allow('443', '10.9.0.0/24'))),
    ).toBe('fail');
  });

  it(`${id}: SQL is asked on 1433, a service of unknown ports not at all`, () => {
    const sql = changed(withOut(out('Deny', '1433')), `${CONNECTION}/groupIds`, ['sqlServer']);
    expect(ask.messages(sql)).toEqual([expect.stringContaining('private endpoint pe on 1433')]);
    expect(ask.kind(changed(sql, `${CONNECTION}/groupIds`, ['redisCache']))).toBe('not-applicable');
  });

  it(`${id}: only networks that reach the endpoint are asked`, () => {
    expect(ask.kind(without(sound, 'aks'))).toBe('not-applicable');
    expect(ask.kind(changed(sound, 'endpoint/properties/subnet', unknown('the subnet')))).toBe(
      'not-applicable',
    );
  });
});

describe('X1: what development clusters are not asked', () => {
  it('private-endpoint/service-still-public: a vault may stay public beside one (P7, AZS-30)', () => {
    const still = asking('private-endpoint/service-still-public');
    const open = changed(sound, 'vault/properties/publicNetworkAccess', 'Enabled');
    expect(still.kind(open)).toBe('fail');
    expect(still.kind(open, { profile: 'dev' })).toBe('not-applicable');
    expect(still.kind(open, { profile: 'ephemeral' })).toBe('not-applicable');
  });
});
