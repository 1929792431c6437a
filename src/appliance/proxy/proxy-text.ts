import { formatIp } from '../../net/index.ts';
import type { ApplianceSite } from '../appliance.ts';
import type { ApplicationMaps, NameMaps } from '../application/name-maps.ts';
import type { ThreatFilter } from '../threat/threat-filter.ts';
import { lookUpLines } from './look-up.ts';
import { HOLD_SECONDS, NAME_TABLE_LINES, resolveLines } from './name-hold.ts';
import { MAPS, THREAT_TAIL } from './proxy-maps.ts';

/** Files that are no connections: listeners, sockets, logs, resolvers. */
const FILES_RESERVED = 200;

/** All buffers of all connections together, at worst: one for each way of a connection. */
const BUFFERS_MAX = 2 ** 30;

/** Longer than this is no name of DNS; nobody is asked for it, and a log line stays a line. */
const NAME_MAX = 253;

/** What a denied HTTP client reads; status 470 and the words are what users report of the original. */
const DENIED = 'Action: Deny. Reason: No rule matched. Proceeding with default action.\\n';

/**
 * The proxy that decides connections by name, behind TPROXY: server name of TLS, Host of HTTP. It resolves an allowed name
 * itself and connects there, whatever address the client chose (AFW-47; of the two readings of AFW-48 the stricter). Neither
 * speaks to a server before the verdict.
 */
export function proxyText(
  site: ApplianceSite,
  maps: ApplicationMaps,
  threats: ThreatFilter,
): string {
  const { http, tls } = maps;
  // Two files for each connection, and the hard limit is refused at start rather than met later.
  const connections = Math.max(16, Math.floor((site.filesMax - FILES_RESERVED) / 2));
  return [
    'global',
    '  log stdout len 16384 format raw local0',
    `  maxconn ${connections}`,
    `  tune.bufsize ${bufferSize(connections)}`,
    `  stats socket ${site.runFolder}/haproxy.sock mode 600 level admin expose-fd listeners`,
    `  nbthread ${site.proxyThreads}`,
    'defaults',
    '  timeout connect 5s',
    '  timeout client 240s',
    '  timeout server 240s',
    '  timeout client-fin 2s',
    '  timeout server-fin 2s',
    'resolvers firewall',
    ...site.dnsUpstream.map(
      ({ address, port }, at) => `  nameserver upstream${at} ${formatIp(address)}:${port}`,
    ),
    '  resolve_retries 2',
    '  timeout resolve 1s',
    '  timeout retry 1s',
    `  hold valid ${HOLD_SECONDS}s`,
    '  hold nx 5s',
    '  accepted_payload_size 1232',
    ...NAME_TABLE_LINES,
    ...(tls.ports.length === 0 ? [] : tlsLines(site, tls, threats)),
    ...(http.ports.length === 0 ? [] : httpLines(site, http, threats)),
    '',
  ].join('\n');
}

/**
 * Bytes of a buffer: 16 KiB, as by default, to 126 KiB, as BUFFERS_MAX has room for. What goes through in bulk takes half of the processor
 * time then (bench/appliance.mjs: 57 ms a Gbit instead of 118; 63 with 128 KiB), and only connections that wait for the
 * other side hold buffers.
 */
function bufferSize(connections: number): number {
  const room = BUFFERS_MAX / (2 * connections);
  return Math.min(126 * 2 ** 10, Math.max(2 ** 14, 2 ** Math.floor(Math.log2(room))));
}

