import {
  type AddressSet,
  addressSet,
  type Protocol,
  parseIpRange,
  parsePort,
} from '../../../net/index.ts';
import { stringOf, type Value } from '../../../values/index.ts';
import type { MissingFact } from '../../verdict.ts';
import type { Action, CalicoConditions, CalicoEnd, CalicoPort, Rule } from '../policy.ts';
import { protocolNamed } from '../protocol-name.ts';
import { calicoSelectorOrAll, parseCalicoSelectorValue } from './parse-selector.ts';
import {
  field,
  isMissing,
  missingOf,
  type Reading,
  readList,
  readObject,
  readText,
  refuse,
  reportGap,
  reportUnknownField,
  unknownFields,
} from './reading.ts';

const RULE_FIELDS = [
  'action',
  'source',
  'destination',
  'protocol',
  'notProtocol',
  'ipVersion',
  'icmp',
  'notICMP',
  'http',
  'metadata',
];
const END_FIELDS = [
  'nets',
  'notNets',
  'selector',
  'notSelector',
  'namespaceSelector',
  'ports',
  'notPorts',
  'serviceAccounts',
  'services',
];
const ACTIONS: Readonly<Record<string, Action>> = {
  Allow: 'allow',
  Deny: 'deny',
  Pass: 'pass',
  Log: 'log',
};

/** @see K8P-31 actions; K8P-35 all conditions of both ends hold together */
export function parseCalicoRule(
  reading: Reading,
  value: Value,
  label: string,
  scope: { readonly namespace?: string },
): Rule {
  const at = value.at;
  const doubts: MissingFact[] = [];
  const rule = readObject(reading, value, label, at);
  if (isMissing(rule)) {
    return { action: 'deny', peers: 'any', ports: 'any', label, at, doubts: [rule] };
  }
  for (const entry of unknownFields(rule, RULE_FIELDS)) {
    doubts.push(reportUnknownField(reading, entry));
  }
  const text = readText(reading, field(rule, 'action'), `${label}.action`);
  const action =
    typeof text === 'string' && Object.hasOwn(ACTIONS, text) ? ACTIONS[text] : undefined;
  if (isMissing(text)) doubts.push(text);
  else if (action === undefined) {
    doubts.push(
      refuse(reading, `${label}: action \`${text ?? ''}\` is none of Allow, Deny, Pass, Log`, at),
    );
  }
  for (const name of ['icmp', 'notICMP', 'http']) {
    const part = field(rule, name);
    if (part !== undefined)
      doubts.push(reportGap(reading, `${label}.${name}`, 'narrows the rule', part.at));
  }
  const source = parseEnd(reading, field(rule, 'source'), `${label}.source`, doubts);
  const destination = parseEnd(reading, field(rule, 'destination'), `${label}.destination`, doubts);
  const protocol = protocolOf(reading, field(rule, 'protocol'), label, doubts);
  const notProtocol = protocolOf(reading, field(rule, 'notProtocol'), label, doubts);
  const ipVersion = field(rule, 'ipVersion');
  const version = ipVersion?.kind === 'number' ? ipVersion.value : undefined;
  const calico: CalicoConditions = {
    source,
    destination,
    ...scope,
    ...(protocol === undefined ? {} : { protocol }),
    ...(notProtocol === undefined ? {} : { notProtocol }),
    ...(version === 4 || version === 6 ? { ipVersion: version } : {}),
  };
  const hasPorts = [source, destination].some(
    (end) => end.ports !== undefined || end.notPorts !== undefined,
  );
  if (hasPorts && (protocol === undefined || protocol === 'icmp')) {
    doubts.push(refuse(reading, `${label}: \`ports\` need protocol TCP, UDP or SCTP`, at));
  }
  return { action: action ?? 'deny', peers: 'any', ports: 'any', calico, label, at, doubts };
}

/** CIDRs and addresses, or why they cannot be read. */
export function addressesOfNets(
  reading: Reading,
  value: Value,
  what: string,
): AddressSet | MissingFact {
  const list = readList(reading, value, what);
  if (isMissing(list)) return list;
  const ranges = [];
  for (const item of list ?? []) {
    const text = readText(reading, item, what);
    if (isMissing(text)) return text;
    const range = text === undefined || text.includes('-') ? undefined : parseIpRange(text);
    if (range === undefined)
      return refuse(reading, `\`${what}\`: \`${text ?? ''}\` is no CIDR`, item.at);
    ranges.push(range);
  }
  return addressSet(ranges);
}

