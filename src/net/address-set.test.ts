import { excludeCidr, mergeCidr, overlapCidr } from 'cidr-tools';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AddressSet,
  ALL_ADDRESSES,
  addressesOfPrefixes,
  addressSet,
  addressSetCovers,
  addressSetHas,
  addressSetSize,
  addressSetsOverlap,
  equalAddressSets,
  formatAddressSet,
  intersectAddresses,
  isEmptyAddressSet,
  prefixesOfAddressSet,
  subtractAddresses,
  unionAddresses,
} from './address-set.ts';
import type { Ip, Ipv4, Ipv6 } from './ip.ts';
import { formatPrefix, hasHostBits, type IpRange, parseIpRange, parsePrefix } from './prefix.ts';

// A small universe, so that ranges touch, overlap and nest often, at both ends of both families.
const v4 = fc.oneof(
  fc.nat(12),
  fc.nat(12).map((value) => 0xffff_ffff - value),
);
const v6 = fc.oneof(
  fc.nat(12).map(BigInt),
  fc.nat(12).map((value) => (1n << 128n) - 1n - BigInt(value)),
);
const range: fc.Arbitrary<IpRange> = fc.oneof(
  fc.tuple(v4, v4).map(
    ([a, b]): IpRange => ({
      family: 4,
      low: Math.min(a, b) as Ipv4,
      high: Math.max(a, b) as Ipv4,
    }),
  ),
  fc.tuple(v6, v6).map(
    ([a, b]): IpRange => ({
      family: 6,
      low: (a < b ? a : b) as Ipv6,
      high: (a < b ? b : a) as Ipv6,
    }),
  ),
);
const set: fc.Arbitrary<AddressSet> = fc.array(range, { maxLength: 6 }).map(addressSet);
const ip: fc.Arbitrary<Ip> = fc.oneof(
  v4.map((value): Ip => ({ family: 4, value: value as Ipv4 })),
  v6.map((value): Ip => ({ family: 6, value: value as Ipv6 })),
);

describe('address sets', () => {
  it('membership follows the set operations', () => {
    fc.assert(
      fc.property(set, set, ip, (a, b, x) => {
        expect(addressSetHas(unionAddresses(a, b), x)).toBe(
          addressSetHas(a, x) || addressSetHas(b, x),
        );
        expect(addressSetHas(intersectAddresses(a, b), x)).toBe(
          addressSetHas(a, x) && addressSetHas(b, x),
        );
        expect(addressSetHas(subtractAddresses(a, b), x)).toBe(
          addressSetHas(a, x) && !addressSetHas(b, x),
        );
      }),
    );
  });

  it('obeys de Morgan, absorption and double complement', () => {
    const not = (x: AddressSet) => subtractAddresses(ALL_ADDRESSES, x);
    fc.assert(
      fc.property(set, set, (a, b) => {
        expect(
          equalAddressSets(not(unionAddresses(a, b)), intersectAddresses(not(a), not(b))),
        ).toBe(true);
        expect(equalAddressSets(unionAddresses(a, intersectAddresses(a, b)), a)).toBe(true);
        expect(equalAddressSets(not(not(a)), a)).toBe(true);
        expect(addressSetsOverlap(a, b)).toBe(addressSetSize(intersectAddresses(a, b)) > 0n);
        expect(addressSetCovers(a, intersectAddresses(a, b))).toBe(true);
        expect(addressSetCovers(a, b)).toBe(isEmptyAddressSet(subtractAddresses(b, a)));
      }),
    );
  });

  it('agrees with cidr-tools on merging, excluding and overlapping IPv4 prefixes', () => {
    const prefix = fc
      .tuple(fc.ipV4(), fc.integer({ min: 1, max: 32 }))
      .map(([address, length]) => formatPrefix(parsePrefix(`${address}/${length}`)!));
    fc.assert(
      fc.property(
        fc.array(prefix, { minLength: 1, maxLength: 5 }),
        fc.array(prefix, { minLength: 1, maxLength: 5 }),
        (a, b) => {
          const of = (texts: readonly string[]) =>
            addressesOfPrefixes(texts.map((text) => parsePrefix(text)!));
          expect(equalAddressSets(of(a), of(mergeCidr(a)))).toBe(true);
          expect(equalAddressSets(subtractAddresses(of(a), of(b)), of(excludeCidr(a, b)))).toBe(
            true,
          );
          expect(addressSetsOverlap(of(a), of(b))).toBe(overlapCidr(a, b));
          expect(prefixesOfAddressSet(of(a)).map(formatPrefix).sort()).toEqual(
            [...mergeCidr(a)].sort(),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it('prints what a person would write', () => {
    expect(formatAddressSet(addressSet([parseIpRange('10.0.0.0-10.0.0.2')!]))).toBe(
      '10.0.0.0-10.0.0.2',
    );
    expect(
      formatAddressSet(addressSet([parseIpRange('10.0.0.0/24')!, parseIpRange('10.0.1.0/24')!])),
    ).toBe('10.0.0.0/23');
    expect(formatAddressSet(ALL_ADDRESSES)).toBe('*');
    expect(formatAddressSet(addressSet([]))).toBe('no address');
  });
});

describe('prefixes and ranges', () => {
  it('treats a prefix of length 0 as everything, not as a host', () => {
    const everything = parseIpRange('0.0.0.0/0');
    expect(everything).toEqual({ family: 4, low: 0, high: 0xffff_ffff });
  });

  it('clears host bits and can say that there were some', () => {
    expect(formatPrefix(parsePrefix('192.168.1.77/24')!)).toBe('192.168.1.0/24');
    expect(hasHostBits('192.168.1.77/24')).toBe(true);
    expect(hasHostBits('192.168.1.0/24')).toBe(false);
  });

  it('refuses ranges that run backwards or mix families', () => {
    expect(parseIpRange('10.0.0.2-10.0.0.1')).toBeUndefined();
    expect(parseIpRange('10.0.0.1-::1')).toBeUndefined();
    expect(parseIpRange('10.0.0.0/33')).toBeUndefined();
    expect(parseIpRange('AzureCloud')).toBeUndefined();
  });
});
