import { describe, expect, it } from 'vitest';
import { type CheckCase, outcomeOf, pinCheck } from '../../support/check-cases.ts';
import type { Json } from '../../support/snapshot-of.ts';
import { net, unknown } from '../../support/sound-perimeter.ts';
import { dnat, GROUP, ipGroup, says } from './firewall-world.ts';

const kind = (id: string, rule: Json, ...more: readonly Json[]) =>
  outcomeOf(id, dnat(rule, ...more)).kind;
const address = unknown('the address');
/** The translated name instead of the address. */
const byName = { translatedAddress: undefined, translatedFqdn: 'web.example.com' };
/** The same input with the properties of one resource replaced. */
const where = (input: CheckCase, name: string, properties: Json): CheckCase => ({
  resources: input.resources!.map((resource) =>
    resource['name'] === name
      ? { ...resource, properties: { ...(resource['properties'] as Json), ...properties } }
      : resource,
  ),
});

// azure-firewall 3, "never use * as source", and row 8 of section 9.
describe('clients', () => {
  const ID = 'ingress/dnat-any-source';
  pinCheck('ingress/dnat-any-source', {
    pass: dnat({ sourceAddresses: ['198.51.100.0/24'] }),
    fail: says(
      dnat({ sourceAddresses: ['*'] }),
      'DNAT rule rules/net/one is open to the whole internet.',
    ),
    unknown: says(
      dnat({ sourceAddresses: [address] }),
      'The clients of rules/net/one are not known.',
    ),
  });

  it(`${ID}: every spelling of everybody`, () => {
    expect(kind(ID, { sourceAddresses: ['0.0.0.0/0'] })).toBe('fail');
    expect(kind(ID, { sourceAddresses: ['0.0.0.0-255.255.255.255'] })).toBe('fail');
    expect(kind(ID, { sourceAddresses: ['0.0.0.0/1', '128.0.0.0/1'] })).toBe('fail');
    expect(kind(ID, { sourceAddresses: ['0.0.0.0/1'] })).toBe('pass');
    const group = { sourceAddresses: [], sourceIpGroups: [GROUP] };
    expect(kind(ID, group, ipGroup('0.0.0.0/0'))).toBe('fail');
    expect(kind(ID, group, ipGroup('198.51.100.0/24'))).toBe('pass');
    expect(kind(ID, group)).toBe('unknown');
  });

  // Section 3: DNAT on the private address serves networks that cannot route to each other.
  it(`${ID}: on the private address of the firewall the internet is not among them`, () => {
    const input = dnat({ sourceAddresses: ['*'], destinationAddresses: ['10.0.0.4'] });
    expect(outcomeOf(ID, input)).toMatchObject({
      findings: [
        { message: 'DNAT rule rules/net/one is open to everyone who reaches the firewall.' },
      ],
    });
  });
});

// azure-firewall 1.7: NAT rules take TCP and UDP; aks.md A11 names protocol Any.
describe('protocols', () => {
  pinCheck('ingress/dnat-any-protocol', {
    pass: dnat({ ipProtocols: ['TCP'] }),
    fail: says(
      dnat({ ipProtocols: ['Any'] }),
      'DNAT rule rules/net/one publishes every protocol of its port.',
    ),
    unknown: says(dnat({ ipProtocols: [unknown('the protocol')] }), 'needs the protocol'),
  });

  it('ingress/dnat-any-protocol: both written out are meant; the case of the word does not matter', () => {
    expect(kind('ingress/dnat-any-protocol', { ipProtocols: ['TCP', 'UDP'] })).toBe('pass');
    expect(kind('ingress/dnat-any-protocol', { ipProtocols: ['any'] })).toBe('fail');
  });
});

// azure-firewall 3: an internal front end is preferred; aks.md A11.
describe('targets', () => {
  const ID = 'ingress/dnat-to-public-address';
  pinCheck('ingress/dnat-to-public-address', {
    pass: dnat({ translatedAddress: '10.1.3.10' }),
    fail: says(
      dnat({ translatedAddress: '203.0.113.77' }),
      'DNAT rule rules/net/one translates to 203.0.113.77, a public address.',
    ),
    unknown: says(dnat({ translatedAddress: address }), 'Where rules/net/one leads is not known.'),
  });

  it(`${ID}: private is RFC 1918 and 100.64.0.0/10, to their last address`, () => {
    expect(kind(ID, { translatedAddress: '172.31.255.255' })).toBe('pass');
    expect(kind(ID, { translatedAddress: '172.32.0.0' })).toBe('fail');
    expect(kind(ID, { translatedAddress: '100.127.255.255' })).toBe('pass');
    expect(kind(ID, { translatedAddress: '100.128.0.0' })).toBe('fail');
  });

  it(`${ID}: a name may lead anywhere; a virtual network may own public addresses`, () => {
    expect(outcomeOf(ID, dnat(byName))).toMatchObject({
      kind: 'unknown',
      undecided: [{ missing: 'the address of web.example.com' }],
    });
    const own = where(dnat({ translatedAddress: '20.1.0.4' }), 'spoke', {
      addressSpace: { addressPrefixes: ['10.1.0.0/16', '20.1.0.0/16'] },
    });
    expect(outcomeOf(ID, own).kind).toBe('pass');
  });

  const named = (settings: Json | undefined) =>
    where(dnat(byName), 'policy', { dnsSettings: settings });
  pinCheck('ingress/dnat-to-name', {
    pass: named({ enableProxy: true }),
    fail: says(named({ enableProxy: false }), 'DNAT rule rules/net/one leads to a name'),
    unknown: says(named({ enableProxy: unknown('the proxy') }), 'needs the proxy'),
  });

  it('ingress/dnat-to-name: the proxy is off by default, and addresses need none', () => {
    expect(outcomeOf('ingress/dnat-to-name', named(undefined)).kind).toBe('fail');
    expect(kind('ingress/dnat-to-name', {})).toBe('not-applicable');
  });
});

