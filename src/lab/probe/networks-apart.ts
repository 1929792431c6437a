import type { LabEnd } from '../plan/lab-plan.ts';
import type { ProbePlan } from './probe-plan.ts';

const known = new WeakMap<ProbePlan['links'], ReadonlyMap<string, string>>();

/**
 * Do these ends stand in networks that do not reach each other? Those may use the same addresses and names, and a question says neither
 * which of them it starts in nor which it means: the proof takes one, the kernel perhaps another.
 */
export function areInSeveralNetworks(plan: ProbePlan, ends: readonly LabEnd[]): boolean {
  if (ends.length < 2) return false;
  const fabrics = known.get(plan.links) ?? fabricsOf(plan);
  known.set(plan.links, fabrics);
  return new Set(ends.flatMap(({ host }) => fabrics.get(host) ?? [])).size > 1;
}

/** The fabric that a host hangs on, by its own cable or by that of its node. */
function fabricsOf({ hosts, links }: ProbePlan): ReadonlyMap<string, string> {
  const kinds = new Map(hosts.map(({ name, kind }) => [name, kind]));
  const fabrics = new Map<string, string>();
  const pairs = links.flatMap(({ ends: [a, b] }) => [
    [a.host, b.host] as const,
    [b.host, a.host] as const,
  ]);
  for (const [host, other] of pairs) {
    if (kinds.get(other) === 'fabric' && kinds.get(host) !== 'edge') fabrics.set(host, other);
  }
  for (const [host, other] of pairs) {
    const fabric = kinds.get(other) === 'node' ? fabrics.get(other) : undefined;
    if (fabric !== undefined && kinds.get(host) === 'pod') fabrics.set(host, fabric);
  }
  return fabrics;
}
