import { placeless } from '../../../diagnostics/index.ts';
import type { RequiredEgress } from '../../../facts/index.ts';
import { decodeBox, type FlowBox, type NameSet } from '../../../flows/index.ts';
import {
  type AddressSet,
  addressesOfPrefixes,
  type DomainName,
  firstAddress,
  formatAddressSet,
  formatIp,
  formatPortSet,
  type Port,
  type PortSet,
  type Prefix,
  type Protocol,
  parseDomainName,
  parsePrefix,
  portSet,
} from '../../../net/index.ts';
import { type Diagram, NOTHING } from '../../../packets/index.ts';
import { type ReachVerdict, type Target, targetsOf } from '../../../reach/index.ts';
import { requiredEgress } from '../../../semantics/api-server/required-egress.ts';
import { resolveName } from '../../../semantics/dns/concrete.ts';
import { answerTrace, type Trace, traceTo } from '../../../trace/index.ts';
import type { CheckContext, Proof } from '../finding.ts';
import {
  assumptionsOf,
  type Concluded,
  concluded,
  proofWorld,
  within,
} from '../proof/conclusion.ts';
import { agreeing, witnessIn } from '../proof/witness.ts';
import { originOf, type Sender } from './egress-senders.ts';

/** What becomes of the flows to one required destination. */
export interface Fate {
  readonly kind: 'reached' | 'stopped' | 'open';
  /** The flow that shows it; absent where there is nothing to walk, or several ways end differently. */
  readonly trace?: Trace;
  /** As `trace --to` takes it. */
  readonly to: string;
  /** How many ways that end differently there are, where a name was walked. */
  readonly ways?: number;
  /** Absent: one flow stands for all. */
  readonly proof?: Proof;
  /** Some of it is reached. */
  readonly isPartial?: true;
}

const STOPPED: readonly ReachVerdict[] = ['denied', 'broken'];
/** How many pieces of a set a finding tells. */
const PIECES = 4;

/** Every address and every name of the entry, on every port of it, from every sender. */
export function fateOf(context: CheckContext, sender: Sender, entry: RequiredEgress): Fate {
  const [port] = entry.ports;
  if (port === undefined) return { kind: 'open', to: destinationOf(entry) };
  return entry.fqdn === undefined
    ? fateOfAddresses(context, sender, entry, port as Port)
    : fateOfNames(context, sender, entry, entry.fqdn, port as Port);
}

export function destinationOf(entry: RequiredEgress): string {
  return entry.fqdn ?? entry.serviceTag ?? entry.address ?? entry.id;
}

function fateOfNames(
  context: CheckContext,
  sender: Sender,
  entry: RequiredEgress,
  fqdn: string,
  port: Port,
): Fate {
  const own = ownNameUnder(fqdn, sender);
  const host = own ?? someNameUnder(fqdn);
  const protocol = protocolOf(entry);
  const spelled = (name: string, at: number): string =>
    `${name}:${at}${protocol === 'udp' ? '/udp' : ''}`;
  const walk = (name: string, at: number) =>
    answerTrace(context.network, { from: sender.from, to: spelled(name, at) }).traces;
  const walkedHere = (): Fate => walkedFate(walk(host, port), spelled(host, port));

  const meaning = publicMeaning(context, sender, host, () => walk(host, port));
  const pattern = patternOf(own ?? fqdn);
  if (meaning === undefined || pattern === undefined) return walkedHere();
  const all = namesConcluded(context, sender, entry);
  if (all === undefined) return walkedHere();
  const service = { protocols: [protocol], destinationPorts: portsOf(entry) };
  const box: FlowBox = { ...service, names: named(pattern) };
  const like: FlowBox = { ...service, names: named(host) };
  return fateIn(within(all, box), {
    like,
    port,
    flows: `${who(sender)} to ${pattern.startsWith('*') ? `every name under ${fqdn}` : pattern}, ${portsText(entry)}`,
    on: meaning,
    spell: ({ name, destinationPort }) => spelled(name ?? host, destinationPort),
    walk: ({ name, destinationPort }) => walk(name ?? host, destinationPort),
    pieceOf: ({ names }) =>
      names === undefined
        ? undefined
        : names.patterns.join(', ') +
          (names.except.length === 0 ? '' : ` except ${names.except.join(', ')}`),
    otherwise: walkedHere,
  });
}

