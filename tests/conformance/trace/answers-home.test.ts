import { expect, it } from 'vitest';
import { pinnedPerimeter } from '../../../src/lab/plan/index.ts';
import { answerTrace } from '../../../src/trace/index.ts';
import { randomPerimeter } from '../../support/random-perimeter.ts';

// Found by real packets (random perimeter 618): whether the firewall translates is not known, so neither is who gets the answer of a
// private endpoint, which replies straight to whom it saw (azure-networking.md 6.2). It was taken to come home.
it('the answer of a private endpoint to a sender that may be another is no promise', () => {
  const { snapshot } = randomPerimeter(618).network.perimeter;
  const { network } = pinnedPerimeter(snapshot);
  const { traces } = answerTrace(network, {
    from: '10.2.0.20',
    to: 'private-endpoint:pe-vault:80',
  });
  expect(traces.map(({ answer }) => answer)).not.toContain('allowed');
});
