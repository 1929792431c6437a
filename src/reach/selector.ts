import {
  type AddressSet,
  addressesOfPrefixes,
  addressSet,
  type PortSet,
  type Protocol,
  parseIpRange,
  parsePortRange,
  parsePrefix,
  portSet,
} from '../net/index.ts';

/** One side of a question as people type it: a set of ends, with ports where it is the receiving side. */
export type Selector = {
  readonly text: string;
  /** Absent: every port. */
  readonly ports?: PortSet;
  readonly protocol?: Protocol;
} & (
  | {
      readonly kind: 'pods';
      readonly namespace?: string;
      readonly workload?: { readonly kind: string; readonly name: string };
      /** All of them must be there. Empty: any pod. */
      readonly labels: readonly (readonly [key: string, value: string])[];
    }
  | {
      readonly kind: 'nodes';
      /** Needed where two clusters have a pool of the name. */
      readonly cluster?: string;
      readonly pool?: string;
    }
  | { readonly kind: 'internet' }
  | { readonly kind: 'addresses'; readonly addresses: AddressSet; readonly onPremises?: true }
  | { readonly kind: 'subnet'; readonly name: string }
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'names'; readonly patterns: readonly string[] }
  | { readonly kind: 'service'; readonly namespace?: string; readonly name: string }
  | { readonly kind: 'private-endpoint'; readonly name: string }
  | { readonly kind: 'public-ip'; readonly name: string }
);

export type ParsedSelector =
  | { readonly kind: 'selector'; readonly selector: Selector }
  | { readonly kind: 'problem'; readonly message: string; readonly hint: string };

const WORKLOADS: Readonly<Record<string, string>> = {
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
};

export const SELECTOR_FORMS =
  'use pods, ns:NAMESPACE, deploy:NAMESPACE/NAME, label:KEY=VALUE, nodes, node:POOL, node:CLUSTER/POOL, internet, onprem:CIDR, a CIDR or address, ' +
  'subnet:NAME, tag:SERVICETAG, a host name or *.suffix, service:NAMESPACE/NAME, private-endpoint:NAME, publicip:NAME; ' +
  'the receiving side may end in :443, :80,443, :8000-8999 or :53/udp';

/** Reads one side of a question. Says what is wrong and what may be written instead. */
export function parseSelector(input: string): ParsedSelector {
  const text = input.trim();
  const { body, ports, protocol, wrong } = splitPorts(text);
  if (wrong !== undefined) return problem(text, wrong);
  const service = {
    ...(ports === undefined ? {} : { ports }),
    ...(protocol === undefined ? {} : { protocol }),
  };
  const as = (selector: Selector): ParsedSelector => ({
    kind: 'selector',
    selector: { ...selector, ...service },
  });
  switch (body.toLowerCase()) {
    case 'pods':
      return as({ kind: 'pods', labels: [], text });
    case 'nodes':
    case 'node':
      return as({ kind: 'nodes', text });
    case 'internet':
      return as({ kind: 'internet', text });
    default:
  }
  const named = /^([a-z-]+):(.*)$/i.exec(body);
  if (named !== null && parseIpRange(body) === undefined) {
    return parseNamed(text, named[1]!.toLowerCase(), named[2]!, as);
  }
  const range = parseIpRange(body);
  if (range !== undefined) return as({ kind: 'addresses', addresses: addressSet([range]), text });
  const name = body.toLowerCase().replace(/\.$/, '');
  if (/^(\*\.?)?[a-z0-9_-]+(\.[a-z0-9_-]+)+$/.test(name) || /^\*\.[a-z0-9_-]+$/.test(name)) {
    return as({ kind: 'names', patterns: [name], text });
  }
  return problem(text, 'is not a set of ends');
}

function parseNamed(
  text: string,
  scheme: string,
  rest: string,
  as: (selector: Selector) => ParsedSelector,
): ParsedSelector {
  if (rest === '') return problem(text, 'names nothing');
  const slash = rest.indexOf('/');
  const [group, name] =
    slash < 0 ? [undefined, rest] : [rest.slice(0, slash), rest.slice(slash + 1)];
  const inside = group === undefined ? {} : { namespace: group };
  switch (scheme) {
    case 'ns':
    case 'namespace':
      return as({ kind: 'pods', namespace: rest, labels: [], text });
    case 'label': {
      const labels = rest.split(',').map((pair) => pair.split('='));
      if (labels.some((pair) => pair.length !== 2 || pair[0] === '')) {
        return problem(text, 'has a label that is not KEY=VALUE');
      }
      return as({ kind: 'pods', labels: labels as unknown as readonly [string, string][], text });
    }
    case 'node':
      return as({
        kind: 'nodes',
        pool: name,
        ...(group === undefined ? {} : { cluster: group }),
        text,
      });
    case 'subnet':
      return as({ kind: 'subnet', name: rest, text });
    case 'tag':
      return as({ kind: 'tag', tag: rest, text });
    case 'service':
    case 'svc':
      return as({ kind: 'service', name, ...inside, text });
    case 'private-endpoint':
    case 'pe':
      return as({ kind: 'private-endpoint', name: rest, text });
    case 'publicip':
      return as({ kind: 'public-ip', name: rest, text });
    case 'onprem': {
      const prefix = parsePrefix(rest);
      if (prefix === undefined) return problem(text, 'is not a CIDR after `onprem:`');
      const addresses = addressesOfPrefixes([prefix]);
      return as({ kind: 'addresses', addresses, onPremises: true, text });
    }
    default: {
      const kind = WORKLOADS[scheme];
      if (kind === undefined)
        return problem(text, `starts with \`${scheme}:\`, which is no kind of end`);
      return as({ kind: 'pods', ...inside, workload: { kind, name }, labels: [], text });
    }
  }
}

interface Split {
  readonly body: string;
  readonly ports?: PortSet;
  readonly protocol?: Protocol;
  readonly wrong?: string;
}

/** Cuts `:443`, `:80,443`, `:8000-8999`, `:53/udp` or `/icmp` off the end. */
function splitPorts(text: string): Split {
  const icmp = /^(.*)\/icmp$/i.exec(text);
  if (icmp !== null) return { body: icmp[1]!, protocol: 'icmp' };
  if (parseIpRange(text) !== undefined) return { body: text };
  const found = /^(.*):(\d[\d,-]*)(?:\/(tcp|udp|sctp))?$/i.exec(text);
  if (found === null) return { body: text };
  const [, body, list, word] = found;
  const ranges = list!.split(',').map(parsePortRange);
  if (ranges.some((range) => range === undefined)) {
    return { body: body!, wrong: 'has a port that is not 0 to 65535' };
  }
  const ports = portSet(ranges as (readonly [number, number])[]);
  const protocol = word === undefined ? {} : { protocol: word.toLowerCase() as Protocol };
  return { body: body!.replace(/^\[(.*)\]$/, '$1'), ports, ...protocol };
}

function problem(text: string, what: string): ParsedSelector {
  return { kind: 'problem', message: `\`${text}\` ${what}`, hint: SELECTOR_FORMS };
}
