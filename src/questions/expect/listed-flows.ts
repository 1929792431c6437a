import { type FlowBox, FlowSets } from '../../flows/index.ts';
import type { PortSet, Protocol } from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import { NOTHING } from '../../packets/index.ts';
import { parseSelector, type Target, targetsOf, type World, worldOf } from '../../reach/index.ts';
import type { QueryCell, ShownBox } from '../query/index.ts';

/** Flows to a set of ends, of which some are listed. */
export interface ListedFlows {
  readonly beyond: (cell: QueryCell) => Beyond;
}

/** What of a cell is not listed. */
export type Beyond =
  | { readonly kind: 'nothing' }
  /** Flows that are not, each as a question of its own: `evil.example.com:443`. At least one. */
  | { readonly kind: 'flows'; readonly to: readonly string[] }
  /** The cell is in more pieces than were looked at, and those are listed. */
  | { readonly kind: 'too-many-pieces'; readonly count: number }
  /** Not listed, and no flow of it can be written. */
  | { readonly kind: 'unwritable' };

export type FoundListed =
  | { readonly kind: 'listed'; readonly listed: ListedFlows }
  | { readonly kind: 'problem'; readonly message: string; readonly hint: string };

/** How many pieces that are not listed are asked about one by one. */
const TRIED = 8;

/** Reads the list once for one question. Needs the network: `deploy:store/front` is who the input says it is. */
export function listedFlows(network: Network, to: string, flows: readonly string[]): FoundListed {
  const world = worldOf(network);
  const asked = targetsOfText(world, to);
  if (asked.kind === 'problem') return asked;
  const listed: Target[] = [];
  for (const text of flows) {
    const found = targetsOfText(world, text);
    // A list that names nothing of the input lists nothing: whatever arrives is beyond it.
    if (found.kind === 'found') listed.push(...found.found);
  }
  return { kind: 'listed', listed: { beyond: (cell) => beyond(cell, asked.found, listed) } };
}

function targetsOfText(world: World, text: string) {
  const parsed = parseSelector(text);
  return parsed.kind === 'problem' ? parsed : targetsOf(world, parsed.selector);
}

function beyond(cell: QueryCell, asked: readonly Target[], listed: readonly Target[]): Beyond {
  const target = asked.find(({ label }) => label === cell.target);
  if (target === undefined) return { kind: 'unwritable' };
  const isOne = standsForOneEnd(target);
  const taken = listed
    .filter((other) =>
      isOne ? standsForOneEnd(other) && other.label === target.label : !standsForOneEnd(other),
    )
    .flatMap((other) => ({ ...(isOne ? {} : headersOf(other)), ...serviceOf(other.service) }));
  const { boxes, count } = cell.flows;
  const pieces = boxes.map((box) => (isOne ? withoutEnds(box) : within(box, target)));
  const sets = FlowSets.over(4, [
    ...pieces.flatMap(({ whole, holes }) => [whole, ...holes]),
    ...taken,
  ]);
  const { table } = sets;
  const region = sets.region(taken);
  const questions = new Set<string>();
  let isLeft = false;
  for (const { whole, holes } of pieces) {
    const piece = table.except(sets.box(whole), sets.region(holes));
    const left = table.except(piece, region);
    if (left === NOTHING) continue;
    isLeft = true;
    const point = sets.witness(left);
    if (point !== undefined && questions.size < TRIED) {
      // The spelling of an end has no place for a protocol without ports; that of a question has.
      const suffix = point.protocol === 'icmp' ? '/icmp' : '';
      questions.add(`${target.spell(point)}${suffix}`);
    }
  }
  if (questions.size > 0) return { kind: 'flows', to: [...questions] };
  if (isLeft) return { kind: 'unwritable' };
  return count > boxes.length ? { kind: 'too-many-pieces', count } : { kind: 'nothing' };
}

/** A workload, a pool, an endpoint: told by who it is, since its address is none that anybody wrote. */
function standsForOneEnd({ destinations, names }: Target): boolean {
  return destinations === undefined && (names === undefined || names.patterns.length === 0);
}

function headersOf({ destinations, names }: Target): FlowBox {
  return {
    ...(destinations === undefined ? {} : { destinations }),
    ...(names === undefined ? {} : { names }),
  };
}

function serviceOf(service: { readonly ports?: PortSet; readonly protocol?: Protocol }): FlowBox {
  const { ports, protocol } = service;
  const withPorts: readonly Protocol[] = ['tcp', 'udp', 'sctp'];
  if (protocol === undefined && ports === undefined) return {};
  return {
    protocols: protocol === undefined ? withPorts : [protocol],
    ...(ports === undefined ? {} : { destinationPorts: ports }),
  };
}

interface Piece {
  readonly whole: FlowBox;
  readonly holes: readonly FlowBox[];
}

/** The box as far as it is addressed to the target; a header that is whole there has all of the target's values here. */
function within(box: ShownBox, target: Target): Piece {
  const { names, sources: _, ...rest } = box;
  const own = headersOf(target);
  const whole: FlowBox = {
    ...own,
    ...rest,
    ...(names === undefined
      ? {}
      : { names: { patterns: names.patterns, withoutName: names.withoutName } }),
  };
  const except = names?.except ?? [];
  const holes =
    except.length === 0 ? [] : [{ ...whole, names: { patterns: except, withoutName: false } }];
  return { whole, holes };
}

function withoutEnds({ protocols, destinationPorts }: ShownBox): Piece {
  return {
    whole: {
      ...(protocols === undefined ? {} : { protocols }),
      ...(destinationPorts === undefined ? {} : { destinationPorts }),
    },
    holes: [],
  };
}
