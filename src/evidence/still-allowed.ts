import type { FirewallPlacement, Network } from '../network/index.ts';
import type { LoggedFlow } from './logged-flows.ts';
import { contextOf, replayer } from './replay.ts';

/** A version of the perimeter: what its model says of logged flows. */
export interface Version {
  readonly network: Network;
  readonly placement: FirewallPlacement;
}

/** A flow that passed before and would not any more, or not for certain. */
export interface Lost {
  readonly flow: LoggedFlow;
  readonly by: string;
}

/**
 * Which of the flows that were let through would be denied after a change. What the old version denies as well, or cannot tell either, is
 * drift and no loss: `verify` tells of it.
 */
export function lostFlows(
  flows: readonly LoggedFlow[],
  before: Version,
  after: Version,
): readonly Lost[] {
  const old = replayer(before.placement, contextOf(before.network, before.placement));
  const now = replayer(after.placement, contextOf(after.network, after.placement));
  return flows.flatMap((flow): readonly Lost[] => {
    const said = now(flow);
    if (said.kind === 'unreadable' || said.verdict.kind === 'allow') return [];
    const was = old(flow);
    const isLost =
      was.kind === 'verdict' &&
      (was.verdict.kind === 'allow' ||
        (was.verdict.kind === 'unknown' && said.verdict.kind === 'deny'));
    return isLost ? [{ flow, by: said.verdict.by.name }] : [];
  });
}
