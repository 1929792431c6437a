import { InvariantError } from '../../../diagnostics/index.ts';
import {
  FIELD,
  type FlowBox,
  type FlowPoint,
  type FlowSets,
  type FlowUniverse,
} from '../../../flows/index.ts';
import type { Port } from '../../../net/index.ts';
import {
  atomAt,
  type Diagram,
  NOTHING,
  orderedRangeList,
  type Wishes,
} from '../../../packets/index.ts';
import type { ReachVerdict } from '../../../reach/index.ts';
import type { Trace } from '../../../trace/index.ts';

/** A flow of the set: one of the box, when the set has any. */
export function witnessIn(
  sets: FlowSets,
  flows: Diagram,
  options: { readonly like?: FlowBox; readonly port?: Port } = {},
): FlowPoint | undefined {
  const { like, port } = options;
  const liked = like === undefined ? NOTHING : sets.table.mask(flows, sets.box(like));
  const from = liked === NOTHING ? flows : liked;
  return sets.witness(from, port === undefined ? [] : atPort(sets.universe, port));
}

function atPort({ space, destinationPorts }: FlowUniverse, port: Port): Wishes {
  const wishes: ReturnType<typeof orderedRangeList>[][] = space.fields.map(() => []);
  if (space.fields[FIELD.destinationPort]!.atoms > 1) {
    const atom = atomAt(destinationPorts, port);
    wishes[FIELD.destinationPort] = [orderedRangeList([atom, atom])];
  }
  return wishes;
}

/**
 * The walk that says what the proof says. The two share nothing but the reading of the input: should one say the opposite of the other,
 * that is a bug of ours, and no report is worth printing.
 * @returns `undefined` when the walk cannot tell: it follows an end that only Azure knows as one address, where sets look at all of them
 *   apart. Then nothing is shown, and nothing claimed.
 * @throws InvariantError when the walks say something else
 */
export function agreeing(
  traces: readonly Trace[],
  verdict: Exclude<ReachVerdict, 'open'>,
  flow: string,
): Trace | undefined {
  const trace = traces.find(({ answer }) => answer === verdict);
  if (trace !== undefined || traces.some(({ answer }) => answer === 'unknown')) return trace;
  const said = traces.map(({ answer }) => answer).join(', ') || 'nothing';
  throw new InvariantError(`the proof says ${verdict} and the walk says ${said} of ${flow}`);
}
