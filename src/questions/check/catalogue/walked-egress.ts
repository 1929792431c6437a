import { placeless } from '../../../diagnostics/index.ts';
import type { RequiredEgress } from '../../../facts/index.ts';
import { addressesOfPrefixes, firstAddress, formatIp, parsePrefix } from '../../../net/index.ts';
import type { ClusterPlacement, PoolPlacement } from '../../../network/index.ts';
import {
  type RequiredEgressAnswer,
  requiredEgress,
} from '../../../semantics/api-server/required-egress.ts';
import { answerTrace, nodeEndpoint, type Trace, traceTo } from '../../../trace/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { grouped, listed } from './kubernetes-policy-world.ts';
import { replay, undecidedBy } from './walked-ingress.ts';

interface Dependency {
  readonly cluster: ClusterPlacement;
  readonly pool: PoolPlacement;
  /** Stands for the dependency in its key: the first entry of its group. */
  readonly first: RequiredEgressAnswer;
  /** One complete side is enough. Mostly one side of one entry. */
  readonly sides: readonly (readonly RequiredEgressAnswer[])[];
}

const requiredUnreachable = eachSubject<Dependency>({
  id: 'egress/required-unreachable',
  severity: 'error',
  title: 'Every node pool reaches everything AKS needs for this cluster.',
  explanation:
    'Nodes pull images, join and renew through a documented list of names. A missing one is not noticed until the next scale-out, upgrade or node image change, and then nodes do not become ready.',
  fix: 'allow the name for the node subnet in an application rule; the FQDN tag AzureKubernetesService covers the base list',
  facts: ['AKS-30'],
  covers: ['P5', 'O3', 'FW-27'],
  subjects: dependencies,
  none: 'no cluster with node pools in the input',
  key: ({ cluster, pool, first }) => `${cluster.name}/${pool.pool.name}/${first.entry.id}`,
  judge: judgeDependency,
});

export const WALKED_EGRESS_CHECKS: readonly Check[] = [requiredUnreachable];

/** What pods call by address: `egress/api-server-by-address` walks it from those pods. */
const OF_PODS = 'pod-to-apiserver';

function dependencies(context: CheckContext): readonly Dependency[] {
  return context.network.clusters.flatMap((cluster) => {
    const answers = requiredEgress(context.network, cluster).filter(
      ({ entry, applies }) =>
        entry.required &&
        entry.direction === 'outbound' &&
        entry.oneOfGroup !== OF_PODS &&
        applies !== 'no',
    );
    // Several features list the same name: it is needed once.
    const distinct = grouped(answers, ({ entry }) =>
      entry.oneOfGroup === undefined ? whatOf(entry) : `one of ${entry.oneOfGroup}`,
    );
    const groups = [...distinct.values()].map((list) =>
      list[0]!.entry.oneOfGroup === undefined ? [[surest(list)]] : sidesOf(list),
    );
    return distinctBySubnet(cluster.pools).flatMap((pool) =>
      groups.map((sides): Dependency => ({ cluster, pool, first: sides[0]![0]!, sides })),
    );
  });
}

/** Certainly needed by one feature is certainly needed. */
function surest(list: readonly RequiredEgressAnswer[]): RequiredEgressAnswer {
  return list.find(({ applies }) => applies === 'yes') ?? list[0]!;
}

/**
 * Network rules or application rules, either side complete (Azure Monitor); within one layer each entry of the list
 * is an alternative of its own (the endpoints of a registry).
 */
function sidesOf(list: readonly RequiredEgressAnswer[]): Dependency['sides'] {
  const layers = grouped(list, ({ entry }) => entry.layer);
  return [...(layers.size > 1 ? layers : grouped(list, ({ entry }) => entry.id)).values()];
}

interface Tried {
  readonly answer: RequiredEgressAnswer;
  readonly trace: Trace | undefined;
  /** How many ways that end differently there are, where a name was walked. */
  readonly ways?: number;
  /** As `trace --to` takes it. */
  readonly to: string;
}

