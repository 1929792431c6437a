import { endianness } from 'node:os';
import { describe, expect, it } from 'vitest';
import { delayRules } from './delay-rules.ts';

/** Expressions as nft 1.0.6 (`--debug=mnl`) and iptables 1.8.9 (strace of iptables-nft) send them on x86-64 for the same rules. */
const NFT_RULE = `
  84000480
  24000180 09000100 6d657461 00000000 14000280 08000200 00000006 08000100 00000001
  38000180 08000100 636d7000 2c000280 08000100 00000001 08000200 00000000
  18000380 14000100 76610000 00000000 00000000 00000000
  24000180 0a000100 71756575 65000000 14000280 06000100 00070000 06000200 00010000`;
const IPTABLES_TARGET = `
  34000180 0b000100 74617267 65740000 24000280 0c000100 4e465155 45554500
  08000200 00000003 0c000300 07000100 00000000`;
/** nft: the chain's hook and priority. */
const NFT_HOOK = '14000480 08000100 00000000 08000200 fffffe34';

describe.runIf(endianness() === 'LE')('the rule that queues packets', () => {
  it('is what nft sends for `iifname "va" queue num 7`', () => {
    const sent = delayRules(7, 'va', 'queue').toString('hex');
    expect(sent).toContain(hex(NFT_RULE));
    expect(sent).toContain(hex(NFT_HOOK));
  });

  it('or what iptables sends for `-i va -j NFQUEUE --queue-num 7`', () => {
    expect(delayRules(7, 'va', 'target').toString('hex')).toContain(hex(IPTABLES_TARGET));
  });

  it('has messages and attributes as long as they say', () => {
    const sent = delayRules(65_535, 'abcdefghijklmno', 'target');
    let at = 0;
    while (at < sent.length) {
      const length = sent.readUInt32LE(at);
      expect(length % 4).toBe(0);
      expect(attributesEnd(sent.subarray(at + 20, at + length))).toBe(length - 20);
      at += length;
    }
    expect(at).toBe(sent.length);
  });
});

function hex(dump: string): string {
  return dump.replace(/\s/g, '');
}

function attributesEnd(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) {
    const length = bytes.readUInt16LE(at);
    expect(length).toBeGreaterThanOrEqual(4);
    const isNested = (bytes.readUInt16LE(at + 2) & 0x8000) !== 0;
    const inner = bytes.subarray(at + 4, at + length);
    if (isNested) expect(attributesEnd(inner)).toBe(inner.length);
    at += (length + 3) & ~3;
  }
  return at;
}
