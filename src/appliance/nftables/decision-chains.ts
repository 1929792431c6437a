import { formatIp, formatPrefix, type Port } from '../../net/index.ts';
import {
  DECISIONS,
  type Decision,
  formatMark,
  LOG_PREFIXES,
  markOf,
  PROXY_MARK,
} from '../marks.ts';
import type { TableParts } from './table.ts';

/** Chains that decide about new connections, and those that hold everybody to it. */
export interface LookUps {
  readonly dnat: readonly string[];
  readonly withPorts: readonly string[];
  readonly others: readonly string[];
}

/** The part of a mark that says what was decided. */
const MASK = '0xff000000';
const PROXY_BIT = formatMark(PROXY_MARK);
const DEFAULT_MARK = formatMark(markOf('deny', 0));

/**
 * Order: threats, own addresses (DNS proxy, DNAT), network rules, application rules, nothing else (AFW-10, AFW-27, AFW-28). A
 * packet of a known connection takes two comparisons.
 */
export function decisionLines(parts: TableParts, lookUps: LookUps): readonly string[] {
  const { site, threats } = parts;
  const { logGroup: group } = site;
  return [
    ...chain('c_prerouting', [
      'type filter hook prerouting priority mangle; policy accept;',
      `iifname != "${site.interfaceName}" accept`,
      // IPv6 is not forwarded (AFW-36); neighbour discovery must not be judged by IPv4 rules.
      'meta nfproto != ipv4 accept',
      `ct state established,related ct mark & ${MASK} != ${classOf('proxy')} accept`,
      // What is left is the proxy's. By the connection and not by its socket: one that has ended keeps a socket for a minute, which
      // would swallow a new connection from the same port.
      `ct state established ct direction original meta mark set ${PROXY_BIT} accept`,
      // Errors about a proxied connection, which its sockets wait for.
      'ct state related accept',
      // A socket may outlive what is known of its connection.
      `ct state invalid meta l4proto tcp socket transparent 1 meta mark set ${PROXY_BIT} accept`,
      `ct state invalid limit rate 100/second ${log(LOG_PREFIXES.invalid, group)}`,
      'ct state invalid drop',
      // Before an answer came: the second packet of a UDP flow, a repeated SYN.
      `ct mark & ${MASK} vmap { ${classOf('allow')} : accept, ${classOf('dnat')} : accept, ${classOf('own')} : accept, ${classOf('proxy')} : goto c_proxy }`,
      ...(threats.isActive ? ['jump c_threats'] : []),
      'jump c_decide',
      'counter name ct mark map @hits',
      `ct mark & ${MASK} vmap { ${classOf('allow')} : goto c_allow, ${classOf('deny')} : goto c_deny, ${classOf('proxy')} : goto c_proxy, ${classOf('dnat')} : goto c_dnat, ${classOf('own')} : accept }`,
      'goto c_default',
    ]),
    ...(threats.isActive ? threatChains(parts) : []),
    ...chain('c_decide', [
      'ip daddr @own goto c_own',
      'meta l4proto { tcp, udp } goto c_network',
      'goto c_others',
    ]),
    ...chain('c_own', ownLines(parts, lookUps.dnat)),
    ...chain('c_network', [...lookUps.withPorts, ...proxyLines(parts)]),
    ...chain('c_others', lookUps.others),
    ...chain('c_allow', [
      // AFW-33: what has no ports cannot get another source, so it goes nowhere that needs one.
      'meta l4proto != { tcp, udp } ip daddr != @private_ranges goto c_default',
      `meta mark set ct mark ${log(LOG_PREFIXES.networkAllow, group)} meta mark set 0 accept`,
    ]),
    ...chain('c_dnat', [
      `meta mark set ct mark ${log(LOG_PREFIXES.dnat, group)} meta mark set 0 accept`,
    ]),
    ...chain('c_deny', [
      `limit rate 1000/second burst 1000 packets meta mark set ct mark ${log(LOG_PREFIXES.networkDeny, group)}`,
      'drop',
    ]),
    ...chain('c_default', [
      'counter name "rule_0"',
      `limit rate 1000/second burst 1000 packets meta mark set ${DEFAULT_MARK} ${log(LOG_PREFIXES.defaultDeny, group)}`,
      'drop',
    ]),
    ...chain('c_proxy', [
      ...tproxyLines(parts),
      // The proxy is not there: nothing passes (and nothing is logged as a decision of a rule).
      'goto c_default',
    ]),
    ...chain('c_forward', [
      'type filter hook forward priority filter; policy drop;',
      'ct state established,related accept',
      `ct mark & ${MASK} vmap { ${classOf('allow')} : accept, ${classOf('dnat')} : accept }`,
    ]),
    ...chain('c_input', [
      'type filter hook input priority filter; policy drop;',
      `iifname != "${site.interfaceName}" accept`,
      'ct state established,related accept',
      `meta mark & ${PROXY_BIT} == ${PROXY_BIT} accept`,
      `ct mark & ${MASK} == ${classOf('own')} accept`,
      'meta l4proto ipv6-icmp accept',
    ]),
  ];
}