function judgeDependency({ pool, cluster, sides }: Dependency, context: CheckContext): Judgement {
  const tried = sides.map((side) =>
    side.map((answer): Tried => ({ answer, ...traceOf(context, cluster, pool, answer.entry) })),
  );
  if (tried.some((side) => side.every(({ trace }) => trace?.answer === 'allowed'))) return HOLDS;
  const open = tried
    .map((side) => ({ side, question: openIn(side, pool, cluster) }))
    .find(({ side, question }) => question !== undefined && !side.some(isStopped));
  if (open?.question !== undefined) return open.question;

  const stopped = tried.map((side) => side.filter(isStopped));
  const fewest = stopped.reduce((best, side) => (side.length < best.length ? side : best));
  const [worst] = fewest;
  if (worst?.trace === undefined) return tried[0]!.map((one) => questionOf(one, pool, cluster))[0]!;
  if (worst.answer.applies === 'unknown') return questionOf(worst, pool, cluster);
  const names = listed(fewest.map(({ answer }) => whatOf(answer.entry)));
  return {
    kind: 'fails',
    message: `Nodes of pool ${pool.pool.name} cannot reach ${names}, needed for: ${worst.answer.entry.purpose}.`,
    places: placesOf(worst.trace, pool),
    evidence: {
      trace: worst.trace,
      replay: replay(worst.trace.question.from, worst.to),
    },
    fix: fixOf(fewest, pool),
  };
}

function isStopped({ trace }: Tried): boolean {
  return trace?.answer === 'denied' || trace?.answer === 'broken';
}

/** The first entry of a side that may or may not get through. */
function openIn(
  side: readonly Tried[],
  pool: PoolPlacement,
  cluster: ClusterPlacement,
): Judgement | undefined {
  const open = side.find(({ trace }) => trace === undefined || trace.answer === 'unknown');
  return open === undefined ? undefined : questionOf(open, pool, cluster);
}

function questionOf(
  { answer, trace, ways = 0 }: Tried,
  pool: PoolPlacement,
  cluster: ClusterPlacement,
): Judgement {
  const { entry, applies, why } = answer;
  const what = whatOf(entry);
  if (applies === 'unknown') {
    const message = `Whether ${cluster.name} needs ${what} (${entry.purpose}), and reaches it, cannot be told.`;
    return { kind: 'undecided', message, missing: why };
  }
  const message = `Whether nodes of pool ${pool.pool.name} reach ${what} (${entry.purpose}) cannot be told.`;
  return trace === undefined
    ? {
        kind: 'undecided',
        message,
        missing: ways > 1 ? `which of ${ways} ways ${what} takes` : `an address to try for ${what}`,
        at: pool.pool.at,
      }
    : undecidedBy(trace, message);
}

/** One name or address of the entry, walked from the pool. No trace without anything to try. */
function traceOf(
  { network, perimeter }: CheckContext,
  cluster: ClusterPlacement,
  pool: PoolPlacement,
  entry: RequiredEgress,
): Pick<Tried, 'trace' | 'to' | 'ways'> {
  const from = nodeEndpoint(network, cluster, pool);
  const port = entry.ports[0];
  const nothing = { trace: undefined, to: whatOf(entry) };
  if (port === undefined) return nothing;
  const protocol = entry.protocol === 'UDP' ? 'udp' : 'tcp';
  if (entry.fqdn !== undefined) {
    const host = hostUnder(entry.fqdn, cluster);
    const to = `${host}:${port}${protocol === 'udp' ? '/udp' : ''}`;
    const { traces } = answerTrace(network, { from, to });
    // Several ways that end differently: which one it takes is the open question, so none may stand for all.
    return { trace: traces.length === 1 ? traces[0] : undefined, to, ways: traces.length };
  }
  const texts =
    entry.serviceTag === undefined
      ? [entry.address ?? '']
      : (perimeter.snapshot.datasets.serviceTags.prefixes.get(entry.serviceTag.toLowerCase()) ??
        []);
  const prefixes = texts.flatMap((text) => {
    const prefix = parsePrefix(text);
    return prefix === undefined || prefix.family === 6 ? [] : [prefix];
  });
  const addresses = addressesOfPrefixes(prefixes);
  const first = firstAddress(addresses);
  if (first === undefined) return nothing;
  const label = entry.serviceTag === undefined ? texts[0]! : `an address of ${entry.serviceTag}`;
  const isExact = prefixes.length === 1 && prefixes[0]!.length === 32;
  const known = { addresses, isExact, label, at: placeless('required egress list') };
  return {
    trace: traceTo(network, from, known, port, protocol),
    to: `${formatIp(first)}:${port}${protocol === 'udp' ? '/udp' : ''}`,
  };
}

