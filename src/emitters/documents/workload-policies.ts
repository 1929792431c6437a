import type { KubernetesObject, PodClass } from '../../model/index.ts';
import { type ClusterPlacement, homeOfObjects, type Network } from '../../network/index.ts';
import { path, type Value } from '../../values/index.ts';
import { ENGINES } from '../diagram/draw-clusters.ts';
import { compare } from '../diagram/sketch.ts';
import { listed } from '../diagram/words.ts';
import { code, facts, prose, shortTable } from './markdown.ts';

const WORKLOADS_MAX = 80;

/** Which policies select a workload, by the labels they name. What they then say is asked of `query`. */
export function policiesOf(network: Network, placed: ClusterPlacement): readonly string[] {
  const { pods, policies } = network.perimeter.kubernetes;
  if (!ownsObjects(network, placed) || pods.length === 0) return [];
  const sorted = [...pods].sort(
    (a, b) =>
      compare(a.namespace, b.namespace) || compare(a.name, b.name) || compare(a.kind, b.kind),
  );
  const wide = policies.filter(({ namespace }) => namespace === '').map(({ name }) => name);
  const rows = sorted.map((pod) => {
    const own = policies.filter(({ namespace }) => namespace === pod.namespace);
    const sure = own.filter((policy) => selects(policy, pod) === 'yes').map(({ name }) => name);
    const maybe = own.filter((policy) => selects(policy, pod) === 'maybe').map(({ name }) => name);
    return [
      code(`${pod.namespace}/${pod.name}`),
      prose(pod.kind),
      sure.length === 0 ? 'none' : sure.sort(compare).map(code).join(', '),
      maybe.length === 0 ? '' : maybe.sort(compare).map(code).join(', '),
    ];
  });
  const engine =
    placed.policyEngine === 'none'
      ? `No engine enforces network policies here (${prose(placed.policyEngineWhy)}): policy objects are silently ignored ${facts('AZN-52')}.`
      : placed.policyEngine === 'unknown'
        ? `Which engine enforces network policies is not known: ${prose(placed.policyEngineWhy)} ${facts('AZN-52')}.`
        : `Network policies are enforced by ${ENGINES[placed.policyEngine]} (${prose(placed.policyEngineWhy)}) ${facts('AZN-52')}.`;
  return [
    engine,
    '',
    ...(wide.length === 0
      ? []
      : [`Cluster-wide policies: ${prose(listed([...wide].sort(compare), 12))}.`, '']),
    ...shortTable(
      ['workload', 'kind', 'selected by', 'perhaps selected by'],
      rows,
      WORKLOADS_MAX,
      'workloads',
    ),
  ];
}

export function ownsObjects(network: Network, placed: ClusterPlacement): boolean {
  return placed === homeOfObjects(network);
}

/** Only plain labels of a Kubernetes NetworkPolicy are compared; expressions and other kinds may select. */
function selects(policy: KubernetesObject, { labels }: PodClass): 'yes' | 'maybe' | 'no' {
  if (policy.kind !== 'NetworkPolicy' || !policy.apiVersion.startsWith('networking.k8s.io/'))
    return 'maybe';
  const selector = path(policy.body, 'spec', 'podSelector');
  const wanted = path(selector, 'matchLabels');
  let answer: 'yes' | 'maybe' =
    hasEntries(path(selector, 'matchExpressions')) || selector?.kind === 'unknown'
      ? 'maybe'
      : 'yes';
  if (wanted?.kind === 'unknown') return 'maybe';
  if (wanted?.kind !== 'object') return answer;
  for (const { name, value } of wanted.members.values()) {
    if (value.kind === 'unknown') answer = 'maybe';
    else if (value.kind !== 'string' || labels[name] !== value.value) return 'no';
  }
  return answer;
}

function hasEntries(value: Value | undefined): boolean {
  return (
    value !== undefined &&
    value.kind !== 'null' &&
    !(value.kind === 'array' && value.items.length === 0)
  );
}
