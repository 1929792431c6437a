import type { Network } from '../../network/index.ts';
import type { Budget } from '../../packets/index.ts';
import { answerQuery } from '../query/index.ts';
import { judgeDependencies } from './dependencies.ts';
import { textsOf } from './ends-of-network.ts';
import type { Expectation, Sides } from './expectation.ts';
import { judgeIsolated } from './isolation.ts';
import { judgeAlways, judgeNever, judgeOnly, judgeSymmetric } from './judge-cells.ts';
import { listedFlows } from './listed-flows.ts';
import { type Ask, allHold, type ExpectationOutcome, type ExpectationVerdict } from './outcome.ts';

export interface ExpectOptions {
  /** For each question that is asked, not for all of them together. */
  readonly budget?: Budget;
  /** How flows between two sets of ends are found; a test gives its own. */
  readonly ask?: Ask;
  readonly onProgress?: (done: number, total: number) => void;
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
  return expectations.map((expectation, index) => {
    options.onProgress?.(index, expectations.length);
    return { expectation, ...verdictOf(network, expectation, ask) };
  });
}

function verdictOf(network: Network, expectation: Expectation, ask: Ask): ExpectationVerdict {
  switch (expectation.kind) {
    case 'never':
      return eachPair(network, expectation, (from, to) =>
        judgeNever(ask, from, to, expectation.unless),
      );
    case 'only':
      return eachPair(network, expectation, (from, to) => {
        const found = listedFlows(network, to, expectation.flows);
        return found.kind === 'problem'
          ? { kind: 'inconclusive', artefact: found.message, hint: found.hint }
          : judgeOnly(ask, from, to, found.listed, expectation.unless);
      });
    case 'always':
      return 'dependencies' in expectation
        ? judgeDependencies(network, ask)
        : eachPair(network, expectation, (from, to) => judgeAlways(ask, from, to));
    case 'symmetric':
      return 'everything' in expectation
        ? judgeAllSymmetric(network, ask)
        : eachPair(network, expectation, (from, to) => judgeSymmetric(ask, from, to));
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
  const [senders, receivers] = [textsOf(network, from), textsOf(network, to)];
  for (const side of [senders, receivers]) {
    if (side.kind === 'problem') {
      return { kind: 'inconclusive', artefact: side.message, hint: side.hint };
    }
  }
  if (senders.kind === 'problem' || receivers.kind === 'problem') return allHold([]);
  return allHold(
    senders.texts.flatMap((sender) => receivers.texts.map((receiver) => judge(sender, receiver))),
  );
}

/** Between all that is in the input: pods and nodes, each with the internet, and pods with each other. */
function judgeAllSymmetric(network: Network, ask: Ask): ExpectationVerdict {
  const hasPods = network.perimeter.kubernetes.pods.length > 0;
  const hasNodes = network.clusters.some(({ pools }) => pools.length > 0);
  const pairs = [
    ...(hasPods ? [['internet', 'pods'] as const, ['pods', 'internet'] as const] : []),
    ...(hasNodes ? [['nodes', 'internet'] as const] : []),
    ...(hasPods ? [['pods', 'pods'] as const] : []),
  ];
  if (pairs.length === 0) {
    return {
      kind: 'inconclusive',
      artefact: 'no pods and no nodes are in the input',
      hint: 'add the cluster or its manifests',
    };
  }
  return allHold(pairs.map(([from, to]) => judgeSymmetric(ask, from, to)));
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