function fateOfAddresses(
  context: CheckContext,
  sender: Sender,
  entry: RequiredEgress,
  port: Port,
): Fate {
  const { network, perimeter } = context;
  const texts =
    entry.serviceTag === undefined
      ? [entry.address ?? '']
      : (perimeter.snapshot.datasets.serviceTags.prefixes.get(entry.serviceTag.toLowerCase()) ??
        []);
  const prefixes = texts.flatMap((text): readonly Prefix[] => {
    const prefix = parsePrefix(text);
    return prefix === undefined || prefix.family === 6 ? [] : [prefix];
  });
  const addresses = addressesOfPrefixes(prefixes);
  const first = firstAddress(addresses);
  if (first === undefined) return { kind: 'open', to: `${destinationOf(entry)}:${port}` };
  const protocol = protocolOf(entry);
  const label = entry.serviceTag === undefined ? texts[0]! : `an address of ${entry.serviceTag}`;
  const isExact = prefixes.length === 1 && prefixes[0]!.length === 32;
  const known = { addresses, isExact, label, at: placeless('required egress list') };
  const spelled = (address: string, at: number): string =>
    `${address}:${at}${protocol === 'udp' ? '/udp' : ''}`;
  const walkedHere = (): Fate => {
    const trace = traceTo(network, sender.from, known, port, protocol);
    const to = spelled(formatIp(first), port);
    return walkedFate(trace === undefined ? [] : [trace], to);
  };
  const origin = originOf(context, sender);
  const [target] = addressTargets(context, addresses, portsOf(entry), protocol);
  const all =
    origin === undefined || target === undefined ? undefined : concluded(network, origin, target);
  if (all === undefined) return walkedHere();
  return fateIn(all, {
    port,
    flows: `${who(sender)} to ${entry.serviceTag === undefined ? texts[0] : `every address of ${entry.serviceTag}`}, ${portsText(entry)}`,
    on: [],
    spell: ({ destination, destinationPort }) => spelled(formatIp(destination), destinationPort),
    walk: ({ destination, destinationPort }) =>
      answerTrace(network, {
        from: sender.from,
        to: spelled(formatIp(destination), destinationPort),
      }).traces,
    pieceOf: ({ destinations, destinationPorts }) => {
      const where = destinations === undefined ? undefined : formatAddressSet(destinations);
      const at = destinationPorts === undefined ? '' : ` port ${formatPortSet(destinationPorts)}`;
      return where === undefined && at === '' ? undefined : `${where ?? label}${at}`;
    },
    otherwise: walkedHere,
  });
}

function addressTargets(
  { network }: CheckContext,
  addresses: AddressSet,
  ports: PortSet,
  protocol: Protocol,
): readonly Target[] {
  const found = targetsOf(proofWorld(network), {
    kind: 'addresses',
    addresses,
    ports,
    protocol,
    text: formatAddressSet(addresses),
  });
  return found.kind === 'found' ? found.found : [];
}

type Point = NonNullable<ReturnType<typeof witnessIn>>;
type Shown = ReturnType<typeof decodeBox>;

interface Reading {
  readonly like?: FlowBox;
  readonly port: Port;
  readonly flows: string;
  /** Taken as true by whoever asks. */
  readonly on: readonly string[];
  readonly spell: (point: Point) => string;
  readonly walk: (point: Point) => readonly Trace[];
  readonly pieceOf: (box: Shown) => string | undefined;
  readonly otherwise: () => Fate;
}

/** All of them get through, or one that does not is walked; what the sets leave open is walked as well. */
function fateIn(mine: Concluded, reading: Reading): Fate {
  const { sets, regions, asked } = mine;
  const { table } = sets;
  if (asked === NOTHING) return reading.otherwise();
  const { like, port, flows } = reading;
  const wish = { port, ...(like === undefined ? {} : { like }) };
  for (const verdict of ['denied', 'broken'] as const) {
    const point = witnessIn(sets, regions[verdict], wish);
    if (point === undefined) continue;
    const to = reading.spell(point);
    const trace = agreeing(reading.walk(point), verdict, `${flows}: ${to}`);
    if (trace === undefined) return reading.otherwise();
    const stopped = table.override(regions.denied, regions.broken);
    const isPartial = table.except(asked, stopped) !== NOTHING;
    const on = [...reading.on, ...assumptionsOf(mine, STOPPED)];
    const part = isPartial ? { part: piecesOf(mine, stopped, reading.pieceOf) } : {};
    const proof: Proof = { flows, on: distinct(on), ...part };
    return { kind: 'stopped', trace, to, proof, ...(isPartial ? { isPartial } : {}) };
  }
  if (regions.open !== NOTHING) return reading.otherwise();
  const point = witnessIn(sets, regions.allowed, wish);
  if (point === undefined) return reading.otherwise();
  const on = distinct([...reading.on, ...assumptionsOf(mine, ['allowed'])]);
  return { kind: 'reached', to: reading.spell(point), proof: { flows, on } };
}

function piecesOf(
  { sets }: Concluded,
  region: Diagram,
  pieceOf: Reading['pieceOf'],
): readonly string[] {
  const { boxes, count } = sets.boxes(region, PIECES);
  const pieces = distinct(boxes.flatMap((box) => pieceOf(decodeBox(sets.universe, box)) ?? []));
  return count > PIECES ? [...pieces, `and ${count - PIECES} more`] : pieces;
}

function walkedFate(traces: readonly Trace[], to: string): Fate {
  // Several ways that end differently: which one it takes is the open question, so none may stand for all.
  const trace = traces.length === 1 ? traces[0] : undefined;
  if (trace === undefined) return { kind: 'open', to, ways: traces.length };
  const kind =
    trace.answer === 'allowed' ? 'reached' : trace.answer === 'unknown' ? 'open' : 'stopped';
  return { kind, trace, to };
}