const parent = {
  id: net('firewallPolicies', 'base'),
  type: 'Microsoft.Network/firewallPolicies',
  name: 'base',
  location: 'westeurope',
  properties: { sku: { tier: 'Standard' }, dnsSettings: { enableProxy: true } },
};
const child = (basePolicy: unknown): Json => ({
  ...parent,
  id: net('firewallPolicies', 'child'),
  name: 'child',
  properties: { sku: { tier: 'Standard' }, basePolicy: { id: basePolicy } },
});

// azure-firewall 2.2: two pages contradict each other on DNAT of a parent, two more on its DNS proxy.
describe('inheritance', () => {
  const ID = 'firewall/dnat-in-parent-policy';
  pinCheck('firewall/dnat-in-parent-policy', {
    // The rules stand in the child, as row 9 of section 9 asks.
    pass: where(dnat({}, parent), 'policy', { basePolicy: { id: parent.id } }),
    fail: says(
      dnat({}, child(net('firewallPolicies', 'policy'))),
      'DNAT rule rules/net/one is in base policy policy',
    ),
    unknown: says(dnat({}, child(unknown('the base policy'))), 'needs the base policy'),
  });

  it(`${ID}: no other policy, no child`, () => {
    expect(kind(ID, {})).toBe('pass');
    expect(kind(ID, {}, child(parent.id), parent)).toBe('pass');
    // A policy of unknown parent is not its own.
    const orphan = where(dnat({}), 'policy', { basePolicy: { id: unknown('the base policy') } });
    expect(outcomeOf(ID, orphan).kind).toBe('pass');
  });

  it('AFW-E09: whether the child has the proxy of its parent is open until the child writes it', () => {
    const inherited = where(dnat(byName, parent), 'policy', {
      basePolicy: { id: parent.id },
      dnsSettings: undefined,
    });
    expect(outcomeOf('ingress/dnat-to-name', inherited).kind).toBe('unknown');
    const written = (enableProxy: boolean) =>
      outcomeOf(
        'ingress/dnat-to-name',
        where(inherited, 'policy', { dnsSettings: { enableProxy } }),
      ).kind;
    expect([written(true), written(false)]).toEqual(['pass', 'fail']);
  });
});

// azure-firewall 2.3: application rules never apply to inbound connections; aks.md A15.
describe('published web ports', () => {
  const ID = 'ingress/web-without-waf';
  const web = { destinationPorts: ['443'], translatedPort: '443' };
  const toGateway = (rule: Json, privateIPAddress: unknown): CheckCase =>
    where(dnat({ ...web, translatedAddress: '10.0.1.10', ...rule }), 'agw', {
      frontendIPConfigurations: [{ name: 'private', properties: { privateIPAddress } }],
    });

  pinCheck('ingress/web-without-waf', {
    pass: toGateway({}, '10.0.1.10'),
    fail: says(
      toGateway({}, '10.0.1.11'),
      'DNAT rule rules/net/one publishes a web port, and no web application firewall',
    ),
    unknown: says(toGateway({}, address), 'needs the address'),
  });

  it.each([
    [{ destinationPorts: ['80'] }, 'fail'],
    [{ destinationPorts: ['8000-9000'] }, 'fail'],
    [{ destinationPorts: ['8883'] }, 'pass'],
    [{ destinationPorts: [unknown('the port')] }, 'unknown'],
    [{ translatedAddress: address }, 'unknown'],
    [{ ipProtocols: ['UDP'] }, 'pass'],
    [{ ipProtocols: ['Any'] }, 'fail'],
    // Not published: only private networks reach the private address.
    [{ destinationAddresses: ['10.0.0.4'] }, 'pass'],
    [{ destinationAddresses: [address] }, 'unknown'],
    // Written as a reference, it is a public address before it is deployed.
    [{ destinationAddresses: [{ $unknown: 'ip', symbol: 'public-address:pip-0' }] }, 'fail'],
    [byName, 'unknown'],
  ])(`${ID}: %j is %s`, (rule, expected) => {
    expect(kind(ID, { ...web, ...rule })).toBe(expected);
  });

  it(`${ID}: a gateway without a WAF inspects nothing`, () => {
    const plain = where(toGateway({}, '10.0.1.10'), 'agw', {
      sku: { name: 'Standard_v2', tier: 'Standard_v2' },
      firewallPolicy: undefined,
    });
    expect(outcomeOf(ID, plain).kind).toBe('fail');
  });
});
