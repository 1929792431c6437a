import { describe, expect, it } from 'vitest';
import { placeless } from '../diagnostics/index.ts';
import type { ServiceTags } from '../facts/index.ts';
import type { AddressTerm } from '../model/index.ts';
import { type AddressSet, addressSet, parseIp, parseIpRange } from '../net/index.ts';
import type { Unknown } from '../values/index.ts';
import type { FlowAddress } from './flow.ts';
import { matchAddresses, matchSameAddress, matchSet, membersOfTag } from './match.ts';

const at = placeless('test');
const serviceTags: ServiceTags = {
  info: { origin: 'test', version: '1' },
  isComplete: false,
  prefixes: new Map([['storage.eastus', ['20.60.0.0/24', '2603:1030::/48']]]),
};
const context = { serviceTags };

const set = (...texts: readonly string[]): AddressSet =>
  addressSet(texts.map((text) => parseIpRange(text)!));
const exact = (text: string): FlowAddress => ({ kind: 'exact', ip: parseIp(text)! });
const within = (...texts: readonly string[]): FlowAddress => ({
  kind: 'within',
  addresses: set(...texts),
  label: 'a node of aks-subnet',
});
const range = (text: string): AddressTerm => ({
  kind: 'range',
  range: parseIpRange(text)!,
  text,
  at,
});
const tag = (text: string): AddressTerm => ({ kind: 'service-tag', tag: text, text, at });
const open = (missing: string, symbol?: string): AddressTerm => {
  const unknown: Unknown = {
    kind: 'unknown',
    reason: 'missing-parameter',
    text: missing,
    missing,
    at,
    ...(symbol === undefined ? {} : { symbol }),
  };
  return { kind: 'unknown', unknown, text: missing, at };
};

/** `yes`, `no`, or the missing facts. */
const told = (terms: readonly AddressTerm[], address: FlowAddress) => {
  const match = matchAddresses(terms, address, context);
  return match.kind === 'unknown' ? match.why.map((fact) => fact.missing) : match.kind;
};

describe('address lists', () => {
  it('an empty list holds nothing, * holds everything of both families', () => {
    expect(told([], exact('10.0.0.1'))).toBe('no');
    const any: AddressTerm = { kind: 'any', text: '*', at };
    expect(told([any], exact('10.0.0.1'))).toBe('yes');
    expect(told([any], exact('2001:db8::1'))).toBe('yes');
  });

  it('a known address is in the list or not', () => {
    expect(told([range('10.0.0.0/24')], exact('10.0.0.255'))).toBe('yes');
    expect(told([range('10.0.0.0/24')], exact('10.0.1.0'))).toBe('no');
    expect(told([range('0.0.0.0/0')], exact('2001:db8::1'))).toBe('no');
  });

  it('one of several possible addresses is held only when all of them are', () => {
    const node = within('10.42.1.0/24');
    expect(told([range('10.42.0.0/16')], node)).toBe('yes');
    expect(told([range('10.42.1.0/25'), range('10.42.1.128/25')], node)).toBe('yes');
    expect(told([range('10.42.1.0/25')], node)).toEqual(['which address a node of aks-subnet has']);
    expect(told([range('10.43.0.0/16')], node)).toBe('no');
  });

  it('an unknown term leaves the list open unless another term decides', () => {
    const terms = [open('a value for parameter nodes'), range('10.0.0.0/24')];
    expect(told(terms, exact('10.0.0.1'))).toBe('yes');
    expect(told(terms, exact('10.0.1.1'))).toEqual(['a value for parameter nodes']);
  });

  it('an unknown term with the symbol of the address is the address', () => {
    const symbol = 'public-address:/x/pip';
    const address = { ...within('20.0.0.0/8'), symbol };
    expect(told([open('the address of pip', symbol)], address)).toBe('yes');
    expect(told([open('the address of pip', 'public-address:/x/other')], address)).toEqual([
      'the address of pip',
    ]);
  });

  it('AFW-37: a service tag is its members, compared without case; without data they are missing, not none', () => {
    expect(told([tag('Storage.EastUS')], exact('20.60.0.7'))).toBe('yes');
    expect(told([tag('STORAGE.eastus')], exact('20.60.1.7'))).toBe('no');
    expect(told([tag('Storage.EastUS')], exact('2603:1030::1'))).toBe('yes');
    expect(told([tag('AzureCloud.eastus')], exact('20.60.0.7'))).toEqual([
      'members of service tag AzureCloud.eastus',
    ]);
  });

  it('a word of the caller wins over published tags and does not leak to other callers', () => {
    const words = { serviceTags, pseudoTags: new Map([['virtualnetwork', set('10.0.0.0/8')]]) };
    const terms = [tag('VirtualNetwork')];
    expect(matchAddresses(terms, exact('10.1.1.1'), words).kind).toBe('yes');
    expect(matchAddresses(terms, exact('10.1.1.1'), context).kind).toBe('unknown');
  });

  it('members of a tag are parsed once per data set', () => {
    expect(membersOfTag(serviceTags, 'Storage.EastUS')).toBe(
      membersOfTag(serviceTags, 'storage.eastus'),
    );
    expect(membersOfTag(serviceTags, 'Sql')).toBeUndefined();
  });

  it('5,000 lists with a large tag are matched in a blink', () => {
    const many = {
      ...serviceTags,
      prefixes: new Map([
        ['big', Array.from({ length: 5000 }, (_, n) => `20.${n >> 7}.${(n & 127) * 2}.0/24`)],
      ]),
    };
    const lists = Array.from({ length: 5000 }, (_, n) => [
      tag('Big'),
      range(`10.0.${n & 255}.0/24`),
    ]);
    const started = performance.now();
    for (const list of lists) matchAddresses(list, exact('9.9.9.9'), { serviceTags: many });
    for (const list of lists) matchAddresses(list, within('9.0.0.0/8'), { serviceTags: many });
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('sets and single ends', () => {
  it('sets apart are no, sets that overlap leave it open, a set that covers is yes', () => {
    expect(matchSet(set('10.0.0.0/8'), within('10.1.0.0/16')).kind).toBe('yes');
    expect(matchSet(set('10.1.0.0/16'), within('10.0.0.0/8')).kind).toBe('unknown');
    expect(matchSet(set('10.1.0.0/16'), within('10.2.0.0/16')).kind).toBe('no');
  });

  it('two ends are the same by number or by symbol', () => {
    expect(matchSameAddress(exact('10.0.0.1'), exact('10.0.0.1')).kind).toBe('yes');
    expect(matchSameAddress(exact('10.0.0.1'), exact('10.0.0.2')).kind).toBe('no');
    expect(matchSameAddress(exact('10.0.0.1'), within('10.0.0.0/24')).kind).toBe('unknown');
    const symbol = 'private-address:/x/fw';
    expect(
      matchSameAddress({ ...within('10.0.0.0/24'), symbol }, { ...exact('10.0.0.4'), symbol }).kind,
    ).toBe('yes');
  });
});
