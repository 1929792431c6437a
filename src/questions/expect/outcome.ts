import type { Condition } from '../../flows/index.ts';
import type { ReachVerdict } from '../../reach/index.ts';
import type { QueryOutcome, Witness } from '../query/index.ts';
import type { Expectation } from './expectation.ts';

/** What the proof says of one expectation. */
export type ExpectationOutcome = { readonly expectation: Expectation } & ExpectationVerdict;

export type ExpectationVerdict =
  /** In every world that fits the input. */
  | {
      readonly kind: 'proven';
      /** Taken as true without a file that says so. */
      readonly assumptions: readonly string[];
    }
  /** At least one flow says otherwise, whatever is unknown. */
  | { readonly kind: 'refuted'; readonly counterexamples: readonly Counterexample[] }
  /** It holds or not, as these come out. */
  | {
      readonly kind: 'conditional';
      readonly needs: readonly Condition[];
      /** Flows that hang on them: what `trace` cannot tell either. */
      readonly examples: readonly Counterexample[];
    }
  /** Given up, or not a question. Never to be taken for an answer. */
  | { readonly kind: 'inconclusive'; readonly artefact: string; readonly hint: string };

/** One flow that decides, and the chain it went. */
export interface Counterexample {
  readonly witness: Witness;
  /** As a person types it. */
  readonly command: string;
  readonly verdict: ReachVerdict;
  /** Who decided, box by box. */
  readonly chain: readonly string[];
}

/** All flows between two sets of ends, as selectors. `answerQuery` of a network, unless a test says otherwise. */
export type Ask = (from: string, to: string) => QueryOutcome;

/**
 * Several verdicts that must all hold. A flow that refutes decides whatever else is open; what was given up is told before what is
 * conditional, as nobody knows all it would need.
 */
export function allHold(verdicts: readonly ExpectationVerdict[]): ExpectationVerdict {
  const of = <Kind extends ExpectationVerdict['kind']>(kind: Kind) =>
    verdicts.filter(
      (each): each is Extract<ExpectationVerdict, { kind: Kind }> => each.kind === kind,
    );
  const refuted = of('refuted');
  if (refuted.length > 0) {
    const counterexamples = onePerChain(refuted.flatMap((each) => each.counterexamples));
    return { kind: 'refuted', counterexamples };
  }
  const [given] = of('inconclusive');
  if (given !== undefined) return given;
  const conditional = of('conditional');
  if (conditional.length > 0) {
    return {
      kind: 'conditional',
      needs: distinct(conditional.flatMap((each) => each.needs)),
      examples: onePerChain(conditional.flatMap((each) => each.examples)),
    };
  }
  const assumptions = of('proven').flatMap((each) => each.assumptions);
  return { kind: 'proven', assumptions: [...new Set(assumptions)] };
}

/** The first example of each chain that decides. */
export function onePerChain(all: readonly Counterexample[]): readonly Counterexample[] {
  const byChain = new Map<string, Counterexample>();
  for (const each of all) {
    const key = JSON.stringify([each.verdict, each.chain]);
    if (!byChain.has(key)) byChain.set(key, each);
  }
  return [...byChain.values()];
}

function distinct(needs: readonly Condition[]): readonly Condition[] {
  return [...new Map([...needs].reverse().map((need) => [need.missing, need])).values()].reverse();
}