/** AFW-44, AFW-45: the server name alone decides; without one, or without TLS, nothing passes. */
function tlsLines(site: ApplianceSite, names: NameMaps, threats: ThreatFilter): readonly string[] {
  const d = 'tcp-request content';
  return [
    'frontend fe_tls',
    '  mode tcp',
    `  bind 127.0.0.1:${site.proxyPorts.tls} transparent name tls`,
    '  log global',
    `  log-format '${logFormat('sess', 'HTTPS', '"tsc":"%ts","up":%U,"down":%B,"ms":%Tt')}'`,
    `  ${d} set-var(sess.dst) dst`,
    '  tcp-request inspect-delay 5s',
    `  ${d} set-var(sess.reason) str(not-tls)`,
    `  ${d} reject if !{ req.ssl_hello_type 1 }`,
    `  ${d} set-var(sess.reason) str(no-sni)`,
    `  ${d} set-var(sess.fqdn) req.ssl_sni,lower,rtrim(.)`,
    `  ${d} reject if !{ var(sess.fqdn) -m len 1:${NAME_MAX} }`,
    ...threatLines(site, threats, d, 'sess').map((line) => `  ${line}`),
    ...(threats.mode === 'Deny' && threats.names !== undefined
      ? [`  ${d} reject if { var(sess.threat) -m found }`]
      : []),
    ...ruleLines(site, names, d, 'sess', MAPS.tls, MAPS.tlsEndings).map((line) => `  ${line}`),
    `  ${d} reject if !{ var(sess.act) -m str Allow }`,
    ...resolveLines(d, 'sess').map((line) => `  ${line}`),
    `  ${d} set-var(sess.act) str(Deny) if !{ var(sess.ip) -m found }`,
    `  ${d} set-var(sess.reason) str(dns-failure) if !{ var(sess.ip) -m found }`,
    `  ${d} reject if !{ var(sess.ip) -m found }`,
    `  ${d} set-dst var(sess.ip)`,
    '  default_backend be_tls',
    'backend be_tls',
    '  mode tcp',
    '  server any 0.0.0.0:0',
  ];
}

function httpLines(site: ApplianceSite, names: NameMaps, threats: ThreatFilter): readonly string[] {
  const d = 'http-request';
  return [
    'frontend fe_http',
    '  mode http',
    `  bind 127.0.0.1:${site.proxyPorts.http} transparent name http`,
    '  log global',
    `  log-format '${logFormat('txn', 'HTTP', '"method":"%HM","path":"%[var(txn.path),json(utf8s)]","status":%ST,"tsc":"%ts","up":%U,"down":%B,"ms":%Tt')}'`,
    // The client's address reaches the server in X-Forwarded-For (azure-firewall 2.5).
    '  option forwardfor',
    `  ${d} set-var(txn.dst) dst`,
    `  ${d} set-var(txn.path) path,bytes(0,1000)`,
    `  ${d} set-var(txn.port) dst_port`,
    // The whole header: a list of names is no name.
    `  ${d} set-var(txn.host) req.fhdr(host),lower`,
    `  ${d} set-var(txn.fqdn) var(txn.host),field(1,:),rtrim(.)`,
    `  ${d} set-var(txn.hostport) var(txn.host),field(2,:)`,
    // A request that names nobody is not what `*` means.
    `  acl is_named var(txn.fqdn) -m len 1:${NAME_MAX}`,
    `  ${d} set-var(txn.reason) str(no-host) if !is_named`,
    `  ${d} ${answer(470, DENIED)} if !is_named`,
    ...threatLines(site, threats, d, 'txn').map((line) => `  ${line}`),
    ...(threats.mode === 'Deny' && threats.names !== undefined
      ? [`  ${d} ${answer(470, DENIED)} if { var(txn.threat) -m found }`]
      : []),
    ...ruleLines(site, names, d, 'txn', MAPS.http, MAPS.httpEndings).map((line) => `  ${line}`),
    // The port of the Host header must be that of the connection.
    '  acl has_port var(txn.hostport) -m len gt 0',
    '  acl same_port var(txn.hostport),sub(txn.port) -m int eq 0',
    `  ${d} set-var(txn.act) str(Deny) if has_port !same_port`,
    `  ${d} set-var(txn.reason) str(host-port) if has_port !same_port`,
    `  ${d} ${answer(470, DENIED)} if !{ var(txn.act) -m str Allow }`,
    ...resolveLines(d, 'txn').map((line) => `  ${line}`),
    `  ${d} set-var(txn.act) str(Deny) if !{ var(txn.ip) -m found }`,
    `  ${d} set-var(txn.reason) str(dns-failure) if !{ var(txn.ip) -m found }`,
    `  ${d} ${answer(502, 'Action: Deny. Reason: DNS resolution failed.\\n')} if !{ var(txn.ip) -m found }`,
    `  ${d} set-dst var(txn.ip)`,
    '  default_backend be_http',
    'backend be_http',
    '  mode http',
    '  server any 0.0.0.0:0',
  ];
}

