import type { Network } from '../../network/index.ts';
import { answerTrace } from '../../trace/index.ts';
import { aim } from './aim.ts';
import type { ProbePlan } from './probe-plan.ts';
import { type ProbeQuestion, sampleOf } from './questions.ts';

/** Looked at for each one that is wanted: on a large perimeter the proof would be asked longer than the kernel. */
const LOOKED_AT = 10;

/**
 * As many flows as are wanted, and first those that say something: the proof decides them and the lab can try them. Half of these are
 * proven to arrive where so many are, for most of what a tight perimeter is asked never leaves. What the proof leaves open comes after
 * them, what nobody can try last; each part is spread evenly over the list. `undefined`: all of it.
 */
export function chosenOf(
  network: Network,
  plan: ProbePlan,
  questions: readonly ProbeQuestion[],
  most: number | undefined,
): readonly ProbeQuestion[] {
  if (most === undefined || questions.length <= most) return questions;
  const parts: Readonly<Record<Worth, ProbeQuestion[]>> = {
    arriving: [],
    stopped: [],
    open: [],
    untried: [],
  };
  for (const question of sampleOf(questions, most * LOOKED_AT)) {
    parts[worthOf(network, plan, question)].push(question);
  }
  const { arriving, stopped, open, untried } = parts;
  const share = Math.max(Math.ceil(most / 2), most - stopped.length);
  const chosen: ProbeQuestion[] = [];
  for (const [part, upTo] of [
    [arriving, share],
    [stopped, most],
    [open, most],
    [untried, most],
  ] as const) {
    chosen.push(...sampleOf(part, Math.min(upTo, most - chosen.length)));
  }
  return chosen;
}

type Worth = 'arriving' | 'stopped' | 'open' | 'untried';

function worthOf(network: Network, plan: ProbePlan, question: ProbeQuestion): Worth {
  const { from, to, protocol } = question;
  const asked = { from, to, protocol, isVerdictOnly: true } as const;
  const [first, ...others] = answerTrace(network, asked).traces;
  if (first === undefined || aim(plan, first, 0, others).kind === 'not-tried') return 'untried';
  const answers = [first, ...others].map(({ answer }) => answer);
  if (answers.includes('unknown')) return 'open';
  return answers.includes('allowed') ? 'arriving' : 'stopped';
}
