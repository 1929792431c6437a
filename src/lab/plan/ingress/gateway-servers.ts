import type { Gap } from '../../../diagnostics/index.ts';
import { type BackendGroups, backendGroups } from './gateway-backends.ts';
import type { GatewayPlace, GatewaySite, GatewayTarget } from './gateway-parts.ts';
import {
  hostOfAddress,
  isHostHeader,
  isHostPattern,
  literalPattern,
  PATTERN_CHARACTERS_MAX,
  quoted,
} from './nginx-text.ts';
import type { WafInForce } from './waf-settings.ts';
import { block } from './web-server.ts';

/** A site at the address and port it listens on, with the policy of each of its places. */
export interface ListeningSite {
  /** Absent: every address of the host. */
  readonly address?: string;
  readonly port: number;
  readonly isTls: boolean;
  /** Path of the certificate without its ending. */
  readonly certificate?: string;
  readonly site: GatewaySite;
  /** In the order of `site.places`. */
  readonly wafs: readonly (PlacedWaf | undefined)[];
}

export interface PlacedWaf {
  readonly waf: WafInForce;
  readonly rulesFile: string;
}

interface Input {
  readonly sites: readonly ListeningSite[];
  readonly resolvers: readonly string[];
  readonly gateway: string;
  readonly gaps: Gap[];
}

/** Everything inside `http` of a gateway's nginx. */
export function gatewayHttp(input: Input): readonly string[] {
  const groups = backendGroups(input);
  const ports = new Map<string, ListeningSite[]>();
  for (const one of input.sites) {
    const key = `${one.address === undefined ? '' : `${hostOfAddress(one.address)}:`}${one.port}`;
    ports.set(key, [...(ports.get(key) ?? []), one]);
  }
  return [
    ...ACCESS_LOG,
    // Azure writes the port of the client as well.
    'map $http_x_forwarded_for $agw_forwarded { "" "$remote_addr:$remote_port"; default "$http_x_forwarded_for, $remote_addr:$remote_port"; }',
    ...(input.resolvers.length === 0
      ? []
      : [
          `resolver ${input.resolvers.map(hostOfAddress).join(' ')} ipv6=off;`,
          'resolver_timeout 2s;',
        ]),
    ...groups.lines,
    ...[...ports].flatMap(([listen, sites]) => serversOf(listen, sites, groups, input)),
  ];
}

/** Values are strings throughout, so that one that is missing does not break the line. */
const ACCESS_LOG: readonly string[] = [
  `log_format agw escape=json '{${[
    ['time', 'msec'],
    ['transactionId', 'request_id'],
    ['clientIp', 'remote_addr'],
    ['clientPort', 'remote_port'],
    ['httpMethod', 'request_method'],
    ['requestUri', 'uri'],
    ['requestQuery', 'args'],
    ['originalUri', 'request_uri'],
    ['userAgent', 'http_user_agent'],
    ['httpStatus', 'status'],
    ['httpVersion', 'server_protocol'],
    ['receivedBytes', 'request_length'],
    ['sentBytes', 'bytes_sent'],
    ['timeTaken', 'request_time'],
    ['sslEnabled', 'https'],
    ['sslCipher', 'ssl_cipher'],
    ['sslProtocol', 'ssl_protocol'],
    ['serverRouted', 'upstream_addr'],
    ['serverStatus', 'upstream_status'],
    ['serverResponseLatency', 'upstream_response_time'],
    ['host', 'agw_host'],
    ['originalHost', 'host'],
    ['listenerName', 'agw_listener'],
    ['ruleName', 'agw_rule'],
    ['backendPoolName', 'agw_pool'],
    ['backendSettingName', 'agw_settings'],
    ['wafMode', 'agw_waf'],
  ]
    .map(([name, variable]) => `"${name}":"$${variable}"`)
    .join(',')}}';`,
  'access_log access.json agw;',
];

/**
 * The servers of one port. Azure asks the rules in order of priority, nginx prefers exact names to patterns: where there is a pattern,
 * every name is written as a regular expression, and those nginx tries in order. A listener without names takes all, so what follows it takes nothing.
 */
