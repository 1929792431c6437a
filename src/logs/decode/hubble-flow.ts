import {
  type Decoding,
  draftOf,
  keep,
  keepExtra,
  passOver,
  quarantine,
  type Shown,
  textOf,
} from './decoding.ts';
import { readTime } from './fill-draft.ts';
import { isObject, type JsonObject } from './stream-record.ts';

/** `hubble observe -o jsonpb` and Hubble's exporter wrap a flow; an old `-o json` prints it bare. */
export function isHubble(record: JsonObject): boolean {
  return (
    isObject(record['flow']) ||
    isObject(record['lost_events']) ||
    isObject(record['node_status']) ||
    isObject(record['agent_event']) ||
    (typeof record['verdict'] === 'string' && ('IP' in record || 'l4' in record))
  );
}

/** Fields that are read below, and those that say no more of a flow than these do. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['time', 'verdict', 'IP', 'l4', 'l7', 'source', 'destination', 'node_name', 'is_reply'],
  ...['drop_reason_desc', 'drop_reason', 'traffic_direction', 'destination_names', 'reply'],
  ...[
    'uuid',
    'ethernet',
    'Type',
    'type',
    'event_type',
    'Summary',
    'summary',
    'trace_observation_point',
  ],
  ...[
    'source_names',
    'source_service',
    'destination_service',
    'emitter',
    'interface',
    'node_labels',
  ],
  ...['proxy_port', 'policy_match_type', 'sock_xlate_point', 'socket_cookie', 'cgroup_id'],
  ...['debug_capture_point', 'trace_context', 'trace_reason', 'auth_type', 'extensions', 'file'],
  ...[
    'egress_allowed_by',
    'ingress_allowed_by',
    'egress_denied_by',
    'ingress_denied_by',
    'log_message',
  ],
]);

/** One flow as Cilium saw it; the verdict is of the network policy at one end, not of a firewall. */
export function decodeHubble(decoding: Decoding, record: JsonObject, text: Shown): void {
  const flow = isObject(record['flow']) ? record['flow'] : record;
  if (flow === record && typeof record['verdict'] !== 'string') {
    const what = ['lost_events', 'node_status', 'agent_event'].find((name) => name in record);
    passOver(decoding, `hubble ${what}`);
    return;
  }
  const time = readTime(decoding, flow['time'] ?? record['time']);
  if (time === undefined) {
    quarantine(decoding, 'logs/broken-line', 'the flow has no time', text);
    return;
  }
  const draft = draftOf(decoding, 'hubble');
  draft.time = time;
  draft.category = 'Hubble';
  const layer4 = layer4Of(flow['l4']);
  const addresses = object(flow['IP']);
  Object.assign(draft, {
    protocol: layer4.protocol,
    sourceIp: string(addresses['source']),
    destinationIp: string(addresses['destination']),
    sourcePort: port(layer4.fields['source_port']),
    destinationPort: port(layer4.fields['destination_port']),
    flags: flagsOf(layer4.fields['flags']),
    verdict: string(flow['verdict']),
    dropReason: string(flow['drop_reason_desc']),
    direction: string(flow['traffic_direction']),
    isReply: typeof flow['is_reply'] === 'boolean' ? flow['is_reply'] : undefined,
    destinationNames: names(flow['destination_names']),
    l7: flow['l7'] === undefined ? undefined : textOf(flow['l7']),
    node: string(flow['node_name']) ?? string(record['node_name']),
  });
  Object.assign(draft, endOf('source', flow['source']), endOf('destination', flow['destination']));
  for (const name in flow) {
    if (!KNOWN.has(name)) keepExtra(decoding, draft, name, flow[name]);
  }
  keep(decoding, draft);
}

function layer4Of(value: unknown) {
  const [protocol, fields] = Object.entries(object(value))[0] ?? [];
  const name = protocol === 'ICMPv4' ? 'ICMP' : protocol;
  return { protocol: name, fields: object(fields) };
}

function endOf(side: 'source' | 'destination', value: unknown) {
  const end = object(value);
  const workloads = end['workloads'];
  const workload = object(Array.isArray(workloads) ? workloads[0] : undefined);
  const [kind, name] = [string(workload['kind']), string(workload['name'])];
  return {
    [`${side}Namespace`]: string(end['namespace']),
    [`${side}Pod`]: string(end['pod_name']),
    [`${side}Workload`]: name === undefined || kind === undefined ? name : `${kind}/${name}`,
  };
}

/** `{"SYN":true,"ACK":true}` as `SYN,ACK`. */
function flagsOf(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  return Object.keys(value)
    .filter((name) => value[name] === true)
    .join(',');
}

function names(value: unknown): string | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter((name) => typeof name === 'string').join(',');
}

function object(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** protojson writes 32-bit numbers as numbers; some exporters write texts. */
function port(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined;
}
