import type { Diagnostic, Place } from '../../diagnostics/index.ts';
import type { FlowSets } from '../../flows/index.ts';
import { portSetHas } from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import { type Budget, type Wishes, withinBudget } from '../../packets/index.ts';
import {
  doorsFor,
  type Failures,
  type Fates,
  fatesOf,
  NO_FAILURES,
  type Origin,
  originsOf,
  parseSelector,
  podsOf,
  type ReachCell,
  type Selector,
  type Target,
  targetsOf,
  type World,
  worldOf,
} from '../../reach/index.ts';
import type { Inconclusive, QueryAnswer, QueryCell } from './answer.ts';
import { isWalked } from './replay.ts';
import { shownFlows } from './shown-flows.ts';
import { preferredIn, wishesFor } from './wishes.ts';

export interface QueryOptions {
  readonly from: string;
  readonly to: string;
  readonly budget?: Budget;
  /** What is taken as failed; see `failuresOf`. */
  readonly failures?: Failures;
  /** Boxes shown per cell; the number of all is told in any case. Default 200. */
  readonly boxesMax?: number;
  readonly onProgress?: (done: number, total: number) => void;
  /** Is told the name of every rule list that the answer rests on. */
  readonly onTold?: (list: string) => void;
}

export interface QueryOutcome {
  readonly answer: QueryAnswer;
  /** About the question: a side that names nothing. The answer is then empty. */
  readonly diagnostics: readonly Diagnostic[];
}

const BOXES_MAX = 200;

/**
 * All flows from one set of ends to another, cut by what becomes of them and who decides. Every flow that is shown as an example
 * has been walked by `trace` first, which shares nothing with what is asked here but the reading of the input; should the two
 * disagree, that is a bug of ours and ends as one.
 * @throws InvariantError when a witness is not what it is shown for
 */
export function answerQuery(network: Network, options: QueryOptions): QueryOutcome {
  const from = parseSelector(options.from);
  const to = parseSelector(options.to);
  const nothing: QueryAnswer = { from: options.from, to: options.to, cells: [], inconclusive: [] };
  const refuse = (message: string, hint: string): QueryOutcome => ({
    answer: nothing,
    diagnostics: [{ code: 'trace/endpoint', severity: 'error', message, hint }],
  });
  if (from.kind === 'problem') return refuse(from.message, from.hint);
  if (to.kind === 'problem') return refuse(to.message, to.hint);
  const world = worldOf(network, {
    ...(options.budget === undefined ? {} : { budget: options.budget }),
    ...(options.failures === undefined ? {} : { failures: options.failures }),
  });
  const origins = originsOf(world, from.selector);
  if (origins.kind === 'problem') return refuse(origins.message, origins.hint);
  const targets = targetsOf(world, to.selector);
  if (targets.kind === 'problem') return refuse(targets.message, targets.hint);

  const cells = new Map<string, QueryCell>();
  const inconclusive: Inconclusive[] = [];
  const ask = (some: readonly Origin[], target: Target, asking: Asking): void => {
    const artefact = `${labelOf(some)} to ${target.label}`;
    const asked = withinBudget(artefact, () => fatesShown(world, some, target, asking));
    const hint = narrower(to.selector);
    if (asked.kind === 'inconclusive') {
      inconclusive.push({ exhausted: asked.exhausted, artefact, hint });
      return;
    }
    for (const { origins: lost, at } of asked.value.tooMany) {
      const what = `${labelOf(lost)} to ${target.label}, at ${at}`;
      inconclusive.push({ exhausted: 'ways', artefact: what, hint });
    }
    for (const cell of asked.value.cells) together(cells, cell);
  };
  for (const [index, target] of targets.found.entries()) {
    const onProgress = (done: number, total: number): void =>
      options.onProgress?.(index * total + done, targets.found.length * total);
    ask(origins.found, target, { options, onProgress });
  }
  if (to.selector.kind === 'pods') {
    const isMeant = meantBy(world, to.selector);
    for (const origin of origins.found) {
      for (const door of doorsFor(world, origin)) ask([origin], door, { options, isMeant });
    }
  }
  for (const list of world.told.keys()) options.onTold?.(list);
  return { answer: { ...nothing, cells: [...cells.values()], inconclusive }, diagnostics: [] };
}

/**
 * Whoever asks about pods from outside the cluster means the ways in as well: public addresses and front ends that lead to these pods.
 * What ends before it is known whom it would reach is told as open.
 */
