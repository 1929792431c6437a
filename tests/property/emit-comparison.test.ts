import { describe, expect, it } from 'vitest';
import { firstDifferenceOfSnapshots } from '../support/same-snapshot.ts';
import { type Json, snapshotOf } from '../support/snapshot-of.ts';

/** The round trips are worth what their comparison sees. */

const N = 'Microsoft.Network';
const unknown = (symbol?: string): Json => ({
  $unknown: 'x',
  missing: 'a server',
  ...(symbol === undefined ? {} : { symbol }),
});
const network = (servers: readonly unknown[], more: Json = {}): Json => ({
  type: `${N}/virtualNetworks`,
  name: 'net',
  location: 'West Europe',
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
    dhcpOptions: { dnsServers: servers },
    subnets: [
      { name: 'a', properties: { addressPrefix: '10.0.0.0/24' } },
      { name: 'b', properties: { addressPrefix: '10.0.1.0/24' } },
    ],
    ...more,
  },
});
const group = (...names: readonly string[]): Json => ({
  type: `${N}/firewallPolicies/ruleCollectionGroups`,
  name: 'p/g',
  properties: { ruleCollections: [{ name: 'c', rules: names.map((name) => ({ name })) }] },
});

const difference = (before: readonly Json[], after: readonly Json[]) =>
  firstDifferenceOfSnapshots(snapshotOf(before), snapshotOf(after));

describe('two snapshots are told apart', () => {
  it.each<[string, readonly Json[], readonly Json[]]>([
    ['a value', [network(['10.0.0.4'])], [network(['10.0.0.5'])]],
    ['a value that is missing', [network(['10.0.0.4'])], [network([])]],
    ['a value that is new', [network([])], [network([], { enableDdosProtection: true })]],
    ['a resource that is missing', [network([]), group()], [network([])]],
    ['a resource that is new', [network([])], [network([]), group()]],
    ['the order of rules', [group('x', 'y')], [group('y', 'x')]],
    ['a value that became unknown', [network(['10.0.0.4'])], [network([unknown()])]],
    ['an unknown that became a value', [network([unknown()])], [network(['10.0.0.4'])]],
    [
      'two facts that became one',
      [network([unknown('a'), unknown('b')])],
      [network([unknown('c'), unknown('c')])],
    ],
    [
      'one fact that became two',
      [network([unknown('a'), unknown('a')])],
      [network([unknown('c'), unknown('d')])],
    ],
    [
      'an attribute of another resource',
      [network([unknown('private-address:/a')])],
      [network([unknown('private-address:/b')])],
    ],
    ['a condition that is gone', [{ ...network([]), $exists: unknown() }], [network([])]],
  ])('by %s', (_, before, after) => {
    expect(difference(before, after)).toBeDefined();
  });

  it.each<[string, readonly Json[], readonly Json[]]>([
    ['case of enumerations and names', [network(['A'])], [network(['a'])]],
    [
      'texts and numbers',
      [network([], { flowTimeoutInMinutes: '4' })],
      [network([], { flowTimeoutInMinutes: 4 })],
    ],
    ['what only Azure writes', [network([], { provisioningState: 'Succeeded' })], [network([])]],
    ['spellings of a region', [network([])], [{ ...network([]), location: 'westeurope' }]],
    [
      'names of parameters',
      [network([unknown('a'), unknown('b')])],
      [network([unknown('c'), unknown('d')])],
    ],
  ])('but not by %s', (_, before, after) => {
    expect(difference(before, after)).toBeUndefined();
  });
});
