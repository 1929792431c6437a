import type { PodClass } from '../../model/index.ts';
import type { ClusterPlacement } from '../../network/index.ts';
import type { AddressKind } from '../../semantics/network-policy/symbolic/far-parts.ts';
import {
  egressBetween,
  ingressBetween,
  ingressRules,
} from '../../semantics/network-policy/symbolic/pod-rules.ts';
import { type Branch, ends, type Place, type Step } from '../branch.ts';
import { policyView, toldOnce, type World } from '../world.ts';
import { answeredFrom } from './answer.ts';
import { filter, filters } from './filter.ts';

/** How flows that are no pod's arrive, as policies tell it apart (K8P-20). */
export type Arrival = 'direct' | 'load-balancer-cluster' | 'load-balancer-local';

/**
 * A pod receives from something that is no pod of its cluster: its ingress policies, after every translation.
 * @param answerFrom the subnet where the answer sets out; absent: no box is on its way
 */
export function enteringPod(
  world: World,
  cluster: ClusterPlacement,
  pod: PodClass,
  arrival: Arrival,
  what: AddressKind,
  answerFrom: string | undefined,
): Place {
  const name = `${pod.namespace}/${pod.name}`;
  return {
    key: `into pod ${pod.kind} ${name}`,
    visit: (branch) => {
      const rules = toldOnce(
        world,
        `ingress ${cluster.name} ${pod.kind} ${name} ${arrival} ${what}`,
        () => ingressRules(policyView(world, cluster), pod, { arrival, what }),
      );
      const box = { box: 'pod', name, stage: 'ingress policy' };
      const { passed, stopped } = filter(branch, rules, box);
      const arrived = { kind: 'delivered', to: name } as const;
      const there = (each: Branch): readonly Step[] =>
        answerFrom === undefined
          ? [ends(each, arrived)]
          : answeredFrom(world, each, answerFrom, arrived);
      return [...stopped, ...passed.flatMap(there)];
    },
  };
}

/** From pod to pod inside the cluster network: egress of the one and ingress of the other, and no box between. */
export function fromPodToPod(
  world: World,
  cluster: ClusterPlacement,
  from: PodClass,
  to: PodClass,
): Place {
  const name = `${to.namespace}/${to.name}`;
  return {
    key: `pod to pod ${keyOf(from)} ${keyOf(to)}`,
    visit: (branch) => {
      const view = policyView(world, cluster);
      const told = (rules: typeof egressBetween, owner: PodClass, stage: string) => ({
        rules: toldOnce(world, `${stage} ${keyOf(from)} ${keyOf(to)}`, () => rules(view, from, to)),
        box: { box: 'pod', name: `${owner.namespace}/${owner.name}`, stage },
      });
      const { passed, stopped } = filters(branch, [
        told(egressBetween, from, 'egress policy'),
        told(ingressBetween, to, 'ingress policy'),
      ]);
      return [...stopped, ...passed.map((each) => ends(each, { kind: 'delivered', to: name }))];
    },
  };
}

/** A pod receives from a pod whose own address is on the flow, over the network between them. */
export function intoPodFromPod(
  world: World,
  cluster: ClusterPlacement,
  from: PodClass,
  to: PodClass,
  answerFrom: string,
): Place {
  const name = `${to.namespace}/${to.name}`;
  return {
    key: `into pod ${keyOf(to)} from ${keyOf(from)}`,
    visit: (branch) => {
      const rules = toldOnce(world, `ingress policy ${keyOf(from)} ${keyOf(to)}`, () =>
        ingressBetween(policyView(world, cluster), from, to),
      );
      const { passed, stopped } = filter(branch, rules, {
        box: 'pod',
        name,
        stage: 'ingress policy',
      });
      const arrived = { kind: 'delivered', to: name } as const;
      return [
        ...stopped,
        ...passed.flatMap((each) => answeredFrom(world, each, answerFrom, arrived)),
      ];
    },
  };
}

function keyOf(pod: PodClass): string {
  return `${pod.kind} ${pod.namespace}/${pod.name}`;
}
