import type { LogRecord } from '../record.ts';
import type { GroundTruth } from './ground-truth.ts';
import { makeRecord, NO_RULE } from './make-record.ts';
import {
  dnsRecord,
  ephemeral,
  plantDeniedDependency,
  plantExfiltration,
  plantScanner,
  plantSnatRamp,
  plantThreat,
} from './plant.ts';
import { type Chance, seeded } from './seeded.ts';
import type { Inbound, RuleName, Stream, TrafficPlan } from './traffic-plan.ts';

export interface GenerateOptions {
  readonly seed: number;
  /** Microseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** Records of the everyday; what is planted comes on top and is listed in the truth. */
  readonly records: number;
  /** One in so many is written twice; 0: none. */
  readonly duplicateEvery?: number;
}

export interface Generated {
  /** In the order of time; can be gone through once. Holds a few hundred records, however many it gives. */
  readonly records: Iterable<LogRecord>;
  readonly truth: GroundTruth;
}

/**
 * Logs as a firewall would write them over a window, the same for the same plan and options, with truths planted: what a question must
 * find is known beforehand. One application connection in three asks DNS first; nights are quieter than days.
 */
export function generateLogs(plan: TrafficPlan, options: GenerateOptions): Generated {
  const { seed, from, to, records, duplicateEvery = 1000 } = options;
  const chance = seeded(seed);
  const amount = { from, to, everyday: records };
  const pods = plan.senders.flatMap(({ name, addresses }) => (name.includes('/') ? addresses : []));
  const some = pods.length > 0 ? pods : plan.senders.flatMap(({ addresses }) => addresses);
  const ofSender = new Map(plan.senders.map(({ name, addresses }) => [name, addresses]));
  const scanner = plantScanner(plan, amount, chance.pick(some));
  const denied = plantDeniedDependency(plan, amount, seeded(seed + 1));
  const exfiltration = plantExfiltration(plan, amount, chance.pick(some), seeded(seed + 2));
  const ramp = plantSnatRamp(plan, amount, some);
  const threat = plantThreat(plan, amount, chance.pick(some), seeded(seed + 3));
  const rename = renameOf(plan, from + (to - from) * 0.6);
  const everyday = everydayRecords(plan, options, ofSender, seeded(seed + 4));
  const plants = [scanner, denied, exfiltration, ramp, threat];
  const planted = plants.reduce((sum, { truth }) => sum + truth.records, 0);
  const total = records + planted;
  const duplicates = duplicateEvery === 0 ? 0 : Math.floor(total / duplicateEvery);
  const inOrder = merged([everyday, ...plants.map((plant) => plant.records)]);
  return {
    records: delivered(renamed(inOrder, rename), duplicateEvery),
    truth: {
      window: { from, to },
      unusedRules: unusedRules(plan),
      scanner: scanner.truth,
      deniedDependency: denied.truth,
      exfiltration: exfiltration.truth,
      snatRamp: ramp.truth,
      threatHits: threat.truth,
      rename,
      duplicates,
      records: total + duplicates,
    },
  };
}

function unusedRules(plan: TrafficPlan): readonly RuleName[] {
  const used = new Set(plan.streams.flatMap(({ rule }) => (rule === undefined ? [] : [key(rule)])));
  return plan.rules.filter((rule) => !used.has(key(rule)));
}

function key({ policy, ruleCollectionGroup, ruleCollection, rule }: RuleName): string {
  return JSON.stringify([policy, ruleCollectionGroup, ruleCollection, rule]);
}

/** The busiest rule of the plan is the one whose new name matters. */
function renameOf(plan: TrafficPlan, moment: number): GroundTruth['rename'] {
  const weights = new Map<string, { rule: RuleName; weight: number }>();
  for (const { rule, weight } of plan.streams) {
    if (rule === undefined) continue;
    const known = weights.get(key(rule)) ?? { rule, weight: 0 };
    weights.set(key(rule), { rule, weight: known.weight + weight });
  }
  const busiest = [...weights.values()].sort((a, b) => b.weight - a.weight)[0]?.rule;
  const before = busiest ?? { policy: '', ruleCollectionGroup: '', ruleCollection: '', rule: '' };
  return { before, after: { ...before, rule: `${before.rule}-v2` }, at: Math.floor(moment) };
}

function* renamed(
  records: Iterable<LogRecord>,
  { before, after, at }: GroundTruth['rename'],
): Generator<LogRecord> {
  for (const record of records) {
    const isRenamed =
      record.time >= at &&
      'ruleCollection' in record &&
      record.rule === before.rule &&
      record.ruleCollection === before.ruleCollection &&
      record.ruleCollectionGroup === before.ruleCollectionGroup;
    yield isRenamed ? ({ ...record, rule: after.rule } as LogRecord) : record;
  }
}

