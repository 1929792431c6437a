import { distinctConditions, type FlowBox, FlowSets, rebase, refined } from '../flows/index.ts';
import { type Diagram, DiagramTable, NOTHING } from '../packets/index.ts';
import type { Branch, Ended, Place, Step } from './branch.ts';

/** Ways that go on as one. What they have behind them is put back when they have ended. */
export interface Merged {
  readonly branch: Branch;
  readonly place: Place;
  /** The ways as they were. Absent: it is one way, with all that is behind it. */
  readonly members?: readonly Branch[];
}

/**
 * What a box makes of flows hangs on where they stand and what their headers say, not on how they got there. So flows that one visit
 * sends to the same place with the same headers go on together. O(ways · different headers).
 */
export function merged(steps: readonly Step[]): readonly Merged[] {
  const groups: { readonly place: Place; readonly members: Branch[] }[] = [];
  for (const step of steps) {
    if (step.kind !== 'goes-on') continue;
    const { branch, place } = step;
    const group = groups.find(
      (one) => isSamePlace(one.place, place) && standAlike(one.members[0]!, branch),
    );
    if (group === undefined) groups.push({ place, members: [branch] });
    else group.members.push(branch);
  }
  return groups.map(({ place, members }): Merged => {
    const [only] = members;
    if (members.length === 1) return { branch: only!, place };
    return { branch: together(members), place, members };
  });
}

/** Several places may have one key: what leads into a pod depends on how it got there. */
function isSamePlace(a: Place, b: Place): boolean {
  return a === b || (a.key === b.key && a.isOne === true && b.isOne === true);
}

/** What is behind flows, or only says which they are. Whatever else a branch carries may decide what becomes of it. */
const BEHIND: ReadonlySet<string> = new Set([
  'sets',
  'flows',
  'bounds',
  'needs',
  'trail',
  'assumptions',
]);

function standAlike(a: Branch, b: Branch): boolean {
  const ahead = (branch: Branch) =>
    Object.fromEntries(Object.entries(branch).filter(([key]) => !BEHIND.has(key)));
  return isSame(ahead(a), ahead(b), -1);
}

const DEPTH_MAX = 5;

/** Equal values; objects that go deeper than ends, sessions and address sets do are the same only when they are one. */
function isSame(a: unknown, b: unknown, depth = 0): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (depth === DEPTH_MAX) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => isSame(Reflect.get(a, key), Reflect.get(b, key), depth + 1))
  );
}

function together(members: readonly Branch[]): Branch {
  const [first, ...rest] = members;
  const universes = new Set(rest.map(({ sets }) => sets.universe));
  const universe = refined([first!.sets.universe, ...universes]);
  const sets =
    universe === first!.sets.universe
      ? first!.sets
      : new FlowSets(universe, new DiagramTable(first!.sets.table.budget));
  const union = (from: number, to: number): Diagram => {
    if (to - from === 1) {
      const { sets: own, flows } = members[from]!;
      return rebase(own, sets, flows);
    }
    const middle = (from + to) >>> 1;
    return sets.table.override(union(from, middle), union(middle, to));
  };
  const flows = union(0, members.length);
  const bounds = members.map((member) => member.bounds).reduce(commonBounds);
  return { ...first!, sets, flows, bounds, needs: [], trail: [], assumptions: [] };
}

/** What bounds all. A header whose bounds differ has none: the union of many is not worth its computing. */
function commonBounds(a: FlowBox, b: FlowBox): FlowBox {
  if (a === b) return a;
  const entries = Object.entries(a).filter(([key, value]) => isSame(value, Reflect.get(b, key)));
  return Object.fromEntries(entries);
}

/** What lies behind the members of a merged way, innermost merge first. */
export interface Behind {
  readonly members: readonly Branch[];
  readonly before: Behind | undefined;
}

/** Puts back what ended ways have behind them: each becomes one per member that shares flows with it. */
export class Unmerging {
  readonly #moved = new WeakMap<FlowSets, Map<Branch, Diagram>>();

  /** O(members · rows). */
  apart(ended: Ended, behind: Behind | undefined): readonly Ended[] {
    let list: readonly Ended[] = [ended];
    for (let level = behind; level !== undefined; level = level.before) {
      const { members } = level;
      list = list.flatMap((each) => members.flatMap((member) => this.#of(each, member)));
    }
    return list;
  }

  #of({ branch, ending }: Ended, member: Branch): readonly Ended[] {
    const { sets } = branch;
    const flows = sets.table.mask(branch.flows, this.#flowsIn(sets, member));
    if (flows === NOTHING) return [];
    const whole: Branch = {
      ...branch,
      flows,
      needs: distinctConditions(member.needs, branch.needs),
      trail: [...member.trail, ...branch.trail],
      assumptions: [...member.assumptions, ...branch.assumptions],
    };
    return [{ branch: whole, ending }];
  }

  #flowsIn(sets: FlowSets, member: Branch): Diagram {
    let known = this.#moved.get(sets);
    if (known === undefined) {
      known = new Map();
      this.#moved.set(sets, known);
    }
    let flows = known.get(member);
    if (flows === undefined) {
      flows = rebase(member.sets, sets, member.flows);
      known.set(member, flows);
    }
    return flows;
  }
}
