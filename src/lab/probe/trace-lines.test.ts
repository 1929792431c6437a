import { expect, it } from 'vitest';
import { traceLines } from './trace-lines.ts';

/** What nftables 1.0.6 printed for three connections on one machine: allowed with a log, dropped by a verdict map, rejected. */
const PRINTED = `trace id f0b9f5d7 inet sallyport_trace leaving packet: oif "lo" ip saddr 127.0.0.1 ip daddr 127.0.0.1 ip dscp cs0 ip ecn not-ect ip ttl 64 ip id 16311 ip protocol tcp ip length 60 tcp sport 37412 tcp dport 80 tcp flags == syn tcp window 65495
trace id f0b9f5d7 inet sallyport_trace leaving rule tcp flags & syn == syn meta nftrace set 1 (verdict continue)
trace id f0b9f5d7 inet sallyport_trace leaving policy accept
trace id 0632c364 inet fw i packet: iif "lo" @ll,0,112 0x800 ip saddr 127.0.0.1 ip daddr 127.0.0.1 ip dscp cs0 ip ecn not-ect ip ttl 64 ip id 16311 ip protocol tcp ip length 60 tcp sport 37412 tcp dport 80 tcp flags == syn tcp window 65495
trace id 0632c364 inet fw i rule log prefix "x" (verdict continue)
trace id 0632c364 inet fw i policy accept
trace id 97646b5b inet sallyport_trace leaving packet: oif "lo" ip saddr 127.0.0.1 ip daddr 127.0.0.1 ip dscp cs0 ip ecn not-ect ip ttl 64 ip id 8025 ip protocol tcp ip length 60 tcp sport 55924 tcp dport 81 tcp flags == syn tcp window 65495
trace id 97646b5b inet sallyport_trace leaving rule tcp flags & syn == syn meta nftrace set 1 (verdict continue)
trace id 97646b5b inet sallyport_trace leaving policy accept
trace id f265b73c inet fw i packet: iif "lo" @ll,0,112 0x800 ip saddr 127.0.0.1 ip daddr 127.0.0.1 ip dscp cs0 ip ecn not-ect ip ttl 64 ip id 8025 ip protocol tcp ip length 60 tcp sport 55924 tcp dport 81 tcp flags == syn tcp window 65495
trace id f265b73c inet fw i rule tcp dport vmap @m (verdict drop)
trace id 3ee6f1be inet sallyport_trace leaving packet: oif "lo" ip saddr 127.0.0.1 ip daddr 127.0.0.1 ip dscp cs0 ip ecn not-ect ip ttl 64 ip id 27008 ip protocol tcp ip length 60 tcp sport 41636 tcp dport 82 tcp flags == syn tcp window 65495
trace id 3ee6f1be inet sallyport_trace leaving rule tcp flags & syn == syn meta nftrace set 1 (verdict continue)
trace id 3ee6f1be inet sallyport_trace leaving policy accept
trace id 869e36d2 inet fw i packet: iif "lo" @ll,0,112 0x800 ip saddr 127.0.0.1 ip daddr 127.0.0.1 ip dscp cs0 ip ecn not-ect ip ttl 64 ip id 27008 ip protocol tcp ip length 60 tcp sport 41636 tcp dport 82 tcp flags == syn tcp window 65495
trace id 869e36d2 inet fw i rule tcp dport 82 counter packets 0 bytes 0 reject with tcp reset (verdict drop)`;

it('a line per packet: who decided, in the words of the ruleset', () => {
  expect(traceLines(PRINTED).filter((line) => !line.endsWith('no rule looks at it'))).toEqual([
    '127.0.0.1:37412 → 127.0.0.1:80: i: log prefix "x"',
    '127.0.0.1:55924 → 127.0.0.1:81: i: tcp dport vmap @m → drop',
    '127.0.0.1:41636 → 127.0.0.1:82: i: tcp dport 82 counter packets 0 bytes 0 reject with tcp reset → drop',
  ]);
});

it('lines that are none of its own are nothing', () => {
  expect(traceLines('')).toEqual([]);
  expect(traceLines('netlink: Error\ntrace id x')).toEqual([]);
});
