import type { PodClass } from '../../model/index.ts';
import {
  addressSetsOverlap,
  equalAddressSets,
  isEmptyAddressSet,
  subtractAddresses,
  unionAddresses,
} from '../../net/index.ts';
import { type ClusterPlacement, findOwner } from '../../network/index.ts';
import type { Decider } from '../../semantics/verdict.ts';
import { type Branch, ends, noting, provided, type Step } from '../branch.ts';
import { type End, isOneAddress, likeEnd } from '../header.ts';
import { limited, split } from '../split.ts';
import { toldOnce, type World } from '../world.ts';

/** Flows that may be for the node on which their pod runs. */
export interface AtOwnNode {
  readonly arrived: readonly Step[];
  /** What goes on as to any other address, with what must be so for it. */
  readonly onward: readonly Branch[];
}

/**
 * A pod that calls its own node does not leave it: neither the masquerade nor the subnet's groups and routes see the packet (AKS-99).
 * Nobody writes down on which node a pod runs, so that an address of its pool's subnet is mostly both.
 * @param own the address of the node
 */
export function atOwnNode(
  world: World,
  cluster: ClusterPlacement,
  pod: PodClass,
  own: End,
  branch: Branch,
): AtOwnNode {
  const isElsewhere = cluster.addressing === 'byo' || cluster.addressing === 'unknown';
  const all = { arrived: [], onward: [branch] };
  if (pod.hostNetwork || isElsewhere || branch.deliverTo !== undefined) return all;
  if (own.kind === 'as-sent') return all;
  const { destination } = branch.header;
  if (destination.kind === 'one-of') {
    if (destination.symbol !== undefined) return all;
    if (!addressSetsOverlap(destination.addresses, own.addresses)) return all;
    const isHeld = findOwner(world.network, likeEnd(destination)).some(
      ({ certainty, isGuess }) => certainty === 'yes' && !isGuess,
    );
    if (isHeld) return all;
    const isIt = isOneAddress(own) && equalAddressSets(own.addresses, destination.addresses);
    return isIt ? { arrived: [arrival(branch)], onward: [] } : both(branch);
  }
  const [held] = toldOnce(world, 'addresses held for certain', () => [
    unionAddresses(
      ...world.network.owners.entries.flatMap(({ address }) =>
        address.isExact ? [address.addresses] : [],
      ),
    ),
  ]);
  const room = subtractAddresses(own.addresses, held!);
  const inside = isEmptyAddressSet(room) ? undefined : limited(branch, 'destination', room);
  if (inside === undefined) return all;
  const { outside } = split(branch, 'destination', room);
  const beside = outside === undefined ? [] : [outside];
  if (isOneAddress(own)) return { arrived: [arrival(inside)], onward: beside };
  const { arrived, onward } = both(inside);
  return { arrived, onward: [...onward, ...beside] };
}

/** Told without the name of the pod: pods that every box treats alike are told together. */
const WHICH = { missing: 'whether it is the node that the pod runs on' };

function both(branch: Branch): AtOwnNode {
  const perhaps = provided(branch, WHICH);
  return { arrived: [arrival(perhaps)], onward: [perhaps] };
}

function arrival(branch: Branch): Step {
  const by: Decider = { kind: 'platform', name: 'the own node of the pod', fact: 'AKS-99' };
  const there = noting(branch, { box: 'node', name: 'its own node', stage: 'masquerade', by });
  return ends(there, { kind: 'delivered', to: 'its own node' });
}
