import type { Network } from '../../network/index.ts';
import { parseSelector, type Selector } from '../../reach/index.ts';
import { podsOf, spelledKind } from '../../reach/origins.ts';
import type { End } from './expectation.ts';

/** Ends as the questions to be asked about them, or why they name nothing. */
export type FoundEnds =
  | { readonly kind: 'found'; readonly texts: readonly string[] }
  | { readonly kind: 'problem'; readonly message: string; readonly hint: string };

/** One question per end; labels in a namespace become the workloads of the input that have them. */
export function textsOf(network: Network, ends: readonly End[]): FoundEnds {
  const texts: string[] = [];
  for (const end of ends) {
    if (end.kind === 'selector') {
      texts.push(end.text);
      continue;
    }
    // All pods of a namespace have a selector of their own, which also asks once about those that are alike.
    if (end.labels.length === 0) {
      texts.push(`ns:${end.namespace}${end.ports}`);
      continue;
    }
    const found = podsOf(network, podsOfLabels(end));
    if (found.kind === 'problem') return found;
    texts.push(...found.found.map((pod) => `${spelled(pod)}${end.ports}`));
  }
  return { kind: 'found', texts: [...new Set(texts)] };
}

/** The workloads that ends name, as selectors without ports. Ends that are no pods name none. */
export function workloadsOf(network: Network, ends: readonly End[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const end of ends) {
    const pods = podsNamed(end);
    if (pods === undefined) continue;
    const found = podsOf(network, pods);
    if (found.kind === 'found') for (const pod of found.found) names.add(spelled(pod));
  }
  return names;
}

/** The workloads of each namespace, as selectors. */
export function workloadsByNamespace(network: Network): ReadonlyMap<string, readonly string[]> {
  const byNamespace = new Map<string, string[]>();
  for (const pod of network.perimeter.kubernetes.pods) {
    const known = byNamespace.get(pod.namespace);
    if (known === undefined) byNamespace.set(pod.namespace, [spelled(pod)]);
    else known.push(spelled(pod));
  }
  return byNamespace;
}

type PodSelector = Selector & { readonly kind: 'pods' };

function podsNamed(end: End): PodSelector | undefined {
  if (end.kind === 'labels') return podsOfLabels(end);
  const parsed = parseSelector(end.text);
  if (parsed.kind === 'problem' || parsed.selector.kind !== 'pods') return undefined;
  return parsed.selector;
}

function podsOfLabels({ namespace, labels, text }: End & { readonly kind: 'labels' }): PodSelector {
  return { kind: 'pods', namespace, labels, text };
}

function spelled(pod: Parameters<typeof spelledKind>[0]): string {
  return `${spelledKind(pod)}:${pod.namespace}/${pod.name}`;
}
