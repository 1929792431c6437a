import { expect, it } from 'vitest';
import { pinnedPerimeter } from '../../../src/lab/plan/index.ts';
import { answerQuery } from '../../../src/questions/query/index.ts';
import { answerTrace } from '../../../src/trace/index.ts';
import { randomPerimeter } from '../../support/random-perimeter.ts';

// A firewall whose private ranges are not known sends from an instance or from its public address. The sets follow both, and the answer is
// lost either way; the walk takes the two for one address, of which it cannot tell the route.
it('a flow of which the walk knows less than the sets is no contradiction, and no witness', () => {
  const { network } = pinnedPerimeter(randomPerimeter(1116).network.perimeter.snapshot);
  const { traces } = answerTrace(network, { from: '10.2.1.4', to: '10.0.1.4:443' });
  expect(traces.map(({ answer }) => answer)).toEqual(['unknown']);
  const { cells } = answerQuery(network, { from: '10.2.0.0/16', to: '10.0.1.0/24' }).answer;
  const shown = cells.flatMap(({ verdict, witness }) =>
    verdict === 'open' || witness === undefined ? [] : [{ verdict, ...witness }],
  );
  expect(cells.map(({ verdict }) => verdict)).toContain('broken');
  for (const { verdict, from, to, protocol } of shown) {
    const walked = answerTrace(network, { from, to, protocol }).traces;
    expect(walked.map(({ answer }) => answer)).toContain(verdict);
  }
});
