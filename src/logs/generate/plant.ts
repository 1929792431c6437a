import type { LogRecord } from '../record.ts';
import type { GroundTruth } from './ground-truth.ts';
import { makeRecord, NO_RULE } from './make-record.ts';
import type { Chance } from './seeded.ts';
import type { TrafficPlan } from './traffic-plan.ts';

/** Planted records in the order of time, and what is true of them. */
export interface Plant<T> {
  readonly truth: T;
  readonly records: Iterable<LogRecord>;
}

/** How much of each is planted: enough to be found, little beside the rest. */
export interface Amount {
  readonly from: number;
  readonly to: number;
  /** Records of the everyday around it. */
  readonly everyday: number;
}

const MINUTE = 60e6;

/** From a quarter to a third of the window: one address after the other, on each the same ports. */
export function plantScanner(
  plan: TrafficPlan,
  { from, to, everyday }: Amount,
  address: string,
): Plant<GroundTruth['scanner']> {
  const destinations = Math.max(4, Math.min(200, Math.floor(everyday / 2000)));
  const records = destinations * SCANNED_PORTS.length;
  const start = from + (to - from) * 0.25;
  const step = ((to - from) * 0.08) / records;
  const at = (index: number) => Math.floor(start + index * step);
  return {
    truth: {
      ...{ records, from: at(0), to: at(records - 1), address, network: '10.60.0.0/24' },
      ...{ destinations, ports: SCANNED_PORTS.length },
    },
    records: times(records, (index) =>
      makeRecord('network', at(index), plan.firewall, {
        protocol: 'TCP',
        sourceIp: address,
        sourcePort: 33_000 + (index % 20_000),
        destinationIp: `10.60.0.${1 + Math.floor(index / SCANNED_PORTS.length)}`,
        destinationPort: SCANNED_PORTS[index % SCANNED_PORTS.length]!,
        action: 'Deny',
        ...NO_RULE,
      }),
    ),
  };
}
const SCANNED_PORTS = [
  21, 22, 23, 80, 111, 135, 139, 443, 445, 1433, 2379, 3306, 3389, 5432, 6379, 8080, 9200, 10250,
];

/** In the last fifth of the window, each node again and again. */
export function plantDeniedDependency(
  plan: TrafficPlan,
  { from, to, everyday }: Amount,
  chance: Chance,
): Plant<GroundTruth['deniedDependency']> {
  const { fqdn, port, sender } = plan.dependency;
  const sources = plan.senders.find(({ name }) => name === sender)?.addresses ?? [];
  const records = Math.max(6, Math.floor(everyday / 500));
  const start = from + (to - from) * 0.8;
  const step = ((to - from) * 0.199) / records;
  const at = (index: number) => Math.floor(start + index * step);
  return {
    truth: {
      records,
      from: at(0),
      to: at(records - 1),
      fqdn,
      port,
      sources: sources.slice(0, records),
    },
    records: times(records, (index) =>
      makeRecord('application', at(index), plan.firewall, {
        protocol: 'HTTPS',
        sourceIp: sources[index % sources.length],
        sourcePort: ephemeral(chance),
        destinationPort: port,
        fqdn,
        targetUrl: '',
        action: 'Deny',
        ...NO_RULE,
        isTlsInspected: false,
        webCategory: '',
        isExplicitProxyRequest: false,
      }),
    ),
  };
}

/** Through the middle of the window, as steady as a clock: a question of DNS, a connection; now and then a fat flow. */
export function plantExfiltration(
  plan: TrafficPlan,
  { from, to, everyday }: Amount,
  address: string,
  chance: Chance,
): Plant<GroundTruth['exfiltration']> {
  const domain = 'sync.cdn-cache.example';
  const destination = '203.0.113.66';
  const rounds = Math.max(10, Math.floor(everyday / 1000));
  const start = from + (to - from) * 0.4;
  const step = Math.max(1e6, Math.floor(((to - from) * 0.3) / rounds / 1e6) * 1e6);
  const rule = plan.streams.find(
    (stream) => 'fqdn' in stream.to && stream.rule !== undefined,
  )?.rule;
  const fatFlows = Math.floor(rounds / 10);
  function* records() {
    for (let round = 0; round < rounds; round += 1) {
      const time = Math.floor(start + round * step);
      const label = Array.from({ length: 48 }, () => chance.pick(BASE32)).join('');
      const sourcePort = ephemeral(chance);
      yield dnsRecord(plan, time, address, `${label}.${domain}.`, 'TXT', chance);
      yield makeRecord('application', time + 40_000, plan.firewall, {
        ...{ protocol: 'HTTPS', sourceIp: address, sourcePort, destinationPort: 443 },
        ...{ fqdn: domain, targetUrl: '', action: 'Allow', actionReason: '', ...rule },
        ...{ isTlsInspected: false, webCategory: '', isExplicitProxyRequest: false },
      });
      if (round % 10 !== 9) continue;
      yield makeRecord('fat-flow', time + 80_000, plan.firewall, {
        ...{ protocol: 'TCP', sourceIp: address, sourcePort, destinationIp: destination },
        ...{ destinationPort: 443, flowRate: 20 + chance.below(400) / 10 },
      });
    }
  }
  const last = Math.floor(start + (rounds - 1) * step);
  return {
    truth: {
      ...{ records: rounds * 2 + fatFlows, from: Math.floor(start), address, domain, destination },
      to: last + (rounds % 10 === 0 ? 80_000 : 40_000),
      ...{ dnsQueries: rounds, connections: rounds, fatFlows, everySeconds: step / 1e6 },
    },
    records: records(),
  };
}
const BASE32 = [...'abcdefghijklmnopqrstuvwxyz234567'];

