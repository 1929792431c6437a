import type { Network } from '../../network/index.ts';
import type { ReachVerdict } from '../../reach/index.ts';
import { answerTrace } from '../../trace/index.ts';
import type { Witness } from './answer.ts';

/**
 * Walks a witness. `undefined`: the walk agrees on one of the places it may start from; otherwise what it says instead.
 * A workload that may run on several pools is several walks, of which the witness is one.
 */
export function replay(
  network: Network,
  witness: Witness,
  verdict: Exclude<ReachVerdict, 'open'>,
): string | undefined {
  const { traces, diagnostics } = answerTrace(network, { ...witness, isVerdictOnly: true });
  if (traces.some(({ answer }) => answer === verdict)) return undefined;
  const [problem] = diagnostics;
  if (problem !== undefined) return `"${problem.message}"`;
  return traces.map(({ answer }) => answer).join(', ') || 'nothing';
}
