import type { RequiredEgress } from '../../facts/index.ts';
import type { ClusterPlacement, Network } from '../../network/index.ts';
import {
  type RequiredEgressAnswer,
  requiredEgress,
} from '../../semantics/api-server/required-egress.ts';
import { grouped } from '../check/catalogue/kubernetes-policy-world.ts';
import { judgeAlways } from './judge-cells.ts';
import { type Ask, allHold, type ExpectationVerdict } from './outcome.ts';

/** What pods call by address, not nodes. */
const OF_PODS = 'pod-to-apiserver';

/**
 * Every node pool reaches everything AKS needs for its cluster (AKS-30). Entries of one group are alternatives: one complete side of
 * it is enough. Whether an entry applies may be open; it then has to be reached only if it does.
 */
export function judgeDependencies(network: Network, ask: Ask): ExpectationVerdict {
  const verdicts = network.clusters.flatMap((cluster) => {
    const needed = requiredEgress(network, cluster).filter(
      ({ entry, applies }) =>
        entry.required &&
        entry.direction === 'outbound' &&
        entry.oneOfGroup !== OF_PODS &&
        applies !== 'no',
    );
    const alternatives = alternativesOf(needed);
    return cluster.pools.flatMap(({ pool }) =>
      alternatives.map((sides) =>
        oneOf(sides.map((side) => sideVerdict(cluster, pool.name, side, ask))),
      ),
    );
  });
  if (verdicts.length === 0) {
    return {
      kind: 'inconclusive',
      artefact: 'no cluster with node pools is in the input',
      hint: 'add the cluster',
    };
  }
  return allHold(verdicts);
}

type Side = readonly RequiredEgressAnswer[];

/** Of each group its sides: a layer each where it has two, else an entry each. */
function alternativesOf(needed: readonly RequiredEgressAnswer[]): readonly (readonly Side[])[] {
  const groups = grouped(
    needed,
    ({ entry }) => entry.oneOfGroup ?? `${destinationOf(entry)} ${entry.ports.join(',')}`,
  );
  return [...groups.values()].map((list) => {
    if (list[0]?.entry.oneOfGroup === undefined) {
      // Several features list the same name: certainly needed by one is certainly needed.
      return [[list.find(({ applies }) => applies === 'yes') ?? list[0]!]];
    }
    const layers = grouped(list, ({ entry }) => entry.layer);
    const sides = layers.size > 1 ? layers : grouped(list, ({ entry }) => entry.id);
    return [...sides.values()];
  });
}

function sideVerdict(
  cluster: ClusterPlacement,
  pool: string,
  side: Side,
  ask: Ask,
): ExpectationVerdict {
  return allHold(
    side.map((answer): ExpectationVerdict => {
      const to = selectorOf(answer.entry);
      const told = judgeAlways(ask, `node:${cluster.name}/${pool}`, to);
      if (answer.applies === 'yes' || told.kind === 'proven') return told;
      const missing = `${answer.why} (${cluster.name} then needs ${to})`;
      return { kind: 'conditional', needs: [{ missing }], examples: [] };
    }),
  );
}

/** One side that holds is enough; else the side that is nearest to it. */
function oneOf(sides: readonly ExpectationVerdict[]): ExpectationVerdict {
  const order = ['proven', 'conditional', 'inconclusive', 'refuted'] as const;
  for (const kind of order) {
    const found = sides.find((side) => side.kind === kind);
    if (found !== undefined) return found;
  }
  return allHold(sides);
}

function selectorOf(entry: RequiredEgress): string {
  const ports = entry.ports.length === 0 ? '' : `:${entry.ports.join(',')}`;
  const protocol = entry.ports.length === 0 ? '' : entry.protocol === 'UDP' ? '/udp' : '/tcp';
  return `${destinationOf(entry)}${ports}${protocol}`;
}

function destinationOf({ fqdn, serviceTag, address, id }: RequiredEgress): string {
  if (fqdn !== undefined) return fqdn;
  return serviceTag === undefined ? (address ?? id) : `tag:${serviceTag}`;
}
