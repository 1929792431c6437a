import {
  type Condition,
  distinctConditions,
  FlowSets,
  rebase,
  refined,
} from '../../flows/index.ts';
import type { Network } from '../../network/index.ts';
import {
  type Budget,
  type Diagram,
  DiagramTable,
  NOTHING,
  withinBudget,
} from '../../packets/index.ts';
import {
  type Conclusion,
  conclude,
  doorsFor,
  type Origin,
  originsOf,
  parseSelector,
  type ReachCell,
  type ReachVerdict,
  startsOf,
  type Target,
  targetsOf,
  walkAll,
  worldOf,
} from '../../reach/index.ts';
import type { Decider } from '../../semantics/verdict.ts';
import type { Inconclusive, Witness } from '../query/answer.ts';
import { isWalked } from '../query/replay.ts';
import { preferredIn, wishesFor } from '../query/wishes.ts';

/** What one version makes of some flows, end to end. */
export interface ReachSide {
  /** `absent`: this version has no such sender or receiver. */
  readonly verdict: ReachVerdict | 'absent';
  /** Who decided: the one that stops it, else the last filter that let it through. */
  readonly by?: Decider;
  readonly needs: readonly Condition[];
}

export interface ReachChange {
  readonly origins: readonly string[];
  readonly target: string;
  readonly before: ReachSide;
  readonly after: ReachSide;
  readonly sets: FlowSets;
  readonly flows: Diagram;
  /** The same flow in both versions. */
  readonly witness?: Witness;
}

/** Which senders and receivers are compared: what people mean by "what opens?" in front of a pull request. */
const PAIRS: readonly (readonly [string, string])[] = [
  ['pods', 'internet'],
  ['nodes', 'internet'],
  ['pods', 'pods'],
  ['nodes', 'pods'],
  ['internet', 'pods'],
];

/** More pairs of one kind than this are not walked one by one. */
const PAIRS_MAX = 2_500;

export interface ReachComparison {
  readonly changes: readonly ReachChange[];
  readonly inconclusive: readonly Inconclusive[];
  /** Pairs of ends that were compared. */
  readonly compared: number;
}

/** Flows between workloads, nodes and the internet that the two versions treat differently, by who decides before and after. */
export function compareReach(
  before: Network,
  after: Network,
  options: {
    readonly budget?: Budget;
    readonly onProgress?: (done: number, total: number) => void;
  } = {},
): ReachComparison {
  const changes = new Map<string, ReachChange>();
  const inconclusive: Inconclusive[] = [];
  const given = options.budget === undefined ? {} : { budget: options.budget };
  const worlds = [worldOf(before, given), worldOf(after, given)] as const;
  const jobs: (() => void)[] = [];
  for (const [from, to] of PAIRS) {
    const [senders, receivers] = [parseSelector(from), parseSelector(to)];
    if (senders.kind === 'problem' || receivers.kind === 'problem') continue;
    const origins = worlds.map((world) => byLabel(originsOf(world, senders.selector)));
    const targets = worlds.map((world, version) => {
      // From outside nobody writes a pod's address: the ways in are public addresses.
      const [outside] = from === 'internet' ? origins[version]!.values() : [];
      const doors = outside === undefined ? [] : doorsFor(world, outside);
      const named = byLabel(targetsOf(world, receivers.selector));
      return new Map([...named, ...doors.map((door) => [door.label, door] as const)]);
    });
    const originLabels = [...new Set(origins.flatMap((list) => [...list.keys()]))];
    const targetLabels = [...new Set(targets.flatMap((list) => [...list.keys()]))];
    if (originLabels.length * targetLabels.length > PAIRS_MAX) {
      inconclusive.push({
        exhausted: 'ways',
        artefact: `${originLabels.length} × ${targetLabels.length} pairs of ${from} and ${to}`,
        hint: `ask sallyport query for one of them in both versions`,
      });
      continue;
    }
    for (const origin of originLabels) {
      for (const target of targetLabels) {
        jobs.push(() => {
          const sides = worlds.map((world, version) =>
            sideOf(world, origins[version]!.get(origin), targets[version]!.get(target)),
          ) as [SideOf, SideOf];
          const asked = withinBudget(`${origin} to ${target}`, () =>
            changesOf(origin, target, sides[0](), sides[1](), [before, after]),
          );
          if (asked.kind === 'inconclusive') {
            const { exhausted, artefact } = asked;
            inconclusive.push({ exhausted, artefact, hint: 'give it more time: --time-limit' });
          } else for (const change of asked.value) together(changes, change);
        });
      }
    }
  }
  for (const [done, job] of jobs.entries()) {
    options.onProgress?.(done, jobs.length);
    job();
  }
  return { changes: [...changes.values()], inconclusive, compared: jobs.length };
}

interface Version {
  readonly conclusion: Conclusion;
  readonly origin: Origin;
  readonly target: Target;
}

type SideOf = () => Version | undefined;

