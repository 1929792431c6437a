import {
  type DomainName,
  type Ip,
  type Port,
  type Prefix,
  type Protocol,
  parseDomainName,
  parseIp,
  parsePort,
  parsePrefix,
} from '../net/index.ts';

/** Workload kinds by the short names people type after `kubectl`. */
const WORKLOAD_KINDS: Readonly<Record<string, string>> = {
  pod: 'Pod',
  deploy: 'Deployment',
  deployment: 'Deployment',
  sts: 'StatefulSet',
  statefulset: 'StatefulSet',
  ds: 'DaemonSet',
  daemonset: 'DaemonSet',
  job: 'Job',
  cronjob: 'CronJob',
  rs: 'ReplicaSet',
  replicaset: 'ReplicaSet',
};

/** One end of a question, as typed. What it means in a network is found by `placeOrigin` and `placeTarget`. */
export type Endpoint = {
  readonly text: string;
  readonly port?: Port;
  readonly protocol?: Protocol;
} & (
  | {
      readonly kind: 'workload';
      readonly workload: string;
      /** Absent: any namespace, if the name is unique. */
      readonly namespace?: string;
      readonly name: string;
    }
  | {
      readonly kind: 'node';
      readonly cluster?: string;
      /** Absent: any pool. */
      readonly pool?: string;
    }
  | { readonly kind: 'service'; readonly namespace?: string; readonly name: string }
  | { readonly kind: 'ingress'; readonly host: string; readonly path: string }
  | { readonly kind: 'internet' }
  | { readonly kind: 'address'; readonly ip: Ip }
  | { readonly kind: 'name'; readonly name: DomainName }
  | { readonly kind: 'api-server' }
  | { readonly kind: 'on-premises'; readonly prefix: Prefix }
  | { readonly kind: 'private-endpoint'; readonly name: string }
  | {
      readonly kind: 'public-ip';
      /** Absent: the name is unique. */
      readonly resourceGroup?: string;
      readonly name: string;
    }
);

export type ParsedEndpoint =
  | { readonly kind: 'endpoint'; readonly endpoint: Endpoint }
  | { readonly kind: 'problem'; readonly message: string; readonly hint: string };

const FORMS =
  'use deploy:NAMESPACE/NAME, pod:…, node:POOL, service:NAMESPACE/NAME:PORT, ingress:HOST/PATH, internet, ' +
  'apiserver, onprem:CIDR, private-endpoint:NAME, publicip:NAME, an address or a host name, with :PORT or :PORT/udp';

/**
 * Reads one end of a question. A port may follow as `:443`, `:53/udp` or `:8080/tcp`; without a protocol TCP is
 * meant. IPv6 addresses with a port are written `[2001:db8::1]:443`.
 */
export function parseEndpoint(text: string): ParsedEndpoint {
  const trimmed = text.trim();
  const whole = wholeWord(trimmed);
  if (whole !== undefined) return { kind: 'endpoint', endpoint: whole };

  const [scheme = '', rest = ''] = (/^([a-z-]+):(.*)$/i.exec(trimmed) ?? []).slice(1);
  if (scheme.toLowerCase() === 'ingress') return parseIngress(trimmed, rest);

  const split = splitPort(trimmed);
  if (split === undefined) return problem(trimmed, 'has a port that is not 0 to 65535', FORMS);
  const { body, ...where } = split;
  const named = /^([a-z-]+):(.+)$/i.exec(body);
  if (named !== null && parseIp(body) === undefined)
    return parseNamed(trimmed, named[1]!.toLowerCase(), named[2]!, where);
  const word = wholeWord(body);
  if (word !== undefined) {
    return { kind: 'endpoint', endpoint: { ...word, text: trimmed, ...where } };
  }
  const ip = parseIp(body);
  if (ip !== undefined)
    return { kind: 'endpoint', endpoint: { kind: 'address', ip, text: trimmed, ...where } };
  const name = parseDomainName(body);
  if (name === undefined || !name.includes('.')) {
    return problem(trimmed, 'is not an endpoint', FORMS);
  }
  return { kind: 'endpoint', endpoint: { kind: 'name', name, text: trimmed, ...where } };
}

