import type { ClusterPlacement, Network } from '../network/index.ts';
import { isUnknown } from '../values/index.ts';
import { count } from './style.ts';

/** What stands above the findings. */
export interface CheckHead {
  readonly version: string;
  readonly paths: readonly string[];
  /** `14 resources · 21 Kubernetes objects · cluster aks-store (azure overlay, cilium)`. */
  readonly contents: string;
  /** `service tags 2025-11-03 · AKS egress 2026-08-21`. */
  readonly data: string;
  readonly asOf: string;
  /** How long it took; absent where output must not change with the machine. */
  readonly seconds?: number;
}

/** The first lines of a report: what was read, with which data, for which day. */
export function checkHead(
  network: Network,
  paths: readonly string[],
  version: string,
  asOf: string,
): CheckHead {
  const { snapshot } = network.perimeter;
  const { serviceTags, requiredEgress } = snapshot.datasets;
  const clusters = network.clusters.flatMap((cluster) =>
    cluster.cluster === undefined ? [] : [clusterText(cluster)],
  );
  return {
    version,
    paths,
    contents: [
      count(snapshot.resources.size, 'resource'),
      count(snapshot.objects.size, 'Kubernetes object'),
      ...clusters,
    ].join(' · '),
    data: `service tags ${serviceTags.info.version}${serviceTags.isComplete ? '' : ' (extract)'} · AKS egress ${requiredEgress.info.version}`,
    asOf,
  };
}

function clusterText({ cluster, name, addressing, policyEngine }: ClusterPlacement): string {
  const dataplane = cluster?.network.dataplane;
  const plane =
    dataplane === undefined || isUnknown(dataplane) || dataplane === 'azure'
      ? ''
      : `, ${dataplane}`;
  const policy = policyEngine === dataplane ? '' : `, policy ${policyEngine}`;
  return `cluster ${name} (${addressing}${plane}${policy})`;
}