/** Over the second half of the window: in each of its sixty steps as many connections more. */
export function plantSnatRamp(
  plan: TrafficPlan,
  { from, to, everyday }: Amount,
  addresses: readonly string[],
): Plant<GroundTruth['snatRamp']> {
  const destination = '198.51.100.80';
  const port = 443;
  const minutes = Math.max(2, Math.min(60, Math.floor((to - from) / 2 / MINUTE)));
  const slope = Math.max(1, Math.floor(everyday / 50 / ((minutes * (minutes + 1)) / 2)));
  const start = to - minutes * MINUTE;
  const rule = plan.streams.find(
    (stream) => 'address' in stream.to && stream.rule !== undefined,
  )?.rule;
  function* records() {
    let port_ = 0;
    for (let minute = 0; minute < minutes; minute += 1) {
      const count = slope * (minute + 1);
      for (let index = 0; index < count; index += 1) {
        port_ += 1;
        yield makeRecord(
          'network',
          Math.floor(start + minute * MINUTE + (index * MINUTE) / count),
          plan.firewall,
          {
            ...{ protocol: 'TCP', sourceIp: addresses[port_ % addresses.length] },
            sourcePort: 1024 + (Math.floor(port_ / addresses.length) % 64_000),
            ...{
              destinationIp: destination,
              destinationPort: port,
              action: 'Allow',
              actionReason: '',
              ...rule,
            },
          },
        );
      }
    }
  }
  const last = slope * minutes;
  return {
    truth: {
      records: (slope * minutes * (minutes + 1)) / 2,
      from: start,
      to: Math.floor(start + (minutes - 1) * MINUTE + ((last - 1) * MINUTE) / last),
      ...{ destination, port, peakPerMinute: last },
    },
    records: records(),
  };
}

/** Three, at a half of the window. */
export function plantThreat(
  plan: TrafficPlan,
  { from, to }: Amount,
  address: string,
  chance: Chance,
): Plant<GroundTruth['threatHits']> {
  const fqdn = 'testmaliciousdomain.eastus.cloudapp.azure.com';
  const at = (index: number) => Math.floor(from + (to - from) * (0.5 + 0.01 * index));
  return {
    truth: { records: 3, from: at(0), to: at(2), fqdn, address },
    records: times(3, (index) =>
      makeRecord('threat', at(index), plan.firewall, {
        ...{
          protocol: 'HTTP',
          sourceIp: address,
          sourcePort: ephemeral(chance),
          destinationIp: '',
        },
        ...{ destinationPort: 80, fqdn, targetUrl: '', action: 'Deny' },
        ...{ threatDescription: 'Bot Networks', isTlsInspected: false },
      }),
    ),
  };
}

export function dnsRecord(
  plan: TrafficPlan,
  time: number,
  address: string,
  name: string,
  type: string,
  chance: Chance,
): LogRecord {
  return makeRecord('dns', time, plan.firewall, {
    sourceIp: address,
    sourcePort: ephemeral(chance),
    queryId: chance.below(65_536),
    queryType: type,
    queryClass: 'IN',
    queryName: name,
    protocol: 'udp',
    requestSize: 28 + name.length,
    dnssecOkBit: false,
    edns0BufferSize: 512,
    responseCode: 'NOERROR',
    responseFlags: 'qr,rd,ra',
    responseSize: 60 + name.length * 2,
    requestDurationSecs: (200 + chance.below(40_000)) / 1e6,
    errorNumber: 0,
    errorMessage: '',
  });
}

export function ephemeral(chance: Chance): number {
  return 32_768 + chance.below(28_232);
}

function* times<T>(count: number, make: (index: number) => T): Generator<T> {
  for (let index = 0; index < count; index += 1) yield make(index);
}
