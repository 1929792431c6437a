import type { PodClass } from '../../../model/index.ts';
import type { PolicySet } from '../policy.ts';
import type { ClusterView } from './cluster-view.ts';
import { all, HOLDS, type Holding } from './holding.ts';
import { namespaceSelections } from './namespace-selections.ts';
import { facetOf } from './pod-facets.ts';
import { keysMentioned, type PodTest, testsOf } from './pod-tests.ts';
import { labelsOfPod, selects } from './selection.ts';

/**
 * Pods no selector of any policy tells apart, with the same named ports, on the same side of every address block. They behave alike
 * but for one thing: each has its own node, which only flows with nodes show.
 */
export interface PolicyClass {
  readonly id: number;
  readonly pods: readonly PodClass[];
  /** One of them; what is told of it holds for all. */
  readonly sample: PodClass;
}

export interface PolicyClasses {
  readonly classes: readonly PolicyClass[];
  /** Who passes a test (`keyOfPods`), by class id. */
  readonly passing: (key: string) => readonly Passing[];
  /** The id of the pod's class; `-1` for a pod the cluster does not hold. */
  readonly classOf: (pod: PodClass) => number;
}

export interface Passing {
  readonly id: number;
  readonly isSure: boolean;
}

const known = new WeakMap<PolicySet, PolicyClasses>();

/**
 * The classes of a cluster, in the order of its pods. Labels nobody mentions do not count; each selector is tried once on each set of
 * labels that occurs where it can match. O(pods · labels + selectors · candidates).
 */
export function podClasses(view: ClusterView): PolicyClasses {
  const found = known.get(view.policies);
  if (found !== undefined) return found;
  const classes = classesOf(view);
  known.set(view.policies, classes);
  return classes;
}

/** Pods that are alike before any selector is tried. */
interface Candidate {
  readonly pod: PodClass;
  readonly pods: PodClass[];
  readonly facet: string;
  /** Numbers of the selectors that take it: twice the number, one more where they only may. */
  readonly taken: number[];
  /** What tells whether those that may do. */
  readonly words: string[];
  high: number;
  low: number;
}

function classesOf(view: ClusterView): PolicyClasses {
  const byTestKey = testsOf(view);
  const tests = [...byTestKey.values()];
  const candidates = candidatesOf(view, tests);
  tryTests(view, tests, candidates);
  const classes: { id: number; sample: PodClass; pods: PodClass[] }[] = [];
  const passing: Passing[][] = tests.map(() => []);
  const ids = new Map<PodClass, number>();
  const bySignature = new Map<string, { id: number; candidate: Candidate }[]>();
  for (const candidate of candidates) {
    const signature = `${candidate.high} ${candidate.low} ${candidate.facet} ${candidate.words.join()}`;
    const alike = bySignature.get(signature) ?? [];
    if (alike.length === 0) bySignature.set(signature, alike);
    // Two signatures may be equal by accident: the lists decide.
    let id = alike.find((one) => sameNumbers(one.candidate.taken, candidate.taken))?.id;
    if (id === undefined) {
      id = classes.length;
      alike.push({ id, candidate });
      classes.push({ id, sample: candidate.pod, pods: [] });
      for (const number of candidate.taken) {
        passing[number >>> 1]!.push({ id, isSure: (number & 1) === 0 });
      }
    }
    const { pods } = classes[id]!;
    for (const pod of candidate.pods) {
      pods.push(pod);
      ids.set(pod, id);
    }
  }
  const numbers = new Map([...byTestKey.keys()].map((key, number) => [key, number]));
  return {
    classes,
    passing: (key) => passing[numbers.get(key) ?? -1] ?? [],
    classOf: (pod) => ids.get(pod) ?? -1,
  };
}

function candidatesOf(view: ClusterView, tests: readonly PodTest[]): readonly Candidate[] {
  const keys = keysMentioned(tests);
  const facet = facetOf(view);
  const byKey = new Map<string, Candidate>();
  for (const pod of view.policies.objects.pods) {
    const own = facet(pod);
    let key = `${own}\n${pod.namespace}`;
    const { labels } = pod;
    for (const label in labels) {
      if (keys.has(label)) key += `\n${label}=${labels[label]}`;
    }
    const found = byKey.get(key);
    if (found !== undefined) found.pods.push(pod);
    else {
      byKey.set(key, { pod, pods: [pod], facet: own, taken: [], words: [], high: 0, low: 0 });
    }
  }
  return [...byKey.values()];
}

function tryTests(
  view: ClusterView,
  tests: readonly PodTest[],
  candidates: readonly Candidate[],
): void {
  const ofNamespace = new Map<string, Candidate[]>();
  const withLabel = new Map<string, Candidate[]>();
  const put = (map: Map<string, Candidate[]>, key: string, candidate: Candidate): void => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [candidate]);
    else list.push(candidate);
  };
  const labelled = new Set(
    tests.flatMap((test) => (test.kind === 'labels' ? (test.oneLabel?.key ?? []) : [])),
  );
  for (const candidate of candidates) {
    const { labels, namespace } = candidate.pod;
    put(ofNamespace, namespace, candidate);
    for (const key in labels) {
      if (labelled.has(key)) put(withLabel, `${key}=${labels[key]}`, candidate);
    }
  }
  const namespacesOf = namespaceSelections(view, [...ofNamespace.keys()]);
  for (const [number, test] of tests.entries()) {
    const random = scrambled(number);
    const take = (candidate: Candidate, words: Holding): void => {
      if (words === undefined) return;
      const isSure = words.length === 0;
      candidate.taken.push(2 * number + (isSure ? 0 : 1));
      for (const { missing } of words) candidate.words.push(missing);
      candidate.high ^= isSure ? random : Math.imul(random, 3);
      candidate.low ^= scrambled(random);
    };
    if (test.kind === 'any') {
      const scope = test.namespace === undefined ? candidates : ofNamespace.get(test.namespace);
      for (const candidate of scope ?? []) take(candidate, test.takes(candidate.pod));
      continue;
    }
    const tryPods = (list: readonly Candidate[], namespace: Holding): void => {
      for (const candidate of list) {
        const holding = selects(test.pods, labelsOfPod(candidate.pod));
        if (holding !== undefined) take(candidate, all(namespace, holding));
      }
    };
    if (test.namespace !== undefined) tryPods(ofNamespace.get(test.namespace) ?? [], HOLDS);
    else if (test.namespaces !== undefined && test.namespaces.requirements.length > 0) {
      for (const { name, holding } of namespacesOf(test.namespaces)) {
        tryPods(ofNamespace.get(name)!, holding);
      }
    } else if (test.oneLabel === undefined) tryPods(candidates, HOLDS);
    else {
      const { key, value } = test.oneLabel;
      tryPods(withLabel.get(`${key}=${value}`) ?? [], HOLDS);
    }
  }
}

/** 32 bits that look random and are the same for the same number (splitmix). */
function scrambled(value: number): number {
  let mixed = (value + 0x9e37_79b9) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0_aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
  return mixed ^ (mixed >>> 15);
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
