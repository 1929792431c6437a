import { ANY } from '../resource-types/shape-of-member.ts';
import type { Draft, Planning } from './draft.ts';
import { allNeeds, cyclesIn, impliedNeeds } from './needs.ts';
import type { PlanValue } from './plan.ts';
import { mapMembers, valuesOf } from './walk-values.ts';

/** Each round breaks every cycle there is at one place at least; real inputs need one or two. */
const ROUNDS_MAX = 50;

/**
 * Makes the needs of all drafts acyclic, in the way that costs least:
 *
 * 1. order that we only wish for (the firewall after its rules) is given up;
 * 2. an id is worked out instead of asked for, and waits for nothing (two resources that name each other);
 * 3. an address that the resource itself waits for becomes a parameter: the network's own DNS server, which is the
 *    firewall in it. Azure needs a second deployment for that, and the plan says so.
 *
 * Routes to a firewall were taken out of their table before (`routesApart`).
 */
export function breakCycles(planning: Planning): void {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const cycles = cyclesIn(needsOf(planning));
    if (cycles.length === 0) return;
    for (const cycle of cycles) breakCycle(planning, cycle);
  }
}

/**
 * Keys of route tables that wait, by their routes, for something that waits for them: subnet → table → firewall →
 * subnet of the same network. Their routes are deployed on their own, when the firewall is there.
 */
export function tablesInCycles(planning: Planning): readonly string[] {
  return cyclesIn(needsOf(planning))
    .flat()
    .filter((key) => {
      const draft = planning.drafts.get(key);
      return (
        draft?.type.toLowerCase() === 'microsoft.network/routetables' &&
        [...valuesOf(draft.body)].some((value) => value.kind === 'attribute')
      );
    });
}

function needsOf(planning: Planning): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map([...planning.drafts].map(([key, draft]) => [key, allNeeds(draft)]));
}

function breakCycle(planning: Planning, cycle: readonly string[]): void {
  const inCycle = new Set(cycle);
  const drafts = cycle.flatMap((key) => planning.drafts.get(key) ?? []);
  let isBroken = false;
  for (const draft of drafts) {
    for (const key of draft.order) {
      if (inCycle.has(key)) isBroken = draft.order.delete(key) || isBroken;
    }
  }
  if (isBroken) return;
  for (const draft of drafts) {
    if (weakenIds(draft, inCycle)) {
      const names = drafts.map(({ symbol }) => `\`${symbol}\``).join(', ');
      planning.diagnostics.push({
        code: 'plan/cycle',
        severity: 'warning',
        message: `${names} refer to each other; \`${draft.symbol}\` is deployed without waiting for the others`,
        at: draft.at,
        hint: 'Azure may refuse the first deployment; the second one passes',
      });
      return;
    }
  }
  for (const draft of drafts) {
    if (askForAttributes(planning, draft, inCycle)) return;
  }
}

/** Ids of others in the cycle, but not of what an attribute or a parent makes it wait for anyway. */
function weakenIds(draft: Draft, inCycle: ReadonlySet<string>): boolean {
  const hard = new Set<string>([draft.parent ?? '', draft.extends?.resource ?? '']);
  for (const value of valuesOf(draft.body)) {
    if (value.kind === 'attribute') hard.add(value.resource);
  }
  let changed = false;
  const weaken = (value: PlanValue): PlanValue | undefined => {
    if (value.kind !== 'resource-id' || value.isWeak === true) return undefined;
    if (!inCycle.has(value.of.resource) || hard.has(value.of.resource)) return undefined;
    changed = true;
    return { ...value, isWeak: true };
  };
  // Only what the resource can do without: a subnet must be there before something is put into it.
  if (!CAN_SPEAK_AHEAD.test(draft.type)) return false;
  const body = mapMembers(draft.body, weaken);
  if (changed) draft.body = body;
  return changed;
}

/** Azure takes an id of something that is not there yet only where it means a mere mention. */
const CAN_SPEAK_AHEAD = /^microsoft\.(?!network\/azurefirewalls$|network\/virtualnetworks$)/i;

function askForAttributes(planning: Planning, draft: Draft, inCycle: ReadonlySet<string>): boolean {
  let changed = false;
  const ask = (value: PlanValue): PlanValue | undefined => {
    if (value.kind !== 'attribute' || !inCycle.has(value.resource)) return undefined;
    changed = true;
    const other = planning.drafts.get(value.resource);
    const name = other?.symbol ?? 'resource';
    const what = String(value.path.at(-1));
    const missing = `${what} of ${name}, which ${draft.symbol} needs before ${name} is there`;
    planning.losses.push({
      what: `${draft.title}: ${what} of ${other?.title ?? name}`,
      why: `the two need each other, so it is a parameter; deploy once with any value and again with the address that ${other?.title ?? name} got`,
      at: value.at,
    });
    return planning.parameters.unknown(
      {
        kind: 'unknown',
        reason: 'run-time',
        text: `${name}.${what}`,
        missing,
        symbol: `attribute-parameter:${value.resource}:${value.path.join('.')}`,
        at: value.at,
      },
      { owner: name, path: what, shape: ANY },
    );
  };
  const body = mapMembers(draft.body, ask);
  if (changed) draft.body = body;
  return changed && !impliedNeeds(draft).has(draft.key);
}