function serversOf(
  listen: string,
  sites: readonly ListeningSite[],
  groups: BackendGroups,
  input: Input,
): readonly string[] {
  const inOrder = sites
    .map((one, index) => ({ one, index }))
    .sort((a, b) => a.one.site.priority - b.one.site.priority || a.index - b.index)
    .map(({ one }) => one);
  const all = inOrder.findIndex(({ site }) => site.listener.hostNames.length === 0);
  const reached = all < 0 ? inOrder : inOrder.slice(0, all + 1);
  for (const { site } of inOrder.slice(reached.length)) {
    input.gaps.push({
      what: `application gateway ${input.gateway}: listener ${site.listener.name}`,
      why: `rule ${reached.at(-1)?.site.rule ?? ''} comes first and takes every host name of port ${listen}`,
      at: site.listener.at,
    });
  }
  const asPatterns = reached.some(({ site }) =>
    site.listener.hostNames.some((name) => /[*?]/.test(name)),
  );
  const servers = reached.flatMap((one) => serverOf(listen, one, asPatterns, groups, input));
  return all < 0 && reached[0] !== undefined
    ? [...servers, ...noListener(listen, reached[0])]
    : servers;
}

/** A name that no listener has: 404, as the gateway answers. */
function noListener(listen: string, like: ListeningSite): readonly string[] {
  return block('server', [
    ...listenLines(listen, like, true),
    'server_name _;',
    ...variablesOf({ listener: '', rule: '' }),
    'return 404;',
  ]);
}

function listenLines(listen: string, one: ListeningSite, isDefault: boolean): readonly string[] {
  const flags = `${isDefault ? ' default_server' : ''}${one.isTls ? ' ssl http2' : ''}`;
  return [
    `listen ${listen}${flags};`,
    ...(one.certificate === undefined
      ? []
      : [
          `ssl_certificate ${one.certificate}.crt;`,
          `ssl_certificate_key ${one.certificate}.key;`,
          'ssl_protocols TLSv1.2 TLSv1.3;',
        ]),
  ];
}

function serverOf(
  listen: string,
  one: ListeningSite,
  asPatterns: boolean,
  groups: BackendGroups,
  input: Input,
): readonly string[] {
  const { listener, rule, places } = one.site;
  const names = listener.hostNames.filter(isHostPattern);
  if (names.length < listener.hostNames.length) {
    const what = `application gateway ${input.gateway}: listener ${listener.name}`;
    input.gaps.push({ what, why: 'a host name of it is none: it is left out', at: listener.at });
    if (names.length === 0) return [];
  }
  const isDefault = names.length === 0;
  const shared = new Set(one.wafs).size === 1 ? one.wafs[0] : undefined;
  return block('server', [
    ...listenLines(listen, one, isDefault),
    `server_name ${isDefault ? '_' : names.map((name) => serverName(name, asPatterns)).join(' ')};`,
    ...variablesOf({ listener: listener.name, rule }),
    ...(shared === undefined ? [] : wafLines(shared)),
    ...places.flatMap((place, index) => {
      const head = locationHead(place.pattern);
      if (head.length > PATTERN_CHARACTERS_MAX) {
        const what = `application gateway ${input.gateway}: path rule ${place.name}`;
        input.gaps.push({ what, why: 'a path of it is too long for the lab: it is left out' });
        return [];
      }
      return block(head, [
        ...(shared === undefined ? wafLines(one.wafs[index]) : []),
        ...targetLines(place, one.wafs[index], groups, input),
      ]);
    }),
  ]);
}

const serverName = (name: string, asPattern: boolean): string => {
  const lower = name.toLowerCase();
  if (!asPattern) return lower;
  const parts = lower.split(/([*?])/).map((part) => {
    if (part === '*') return '.*';
    return part === '?' ? '.' : literalPattern(part);
  });
  return `"~^${parts.join('')}$"`;
};

const variablesOf = (names: { readonly listener: string; readonly rule: string }) => [
  `set $agw_listener ${quoted(names.listener)};`,
  `set $agw_rule ${quoted(names.rule)};`,
  'set $agw_pool "";',
  'set $agw_settings "";',
  'set $agw_host "";',
  'set $agw_waf "";',
];

/** Patterns are compared without case, with an asterisk at the end only. */
function locationHead(pattern: string | undefined): string {
  if (pattern === undefined) return 'location /';
  const isOpen = pattern.endsWith('*');
  const text = literalPattern(isOpen ? pattern.slice(0, -1) : pattern);
  return `location ~* "^${text}${isOpen ? '' : '$'}"`;
}

function wafLines(placed: PlacedWaf | undefined): readonly string[] {
  if (placed === undefined) return ['client_max_body_size 0;'];
  const { settings } = placed.waf;
  const limit = settings.mode === 'prevention' ? settings.uploadBytesMax : undefined;
  return [
    'modsecurity on;',
    'modsecurity_transaction_id "$request_id";',
    `modsecurity_rules_file ${placed.rulesFile};`,
    `client_max_body_size ${limit ?? 0};`,
  ];
}

