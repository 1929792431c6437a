import type { PodClass } from '../../../model/index.ts';
import type { PolicyEngine } from '../../../network/index.ts';
import type { Direction, Policy, PolicySet, PortTerm, Rule } from '../policy.ts';
import { podsNamedBy, selectedPods } from './coverage-of-policies.ts';
import type { Pitfall } from './pitfall.ts';

/**
 * Named ports that no destination pod declares under that name and protocol, so that they match nothing (K8P-08), and
 * under Cilium names that stand for several numbers (K8P-52). O(named ports × pods).
 */
export function namedPortsWithoutPod(set: PolicySet, engine: PolicyEngine): readonly Pitfall[] {
  if (set.objects.pods.length === 0) return [];
  const pitfalls: Pitfall[] = [];
  for (const policy of set.policies) {
    for (const direction of ['ingress', 'egress'] as const) {
      for (const rule of policy[direction] ?? []) {
        if (rule.ports === 'any') continue;
        for (const port of rule.ports) {
          if (port.kind !== 'named') continue;
          pitfalls.push(...judge(set, engine, policy, direction, rule, port));
        }
      }
    }
  }
  return pitfalls;
}

function judge(
  set: PolicySet,
  engine: PolicyEngine,
  policy: Policy,
  direction: Direction,
  rule: Rule,
  port: Extract<PortTerm, { kind: 'named' }>,
): readonly Pitfall[] {
  const subjects = selectedPods(set, policy);
  const first = subjects[0];
  if (first === undefined) return [];
  const destinations =
    direction === 'ingress' ? subjects : podsNamedBy(set, 'generic', direction, first, rule.peers);
  const numbers = new Set(destinations.flatMap((pod) => numbersOf(pod, port)));
  const spelled = `${port.protocol === 'any' ? '' : `${port.protocol.toUpperCase()} `}\`${port.name}\``;
  const pitfall = (what: string, fact: Pitfall['fact']): Pitfall => ({
    subject: policy.title,
    place: port.at,
    what,
    fact,
  });
  if (numbers.size === 0) {
    const whose = direction === 'ingress' ? 'it covers' : 'the rule names';
    const what = `${rule.label}: no pod ${whose} declares a port ${spelled}; the rule matches nothing`;
    return [pitfall(what, 'K8P-08')];
  }
  if (engine !== 'cilium' || direction !== 'egress' || numbers.size === 1) return [];
  const listed = [...numbers].sort((a, b) => a - b).join(', ');
  return [
    pitfall(
      `${rule.label}: port ${spelled} is ${listed} on different pods; Cilium may take one for all`,
      'K8P-52',
    ),
  ];
}

function numbersOf(pod: PodClass, port: Extract<PortTerm, { kind: 'named' }>): readonly number[] {
  return pod.ports
    .filter(
      (one) =>
        one.name === port.name && (port.protocol === 'any' || one.protocol === port.protocol),
    )
    .map((one) => one.port);
}