/** A wildcard entry stands for names only Azure knows: the cluster's own where the input has it, else any name under it. */
function hostUnder(pattern: string, { cluster }: ClusterPlacement): string {
  const own = cluster?.fqdn?.toLowerCase();
  if (
    own !== undefined &&
    pattern.startsWith('*') &&
    own.endsWith(pattern.slice(1).toLowerCase())
  ) {
    return own;
  }
  return pattern.replace(/^\*\.?/, 'any.').replaceAll('*', 'any');
}

function whatOf(entry: RequiredEgress): string {
  return `${destinationOf(entry)}:${entry.ports[0] ?? ''}`;
}

function destinationOf(entry: RequiredEgress): string {
  return entry.fqdn ?? entry.serviceTag ?? entry.address ?? entry.id;
}

/** A rule for the firewall helps only where the firewall stopped the flow; else what the walk itself says would open it. */
function fixOf(stopped: readonly Tried[], pool: PoolPlacement): string {
  const fixes = stopped.flatMap(({ answer, trace }) => {
    const isFirewall = trace?.answer === 'denied' && trace.forward.hops.at(-1)?.kind === 'firewall';
    const opens = trace?.wouldOpen ?? [];
    return isFirewall || opens.length === 0 ? [ruleToAdd(answer.entry, pool)] : opens.slice(-1);
  });
  return [...new Set(fixes)].join('; ');
}

function ruleToAdd(entry: RequiredEgress, pool: PoolPlacement): string {
  const subnet = pool.nodeSubnet.kind === 'found' ? pool.nodeSubnet.target.subnet : undefined;
  const prefix = subnet?.prefixes.find((one) => one.kind === 'prefix');
  const source = prefix?.kind === 'prefix' ? prefix.text : `the subnet of pool ${pool.pool.name}`;
  return entry.layer === 'application'
    ? `add an application rule: ${entry.protocol.toLowerCase()}:${entry.ports.join(',')} from ${source} to ${destinationOf(entry)}`
    : `add a network rule: ${entry.protocol} ${entry.ports.join(',')} from ${source} to ${destinationOf(entry)}`;
}

function placesOf(trace: Trace, pool: PoolPlacement) {
  const end = trace.forward.disposition;
  const by = end.kind === 'denied' || end.kind === 'no-route' ? end.by : undefined;
  const last = trace.forward.hops.at(-1);
  return [
    ...(by?.at === undefined ? [] : [{ at: by.at, what: by.name }]),
    ...(by?.at === undefined && last?.at !== undefined
      ? [{ at: last.at, what: `${last.kind} ${last.name}` }]
      : []),
    { at: pool.pool.at, what: `node pool ${pool.pool.name}` },
  ];
}

function distinctBySubnet(pools: readonly PoolPlacement[]): readonly PoolPlacement[] {
  const seen = new Map<string, PoolPlacement>();
  for (const pool of pools) {
    const link = pool.nodeSubnet;
    const key = link.kind === 'found' ? link.target.subnet.key : `${link.kind} ${pool.pool.key}`;
    if (!seen.has(key)) seen.set(key, pool);
  }
  return [...seen.values()];
}
