import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { formatIp, parseIp } from './ip.ts';

describe('addresses', () => {
  it('agrees with ipaddr.js on every IPv4 and IPv6 literal', () => {
    fc.assert(
      // ipaddr.js reads `::1.2.3.4` as the mapped `::ffff:1.2.3.4`; RFC 4291 2.2.3 does not.
      fc.property(
        fc.oneof(
          fc.ipV4(),
          fc.ipV6().filter((text) => !/^::\d+\./.test(text)),
        ),
        (text) => {
          const ours = parseIp(text);
          const theirs = ipaddr.parse(text);
          expect(ours).toBeDefined();
          const bytes = theirs
            .toByteArray()
            .reduce((value, byte) => value * 256n + BigInt(byte), 0n);
          expect(BigInt(ours!.value)).toBe(bytes);
          if (theirs.kind() === 'ipv6') {
            expect(formatIp(ours!)).toBe((theirs as ipaddr.IPv6).toRFC5952String());
          } else {
            expect(formatIp(ours!)).toBe(theirs.toString());
          }
        },
      ),
    );
  });

  it('refuses what some resolvers would read differently', () => {
    for (const text of [
      '010.0.0.1',
      '1.2.3',
      '256.0.0.1',
      '1.2.3.4.5',
      '',
      ':',
      '1::2::3',
      '12345::',
      '::1%eth0',
      '1:2:3:4:5:6:7',
    ]) {
      expect(parseIp(text), text).toBeUndefined();
    }
  });
});
