import { expect } from 'vitest';
import type { Network } from '../../../src/network/index.ts';
import { NOTHING } from '../../../src/packets/index.ts';
import {
  conclude,
  originsOf,
  parseSelector,
  type ReachVerdict,
  startsOf,
  targetsOf,
  walkAll,
  worldOf,
} from '../../../src/reach/index.ts';
import { answerTrace, type Trace } from '../../../src/trace/index.ts';
import { VERDICTS } from '../../support/compare-reach.ts';

const SPOKEN: Readonly<Record<ReachVerdict, Trace['answer']>> = {
  allowed: 'allowed',
  denied: 'denied',
  broken: 'broken',
  open: 'unknown',
};

/** One flow, asked of the sets and of the walk: `open` of the one is `unknown` of the other. TCP unless `to` says otherwise. */
export function expectBoth(
  network: Network,
  from: string,
  to: string,
  expected: ReachVerdict,
): void {
  const { traces, diagnostics } = answerTrace(network, { from, to });
  const told = traces.map(({ summary }) => summary).join('\n');
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  const said = [...new Set(traces.map(({ answer }) => answer))];
  expect(said, told).toEqual([SPOKEN[expected]]);
  expect(reachOf(network, from, to), `reach of ${from} to ${to}\n${told}`).toEqual([expected]);
}

/** The verdicts of all flows from one selector to another. */
export function reachOf(network: Network, from: string, to: string): readonly ReachVerdict[] {
  const world = worldOf(network);
  const protocol = /:\d+$/.test(to) ? '/tcp' : '';
  const [sender, receiver] = [parseSelector(from), parseSelector(`${to}${protocol}`)];
  if (sender.kind === 'problem' || receiver.kind === 'problem') throw new Error(`${from} ${to}`);
  const origins = originsOf(world, sender.selector);
  const targets = targetsOf(world, receiver.selector);
  if (origins.kind === 'problem' || targets.kind === 'problem') throw new Error(`${from} ${to}`);
  const found = new Set<ReachVerdict>();
  for (const origin of origins.found) {
    for (const target of targets.found) {
      const starts = startsOf(world, origin, target);
      const [start] = starts;
      if (start === undefined) continue;
      const walked = walkAll(starts);
      if (walked.kind !== 'walked') throw new Error(walked.at);
      const { regions } = conclude(walked.ended, start.branch.sets);
      for (const verdict of VERDICTS) if (regions[verdict] !== NOTHING) found.add(verdict);
    }
  }
  return [...found];
}