function sideOf(
  world: ReturnType<typeof worldOf>,
  origin: Origin | undefined,
  target: Target | undefined,
): SideOf {
  return () => {
    if (origin === undefined || target === undefined) return undefined;
    const starts = startsOf(world, origin, target);
    const [first] = starts;
    if (first === undefined) return undefined;
    const walked = walkAll(starts);
    if (walked.kind === 'too-many-ways') return undefined;
    return { conclusion: conclude(walked.ended, first.branch.sets), origin, target };
  };
}

function byLabel<T extends { readonly label: string }>(
  found: { readonly kind: 'found'; readonly found: readonly T[] } | { readonly kind: 'problem' },
): ReadonlyMap<string, T> {
  return new Map(found.kind === 'found' ? found.found.map((one) => [one.label, one]) : []);
}

function changesOf(
  origin: string,
  target: string,
  before: Version | undefined,
  after: Version | undefined,
  networks: readonly [before: Network, after: Network],
): ReachChange[] {
  const known = after ?? before;
  if (known === undefined) return [];
  const versions = [before, after].flatMap((version) => version ?? []);
  const universes = versions.map(({ conclusion }) => conclusion.sets.universe);
  const sets = new FlowSets(
    refined([universes[0]!, ...universes.slice(1)]),
    new DiagramTable(known.conclusion.sets.table.budget),
  );
  const { table } = sets;
  const [old, now] = [before, after].map((version) => sidesOf(version, sets));
  const changes: ReachChange[] = [];
  for (const left of old!) {
    for (const right of now!) {
      if (left.side.verdict === right.side.verdict) continue;
      const flows =
        left.flows === undefined
          ? right.flows
          : right.flows === undefined
            ? left.flows
            : table.mask(left.flows, right.flows);
      if (flows === undefined || flows === NOTHING) continue;
      const point = sets.witness(flows, wishesFor(sets.universe), preferredIn(sets.universe));
      const witness =
        point === undefined
          ? undefined
          : {
              from: known.origin.spell(point),
              to: known.target.spell(point),
              protocol: point.protocol,
            };
      const isShown =
        witness !== undefined &&
        isShownAs(networks[0], witness, left.side.verdict) &&
        isShownAs(networks[1], witness, right.side.verdict);
      changes.push({
        origins: [origin],
        target,
        before: needing(left, flows, sets),
        after: needing(right, flows, sets),
        sets,
        flows,
        ...(isShown ? { witness } : {}),
      });
    }
  }
  return changes;
}

/** Has `trace` said the same of the flow in this version? One that has no such pair has nothing to walk. */
function isShownAs(network: Network, witness: Witness, verdict: ReachSide['verdict']): boolean {
  return verdict === 'absent' || isWalked(network, witness, verdict);
}

interface SideFlows {
  readonly side: ReachSide;
  /** Absent: this version has no such pair. */
  readonly flows?: Diagram;
  /** Which of them hang on what. */
  readonly hanging: readonly { readonly flows: Diagram; readonly needs: readonly Condition[] }[];
}

/** What these flows hang on, and no others. */
function needing({ side, hanging }: SideFlows, flows: Diagram, { table }: FlowSets): ReachSide {
  const needs = hanging.filter((each) => table.meet(each.flows, flows)).map((each) => each.needs);
  return { ...side, needs: distinctConditions(...needs) };
}

/** The flows of one version by verdict and decider; those without flows of their own stand for a version without the pair. */
function sidesOf(version: Version | undefined, sets: FlowSets): readonly SideFlows[] {
  if (version === undefined) return [{ side: { verdict: 'absent', needs: [] }, hanging: [] }];
  const { conclusion } = version;
  const sides = new Map<string, SideFlows & { readonly flows: Diagram }>();
  for (const cell of conclusion.cells) {
    // What hangs on something has no one decider.
    const by = cell.verdict === 'open' ? undefined : deciderOf(cell);
    const key = `${cell.verdict} ${by?.name ?? ''}`;
    const flows = rebase(conclusion.sets, sets, cell.flows);
    const known = sides.get(key);
    const side: ReachSide = {
      verdict: cell.verdict,
      needs: [],
      ...(by === undefined ? {} : { by }),
    };
    const all = known === undefined ? flows : sets.table.override(known.flows, flows);
    const hanging = [...(known?.hanging ?? []), { flows, needs: cell.needs }];
    sides.set(key, { side, flows: all, hanging });
  }
  return [...sides.values()];
}

/** A person asks for the rule: the one that stops it, or the last rule or policy that let it through. */
function deciderOf({ by, chain }: ReachCell): Decider | undefined {
  if (by !== undefined) return by;
  const written = chain.filter(({ by: decider }) => decider.kind === 'rule');
  return (written.at(-1) ?? chain.at(-1))?.by;
}

function together(changes: Map<string, ReachChange>, change: ReachChange): void {
  const { before, after, target, sets, flows } = change;
  const said = ({ verdict, by }: ReachSide) => [verdict, by?.name ?? ''];
  const count = sets.boxes(flows, 0).count;
  const key = JSON.stringify([said(before), said(after), target, count]);
  const known = changes.get(key);
  const origins = known === undefined ? change.origins : [...known.origins, ...change.origins];
  changes.set(key, { ...(known ?? change), origins: [...new Set(origins)] });
}