export function chain(name: string, lines: readonly string[]): readonly string[] {
  return [`  chain ${name} {`, ...lines.map((line) => `    ${line}`), '  }'];
}

export function classOf(decision: Decision): string {
  return formatMark(DECISIONS[decision] * 2 ** 24);
}

/** Only headers, and in batches: logging must not cost more than the decision (lab-design 4.5). */
function log(prefix: string, group: number): string {
  return `log prefix "${prefix}" group ${group} snaplen 64 queue-threshold 16`;
}

function threatChains({ threats, site }: TableParts): readonly string[] {
  const { logGroup: group } = site;
  const mark = formatMark(markOf('deny', threats.rule));
  const isDeny = threats.mode === 'Deny';
  const prefix = isDeny ? LOG_PREFIXES.threatDeny : LOG_PREFIXES.threatAlert;
  const told = `limit rate 1000/second burst 1000 packets meta mark set ${mark} ${log(prefix, group)}`;
  return [
    ...chain('c_threats', [
      // AFW-82: either end, for any protocol.
      'ip saddr @threats_allowed return',
      'ip daddr @threats_allowed return',
      'ip saddr @threats goto c_threat',
      'ip daddr @threats goto c_threat',
    ]),
    ...chain('c_threat', [
      `counter name "rule_${threats.rule}"`,
      isDeny ? told : `${told} meta mark set 0`,
      ...(isDeny ? ['drop'] : []),
    ]),
  ];
}

/** AFW-28: what is for the firewall itself is answered, translated or denied; network rules have no say. */
function ownLines({ site, answersDns }: TableParts, dnat: readonly string[]): readonly string[] {
  const own = formatMark(markOf('own', 0));
  const self = `ip daddr ${formatIp(site.privateAddress)}`;
  const from = site.managementSources ?? [];
  const managers = `ip saddr { ${from.map(formatPrefix).join(', ')} }`;
  return [
    ...(answersDns
      ? [`${self} meta l4proto { tcp, udp } th dport 53 ct mark set ${own} return`]
      : []),
    ...(from.length === 0
      ? []
      : [
          `${self} ${managers} tcp dport 22 ct mark set ${own} return`,
          `${self} ${managers} icmp type echo-request ct mark set ${own} return`,
        ]),
    ...(dnat.length === 0 ? [] : ['meta l4proto != { tcp, udp } return', ...dnat]),
  ];
}

/** AFW-42, AFW-43: ports that application rules name, when no network rule has decided. */
function proxyLines({ proxiedPorts: { http, tls } }: TableParts): readonly string[] {
  const ports = [...new Set([...http, ...tls])].sort((a, b) => a - b);
  if (ports.length === 0) return [];
  return [`tcp dport { ${ports.join(', ')} } ct mark set ${formatMark(markOf('proxy', 0))}`];
}

function tproxyLines({ proxiedPorts, site }: TableParts): readonly string[] {
  const line = (ports: readonly Port[], to: Port) =>
    ports.length === 0
      ? []
      : [
          `tcp dport { ${ports.join(', ')} } tproxy ip to 127.0.0.1:${to} meta mark set ${PROXY_BIT} accept`,
        ];
  return [
    ...line(proxiedPorts.tls, site.proxyPorts.tls),
    ...line(proxiedPorts.http, site.proxyPorts.http),
  ];
}