function answer(status: number, text: string): string {
  return `return status ${status} content-type text/plain lf-string "${text}"`;
}

/** One JSON object for each connection (TLS) or request (HTTP); `rule` is the number of the rule, 0 for none, which denies. */
function logFormat(scope: 'sess' | 'txn', protocol: string, rest: string): string {
  const fqdn = `"fqdn":"%[var(${scope}.fqdn),bytes(0,${NAME_MAX}),json(utf8s)]"`;
  return `{"t":"%Ts.%ms","cat":"AZFWApplicationRule","proto":"${protocol}","src":"%ci","sport":%cp,"dst":"%[var(${scope}.dst)]","dport":%[dst_port],${fqdn},"ip":"%[var(${scope}.ip)]","action":"%[var(${scope}.act,Deny)]","rule":"%[var(${scope}.rule,0)]","reason":"%[var(${scope}.reason)]","threat":"%[var(${scope}.threat)]",${rest}}`;
}

/** Leaves the rule number in `threat` when a listed name is asked for; addresses were looked at before. */
function threatLines(
  site: ApplianceSite,
  threats: ThreatFilter,
  directive: string,
  scope: 'sess' | 'txn',
): readonly string[] {
  const { names } = threats;
  if (names === undefined) return [];
  const path = (map: string) => `${site.runFolder}/${map}`;
  const hit = `${scope}.threathit`;
  const exempt =
    threats.allowedAddresses.v4.length === 0
      ? ''
      : ` !{ src,map_ip(${path(MAPS.threatsAllowed)}) -m found } !{ dst,map_ip(${path(MAPS.threatsAllowed)}) -m found }`;
  const isHit = `{ var(${hit}),field(1,:) -m str Hit }${exempt}`;
  return [
    `${directive} set-var(${scope}.threattail) str(${THREAT_TAIL})`,
    `${directive} set-var(${scope}.up) var(${scope}.fqdn),field(2,.,0)`,
    ...lookUpLines({
      directive,
      scope,
      answer: 'threathit',
      map: path(MAPS.threats),
      tails: ['threattail'],
      depths: depthsOf(names.below.keys()),
      hasAny: names.any !== undefined,
      ...(names.endings.length === 0 ? {} : { endingsMap: path(MAPS.threatEndings) }),
    }),
    `${directive} set-var(${scope}.threat) str(${threats.rule}) if ${isHit}`,
    `${directive} set-var(${scope}.reason) str(threat) if ${isHit}`,
  ];
}

function ruleLines(
  site: ApplianceSite,
  names: NameMaps,
  directive: string,
  scope: 'sess' | 'txn',
  map: string,
  endingsMap: string,
): readonly string[] {
  const path = (file: string) => `${site.runFolder}/${file}`;
  const hit = `${scope}.hit`;
  const isFound = `if { var(${hit}) -m found }`;
  return [
    `${directive} set-var(${scope}.reason) str(default)`,
    `${directive} set-var(${scope}.up) var(${scope}.fqdn),field(2,.,0)`,
    ...(names.hasClasses
      ? [
          `${directive} set-var(${scope}.class) src,map_ip(${path(MAPS.sources)},-)`,
          `${directive} set-var(${scope}.own) dst_port,concat(|,${scope}.class)`,
        ]
      : []),
    ...(names.hasCommon ? [`${directive} set-var(${scope}.all) dst_port,concat(|*)`] : []),
    ...lookUpLines({
      directive,
      scope,
      answer: 'hit',
      map: path(map),
      tails: [...(names.hasClasses ? ['own'] : []), ...(names.hasCommon ? ['all'] : [])],
      depths: names.depths,
      hasAny: names.hasAny,
      ...(names.endings.length === 0 ? {} : { endingsMap: path(endingsMap) }),
    }),
    `${directive} set-var(${scope}.act) var(${hit}),field(1,:) ${isFound}`,
    `${directive} set-var(${scope}.rule) var(${hit}),field(2,:) ${isFound}`,
    `${directive} set-var(${scope}.reason) str(rule) ${isFound}`,
  ];
}

function depthsOf(parents: Iterable<string>): readonly number[] {
  const depths = new Set([...parents].map((parent) => parent.split('.').length));
  return [...depths].sort((a, b) => b - a);
}
