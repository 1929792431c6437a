import type { Condition } from '../../../flows/index.ts';

/** Does it hold? Empty: yes. `undefined`: no. Otherwise only if all of these come out so. */
export type Holding = readonly Condition[] | undefined;

export const HOLDS: Holding = [];

export function isSure(holding: Holding): boolean {
  return holding !== undefined && holding.length === 0;
}

export function onlyIf(condition: boolean): Holding {
  return condition ? HOLDS : undefined;
}

export function all(...parts: readonly Holding[]): Holding {
  const needs: Condition[] = [];
  for (const part of parts) {
    if (part === undefined) return undefined;
    if (part.length > 0) needs.push(...part);
  }
  return needs;
}

/** Alternatives. What none of them settles needs what any of them needs. */
export function some(parts: readonly Holding[]): Holding {
  const needs: Condition[] = [];
  for (const part of parts) {
    if (part === undefined) continue;
    if (part.length === 0) return HOLDS;
    needs.push(...part);
  }
  return needs.length === 0 ? undefined : needs;
}

export function not(part: Holding): Holding {
  if (part === undefined) return HOLDS;
  return part.length === 0 ? undefined : part;
}
