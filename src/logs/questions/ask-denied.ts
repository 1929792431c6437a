import { formatAddressSet, parseIp } from '../../net/index.ts';
import type { Whereabouts } from '../places/index.ts';
import { type AnswerRow, askRows } from './ask-rows.ts';
import type { Asking } from './asking.ts';
import { classifyDenial, type DenialClass, threatKey } from './classify-denial.ts';
import { denied, deniedNetworks, deniedSpread, type ScannedNetworks } from './denial-questions.ts';
import { type Need, needsOf } from './needed-egress.ts';
import { threats } from './threat-questions.ts';

/** Denied flows of one workload to one destination. Times in microseconds. */
export interface DenialGroup {
  readonly class: DenialClass;
  readonly why: string;
  readonly who: string;
  /** Addresses, in the order of how often they were denied; no more than `SOURCES_MAX`. */
  readonly sources: readonly string[];
  readonly sourceCount: number;
  readonly hidden?: string;
  readonly target: string;
  readonly port: number;
  readonly protocol: string;
  readonly stage: string;
  readonly reason: string;
  /** `collection/rule`; empty where no rule matched. */
  readonly rule: string;
  readonly records: number;
  readonly first: number;
  readonly last: number;
  /** What would open it, where AKS needs it. */
  readonly toAdd?: RuleToAdd;
}

/** A rule in the words of ARM, without a name of a collection: where it belongs is the person's to say. */
export interface RuleToAdd {
  readonly ruleType: 'ApplicationRule' | 'NetworkRule';
  readonly name: string;
  readonly sourceAddresses: readonly string[];
  readonly protocols?: readonly {
    readonly protocolType: 'Http' | 'Https';
    readonly port: number;
  }[];
  readonly targetFqdns?: readonly string[];
  readonly ipProtocols?: readonly string[];
  readonly destinationAddresses?: readonly string[];
  readonly destinationFqdns?: readonly string[];
  readonly destinationPorts?: readonly string[];
}

/** A source that was denied at so many places that it looks for something. */
export interface Scan {
  readonly source: string;
  readonly who: string;
  readonly hidden?: string;
  readonly records: number;
  readonly addresses: number;
  readonly ports: number;
  readonly targets: number;
  /** Networks of 256 addresses, those with the most tried places first: `10.60.0.0/24`. Ports are those of the widest. */
  readonly networks: readonly string[];
  readonly first: number;
  readonly last: number;
}

export interface DeniedAnswer {
  readonly groups: readonly DenialGroup[];
  readonly scans: readonly Scan[];
  readonly records: Readonly<Record<DenialClass, number>>;
  /** There were more kinds of denied flows than are read: the rare ones are missing. */
  readonly isCut: boolean;
}

const ROWS_MAX = 20_000;
const SOURCES_MAX = 20;
const CLASSES: readonly DenialClass[] = ['needed', 'threat', 'unknown', 'noise'];
/** Different pairs of address and port that one source is denied at before it is a scan, and of either at least. */
const SCAN = { targets: 30, either: 10 } as const;

export async function askDenied(asking: Asking): Promise<DeniedAnswer> {
  const { engine, window, said } = asking;
  const scans = await askScans(asking);
  const rows = await askRows(engine, denied(window, ROWS_MAX, scans.map(scannedBy)), said);
  const hits = await askRows(engine, threats(window, ROWS_MAX), said);
  const listed = listOf(asking);
  const known = {
    hits: new Set(hits.map((row) => threatKey(row.text('SourceIp'), row.text('Target')))),
    listed,
  };
  const findNeed = needsOf(asking.network, asking.datasets);
  const groups = new Map<string, Gathered>();
  for (const row of rows) {
    const source = row.text('SourceIp');
    const who = asking.locate(source, row.number('Last'));
    const flow = {
      source,
      target: row.text('Target').replace(/\.$/, ''),
      port: row.number('DestinationPort'),
      protocol: row.text('Protocol'),
      stage: row.text('Stage'),
      reason: row.text('ActionReason'),
    };
    const cluster = who.cluster === undefined ? {} : { cluster: who.cluster };
    const classified = classifyDenial({ ...flow, ...cluster }, findNeed, known);
    const name = isNamed(who) ? who.label : '';
    const rule = row.text('Rule');
    const key = JSON.stringify([
      ...[name, flow.target, flow.port, flow.protocol, flow.stage, flow.reason],
      ...[rule, classified.class],
    ]);
    const seen = groups.get(key);
    const [records, first, last] = [row.number('Records'), row.number('First'), row.number('Last')];
    if (seen === undefined) {
      const { class: kind, why, need } = classified;
      const added = need === undefined ? {} : { need };
      groups.set(key, {
        ...{ ...flow, class: kind, why, ...added, place: who, sources: [source], rule },
        ...{ records, first, last },
      });
    } else {
      if (!seen.sources.includes(source)) seen.sources.push(source);
      seen.records += records;
      seen.first = Math.min(seen.first, first);
      seen.last = Math.max(seen.last, last);
    }
  }
  const list = [...groups.values()]
    .sort((a, b) => CLASSES.indexOf(a.class) - CLASSES.indexOf(b.class) || b.records - a.records)
    .map((group) => groupOf(group, asking));
  const sumOf = (kind: DenialClass) =>
    list.filter((group) => group.class === kind).reduce((sum, { records }) => sum + records, 0);
  const scanned = scans.reduce((sum, { records }) => sum + records, 0);
  return {
    groups: list,
    scans,
    records: {
      needed: sumOf('needed'),
      threat: sumOf('threat') + scanned,
      noise: sumOf('noise'),
      unknown: sumOf('unknown'),
    },
    isCut: rows.length === ROWS_MAX,
  };
}

