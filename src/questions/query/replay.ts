import { InvariantError } from '../../diagnostics/index.ts';
import type { Network } from '../../network/index.ts';
import type { ReachVerdict } from '../../reach/index.ts';
import { answerTrace } from '../../trace/index.ts';
import type { Witness } from './answer.ts';

/**
 * Walks a witness before anybody sees it. A workload that may run on several pools is several walks, of which the witness is one; of a
 * flow that is open a walk may know more than the proof.
 * @returns false when `trace` has no words for such a flow (a port that a Service does not have): it is not shown then
 * @throws InvariantError when the walk says otherwise: a bug of ours is never a result
 */
export function isWalked(network: Network, witness: Witness, verdict: ReachVerdict): boolean {
  const { traces } = answerTrace(network, { ...witness, isVerdictOnly: true });
  if (traces.length === 0) return false;
  if (verdict === 'open' || traces.some(({ answer }) => answer === verdict)) return true;
  // The proof tells addresses apart that the walk takes together: then the walk knows less, and contradicts nothing.
  if (traces.every(({ answer }) => answer === 'unknown')) return false;
  const { from, to, protocol } = witness;
  const said = [...new Set(traces.map(({ answer }) => answer))].join(' or ');
  throw new InvariantError(
    `the proof says ${verdict} and the walk says ${said} of ${from} to ${to} (${protocol})`,
  );
}
