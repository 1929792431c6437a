import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { snapshotOf } from '../../tests/support/snapshot-of.ts';
import { readPerimeter } from '../model/index.ts';
import {
  type AddressSet,
  addressSet,
  equalAddressSets,
  isEmptyAddressSet,
  NO_ADDRESSES,
  parseIpRange,
  subtractAddresses,
  unionAddresses,
} from '../net/index.ts';
import { deriveNetwork, PUBLIC_IPV4 } from '../network/index.ts';
import { type NamedObject, namedObjects } from './named-objects.ts';
import { type AddressWords, addressWordsText, describeAddresses } from './object-names.ts';

const set = (...texts: string[]): AddressSet =>
  addressSet(texts.map((text) => parseIpRange(text)!));
const named = (label: string, addresses: AddressSet, rank = 1): NamedObject => ({
  label,
  addresses,
  rank,
});
const text = (addresses: AddressSet, names: readonly NamedObject[], most = 4): string =>
  addressWordsText(describeAddresses(addresses, names), most);

/** What the words say, worked out from the objects. */
function meant({ base, parts, rest }: AddressWords): AddressSet {
  const union = unionAddresses(rest, ...parts.map(({ addresses }) => addresses));
  return base === undefined ? union : subtractAddresses(base.addresses, union);
}

const RANGES = [
  '10.0.0.0/8',
  '10.1.0.0/16',
  '10.1.2.0/24',
  '10.1.2.7',
  '10.1.3.0-10.1.9.255',
  '0.0.0.0/0',
  '0.0.0.0',
  '255.255.255.255',
  '20.0.0.0/9',
  '20.64.0.0-20.200.0.1',
  '::/0',
  'fd00::/8',
  '2001:db8::1',
  '2001:db8::/32',
].map((range) => parseIpRange(range)!);
const sets = fc
  .tuple(
    fc.subarray(RANGES, { maxLength: 4 }).map(addressSet),
    fc.subarray(RANGES, { maxLength: 3 }).map(addressSet),
  )
  .map(([all, but]) => subtractAddresses(all, but));
/** As `namedObjects` makes them: one family each. */
const objects = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), sets, fc.integer({ min: 0, max: 3 })), {
    maxLength: 8,
  })
  .map((list) =>
    list.flatMap(([label, { v4, v6 }, rank]) => [
      named(label, { v4, v6: [] }, rank),
      named(label, { v4: [], v6 }, rank),
    ]),
  );