/**
 * What has to be true for the name to lead to a public address, as its sender asks for it; `undefined` when it leads elsewhere, or
 * nobody can tell.
 */
function publicMeaning(
  { network }: CheckContext,
  { subnet }: Sender,
  host: string,
  walk: () => readonly Trace[],
): readonly string[] | undefined {
  const name = parseDomainName(host);
  if (name === undefined || subnet.kind !== 'found') return undefined;
  const { kind } = resolveName(network, subnet.target.vnet.key, name as DomainName);
  if (kind === 'public') return [];
  if (kind !== 'unknown') return undefined;
  // The walk says whether it takes the name as public.
  const assumption = `${name} resolves to its public address`;
  return walk().some(({ assumptions }) => assumptions.includes(assumption))
    ? [assumption]
    : undefined;
}

/** Memory, not state: all names of one service from one sender are one question. */
const conclusions = new WeakMap<object, Map<string, Concluded | undefined>>();

/** All flows to any name the cluster needs on these ports: asked once, for its names together. */
function namesConcluded(
  context: CheckContext,
  sender: Sender,
  entry: RequiredEgress,
): Concluded | undefined {
  const { network } = context;
  const { cluster, subnet } = sender;
  if (subnet.kind !== 'found') return undefined;
  const known = conclusions.get(subnet) ?? new Map<string, Concluded | undefined>();
  conclusions.set(subnet, known);
  const protocol = protocolOf(entry);
  const key = `${sender.from} ${protocol} ${entry.ports.join(',')}`;
  if (known.has(key)) return known.get(key);
  const patterns = requiredEgress(network, cluster).flatMap(({ entry: other, applies }) => {
    const { fqdn, ports } = other;
    const isAsked =
      fqdn !== undefined &&
      applies !== 'no' &&
      protocolOf(other) === protocol &&
      ports.join() === entry.ports.join();
    if (!isAsked) return [];
    const pattern = patternOf(ownNameUnder(fqdn, sender) ?? fqdn);
    // The name that is walked for a pattern is told apart from the rest of it.
    return pattern === undefined ? [] : [pattern, someNameUnder(pattern)];
  });
  const origin = originOf(context, sender);
  const found = targetsOf(proofWorld(network), {
    kind: 'names',
    patterns: distinct(patterns),
    ports: portsOf(entry),
    protocol,
    text: 'required names',
  });
  const [target] = found.kind === 'found' ? found.found : [];
  const answer =
    origin === undefined || target === undefined ? undefined : concluded(network, origin, target);
  const agreed =
    answer !== undefined && isWalkedAlike(context, sender, answer) ? answer : undefined;
  known.set(key, agreed);
  return agreed;
}

/** One of those that get through, walked: the proof and the walk must agree where nothing is wrong as well. */
function isWalkedAlike(
  { network }: CheckContext,
  { from, subnet }: Sender,
  { sets, regions }: Concluded,
): boolean {
  const point = witnessIn(sets, regions.allowed);
  const name = parseDomainName(point?.name ?? '');
  if (point === undefined || name === undefined || subnet.kind !== 'found') return true;
  if (resolveName(network, subnet.target.vnet.key, name).kind !== 'public') return true;
  const to = `${name}:${point.destinationPort}${point.protocol === 'udp' ? '/udp' : ''}`;
  const { traces } = answerTrace(network, { from, to });
  return agreeing(traces, 'allowed', `${from} to ${to}`) !== undefined;
}

/** A wildcard entry stands for names only Azure knows: the cluster's own where the input has it. */
function ownNameUnder(pattern: string, { cluster }: Sender): string | undefined {
  const own = cluster.cluster?.fqdn?.toLowerCase();
  const isOwn =
    own !== undefined && pattern.startsWith('*') && own.endsWith(pattern.slice(1).toLowerCase());
  return isOwn ? own : undefined;
}

function someNameUnder(pattern: string): string {
  return pattern.replace(/^\*\.?/, 'any.').replaceAll('*', 'any');
}

/** As sets of names are written; `undefined` for a wildcard inside the name. */
function patternOf(fqdn: string): string | undefined {
  const text = fqdn.toLowerCase();
  return text.includes('*', 1) || /[{}<>]/.test(text) ? undefined : text;
}

function named(pattern: string): NameSet {
  return { patterns: [pattern], withoutName: false };
}

function protocolOf({ protocol }: RequiredEgress): Protocol {
  return protocol === 'UDP' ? 'udp' : 'tcp';
}

function portsOf({ ports }: RequiredEgress): PortSet {
  return portSet(ports.map((port) => [port, port] as const));
}

function portsText({ ports }: RequiredEgress): string {
  return `${ports.length === 1 ? 'port' : 'ports'} ${ports.join(' and ')}`;
}

function who({ who: kind, pool }: Sender): string {
  return `${kind.toLowerCase()} of pool ${pool.pool.name}`;
}

function distinct<T>(list: readonly T[]): readonly T[] {
  return [...new Set(list)];
}
