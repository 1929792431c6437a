import {
  type Condition,
  distinctConditions,
  FlowSets,
  type FlowUniverse,
  rebase,
  refined,
} from '../flows/index.ts';
import type { Port } from '../net/index.ts';
import { type Diagram, DiagramTable, NOTHING } from '../packets/index.ts';
import type { Decider } from '../semantics/verdict.ts';
import type { Branch, Ended, Ending, Passed } from './branch.ts';

/**
 * `allowed`: arrives, and so does the answer, whatever is unknown. `denied`: never arrives. `broken`: arrives for certain, and the
 * answer for certain does not come back. `open`: hangs on the conditions.
 */
export type ReachVerdict = 'allowed' | 'denied' | 'broken' | 'open';

/** Flows with one verdict for one reason. */
export interface ReachCell {
  readonly verdict: ReachVerdict;
  readonly flows: Diagram;
  /** Where they end: a box, the internet. Absent for those that never arrive. */
  readonly to?: string;
  /** The port they have at the end, where somebody translated it. */
  readonly port?: Port;
  /** Who decides: for a denial the one that denies, for the rest the chain. */
  readonly chain: readonly Passed[];
  readonly by?: Decider;
  /** How many other rules may decide the same way under the same needs: `chain` names the first. */
  readonly alternatives?: number;
  /** Empty unless the verdict is `open`. */
  readonly needs: readonly Condition[];
  readonly assumptions: readonly string[];
}

export interface Conclusion {
  readonly sets: FlowSets;
  readonly cells: readonly ReachCell[];
  /** The flows of each verdict: disjoint, and together all that was asked about. */
  readonly regions: Readonly<Record<ReachVerdict, Diagram>>;
}

/**
 * Puts the ends of all ways together. Ways overlap where something is unknown: a flow that may arrive and may not is open, with
 * what would tell; one that arrives on every way is allowed whatever is unknown. O(ways · rows).
 * @param sets tell apart whatever the ways do; given where several conclusions are compared
 */
export function conclude(
  ended: readonly Ended[],
  asked: FlowSets,
  sets: FlowSets = setsOf(ended, asked),
): Conclusion {
  const { table } = sets;
  const moved = ended.map(({ branch, ending }) => ({
    branch,
    ending: settled(branch, ending),
    flows: rebase(branch.sets, sets, branch.flows),
  }));
  const all = (likes: (ending: Ending) => boolean): Diagram =>
    moved.reduce(
      (union, each) => (likes(each.ending) ? table.override(union, each.flows) : union),
      NOTHING,
    );
  const good = all(({ kind }) => kind === 'delivered' || kind === 'left');
  const lost = all(({ kind }) => kind === 'broken');
  const bad = all(({ kind }) => kind === 'denied' || kind === 'no-route' || kind === 'loop');
  const unseen = all(({ kind }) => kind === 'open');
  const but = (set: Diagram, ...others: readonly Diagram[]): Diagram =>
    others.reduce((left, other) => table.except(left, other), set);
  const allowed = but(good, bad, lost, unseen);
  const denied = but(bad, good, lost, unseen);
  const broken = but(lost, good, bad, unseen);
  const every = [good, lost, bad, unseen].reduce((a, b) => table.override(a, b), NOTHING);
  const openRegion = but(every, allowed, denied, broken);
  const regions = { allowed, denied, broken, open: openRegion };

  const cells = new Map<string, ReachCell>();
  const add = (verdict: ReachVerdict, each: (typeof moved)[number], flows: Diagram): void => {
    if (flows === NOTHING) return;
    const { ending, branch } = each;
    const by = 'by' in ending ? ending.by : undefined;
    const own = ending.kind === 'open' ? ending.needs : [];
    const needs = verdict === 'open' ? distinctConditions(branch.needs, own) : [];
    const told = verdict === 'denied' ? [] : branch.trail;
    const key = JSON.stringify([
      verdict,
      verdict === 'open' ? by !== undefined : (by?.name ?? ''),
      // What hangs on the same is one cell, whichever of many rules may decide it.
      told.map(({ name, stage, by: who }) => [name, stage, verdict === 'open' ? '' : who.name]),
      needs.map(({ missing }) => missing),
      'to' in ending ? ending.to : '',
    ]);
    const known = cells.get(key);
    if (known !== undefined) {
      const isOther =
        verdict === 'open' &&
        (known.by?.name !== by?.name || !isSameChain(known.chain, branch.trail));
      cells.set(key, {
        ...known,
        flows: table.override(known.flows, flows),
        ...(isOther ? { alternatives: (known.alternatives ?? 0) + 1 } : {}),
      });
      return;
    }
    const others = branch.trail.reduce((sum, passed) => sum + (passed.alternatives ?? 0), 0);
    cells.set(key, {
      verdict,
      flows,
      ...(verdict === 'open' && others > 0 ? { alternatives: others } : {}),
      chain: branch.trail,
      ...(branch.header.destinationPort === undefined
        ? {}
        : { port: branch.header.destinationPort }),
      needs,
      assumptions: branch.assumptions,
      ...(by === undefined ? {} : { by }),
      ...('to' in ending ? { to: ending.to } : {}),
    });
  };
  // Whoever decides without a need names the flow; a rule that may come before it and says the same only names what is left.
  const told = { allowed: NOTHING, denied: NOTHING, broken: NOTHING };
  const addOnce = (
    verdict: keyof typeof told,
    each: (typeof moved)[number],
    region: Diagram,
  ): void => {
    const flows = but(table.mask(each.flows, region), told[verdict]);
    told[verdict] = table.override(told[verdict], flows);
    add(verdict, each, flows);
  };
  const byNeeds = [...moved].sort(
    (a, b) => a.branch.needs.length - b.branch.needs.length || byEnd(a.ending, b.ending),
  );
  for (const each of byNeeds) {
    const { kind } = each.ending;
    if (kind === 'delivered' || kind === 'left') addOnce('allowed', each, allowed);
    else if (kind === 'broken') addOnce('broken', each, broken);
    else if (kind !== 'open') addOnce('denied', each, denied);
    const isTelling = kind === 'open' || each.branch.needs.length > 0;
    if (isTelling) add('open', each, table.mask(each.flows, openRegion));
  }
  return { sets, cells: [...cells.values()], regions };
}

function setsOf(ended: readonly Ended[], asked: FlowSets): FlowSets {
  const universes = new Set<FlowUniverse>([asked.universe]);
  for (const { branch } of ended) universes.add(branch.sets.universe);
  const [first, ...rest] = universes;
  return new FlowSets(refined([first!, ...rest]), new DiagramTable(asked.table.budget));
}

/** Of ways under as many needs that end alike, the one that leaves the network names the flow: whichever was found first. */
function byEnd(a: Ending, b: Ending): number {
  return Number(b.kind === 'left') - Number(a.kind === 'left');
}

/** What arrives from a sender nobody can tell is open; what such a sender is denied is denied. */
function settled({ unsettled }: Branch, ending: Ending): Ending {
  const arrives = ['delivered', 'left', 'broken'].includes(ending.kind);
  return unsettled === undefined || !arrives ? ending : { kind: 'open', needs: [unsettled] };
}

function isSameChain(a: readonly Passed[], b: readonly Passed[]): boolean {
  return a.length === b.length && a.every(({ by }, index) => by.name === b[index]!.by.name);
}