/** Two in a row are far enough apart not to be a slip, and near enough that a later file has the second. */
function* delivered(records: Iterable<LogRecord>, duplicateEvery: number): Generator<LogRecord> {
  const again: LogRecord[] = [];
  let count = 0;
  for (const record of records) {
    count += 1;
    yield record;
    if (duplicateEvery > 0 && count % duplicateEvery === 0) again.push(record);
    if (again.length > 100) yield again.shift()!;
  }
  yield* again;
}

function* everydayRecords(
  plan: TrafficPlan,
  { from, to, records }: GenerateOptions,
  addresses: ReadonlyMap<string, readonly string[]>,
  chance: Chance,
): Generator<LogRecord> {
  const ways: readonly (Stream | Inbound)[] = [...plan.streams, ...plan.inbound];
  const pick = weighted(ways.map(({ weight }) => weight));
  const days = Math.max(1, (to - from) / 86_400e6);
  let waiting: LogRecord | undefined;
  for (let index = 0; index < records; index += 1) {
    // Day and night: the share of time goes on faster where there is less to say. Its slope stays above zero.
    const share = (index + chance.next()) / (records + 1);
    const bent = share - (0.1 / days) * Math.sin(2 * Math.PI * days * share);
    const time = Math.floor(from + Math.max(0, bent) * (to - from - 1));
    if (waiting !== undefined) {
      yield { ...waiting, time: Math.max(waiting.time, time) } as LogRecord;
      waiting = undefined;
      continue;
    }
    const way = ways[pick(chance.next())]!;
    if ('publicAddress' in way) yield inboundRecord(plan, way, time, chance);
    else {
      const sourceIp = chance.pick(addresses.get(way.sender) ?? ['10.42.0.4']);
      const record = streamRecord(plan, way, sourceIp, time, chance);
      if ('fqdn' in way.to && chance.next() < 1 / 3 && index + 1 < records) {
        const type = chance.next() < 0.5 ? 'A' : 'AAAA';
        yield dnsRecord(plan, time, sourceIp, `${way.to.fqdn}.`, type, chance);
        waiting = record;
      } else yield record;
    }
  }
}

function streamRecord(
  plan: TrafficPlan,
  stream: Stream,
  sourceIp: string,
  time: number,
  chance: Chance,
): LogRecord {
  const { protocol, to, port, action, rule } = stream;
  const decision =
    rule === undefined ? { action, ...NO_RULE } : { action, actionReason: '', ...rule };
  const from = { protocol, sourceIp, sourcePort: ephemeral(chance), destinationPort: port };
  if ('address' in to) {
    return makeRecord('network', time, plan.firewall, {
      ...from,
      destinationIp: to.address,
      ...decision,
    });
  }
  return makeRecord('application', time, plan.firewall, {
    ...{ ...from, fqdn: to.fqdn, targetUrl: '', ...decision },
    ...{ isTlsInspected: false, webCategory: '', isExplicitProxyRequest: false },
  });
}

function inboundRecord(plan: TrafficPlan, way: Inbound, time: number, chance: Chance): LogRecord {
  return makeRecord('dnat', time, plan.firewall, {
    protocol: 'TCP',
    sourceIp: `203.0.113.${1 + chance.below(250)}`,
    sourcePort: ephemeral(chance),
    ...{ destinationIp: way.publicAddress, destinationPort: way.port },
    ...{ translatedIp: way.to, translatedPort: way.toPort, ...way.rule },
  });
}

/** From a number of [0, 1) to an index, by weight. */
function weighted(weights: readonly number[]): (at: number) => number {
  const sums: number[] = [];
  let total = 0;
  for (const weight of weights) {
    total += weight;
    sums.push(total);
  }
  return (at) => {
    const index = sums.findIndex((sum) => at * total < sum);
    return index < 0 ? weights.length - 1 : index;
  };
}

/** Several streams in the order of time as one. */
function* merged(streams: readonly Iterable<LogRecord>[]): Generator<LogRecord> {
  const iterators = streams.map((stream) => stream[Symbol.iterator]());
  const heads = iterators.map((iterator) => iterator.next());
  for (;;) {
    let first = -1;
    for (const [index, head] of heads.entries()) {
      if (head.done === true) continue;
      if (first < 0 || head.value.time < (heads[first]!.value as LogRecord).time) first = index;
    }
    if (first < 0) return;
    yield heads[first]!.value as LogRecord;
    heads[first] = iterators[first]!.next();
  }
}
