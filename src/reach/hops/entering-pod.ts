import type { PodClass } from '../../model/index.ts';
import type { ClusterPlacement, PoolPlacement } from '../../network/index.ts';
import type { AddressKind } from '../../semantics/network-policy/symbolic/far-parts.ts';
import {
  egressBetween,
  ingressBetween,
  ingressRules,
} from '../../semantics/network-policy/symbolic/pod-rules.ts';
import type { Decider } from '../../semantics/verdict.ts';
import { answered, lost } from '../answer/answer.ts';
import { type Branch, ends, open, type Place, type Step } from '../branch.ts';
import { policyView, toldOnce, type World } from '../world.ts';
import { betweenNodes, isCarried } from './between-nodes.ts';
import { filter, filters } from './filter.ts';

/** Where the answer of a pod sets out: the subnet of its node or its own. */
export type AnswerFrom =
  | 'no box on its way'
  | 'unknown'
  | { readonly subnetKey: string }
  /** Nowhere: this keeps it from the node that waits for it. */
  | { readonly lostAt: Decider };

/** The sender called a Service, so the pod may be the sender itself (K8P-15). */
export interface Through {
  readonly throughService?: true;
}

/** How flows that are no pod's arrive, as policies tell it apart (K8P-20). */
export type Arrival = 'direct' | 'load-balancer-cluster' | 'load-balancer-local';

/**
 * A pod receives from something that is no pod of its cluster: its ingress policies, after every translation.
 */
export function enteringPod(
  world: World,
  cluster: ClusterPlacement,
  pod: PodClass,
  arrival: Arrival,
  what: AddressKind,
  answer: AnswerFrom,
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
      const there = (each: Branch): readonly Step[] => {
        if (answer === 'no box on its way') return [ends(each, arrived)];
        if (answer === 'unknown') {
          return [open(each, { missing: `the subnet of ${cluster.name}'s nodes` })];
        }
        if ('lostAt' in answer) return [lost(each, answer.lostAt)];
        return answered(world, each, arrived, {
          kind: 'leaving-subnet',
          subnetKey: answer.subnetKey,
        });
      };
      return [...stopped, ...passed.flatMap(there)];
    },
  };
}

/**
 * From pod to pod inside the cluster network: egress of the one and ingress of the other, and between them the security groups of their
 * nodes where there is an overlay.
 * @param pool the place the sender is asked from; absent where no pool is known
 */
export function fromPodToPod(
  world: World,
  cluster: ClusterPlacement,
  from: PodClass,
  to: PodClass,
  through: Through = {},
  pool?: PoolPlacement,
): Place {
  const name = `${to.namespace}/${to.name}`;
  return {
    key: `pod to pod ${keyOf(from)} ${keyOf(to)}`,
    visit: (branch) => {
      const view = policyView(world, cluster);
      const told = (rules: typeof egressBetween, owner: PodClass, stage: string) => ({
        rules: toldOnce(world, keyOfList(stage, from, to, through), () =>
          rules(view, from, to, through),
        ),
        box: { box: 'pod', name: `${owner.namespace}/${owner.name}`, stage },
      });
      const sent = filters(branch, [told(egressBetween, from, 'egress policy')]);
      const crossed = sent.passed.map((each) =>
        pool === undefined || !isCarried(cluster, pool)
          ? { passed: [each], stopped: [] }
          : betweenNodes(world, cluster, { pool, pod: from }, to, each),
      );
      const ingress = told(ingressBetween, to, 'ingress policy');
      const taken = crossed.flatMap(({ passed }) => passed).map((each) => filters(each, [ingress]));
      return [
        ...sent.stopped,
        ...crossed.flatMap(({ stopped }) => stopped),
        ...taken.flatMap(({ stopped }) => stopped),
        ...taken
          .flatMap(({ passed }) => passed)
          .map((each) => ends(each, { kind: 'delivered', to: name })),
      ];
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
  through: Through = {},
): Place {
  const name = `${to.namespace}/${to.name}`;
  return {
    key: `into pod ${keyOf(to)} from ${keyOf(from)}`,
    visit: (branch) => {
      const rules = toldOnce(world, keyOfList('ingress policy', from, to, through), () =>
        ingressBetween(policyView(world, cluster), from, to, through),
      );
      const { passed, stopped } = filter(branch, rules, {
        box: 'pod',
        name,
        stage: 'ingress policy',
      });
      const arrived = { kind: 'delivered', to: name } as const;
      return [
        ...stopped,
        ...passed.flatMap((each) =>
          answered(world, each, arrived, { kind: 'leaving-subnet', subnetKey: answerFrom }),
        ),
      ];
    },
  };
}

function keyOfList(stage: string, from: PodClass, to: PodClass, through: Through): string {
  return `${stage} ${keyOf(from)} ${keyOf(to)} ${through.throughService === true}`;
}

function keyOf(pod: PodClass): string {
  return `${pod.kind} ${pod.namespace}/${pod.name}`;
}
