import type { Flow } from '../../semantics/flow.ts';
import type { HopResult } from '../journey.ts';
import type { Hop, Step } from '../trace.ts';

/** AZN-17: the Azure host answers its own machines itself; no route is asked, and no box sees the answer. */
export function platformAnswer(hop: Omit<Hop, 'flow'>, flow: Flow, steps: Step[]): HopResult {
  const text = 'the host answers here, whatever the routes say';
  steps.push({ stage: 'route', text, facts: ['AZN-17'] });
  const disposition = { kind: 'delivered', to: 'the Azure platform' } as const;
  return { hop: { ...hop, flow }, next: { kind: 'stop', disposition, isAnsweredHere: true } };
}
