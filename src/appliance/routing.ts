import { PROXY_MARK } from './marks.ts';

/** Where the packets of proxied connections find their sockets: any free routing table of the appliance. */
const PROXY_TABLE = 100;

/** Lines for `ip -batch` that bring proxied connections to the local proxy although they are addressed elsewhere. */
export const PROXY_ROUTING: readonly string[] = [
  `rule add fwmark 0x${PROXY_MARK.toString(16)}/0x${PROXY_MARK.toString(16)} lookup ${PROXY_TABLE} pref ${PROXY_TABLE}`,
  `route replace local 0.0.0.0/0 dev lo table ${PROXY_TABLE}`,
];

/**
 * What the kernel must be told beside the rules. Without `tcp_loose=0` a packet in the middle of a connection nobody has seen
 * the start of would be taken for a new one, and the answers of an asymmetric route would pass (AFW-E06). With `tcp_early_demux`
 * a socket that a proxied connection left for a minute would take packets that rules forward by now, which the kernel then drops.
 */
export const APPLIANCE_SYSCTLS: readonly (readonly [name: string, value: string])[] = [
  ['net.ipv4.ip_forward', '1'],
  ['net.ipv4.conf.all.rp_filter', '0'],
  ['net.ipv4.conf.default.rp_filter', '0'],
  ['net.ipv4.conf.all.send_redirects', '0'],
  ['net.ipv4.conf.default.send_redirects', '0'],
  ['net.ipv4.conf.all.accept_redirects', '0'],
  ['net.ipv4.tcp_early_demux', '0'],
  ['net.netfilter.nf_conntrack_tcp_loose', '0'],
  ['net.netfilter.nf_conntrack_acct', '1'],
  ['net.netfilter.nf_conntrack_timestamp', '1'],
];
