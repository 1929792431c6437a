import type { PodClass } from '../../model/index.ts';
import { type ClusterPlacement, homeOfObjects, type Network } from '../../network/index.ts';
import { type Policy, parsePolicies, type Rule } from '../../semantics/network-policy/index.ts';
import {
  type ClusterView,
  egressBetween,
  egressRules,
  ingressBetween,
  ingressRules,
  type PolicyDecider,
  type PolicyRule,
  podClasses,
} from '../../semantics/network-policy/symbolic/index.ts';
import type { Decider } from '../../semantics/verdict.ts';
import type { NotAsked, PerimeterList } from './perimeter-list.ts';

/** Lists grow with the square of the classes: beyond so many the answer would take minutes. */
const CLASSES_MAX = 40;

/**
 * The rules of Kubernetes network policies, once per class of pods they cover, direction and class of the other end, and once for
 * addresses outside. They add up and have no order; a rule is needed when some list is another without it (K8P-04).
 */
export function policyLists(network: Network): {
  readonly lists: readonly PerimeterList[];
  readonly notAsked: readonly NotAsked[];
} {
  const policies = parsePolicies(network.perimeter.kubernetes).value;
  const written = policies.policies.filter(({ type }) => type === 'network');
  if (written.every((policy) => rulesOf(policy).length === 0)) return { lists: [], notAsked: [] };
  const lists: PerimeterList[] = [];
  const notAsked: NotAsked[] = [];
  const home = homeOfObjects(network);
  for (const cluster of home === undefined ? [] : [home]) {
    const what = `network policies of ${cluster.name || 'the cluster'}`;
    const view = { policies, engine: cluster.policyEngine, ranges: cluster };
    const { classes } = podClasses(view);
    const why = reasonNotToAsk(cluster, classes.length);
    if (why === undefined) {
      const samples = classes.map(({ sample }) => sample);
      lists.push(...listsOfCluster(view, samples, written, what));
    } else notAsked.push({ what, why });
  }
  return { lists, notAsked };
}

function reasonNotToAsk({ policyEngine }: ClusterPlacement, classes: number): string | undefined {
  if (policyEngine === 'none') return 'no engine enforces them';
  if (classes === 0) return 'no pods are in the input';
  return classes > CLASSES_MAX
    ? `policies tell ${classes} classes of pods apart; up to ${CLASSES_MAX} are asked about`
    : undefined;
}

function listsOfCluster(
  view: ClusterView,
  samples: readonly PodClass[],
  written: readonly Policy[],
  box: string,
): readonly PerimeterList[] {
  const named = new Map<Rule, Decider>();
  const ruleOf = new Map<Decider, Rule>();
  for (const policy of written) {
    for (const rule of rulesOf(policy)) {
      const by: Decider = { kind: 'rule', name: `${policy.title} ${rule.label}`, at: rule.at };
      named.set(rule, by);
      ruleOf.set(by, rule);
    }
  }
  const common = {
    box,
    writtenAs: (by: Decider) => ruleOf.get(by),
    actionOf: () => 'allow',
    isAdditive: true,
  } as const;
  const lists: PerimeterList[] = [];
  const told = new Set<Decider>();
  const add = (name: string, rules: readonly PolicyRule[]): void => {
    const renamed = rules.map((rule) => {
      // Who isolates is a policy, and no rule of it.
      const written = (rule.by as Partial<PolicyDecider>).rule;
      const by = written === undefined ? undefined : named.get(written);
      if (by === undefined) return rule;
      told.add(by);
      return { ...rule, by };
    });
    if (renamed.some(({ by }) => ruleOf.has(by))) {
      lists.push({ ...common, list: { name, rules: renamed } });
    }
  };
  for (const pod of samples) {
    const title = `${pod.namespace}/${pod.name}`;
    add(`egress of ${title} to addresses`, egressRules(view, pod));
    add(`ingress of ${title} from addresses`, ingressRules(view, pod));
    for (const sample of samples) {
      // Another one like it: what a pod sends to itself no policy sees (K8P-15).
      const far = sample === pod ? anotherLike(pod) : sample;
      const other = `${far.namespace}/${far.name}`;
      add(`egress of ${title} to ${other}`, egressBetween(view, pod, far));
      add(`ingress of ${title} from ${other}`, ingressBetween(view, far, pod));
    }
  }
  const silent = [...ruleOf.keys()].filter((by) => !told.has(by));
  if (silent.length === 0) return lists;
  const nobody: PerimeterList = {
    ...common,
    list: {
      name: 'rules that concern no pod of the input',
      rules: silent.map((by) => ({ region: [{}], effect: 'allow', by })),
      arriving: { region: [], why: 'no pod of the input is covered by its policy and fits it' },
    },
  };
  return [...lists, nobody];
}

function anotherLike(pod: PodClass): PodClass {
  const { address: _, ...rest } = pod;
  return { ...rest, name: `${pod.name} (another)` };
}

function rulesOf({ ingress, egress }: Policy): readonly Rule[] {
  return [...(ingress ?? []), ...(egress ?? [])];
}
