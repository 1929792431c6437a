import { describe, expect, it } from 'vitest';
import { pinCheck } from '../../support/check-cases.ts';
import { asking, resourcesOf as of } from '../../support/outcome-words.ts';
import type { Json } from '../../support/snapshot-of.ts';
import {
  changed,
  collection,
  net,
  type Perimeter,
  soundPerimeter,
  unknown,
} from '../../support/sound-perimeter.ts';

/** Expected values: azure-firewall.md 9, edges 26 (TLS inspection), 28 (private address), 31 (empty IP groups). */
const sound = soundPerimeter();
const COLLECTIONS = 'rules/properties/ruleCollections';
const NETWORK_RULE = `${COLLECTIONS}/1/rules/0`;

describe('FW-31: empty IP groups', () => {
  const id = 'firewall/empty-ip-group';
  const ask = asking(id);
  const group = (ipAddresses: unknown, more: Json = {}): Json => ({
    id: net('ipGroups', 'nodes'),
    type: 'Microsoft.Network/ipGroups',
    name: 'nodes',
    properties: { ipAddresses },
    ...more,
  });
  const named = (ipGroups: Json | undefined, field = 'sourceIpGroups'): Perimeter => ({
    ...changed(sound, `${NETWORK_RULE}/${field}`, [net('ipGroups', 'nodes')]),
    ...(ipGroups === undefined ? {} : { ipGroups }),
  });
  pinCheck('firewall/empty-ip-group', {
    pass: of(named(group(['10.1.0.0/22']))),
    fail: of(named(group([])), {
      says: 'Rule rules/net/database is skipped: IP group nodes is empty',
    }),
    unknown: of(named(undefined), { says: 'the addresses of IP group nodes' }),
  });

  it(`${id}: as a destination, by reference alone, and without groups`, () => {
    expect(ask.kind(named(group([]), 'destinationIpGroups'))).toBe('fail');
    expect(ask.kind(named(group(undefined)))).toBe('fail');
    expect(ask.kind(named(group(undefined, { $isReference: true })))).toBe('unknown');
    expect(ask.kind(named(group([unknown('one address')])))).toBe('pass');
    const open = changed(sound, `${NETWORK_RULE}/sourceIpGroups`, [unknown('which group')]);
    expect(ask.kind(open)).toBe('unknown');
    expect(ask.kind(sound)).toBe('not-applicable');
  });
});

describe('FW-28: DNAT on a private address', () => {
  const id = 'firewall/dnat-on-private-address';
  const ask = asking(id);
  const listening = (...destinationAddresses: readonly unknown[]) =>
    changed(sound, `${COLLECTIONS}/0/rules/0/destinationAddresses`, destinationAddresses);
  pinCheck('firewall/dnat-on-private-address', {
    pass: of(listening('203.0.113.1')),
    fail: of(listening('10.0.0.4'), {
      says: 'DNAT rule rules/nat/mail listens on 10.0.0.4, a private address',
    }),
    unknown: of(listening(unknown('the address')), { says: 'the address' }),
  });

  it(`${id}: one private address among public ones is enough`, () => {
    expect(ask.kind(listening('203.0.113.1', '10.0.0.4'))).toBe('fail');
    expect(ask.severities(listening('10.0.0.4'))).toEqual(['note']);
    const later = { ...unknown('it'), symbol: 'public-address:/a/pip' };
    expect(ask.kind(listening(later))).toBe('pass');
    expect(ask.kind(changed(sound, COLLECTIONS, []))).toBe('not-applicable');
  });
});

describe('FW-26: TLS inspection', () => {
  const id = 'firewall/tls-inspection-of-cluster-traffic';
  const ask = asking(id);
  const PUBLIC: Json = { authorizedIPRanges: ['203.0.113.0/27'] };
  const inspecting = (names: Json, action = 'Allow', access = PUBLIC): Perimeter => {
    const rule: Json = {
      ruleType: 'ApplicationRule',
      name: 'inspect',
      sourceAddresses: ['10.1.0.0/22'],
      protocols: [{ protocolType: 'Https', port: 443 }],
      terminateTLS: true,
      ...names,
    };
    const perimeter = changed(sound, 'aks/properties/apiServerAccessProfile', access);
    return changed(perimeter, `${COLLECTIONS}/-`, collection('tls', 250, action, [rule]));
  };
  pinCheck('firewall/tls-inspection-of-cluster-traffic', {
    pass: of(inspecting({ targetFqdns: ['*.example.com'] })),
    fail: of(inspecting({ targetFqdns: ['*.hcp.westeurope.azmk8s.io'] }), {
      says: 'Rule rules/tls/inspect terminates TLS for *.hcp.westeurope.azmk8s.io',
    }),
    unknown: of(inspecting({ targetFqdns: [unknown('a name')] }), { says: 'a name' }),
  });

  it.each([
    [{ fqdnTags: ['AzureKubernetesService'] }, 'fail'],
    [{ fqdnTags: ['WindowsUpdate'] }, 'pass'],
    [{ targetFqdns: ['*'] }, 'fail'],
    [{ targetFqdns: ['*.io'] }, 'fail'],
    [{ targetFqdns: ['*.AZMK8S.io'] }, 'fail'],
    [{ targetFqdns: ['*.azmk8s.io.example.com'] }, 'pass'],
    [{ targetUrls: ['*.azmk8s.io/path'] }, 'fail'],
    [{ targetFqdns: ['*'], terminateTLS: false }, 'not-applicable'],
  ] as const)(`${id}: %j: %s`, (names, kind) => {
    expect(ask.kind(inspecting(names))).toBe(kind);
  });

  it(`${id}: a deny inspects nothing, and private clusters make no such calls (AKS-32)`, () => {
    const names = { targetFqdns: ['*'] };
    expect(ask.kind(inspecting(names, 'Deny'))).toBe('not-applicable');
    expect(ask.kind(inspecting(names, 'Allow', { enablePrivateCluster: true }))).toBe(
      'not-applicable',
    );
    expect(ask.kind(inspecting(names, 'Allow', { enableVnetIntegration: true }))).toBe(
      'not-applicable',
    );
  });
});
