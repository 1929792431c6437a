import { type Diagnostic, InvariantError } from '../../diagnostics/index.ts';
import type { FlowSets } from '../../flows/index.ts';
import { portSetHas } from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import { type Budget, withinBudget } from '../../packets/index.ts';
import {
  conclude,
  doorsFor,
  type Origin,
  originsOf,
  parseSelector,
  podsOf,
  type ReachCell,
  type Selector,
  startsOf,
  type Target,
  targetsOf,
  type World,
  walkAll,
  worldOf,
} from '../../reach/index.ts';
import type { Inconclusive, QueryAnswer, QueryCell } from './answer.ts';
import { replay } from './replay.ts';
import { shownFlows } from './shown-flows.ts';
import { PREFERRED, wishesFor } from './wishes.ts';

export interface QueryOptions {
  readonly from: string;
  readonly to: string;
  readonly budget?: Budget;
  /** Keys of resources that are taken as failed. */
  readonly without?: ReadonlySet<string>;
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
    ...(options.without === undefined ? {} : { without: options.without }),
  });
  const origins = originsOf(world, from.selector);
  if (origins.kind === 'problem') return refuse(origins.message, origins.hint);
  const targets = targetsOf(world, to.selector);
  if (targets.kind === 'problem') return refuse(targets.message, targets.hint);

  const cells = new Map<string, QueryCell>();
  const inconclusive: Inconclusive[] = [];
  const total = origins.found.length * targets.found.length;
  let done = 0;
  for (const target of targets.found) {
    for (const origin of origins.found) {
      options.onProgress?.(done, total);
      done += 1;
      const pair = pairOf(world, origin, target, to.selector, options);
      if ('artefact' in pair) inconclusive.push(pair);
      else for (const cell of pair.cells) together(cells, cell, origin.label);
    }
  }
  for (const pair of byDoors(world, origins.found, to.selector, options)) {
    if ('artefact' in pair) inconclusive.push(pair);
    else for (const cell of pair.cells) together(cells, cell, pair.origin.label);
  }
  for (const list of world.told.keys()) options.onTold?.(list);
  return { answer: { ...nothing, cells: [...cells.values()], inconclusive }, diagnostics: [] };
}

/**
 * Whoever asks about pods from outside the cluster means the ways in as well: public addresses and front ends that lead to these pods.
 * What ends before it is known whom it would reach is told as open.
 */
function* byDoors(
  world: World,
  origins: readonly Origin[],
  asked: Selector,
  options: QueryOptions,
): Generator<{ readonly cells: readonly QueryCell[]; readonly origin: Origin } | Inconclusive> {
  if (asked.kind !== 'pods') return;
  const found = podsOf(world.network, asked);
  if (found.kind === 'problem') return;
  const names = new Set(found.found.map(({ namespace, name }) => `${namespace}/${name}`));
  const isMeant = ({ chain, verdict, to, port }: ReachCell): boolean => {
    const pod = chain.find(({ box }) => box === 'pod')?.name;
    if (pod === undefined) return verdict === 'open' && to === undefined;
    const isPort = asked.ports === undefined || port === undefined || portSetHas(asked.ports, port);
    return names.has(pod) && isPort;
  };
  for (const origin of origins) {
    for (const door of doorsFor(world, origin)) {
      const pair = pairOf(world, origin, door, asked, options, isMeant);
      yield 'artefact' in pair ? pair : { ...pair, origin };
    }
  }
}

/** One sender, one receiver. */
function pairOf(
  world: World,
  origin: Origin,
  target: Target,
  asked: Selector,
  options: QueryOptions,
  isMeant: (cell: ReachCell) => boolean = () => true,
): { readonly cells: readonly QueryCell[] } | Inconclusive {
  const artefact = `${origin.label} to ${target.label}`;
  const hint = narrower(asked);
  const starts = startsOf(world, origin, target);
  const result = withinBudget(artefact, () => {
    const walked = walkAll(starts);
    if (walked.kind === 'too-many-ways') return walked;
    const [first] = starts;
    if (first === undefined) return { kind: 'concluded', cells: [] } as const;
    const { sets, cells } = conclude(walked.ended, first.branch.sets);
    const shown = cells
      .filter(isMeant)
      .map((cell) => shownCell(world, sets, cell, origin, target, options));
    return { kind: 'concluded', cells: shown } as const;
  });
  if (result.kind === 'inconclusive') return { exhausted: result.exhausted, artefact, hint };
  if (result.value.kind === 'too-many-ways') {
    return { exhausted: 'ways', artefact: `${artefact}, at ${result.value.at}`, hint };
  }
  return { cells: result.value.cells };
}

function shownCell(
  world: World,
  sets: FlowSets,
  cell: ReachCell,
  origin: Origin,
  target: Target,
  options: QueryOptions,
): QueryCell {
  const point = sets.witness(cell.flows, wishesFor(sets.universe), PREFERRED);
  const witness =
    point === undefined
      ? undefined
      : {
          from: origin.spell(point),
          to: target.spell(point),
          protocol: point.protocol,
        };
  if (witness !== undefined && cell.verdict !== 'open' && world.without.size === 0) {
    const said = replay(world.network, witness, cell.verdict);
    if (said !== undefined) {
      const { from, to, protocol } = witness;
      throw new InvariantError(
        `the proof says ${cell.verdict} and the walk says ${said} of ${from} to ${to} (${protocol})`,
      );
    }
  }
  return {
    verdict: cell.verdict,
    origins: [origin.label],
    target: target.label,
    chain: cell.chain,
    needs: cell.needs,
    assumptions: cell.assumptions,
    flows: shownFlows(sets, cell.flows, options.boxesMax ?? BOXES_MAX),
    ...(cell.to === undefined ? {} : { to: cell.to }),
    ...(cell.by === undefined ? {} : { by: cell.by }),
    ...(witness === undefined ? {} : { witness }),
  };
}

/** Origins whose flows meet the same fate for the same reason are one line. */
function together(cells: Map<string, QueryCell>, cell: QueryCell, origin: string): void {
  const { origins: _, witness: __, chain, ...rest } = cell;
  const key = JSON.stringify(
    [
      rest,
      chain.filter(({ box }) => box !== 'pod').map(({ name, stage, by }) => [name, stage, by.name]),
    ],
    (_key, value) => (typeof value === 'bigint' ? String(value) : value),
  );
  const known = cells.get(key);
  if (known === undefined) cells.set(key, cell);
  else if (!known.origins.includes(origin)) {
    cells.set(key, { ...known, origins: [...known.origins, origin] });
  }
}

function narrower(asked: Selector): string {
  return asked.ports === undefined
    ? `ask for one port: --to ${asked.text}:443`
    : 'ask for one workload, or a smaller prefix';
}
