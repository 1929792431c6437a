import type { ClusterPlacement, Network } from '../network/index.ts';
import { isUnknown } from '../values/index.ts';
import type { CheckHead } from './check-text.ts';
import { count } from './style.ts';

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
