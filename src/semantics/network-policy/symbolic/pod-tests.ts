import type { PodClass } from '../../../model/index.ts';
import type { CalicoConditions, CalicoEnd, Peer, Policy } from '../policy.ts';
import type { CalicoSelector } from '../selectors/calico-selector.ts';
import type { LabelSelector } from '../selectors/label-selector.ts';
import { isPodOfEnd } from './calico-rule.ts';
import type { ClusterView } from './cluster-view.ts';
import { selectsSubject } from './coverage-of-pod.ts';
import type { FarEnd } from './far-end.ts';
import type { Holding } from './holding.ts';
import { isEndpointOf } from './peers-of-rule.ts';

/** Something policies ask of a pod by its namespace and labels. Equal ones occur once. */
export type PodTest =
  | {
      readonly kind: 'labels';
      /** Only pods of this namespace can pass. */
      readonly namespace?: string;
      readonly namespaces?: LabelSelector;
      readonly pods: LabelSelector;
      /** A label that a pod must have to pass. */
      readonly oneLabel?: OneLabel;
    }
  | {
      readonly kind: 'any';
      readonly namespace?: string;
      readonly takes: (pod: PodClass) => Holding;
      /** Labels it looks at. */
      readonly keys: readonly string[];
    };

/** Every test of every policy by its key, in the order of the policies. */
export function testsOf(view: ClusterView): ReadonlyMap<string, PodTest> {
  const tests = new Map<string, PodTest>();
  const add = (key: string, test: () => PodTest): void => {
    if (!tests.has(key)) tests.set(key, test());
  };
  for (const [index, policy] of view.policies.policies.entries()) {
    addSubject(policy, index, view, add);
    for (const rule of [...(policy.ingress ?? []), ...(policy.egress ?? [])]) {
      if (rule.peers !== 'any') {
        for (const peer of rule.peers) addPeer(peer, view, add);
      }
      if (rule.calico !== undefined) {
        addEnd(rule.calico.source, rule.calico, view, add);
        addEnd(rule.calico.destination, rule.calico, view, add);
      }
    }
  }
  return tests;
}

/** Labels of pods that some test looks at. */
export function keysMentioned(tests: readonly PodTest[]): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const test of tests) {
    if (test.kind === 'any') for (const key of test.keys) keys.add(key);
    else for (const key of keysOf(test.pods)) keys.add(key);
  }
  return keys;
}

type Add = (key: string, test: () => PodTest) => void;

function addSubject(policy: Policy, index: number, view: ClusterView, add: Add): void {
  const { subject } = policy;
  switch (subject.kind) {
    case 'hosts':
      return;
    case 'namespace-pods':
      addLabels(subject.namespace, undefined, subject.pods, add);
      return;
    case 'selected-pods':
      addLabels(undefined, subject.namespaces, subject.pods, add);
      return;
    case 'cilium':
    case 'calico': {
      const keys =
        subject.kind === 'cilium'
          ? keysOf(subject.pods)
          : [...keysOfCalico(subject.pods), ...keysOfCalico(subject.serviceAccounts)];
      const scope = subject.namespace === undefined ? {} : { namespace: subject.namespace };
      add(`subject of ${index}`, () => ({
        kind: 'any',
        ...scope,
        takes: (pod) => selectsSubject(policy, pod, view.policies),
        keys,
      }));
    }
  }
}

function addPeer(peer: Peer, view: ClusterView, add: Add): void {
  const { policies: set } = view;
  switch (peer.kind) {
    case 'pods':
      if (peer.namespaces.kind === 'own') {
        addLabels(peer.namespaces.namespace, undefined, peer.pods, add);
      } else addLabels(undefined, peer.namespaces.selector, peer.pods, add);
      return;
    case 'cilium-endpoints':
      add(`endpoints ${peer.namespace ?? ''} ${textOf(peer.endpoints)}`, () => ({
        kind: 'any',
        ...(peer.namespace === undefined ? {} : { namespace: peer.namespace }),
        takes: (pod) => isEndpointOf(peer, { far: asPod(pod), set }),
        keys: keysOf(peer.endpoints),
      }));
      return;
    case 'service':
      if (typeof peer.service === 'string') addBackends(peer.namespace, peer.service, view, add);
      return;
    default:
  }
}

