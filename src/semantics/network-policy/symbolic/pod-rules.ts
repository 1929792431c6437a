import type { PodClass } from '../../../model/index.ts';
import type { AddressSet } from '../../../net/index.ts';
import type { Decider } from '../../verdict.ts';
import type { Arrival } from '../question.ts';
import type { ClusterView } from './cluster-view.ts';
import { selectsSubject } from './coverage-of-pod.ts';
import type { AddressKind } from './far-parts.ts';
import { allow, anyOfLists, bare, byCertainty, type PolicyRule, within } from './rule-lists.ts';
import { type Engine, EVERY_ENGINE } from './told-engines.ts';
import { type Asked, toldUnder } from './told-under.ts';

export interface AddressOptions {
  /** What stands behind the addresses. Absent: told from them. */
  readonly what?: AddressKind;
  /** Only flows with these addresses at the other end are asked about; the list says nothing of others. Absent: all. */
  readonly within?: AddressSet;
}

/**
 * May the pod send, by the other end's address and name? A complete list, told once per class of pods (`podClasses`).
 * Destinations are as policies see them: after Service translation (K8P-19).
 */
export function egressRules(
  view: ClusterView,
  pod: PodClass,
  { what = 'told', within: addresses }: AddressOptions = {},
): readonly PolicyRule[] {
  const far = { kind: 'addresses', what, ...(addresses && { within: addresses }) } as const;
  return told(view, { direction: 'egress', pod, far });
}

/**
 * May the pod receive, by the other end's address? A complete list.
 * @see K8P-20 `arrival`: through a Service of which traffic policy
 */
export function ingressRules(
  view: ClusterView,
  pod: PodClass,
  {
    what = 'told',
    within: addresses,
    arrival,
  }: AddressOptions & { readonly arrival?: Arrival } = {},
): readonly PolicyRule[] {
  const far = { kind: 'addresses', what, ...(addresses && { within: addresses }) } as const;
  return told(view, { direction: 'ingress', pod, far, ...(arrival && { arrival }) });
}

/** What the two ends say of flows between two pods, by protocol and ports. Complete lists. */
export interface BetweenPods {
  readonly egress: readonly PolicyRule[];
  readonly ingress: readonly PolicyRule[];
  /** Both: one deny decides (K8P-05). */
  readonly both: readonly PolicyRule[];
}

export function betweenPods(
  view: ClusterView,
  from: PodClass,
  to: PodClass,
  options: Pick<Asked, 'throughService'> = {},
): BetweenPods {
  const egress = egressBetween(view, from, to, options);
  const ingress = ingressBetween(view, from, to, options);
  return { egress, ingress, both: bothEnds(egress, ingress) };
}

/** The sender's end alone. */
export function egressBetween(
  view: ClusterView,
  from: PodClass,
  to: PodClass,
  options: Pick<Asked, 'throughService'> = {},
): readonly PolicyRule[] {
  return told(view, { ...options, direction: 'egress', pod: from, far: { kind: 'pod', pod: to } });
}

/** The receiver's end alone. */
export function ingressBetween(
  view: ClusterView,
  from: PodClass,
  to: PodClass,
  options: Pick<Asked, 'throughService'> = {},
): readonly PolicyRule[] {
  return told(view, { ...options, direction: 'ingress', pod: to, far: { kind: 'pod', pod: from } });
}

/** What the sender allows the receiver judges. */
function bothEnds(
  egress: readonly PolicyRule[],
  ingress: readonly PolicyRule[],
): readonly PolicyRule[] {
  let list: readonly PolicyRule[] = [];
  for (const rule of [...egress].reverse()) {
    const rest = list;
    const { certain, uncertain } = byCertainty(rule.region);
    list =
      rule.effect === 'deny'
        ? [rule, ...rest]
        : [
            ...(certain.length === 0 ? [] : within(ingress, certain)),
            ...uncertain.flatMap((box) =>
              within(anyOfLists([ingress, rest], box.needs ?? []), [bare(box)]),
            ),
            ...rest,
          ];
  }
  return list;
}

/** @see K8P-70 no engine; K8P-71 engines enforce the kinds they know */
function told(view: ClusterView, asked: Asked): readonly PolicyRule[] {
  switch (view.engine) {
    case 'none':
      return withoutEngine(view);
    case 'unknown':
      return anyOfLists(
        [...EVERY_ENGINE.map((engine) => toldUnder(engine, view, asked)), withoutEngine(view)],
        [{ missing: "the cluster's network policy engine" }],
      );
    case 'generic':
      return toldByNobodyNamed(view, asked);
    default:
      return toldUnder(view.engine, view, asked);
  }
}

function withoutEngine({ policies }: ClusterView): readonly PolicyRule[] {
  const isIgnoring = policies.policies.length > 0;
  const name = isIgnoring
    ? 'no network policy engine: every policy object is ignored'
    : 'no network policy engine';
  const by: Decider = { kind: 'default', name, fact: 'K8P-70' };
  return [allow(by)];
}

/** Objects of Calico's or Cilium's own kinds over the pod suggest whose engine it is: if that one disagrees, nothing is decided. */
function toldByNobodyNamed(view: ClusterView, asked: Asked): readonly PolicyRule[] {
  const { direction, pod } = asked;
  let list = toldUnder('generic', view, asked);
  if (pod.hostNetwork) return list;
  const doubted = new Set<Engine>();
  for (const policy of view.policies.policies) {
    if (policy.type !== 'calico' && policy.type !== 'cilium') continue;
    if (doubted.has(policy.type) || policy[direction] === undefined) continue;
    if (selectsSubject(policy, pod, view.policies) === undefined) continue;
    doubted.add(policy.type);
    const missing = `whether the cluster's engine enforces ${policy.title}`;
    list = anyOfLists([list, toldUnder(policy.type, view, asked)], [{ missing, at: policy.at }]);
  }
  return list;
}