function meantBy(world: World, asked: Selector & { kind: 'pods' }): (cell: ReachCell) => boolean {
  const found = podsOf(world.network, asked);
  if (found.kind === 'problem') return () => false;
  const names = new Set(found.found.map(({ namespace, name }) => `${namespace}/${name}`));
  return ({ chain, verdict, to, port }) => {
    const pod = chain.find(({ box }) => box === 'pod')?.name;
    if (pod === undefined) return verdict === 'open' && to === undefined;
    const isPort = asked.ports === undefined || port === undefined || portSetHas(asked.ports, port);
    return names.has(pod) && isPort;
  };
}

interface Asking {
  readonly options: QueryOptions;
  readonly isMeant?: (cell: ReachCell) => boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A cell with everybody who sends its flows. Examples are written for the first. */
interface SharedCell {
  readonly cell: ReachCell;
  readonly origin: Origin;
  readonly labels: Set<string>;
}

/** All senders, one receiver. Regions are written out once for all that share them. */
function fatesShown(
  world: World,
  origins: readonly Origin[],
  target: Target,
  { options, isMeant = () => true, onProgress }: Asking,
): { readonly cells: readonly QueryCell[]; readonly tooMany: Fates['tooMany'] } {
  const found = fatesOf(world, origins, target, onProgress);
  if (found === undefined) return { cells: [], tooMany: [] };
  const { sets, fates, tooMany } = found;
  const shared = new Map<string, SharedCell>();
  for (const { origins: alike, cells } of fates) {
    for (const cell of cells) {
      if (!isMeant(cell)) continue;
      const key = reasonOf(cell, cell.flows);
      let known = shared.get(key);
      if (known === undefined) {
        known = { cell, origin: alike[0]!, labels: new Set() };
        shared.set(key, known);
      }
      for (const { label } of alike) known.labels.add(label);
    }
  }
  const wishes = wishesFor(sets.universe);
  const cells = [...shared.values()].map((each) =>
    shownCell(world, sets, each, target, wishes, options),
  );
  return { cells, tooMany };
}

function shownCell(
  world: World,
  sets: FlowSets,
  { cell, origin, labels }: SharedCell,
  target: Target,
  wishes: Wishes,
  options: QueryOptions,
): QueryCell {
  const point = sets.witness(cell.flows, wishes, preferredIn(sets.universe));
  const witness =
    point === undefined
      ? undefined
      : {
          from: origin.spell(point),
          to: target.spell(point),
          protocol: point.protocol,
        };
  // Nobody walks a world in which something has failed: such an example is not offered to `trace`.
  const isShown =
    witness !== undefined &&
    (world.failures !== NO_FAILURES || isWalked(world.network, witness, cell.verdict));
  return {
    verdict: cell.verdict,
    origins: [...labels],
    target: target.label,
    chain: cell.chain,
    ...(cell.alternatives === undefined ? {} : { alternatives: cell.alternatives }),
    needs: cell.needs,
    assumptions: cell.assumptions,
    flows: shownFlows(sets, cell.flows, options.boxesMax ?? BOXES_MAX),
    ...(cell.to === undefined ? {} : { to: cell.to }),
    ...(cell.by === undefined ? {} : { by: cell.by }),
    ...(isShown ? { witness } : {}),
  };
}

/** Origins whose flows meet the same fate for the same reason are one line. */
function together(cells: Map<string, QueryCell>, cell: QueryCell): void {
  const key = `${cell.target} ${reasonOf(cell, cell.flows)}`;
  const known = cells.get(key);
  if (known === undefined) cells.set(key, cell);
  else cells.set(key, { ...known, origins: [...new Set([...known.origins, ...cell.origins])] });
}

/** Equal for cells that differ only in who sends. Places are told by where they are: they carry the lines of whole files. */
function reasonOf(
  { verdict, to, by, needs, assumptions, chain }: Omit<ReachCell, 'flows'>,
  flows: unknown,
): string {
  const placed = ({ at }: { readonly at?: Place }) => [at?.source.file, at?.offset];
  return JSON.stringify(
    [
      verdict,
      flows,
      to,
      by === undefined ? [] : [by.name, placed(by)],
      needs.map((need) => [need.missing, placed(need)]),
      assumptions,
      chain
        .filter(({ box }) => box !== 'pod')
        .map(({ name, stage, by: who }) => [name, stage, who.name]),
    ],
    (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
  );
}

function labelOf(origins: readonly Origin[]): string {
  const [first] = origins;
  return origins.length < 2 ? `${first?.label}` : `${first?.label} and ${origins.length - 1} more`;
}

function narrower(asked: Selector): string {
  return asked.ports === undefined
    ? `ask for one port: --to ${asked.text}:443`
    : 'ask for one workload, or a smaller prefix';
}