function wholeWord(text: string): Endpoint | undefined {
  switch (text.toLowerCase()) {
    case 'internet':
      return { kind: 'internet', text };
    case 'apiserver':
    case 'api-server':
      return { kind: 'api-server', text };
    case 'node':
    case 'node:':
      return { kind: 'node', text };
    default:
      return undefined;
  }
}

interface Where {
  readonly port?: Port;
  readonly protocol?: Protocol;
}

function parseNamed(text: string, scheme: string, rest: string, where: Where): ParsedEndpoint {
  if (scheme === 'onprem') return parseOnPremises(text, rest, where);
  const [group, name] = rest.includes('/')
    ? [rest.slice(0, rest.indexOf('/')), rest.slice(rest.indexOf('/') + 1)]
    : [undefined, rest];
  if (name === '') return problem(text, 'names nothing', FORMS);
  const parsed = (endpoint: Endpoint): ParsedEndpoint => ({ kind: 'endpoint', endpoint });
  const inNamespace = group === undefined ? {} : { namespace: group };
  switch (scheme) {
    case 'node': {
      const cluster = group === undefined ? {} : { cluster: group };
      return parsed({ kind: 'node', pool: name, text, ...cluster, ...where });
    }
    case 'service':
    case 'svc':
      return parsed({ kind: 'service', name, text, ...inNamespace, ...where });
    case 'private-endpoint':
    case 'pe':
      return parsed({ kind: 'private-endpoint', name: rest, text, ...where });
    case 'publicip': {
      const inGroup = group === undefined ? {} : { resourceGroup: group };
      return parsed({ kind: 'public-ip', name, text, ...inGroup, ...where });
    }
    default: {
      const workload = WORKLOAD_KINDS[scheme];
      return workload === undefined
        ? problem(text, `starts with \`${scheme}:\`, which is not a kind of endpoint`, FORMS)
        : parsed({ kind: 'workload', workload, name, text, ...inNamespace, ...where });
    }
  }
}

function parseOnPremises(text: string, rest: string, where: Where): ParsedEndpoint {
  // The end of an IPv6 address looks like a port.
  const whole = parsePrefix(text.slice(text.indexOf(':') + 1));
  if (whole !== undefined) {
    return { kind: 'endpoint', endpoint: { kind: 'on-premises', prefix: whole, text } };
  }
  const prefix = parsePrefix(rest);
  return prefix === undefined
    ? problem(text, 'is not a CIDR after `onprem:`', 'onprem:10.1.0.0/16')
    : { kind: 'endpoint', endpoint: { kind: 'on-premises', prefix, text, ...where } };
}

function parseIngress(text: string, rest: string): ParsedEndpoint {
  const slash = rest.indexOf('/');
  const host = slash < 0 ? rest : rest.slice(0, slash);
  const split = splitPort(host);
  if (split === undefined || split.body === '') {
    return problem(text, 'needs a host: `ingress:HOST/PATH`', 'ingress:shop.example.com/');
  }
  const { body, ...where } = split;
  const path = slash < 0 ? '/' : rest.slice(slash);
  return {
    kind: 'endpoint',
    endpoint: { kind: 'ingress', host: body.toLowerCase(), path, text, ...where },
  };
}

/** Cuts `:443`, `:53/udp` off the end. `undefined` when what follows the colon looks like a port and is none. */
function splitPort(text: string): { body: string; port?: Port; protocol?: Protocol } | undefined {
  const bracketed = /^\[([^\]]+)\](?::(\d+)(?:\/(tcp|udp|sctp))?)?$/i.exec(text);
  const plain =
    bracketed ??
    (parseIp(text) !== undefined ? null : /^(.*):(\d+)(?:\/(tcp|udp|sctp))?$/i.exec(text));
  if (plain === null) return { body: text };
  const [, body, digits, protocol] = plain;
  if (digits === undefined) return { body: body! };
  const port = parsePort(digits);
  if (port === undefined) return undefined;
  return {
    body: body!,
    port,
    ...(protocol === undefined ? {} : { protocol: protocol.toLowerCase() as Protocol }),
  };
}

function problem(text: string, what: string, hint: string): ParsedEndpoint {
  return { kind: 'problem', message: `\`${text}\` ${what}`, hint };
}
