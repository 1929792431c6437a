import { placeless } from '../../../diagnostics/index.ts';
import type { RequiredEgress } from '../../../facts/index.ts';
import { addressesOfPrefixes, parsePrefix } from '../../../net/index.ts';
import type { ClusterPlacement, PoolPlacement } from '../../../network/index.ts';
import { requiredEgress } from '../../../semantics/api-server/required-egress.ts';
import { answerTrace, type Trace, traceTo } from '../../../trace/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { replay, undecidedBy } from './walked-ingress.ts';

interface Dependency {
  readonly cluster: ClusterPlacement;
  readonly pool: PoolPlacement;
  readonly entry: RequiredEgress;
  readonly applies: 'yes' | 'unknown';
  readonly why: string;
  /** Entries of which one is enough. */
  readonly alternatives: readonly RequiredEgress[];
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
  key: ({ cluster, pool, entry }) => `${cluster.name}/${pool.pool.name}/${entry.id}`,
  judge: judgeDependency,
});

export const WALKED_EGRESS_CHECKS: readonly Check[] = [requiredUnreachable];

function dependencies(context: CheckContext): readonly Dependency[] {
  return context.network.clusters.flatMap((cluster) => {
    const answers = requiredEgress(context.network, cluster).filter(
      ({ entry, applies }) => entry.required && entry.direction === 'outbound' && applies !== 'no',
    );
    return distinctBySubnet(cluster.pools).flatMap((pool) =>
      answers.flatMap(({ entry, applies, why }): Dependency[] => {
        const group = answers.filter(
          (other) => entry.oneOfGroup !== undefined && other.entry.oneOfGroup === entry.oneOfGroup,
        );
        // One subject per group of alternatives: its first entry.
        if (group.length > 0 && group[0]?.entry !== entry) return [];
        return applies === 'no'
          ? []
          : [{ cluster, pool, entry, applies, why, alternatives: group.map((one) => one.entry) }];
      }),
    );
  });
}

function judgeDependency(dependency: Dependency, context: CheckContext): Judgement {
  const { entry, pool, cluster, alternatives } = dependency;
  const tried = (alternatives.length === 0 ? [entry] : alternatives).map((one) => ({
    entry: one,
    trace: traceDependency(context, pool, one),
  }));
  if (tried.some(({ trace }) => trace?.answer === 'allowed')) return HOLDS;
  const { trace } = tried[0]!;
  const what = `${destinationOf(entry)}:${entry.ports[0] ?? ''}`;
  if (dependency.applies === 'unknown' || trace === undefined) {
    return {
      kind: 'undecided',
      message: `Whether ${cluster.name} needs ${what} (${entry.purpose}), and reaches it, cannot be told.`,
      missing: dependency.applies === 'unknown' ? dependency.why : `an address to try for ${what}`,
    };
  }
  const open = tried.find((one) => one.trace?.answer === 'unknown');
  if (open?.trace !== undefined) {
    return undecidedBy(
      open.trace,
      `Whether nodes of pool ${pool.pool.name} reach ${what} (${entry.purpose}) cannot be told.`,
    );
  }
  return {
    kind: 'fails',
    message: `Nodes of pool ${pool.pool.name} cannot reach ${what}, needed for: ${entry.purpose}.`,
    places: placesOf(trace, pool),
    evidence: { trace, replay: replay(`node:${pool.pool.name}`, what) },
    fix: ruleToAdd(entry, pool),
  };
}

function traceDependency(
  context: CheckContext,
  pool: PoolPlacement,
  entry: RequiredEgress,
): Trace | undefined {
  const from = `node:${pool.pool.name}`;
  const port = entry.ports[0];
  if (port === undefined) return undefined;
  const protocol = entry.protocol === 'UDP' ? 'udp' : 'tcp';
  if (entry.fqdn !== undefined) {
    // A wildcard entry stands for names only Azure knows; one under it is tried.
    const host = entry.fqdn.replace(/^\*\.?/, 'any.').replaceAll('*', 'any');
    return answerTrace(context.network, { from, to: `${host}:${port}/${protocol}` }).traces[0];
  }
  const texts =
    entry.serviceTag === undefined
      ? [entry.address ?? '']
      : (context.perimeter.snapshot.datasets.serviceTags.prefixes.get(
          entry.serviceTag.toLowerCase(),
        ) ?? []);
  const prefixes = texts.flatMap((text) => {
    const prefix = parsePrefix(text);
    return prefix === undefined || prefix.family === 6 ? [] : [prefix];
  });
  if (prefixes.length === 0) return undefined;
  const label = entry.serviceTag === undefined ? texts[0]! : `an address of ${entry.serviceTag}`;
  const at = placeless('required egress list');
  return traceTo(
    context.network,
    from,
    { addresses: addressesOfPrefixes(prefixes), isExact: false, label, at },
    port,
    protocol,
  );
}

function destinationOf(entry: RequiredEgress): string {
  return entry.fqdn ?? entry.serviceTag ?? entry.address ?? entry.id;
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
