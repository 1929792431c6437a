import type { Condition } from '../../flows/index.ts';
import type { ReachVerdict } from '../../reach/index.ts';
import type { QueryAnswer, QueryCell } from '../query/index.ts';
import { type Excuse, NO_EXCUSE } from './excuse.ts';
import type { ListedFlows } from './listed-flows.ts';
import { type Ask, allHold, type Counterexample, type ExpectationVerdict } from './outcome.ts';

/** What a cell says of what is expected of its flows. */
export type Meaning = 'fine' | 'against' | 'unsure';

/** What of a cell an expectation looks at. */
interface Fate {
  readonly verdict: ReachVerdict;
  /** On this way it arrives. */
  readonly isDelivered: boolean;
}

export type Reading = (fate: Fate) => Meaning;

const OPEN_HINT = 'sallyport query shows every cell; name fewer ends to have it decided';

/** Nothing arrives. Flows that arrive and whose answer is lost have arrived. */
export const ARRIVES_NOT: Reading = ({ verdict }) =>
  verdict === 'denied' ? 'fine' : verdict === 'open' ? 'unsure' : 'against';

/** Everything arrives and is answered. */
const IS_ANSWERED: Reading = ({ verdict }) =>
  verdict === 'allowed' ? 'fine' : verdict === 'open' ? 'unsure' : 'against';

/**
 * What arrives is answered. Of an open cell only the way that arrives and is answered is known to be harmless; what stops the other
 * ways may be the answer that is lost.
 */
export const LOSES_NO_ANSWER: Reading = ({ verdict, isDelivered }) => {
  if (verdict === 'broken') return 'against';
  return verdict === 'open' && !isDelivered ? 'unsure' : 'fine';
};

function fateOf({ verdict, to }: QueryCell): Fate {
  return { verdict, isDelivered: to !== undefined };
}

/** Every flow arrives and is answered. */
export function judgeAlways(ask: Ask, from: string, to: string): ExpectationVerdict {
  return withMeanings(ask, from, to, (cell) => IS_ANSWERED(fateOf(cell)));
}

export function judgeSymmetric(ask: Ask, from: string, to: string): ExpectationVerdict {
  return withMeanings(ask, from, to, (cell) => LOSES_NO_ANSWER(fateOf(cell)));
}

/** No flow arrives, but for those that pass an excused box. */
export function judgeNever(
  ask: Ask,
  from: string,
  to: string,
  excuse: Excuse = NO_EXCUSE,
): ExpectationVerdict {
  return withMeanings(ask, from, to, (cell) =>
    excuse(cell.chain) ? 'fine' : ARRIVES_NOT(fateOf(cell)),
  );
}

/**
 * No flow arrives, but for those that are listed. A cell that is partly listed is asked about again, for one flow of what is not:
 * so that every flow that is shown has been walked.
 */
export function judgeOnly(
  ask: Ask,
  from: string,
  to: string,
  listed: ListedFlows,
  excuse: Excuse = NO_EXCUSE,
): ExpectationVerdict {
  const beyondList = (cell: QueryCell): ExpectationVerdict => {
    const beyond = listed.beyond(cell);
    switch (beyond.kind) {
      case 'nothing':
        return proven([cell]);
      case 'unwritable':
        return {
          kind: 'inconclusive',
          artefact: `flows to ${cell.target} that are not listed and that nobody can write down`,
          hint: OPEN_HINT,
        };
      case 'too-many-pieces':
        return {
          kind: 'inconclusive',
          artefact: `flows from ${cell.origins.join(', ')} to ${cell.target}, of which ${cell.flows.boxes.length} of ${cell.flows.count} pieces are listed`,
          hint: 'ask for one port or a smaller set of ends in `to`',
        };
      case 'flows':
        return askedAgain(ask, from, beyond.to, excuse);
    }
  };
  return withAnswer(ask, from, to, (answer) =>
    allHold(
      answer.cells.map((cell) =>
        excuse(cell.chain) || ARRIVES_NOT(fateOf(cell)) === 'fine'
          ? proven([cell])
          : beyondList(cell),
      ),
    ),
  );
}