describe('addresses by the names of their objects', () => {
  it('names and residue are exactly the set, whatever the objects', () => {
    fc.assert(
      fc.property(sets, objects, (asked, names) => {
        const words = describeAddresses(asked, names);
        expect(equalAddressSets(unionAddresses(NO_ADDRESSES, ...words.map(meant)), asked)).toBe(
          true,
        );
        for (const each of words) {
          expect(equalAddressSets(meant(each), each.set)).toBe(true);
          if (each.base !== undefined) continue;
          const outside = each.parts.filter(
            ({ addresses }) => !isEmptyAddressSet(subtractAddresses(addresses, each.set)),
          );
          expect(outside).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('the same set is said alike, whatever the order of the objects', () => {
    fc.assert(
      fc.property(sets, objects, (asked, names) => {
        expect(text(asked, [...names].reverse())).toBe(text(asked, names));
      }),
    );
  });

  it('two objects of one name and size, in either order', () => {
    const twins = [
      named('a', set('20.0.0.0/9', '10.1.2.7')),
      named('b', set('10.0.0.0/8'), 0),
      named('a', set('0.0.0.0'), 0),
      named('a', set('20.0.0.0/9', '0.0.0.0')),
    ];
    const asked = set('20.0.0.0/9');
    expect(text(asked, twins)).toBe(text(asked, [...twins].reverse()));
  });

  const a = named('subnet a', set('10.1.0.0/24'));
  const b = named('subnet b', set('10.1.1.0/24'));
  const vnet = named('virtual network v', set('10.1.0.0/16'), 3);
  const internet = named('the internet', PUBLIC_IPV4, 7);
  const tag = named('service tag T', set('20.0.0.0/16', '20.9.0.0/16', '40.1.2.0/24'), 6);
  const names = [a, b, vnet, internet, tag];

  it('named objects first, then the numbers nobody named', () => {
    expect(text(set('10.1.0.0/24'), names)).toBe('subnet a');
    expect(text(set('10.1.0.0/23'), names)).toBe('subnet a, subnet b');
    expect(text(set('10.1.0.0/24', '10.9.0.0/16'), names)).toBe('subnet a, 10.9.0.0/16');
    expect(text(set('10.1.0.0/16'), names)).toBe('virtual network v');
    expect(text(set('10.0.0.0/8'), names)).toBe('10.0.0.0/8');
    expect(text(NO_ADDRESSES, names)).toBe('no address');
  });

  it('what is missing of an object is said where that is shorter', () => {
    expect(text(subtractAddresses(PUBLIC_IPV4, tag.addresses), names)).toBe(
      'the internet but service tag T',
    );
    expect(text(set('10.1.0.0-10.1.0.127', '10.1.1.0-10.1.255.255'), names)).toBe(
      'virtual network v but 10.1.0.128/25',
    );
  });

  it('the nearer name of two that fit as well', () => {
    const group = named('IP group g', set('10.1.0.0/24'), 2);
    expect(text(set('10.1.0.0/24'), [group, ...names])).toBe('subnet a');
  });

  it('what is left out is counted, with its share', () => {
    const many = addressSet(
      Array.from({ length: 1000 }, (_, index) =>
        parseIpRange(`10.${index >> 8}.${index & 255}.0/25`),
      ).map((range) => range!),
    );
    expect(text(many, [], 2)).toBe(
      '10.0.0.0/25, 10.0.1.0/25 and 998 more ranges (99.8 % of these addresses)',
    );
  });

  it('a name that steers the terminal does not', () => {
    const hostile = named('subnet \u001b[31mx\u202e', set('10.1.0.0/24'));
    expect(text(set('10.1.0.0/24'), [hostile])).toBe('subnet \ufffd[31mx\ufffd');
  });
});

describe('the objects of an input', () => {
  const network = deriveNetwork(
    readPerimeter(
      snapshotOf(
        [
          {
            type: 'Microsoft.Network/virtualNetworks',
            name: 'hub',
            properties: {
              addressSpace: { addressPrefixes: ['10.0.0.0/16', 'fd00::/48'] },
              subnets: [
                { name: 'web', properties: { addressPrefixes: ['10.0.1.0/24', 'fd00::/64'] } },
                { name: 'odd', properties: { addressPrefix: { $unknown: 'x' } } },
              ],
            },
          },
          {
            type: 'Microsoft.Network/ipGroups',
            name: 'partners',
            properties: { ipAddresses: ['203.0.113.0/24', '198.51.100.7'] },
          },
          {
            type: 'Microsoft.Network/networkSecurityGroups',
            name: 'nsg',
            properties: {
              securityRules: [
                {
                  name: 'storage',
                  properties: {
                    priority: 100,
                    direction: 'Outbound',
                    access: 'Allow',
                    protocol: 'Tcp',
                    sourceAddressPrefix: '*',
                    sourcePortRange: '*',
                    destinationAddressPrefix: 'Storage.EastUS',
                    destinationPortRange: '443',
                  },
                },
              ],
            },
          },
        ],
        [],
        {
          serviceTags: {
            info: { origin: 'test', version: '1' },
            isComplete: true,
            prefixes: new Map([
              ['storage.eastus', ['20.60.0.0/16', '2603:1030::/32']],
              ['sql', ['20.61.0.0/16']],
            ]),
          },
        },
      ),
    ),
  );

  it('subnets, networks, IP groups, and the tags that a rule or the question names', () => {
    const names = namedObjects(network);
    expect(text(set('10.0.1.0/24', 'fd00::/64'), names)).toBe('subnet web');
    expect(text(set('10.0.0.0/16'), names)).toBe('virtual network hub');
    expect(text(set('203.0.113.0/24', '198.51.100.7'), names)).toBe('IP group partners');
    expect(text(set('20.60.0.0/16'), names)).toBe('service tag Storage.EastUS');
    expect(text(set('20.61.0.0/16'), names)).toBe('20.61.0.0/16');
    expect(text(set('20.61.0.0/16'), namedObjects(network, ['Sql']))).toBe('service tag Sql');
    expect(text(PUBLIC_IPV4, names)).toBe('the internet');
    expect(names.map(({ label }) => label)).not.toContain('subnet odd');
  });
});