/** Sources that were denied at many addresses and ports, with the networks where that was. */
export async function askScans({ engine, window, locate, said }: Asking): Promise<readonly Scan[]> {
  const spread = (await askRows(engine, deniedSpread(window, SCANNERS_MAX), said)).filter(isWide);
  const sources = spread.map((row) => row.text('SourceIp'));
  if (sources.length === 0) return [];
  const networks = await askRows(engine, deniedNetworks(window, sources, 5000), said);
  return sources.flatMap((source): readonly Scan[] => {
    const own = networks.filter(
      (one) =>
        one.text('SourceIp') === source &&
        one.text('Network') !== '' &&
        one.number('Targets') >= SCAN.either,
    );
    if (own.length === 0) return [];
    const last = Math.max(...own.map((one) => one.number('Last')));
    const { label, hidden } = locate(source, last);
    const sum = (column: string) => own.reduce((total, one) => total + one.number(column), 0);
    return [
      {
        ...{ source, who: label, ...(hidden === undefined ? {} : { hidden }) },
        ...{ records: sum('Records'), addresses: sum('Addresses'), targets: sum('Targets') },
        ports: Math.max(...own.map((one) => one.number('Ports'))),
        networks: own.map((one) => `${one.text('Network')}.0/24`),
        first: Math.min(...own.map((one) => one.number('First'))),
        last,
      },
    ];
  });
}

const SCANNERS_MAX = 200;

function isWide(row: AnswerRow): boolean {
  return (
    row.number('Targets') >= SCAN.targets &&
    Math.max(row.number('Addresses'), row.number('Ports')) >= SCAN.either
  );
}

function scannedBy({ source, networks }: Scan): ScannedNetworks {
  return { source, networks: networks.map((network) => network.replace(/\.0\/24$/, '')) };
}

interface Gathered {
  readonly class: DenialClass;
  readonly why: string;
  readonly need?: Need;
  readonly place: Whereabouts;
  readonly sources: string[];
  readonly target: string;
  readonly port: number;
  readonly protocol: string;
  readonly stage: string;
  readonly reason: string;
  readonly rule: string;
  records: number;
  first: number;
  last: number;
}

/** Addresses that nobody knows are told together, by what they asked for. */
function isNamed({ kind }: Whereabouts): boolean {
  return kind !== 'private' && kind !== 'public' && kind !== 'unknown' && kind !== 'subnet';
}

function groupOf({ need, place, sources, ...rest }: Gathered, asking: Asking): DenialGroup {
  const alone = sources.length === 1 ? sources[0]! : `${sources.length} addresses`;
  const toAdd = need === undefined ? undefined : ruleToAdd(need, place, sources, asking);
  return {
    ...rest,
    who: isNamed(place) ? place.label : sources.length === 1 ? place.label : alone,
    sources: sources.slice(0, SOURCES_MAX),
    sourceCount: sources.length,
    ...(place.hidden === undefined ? {} : { hidden: place.hidden }),
    ...(toAdd === undefined ? {} : { toAdd }),
  };
}

/** For the subnet of the pools where it is known, else for the addresses that were seen. */
function ruleToAdd(
  { entry }: Need,
  place: Whereabouts,
  sources: readonly string[],
  { network }: Asking,
): RuleToAdd | undefined {
  const pools =
    network?.clusters
      .filter(({ name }) => name === place.cluster)
      .flatMap((cluster) => cluster.pools.filter(({ pool }) => place.pools?.includes(pool.name))) ??
    [];
  const ranges = pools.flatMap(({ nodeSubnet }) =>
    nodeSubnet.kind === 'found' ? [formatAddressSet(nodeSubnet.target.addresses)] : [],
  );
  const sourceAddresses =
    ranges.length > 0 ? [...new Set(ranges)] : [...sources].sort().slice(0, SOURCES_MAX);
  const name = `aks-${entry.id}`;
  const protocol = entry.protocol === 'UDP' ? 'UDP' : 'TCP';
  const ports = entry.ports.map(String);
  const { fqdn } = entry;
  if (fqdn !== undefined && (entry.protocol === 'HTTPS' || entry.protocol === 'HTTP')) {
    const protocolType = entry.protocol === 'HTTPS' ? 'Https' : 'Http';
    return {
      ...{ ruleType: 'ApplicationRule', name, sourceAddresses },
      protocols: entry.ports.map((port) => ({ protocolType, port })),
      targetFqdns: [fqdn],
    };
  }
  const rule = { ruleType: 'NetworkRule', name, sourceAddresses, ipProtocols: [protocol] } as const;
  if (fqdn !== undefined) return { ...rule, destinationFqdns: [fqdn], destinationPorts: ports };
  const destination = entry.serviceTag ?? entry.address;
  if (destination === undefined) return undefined;
  return { ...rule, destinationAddresses: [destination], destinationPorts: ports };
}

function listOf({ datasets }: Asking): (target: string) => boolean {
  const { addresses, fqdns } = datasets.threatList;
  if (addresses.length === 0 && fqdns.length === 0) return () => false;
  const names = new Set(fqdns.map((name) => name.toLowerCase()));
  const exact = new Set(addresses);
  return (target) => names.has(target) || (parseIp(target) !== undefined && exact.has(target));
}
