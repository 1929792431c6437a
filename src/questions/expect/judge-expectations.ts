import type { Network } from '../../network/index.ts';
import type { Budget } from '../../packets/index.ts';
import { answerQuery } from '../query/index.ts';
import { judgeDependencies } from './dependencies.ts';
import { judgeDoors, type Walk, walkNetwork } from './doors.ts';
import { textsOf } from './ends-of-network.ts';
import { type Excuse, excuseOf, NO_EXCUSE } from './excuse.ts';
import type { Expectation, Sides } from './expectation.ts';
import { judgeIsolated } from './isolation.ts';
import {
  ARRIVES_NOT,
  judgeAlways,
  judgeNever,
  judgeOnly,
  judgeSymmetric,
  LOSES_NO_ANSWER,
  type Reading,
} from './judge-cells.ts';
import { listedFlows } from './listed-flows.ts';
import { type Ask, allHold, type ExpectationOutcome, type ExpectationVerdict } from './outcome.ts';

export interface ExpectOptions {
  /** For each question that is asked, not for all of them together. */
  readonly budget?: Budget;
  /** How flows between two sets of ends are found; a test gives its own. */
  readonly ask?: Ask;
  /** How one flow is walked. */
  readonly walk?: Walk;
  readonly onProgress?: (done: number, total: number) => void;
}

interface Asking {
  readonly ask: Ask;
  readonly walk: Walk;
}

/** Pieces of a cell that are looked at when some of its flows are listed. */
const PIECES_MAX = 2_000;

/** Proves or refutes each expectation, in their order. Cost: the questions they come to, each asked once however often it is used. */
export function judgeExpectations(
  network: Network,
  expectations: readonly Expectation[],
  options: ExpectOptions = {},
): readonly ExpectationOutcome[] {
  const ask = askedOnce(options.ask ?? askNetwork(network, options.budget));
  const walk = options.walk ?? walkNetwork(network);
  return expectations.map((expectation, index) => {
    options.onProgress?.(index, expectations.length);
    return { expectation, ...verdictOf(network, expectation, { ask, walk }) };
  });
}

function verdictOf(
  network: Network,
  expectation: Expectation,
  { ask, walk }: Asking,
): ExpectationVerdict {
  /** The pods themselves, and the doors that lead to them. */
  const withDoors = (
    sides: Sides,
    reading: Reading,
    judge: (from: string, to: string) => ExpectationVerdict,
    { excuse = NO_EXCUSE, listed = [] }: { excuse?: Excuse; listed?: readonly string[] } = {},
  ): ExpectationVerdict => {
    const direct = eachPair(network, sides, judge);
    const senders = textsOf(network, sides.from);
    if (senders.kind === 'problem') return direct;
    const doors = senders.texts.flatMap((from) =>
      sides.to.flatMap((to) =>
        judgeDoors(network, ask, walk, { from, to, reading, excuse, listed }),
      ),
    );
    return allHold([direct, ...doors]);
  };
  switch (expectation.kind) {
    case 'never': {
      const excuse = excuseOf(network, expectation.unless);
      const judge = (from: string, to: string) => judgeNever(ask, from, to, excuse);
      return withDoors(expectation, ARRIVES_NOT, judge, { excuse });
    }
    case 'only': {
      const { flows } = expectation;
      const excuse = excuseOf(network, expectation.unless);
      const judge = (from: string, to: string): ExpectationVerdict => {
        const found = listedFlows(network, to, flows);
        return found.kind === 'problem'
          ? { kind: 'inconclusive', artefact: found.message, hint: found.hint }
          : judgeOnly(ask, from, to, found.listed, excuse);
      };
      return withDoors(expectation, ARRIVES_NOT, judge, { excuse, listed: flows });
    }
    case 'always':
      return 'dependencies' in expectation
        ? judgeDependencies(network, ask)
        : eachPair(network, expectation, (from, to) => judgeAlways(ask, from, to));
    case 'symmetric': {
      const sides = 'everything' in expectation ? everySide(network) : [expectation];
      const judge = (from: string, to: string) => judgeSymmetric(ask, from, to);
      if (sides.length > 0) {
        return allHold(sides.map((each) => withDoors(each, LOSES_NO_ANSWER, judge)));
      }
      return {
        kind: 'inconclusive',
        artefact: 'no pods and no nodes are in the input',
        hint: 'add the cluster or its manifests',
      };
    }
    case 'isolated':
      return judgeIsolated(network, ask, expectation.namespace, expectation.except);
  }
}

/** A side that names nothing of the input is a misspelling until somebody says otherwise: nothing is proven by it. */
function eachPair(
  network: Network,
  { from, to }: Sides,
  judge: (from: string, to: string) => ExpectationVerdict,
): ExpectationVerdict {
  const senders = textsOf(network, from);
  if (senders.kind === 'problem') return unnamed(senders);
  const receivers = textsOf(network, to);
  if (receivers.kind === 'problem') return unnamed(receivers);
  return allHold(
    senders.texts.flatMap((sender) => receivers.texts.map((receiver) => judge(sender, receiver))),
  );
}

function unnamed({ message, hint }: { message: string; hint: string }): ExpectationVerdict {
  return { kind: 'inconclusive', artefact: message, hint };
}

/** All that is in the input: pods and nodes, each with the internet, and pods with each other. */
function everySide(network: Network): readonly Sides[] {
  const hasPods = network.perimeter.kubernetes.pods.length > 0;
  const hasNodes = network.clusters.some(({ pools }) => pools.length > 0);
  const end = (text: string) => [{ kind: 'selector' as const, text }];
  const side = (from: string, to: string): Sides => ({ from: end(from), to: end(to) });
  return [
    ...(hasPods ? [side('internet', 'pods'), side('pods', 'internet')] : []),
    ...(hasNodes ? [side('nodes', 'internet')] : []),
    ...(hasPods ? [side('pods', 'pods')] : []),
  ];
}

function askNetwork(network: Network, budget: Budget | undefined): Ask {
  return (from, to) =>
    answerQuery(network, {
      from,
      to,
      boxesMax: PIECES_MAX,
      ...(budget === undefined ? {} : { budget }),
    });
}

function askedOnce(ask: Ask): Ask {
  const known = new Map<string, ReturnType<Ask>>();
  return (from, to) => {
    const key = JSON.stringify([from, to]);
    const before = known.get(key);
    if (before !== undefined) return before;
    const answer = ask(from, to);
    known.set(key, answer);
    return answer;
  };
}
