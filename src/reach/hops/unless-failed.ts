import { type Branch, ends, provided, type Step } from '../branch.ts';
import type { World } from '../world.ts';

/** What a box does with flows, unless the question takes it as failed; both when nobody knows whether it is hit. */
export function unlessFailed(
  { failures }: World,
  key: string,
  what: string,
  branch: Branch,
  visit: (branch: Branch) => readonly Step[],
): readonly Step[] {
  const by = { kind: 'platform', name: `${what} has failed` } as const;
  if (failures.keys.has(key)) return [ends(branch, { kind: 'no-route', by })];
  const doubt = failures.doubts.get(key);
  if (doubt === undefined) return visit(branch);
  return [...visit(branch), ends(provided(branch, doubt), { kind: 'no-route', by })];
}
