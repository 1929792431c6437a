import { addressSetsOverlap, equalIp } from '../../net/index.ts';
import { findOwner, type Network } from '../../network/index.ts';
import type { Flow } from '../../semantics/flow.ts';
import { nodeAddressOf } from '../../semantics/masquerade/own-address.ts';
import { addressesOfFlowAddress } from '../../semantics/match.ts';
import type { HopResult, Position } from '../journey.ts';
import { formatAddress } from '../step-of.ts';
import type { Hop } from '../trace.ts';

export type NodeCalled = 'own' | 'another';

/**
 * Which node the destination of a pod's flow may be, or that it is none: then it is as good as another. Nobody writes down on which node
 * a pod runs, so that an address of its pool's subnet is mostly both.
 */
export function nodesCalled(
  network: Network,
  { pod, pool, cluster }: Position & { kind: 'leaving-node' },
  { destination }: Flow,
): readonly NodeCalled[] {
  if (pod === undefined || pod.hostNetwork) return ['another'];
  if (cluster.addressing === 'byo' || cluster.addressing === 'unknown') return ['another'];
  const own = nodeAddressOf(network, cluster, pool, pod);
  const mayBeIt = addressSetsOverlap(
    addressesOfFlowAddress(own),
    addressesOfFlowAddress(destination),
  );
  if (!mayBeIt || destination.symbol !== undefined) return ['another'];
  const isHeld = findOwner(network, destination).some(
    ({ certainty, isGuess }) => certainty === 'yes' && !isGuess,
  );
  if (isHeld) return ['another'];
  const isIt =
    own.kind === 'exact' && destination.kind === 'exact' && equalIp(own.ip, destination.ip);
  return isIt ? ['own'] : ['own', 'another'];
}

export function nameOfNode(which: NodeCalled): string {
  return which === 'own' ? 'its own node' : 'another node';
}

/** AKS-99: the packet stays on the node, so that neither the masquerade nor a security group or route table of the subnet sees it. */
export function intoOwnNode(hop: Omit<Hop, 'flow'>, flow: Flow): HopResult {
  const at = formatAddress(flow.destination);
  const text = `none: ${formatAddress(flow.source)} stays, for the packet does not leave the node`;
  const by = { kind: 'platform', name: 'the own node of the pod', fact: 'AKS-99' } as const;
  return {
    hop: {
      ...hop,
      steps: [...hop.steps, { stage: 'masquerade', by, text, facts: ['AKS-99'] }],
      flow,
    },
    next: {
      kind: 'stop',
      disposition: { kind: 'delivered', to: `${at}, its own node` },
      isAnsweredHere: true,
    },
  };
}
