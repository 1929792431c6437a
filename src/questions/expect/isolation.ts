import type { Network } from '../../network/index.ts';
import { workloadsByNamespace, workloadsOf } from './ends-of-network.ts';
import type { End, Exception } from './expectation.ts';
import { judgeNever, judgeOnly } from './judge-cells.ts';
import { listedFlows } from './listed-flows.ts';
import { type Ask, allHold, type ExpectationVerdict } from './outcome.ts';

/**
 * Pods of the namespace against those of every other, both ways. Where something is excepted, workload by workload, so that an
 * exception for one is none for its neighbours.
 */
export function judgeIsolated(
  network: Network,
  ask: Ask,
  namespace: string,
  except: readonly Exception[],
): ExpectationVerdict {
  const workloads = workloadsByNamespace(network);
  const own = workloads.get(namespace);
  const others = [...workloads.keys()].filter((other) => other !== namespace).sort();
  if (own === undefined) {
    const hint = others.length === 0 ? 'add Kubernetes manifests' : `there is ${others.join(', ')}`;
    return {
      kind: 'inconclusive',
      artefact: `no pod of the input is in namespace ${namespace}`,
      hint,
    };
  }
  if (others.length === 0) {
    return {
      kind: 'inconclusive',
      artefact: `no pod of the input is outside namespace ${namespace}`,
      hint: 'add the manifests of the other namespaces, or an export of the cluster',
    };
  }
  const exceptions = except.map(({ from, to }) => ({
    from: workloadsOf(network, from),
    to: workloadsOf(network, to),
    flows: to.flatMap((end) => flowsOf(network, end)),
  }));
  const nothingFrom = (from: string, to: string): readonly ExpectationVerdict[] => {
    const senders = workloads.get(from) ?? [];
    const receivers = new Set(workloads.get(to) ?? []);
    const relevant = exceptions.filter(
      (one) =>
        senders.some((sender) => one.from.has(sender)) &&
        [...receivers].some((receiver) => one.to.has(receiver)),
    );
    if (relevant.length === 0) return [judgeNever(ask, `ns:${from}`, `ns:${to}`)];
    return senders.map((sender) => {
      const flows = relevant.filter((one) => one.from.has(sender)).flatMap((one) => one.flows);
      const listed = listedFlows(network, `ns:${to}`, flows);
      return listed.kind === 'problem'
        ? { kind: 'inconclusive', artefact: listed.message, hint: listed.hint }
        : judgeOnly(ask, sender, `ns:${to}`, listed.listed);
    });
  };
  return allHold(
    others.flatMap((other) => [...nothingFrom(other, namespace), ...nothingFrom(namespace, other)]),
  );
}

/** What an exception lists, as selectors with its ports. */
function flowsOf(network: Network, end: End): readonly string[] {
  if (end.kind === 'selector') return [end.text];
  return [...workloadsOf(network, [end])].map((workload) => `${workload}${end.ports}`);
}
