import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDomainName } from './domain-name.ts';
import {
  formatPortSet,
  parsePort,
  parsePortRange,
  portSet,
  portSetCovers,
  portSetHas,
  portSetsOverlap,
} from './port.ts';

const ports = fc
  .array(fc.tuple(fc.nat(40), fc.nat(40)), { maxLength: 5 })
  .map((list) => portSet(list.map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)));

describe('ports', () => {
  it('cover and overlap agree with membership', () => {
    const all = [...new Array(41).keys()];
    fc.assert(
      fc.property(ports, ports, (a, b) => {
        expect(portSetsOverlap(a, b)).toBe(
          all.some((port) => portSetHas(a, port) && portSetHas(b, port)),
        );
        expect(portSetCovers(a, b)).toBe(
          all.every((port) => !portSetHas(b, port) || portSetHas(a, port)),
        );
      }),
    );
  });

  it('reads numbers, ranges and the star', () => {
    expect(parsePortRange('*')).toEqual([0, 65535]);
    expect(parsePortRange('1000-2000')).toEqual([1000, 2000]);
    expect(parsePortRange('2000-1000')).toBeUndefined();
    expect(parsePort('65536')).toBeUndefined();
    expect(parsePort('')).toBeUndefined();
    expect(
      formatPortSet(
        portSet([
          [443, 443],
          [80, 80],
          [81, 90],
        ]),
      ),
    ).toBe('80-90,443');
  });
});

describe('domain names', () => {
  it('ignores case and the trailing dot and refuses what is not a name', () => {
    expect(parseDomainName('API.Stripe.com.')).toBe('api.stripe.com');
    for (const text of [
      '',
      '.',
      'a..b',
      '-a.com',
      '10.0.0.1',
      '*.x.com',
      'a b.com',
      `${'a'.repeat(64)}.com`,
    ]) {
      expect(parseDomainName(text), text).toBeUndefined();
    }
  });
});
