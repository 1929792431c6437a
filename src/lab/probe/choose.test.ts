import { describe, expect, it } from 'vitest';
import { hubAndSpokes } from '../../../tests/support/hub-and-spokes.ts';
import { snapshotOf } from '../../../tests/support/snapshot-of.ts';
import { answerTrace } from '../../trace/index.ts';
import { pinnedPerimeter, planLab } from '../plan/index.ts';
import { aim } from './aim.ts';
import { chosenOf } from './choose.ts';
import { type ProbeQuestion, probeQuestions } from './questions.ts';

const snapshot = snapshotOf(hubAndSpokes());
const { perimeter, network, assumed } = pinnedPerimeter(snapshot);
const plan = planLab(perimeter, network, snapshot.datasets, { lab: 'x', assumed });
const nowhere = (index: number): ProbeQuestion => ({
  from: `172.31.0.${index}`,
  to: '8.8.8.8:443',
  protocol: 'tcp',
  because: 'query',
});
const questions = [
  ...Array.from({ length: 30 }, (_, index) => nowhere(index + 4)),
  ...probeQuestions(network, plan, {}),
];

/** 0: decided and tried. 1: open. 2: nobody can try it. */
function worth({ from, to, protocol }: ProbeQuestion): 0 | 1 | 2 {
  const { traces } = answerTrace(network, { from, to, protocol });
  const [first, ...others] = traces;
  if (first === undefined || aim(plan, first, 0, others).kind === 'not-tried') return 2;
  return traces.some(({ answer }) => answer === 'unknown') ? 1 : 0;
}

describe('flows that are chosen', () => {
  const all = questions.map(worth);
  const decided = all.filter((one) => one === 0).length;

  it('are all of them when all are wanted, or fewer are there', () => {
    expect(chosenOf(network, plan, questions, undefined)).toEqual(questions);
    expect(chosenOf(network, plan, questions, questions.length)).toEqual(questions);
  });

  it('are those that the proof decides and the lab can try, as long as there are some', () => {
    expect(decided).toBeGreaterThan(10);
    const few = chosenOf(network, plan, questions, 10);
    expect(few.map(worth)).toEqual(Array.from({ length: 10 }, () => 0));
    expect(new Set(few).size).toBe(10);
    expect(chosenOf(network, plan, questions, 10)).toEqual(few);
  });

  it('are half of them proven to arrive, where so many are', () => {
    const arrives = ({ from, to, protocol }: ProbeQuestion) =>
      answerTrace(network, { from, to, protocol }).traces.some(
        ({ answer }) => answer === 'allowed',
      );
    const arriving = questions.filter((one) => worth(one) === 0 && arrives(one)).length;
    expect(arriving).toBeGreaterThan(3);
    expect(decided - arriving).toBeGreaterThan(3);
    expect(chosenOf(network, plan, questions, 8).filter(arrives)).toHaveLength(4);
  });

  it('are the rest after those: what is open before what nobody can try', () => {
    const most = decided + 5;
    const kinds = chosenOf(network, plan, questions, most).map(worth);
    expect(kinds).toHaveLength(most);
    expect(kinds.filter((kind) => kind === 0)).toHaveLength(decided);
    expect(kinds).toEqual([...kinds].sort());
  });
});
