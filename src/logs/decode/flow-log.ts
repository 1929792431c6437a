import { type Decoding, type Draft, draftOf, keep, quarantine, type Shown } from './decoding.ts';
import { readTime } from './fill-draft.ts';
import type { JsonObject } from './stream-record.ts';

const VNET = 'flowlogflowevent';
const NSG = 'networksecuritygroupflowevent';

export function isFlowLog(category: string | undefined): boolean {
  const name = category?.toLowerCase();
  return name === VNET || name === NSG;
}

/** Of what a tuple stands in. */
interface Group {
  readonly category: string;
  readonly resource: string;
  readonly macAddress: string | undefined;
  readonly aclId: string | undefined;
  readonly rule: string | undefined;
}

/**
 * A record of a VNet flow log: flows by access list and rule, each a list of tuples (azure-networking 5.6). Network security group flow
 * logs, which end in 2027, differ in nesting and in their tuples. Each tuple becomes a record.
 */
export function decodeFlowLog(decoding: Decoding, record: JsonObject, text: Shown): void {
  const { category, resource, macAddress } = flowHead(record);
  const isVnet = category.toLowerCase() === VNET;
  const holder = record[isVnet ? 'flowRecords' : 'properties'];
  let tuples = 0;
  for (const flow of list(member(holder, 'flows'))) {
    const acl = string(member(flow, 'aclID'));
    for (const group of list(member(flow, isVnet ? 'flowGroups' : 'flows'))) {
      const rule = string(member(isVnet ? group : flow, 'rule'));
      const mac = macAddress ?? string(member(group, 'mac'));
      const of: Group = { category, resource, macAddress: mac, aclId: acl, rule };
      for (const tuple of list(member(group, 'flowTuples'))) {
        decoding.item += 1;
        tuples += 1;
        decodeTuple(decoding, of, tuple, isVnet);
      }
    }
  }
  if (tuples === 0) {
    quarantine(decoding, 'logs/broken-line', 'the flow log record has no tuples', text);
  }
}

function flowHead(record: JsonObject) {
  const resource =
    record['targetResourceID'] ?? record['targetResourceId'] ?? record['resourceId'] ?? '';
  return {
    category: string(record['category']) ?? '',
    resource: string(resource) ?? '',
    macAddress: string(record['macAddress']),
  };
}

/** IANA numbers that Azure names. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  1: 'ICMP',
  6: 'TCP',
  17: 'UDP',
  58: 'ICMPv6',
  50: 'ESP',
  51: 'AH',
};
const LETTERS: Readonly<Record<string, number>> = { T: 6, U: 17, I: 1 };

/** `ms,source,destination,port,port,protocol,I|O,B|C|E|D,encryption,packets,bytes,packets,bytes`. */
function decodeTuple(decoding: Decoding, group: Group, tuple: unknown, isVnet: boolean): void {
  const parts = typeof tuple === 'string' ? tuple.split(',', 16) : [];
  const broken = (reason: string) =>
    quarantine(
      decoding,
      'logs/broken-line',
      reason,
      typeof tuple === 'string' ? tuple : { value: tuple },
    );
  // NSG tuples of version 1 have eight parts; later ones count packets only for flows that go on.
  if (parts.length < (isVnet ? 9 : 8)) {
    broken('a flow tuple has too few parts');
    return;
  }
  const time = readTime(decoding, parts[0]);
  const protocol = LETTERS[parts[5]!] ?? count(parts[5]);
  const ports = [count(parts[3]), count(parts[4])];
  if (time === undefined) {
    broken('the time of a flow tuple cannot be read');
    return;
  }
  if (protocol === undefined || ports.includes(undefined)) {
    broken('a flow tuple has a port or a protocol that is no number');
    return;
  }
  const draft: Draft = draftOf(decoding, 'vnet-flow');
  draft.time = time;
  draft.category = group.category;
  draft.resource = group.resource;
  const counts = parts.slice(9, 13).map(count);
  Object.assign(draft, {
    sourceIp: parts[1],
    destinationIp: parts[2],
    sourcePort: ports[0],
    destinationPort: ports[1],
    protocol: PROTOCOLS[protocol] ?? String(protocol),
    protocolNumber: protocol,
    direction: parts[6],
    state: isVnet ? parts[7] : nsgState(parts[7]!, parts[8]),
    encryption: isVnet ? parts[8] : undefined,
    packetsSent: counts[0],
    bytesSent: counts[1],
    packetsReceived: counts[2],
    bytesReceived: counts[3],
    rule: group.rule,
    aclId: group.aclId,
    macAddress: group.macAddress,
  });
  keep(decoding, draft);
}

/** NSG tuples say the decision (`A`, `D`) and, from version 2, the state beside it; version 1 logs only beginnings. */
function nsgState(decision: string, state: string | undefined): string {
  if (decision === 'D') return 'D';
  return state === undefined || state === '' ? 'B' : state;
}

/** Empty counts occur at the beginning of a flow: nothing was counted. */
function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