function parseEnd(
  reading: Reading,
  value: Value | undefined,
  what: string,
  doubts: MissingFact[],
): CalicoEnd {
  if (value === undefined) return {};
  const end = readObject(reading, value, what, value.at);
  if (isMissing(end)) {
    doubts.push(end);
    return {};
  }
  for (const entry of unknownFields(end, END_FIELDS))
    doubts.push(reportUnknownField(reading, entry));
  const nets = netsOf(reading, field(end, 'nets'), `${what}.nets`, doubts);
  const notNets = netsOf(reading, field(end, 'notNets'), `${what}.notNets`, doubts);
  const selector = parseCalicoSelectorValue(reading, field(end, 'selector'), `${what}.selector`);
  const notSelector = parseCalicoSelectorValue(
    reading,
    field(end, 'notSelector'),
    `${what}.notSelector`,
  );
  const namespaceSelector = parseCalicoSelectorValue(
    reading,
    field(end, 'namespaceSelector'),
    `${what}.namespaceSelector`,
  );
  const serviceAccounts = field(end, 'serviceAccounts');
  const service = field(end, 'services');
  const ports = portsOf(reading, field(end, 'ports'), `${what}.ports`);
  const notPorts = portsOf(reading, field(end, 'notPorts'), `${what}.notPorts`);
  return {
    ...(nets === undefined ? {} : { nets }),
    ...(notNets === undefined ? {} : { notNets }),
    ...(selector === undefined ? {} : { selector }),
    ...(notSelector === undefined ? {} : { notSelector }),
    ...(namespaceSelector === undefined ? {} : { namespaceSelector }),
    ...(serviceAccounts === undefined
      ? {}
      : {
          serviceAccounts: {
            names: namesOf(reading, field(serviceAccounts, 'names'), what, doubts),
            selector: calicoSelectorOrAll(
              reading,
              field(serviceAccounts, 'selector'),
              `${what}.serviceAccounts.selector`,
            ),
          },
        }),
    ...(service === undefined
      ? {}
      : {
          service: {
            namespace: stringOf(field(service, 'namespace')) ?? '',
            name: stringOf(field(service, 'name')) ?? '',
          },
        }),
    ...(ports === undefined ? {} : { ports }),
    ...(notPorts === undefined ? {} : { notPorts }),
  };
}

function netsOf(reading: Reading, value: Value | undefined, what: string, doubts: MissingFact[]) {
  if (value === undefined) return undefined;
  const nets = addressesOfNets(reading, value, what);
  if (!isMissing(nets)) return nets;
  doubts.push(nets);
  return undefined;
}

function namesOf(
  reading: Reading,
  value: Value | undefined,
  what: string,
  doubts: MissingFact[],
): readonly string[] {
  const list = readList(reading, value, `${what}.serviceAccounts.names`);
  if (isMissing(list)) {
    doubts.push(list);
    return [];
  }
  return (list ?? []).flatMap((item) => stringOf(item) ?? []);
}

/** Numbers, `"a:b"` ranges and names. */
function portsOf(
  reading: Reading,
  value: Value | undefined,
  what: string,
): readonly CalicoPort[] | undefined {
  const list = readList(reading, value, what);
  if (list === undefined) return undefined;
  if (isMissing(list)) return [{ kind: 'unreadable', why: list }];
  return list.map((item): CalicoPort => {
    if (item.kind === 'unknown') return { kind: 'unreadable', why: missingOf(item) };
    if (item.kind === 'number' || item.kind === 'string') {
      const [from, to] = String(item.value).split(':');
      const low = parsePort(from ?? '');
      const high = to === undefined ? low : parsePort(to);
      if (low !== undefined && high !== undefined && low <= high)
        return { kind: 'range', low, high };
      if (low === undefined && to === undefined && item.kind === 'string') {
        return { kind: 'named', name: item.value };
      }
    }
    return {
      kind: 'unreadable',
      why: refuse(reading, `\`${what}\` has an entry that is no port, range or name`, item.at),
    };
  });
}

function protocolOf(
  reading: Reading,
  value: Value | undefined,
  label: string,
  doubts: MissingFact[],
): Protocol | undefined {
  if (value === undefined) return undefined;
  if (value.kind === 'unknown') {
    doubts.push(missingOf(value));
    return undefined;
  }
  const protocol =
    value.kind === 'string' || value.kind === 'number' ? protocolNamed(value.value) : undefined;
  if (protocol === undefined)
    doubts.push(refuse(reading, `${label}: the protocol is not one Calico has`, value.at));
  // `other` stands for many numbers: two of them are not the same protocol.
  if (protocol === 'other') doubts.push({ missing: 'the IP protocol number', at: value.at });
  return protocol;
}