/** One of the flows is enough to refute. When none of them arrives by itself, nothing is claimed. */
function askedAgain(
  ask: Ask,
  from: string,
  flows: readonly string[],
  excuse: Excuse,
): ExpectationVerdict {
  const verdicts = flows.map((to) => judgeNever(ask, from, to, excuse));
  const telling =
    verdicts.find(({ kind }) => kind === 'refuted') ??
    verdicts.find(({ kind }) => kind === 'conditional') ??
    verdicts.find(({ kind }) => kind === 'inconclusive');
  return (
    telling ?? {
      kind: 'inconclusive',
      artefact: `flows from ${from} beyond the list, such as ${flows[0] ?? 'none'}`,
      hint: OPEN_HINT,
    }
  );
}

/** Judges every cell of one question: one that is against refutes by its witness, one that is unsure makes it conditional. */
export function withMeanings(
  ask: Ask,
  from: string,
  to: string,
  reading: (cell: QueryCell) => Meaning,
): ExpectationVerdict {
  return withAnswer(ask, from, to, ({ cells }) => {
    const against = cells.filter((cell) => reading(cell) === 'against');
    const counterexamples = against.flatMap(counterexampleOf);
    if (counterexamples.length > 0) {
      return allHold([{ kind: 'refuted', counterexamples }]);
    }
    const [unwritten] = against;
    if (unwritten !== undefined) {
      return {
        kind: 'inconclusive',
        artefact: `flows from ${unwritten.origins.join(', ')} to ${unwritten.target} whose name nobody can write`,
        hint: OPEN_HINT,
      };
    }
    const unsure = cells.filter((cell) => reading(cell) === 'unsure');
    if (unsure.length === 0) return proven(cells);
    return allHold([
      {
        kind: 'conditional',
        needs: unsure.flatMap(needsOf),
        examples: unsure.flatMap(counterexampleOf),
      },
    ]);
  });
}

/** A question that is none, or names no flow at all, proves nothing; a part that was given up leaves only a refutation. */
function withAnswer(
  ask: Ask,
  from: string,
  to: string,
  judge: (answer: QueryAnswer) => ExpectationVerdict,
): ExpectationVerdict {
  const { answer, diagnostics } = ask(from, to);
  const problem = diagnostics.find(({ severity }) => severity === 'error');
  if (problem !== undefined) {
    return { kind: 'inconclusive', artefact: problem.message, hint: problem.hint ?? OPEN_HINT };
  }
  const given = answer.inconclusive.map(
    ({ artefact, hint, exhausted }): ExpectationVerdict => ({
      kind: 'inconclusive',
      artefact: `${artefact} (out of ${exhausted})`,
      hint,
    }),
  );
  if (answer.cells.length === 0 && given.length === 0) {
    return {
      kind: 'inconclusive',
      artefact: `no flow can be addressed from ${from} to ${to}`,
      hint: 'sallyport import shows what was read',
    };
  }
  return allHold([judge(answer), ...given]);
}

function proven(cells: readonly QueryCell[]): ExpectationVerdict {
  return { kind: 'proven', assumptions: [...new Set(cells.flatMap((cell) => cell.assumptions))] };
}

function needsOf({ needs, target }: QueryCell): readonly Condition[] {
  return needs.length > 0 ? needs : [{ missing: `what becomes of flows to ${target}` }];
}

function counterexampleOf({ witness, verdict, chain, by }: QueryCell): readonly Counterexample[] {
  if (witness === undefined) return [];
  // What nobody wrote says little: defaults are told only where nothing else decides.
  const written = chain.filter(
    ({ by: { kind }, stage }) => (kind === 'rule' || kind === 'route') && stage !== 'return route',
  );
  const passed = (written.length > 0 ? written : chain).map(
    ({ box, name, stage, by: who }) => `${box} ${name}: ${stage} ${who.name}`,
  );
  // The last one is often the one that decides: it is said once.
  const last = by === undefined || passed.at(-1)?.endsWith(` ${by.name}`) ? [] : [by.name];
  const { from, to, protocol } = witness;
  const isSaid = protocol === 'tcp' || to.endsWith(`/${protocol}`);
  const words = [
    'sallyport trace --from',
    from,
    '--to',
    to,
    ...(isSaid ? [] : ['--protocol', protocol]),
  ];
  return [{ witness, verdict, command: words.join(' '), chain: [...passed, ...last] }];
}
