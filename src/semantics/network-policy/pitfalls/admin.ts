import { addressSetsOverlap } from '../../../net/index.ts';
import type { AdminPolicy, Direction, Peer, PolicySet, PortTerm, Rule } from '../policy.ts';
import { podsNamedBy, selectedPods } from './coverage-of-policies.ts';
import type { Pitfall } from './pitfall.ts';

/**
 * Admin policies of one tier and priority that cover a common pod and have rules of different actions for common peers
 * and ports: either may win (K8P-24). Quadratic only within one priority.
 */
export function rivalAdminPolicies(set: PolicySet): readonly Pitfall[] {
  const groups = new Map<string, AdminPolicy[]>();
  for (const policy of set.policies) {
    if (policy.type !== 'admin') continue;
    const key = `${policy.tier} ${policy.priority}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [policy]);
    else group.push(policy);
  }
  const pitfalls: Pitfall[] = [];
  for (const group of groups.values()) {
    for (const [index, a] of group.entries()) {
      for (const b of group.slice(index + 1)) {
        const clash = clashOf(set, a, b);
        if (clash === undefined) continue;
        pitfalls.push({
          subject: a.title,
          place: clash.at,
          what: `it shares priority ${a.priority} with ${b.title}, and their rules \`${clash.a}\` and \`${clash.b}\` decide the same flows differently: either may win`,
          fact: 'K8P-24',
        });
      }
    }
  }
  return pitfalls;
}

function clashOf(set: PolicySet, a: AdminPolicy, b: AdminPolicy) {
  const ofB = new Set(selectedPods(set, b));
  const common = selectedPods(set, a).find((pod) => ofB.has(pod));
  if (common === undefined) return undefined;
  for (const direction of ['ingress', 'egress'] as const) {
    for (const one of a[direction] ?? []) {
      for (const other of b[direction] ?? []) {
        if (one.action === other.action || !portsMeet(one.ports, other.ports)) continue;
        if (peersMeet(set, direction, common, one, other)) {
          return { at: one.at, a: one.label, b: other.label };
        }
      }
    }
  }
  return undefined;
}

function peersMeet(
  set: PolicySet,
  direction: Direction,
  subject: Parameters<typeof podsNamedBy>[3],
  a: Rule,
  b: Rule,
): boolean {
  if (a.peers === 'any' || b.peers === 'any') return true;
  const blocksOf = (peers: readonly Peer[]) =>
    peers.flatMap((peer) => (peer.kind === 'block' ? [peer.addresses] : []));
  const meet = blocksOf(a.peers).some((one) =>
    blocksOf(b.peers as readonly Peer[]).some((other) => addressSetsOverlap(one, other)),
  );
  if (meet) return true;
  const ofB = new Set(podsNamedBy(set, 'generic', direction, subject, b.peers));
  return podsNamedBy(set, 'generic', direction, subject, a.peers).some((pod) => ofB.has(pod));
}

function portsMeet(a: readonly PortTerm[] | 'any', b: readonly PortTerm[] | 'any'): boolean {
  if (a === 'any' || b === 'any') return true;
  return a.some((one) => b.some((other) => portMeets(one, other)));
}

/** Named ports may stand for any number. */
function portMeets(a: PortTerm, b: PortTerm): boolean {
  if (a.kind !== 'range' || b.kind !== 'range') return true;
  const sameProtocol = a.protocol === 'any' || b.protocol === 'any' || a.protocol === b.protocol;
  return sameProtocol && a.low <= b.high && b.low <= a.high;
}