function addEnd(end: CalicoEnd, { namespace }: CalicoConditions, view: ClusterView, add: Add) {
  if (end.service !== undefined) {
    const { service } = end;
    const home = service.namespace === '' ? (namespace ?? '') : service.namespace;
    addBackends(home, service.name, view, add);
  }
  const { selector, notSelector, namespaceSelector, serviceAccounts } = end;
  const asked = [selector, notSelector, namespaceSelector, serviceAccounts];
  if (asked.every((one) => one === undefined)) return;
  const keys = [selector, notSelector, serviceAccounts?.selector].flatMap((one) =>
    one === undefined ? [] : keysOfCalico(one),
  );
  add(`end ${namespace ?? ''} ${JSON.stringify(asked)}`, () => ({
    kind: 'any',
    takes: (pod) => isPodOfEnd(end, pod, namespace, view.policies),
    keys,
  }));
}

/** A Service's backends are the pods with every label of its selector (K8P-80). */
function addBackends(namespace: string, name: string, { policies }: ClusterView, add: Add): void {
  const service = policies.objects.services.find(
    (one) => one.namespace === namespace && one.name === name,
  );
  if (service === undefined) return;
  const { at, selector = {} } = service;
  const requirements = Object.entries(selector).map(
    ([key, value]) => ({ kind: 'label', key, operator: 'In', values: [value], at }) as const,
  );
  addLabels(namespace, undefined, { requirements }, add);
}

function addLabels(
  namespace: string | undefined,
  namespaces: LabelSelector | undefined,
  pods: LabelSelector,
  add: Add,
): void {
  add(keyOfLabels(namespace, namespaces, pods), () => {
    const oneLabel = oneLabelOf(pods);
    return {
      kind: 'labels',
      pods,
      ...(namespace === undefined ? {} : { namespace }),
      ...(namespaces === undefined ? {} : { namespaces }),
      ...(oneLabel === undefined ? {} : { oneLabel }),
    };
  });
}

export interface OneLabel {
  readonly key: string;
  readonly value: string;
}

/** A value that everything the selector takes has. */
export function oneLabelOf({ requirements }: LabelSelector): OneLabel | undefined {
  for (const one of requirements) {
    if (one.kind === 'label' && one.operator === 'In' && one.values.length === 1) {
      return { key: one.key, value: one.values[0]! };
    }
  }
  return undefined;
}

/** The test a peer of the standard API makes. */
export function keyOfPods(peer: Extract<Peer, { kind: 'pods' }>): string {
  return peer.namespaces.kind === 'own'
    ? keyOfLabels(peer.namespaces.namespace, undefined, peer.pods)
    : keyOfLabels(undefined, peer.namespaces.selector, peer.pods);
}

function keyOfLabels(
  namespace: string | undefined,
  namespaces: LabelSelector | undefined,
  pods: LabelSelector,
): string {
  const scope = namespace ?? (namespaces === undefined ? '' : `*${textOf(namespaces)}`);
  return `${scope}\n${textOf(pods)}`;
}

export function textOf({ requirements }: LabelSelector): string {
  let text = '';
  for (const one of requirements) {
    text +=
      one.kind === 'unreadable'
        ? `? ${one.why.missing}\t`
        : `${one.key} ${one.operator} ${one.values.join(' ')}\t`;
  }
  return text;
}

function keysOf({ requirements }: LabelSelector): readonly string[] {
  return requirements.flatMap((one) => (one.kind === 'label' ? [one.key] : []));
}

function keysOfCalico(selector: CalicoSelector): readonly string[] {
  switch (selector.kind) {
    case 'has':
    case 'compare':
    case 'in':
      return [selector.key];
    case 'not':
      return keysOfCalico(selector.operand);
    case 'and':
    case 'or':
      return selector.operands.flatMap(keysOfCalico);
    default:
      return [];
  }
}

function asPod(pod: PodClass): FarEnd {
  return { kind: 'pod', pod, address: 'header' };
}