function targetLines(
  place: GatewayPlace,
  placed: PlacedWaf | undefined,
  groups: BackendGroups,
  input: Input,
): readonly string[] {
  const mode = placed === undefined ? '' : capitalised(placed.waf.settings.mode);
  const waf = mode === '' ? [] : [`set $agw_waf ${quoted(mode)};`];
  const { target } = place;
  switch (target.kind) {
    case 'nowhere':
      return [...waf, 'return 502;'];
    case 'redirect':
      return [...waf, `return ${target.status} ${quotedUrl(redirectUrl(target, input))};`];
    case 'pool':
      return [...waf, ...poolLines(place, target, groups, input)];
  }
}

const capitalised = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

function poolLines(
  place: GatewayPlace,
  target: Extract<GatewayTarget, { kind: 'pool' }>,
  groups: BackendGroups,
  input: Input,
): readonly string[] {
  const { settings } = target;
  const upstream = groups.upstreamOf(target);
  if (upstream === undefined) return ['return 502;'];
  const host = hostHeaderOf(target, input);
  return [
    `set $agw_pool ${quoted(target.pool)};`,
    `set $agw_settings ${quoted(settings.name)};`,
    `set $agw_host "${host}";`,
    ...rewriteLines(place.pattern, settings.path),
    'proxy_http_version 1.1;',
    'proxy_set_header Host $agw_host;',
    'proxy_set_header Upgrade $http_upgrade;',
    'proxy_set_header Connection $connection_upgrade;',
    'proxy_set_header X-Forwarded-For $agw_forwarded;',
    'proxy_set_header X-Forwarded-Proto $scheme;',
    'proxy_set_header X-Forwarded-Port $server_port;',
    'proxy_set_header X-Original-Host $host;',
    'proxy_set_header X-Original-URL $request_uri;',
    'proxy_set_header X-AppGW-Trace-Id $request_id;',
    ...(settings.isTls ? ['proxy_ssl_server_name on;', 'proxy_ssl_name $agw_host;'] : []),
    'proxy_connect_timeout 5s;',
    `proxy_read_timeout ${Math.max(1, Math.trunc(settings.timeoutSeconds))}s;`,
    `proxy_pass ${settings.isTls ? 'https' : 'http'}://${upstream};`,
  ];
}

/** The override of the settings, the name of the backend, or the host the client asked for. */
function hostHeaderOf(target: Extract<GatewayTarget, { kind: 'pool' }>, input: Input): string {
  const { settings, members } = target;
  const wanted = settings.hostName ?? (settings.takesHostOfBackend ? members[0] : undefined);
  if (settings.hostName === undefined && settings.takesHostOfBackend && members.length > 1) {
    input.gaps.push({
      what: `application gateway ${input.gateway}: backend settings ${settings.name}`,
      why: 'every backend gets the name of the first one as its host',
    });
  }
  if (wanted === undefined) return '$http_host';
  if (isHostHeader(wanted)) return wanted;
  input.gaps.push({
    what: `application gateway ${input.gateway}: backend settings ${settings.name}`,
    why: 'its host name is none: the client’s is sent',
  });
  return '$http_host';
}

/** What the path rule matched is replaced by the override; a rule without a path gets it in front. */
function rewriteLines(
  pattern: string | undefined,
  override: string | undefined,
): readonly string[] {
  if (override === undefined) return [];
  const matched = pattern === undefined ? '' : pattern.replace(/\/?\*?$/, '');
  const target = quoted(override).slice(1, -1);
  return [`rewrite "(?i)^${literalPattern(matched)}/?(.*)$" "${target}$1" break;`];
}

function redirectUrl(
  target: Extract<GatewayTarget, { kind: 'redirect' }>,
  input: Input,
): { readonly base: string; readonly rest: string } {
  const { to, includesPath, includesQuery } = target;
  const rest = includesPath
    ? includesQuery
      ? '$request_uri'
      : '$uri'
    : includesQuery
      ? '$is_args$args'
      : '';
  if (to.kind === 'url') return { base: to.url.replace(includesPath ? /\/+$/ : /$^/, ''), rest };
  const listener = input.sites.find(({ site }) => site.listener.name.toLowerCase() === to.name);
  const scheme = listener?.isTls === false ? 'http' : 'https';
  const port = listener?.port ?? 443;
  const isUsual = port === (scheme === 'http' ? 80 : 443);
  const name = listener?.site.listener.hostNames.find((one) => isHostHeader(one));
  const slash = includesPath ? '' : '/';
  return {
    base: `${scheme}://`,
    rest: `${name ?? '$host'}${isUsual ? '' : `:${port}`}${slash}${rest}`,
  };
}

/** The person's part cannot name a variable; ours may. */
const quotedUrl = (url: { readonly base: string; readonly rest: string }): string =>
  `"${quoted(url.base.replaceAll('$', '%24').replaceAll(' ', '%20')).slice(1, -1)}${url.rest}"`;
